"""The adapter for Nuke, imported anew: its modules hold on to the Nuke that they were imported in."""

from __future__ import annotations

import importlib
import sys
from types import SimpleNamespace
from typing import Any

MODULES = (
    "buttons",
    "callbacks",
    "group",
    "knobs",
    "layout",
    "locks",
    "menus",
    "node",
    "snippet",
    "stale",
    "start",
    "takes",
    "upgrade",
)


def fresh() -> Any:
    """Give the modules of the adapter by name, imported into the Nuke that was installed last."""
    forget()
    return SimpleNamespace(**{name: importlib.import_module(f"photodouble_nuke.{name}") for name in MODULES})


def forget() -> None:
    """Drop every module of the adapter."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "photodouble_nuke"]:
        del sys.modules[name]
