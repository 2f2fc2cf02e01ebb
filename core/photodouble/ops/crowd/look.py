"""How people of one filmed person are made to differ: wardrobe, brightness, size, side, and who is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document, number

Colour = tuple[float, float, float]

LIMITS: Mapping[str, tuple[float, float]] = {
    "wardrobe": (0, 1),
    "dyed": (0, 1),
    "brightness": (0, 4),
    "balance": (0, 1),
    "scale": (0, 0.5),
    "radius": (0, 20),
}
_LARGEST_COLOUR = 1000.0


@dataclass(frozen=True)
class Look:
    """The variation of an area; every amount may be 0, and then that attribute stays as filmed.

    `palette`: what wardrobes become on the mean, scene-linear; empty takes the colours of a street.
    `wardrobe`: how strongly a wardrobe is dyed; `dyed`: the share of people whose wardrobe is.
    `brightness`: stops up or down at most; `balance`: warmer or cooler at most, as a share of a channel.
    `scale`: taller or shorter at most, as a share. `mirror`: whether people may be flipped; off for
    lettering. `weights`: how often an element is taken beside the others (1), by name or pattern.
    `radius`: metres within which the same person is kept apart; None follows the layout's spacing.
    """

    palette: tuple[Colour, ...] = ()
    wardrobe: float = 0.9
    dyed: float = 0.7
    brightness: float = 0.25
    balance: float = 0.04
    scale: float = 0.07
    mirror: bool = True
    weights: Mapping[str, float] = field(default_factory=dict)
    radius: float | None = None


def read_look(stored: Any, path: Path | str, what: str) -> dict[str, Any]:
    """Read what a document sets of a look, by field; raises ArtistError `input.bad_document`."""
    if not isinstance(stored, dict):
        raise bad_document(path, f"{what} is no object with named fields.")
    known = {*LIMITS, "mirror", "palette", "weights"}
    unknown = sorted(set(stored) - known)
    if unknown:
        raise bad_document(path, f"{what} has {unknown[0]!r}, which is none of {', '.join(sorted(known))}.")
    found: dict[str, Any] = {
        key: _amount(stored[key], path, f"{what}.{key}", *LIMITS[key]) for key in LIMITS if key in stored
    }
    if "mirror" in stored:
        if not isinstance(stored["mirror"], bool):
            raise bad_document(path, f"{what}.mirror is neither true nor false.")
        found["mirror"] = stored["mirror"]
    if "palette" in stored:
        found["palette"] = _palette(stored["palette"], path, f"{what}.palette")
    if "weights" in stored:
        found["weights"] = _weights(stored["weights"], path, f"{what}.weights")
    return found


def look_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Write what a document sets of a look as plain JSON values."""
    stored = dict(settings)
    if "palette" in stored:
        stored["palette"] = [list(colour) for colour in stored["palette"]]
    if "weights" in stored:
        stored["weights"] = dict(stored["weights"])
    return stored


def _amount(value: Any, path: Path | str, what: str, least: float, most: float) -> float | None:
    if value is None and what.endswith(".radius"):
        return None
    found = number(value, path, what)
    if not least <= found <= most:
        raise bad_document(path, f"{what} is {found:g} and not between {least:g} and {most:g}.")
    return found


def _palette(value: Any, path: Path | str, what: str) -> tuple[Colour, ...]:
    if not isinstance(value, list) or len(value) > 1000:
        raise bad_document(path, f"{what} is no list of at most 1000 colours.")
    found = []
    for place, colour in enumerate(value):
        if not isinstance(colour, list) or len(colour) != 3:
            raise bad_document(path, f"{what}[{place}] is {colour!r} and no colour of three numbers.")
        parts = [number(part, path, f"{what}[{place}]") for part in colour]
        if min(parts) < 0 or max(parts) > _LARGEST_COLOUR or sum(parts) == 0:
            raise bad_document(path, f"{what}[{place}] is {colour!r}, which is no colour of cloth.")
        found.append((parts[0], parts[1], parts[2]))
    return tuple(found)


def _weights(value: Any, path: Path | str, what: str) -> dict[str, float]:
    if not isinstance(value, dict):
        raise bad_document(path, f"{what} is no object of element names and numbers.")
    found = {}
    for name, amount in value.items():
        found[name] = number(amount, path, f"{what}[{name!r}]")
        if not 0 <= found[name] <= 1e6:
            raise bad_document(path, f"{what}[{name!r}] is {amount!r} and not between 0 and a million.")
    return found
