"""Ingest filmed people into an element library: what `photodouble crowd ingest` and its task do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.display import PLAIN, Look
from photodouble.image.sequence import Sequence
from photodouble.ops.crowd.ingest_wish import IngestWish, Performer
from photodouble.takes.copies import check_writable
from photodouble.takes.sheet import write_sheet
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

if TYPE_CHECKING:
    from photodouble.ops.crowd.ingest_source import Source
    from photodouble.ops.operation import Reporter

SHEET = "contact.png"
_LARGEST = 1e6
"""Degrees, metres or pixels; what is larger is a slip."""


@dataclass(frozen=True)
class IngestAsked:
    """What the command line or a host asks for, as text; empty is the default.

    `names`, `persons`, `consents`, `states`, `facings`, `heights`: comma-separated, from left to right or in
    the order of the boxes; a single one counts for everybody, except a name, which is then numbered.
    `boxes`: X0,Y0,X1,Y1 each, separated by spaces. `wardrobe`: a matte, or `none`; empty guesses.
    """

    plate: str
    library: str
    names: str
    frames: str = ""
    colourspace: str = ""
    key: str = "screen"
    matte: str = ""
    clean: str = ""
    wardrobe: str = ""
    boxes: str = ""
    persons: str = ""
    consents: str = ""
    states: str = "idle"
    facings: str = "0"
    heights: str = "1.75"
    metre: float = 0.0
    rate: float = 25.0
    loop: str = "find"
    seconds: float = 0.0
    extras: bool = False
    fast: bool = False
    overwrite: bool = False


def ingest_plate(asked: IngestAsked, report: Reporter, look: Look = PLAIN) -> dict[str, Any]:
    """Make elements of the people on a plate, and a picture of the library to look at.

    Returns plain JSON values: the library, its contact sheet, and what was made. Raises ArtistError.
    """
    from photodouble.ops.crowd.contact import contact_sheet
    from photodouble.ops.crowd.ingest import ingest
    from photodouble.ops.crowd.library import read_library

    folder = Path(asked.library).expanduser()
    if folder.is_file():
        raise ArtistError(
            "input.unwritable_output",
            "The library is a file",
            f"{folder} is a file, and a library is a folder.",
            "Name a folder for the library.",
        )
    check_writable(folder / SHEET)
    wish = _wish(asked, folder)
    made = ingest(_source(asked), wish, report)
    sheet = folder / SHEET
    write_sheet(sheet, contact_sheet(read_library(folder), look))
    return {
        "library": str(folder),
        "sheet": str(sheet),
        "elements": [
            {
                "name": one.element.name,
                "frames": one.element.frames,
                "period": one.loop.period,
                "seam": round(one.loop.ratio, 3),
                "blended": one.blended,
                "walks": one.travelled,
                "height": one.element.height,
                "pixels_per_metre": one.element.pixels_per_metre,
                "has_wardrobe": one.element.has_wardrobe,
            }
            for one in made
        ],
    }


def remove_elements(library: str, names: str, look: Look = PLAIN) -> dict[str, Any]:
    """Take elements out of a library, by their names with commas, and draw its contact sheet anew.

    Works too where somebody deleted an element's folder. Raises ArtistError `input.bad_request` for a name
    that the library does not hold; then nothing is taken out.
    """
    from photodouble.ops.crowd.contact import contact_sheet
    from photodouble.ops.crowd.library import read_library, remove_element
    from photodouble.ops.crowd.library_json import LIST, read_list

    folder = Path(library).expanduser()
    there = [one.element.name for one in read_list(folder)]
    gone = _listed(names)
    for name in gone:
        if name not in there:
            raise ArtistError(
                "input.bad_request",
                "There is no such element",
                f"{folder} holds no element called {name!r}.",
                "Use one of: " + ", ".join(there[:40]) + ".",
            )
    for name in gone:
        remove_element(folder, name)
    left = [name for name in there if name not in gone]
    sheet = folder / SHEET
    if (folder / LIST).is_file():
        write_sheet(sheet, contact_sheet(read_library(folder), look))
    else:
        sheet.unlink(missing_ok=True)
    return {"library": str(folder), "removed": gone, "left": left, "sheet": str(sheet) if left else ""}


def _wish(asked: IngestAsked, folder: Path) -> IngestWish:
    for what, value, most in (("metre", asked.metre, 1e6), ("rate", asked.rate, 1000.0)):
        if not 0 <= value <= most:
            raise _refuse(f"{value:g} was given as {what}.", f"Give a number above 0, up to {most:g}.")
    wardrobe = "guess" if not asked.wardrobe else ("none" if asked.wardrobe == "none" else "matte")
    return IngestWish(
        library=folder,
        performers=_performers(asked),
        key=_key(asked),
        boxes=tuple(_box(text) for text in asked.boxes.split()),
        pixels_per_metre=asked.metre,
        rate=asked.rate,
        loop=asked.loop,
        at_least=asked.seconds,
        wardrobe=wardrobe,
        fine=not asked.fast,
        overwrite=asked.overwrite,
    )


def _performers(asked: IngestAsked) -> tuple[Performer, ...]:
    names = _listed(asked.names)
    if not names:
        raise _refuse("No element was named.", "Give a name for the elements, or one for each person.")
    columns = {
        "person": _listed(asked.persons) or names,
        "consent": _listed(asked.consents) or [""],
        "state": _listed(asked.states) or ["idle"],
        "facing": _listed(asked.facings) or ["0"],
        "height": _listed(asked.heights) or ["1.75"],
    }
    for what, given in columns.items():
        if len(given) not in (1, len(names)):
            raise _refuse(
                f"{len(names)} names were given and {len(given)} values of {what}.",
                "Give one for everybody, or one for each name.",
            )
        for one in given:
            if not one.isprintable():
                raise _refuse(f"{one!r} was given as {what}.", "Use signs that can be read.")
    rows = [
        {what: given[n if len(given) > 1 else 0] for what, given in columns.items()}
        for n in range(len(names))
    ]
    return tuple(
        Performer(
            name,
            row["person"],
            row["consent"],
            row["state"],
            _number(row["facing"], "facing"),
            _number(row["height"], "height"),
            not asked.extras,
        )
        for name, row in zip(names, rows, strict=True)
    )


def _key(asked: IngestAsked) -> str:
    """Say how the plate is keyed: by what was given, where only that can be meant."""
    if asked.matte and asked.clean:
        raise _refuse("Both a matte and a clean plate were given.", "Give one of them.")
    if asked.matte:
        return "matte"
    if asked.clean:
        return "difference"
    if asked.key in ("matte", "difference"):
        what = "matte" if asked.key == "matte" else "clean plate"
        raise _refuse(f"The key {asked.key} needs a {what}.", f"Give the {what} too.")
    return asked.key


def _source(asked: IngestAsked) -> Source:
    from photodouble.ops.crowd.ingest_source import Source

    plate = Sequence.find(asked.plate, colourspace=asked.colourspace)
    frames = tuple(FrameRange.from_text(asked.frames)) if asked.frames else tuple(plate.frames)
    plate.require(frames)
    if not frames:
        raise ArtistError(
            "input.empty_range",
            "There are no frames",
            "The range holds no frames.",
            "Ask for frames of the plate.",
        )
    extra = None
    if asked.matte or asked.clean:
        like_plate = asked.clean and Path(asked.clean).suffix == Path(asked.plate).suffix
        extra = Sequence.find(asked.matte or asked.clean, colourspace=asked.colourspace if like_plate else "")
        extra.require(frames)
    clothes = None
    if asked.wardrobe and asked.wardrobe != "none":
        clothes = Sequence.find(asked.wardrobe)
        clothes.require(frames)
    return Source(plate, frames, _key(asked), extra, clothes, not asked.fast)


def _box(text: str) -> tuple[float, float, float, float]:
    sides = [_number(side, "box") for side in text.split(",")]
    if len(sides) != 4:
        raise _refuse(f"{text!r} is no box.", "Give X0,Y0,X1,Y1 in pixels from the left and upper edge.")
    return sides[0], sides[1], sides[2], sides[3]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if text.strip() else []


def _number(text: str, what: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or abs(found) > _LARGEST:
        raise _refuse(f"{text!r} was given as {what}.", "Give a number.")
    return found


def _refuse(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", "The people cannot be ingested like that", message, fix)
