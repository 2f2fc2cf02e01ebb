# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk below the De-Age panel: consent, tracks, the frames worth painting, the painted keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from . import asking, deage_desk
from ._vendor.photodouble_client.errors import ArtistError
from .editors import EDITORS, Editor, InTab, panel_in
from .panel import draw_repair
from .text import draw_lines


class PHOTODOUBLE_OT_deage_suggest(bpy.types.Operator):
    """Name the frames that are worth painting, beside those that are painted"""

    bl_idname = "photodouble.deage_suggest"
    bl_label = "Suggest Frames to Paint"

    count: bpy.props.IntProperty(name="Frames", default=3, min=1, max=100)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine; the list appears in the panel."""
        return _tried(lambda: deage_desk.suggest(context.scene, self.count))


class PHOTODOUBLE_OT_deage_jump(bpy.types.Operator):
    """Move the playhead to this frame of the plate"""

    bl_idname = "photodouble.deage_jump"
    bl_label = "Go to a Suggested Frame"

    frame: bpy.props.IntProperty(name="Plate frame")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Show it."""
        return _tried(lambda: deage_desk.jump(context.scene, self.frame))


class PHOTODOUBLE_OT_deage_paint(bpy.types.Operator):
    """Make a canvas of the frame that the scene shows, in float, and show it to paint on"""

    bl_idname = "photodouble.deage_paint"
    bl_label = "Paint This Frame"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the frame as it is, and load it to be painted on."""
        return _tried(lambda: deage_desk.paint(context.scene, context.space_data))


class PHOTODOUBLE_OT_deage_use_keys(bpy.types.Operator):
    """Write the painted frames without loss, numbered as the plate, and use them as keys"""

    bl_idname = "photodouble.deage_use_keys"
    bl_label = "Use the Painted Frames"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write them as a new version; older ones stay."""
        return _tried(lambda: deage_desk.use_keys(context.scene))


class PHOTODOUBLE_OT_deage_use_tracks(bpy.types.Operator):
    """Use the tracks of this clip, those that are selected or all, as the points of the face"""

    bl_idname = "photodouble.deage_use_tracks"
    bl_label = "Use the Clip's Tracks"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a clip has tracks."""
        cls.poll_message_set("Open the plate as a clip in the Movie Clip editor")
        return getattr(context.space_data, "clip", None) is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write them as a document beside the takes."""
        clip = context.space_data.clip
        return _tried(lambda: deage_desk.use_tracks(context.scene, clip))


class PHOTODOUBLE_OT_deage_consent(bpy.types.Operator):
    """Ask whether the performers' consent and the show's policy allow this take"""

    bl_idname = "photodouble.deage_consent"
    bl_label = "Check Consent"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine; the answer appears in the panel."""
        return _tried(lambda: deage_desk.check_consent(context.scene))


class _Desk(InTab):
    """Draw the desk, the same in every editor where pictures are."""

    bl_label = "Tracks, Keys, Consent"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw what is known; nothing is asked by drawing."""
        layout, width, scene = self.layout, context.region.width, context.scene
        _draw_consent(layout, scene, width)
        layout.operator("photodouble.deage_use_tracks", icon="TRACKER")
        _draw_suggested(layout, scene)
        column = layout.column(align=True)
        column.operator("photodouble.deage_paint", icon="BRUSH_DATA")
        column.operator("photodouble.deage_use_keys", icon="CHECKMARK")
        if asking.is_asking(deage_desk.SUGGEST) or asking.is_asking(deage_desk.CONSENT):
            layout.label(text="The engine is at work ...", icon="TIME")
        if deage_desk.known().said:
            draw_lines(layout, deage_desk.known().said, width, icon="INFO")
        if deage_desk.known().error is not None:
            draw_repair(layout, deage_desk.known().error, width)


def _draw_consent(layout: Any, scene: Any, width: int) -> None:
    word, problem = deage_desk.consent(scene)
    row = layout.row(align=True)
    icon = {"": "QUESTION", "not cleared": "ERROR"}.get(word, "CHECKMARK")
    row.label(text=f"Consent: {word or ('no' if problem else 'not asked yet')}", icon=icon)
    row.operator("photodouble.deage_consent", text="", icon="FILE_REFRESH")
    if problem is not None:
        draw_repair(layout, problem, width)


def _draw_suggested(layout: Any, scene: Any) -> None:
    layout.operator("photodouble.deage_suggest", icon="OUTLINER_OB_LIGHT")
    column = layout.column(align=True)
    for frame, gain in deage_desk.suggested(scene):
        text = f"Frame {frame}: {gain:.1f} dB"
        column.operator("photodouble.deage_jump", text=text, icon="FORWARD").frame = frame


def _tried(wish: Callable[[], Any]) -> set[str]:
    try:
        wish()
    except ArtistError as problem:
        deage_desk.refuse(problem)
        return {"CANCELLED"}
    return {"FINISHED"}


def _panel(editor: Editor) -> type:
    return panel_in(editor, "deage_desk", _Desk, bl_parent_id=f"PHOTODOUBLE_PT_deage_{editor.short}")


CLASSES = (
    PHOTODOUBLE_OT_deage_suggest,
    PHOTODOUBLE_OT_deage_jump,
    PHOTODOUBLE_OT_deage_paint,
    PHOTODOUBLE_OT_deage_use_keys,
    PHOTODOUBLE_OT_deage_use_tracks,
    PHOTODOUBLE_OT_deage_consent,
    *(_panel(editor) for editor in EDITORS),
)
