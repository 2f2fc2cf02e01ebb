"""The packages that this plug-in carries, client and panel, in the folder `_vendor` beside this file."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from typing import List

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_vendor")
CLIENT = "photodouble_client"
OTHER = (
    "Another plug-in has loaded an older Photo Double ({}) from {}. Take it off Nuke's paths, or install "
    "version {} there, too, and start Nuke again."
)
MISSING = "Photo Double is not complete: {} is missing. Run install/nuke of Photo Double once."


_checked: List[str] = []
"""What was found to be new enough already: a knob that is dragged may not wait for a disk."""


def use() -> None:
    """Let the carried packages be imported, before anything else of the same name.

    Raises ImportError with one plain sentence where they are missing, or where another plug-in was there
    first with an older client, which cannot do what is asked of it here.
    """
    if CLIENT in sys.modules:
        _refuse_older(str(getattr(sys.modules[CLIENT], "__file__", "")))
    elif os.path.isdir(os.path.join(FOLDER, CLIENT)):
        if FOLDER in sys.path:
            sys.path.remove(FOLDER)
        sys.path.insert(0, FOLDER)
    elif importlib.util.find_spec(CLIENT) is None:
        raise ImportError(MISSING.format(FOLDER))


def _refuse_older(loaded: str) -> None:
    if loaded in _checked:
        return
    carried, present = _carried(), _present()
    if carried and _numbers(present) < _numbers(carried):
        raise ImportError(OTHER.format(present or "unknown version", os.path.dirname(loaded), carried))
    _checked.append(loaded)


def _carried() -> str:
    """Give the version that is carried here; empty where none is."""
    try:
        with open(os.path.join(FOLDER, "VERSION"), encoding="utf-8") as stream:
            return (stream.read().split() or [""])[0]
    except (OSError, ValueError):
        return ""


def _present() -> str:
    """Give the version that was loaded; the first ones said none."""
    try:
        from photodouble_client.version import VERSION
    except ImportError:
        return ""
    return str(VERSION)


def _numbers(version: str) -> List[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
