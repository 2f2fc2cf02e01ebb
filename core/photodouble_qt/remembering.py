"""The one thing that the panel keeps on disk: who signs here, beside the client's own settings."""

from __future__ import annotations

import json
import os

from photodouble_client.runtime import write_private
from photodouble_client.settings import settings_path

FILE = "panel.json"


def remembered_person() -> str:
    """Give the person who decided last; empty where that is not known."""
    try:
        with open(_path(), encoding="utf-8") as stream:
            person = json.load(stream)["person"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return person if isinstance(person, str) else ""


def remember_person(person: str) -> None:
    """Keep who decided; a folder that cannot be written keeps nothing, which is no reason to stop."""
    if person == remembered_person():
        return
    try:
        os.makedirs(os.path.dirname(_path()), exist_ok=True)
        write_private(_path(), json.dumps({"person": person}))
    except OSError:
        return


def _path() -> str:
    return os.path.join(os.path.dirname(os.path.abspath(settings_path())), FILE)
