# SPDX-License-Identifier: GPL-3.0-or-later
"""One timer for everything that is waited for: jobs, questions, the engine itself.

Watchers do the waiting in threads of their own; `poll` takes over what they heard, on Blender's thread.
Blender without a window runs no timers: a script calls `poll` by itself.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy

from .editors import EDITORS

INTERVAL = 0.1
_DRAWN = (*(editor.space for editor in EDITORS), "PREFERENCES")


@dataclass(frozen=True)
class Heard:
    """What a look at the watchers gave: whether anything came, and whether more is to come."""

    anything: bool
    more: bool


@dataclass(frozen=True)
class Listener:
    """One module that waits for something: how it is looked at, and how it forgets."""

    poll: Callable[[], Heard]
    forget: Callable[[], None]


_listeners: list[Listener] = []
_looking: list[bool] = []


def add(listener: Listener) -> None:
    """Let a module be looked at with the others."""
    _listeners.append(listener)


def poll() -> bool:
    """Take over what was heard since the last time, without waiting; says whether there is more to come."""
    if _looking:  # a render that a listener began let the timer in again
        return True
    _looking.append(True)
    try:
        heard = [_looked_at(listener) for listener in _listeners]
    finally:
        _looking.clear()
    if any(one.anything for one in heard):
        redraw()
    return any(one.more for one in heard)


def _looked_at(listener: Listener) -> Heard:
    """Look at one module; a fault of one is told in the console and does not stop the others."""
    try:
        return listener.poll()
    except Exception:  # noqa: BLE001, the edge of the timer: what raises here would end it for all
        traceback.print_exc()
        _forget_one(listener)
        return Heard(True, False)


def _forget_one(listener: Listener) -> None:
    """Let a module forget; where even that fails, the others go on."""
    try:
        listener.forget()
    except Exception:  # noqa: BLE001, as above
        traceback.print_exc()


def listen() -> None:
    """Look at the watchers from now on until nothing is to come."""
    if not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=INTERVAL, persistent=True)
    redraw()


def redraw() -> None:
    """Let every editor that shows something of ours draw itself again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in _DRAWN:
                area.tag_redraw()


def _tick() -> float | None:
    return INTERVAL if poll() else None


def _forget() -> None:
    """Stop watching; the jobs go on in the engine."""
    for listener in _listeners:
        _forget_one(listener)


@bpy.app.handlers.persistent
def _on_load(*_arguments: Any) -> None:
    """Forget the scenes of the file before: their numbers mean other scenes now."""
    _forget()


def register() -> None:
    """Begin to notice when another file is opened."""
    bpy.app.handlers.load_post.append(_on_load)


def unregister() -> None:
    """Stop watching, without a thread or a timer left behind."""
    _forget()
    _listeners.clear()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _on_load in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_on_load)
