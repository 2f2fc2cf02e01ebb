"""Is a finished take still what was sealed? Asked before it is approved, and before it leaves.

A manifest is a plain file that anybody can edit. What holds is what the ledger saw sealed, what every picture
says in its header, and what the records of the frames say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.exr_header import DamagedFileError, parse_header
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .canonical import digest
from .known import has_ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from photodouble.takes.store import Take

    from .ledger import Ledger

TAKE, CONSENT = "photodouble/take", "photodouble/consent"


def check_sealed(take: Take, settings: Settings) -> None:
    """Refuse a finished take that is not what was sealed; raises ArtistError `input.tampered`."""
    from .surroundings import manifest_faults

    faults = manifest_faults(take) or [*_picture_faults(take), *_history_faults(take, settings)]
    if faults:
        raise ArtistError(
            "input.tampered",
            "The take is not what was sealed",
            f"{faults[0]}.",
            "Bring it back from a copy, or make it again; 'photodouble verify' says what else is wrong.",
            detail="; ".join(faults),
        )


def words_in_pictures(take: Take) -> frozenset[str]:
    """Return the words about consent that the pictures of a take carry in their headers."""
    return frozenset(word for _, _, word in _marks(take) if word)


def _picture_faults(take: Take) -> Iterator[str]:
    """Say where the pictures, and the records of the frames, do not fit the manifest."""
    from photodouble.engine.work import word_of

    from .gate import recorded, worst

    frames = take.manifest()["frames"]
    state = recorded(take.folder)
    for frame in frames:
        record = take.record(int(frame))
        word = word_of(record) if record is not None else ""
        if word and worst((word, state)) != state:
            said = state or "nothing of that"
            yield f"{take.label}: frame {frame} is marked {word!r}, and the manifest says {said!r}"
            return
    for frame, name, _ in _marks(take):
        if name and name not in (take.take_id, frames[frame].get("linked_from")):
            yield f"{take.label}: frame {frame} is a picture of another take"
            return


def _history_faults(take: Take, settings: Settings) -> Iterator[str]:
    """Say where the manifest is not the one that the ledger, or the farm that made it, saw sealed."""
    manifest = take.manifest()
    noted = manifest.pop("ledger", {})
    content, engine = digest(manifest), noted.get("engine", "")
    if has_ledger(settings):
        from .ledger import Ledger

        with Ledger.open(settings) as ledger:
            rows, own = _finished(ledger, take), ledger.key.engine
        if rows:
            is_own = any("imported" not in row for row in rows)
            if content not in {row["content_sha256"] for row in rows} or (is_own and engine != own):
                yield f"{take.label}: its manifest is not the one that the ledger saw sealed"
            return
        if engine == own:
            yield f"{take.label}: its manifest names this machine's ledger, which never saw it sealed"
            return
    seen = {row["content_sha256"] for row in _of_the_farm(take)}
    if seen and content not in seen:
        yield f"{take.label}: its manifest is not the one that its farm saw sealed"


def _finished(ledger: Ledger, take: Take) -> list[Mapping[str, Any]]:
    return [row.payload for row in ledger.rows("run.finished", take=take.take_id)]


def _of_the_farm(take: Take) -> Iterable[Mapping[str, Any]]:
    from . import copies
    from .history import farm_rows

    for path in farm_rows(take.folder):
        for row in copies.read(path)[1]:
            if row.kind == "run.finished":
                yield row.payload


def _marks(take: Take) -> Iterator[tuple[str, str, str]]:
    """Give the frame, the take and the word about consent that each EXR of a take names in its header."""
    for frame, stored in take.manifest()["frames"].items():
        for written in stored["files"].values():
            path = take.folder / written["path"]
            if path.suffix.lower() == ".exr":
                yield (frame, *_header(path))


def _header(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as stream:
            part = parse_header(stream.read(1 << 18)).parts[0]
    except (OSError, DamagedFileError):
        return "", ""
    return part.text(TAKE), part.text(CONSENT)
