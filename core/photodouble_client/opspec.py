"""One operation: its ports, its controls, its presets. The only declaration of any of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, Mapping, Tuple

from .errors import ArtistError
from .param import Param, did_you_mean, value_at
from .stored import Json, Upgrade, refuse_unknown

SCHEMA = 1
ROLES = ("image", "matte", "camera", "track", "shapes", "document")
DIRECTIONS = ("in", "out")
CONSENTS = ("none", "marked", "required")


@dataclass(frozen=True)
class Port:
    """Declare a picture, matte or document that goes into an operation or comes out of it.

    `channels` are the channel names it brings; `encoding` is `scene-linear` for colour, `raw` for numbers.
    """

    key: str
    role: str
    direction: str
    required: bool = False
    channels: Tuple[str, ...] = ()
    encoding: str = "raw"
    help: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES or self.direction not in DIRECTIONS:
            raise ValueError(f"{self.key}: unknown role or direction")

    def to_json(self) -> Json:
        """Write the port as plain JSON values."""
        stored = {name: getattr(self, name) for name in _PORT_FIELDS}
        stored["channels"] = list(self.channels)
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Port:
        """Read a port back."""
        refuse_unknown(stored, _PORT_FIELDS, "port")
        fields = dict(stored)
        fields["channels"] = tuple(stored.get("channels", ()))
        return cls(**fields)


@dataclass(frozen=True)
class OpSpec:
    """Declare an operation.

    `version` counts changes of the controls; `upgrades[0]` turns the values of version 1 into those of
    version 2, and so on. A preset holds only the values in which it differs from the defaults.
    """

    key: str
    label: str
    version: int
    summary: str
    ports: Tuple[Port, ...]
    params: Tuple[Param, ...]
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    consent: str = "none"
    upgrades: Tuple[Upgrade, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.consent not in CONSENTS:
            raise ValueError(f"{self.key}: unknown consent {self.consent!r}")
        for keys in ([param.key for param in self.params], [port.key for port in self.ports]):
            if len(set(keys)) != len(keys):
                raise ValueError(f"{self.key}: a key is declared twice")
        for name in self.presets:
            self.validate(self.presets[name])

    @property
    def defaults(self) -> Dict[str, Any]:
        """Give the value every control has before anyone touches it."""
        return {param.key: param.default for param in self.params}

    @property
    def inputs(self) -> Tuple[Port, ...]:
        """List the ports that go in."""
        return tuple(port for port in self.ports if port.direction == "in")

    @property
    def outputs(self) -> Tuple[Port, ...]:
        """List the ports that come out."""
        return tuple(port for port in self.ports if port.direction == "out")

    @property
    def name(self) -> str:
        """Name it in one word, for nodes and files: the words of its label where they are its key."""
        words = re.findall("[A-Za-z0-9]+", self.label)
        if "".join(words).lower() != self.key.replace("_", ""):
            words = self.key.split("_")
        return "".join(word.capitalize() for word in words)

    @property
    def has_hole(self) -> bool:
        """Whether its matte says what is missing, so that it has to be given; otherwise only where to act."""
        return any(port.key == "matte" and port.required for port in self.inputs)

    def param(self, key: str) -> Param:
        """Find a control by its key; raises ArtistError `usage.unknown_parameter`."""
        for param in self.params:
            if param.key == key:
                return param
        raise ArtistError(
            "usage.unknown_parameter",
            "There is no such control",
            f"{self.label} has no control {key!r}.",
            did_you_mean(key, self.defaults) + "Use one of: {}.".format(", ".join(sorted(self.defaults))),
        )

    def port(self, key: str) -> Port:
        """Find a port by its key; raises ArtistError `usage.unknown_parameter`."""
        for port in self.ports:
            if port.key == key:
                return port
        raise ArtistError(
            "usage.unknown_parameter",
            "There is no such input or output",
            f"{self.label} has no input or output {key!r}.",
            "Use one of: {}.".format(", ".join(sorted(port.key for port in self.ports))),
        )

    def validate(self, values: Mapping[str, Any]) -> Dict[str, Any]:
        """Return every control's value in canonical form, with defaults filled in, in order of declaration.

        Raises ArtistError `usage.unknown_parameter`, `usage.bad_value` or `usage.frames`.
        """
        for key in values:
            self.param(key)
        return {param.key: param.check(values.get(param.key, param.default)) for param in self.params}

    def preset(self, name: str) -> Dict[str, Any]:
        """Give the values of a preset by its name in any case; raises ArtistError `usage.bad_value`."""
        named = {known.lower(): known for known in self.presets}
        wanted = name.strip().lower()
        if wanted in named:
            return dict(self.presets[named[wanted]])
        raise ArtistError(
            "usage.bad_value",
            "There is no such preset",
            f"{self.label} has no preset {name!r}.",
            did_you_mean(name, self.presets) + "Use one of: {}.".format(", ".join(self.presets)),
        )

    def values_at(self, values: Mapping[str, Any], frame: int) -> Dict[str, Any]:
        """Give the plain values at one frame of values that may animate.

        An animated value is held before its first and after its last frame; a gap between them raises
        ArtistError `usage.bad_value`.
        """
        try:
            return {key: value_at(values[key], frame) for key in values}
        except KeyError:
            self.check_animated(values, [frame])
            raise

    def check_animated(self, values: Mapping[str, Any], frames: Iterable[int]) -> None:
        """Raise ArtistError `usage.bad_value` if an animated control has no value of its own at a frame."""
        for key in sorted(values):
            animated = values[key]["frames"] if isinstance(values[key], Mapping) else None
            gaps = [frame for frame in frames if animated is not None and str(frame) not in animated]
            if gaps:
                raise ArtistError(
                    "usage.bad_value",
                    "An animated control has a gap",
                    f"{self.param(key).label} has no value at frame {gaps[0]}.",
                    "Give one value for every frame of the range.",
                )

    def upgrade_values(self, values: Mapping[str, Any], from_version: int) -> Dict[str, Any]:
        """Bring values that were stored under an older version of this spec up to the present one.

        Raises ArtistError `input.bad_request` if they were stored by a newer version.
        """
        if not 1 <= from_version <= self.version:
            raise ArtistError(
                "input.bad_request",
                "The values are of another version",
                f"{self.label} version {from_version} is not known here.",
                "Install the newer Photo Double that wrote them.",
            )
        upgraded = dict(values)
        for number in range(from_version, self.version):
            upgraded = dict(self.upgrades[number - 1](upgraded))
        return upgraded

    def to_json(self) -> Json:
        """Write the whole declaration as plain JSON values; upgrade functions stay behind."""
        return {
            "schema": SCHEMA,
            "key": self.key,
            "label": self.label,
            "version": self.version,
            "summary": self.summary,
            "consent": self.consent,
            "ports": [port.to_json() for port in self.ports],
            "params": [param.to_json() for param in self.params],
            "presets": {name: dict(self.presets[name]) for name in self.presets},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> OpSpec:
        """Read a declaration that an engine described."""
        known = ("schema", "key", "label", "version", "summary", "consent", "ports", "params", "presets")
        refuse_unknown(stored, known, "operation")
        return cls(
            key=stored["key"],
            label=stored["label"],
            version=stored["version"],
            summary=stored["summary"],
            ports=tuple(Port.from_json(port) for port in stored["ports"]),
            params=tuple(Param.from_json(param) for param in stored["params"]),
            presets={name: dict(values) for name, values in stored["presets"].items()},
            consent=stored["consent"],
        )


_PORT_FIELDS = tuple(sorted(Port.__dataclass_fields__))
_FROZEN_OF_PARAM = ("kind", "default", "minimum", "maximum", "choices", "animates", "unit")
_FROZEN_OF_PORT = ("role", "direction", "required", "channels", "encoding")


def frozen(spec: OpSpec) -> Json:
    """Reduce a declaration to what stored scripts depend on, and may change with its version only."""
    stored = spec.to_json()
    return {
        "schema": SCHEMA,
        "key": spec.key,
        "version": spec.version,
        "params": {one["key"]: {name: one[name] for name in _FROZEN_OF_PARAM} for one in stored["params"]},
        "ports": {one["key"]: {name: one[name] for name in _FROZEN_OF_PORT} for one in stored["ports"]},
        "presets": stored["presets"],
    }
