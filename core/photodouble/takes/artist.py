"""Who works here: as given, by the environment, by the settings, or the user of the system."""

from __future__ import annotations

import getpass
import os

from photodouble.settings import Settings


def artist_name(given: str, settings: Settings) -> str:
    """Return who works here: as given, PHOTODOUBLE_ARTIST, the setting `artist`, or the system's user."""
    return given or os.environ.get("PHOTODOUBLE_ARTIST", "") or settings.artist or user_of_system()


def user_of_system() -> str:
    """Return the user of this machine; empty where the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
