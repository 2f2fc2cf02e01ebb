"""The packages that this script carries, client and panel, in the folder `_vendor` beside this file."""

from __future__ import annotations

import importlib.util
import os
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_vendor")
MISSING = "Photo Double is not complete: {} is missing. Run install/resolve, and copy the folder once more."


def use() -> None:
    """Let the carried packages be imported, before anything else of the same name.

    Raises ImportError with one plain sentence where they are missing.
    """
    if "photodouble_client" in sys.modules:
        return
    if os.path.isdir(FOLDER):
        if FOLDER not in sys.path:
            sys.path.insert(0, FOLDER)
    elif importlib.util.find_spec("photodouble_client") is None:
        raise ImportError(MISSING.format(FOLDER))
