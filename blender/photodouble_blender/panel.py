# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel in the sidebar of the Movie Clip and the Image editor: inputs, controls, the job, the take."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import bpy

from . import jobs, props
from ._vendor.photodouble_client.specs import INPAINT
from .text import draw_error, draw_lines


class PHOTODOUBLE_MT_presets(bpy.types.Menu):
    """Offer the presets of Inpaint."""

    bl_label = "Presets"

    def draw(self, _context: bpy.types.Context) -> None:
        """List the defaults and every preset."""
        self.layout.operator("photodouble.preset", text="Defaults").preset = ""
        for name in INPAINT.presets:
            self.layout.operator("photodouble.preset", text=name).preset = name


class _InpaintPanel:
    """Draw the whole panel; the same in every editor."""

    bl_label = INPAINT.label
    bl_region_type = "UI"
    bl_category = "Photo Double"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw from what to do, down to what came of it."""
        layout, shot, width = self.layout, context.scene.photodouble, context.region.width
        layout.use_property_split = True
        layout.use_property_decorate = False
        _draw_inputs(layout, shot)
        _draw_frames(layout, shot)
        _draw_controls(layout, shot.controls)
        _draw_takes(layout, shot)
        _draw_job(layout, context.scene, width)


class PHOTODOUBLE_PT_inpaint_clip(_InpaintPanel, bpy.types.Panel):
    """Show the panel in the Movie Clip editor."""

    bl_space_type = "CLIP_EDITOR"


class PHOTODOUBLE_PT_inpaint_image(_InpaintPanel, bpy.types.Panel):
    """Show the panel in the Image editor."""

    bl_space_type = "IMAGE_EDITOR"


def _draw_inputs(layout: Any, shot: Any) -> None:
    column = layout.column(align=False)
    for port in INPAINT.inputs:
        if port.required:
            _draw_input(column, shot, port.key)
    header, body = layout.panel("photodouble_more_inputs", default_closed=True)
    header.label(text="More inputs")
    if body is not None:
        for port in INPAINT.inputs:
            if not port.required:
                _draw_input(body, shot, port.key)


def _draw_input(layout: Any, shot: Any, key: str) -> None:
    """Draw the file name above the path: a sidebar shows only the beginning of a path."""
    label = shot.inputs.bl_rna.properties[key].name
    name = PurePath(getattr(shot.inputs, key)).name
    column = layout.column(align=True)
    column.label(text=f"{label}: {name}" if name else label)
    row = column.row(align=True)
    row.prop(shot.inputs, key, text="")
    row.operator("photodouble.use_this", text="", icon="EYEDROPPER").port = key


def _draw_frames(layout: Any, shot: Any) -> None:
    column = layout.column(align=False)
    column.prop(shot, "frame_choice")
    if shot.frame_choice == "typed":
        column.prop(shot, "frames")
    column.prop(shot, "plate_starts")


def _draw_controls(layout: Any, controls: Any) -> None:
    layout.menu("PHOTODOUBLE_MT_presets")
    for group, params in props.groups_of(INPAINT).items():
        header, body = layout.panel(f"photodouble_{group}", default_closed=True)
        header.label(text=group)
        if body is None:
            continue
        shown = [param for param in params if props.is_shown(controls, param)]
        for param in sorted(shown, key=lambda param: param.advanced):
            body.prop(controls, param.key)


def _draw_takes(layout: Any, shot: Any) -> None:
    header, body = layout.panel("photodouble_takes", default_closed=True)
    header.label(text="Takes")
    if body is not None:
        body.prop(shot, "name")
        body.prop(shot, "takes_root")


def _draw_job(layout: Any, scene: Any, width: int) -> None:
    """Draw the button, and below it how far the job is or what came of it."""
    job = jobs.shown(scene)
    row = layout.row()
    row.scale_y = 1.4
    row.operator("photodouble.submit", icon="RENDER_ANIMATION")
    if job.is_at_work:
        row = layout.row(align=True)
        row.progress(factor=job.part, text=job.words)
        row.operator("photodouble.cancel", text="", icon="CANCEL")
    elif job.is_finished:
        draw_lines(layout, job.words, width, icon="CHECKMARK")
        layout.operator("photodouble.load_take", icon="IMAGE_DATA")
    elif job.can_resume:
        draw_lines(layout, job.words, width, icon="PAUSE")
        layout.operator("photodouble.resume", icon="PLAY")
    elif scene.photodouble.job and not job.job:
        layout.operator("photodouble.connect", icon="FILE_REFRESH")
    for warning in job.warnings:
        draw_lines(layout, warning, width, icon="INFO")
    if job.error is not None:
        draw_error(layout, job.error, width)
        if job.error.code == "engine.not_installed":
            layout.operator("preferences.addon_show", text="Set Up the Engine").module = __package__
        elif job.error.action == jobs.RESTART:
            layout.operator("photodouble.restart_engine", icon="FILE_REFRESH")


CLASSES = (PHOTODOUBLE_MT_presets, PHOTODOUBLE_PT_inpaint_clip, PHOTODOUBLE_PT_inpaint_image)


def register() -> None:
    """Add the panel to both editors."""
    for made in CLASSES:
        bpy.utils.register_class(made)


def unregister() -> None:
    """Take it away again."""
    for made in reversed(CLASSES):
        bpy.utils.unregister_class(made)
