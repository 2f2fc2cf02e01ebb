# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of the Edits panel do. An error is kept for the panel, never shown as a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from . import compat, edit_words, edits, take_list
from ._vendor.photodouble_client.errors import ArtistError


class _OfCut:
    """A button that needs strips and an engine that is not at work on another wish."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a scene with strips holds a cut."""
        editor = compat.sequencer_scene(context).sequence_editor
        cls.poll_message_set("The Sequencer of this scene has no strips: import a cut")
        return editor is not None and len(compat.strips_of(editor)) > 0


class _OfStrip:
    """A button that needs an active strip with pictures."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a strip of pictures can be worked on."""
        cls.poll_message_set("Choose a strip of pictures in the Sequencer")
        return _active(context) is not None


class PHOTODOUBLE_OT_edit_import(bpy.types.Operator):
    """Lay the cut into the Sequencer, frame by frame as it was edited. Strips that are there stay: a new scene is made"""  # noqa: E501

    bl_idname = "photodouble.edit_import"
    bl_label = "Import the Cut"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a cut that was chosen can be laid."""
        cls.poll_message_set("Choose a cut above")
        return bool(edits.state_of(compat.sequencer_scene(context)).cut.strip())

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine how the cut lies; the strips appear when it answers."""
        scene = compat.sequencer_scene(context)
        path = bpy.path.abspath(edits.state_of(scene).cut.strip())
        return _tried(lambda: edits.import_cut(scene, path))


class PHOTODOUBLE_OT_edit_export(_OfCut, bpy.types.Operator):
    """Write the strips as a new version of the cut, into the folder 'edits' beside the takes"""

    bl_idname = "photodouble.edit_export"
    bl_label = "Write the Cut"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Say which file each strip shows when; the engine makes the cut."""
        return _tried(lambda: edits.export(compat.sequencer_scene(context)))


class PHOTODOUBLE_OT_edit_pull(_OfStrip, bpy.types.Operator):
    """Make the active strip the plate of the chosen work: its frames, its handles, its shot name"""

    bl_idname = "photodouble.edit_pull"
    bl_label = "Pull the Active Strip"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Let the engine say which frames of the plate the cut needs."""
        scene, strip = compat.sequencer_scene(context), _active(context)
        return _tried(lambda: edits.pull(scene, strip))


class PHOTODOUBLE_OT_edit_take_above(_OfStrip, bpy.types.Operator):
    """Lay the chosen take above the active strip, retime included. The strip stays"""

    bl_idname = "photodouble.edit_take_above"
    bl_label = "Take above the Strip"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a take that is chosen can be laid anywhere."""
        if take_list.chosen() is None:
            cls.poll_message_set("Choose a take under Takes: list them first")
            return False
        return super().poll(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make the strip."""
        scene, strip, row = compat.sequencer_scene(context), _active(context), take_list.chosen()

        def put() -> None:
            made = edits.put_above(scene, strip, row.folder, row.name, row.take)
            edit_words.tell(f"{row.name} lies above {strip.name}, in channel {made.channel}.")

        return _tried(put)


class PHOTODOUBLE_OT_edit_push(_OfCut, bpy.types.Operator):
    """Put the chosen take into the cut: a new file, in which its clips keep their plates"""

    bl_idname = "photodouble.edit_push"
    bl_label = "Push the Take into the Cut"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a take that is chosen can be pushed."""
        if take_list.chosen() is None:
            cls.poll_message_set("Choose a take under Takes: list them first")
            return False
        return super().poll(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Let the engine put it in, and read the clips again."""
        scene, row = compat.sequencer_scene(context), take_list.chosen()
        folder, name = row.folder, row.name
        return _tried(lambda: edits.push(scene, folder, name))


class PHOTODOUBLE_OT_edit_check(_OfCut, bpy.types.Operator):
    """Say which clips show takes that may not leave: temp, not approved, stale, missing, too short"""

    bl_idname = "photodouble.edit_check"
    bl_label = "Check the Cut"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine; the answer appears below."""
        return _tried(lambda: edits.check(compat.sequencer_scene(context)))


class PHOTODOUBLE_OT_edit_conform(_OfCut, bpy.types.Operator):
    """Put the takes of this cut into the new one and lay that into a new scene. What lacks frames is named"""

    bl_idname = "photodouble.edit_conform"
    bl_label = "Conform to the New Cut"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a new cut that was chosen can be conformed to."""
        if not edits.state_of(compat.sequencer_scene(context)).new_cut.strip():
            cls.poll_message_set("Choose the new cut above")
            return False
        return super().poll(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the cut as it stands, compare, and lay the new one."""
        scene = compat.sequencer_scene(context)
        new = bpy.path.abspath(edits.state_of(scene).new_cut.strip())
        return _tried(lambda: edits.conform(scene, new))


class PHOTODOUBLE_OT_edit_make_missing(bpy.types.Operator):
    """Make the frames that the new cut lacks. What was made before is linked, and conform then shows all"""

    bl_idname = "photodouble.edit_make_missing"
    bl_label = "Make the Missing Frames"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only a new cut that lacks frames asks for some."""
        cls.poll_message_set("No frames are asked for: conform to a new cut first")
        return bool(edit_words.requests())

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Hand the requests over, one after the other."""
        return _tried(edits.make_missing)


def _active(context: Any) -> Any:
    editor = compat.sequencer_scene(context).sequence_editor
    strip = editor.active_strip if editor is not None else None
    return strip if strip is not None and strip.type in ("IMAGE", "MOVIE") else None


def _tried(wish: Callable[[], Any]) -> set[str]:
    try:
        wish()
    except ArtistError as problem:
        edit_words.refuse(problem)
        return {"CANCELLED"}
    except ValueError as why:
        edit_words.refuse(_unread(str(why)))
        return {"CANCELLED"}
    return {"FINISHED"}


def _unread(why: str) -> ArtistError:
    return ArtistError(
        "input.edit_media",
        "This strip cannot be worked on",
        f"Which frames of its files it shows is not known: {why}.",
        "Use numbered image files.",
    )


CLASSES = (
    PHOTODOUBLE_OT_edit_import,
    PHOTODOUBLE_OT_edit_export,
    PHOTODOUBLE_OT_edit_pull,
    PHOTODOUBLE_OT_edit_take_above,
    PHOTODOUBLE_OT_edit_push,
    PHOTODOUBLE_OT_edit_check,
    PHOTODOUBLE_OT_edit_conform,
    PHOTODOUBLE_OT_edit_make_missing,
)
