"""The request: everything that decides the pixels of a take, as one JSON file. Paths, never pixels."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from .errors import ArtistError
from .frames import FrameRange
from .opspec import OpSpec
from .param import round_six
from .specs import SPECS
from .stored import Json, Upgrade, bad_request, refuse_unknown, upgraded

UPGRADES: Tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
USES = ("ideation", "temp", "final")

Window = Tuple[int, int, int, int]


@dataclass(frozen=True)
class PortInput:
    """Name what goes into a port: a path pattern, its frames, its channels and its colour space.

    An empty range means every frame found on disk; empty channels and colour space go by the file.
    """

    path: str
    range: FrameRange = FrameRange()
    channels: str = ""
    colourspace: str = ""

    def to_json(self) -> Json:
        """Write the input as plain JSON values."""
        return {
            "channels": self.channels,
            "colourspace": self.colourspace,
            "path": self.path,
            "range": self.range.to_text(),
        }

    @classmethod
    def from_json(cls, stored: Any) -> PortInput:
        """Read an input; raises ArtistError `input.bad_request`."""
        stored = _mapping("an input", stored)
        refuse_unknown(stored, ("channels", "colourspace", "path", "range"), "input")
        if "path" not in stored:
            raise bad_request("An input has no path.", "Give the path of its picture or sequence.")
        return cls(
            _text("path", stored["path"]),
            _frames("range", stored.get("range", "")),
            _text("channels", stored.get("channels", "")),
            _text("colourspace", stored.get("colourspace", "")),
        )


@dataclass(frozen=True)
class JobRequest:
    """Ask for one take.

    `range` are the frames to write and `source_range` those that may be looked at (empty: the same and the
    handles); windows are (x0, y0, x1, y1), half-open; `overrides` and `locks` map a frame to the picture that
    stands for it; `rate` is frames per second as text, such as `24000/1001`; `take` is given at submit.
    """

    operation: str
    inputs: Mapping[str, PortInput] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    range: FrameRange = FrameRange()
    output_root: str = ""
    schema: int = SCHEMA
    take: str = ""
    parent: str = ""
    spec_version: int = 1
    show: str = ""
    sequence: str = ""
    shot: str = ""
    task: str = ""
    use: str = "temp"
    person: str = ""
    performers: Tuple[str, ...] = ()
    source_range: FrameRange = FrameRange()
    handles: int = 0
    rate: str = ""
    first_frame: Optional[int] = None
    colourspace: str = ""
    pixel_aspect: float = 1.0
    display_window: Optional[Window] = None
    data_window: Optional[Window] = None
    view: str = ""
    proxy_scale: int = 1
    overrides: Mapping[int, str] = field(default_factory=dict)
    locks: Mapping[int, str] = field(default_factory=dict)
    host: str = ""
    host_version: str = ""
    script: str = ""
    node: str = ""

    @property
    def spec(self) -> OpSpec:
        """Find the declaration of the operation asked for; raises ArtistError `input.bad_request`."""
        if self.operation in SPECS:
            return SPECS[self.operation]
        raise bad_request(
            f"There is no operation {self.operation!r}.", "Use one of: {}.".format(", ".join(SPECS))
        )

    def checked(self) -> JobRequest:
        """Return the request with every value filled in, brought up to date and in canonical form.

        Raises ArtistError if the operation, a port or a value is unknown, a required input is missing, or an
        animated value has a gap in the range.
        """
        spec = self.spec
        for key in self.inputs:
            if spec.port(key).direction != "in":
                raise bad_request(f"{key!r} is an output.", "Give inputs only.")
        for port in spec.inputs:
            if port.required and port.key not in self.inputs:
                raise bad_request(f"{spec.label} needs a {port.key}.", f"Give the {port.key} a path.")
        values = spec.validate(spec.upgrade_values(self.values, self.spec_version))
        spec.check_animated(values, self.range)
        return dataclasses.replace(self, values=values, spec_version=spec.version)

    def with_take(self, take: str) -> JobRequest:
        """Return the same request under the given take id."""
        return dataclasses.replace(self, take=take)

    def to_json(self) -> Json:
        """Write the request as plain JSON values, sorted, so that equal requests are equal text."""
        stored = {name: getattr(self, name) for name in FIELDS}
        stored.update(
            range=self.range.to_text(),
            source_range=self.source_range.to_text(),
            performers=list(self.performers),
            pixel_aspect=round_six(self.pixel_aspect),
            display_window=_window_json(self.display_window),
            data_window=_window_json(self.data_window),
            inputs={key: self.inputs[key].to_json() for key in sorted(self.inputs)},
            values={key: self.values[key] for key in sorted(self.values)},
            overrides={str(frame): self.overrides[frame] for frame in sorted(self.overrides)},
            locks={str(frame): self.locks[frame] for frame in sorted(self.locks)},
        )
        return stored

    def to_text(self) -> str:
        """Write the request as the text of `request.json`."""
        return (
            json.dumps(self.to_json(), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
        )

    @classmethod
    def from_json(cls, stored: Any) -> JobRequest:
        """Read a request of any schema; an unknown field raises ArtistError `input.bad_request`."""
        stored = upgrade(_mapping("the request", stored))
        refuse_unknown(stored, FIELDS, "request")
        if "operation" not in stored:
            raise bad_request("The request names no operation.", "Give it an operation, such as inpaint.")
        return cls(**{name: _READERS[name](name, stored[name]) for name in FIELDS if name in stored})

    @classmethod
    def from_text(cls, text: str) -> JobRequest:
        """Read the text of a `request.json`; raises ArtistError `input.bad_request`."""
        try:
            stored = json.loads(text)
        except ValueError as problem:
            raise bad_request(
                f"The request is not JSON: {problem}.", "Correct it or write it again."
            ) from problem
        return cls.from_json(stored)


def upgrade(stored: Mapping[str, Any]) -> Json:
    """Bring a stored request up to the present schema."""
    return upgraded(stored, UPGRADES, "request")


def new_take_id() -> str:
    """Make the random id that a take is given at submit."""
    import uuid  # slow to load for a host that starts

    return uuid.uuid4().hex


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(name, value, "a set of named fields")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, "text")
    return value


def _use(name: str, value: Any) -> str:
    if value not in USES:
        raise _wrong(name, value, "one of {}".format(", ".join(USES)))
    return str(value)


def _whole(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(name, value, "a whole number")
    return value


def _count(name: str, value: Any) -> int:
    if _whole(name, value) < 0:
        raise _wrong(name, value, "zero or more")
    return int(value)


def _above_zero(name: str, value: Any) -> int:
    if _whole(name, value) < 1:
        raise _wrong(name, value, "one or more")
    return int(value)


def _first_frame(name: str, value: Any) -> Optional[int]:
    return None if value is None else _whole(name, value)


def _aspect(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1000:
        raise _wrong(name, value, "a number above zero")
    return round_six(value)


def _frames(name: str, value: Any) -> FrameRange:
    return FrameRange.from_text(_text(name, value))


def _window(name: str, value: Any) -> Optional[Window]:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 4:
        raise _wrong(name, value, "four whole numbers x0, y0, x1, y1")
    x0, y0, x1, y1 = (_whole(name, edge) for edge in value)
    return (x0, y0, x1, y1)


def _names(name: str, value: Any) -> Tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(name, value, "a list of names")
    return tuple(_text(name, one) for one in value)


def _inputs(name: str, value: Any) -> Dict[str, PortInput]:
    return {str(key): PortInput.from_json(one) for key, one in _mapping(name, value).items()}


def _values(name: str, value: Any) -> Dict[str, Any]:
    return dict(_mapping(name, value))


def _frame_paths(name: str, value: Any) -> Dict[int, str]:
    try:
        return {int(frame): _text(name, path) for frame, path in _mapping(name, value).items()}
    except ValueError:
        raise _wrong(name, value, "frame numbers with a path each") from None


def _window_json(window: Optional[Window]) -> Any:
    return None if window is None else list(window)


def _wrong(name: str, value: Any, wanted: str) -> ArtistError:
    return bad_request(f"{name} was given {value!r}.", f"Give {wanted}.")


FIELDS: Tuple[str, ...] = tuple(sorted(JobRequest.__dataclass_fields__))

_READERS: Dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(FIELDS, _text),
    "data_window": _window,
    "display_window": _window,
    "first_frame": _first_frame,
    "handles": _count,
    "inputs": _inputs,
    "locks": _frame_paths,
    "overrides": _frame_paths,
    "performers": _names,
    "pixel_aspect": _aspect,
    "proxy_scale": _above_zero,
    "range": _frames,
    "schema": _above_zero,
    "source_range": _frames,
    "spec_version": _above_zero,
    "use": _use,
    "values": _values,
}
