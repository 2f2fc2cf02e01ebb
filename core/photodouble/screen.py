"""Whether a window can be opened on this screen; Qt itself ends the program where it cannot."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping

CURSOR = "libxcb-cursor.so.0"
"""What Qt 6.5 and later needs for X11 and does not bring; few systems have it from the start."""
CURSOR_FIX = "Install libxcb-cursor0 (Debian, Ubuntu) or xcb-util-cursor (Rocky, Fedora)."


def is_there(system: str, variables: Mapping[str, str]) -> bool:
    """Say whether there is a screen at all."""
    named = any(variables.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return named or not system.startswith("linux")


def lacks_cursor(
    system: str, variables: Mapping[str, str], version: str, load: Callable[[str], object] = ctypes.CDLL
) -> bool:
    """Say whether the library is missing without which this version of Qt opens no window on X11."""
    on_x11 = variables.get("QT_QPA_PLATFORM", "").split(":")[0] in ("", "xcb")
    # On a Wayland screen Qt takes its own way; it falls back on X11 only where that fails.
    if not system.startswith("linux") or not on_x11 or variables.get("WAYLAND_DISPLAY"):
        return False
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < (6, 5):
        return False
    try:
        load(CURSOR)
    except OSError:
        return True
    return False
