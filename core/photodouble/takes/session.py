"""A whole review session as CSV: bring the decisions of one in, and give the states out for trackers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .finding import found_take
from .review import Wish, check_wish, decide, standings
from .review_words import IN_REVIEW, STYLES, Ruling
from .store import Take, TakeStore, names_of

if TYPE_CHECKING:
    from photodouble.provenance.keys import PersonKey
    from photodouble.provenance.show import Show

COLUMNS = ("take", "decision", "by", "date", "reference", "note")
_SPELLINGS = {
    "approve": ("approve", "approved", "apr", "final", "done", "final approved", "ok"),
    "reject": ("reject", "rejected", "no"),
    "retake": ("retake", "redo", "changes", "revise"),
    "present": ("present", "in review", "pending review", "rev", "wfa"),
    "note": ("note", "comment", ""),
}
_HEADS = {
    "shotgrid": ("Version Name", "Link", "Status", "Description"),
    "kitsu": ("Entity", "Task Type", "Task Status", "Comment"),
}


@dataclass(frozen=True)
class SessionRow:
    """One line of a session: the take and what is said of it; `line` is its number in the file."""

    line: int
    take: Take
    wish: Wish


def read_session(
    store: TakeStore, show: Show, path: Path, *, date: str = "", reference: str = ""
) -> tuple[SessionRow, ...]:
    """Read a session with the columns `take,decision,by,date,reference,note`; the first two must be there.

    `date` and `reference` hold for lines that leave them empty; `by` is the id or the name of a person.
    Raises ArtistError `usage.bad_value` naming the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise _bad(path, 0, f"it cannot be read: {problem}") from problem
    try:
        return tuple(_rows(store, show, path, csv.DictReader(io.StringIO(text)), (date, reference)))
    except csv.Error as problem:
        raise _bad(path, 0, f"it is no readable CSV: {problem}") from problem


def _rows(
    store: TakeStore, show: Show, path: Path, table: csv.DictReader[str], otherwise: tuple[str, str]
) -> Iterator[SessionRow]:
    heads = [str(head).strip().lower() for head in table.fieldnames or ()]
    if not {"take", "decision"} <= set(heads) or not set(heads) <= set(COLUMNS):
        raise _bad(path, 1, f"its first line must name columns of {', '.join(COLUMNS)}")
    table.fieldnames = heads
    for cells in table:
        line = table.line_num
        if None in cells or None in cells.values():
            raise _bad(path, line, "it has not as many cells as the first line")
        row = {name: str(cell).strip() for name, cell in cells.items()}
        if any(row.values()):
            yield _row(store, show, path, line, row, *otherwise)


def import_session(
    store: TakeStore, rows: tuple[SessionRow, ...], key: PersonKey, settings: Settings
) -> Iterator[Ruling]:
    """Sign every decision of a session, once all of them are known to be allowed; give each back."""
    from photodouble.provenance.show import Show

    show = Show.find(store.root)
    for row in rows:
        check_wish(row.take, row.wish, key, show, settings)
    for row in rows:
        yield decide(store, row.take, row.wish, key, settings)


def status_csv(store: TakeStore, style: str) -> str:
    """Return the state of every take in the words of a tracker, as CSV.

    Takes that this version cannot read are left out; `readable.left_out` names them.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_HEADS[style])
    states = standings(store)
    for take in store.all():
        if take.take_id not in states:
            continue
        standing, names = states[take.take_id], names_of(take.request())
        is_held = standing.is_approved and not standing.may_be_final
        word = STYLES[style][IN_REVIEW if is_held else standing.state]
        said = next((one.reason for one in reversed(standing.decisions) if one.reason), "")
        said = " ".join([*standing.held, said]).strip()
        cells = {
            "shotgrid": (take.stem, names.shot, word, said),
            "kitsu": (names.shot, names.task or names.operation, word, said or take.stem),
        }[style]
        writer.writerow([_plain(cell) for cell in cells])
    return stream.getvalue()


def _row(
    store: TakeStore, show: Show, path: Path, line: int, row: Mapping[str, str], date: str, reference: str
) -> SessionRow:
    word = next((each for each, ways in _SPELLINGS.items() if row["decision"].lower() in ways), "")
    if not word:
        raise _bad(path, line, f"{row['decision']!r} is no decision")
    try:
        take = found_take(row["take"], store)
        person = _person(show, row.get("by", ""))
    except ArtistError as problem:
        raise _bad(path, line, problem.message) from problem
    wish = Wish(
        word, row.get("note", ""), row.get("reference", "") or reference, row.get("date", "") or date, person
    )
    return SessionRow(line, take, wish)


def _person(show: Show, given: str) -> str:
    named = [each.id for each in show.people.values() if given and each.name.lower() == given.lower()]
    return named[0] if len(named) == 1 else show.person(given).id if given else ""


def _plain(cell: str) -> str:
    """Keep a spreadsheet from taking somebody's note for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _bad(path: Path, line: int, why: str) -> ArtistError:
    where = f"Line {line} of {path}" if line else str(path)
    return ArtistError(
        "usage.bad_value",
        "The session cannot be read",
        f"{where}: {why}.",
        f"Give a CSV in UTF-8 with the columns {', '.join(COLUMNS)}. Nothing was recorded.",
    )
