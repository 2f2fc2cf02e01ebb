"""The disks: of takes, of jobs and the ledger, of the cache, and for temporary files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .place import Place
from .row import BAD, GOOD, LOOK, Row

AREA = "disks"
_GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Need:
    """What a folder is for, how much room it wants and must have, and what to do where it lacks it."""

    name: str
    wanted: int
    least: int
    fix: str
    when_closed: str = BAD


TAKES = Need(
    "Takes", 20 * _GIGABYTE, _GIGABYTE,
    "Make room, or choose another place for takes (takes_root in the settings, or --root).", LOOK,
)  # fmt: skip
STATE = Need(
    "Jobs and ledger", _GIGABYTE, _GIGABYTE // 10,
    "Make room, or name a folder of your own on a local disk as engine_folder in the settings.",
)  # fmt: skip
CACHE = Need(
    "Cache", 5 * _GIGABYTE, _GIGABYTE // 10,
    "Make room ('photodouble cache clear'), or name another folder as cache_folder in the settings.", LOOK,
)  # fmt: skip
TEMPORARY = Need("Temporary files", 2 * _GIGABYTE, _GIGABYTE // 10, "Make room, or let TMPDIR name another.")


def look(place: Place) -> Iterator[Row]:
    """Say of each folder whether it can be written to and how much room its disk has."""
    from photodouble.engine.queue.folder import MOUNTS, is_on_network, state_place
    from photodouble.takes.finding import default_root

    root = default_root("", place.resolved, otherwise=place.near) if place.resolved else place.near / "takes"
    yield disk(TAKES, root)
    state = state_place(place.settings)
    yield disk(STATE, state)
    mounts = MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.is_file() else ""
    if is_on_network(state, mounts):
        said = f"{state} lies on a file server, where databases break"
        yield Row(
            AREA, STATE.name, BAD, said, "Name a folder on a local disk as engine_folder in the settings."
        )
    yield disk(CACHE, place.settings.cache_path())
    yield disk(TEMPORARY, Path(tempfile.gettempdir()))


def disk(need: Need, folder: Path) -> Row:
    """Say how it stands with one folder, whether it is there already or would be made."""
    from photodouble.engine.space import megabytes

    there = nearest(folder)
    if not there.is_dir():
        return Row(AREA, need.name, need.when_closed, f"{there} is no folder", need.fix)
    if not os.access(there, os.W_OK | os.X_OK):
        return Row(AREA, need.name, need.when_closed, f"nothing can be written to {there}", need.fix)
    free = shutil.disk_usage(there).free
    said = f"{megabytes(free)} free, {folder}"
    if free < need.least:
        return Row(AREA, need.name, BAD, said, need.fix)
    return Row(
        AREA, need.name, LOOK if free < need.wanted else GOOD, said, need.fix if free < need.wanted else ""
    )


def nearest(folder: Path) -> Path:
    """Return a folder, or what there is of the way to it."""
    folder = folder.absolute()
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder
