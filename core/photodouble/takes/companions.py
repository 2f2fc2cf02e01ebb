"""Movies and stills that go with a delivery: only what was made here of this very take, and is unchanged."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.image.hashes import file_sha256
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .delivery import ExportWish
from .store import Take

if TYPE_CHECKING:
    from photodouble.provenance.written import Written

_AGAIN = "Make it again here ('photodouble takes movie', 'photodouble pictures'), and look at it."


@dataclass(frozen=True)
class Companion:
    """One file to go with a delivery, and what the ledger knows of it."""

    path: Path
    written: Written


def companions(take: Take, wish: ExportWish, record: str, settings: Settings) -> tuple[Companion, ...]:
    """Return the files of a wish as the ledger knows them; `record` is the digest of the take's manifest.

    A label says that a file shows this take in this state, so a file that nobody knows gets none and does
    not go along, whatever the use. Raises ArtistError `policy.forbidden` for what was not made of this take
    alone, `input.tampered` for what was changed since, `policy.approval` for a final that is marked
    NOT APPROVED.
    """
    if not wish.beside:
        return ()
    known = _known(take, settings)
    found = tuple(Companion(path, _found(path, take, known, settings)) for path in wish.beside)
    for one in found:
        _check_shown(one, take)
        if wish.use == "final":
            _check_final(one, take, record)
    return found


@contextmanager
def unchanged_copy(one: Companion, folder: Path) -> Iterator[Path]:
    """Give a copy of a companion that is what the ledger knows, whoever writes to the file meanwhile."""
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as hidden:
        copy = Path(hidden) / one.path.name
        shutil.copyfile(one.path, copy)
        if file_sha256(copy) != one.written.file_sha256:
            raise _changed(one.path)
        yield copy


def _known(take: Take, settings: Settings) -> list[Written]:
    from photodouble.provenance.known import has_ledger
    from photodouble.provenance.ledger import Ledger
    from photodouble.provenance.written import delivered_pictures, sealed_pictures, written_pictures

    if not has_ledger(settings):
        return []
    with Ledger.open(settings) as ledger:
        made = [*written_pictures(ledger, take.take_id), *sealed_pictures(ledger, take.take_id)]
        return [*made, *delivered_pictures(ledger, take.take_id)]


def _found(path: Path, take: Take, known: list[Written], settings: Settings) -> Written:
    """Return what is known of a file by its hash; of several the one with the least said against it."""
    sha = file_sha256(path)
    same = [one for one in known if one.file_sha256 == sha]
    if same:
        return min(same, key=lambda one: (one.status not in ("", "approved"), one.use == "temp"))
    if any(one.path == str(path.absolute()) for one in known):
        raise _changed(path)
    raise _forbidden(path, _whose(sha, take, settings), "Give a movie or still that was made of this take.")


def _whose(sha: str, take: Take, settings: Settings) -> str:
    from photodouble.provenance.known import has_ledger
    from photodouble.provenance.ledger import Ledger
    from photodouble.provenance.written import written_pictures

    if has_ledger(settings):
        with Ledger.open(settings) as ledger:
            if any(one.file_sha256 == sha for one in written_pictures(ledger)):
                return f"it was made of another take than {take.label}"
    return f"nothing in the history says that it shows {take.label}"


def _check_shown(one: Companion, take: Take) -> None:
    if one.written.shows != (take.take_id,):
        why = f"it does not show {take.label} and its plate alone"
        raise _forbidden(one.path, why, "Make one without another take in it.")


def _check_final(one: Companion, take: Take, record: str) -> None:
    from photodouble.provenance.written import SEALED

    written = one.written
    if written.status not in ("", "approved"):
        raise ArtistError(
            "policy.approval",
            "This picture is marked NOT APPROVED",
            f"{one.path.name} was made before {take.label} was approved, and says so.",
            f"{_AGAIN} The take is approved now.",
        )
    if written.use == "temp":
        raise _forbidden(one.path, "it left for temp, and says so", "Give the one that it was made from.")
    if written.record not in (record, SEALED):
        raise _forbidden(one.path, f"it was made before {take.label} was finished", _AGAIN)


def _changed(path: Path) -> ArtistError:
    return ArtistError(
        "input.tampered",
        "A movie or still was changed since it was written",
        f"{path.name} is not the file that was written there.",
        _AGAIN,
        detail=str(path),
    )


def _forbidden(path: Path, why: str, fix: str) -> ArtistError:
    return ArtistError(
        "policy.forbidden",
        "This picture cannot go with the delivery",
        f"{path.name} stays here: {why}.",
        fix,
        detail=str(path),
    )
