"""The people: the keys this user holds, who they are guarded from, and what the show knows of people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

if TYPE_CHECKING:
    from photodouble.provenance.show import Show

AREA = "people"


def keys(_place: Place) -> Iterator[Row]:
    """Say whose keys this user holds, and whether anybody else may read one."""
    from photodouble.provenance.keys import keys_folder

    folder = keys_folder()
    held = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    if not held:
        fix = "Whoever approves or files consent makes a key: photodouble person add"
        yield Row(AREA, "Keys", NOTE, "this user holds none, so decides nothing", fix)
    for path in held:
        found = path.stat()
        if hasattr(os, "getuid") and found.st_uid != os.getuid():
            yield Row(
                AREA, "Keys", BAD, f"{path} belongs to another user", "Have the file given to you alone."
            )
        elif hasattr(os, "getuid") and found.st_mode & 0o077:
            fix = f"Keep it to yourself: chmod 600 '{path}'. If others had it, make a new key."
            yield Row(AREA, "Keys", BAD, f"other users may read the key of {path.stem}", fix)
        else:
            yield Row(AREA, "Keys", GOOD, f"{path.stem}, guarded, {path}")


def show(place: Place) -> Iterator[Row]:
    """Say which show this is, whose keys count in it, and how its consents stand today."""
    from photodouble.provenance.show import Show

    found = Show.find(place.near)
    if not found.is_named:
        yield Row(AREA, "Show", NOTE, "no photodouble.toml here or above, so no people and no policy")
        return
    with_keys = len(found.keys)
    said = f"{found.name or found.folder}: {len(found.people)} people, {with_keys} of them with a key"
    if with_keys:
        yield Row(AREA, "Show", GOOD, said)
    else:
        fix = "Put the lines that 'photodouble person add' prints into the show's photodouble.toml."
        yield Row(AREA, "Show", LOOK, f"{said}, so nobody can approve", fix)
    if strangers := found.strangers():
        fix = "Have the lines of whoever signed them put into the show, or have the records taken out."
        yield Row(
            AREA, "Records", LOOK, f"{len(strangers)} signed by unknown keys, so they do not count", fix
        )
    yield _consents(found)


def _consents(found: Show) -> Row:
    from photodouble.provenance.consent import filed

    today = datetime.now(UTC).date().isoformat()
    consents = filed(found)
    live = [one for one in consents if not one.is_revoked and one.consent.valid_to >= today]
    said = f"{len(live)} live, {len(consents) - len(live)} expired or taken back"
    return Row(AREA, "Consents", GOOD if live else NOTE, said if consents else "none on file")
