# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo and redo of Blender reach into the crowd file: it goes where the scene goes."""

from __future__ import annotations

from typing import Any

import bpy

from . import crowd_desk, crowd_history
from ._vendor.photodouble_client.errors import ArtistError


@bpy.app.handlers.persistent
def _after_undo(*_arguments: Any) -> None:
    """Bring every scene's crowd file along."""
    for scene in bpy.data.scenes:
        if scene.library is None:
            _follow(scene)


def _follow(scene: Any) -> None:
    try:
        said = crowd_history.follow(scene, crowd_desk.is_waiting())
    except ArtistError as problem:
        crowd_desk.refuse(problem)
        return
    if said:
        crowd_desk.tell(said)


@bpy.app.handlers.persistent
def _after_load(*_arguments: Any) -> None:
    """Begin anew with another file."""
    crowd_history.begin()


def _places() -> tuple[tuple[Any, Any], ...]:
    handlers = bpy.app.handlers
    return (
        (handlers.undo_post, _after_undo),
        (handlers.redo_post, _after_undo),
        (handlers.load_post, _after_load),
    )


def register() -> None:
    """Be told of undo, redo and other files."""
    for place, call in _places():
        place.append(call)


def unregister() -> None:
    """Be told no more."""
    for place, call in _places():
        if call in place:
            place.remove(call)
