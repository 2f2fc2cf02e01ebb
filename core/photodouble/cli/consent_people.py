"""Whom `photodouble consent add` files for: performers that are named, and those of a list."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from photodouble_client.errors import ArtistError

_COLUMNS = ("performer", "document", "ages", "described")


@dataclass(frozen=True)
class Person:
    """One performer; what is empty is as the flags say. `document` is the signed one of this person alone."""

    performer: str
    document: str = ""
    ages: str = ""
    described: str = ""


def people(named: Sequence[str], listed: str) -> tuple[Person, ...]:
    """Return everybody once; `listed` is a CSV file with a column `performer`, or one id a line.

    Raises ArtistError `usage.arguments` where nobody is named, `usage.bad_value` for a list that is unclear.
    """
    found = {name: Person(name) for name in named}
    for person in _read(Path(listed)) if listed else ():
        if person.performer in found and found[person.performer] != person:
            raise _unclear(listed, f"{person.performer} is there twice, with different words.")
        found[person.performer] = person
    if not found:
        raise ArtistError(
            "usage.arguments",
            "Nobody is named",
            "A consent is that of a performer, and none was given.",
            "Write the performers' ids, or give a list of them with --list.",
        )
    return tuple(found.values())


def _read(path: Path) -> list[Person]:
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise _unclear(path, f"It cannot be read: {cause}") from None
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    head = [cell.lower() for cell in rows[0]] if rows else []
    if "performer" not in head:
        head, rows = ["performer"], [[], *rows]
    unknown = [name for name in head if name not in _COLUMNS]
    if unknown or len(set(head)) < len(head):
        raise _unclear(path, f"Its first line is {', '.join(head)}; columns are {', '.join(_COLUMNS)}.")
    for at, row in enumerate(rows[1:], 2):
        if len(row) > len(head) or not row[head.index("performer")]:
            raise _unclear(path, f"Line {at} names nobody, or has more columns than the first line.")
    return [_person(dict(zip(head, row, strict=False)), path) for row in rows[1:]]


def _person(row: dict[str, str], path: Path) -> Person:
    document = row.get("document", "")
    return Person(**{**row, "document": str(path.parent / document) if document else ""})


def _unclear(path: Path | str, message: str) -> ArtistError:
    fix = "Write one id a line, or a CSV file whose first line names the columns, performer among them."
    return ArtistError(
        "usage.bad_value", "The list of performers is not understood", f"{path}: {message}", fix
    )
