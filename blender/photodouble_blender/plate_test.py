# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel and the buttons of the clean-plate test: what is to be rendered, and how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from . import listening, plates, requests, stages
from ._vendor.photodouble_client.errors import ArtistError
from .props import property_group
from .text import draw_error, draw_lines

NAME = "plates"
_said: dict[str, Any] = {"error": None, "folder": ""}

PlateTest = property_group(
    "PHOTODOUBLE_PG_plate_test",
    {
        "subject": bpy.props.PointerProperty(
            type=bpy.types.Collection,
            name="Subject",
            description="The collection with what is to be removed from the plate",
        ),
        "samples": bpy.props.IntProperty(
            name="Samples", description="Samples of a pixel in Cycles", default=32, min=1, options=set()
        ),
        "ending": bpy.props.EnumProperty(
            name="Files",
            description="How the pictures are stored; depth and vectors are always 32 bit EXR",
            items=(
                ("exr", "EXR, 16 bit", "Scene-linear"),
                ("png", "PNG, 16 bit", "As Blender displays them"),
            ),
            options=set(),
        ),
    },
)


class PHOTODOUBLE_OT_plate_test(bpy.types.Operator):
    """Render the shot with and without the subject, its matte, depth and vectors, as material with truth"""

    bl_idname = "photodouble.plate_test"
    bl_label = "Render Clean-Plate Test"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a camera and a subject, and one is rendered at a time."""
        reason = _why_not(context.scene)
        cls.poll_message_set(reason or "Ready")
        return not reason

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make the stage; its frames are rendered one after the other while the panel shows how far it is."""
        _said.update(error=None, folder="")
        try:
            _begin(context.scene, context.view_layer)
        except ArtistError as error:
            _said["error"] = error
            return {"CANCELLED"}
        return {"FINISHED"}


class PHOTODOUBLE_OT_plate_test_cancel(bpy.types.Operator):
    """Stop after the frame that is being rendered. Finished frames are kept"""

    bl_idname = "photodouble.plate_test_cancel"
    bl_label = "Cancel the Clean-Plate Test"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only what is being rendered can be stopped."""
        cls.poll_message_set("No clean-plate test is being rendered")
        return stages.of_name(NAME) is not None

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Stop it; its stage is removed."""
        stages.stop(NAME)
        listening.redraw()
        return {"FINISHED"}


class PHOTODOUBLE_PT_plate_test_view(bpy.types.Panel):
    """Render plates with known truth."""

    bl_label = "Clean-Plate Test"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Photo Double"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw what is to be removed, the button, and how far it is."""
        layout, width = self.layout, context.region.width
        layout.use_property_split, layout.use_property_decorate = True, False
        wanted = context.scene.photodouble_plate_test
        for name in ("subject", "samples", "ending"):
            layout.prop(wanted, name)
        layout.operator("photodouble.plate_test", icon="RENDER_ANIMATION")
        rendering = stages.of_name(NAME)
        if rendering is not None:
            row = layout.row(align=True)
            words = f"Rendering: {rendering.done} of {rendering.of}"
            row.progress(factor=rendering.done / max(1, rendering.of), text=words)
            row.operator("photodouble.plate_test_cancel", text="", icon="CANCEL")
        elif _said["folder"]:
            draw_lines(layout, f"Rendered to {_said['folder']}", width, icon="CHECKMARK")
        if _said["error"] is not None:
            draw_error(layout, _said["error"], width)


def _why_not(scene: Any) -> str:
    if stages.of_name(NAME) is not None:
        return "A clean-plate test is being rendered: wait for it or cancel it"
    if scene.camera is None:
        return "The scene has no camera"
    if scene.photodouble_plate_test.subject is None:
        return "Choose the collection with what is to be removed"
    return ""


def _begin(scene: Any, layer: Any) -> None:
    wanted = scene.photodouble_plate_test
    shot = requests.filed(scene.photodouble.name or scene.name)
    root = Path(requests.takes_root(scene.photodouble)) / shot / "plates"
    try:
        folder = plates.new_folder(root)
    except OSError as problem:
        raise _not_rendered(str(root), str(problem)) from problem
    ending, subject = wanted.ending, wanted.subject
    samples, uid = wanted.samples, scene.session_uid
    stage = plates.make_stage(scene, layer, subject, folder, samples=samples, ending=ending)
    _said["folder"] = str(folder)

    def end(problem: str) -> None:
        if problem:
            _said["error"] = _not_rendered(str(folder), problem)

    def make() -> Any:
        found = next((one for one in bpy.data.scenes if one.session_uid == uid), None)
        subject = found.photodouble_plate_test.subject if found is not None else None
        if subject is None:
            return None
        layer = found.view_layers[min(number, len(found.view_layers) - 1)]
        return plates.make_stage(found, layer, subject, folder, samples=samples, ending=ending)

    number = list(scene.view_layers).index(layer)
    left = list(range(scene.frame_start, scene.frame_end + 1, scene.frame_step))
    rendering = stages.Rendering(NAME, stage, left, lambda _frame: None, end, folder, make=make)
    rendering.after = lambda frame: plates.note(rendering.stage, folder, frame, ending)
    stages.render(rendering)


def _not_rendered(folder: str, detail: str) -> ArtistError:
    if detail == stages.GONE:
        return stages.gone("The clean-plate test was not rendered to its end")
    return ArtistError(
        "input.unwritable_output",
        "The clean-plate test was not rendered",
        f"Blender could not render into {folder}: {detail}.",
        "Put that right, or choose a folder under Takes that can be written to, then render it again.",
        detail=detail,
    )


CLASSES = (
    PlateTest,
    PHOTODOUBLE_OT_plate_test,
    PHOTODOUBLE_OT_plate_test_cancel,
    PHOTODOUBLE_PT_plate_test_view,
)


def register() -> None:
    """Add the panel, its buttons, and what a scene knows of it."""
    bpy.types.Scene.photodouble_plate_test = bpy.props.PointerProperty(type=PlateTest)


def unregister() -> None:
    """Take them away again."""
    del bpy.types.Scene.photodouble_plate_test
    _said.update(error=None, folder="")
