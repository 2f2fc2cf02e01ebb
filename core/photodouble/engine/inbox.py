"""The engine's inbox: a folder of the user's own in which a node, which has no network, leaves requests."""

from __future__ import annotations

import secrets
from pathlib import Path

from photodouble.engine.queue.folder import state_folder, state_place
from photodouble.settings import Settings
from photodouble.takes.node_text import NO_DOOR, Door
from photodouble_client.errors import ArtistError

INBOX, STATUS = "inbox", "status"


def inbox_folder(settings: Settings) -> Path:
    """Return where requests are left; the engine makes the folder, and so does whoever stages a take."""
    return state_place(settings) / INBOX


def door(settings: Settings) -> Door:
    """Make the place where a node finds the engine, with a file of its own for answers, if that can be."""
    try:
        folder = state_folder(settings) / INBOX
        for each in (folder, folder / STATUS):
            each.mkdir(mode=0o700, exist_ok=True)
    except (ArtistError, OSError):
        return NO_DOOR
    return Door(str(folder), str(folder / STATUS / f"{secrets.token_hex(8)}.txt"))
