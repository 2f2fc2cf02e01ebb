"""The artist's changes to a crowd, one after another: kill, swap, nudge, retime, redeal, lock.

An edit names people, or a region of the layout, and never a position in a list; so it survives another
density and another seed. Taking an edit off the stack undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document, number, place
from photodouble.ops.crowd.polygons import fault_of

ARGUMENTS: Mapping[str, frozenset[str]] = {
    "kill": frozenset(),
    "swap": frozenset({"element"}),
    "nudge": frozenset({"by", "scale"}),
    "retime": frozenset({"shift", "speed"}),
    "redeal": frozenset({"seed"}),
    "lock": frozenset({"held"}),
}
MOST_NAMES = 1_000_000
FARTHEST = 10_000.0
LATEST = 1e5
FACTOR = (0.01, 100.0)
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Region:
    """A part of the layout: an area ("*" for all), and a polygon of (x, z) metres, or all of it."""

    area: str = "*"
    polygon: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Held:
    """What a locked person plays, kept whatever the seed becomes."""

    element: str
    offset: float
    speed: float
    mirror: bool
    scale: float
    gain: tuple[float, float, float]
    tint: tuple[float, float, float]
    tint_amount: float


@dataclass(frozen=True)
class Edit:
    """One change. Only the arguments of its kind count.

    swap: `element`, the name of the element to play. nudge: `by` metres (x, y, z), and `scale`, a factor.
    retime: `shift` in seconds and `speed`, a factor. redeal: `seed`, another one deals differently.
    lock: `held`, one for each of `agents`.
    """

    do: str
    agents: tuple[str, ...] = ()
    region: Region | None = None
    element: str = ""
    by: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    shift: float = 0.0
    speed: float = 1.0
    seed: int = 0
    held: tuple[Held, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write the edit as plain JSON values."""
        stored: dict[str, Any] = {"do": self.do}
        if self.region is None:
            stored["agents"] = list(self.agents)
        else:
            stored["region"] = {"area": self.region.area}
            if self.region.polygon:
                stored["region"]["polygon"] = [list(corner) for corner in self.region.polygon]
        for key in sorted(ARGUMENTS[self.do]):
            value = getattr(self, key)
            if key == "held":
                stored[key] = [_held_json(one) for one in value]
            else:
                stored[key] = list(value) if isinstance(value, tuple) else value
        return stored

    @classmethod
    def from_json(cls, stored: Any, path: Path | str, what: str) -> Edit:
        """Read an edit; raises ArtistError `input.bad_document` naming the place in the file."""
        if not isinstance(stored, dict):
            raise bad_document(path, f"{what} is no object with named fields.")
        do = stored.get("do")
        if not isinstance(do, str) or do not in ARGUMENTS:
            raise bad_document(path, f"{what}.do is {do!r} and none of {', '.join(ARGUMENTS)}.")
        unknown = sorted(set(stored) - {"do", "agents", "region"} - ARGUMENTS[do])
        if unknown:
            raise bad_document(path, f"{what} has {unknown[0]!r}, which {do!r} does not take.")
        if ("agents" in stored) == ("region" in stored):
            raise bad_document(path, f"{what} needs either `agents` or a `region`.")
        agents = _names(stored["agents"], path, f"{what}.agents") if "agents" in stored else ()
        region = _region(stored["region"], path, f"{what}.region") if "region" in stored else None
        read: dict[str, Any] = {
            key: _ARGUMENT[key](stored[key], path, f"{what}.{key}") for key in ARGUMENTS[do] if key in stored
        }
        missing = [key for key in ("element", "held") if key in ARGUMENTS[do] and key not in read]
        if missing:
            raise bad_document(path, f"{what} needs {missing[0]!r}.")
        if do == "lock" and len(read["held"]) != len(agents):
            raise bad_document(path, f"{what} locks {len(agents)} people but holds {len(read['held'])}.")
        return cls(do, agents, region, **read)


def _names(value: Any, path: Path | str, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_NAMES:
        raise bad_document(path, f"{what} is no list of at least one name.")
    for index, name in enumerate(value):
        if not isinstance(name, str) or not name:
            raise bad_document(path, f"{what}[{index}] is {name!r} and no name.")
    return tuple(value)


def _region(value: Any, path: Path | str, what: str) -> Region:
    if not isinstance(value, dict) or set(value) - {"area", "polygon"}:
        raise bad_document(path, f"{what} needs `area`, perhaps `polygon`, and nothing else.")
    area = value.get("area", "*")
    if not isinstance(area, str) or not area:
        raise bad_document(path, f"{what}.area is {area!r} and no name of an area.")
    if "polygon" not in value:
        return Region(area)
    corners = value["polygon"]
    if not isinstance(corners, list) or len(corners) > 10_000:
        raise bad_document(path, f"{what}.polygon is no list of at most 10000 corners.")
    polygon = tuple(place(one, path, f"{what}.polygon[{index}]") for index, one in enumerate(corners))
    fault = fault_of(polygon)
    if fault:
        raise bad_document(path, f"{what}.polygon cannot be used. {fault}")
    return Region(area, polygon)


def _element(value: Any, path: Path | str, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise bad_document(path, f"{what} is {value!r} and no name of an element.")
    return value


def _by(value: Any, path: Path | str, what: str) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise bad_document(path, f"{what} is {value!r} and no x, y, z in metres.")
    x, y, z = (_within(part, path, what, -FARTHEST, FARTHEST) for part in value)
    return x, y, z


def _seed(value: Any, path: Path | str, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_SEED:
        raise bad_document(path, f"{what} is {value!r} and no whole number from 0 to {LARGEST_SEED}.")
    return value


def _within(value: Any, path: Path | str, what: str, least: float, most: float) -> float:
    found = number(value, path, what)
    if not least <= found <= most:
        raise bad_document(path, f"{what} is {found:g} and not between {least:g} and {most:g}.")
    return found


def _held(value: Any, path: Path | str, what: str) -> tuple[Held, ...]:
    if not isinstance(value, list):
        raise bad_document(path, f"{what} is no list.")
    return tuple(_one_held(one, path, f"{what}[{index}]") for index, one in enumerate(value))


def _one_held(value: Any, path: Path | str, what: str) -> Held:
    fields = set(Held.__dataclass_fields__)
    if not isinstance(value, dict) or set(value) != fields:
        raise bad_document(path, f"{what} needs exactly {', '.join(sorted(fields))}.")
    if not isinstance(value["mirror"], bool):
        raise bad_document(path, f"{what}.mirror is neither true nor false.")
    colours = {}
    for key in ("gain", "tint"):
        if not isinstance(value[key], list) or len(value[key]) != 3:
            raise bad_document(path, f"{what}.{key} is {value[key]!r} and no three numbers.")
        red, green, blue = (_within(part, path, f"{what}.{key}", 0, 1e6) for part in value[key])
        colours[key] = (red, green, blue)
    return Held(
        _element(value["element"], path, f"{what}.element"),
        _within(value["offset"], path, f"{what}.offset", -1e7, 1e7),
        _within(value["speed"], path, f"{what}.speed", *FACTOR),
        value["mirror"],
        _within(value["scale"], path, f"{what}.scale", *FACTOR),
        colours["gain"],
        colours["tint"],
        _within(value["tint_amount"], path, f"{what}.tint_amount", 0, 1),
    )


def _held_json(held: Held) -> dict[str, Any]:
    stored = {key: getattr(held, key) for key in Held.__dataclass_fields__}
    return {**stored, "gain": list(held.gain), "tint": list(held.tint)}


_ARGUMENT: dict[str, Callable[[Any, Path | str, str], Any]] = {
    "element": _element,
    "by": _by,
    "scale": lambda value, path, what: _within(value, path, what, *FACTOR),
    "shift": lambda value, path, what: _within(value, path, what, -LATEST, LATEST),
    "speed": lambda value, path, what: _within(value, path, what, *FACTOR),
    "seed": _seed,
    "held": _held,
}
