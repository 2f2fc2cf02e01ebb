"""Put an edit on top of a crowd file's stack, once it is known to be about somebody."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Standing
from photodouble.ops.crowd.document import CrowdDocument, read_crowd, write_crowd
from photodouble.ops.crowd.editing import region_rows
from photodouble.ops.crowd.edits import Edit
from photodouble.ops.crowd.library import read_library
from photodouble.ops.crowd.names import rows_of
from photodouble.ops.crowd.places import places
from photodouble_client.errors import ArtistError


@dataclass(frozen=True)
class Edited:
    """A crowd file after an edit. `people`: how many places the edit is about; None where that cannot be
    counted, because the ground is drawn on the plate, or nothing was added."""

    document: CrowdDocument
    people: int | None


def edit(crowd: Path, change: dict[str, Any] | None, *, undo: int = 1, library: Path | None = None) -> Edited:
    """Put an edit, in the form the file stores, on top of a crowd file's stack; None takes `undo` edits off.

    `library`: the library's file or folder; with it an edit may only name elements that are there.
    Raises ArtistError `input.bad_document` for a file or an edit that cannot be used, `usage.bad_value` for
    one that is about nobody, or more steps than the stack has.
    """
    document = read_crowd(crowd)
    people = None
    if change is not None:
        one = Edit.from_json(change, crowd, f"edits[{len(document.edits)}]")
        document = CrowdDocument.from_json(document.with_edits(one).to_json(), crowd)
        people = _people(document, one, crowd)
        if library is not None and one.element:
            _check_element(one.element, library)
    elif 1 <= undo <= len(document.edits):
        document = dataclasses.replace(document, edits=document.edits[: len(document.edits) - undo])
    elif document.edits:
        raise ArtistError(
            "usage.bad_value",
            "So many edits cannot be undone",
            f"{undo} is no number of edits to take off: {crowd.name} holds {len(document.edits)}.",
            f"Give a number from 1 to {len(document.edits)}.",
        )
    else:
        raise ArtistError(
            "usage.arguments",
            "There is nothing to undo",
            f"{crowd.name} holds no edit.",
            "Leave it as it is.",
        )
    write_crowd(document, crowd)
    return Edited(document, people)


def _people(document: CrowdDocument, one: Edit, crowd: Path) -> int | None:
    """Count whom an edit is about; raises where it names people whom no area has."""
    known = [area for area in document.areas if not _is_on_plate(area)]
    there = places(known) if known else None
    if one.region is not None:
        if len(known) < len(document.areas) or there is None:
            return None
        return _said(len(region_rows(one.region, there)), crowd)
    drawn = tuple(f"{area.id}/" for area in document.areas if _is_on_plate(area))
    names = [name for name in dict.fromkeys(one.agents) if not name.startswith(drawn)]
    lost = names if there is None else _lost(there, names)
    if lost:
        raise ArtistError(
            "usage.bad_value",
            "Nobody of that name is in the crowd",
            f"{', '.join(lost[:5])} {'is' if len(lost) == 1 else 'are'} in no area of {crowd.name}.",
            "Pick names in the ID matte, such as north/3/12/27.",
        )
    return len(dict.fromkeys(one.agents))


def _check_element(name: str, library: Path) -> None:
    known = [one.name for one in read_library(library).elements]
    if any(fnmatchcase(one, name) for one in known):
        return
    close = difflib.get_close_matches(name, known, 3, 0.5) or sorted(known)[:8]
    raise ArtistError(
        "usage.bad_value",
        "No element has that name",
        f"No element of {library} is called {name!r}.",
        f"Choose one that is there, such as {', '.join(close)}.",
    )


def _lost(there: Agents, names: list[str]) -> list[str]:
    rows = rows_of(there, names) if names else np.zeros(0, np.int64)
    return [name for name, row in zip(names, rows.tolist(), strict=True) if row < 0]


def _said(count: int, crowd: Path) -> int:
    if count:
        return count
    raise ArtistError(
        "usage.bad_value",
        "Nobody is in that part of the crowd",
        f"No place of {crowd.name} lies in the region.",
        "Look at the picture of 'photodouble crowd layout'; the polygon is x,z in metres on the ground.",
    )


def _is_on_plate(area: object) -> bool:
    return isinstance(area, Standing) and not area.polygon
