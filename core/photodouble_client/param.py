"""One control of an operation: its kind, limits and help. Nothing here names a host or a widget."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

from .errors import ArtistError
from .frames import FrameRange
from .stored import Json, refuse_unknown

LARGEST_SEED = 2147483647


@dataclass(frozen=True)
class Param:
    """Declare one control once; every interface is made from this.

    `kind` is one of `KINDS`. `minimum` and `maximum` are hard limits, the soft ones only bound a slider.
    `shown_when` maps another control's key to the values for which this one is shown. `since` is the spec
    version that brought it.
    """

    key: str
    kind: str
    default: Any
    label: str
    help: str
    group: str = ""
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    soft_minimum: Optional[float] = None
    soft_maximum: Optional[float] = None
    unit: str = ""
    choices: Tuple[str, ...] = ()
    animates: bool = False
    advanced: bool = False
    shown_when: Mapping[str, Tuple[Any, ...]] = field(default_factory=dict)
    since: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.key}: unknown kind {self.kind!r}")
        if self.kind == "choice" and not self.choices:
            raise ValueError(f"{self.key}: a choice needs choices")
        if self.check(self.default) != self.default:
            raise ValueError(f"{self.key}: the default is not canonical: {self.default!r}")

    def check(self, value: Any) -> Any:
        """Return the value in its one canonical form, animated or not.

        Floats keep six significant digits, because a host with 32-bit properties and one with doubles must
        make the same request. Raises ArtistError `usage.bad_value`.
        """
        if isinstance(value, Mapping):
            return self._check_animated(value)
        return KINDS[self.kind](self, value)

    def _check_animated(self, value: Mapping[str, Any]) -> Json:
        if not self.animates:
            raise refuse(self, value, "This control does not animate.", "Give one value for the whole shot.")
        frames = value.get("frames")
        if list(value) != ["frames"] or not isinstance(frames, Mapping) or not frames:
            raise refuse(
                self, value, "It is not one value per frame.", 'Write it as {"frames": {"1001": 0.5}}.'
            )
        checked: Dict[int, Any] = {}
        for frame, one in frames.items():
            checked[_frame_number(self, frame)] = KINDS[self.kind](self, one)
        return {"frames": {str(frame): checked[frame] for frame in sorted(checked)}}

    def to_json(self) -> Json:
        """Write the declaration as plain JSON values."""
        stored = {name: getattr(self, name) for name in PARAM_FIELDS}
        stored["choices"] = list(self.choices)
        stored["shown_when"] = {key: list(self.shown_when[key]) for key in sorted(self.shown_when)}
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Param:
        """Read a declaration back."""
        refuse_unknown(stored, PARAM_FIELDS, "parameter")
        fields = dict(stored)
        fields["choices"] = tuple(stored.get("choices", ()))
        fields["shown_when"] = {key: tuple(shown) for key, shown in stored.get("shown_when", {}).items()}
        return cls(**fields)


def value_at(value: Any, frame: int) -> Any:
    """Give the plain value at a frame; before its first and after its last frame an animated value is held.

    Raises KeyError in a gap between its frames.
    """
    if not isinstance(value, Mapping):
        return value
    frames = [int(number) for number in value["frames"]]
    return value["frames"][str(min(max(frame, min(frames)), max(frames)))]


def round_six(value: float) -> float:
    """Round to six significant digits, the precision in which requests are compared; -0 becomes 0."""
    return float(f"{value:.6g}") + 0.0


def refuse(param: Param, value: Any, reason: str, fix: str) -> ArtistError:
    """Make the error for a value that a control cannot take."""
    return ArtistError(
        "usage.bad_value",
        f"{param.label[:30]} cannot take this value",
        f"{param.label} ({param.key}) was given {value!r}. {reason}",
        fix,
    )


def did_you_mean(given: Any, known: Iterable[str]) -> str:
    """Name the known word that a misspelt one is closest to, as the beginning of a fix; or say nothing."""
    import difflib  # seldom needed, and slow to load for a host that starts

    by_lower = {word.lower(): word for word in known}
    close = difflib.get_close_matches(str(given).strip().lower(), list(by_lower), n=1)
    return f"Did you mean {by_lower[close[0]]}? " if close else ""


def _check_float(param: Param, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise refuse(param, value, "It is not a number.", "Give a number.")
    return _in_range(param, round_six(float(value)))


def _check_int(param: Param, value: Any) -> int:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value != int(value):
        raise refuse(param, value, "It is not a whole number.", "Give a whole number.")
    return int(_in_range(param, int(value)))


def _check_seed(param: Param, value: Any) -> int:
    seed = _check_int(param, value)
    if not 0 <= seed <= LARGEST_SEED:
        raise refuse(param, value, "It is out of range.", f"Give a seed from 0 to {LARGEST_SEED}.")
    return seed


def _check_bool(param: Param, value: Any) -> bool:
    if not isinstance(value, bool):
        raise refuse(param, value, "It is neither on nor off.", "Give true or false.")
    return value


def _check_text(param: Param, value: Any) -> str:
    if not isinstance(value, str):
        raise refuse(param, value, "It is not text.", "Give text.")
    return value


def _check_choice(param: Param, value: Any) -> str:
    if value not in param.choices:
        choose = "Choose {}.".format(", ".join(param.choices))
        raise refuse(
            param, value, "It is not one of the choices.", did_you_mean(value, param.choices) + choose
        )
    return str(value)


def _check_frames(param: Param, value: Any) -> str:
    return FrameRange.from_text(_check_text(param, value)).to_text()


def _check_colour(param: Param, value: Any) -> List[float]:
    return _check_floats(param, value, 3, "red, green and blue")


def _check_point(param: Param, value: Any) -> List[float]:
    return _check_floats(param, value, 2, "x and y in pixels")


def _check_floats(param: Param, value: Any, count: int, names: str) -> List[float]:
    if not isinstance(value, (list, tuple)) or len(value) != count:
        raise refuse(param, value, f"It is not {count} numbers.", f"Give {names}.")
    return [_check_float(param, one) for one in value]


def _in_range(param: Param, value: float) -> float:
    low, high = param.minimum, param.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise refuse(param, value, "It is out of range.", f"Give a value {limits_text(param)}.")
    return value


def limits_text(param: Param) -> str:
    """Say the hard limits of a control in words, such as `from 0 to 200`; empty if it has none."""
    if param.minimum is not None and param.maximum is not None:
        return f"from {param.minimum:g} to {param.maximum:g}"
    if param.minimum is not None:
        return f"of at least {param.minimum:g}"
    return "" if param.maximum is None else f"of at most {param.maximum:g}"


def _frame_number(param: Param, frame: Any) -> int:
    try:
        return int(str(frame))
    except ValueError:
        raise refuse(param, frame, "It is not a frame number.", "Give whole frame numbers.") from None


KINDS: Dict[str, Callable[[Param, Any], Any]] = {
    "float": _check_float,
    "int": _check_int,
    "bool": _check_bool,
    "choice": _check_choice,
    "text": _check_text,
    "prompt": _check_text,
    "path": _check_text,
    "seed": _check_seed,
    "colour": _check_colour,
    "point": _check_point,
    "frames": _check_frames,
}

PARAM_FIELDS: Tuple[str, ...] = tuple(sorted(Param.__dataclass_fields__))
