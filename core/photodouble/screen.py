"""Whether a window can be opened on this screen; Qt itself ends the program where it cannot."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

X11_FIX = (
    "Debian, Ubuntu: sudo apt install libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 "
    "libxcb-render-util0 libxcb-xkb1 libxkbcommon-x11-0. Rocky, Fedora: sudo dnf install xcb-util-cursor "
    "xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil libxkbcommon-x11."
)
"""What Qt needs of the system for X11 and does not bring."""


def is_there(system: str, variables: Mapping[str, str]) -> bool:
    """Say whether there is a screen at all."""
    named = any(variables.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return named or not system.startswith("linux")


def missing_library(
    system: str, variables: Mapping[str, str], plugin: Path, load: Callable[[str], object] = ctypes.CDLL
) -> str:
    """Say why the part of Qt that opens windows on X11 cannot load; empty where it can, or is not asked."""
    on_x11 = variables.get("QT_QPA_PLATFORM", "").split(":")[0] in ("", "xcb")
    # On a Wayland screen Qt takes its own way; it falls back on X11 only where that fails.
    if not system.startswith("linux") or not on_x11 or variables.get("WAYLAND_DISPLAY"):
        return ""
    try:
        if plugin.is_file():
            load(str(plugin))
    except OSError as problem:
        return str(problem)
    return ""


def x11_plugin(binding: str) -> Path:
    """Return where a binding such as PySide6 keeps that part; there may be none."""
    found = importlib.util.find_spec(binding)
    places = found.submodule_search_locations if found else None
    return Path(places[0] if places else "", "Qt", "plugins", "platforms", "libqxcb.so")
