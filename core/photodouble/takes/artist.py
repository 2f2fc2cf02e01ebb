"""Who works here: as given, by the environment, by the settings, or the user of the system."""

from __future__ import annotations

import getpass
import os

from photodouble.settings import Settings


def artist_name(given: str, settings: Settings) -> str:
    """Return who works here: as given, PHOTODOUBLE_ARTIST, the setting `artist`, or the system's user."""
    return given or os.environ.get("PHOTODOUBLE_ARTIST", "") or settings.artist or _user()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
