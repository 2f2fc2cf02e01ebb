"""Movies and stills that show a take: what was written is noted by its hash, so that it is known again."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings
from photodouble.takes.artist import user_of_system
from photodouble_client.errors import ArtistError

from .canonical import digest
from .ledger import Ledger
from .rows import Row

if TYPE_CHECKING:
    from photodouble.takes.store import Take

MOVIE, PICTURE = "movie.written", "picture.written"
SEALED = "sealed"
"""In place of the manifest's digest: the picture lies in the take since before its seal."""


@dataclass(frozen=True)
class Written:
    """One movie or still as the ledger knows it.

    `status` is the word of review that stands in it, empty where none does; `shows` are the takes whose
    results are seen; `record` is the digest of the take's manifest at that time, empty before its seal.
    """

    take_id: str
    name: str
    path: str
    file_sha256: str
    pixel_sha256: str
    kind: str
    status: str
    shows: tuple[str, ...]
    record: str
    at: str
    user: str
    use: str = ""

    @property
    def text(self) -> str:
        """Say what it is, who wrote it and when."""
        mark = "" if self.status in ("", "approved") else ", marked NOT APPROVED"
        left = f", delivered for {self.use}" if self.use else ""
        return f"{self.kind}{' by ' + self.user if self.user else ''} of {self.at[:16]}{left}{mark}"


def note_written(
    event: str,
    take: Take,
    path: Path,
    facts: Mapping[str, Any],
    settings: Settings,
    warn: Callable[[str], None],
) -> None:
    """Note what was written of a take: `facts` hold `file_sha256`, `kind`, `status` and `shows`.

    The very same file is noted once. Where the ledger fails the picture stays, and `warn` says so.
    """
    try:
        record = digest(take.manifest()) if take.is_sealed else ""
        known = {"take": take.take_id, "record_sha256": record, "path": str(path.absolute()), **facts}
        with Ledger.open(settings) as ledger:
            if any(_is_same(row, known) for row in ledger.rows(event, take=take.take_id)):
                return
            place = {"machine": platform.node(), "user": user_of_system() or "unknown"}
            ledger.append(event, {**known, **place})
    except ArtistError as error:
        warn(f"{path.name} is not in the history, and cannot go with a delivery: {error.message}")


def written_pictures(ledger: Ledger, take: str = "") -> Iterator[Written]:
    """Give what a ledger knows of movies and stills: of one take, or of all."""
    for event in (MOVIE, PICTURE):
        for row in ledger.rows(event, take=take):
            yield _written(row)


def sealed_pictures(ledger: Ledger, take: str = "") -> Iterator[Written]:
    """Give the pictures to look at that lie in takes since they were finished."""
    for row in ledger.rows("run.finished", take=take):
        payload = row.payload
        for name, file_sha256 in payload.get("pictures", {}).items():
            yield Written(
                take_id=str(payload["take"]),
                name=str(name),
                path="",
                file_sha256=str(file_sha256),
                pixel_sha256="",
                kind="contact sheet" if name == "contact_sheet.png" else "small picture",
                status="",
                shows=(str(payload["take"]),),
                record=SEALED,
                at=row.ts,
                user=str(payload.get("user", "")),
            )


def delivered_pictures(ledger: Ledger, take: str) -> Iterator[Written]:
    """Give what left with the deliveries of a take, as it stands in them."""
    for row in ledger.rows("export.signed", take=take):
        payload = row.payload
        for name, file in payload.get("files", {}).items():
            yield Written(
                take_id=take,
                name=str(name),
                path="",
                file_sha256=str(file["file_sha256"]),
                pixel_sha256=str(file.get("pixel_sha256", "")),
                kind=str(file["output"]),
                status=str(file.get("marked", payload["status"])),
                shows=(take,),
                record=str(payload.get("record_sha256", "")),
                at=row.ts,
                user="",
                use=str(payload["use"]),
            )


def _written(row: Row) -> Written:
    told = row.payload
    return Written(
        take_id=str(told["take"]),
        name=Path(str(told["path"])).name,
        path=str(told["path"]),
        file_sha256=str(told["file_sha256"]),
        pixel_sha256=str(told.get("pixel_sha256", "")),
        kind=str(told["kind"]),
        status=str(told["status"]),
        shows=tuple(str(one) for one in told["shows"]),
        record=str(told["record_sha256"]),
        at=str(told.get("imported", {}).get("ts", row.ts)),
        user=str(told.get("user", "")),
    )


def _is_same(row: Row, known: Mapping[str, Any]) -> bool:
    told = row.payload
    return all(told.get(key) == value for key, value in known.items())
