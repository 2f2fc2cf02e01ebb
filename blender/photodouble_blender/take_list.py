# SPDX-License-Identifier: GPL-3.0-or-later
"""The takes of the shot, as the engine lists them, and what is known of the one that is chosen.

The list lives with the window manager, so it is in no file and in no undo step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import bpy
import bpy.utils.previews

from . import asking, frames, listening, preferences, requests
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.frames import FrameRange

LIST = "takes.list"
CHECK = "takes.check"
PICTURE = "pictures.thumbnail"


@dataclass
class _Known:
    """What is shown beside the list; gone when another file is opened or the extension is switched off."""

    error: ArtistError | None = None
    said: str = ""
    changes: tuple[str, ...] | None = None
    picture: str = ""
    previews: Any = field(default=None, repr=False)


_known = _Known()


def rows() -> Any:
    """Give the rows of the list."""
    return bpy.context.window_manager.photodouble_takes


def chosen() -> Any:
    """Give the row that is chosen, or None."""
    manager = bpy.context.window_manager
    index = manager.photodouble_take_index
    return manager.photodouble_takes[index] if 0 <= index < len(manager.photodouble_takes) else None


def error() -> ArtistError | None:
    """Give what went wrong with the latest wish, or None."""
    return _known.error


def said() -> str:
    """Give what the engine answered to the latest wish, in words."""
    return _known.said


def changes() -> tuple[str, ...] | None:
    """Say what changed since the chosen take was made; None while that is not known."""
    return _known.changes


def icon() -> int:
    """Give the number of the icon that shows the chosen take; 0 where there is none."""
    if not _known.picture or _known.previews is None:
        return 0
    if _known.picture not in _known.previews:
        _known.previews.load(_known.picture, _known.picture, "IMAGE")
    return int(_known.previews[_known.picture].icon_id)


def arguments(scene: Any, **more: Any) -> dict[str, Any]:
    """Give the arguments of a task about the takes of a scene; raises ArtistError where there is no place."""
    return {"root": requests.takes_root(scene.photodouble), **more}


def tell(text: str) -> None:
    """Show what came of a wish."""
    _known.said, _known.error = text, None
    listening.redraw()


def refuse(problem: ArtistError) -> None:
    """Show what went wrong with a wish."""
    _known.said, _known.error = "", problem
    listening.redraw()


def refresh(scene: Any) -> None:
    """Ask for the list again; raises ArtistError where takes have no place yet."""
    given, settings = arguments(scene), preferences.client_settings()
    asking.ask_task(LIST, given, settings, _fill, refuse)


def look_at(scene: Any) -> None:
    """Ask for the picture of the chosen take, and whether it is current."""
    _known.changes, _known.picture = None, ""
    row = chosen()
    if row is None:
        return
    try:
        settings, given = preferences.client_settings(), arguments(scene, take=row.take)
    except ArtistError as problem:
        refuse(problem)
        return
    asking.ask_task(CHECK, given, settings, _note_changes, refuse)
    if not row.frames:
        return
    picture = {**given, "frame": middle_of(row), "size": 320}
    asking.ask_task(PICTURE, picture, settings, _note_picture, _without_picture)


def middle_of(row: Any) -> int:
    """Give the frame in the middle of a take; raises ArtistError `input.empty_range` for one of no frames."""
    numbers = FrameRange.from_text(row.frames)
    return list(numbers)[len(numbers) // 2] if len(numbers) else numbers.first


def image_editor(area: int) -> Any:
    """Give the space of an Image editor by its area's pointer, if it is still there.

    An answer comes later than the button was pressed: what was remembered of a closed editor is no space any
    more, and touching it crashes Blender.
    """
    areas = (one for window in bpy.context.window_manager.windows for one in window.screen.areas)
    found = next((one for one in areas if one.as_pointer() == area), None)
    return found.spaces.active if found is not None and found.type == "IMAGE_EDITOR" else None


def plate_frame(state: Any, scene: Any, row: Any) -> int | None:
    """Give the frame of the plate that the scene shows now, or None if the chosen take has not that one."""
    there = FrameRange.from_text(row.frames)
    if not len(there):
        return None
    try:
        first = frames.plate_frames(frames.pattern_of(bpy.path.abspath(state.inputs.plate))).first
    except ArtistError:
        first = there.first
    frame = scene.frame_current - state.plate_starts + first
    return frame if frame in there else None


def _fill(answer: Any) -> None:
    """Take over the list; the take that was chosen stays chosen."""
    before = chosen()
    kept = before.take if before is not None else ""
    manager = bpy.context.window_manager
    manager.photodouble_takes.clear()
    for row in answer:
        made = manager.photodouble_takes.add()
        made.name, made.take, made.folder = row["name"], row["take"], row["folder"]
        made.status, made.review, made.frames = row["status"], row["review"], row["range"]
        made.operation = row["name"].split("/")[-2] if row["name"].count("/") >= 2 else ""
    takes = [row.take for row in manager.photodouble_takes]
    manager.photodouble_take_index = takes.index(kept) if kept in takes else (0 if takes else -1)
    tell("" if takes else "There are no takes in this folder yet.")


def _note_changes(answer: Any) -> None:
    _known.changes = tuple(row["message"] for row in answer["changes"])


def _note_picture(answer: Any) -> None:
    _known.picture = answer["picture"]


def _without_picture(_problem: ArtistError) -> None:
    """A take without finished frames has no picture; that is no fault worth a word."""


def _on_choice(_manager: Any, context: Any) -> None:
    look_at(context.scene)


class PHOTODOUBLE_PG_take(bpy.types.PropertyGroup):
    """One take in the list."""

    take: bpy.props.StringProperty()
    folder: bpy.props.StringProperty()
    status: bpy.props.StringProperty()
    review: bpy.props.StringProperty()
    frames: bpy.props.StringProperty()
    operation: bpy.props.StringProperty()


class PHOTODOUBLE_UL_takes(bpy.types.UIList):
    """Show takes with where they stand."""

    def draw_item(
        self, _context: Any, layout: Any, _data: Any, item: Any, _icon: int, _active: Any, _property: str
    ) -> None:
        """Draw one take: its name, and its state in words."""
        row = layout.row(align=True)
        row.label(text=_short(item.name), icon=_SIGNS.get(item.review, "RENDER_RESULT"))
        row.label(text=item.status)


def _short(name: str) -> str:
    """Put the version first: a sidebar cuts off the end of a name."""
    return "  ".join(reversed(name.split("/")))


_SIGNS = {"approved": "CHECKMARK", "rejected": "CANCEL", "retake": "FILE_REFRESH", "in_review": "HIDE_OFF"}

CLASSES = (PHOTODOUBLE_PG_take, PHOTODOUBLE_UL_takes)


def forget() -> None:
    """Drop everything that was known of takes."""
    _known.error, _known.said, _known.changes, _known.picture = None, "", None, ""
    bpy.context.window_manager.photodouble_takes.clear()


@bpy.app.handlers.persistent
def _on_load(*_arguments: Any) -> None:
    """Forget the takes of the file before."""
    forget()


def register() -> None:
    """Add the list."""
    manager = bpy.types.WindowManager
    manager.photodouble_takes = bpy.props.CollectionProperty(type=PHOTODOUBLE_PG_take)
    manager.photodouble_take_index = bpy.props.IntProperty(default=-1, update=_on_choice)
    bpy.app.handlers.load_post.append(_on_load)
    if not bpy.app.background:
        _known.previews = bpy.utils.previews.new()


def unregister() -> None:
    """Take it away again, with its pictures."""
    forget()
    if _known.previews is not None:
        bpy.utils.previews.remove(_known.previews)
        _known.previews = None
    if _on_load in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_on_load)
    del bpy.types.WindowManager.photodouble_takes
    del bpy.types.WindowManager.photodouble_take_index
