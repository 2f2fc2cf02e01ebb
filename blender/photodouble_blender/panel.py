# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of every operation, in the sidebar of every editor an artist may be in: made from the specs."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import bpy

from . import checking, jobs, keeping, props
from ._vendor.photodouble_client.opspec import OpSpec
from ._vendor.photodouble_client.specs import SPECS
from .editors import EDITORS, Editor, InTab, panel_in
from .operators import name_of
from .text import draw_error, draw_lines

_BEGIN = "Show the plate in a Movie Clip or Image editor and press the dropper, or name a file."


class _Presets:
    """Offer the presets of an operation."""

    bl_label = "Presets"
    operation = ""

    def draw(self, _context: bpy.types.Context) -> None:
        """List the defaults and every preset."""
        for name in ("", *SPECS[self.operation].presets):
            button = self.layout.operator("photodouble.preset", text=name or "Defaults")
            button.operation, button.preset = self.operation, name


class _OperationPanel(InTab):
    """Draw the whole panel of an operation; the same in every editor."""

    operation = ""

    def draw(self, context: bpy.types.Context) -> None:
        """Draw from what to do, down to what came of it."""
        spec, scene, layout = SPECS[self.operation], context.scene, self.layout
        state = props.state_of(scene, spec.key)
        layout.use_property_split = True
        layout.use_property_decorate = False
        if not any(props.inputs_of(state, spec).values()):
            draw_lines(layout, _BEGIN, context.region.width, icon="INFO")
        _draw_inputs(layout, state, spec)
        _draw_frames(layout, state)
        _draw_controls(layout, state.controls, spec)
        _draw_filing(layout, scene.photodouble, spec)
        draw_job(layout, scene, spec, context.region.width)


def _draw_inputs(layout: Any, state: Any, spec: OpSpec) -> None:
    column = layout.column(align=False)
    for port in spec.inputs:
        if port.required:
            _draw_input(column, state, spec, port.key)
    others = [port for port in spec.inputs if not port.required]
    if not others:
        return
    header, body = layout.panel(f"photodouble_{spec.key}_more_inputs", default_closed=True)
    header.label(text="More inputs")
    if body is not None:
        for port in others:
            _draw_input(body, state, spec, port.key)


def _draw_input(layout: Any, state: Any, spec: OpSpec, key: str) -> None:
    """Draw the file name above the path: a sidebar shows only the beginning of a path."""
    label = state.inputs.bl_rna.properties[key].name
    name = PurePath(getattr(state.inputs, key)).name
    column = layout.column(align=True)
    column.label(text=f"{label}: {name}" if name else label)
    if props.is_matte(spec.port(key)):
        column.prop(state.inputs, f"{key}_from", text="")
        if props.is_masked(state, key):
            column.prop(state.inputs, f"{key}_mask", text="")
            return
    row = column.row(align=True)
    row.prop(state.inputs, key, text="")
    if props.is_matte(spec.port(key)) and name:
        column.prop(state.inputs, f"{key}_channels")
    if spec.port(key).role in ("image", "matte"):
        button = row.operator("photodouble.use_this", text="", icon="EYEDROPPER")
        button.operation, button.port = spec.key, key


def _draw_frames(layout: Any, state: Any) -> None:
    column = layout.column(align=False)
    column.prop(state, "frame_choice")
    if state.frame_choice == "typed":
        column.prop(state, "frames")
    column.prop(state, "plate_starts")


def _draw_controls(layout: Any, controls: Any, spec: OpSpec) -> None:
    layout.menu(f"PHOTODOUBLE_MT_{spec.key}_presets")
    for group, params in props.groups_of(spec).items():
        header, body = layout.panel(f"photodouble_{spec.key}_{group}", default_closed=True)
        header.label(text=group)
        if body is None:
            continue
        shown = [param for param in params if props.is_shown(controls, param)]
        body.use_property_decorate = any(param.animates for param in shown)
        for param in sorted(shown, key=lambda param: param.advanced):
            body.prop(controls, param.key)


def _draw_filing(layout: Any, shot: Any, spec: OpSpec) -> None:
    """Draw where takes go, what for, and whose face is in them; consent is asked for where it is needed."""
    if spec.consent != "none":
        layout.prop(shot, "performers")
    header, body = layout.panel(f"photodouble_{spec.key}_filing", default_closed=True)
    header.label(text="Filing")
    if body is not None:
        body.prop(shot, "name")
        body.prop(shot, "takes_root")
        body.prop(shot, "use")


def draw_job(layout: Any, scene: Any, spec: OpSpec, width: int) -> None:
    """Draw the button, and below it how far the job is or what came of it."""
    job = jobs.shown(scene, spec.key)
    kept = keeping.locks_of(props.state_of(scene, spec.key))
    if kept:
        row = layout.row(align=True)
        row.label(text=f"{len(kept)} frame{'s' if len(kept) > 1 else ''} kept", icon="LOCKED")
        row.operator("photodouble.release_frames", text="", icon="UNLOCKED").operation = spec.key
    row = layout.row()
    row.scale_y = 1.4
    row.operator(name_of(spec.key, "submit"), text="Make a Take", icon="RENDER_ANIMATION")
    if job.is_at_work:
        row = layout.row(align=True)
        row.progress(factor=job.part, text=job.words)
        row.operator(name_of(spec.key, "cancel"), text="", icon="CANCEL")
    elif job.is_finished:
        draw_lines(layout, job.words, width, icon="CHECKMARK")
        layout.operator(name_of(spec.key, "load_take"), text="Load the Take", icon="IMAGE_DATA")
    elif job.can_resume:
        draw_lines(layout, job.words, width, icon="PAUSE")
        layout.operator(name_of(spec.key, "resume"), text="Go On", icon="PLAY")
    elif props.state_of(scene, spec.key).job and not job.job:
        layout.operator(name_of(spec.key, "connect"), text="Find the Latest Job", icon="FILE_REFRESH")
    for warning in job.warnings:
        draw_lines(layout, warning, width, icon="INFO")
    if job.error is not None:
        draw_repair(layout, job.error, width)


def draw_repair(layout: Any, error: Any, width: int) -> None:
    """Draw an error, and the button that puts it right where there is one."""
    draw_error(layout, error, width)
    if error.code == "engine.not_installed":
        layout.operator("preferences.addon_show", text="Set Up the Engine").module = __package__
    elif error.action == checking.RESTART:
        layout.operator("photodouble.restart_engine", icon="FILE_REFRESH")


def _menu(spec: OpSpec) -> type:
    return type(
        f"PHOTODOUBLE_MT_{spec.key}_presets",
        (_Presets, bpy.types.Menu),
        {"__doc__": f"Offer the presets of {spec.label}.", "operation": spec.key},
    )


def _panel(spec: OpSpec, editor: Editor) -> type:
    closed = set() if spec.key in editor.opened else {"DEFAULT_CLOSED"}
    more = {"bl_label": spec.label, "bl_options": closed, "operation": spec.key}
    return panel_in(editor, spec.key, _OperationPanel, __doc__=spec.summary, **more)


CLASSES = (
    *(_menu(spec) for spec in SPECS.values()),
    *(_panel(spec, editor) for editor in EDITORS for spec in SPECS.values()),
)
