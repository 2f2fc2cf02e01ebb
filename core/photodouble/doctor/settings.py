"""The settings files: whether each can be read, and whether anybody else may change it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from photodouble_client.errors import ArtistError
from photodouble_client.settings import read_client_settings, settings_path

from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

AREA = "settings"


def look(place: Place) -> Iterator[Row]:
    """Say which files there are, and what is wrong with one."""
    yield _own(place)
    if place.resolved is not None:
        origins = place.resolved.origins.values()
        for level in ("studio", "show", "user"):
            path = next((one.path for one in origins if one.level == level and one.path is not None), None)
            if path is not None:
                yield _guarded_file(f"Settings of the {level}", path)
    named = place.variables.get("PHOTODOUBLE_STUDIO", "")
    if named and not Path(named).expanduser().exists():
        fix = "Correct PHOTODOUBLE_STUDIO or bring the file back; the studio's settings are not in force."
        yield Row(AREA, "Settings of the studio", BAD, f"{named} is not there", fix)
    client = Path(settings_path(place.variables))
    if client.is_file():
        read_client_settings(str(client))
        yield _guarded_file("Settings of hosts", client)


def _own(place: Place) -> Row:
    trouble = place.trouble
    if isinstance(trouble, ArtistError):
        return Row(AREA, "Settings", BAD, trouble.message, trouble.fix, trouble.detail)
    if trouble is not None:
        found = f"cannot be read: {type(trouble).__name__}"
        return Row(AREA, "Settings", BAD, found, "Install Photo Double's libraries again.", str(trouble))
    set_by_hand = (
        sum(one.level != "built-in" for one in place.resolved.origins.values()) if place.resolved else 0
    )
    said = f"{set_by_hand} set by hand" if set_by_hand else "all built in"
    return Row(AREA, "Settings", GOOD, f"{said}; 'photodouble config show' lists them")


def _guarded_file(name: str, path: Path) -> Row:
    """Say whether others could change a file that decides which programs run."""
    found = path.stat()
    if hasattr(os, "getuid") and found.st_mode & stat.S_IWOTH:
        fix = f"Take that right away: chmod o-w '{path}'"
        return Row(AREA, name, LOOK, f"everybody on this machine may change {path}", fix)
    if not os.access(path, os.W_OK):
        return Row(AREA, name, NOTE, f"{path}, which you may read and not change")
    return Row(AREA, name, GOOD, str(path))
