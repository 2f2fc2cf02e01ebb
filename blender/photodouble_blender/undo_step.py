# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of Blender's undo for what an answer of the engine changes: no button is being pressed then."""

from __future__ import annotations

import bpy


def push(what: str) -> None:
    """Let undo come back to what is there now; in a timer Blender may name no window, and needs one."""
    windows = bpy.context.window_manager.windows
    if bpy.context.window is None and len(windows):
        with bpy.context.temp_override(window=windows[0]):
            _push(what)
    else:
        _push(what)


def _push(what: str) -> None:
    if bpy.ops.ed.undo_push.poll():
        bpy.ops.ed.undo_push(message=what)
