"""What an ingest is asked for: which plate, how it is keyed, and who is on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.errors import ArtistError

KEYS = ("green", "blue", "screen", "alpha", "matte", "difference")
LOOPS = ("find", "whole")
WARDROBES = ("guess", "none", "matte")


@dataclass(frozen=True)
class Performer:
    """One person on the plate. `height`: metres, standing; `facing` and `state` as in `Element`."""

    name: str
    person: str
    consent: str = ""
    state: str = "idle"
    facing: float = 0.0
    height: float = 1.75
    identifiable: bool = True


@dataclass(frozen=True)
class IngestWish:
    """How a plate becomes elements.

    `performers`: from left to right, or in the order of `boxes` (x0, y0, x1, y1 on the first frame);
    one alone names everybody, with a number. `pixels_per_metre`: 0 takes it from
    the heights. `rate`: frames a second. `at_least`: seconds a loop should last. `fine`: solve soft edges.
    """

    library: Path
    performers: tuple[Performer, ...]
    key: str = "screen"
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    pixels_per_metre: float = 0.0
    rate: float = 25.0
    loop: str = "find"
    at_least: float = 0.0
    wardrobe: str = "guess"
    fine: bool = True
    overwrite: bool = False

    @property
    def wanted(self) -> int:
        """Count the people there must be: as many as are named, or any number after a single name."""
        return len(self.performers) if len(self.performers) > 1 and not self.boxes else 0

    @property
    def one_height(self) -> bool:
        """Whether everybody was given the same height, so that who is taller is told from the plate."""
        return len({performer.height for performer in self.performers}) == 1

    def performer(self, index: int) -> Performer:
        """Return who the person of an index is; after a single name the rest are numbered."""
        if index < len(self.performers):
            return self.performers[index]
        last = self.performers[-1]
        number = index + 1
        return Performer(
            f"{last.name}_{number}",
            f"{last.person}_{number}" if last.person else "",
            "",
            last.state,
            last.facing,
            last.height,
            last.identifiable,
        )


def checked_wish(wish: IngestWish) -> IngestWish:
    """Return the wish as it is; raises ArtistError `usage.bad_value` for what cannot be meant."""
    for value, allowed, what in (
        (wish.key, KEYS, "key"),
        (wish.loop, LOOPS, "loop"),
        (wish.wardrobe, WARDROBES, "wardrobe"),
    ):
        if value not in allowed:
            raise _refuse(f"{what} was given as {value!r}.", f"Use one of: {', '.join(allowed)}.")
    if not wish.performers:
        raise _refuse("No element was named.", "Give a name for the elements.")
    for performer in wish.performers:
        if not 0.3 <= performer.height <= 3.0:
            raise _refuse(f"{performer.name} is {performer.height:g} m tall.", "Give a height in metres.")
    if wish.rate <= 0 or wish.pixels_per_metre < 0 or wish.at_least < 0:
        raise _refuse("A rate, scale or length is below 0.", "Give numbers above 0.")
    _check_names([performer.name for performer in wish.performers])
    if wish.boxes and len(wish.performers) > len(wish.boxes):
        raise _refuse(
            f"{len(wish.performers)} names were given for {len(wish.boxes)} boxes.",
            "Give a box for each person.",
        )
    for box in wish.boxes:
        if box[2] - box[0] < 4 or box[3] - box[1] < 4:
            raise _refuse(f"The box {','.join(f'{side:g}' for side in box)} is empty.", "Give X0,Y0,X1,Y1.")
    return wish


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise _refuse(f"Two elements would be called {name}.", "Give each person a name of their own.")


def _refuse(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", "The people cannot be ingested like that", message, fix)
