# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel and the buttons of a collapse, in the 3D view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from . import collapse, collapse_bake, compat, listening, requests, stages
from ._vendor.photodouble_client.errors import ArtistError
from .collapse_controls import CONTROLS, CollapseControls, made_of
from .text import draw_error, draw_lines

NAME = "collapse"
_said: dict[str, Any] = {"error": None, "words": ""}


class PHOTODOUBLE_OT_collapse_setup(bpy.types.Operator):
    """Break the active building into pieces that stand until the start and then fall. It is hidden itself"""

    bl_idname = "photodouble.collapse_setup"
    bl_label = "Set Up Collapse"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A mesh must be active, and Blender in object mode."""
        reason = _why_no_building(context)
        cls.poll_message_set(reason or "Ready")
        return not reason

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set it up in a collection of its own."""
        _said.update(error=None, words="")
        controls, building = context.scene.photodouble_collapse, context.object
        if not collapse.is_solid(context, building):
            _said["error"] = _not_solid(building.name)
            return {"CANCELLED"}
        wish = collapse.Wish(**{key: getattr(controls, key) for key in CONTROLS}, picture=controls.picture)
        controls.made = collapse.build(context, building, wish)
        count = len(collapse.pieces_of(controls.made))
        _said["words"] = f"{building.name} is {count} pieces. Play to see it fall, then bake"
        return {"FINISHED"}


class PHOTODOUBLE_OT_collapse_bake(bpy.types.Operator):
    """Simulate the fall and store it as keys in the file: a farm renders it without cache or extension"""

    bl_idname = "photodouble.collapse_bake"
    bl_label = "Bake Collapse"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be one that is not baked."""
        made = made_of(context)
        cls.poll_message_set("No collapse is set up" if made is None else "It is baked: free it first")
        return made is not None and not collapse_bake.is_baked(made)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Simulate from the first frame on."""
        keys = collapse_bake.bake(context, made_of(context))
        _said.update(error=None, words=f"Baked: {keys} keys are in this file")
        return {"FINISHED"}


class PHOTODOUBLE_OT_collapse_free(bpy.types.Operator):
    """Take the keys of the fall away, so that it is simulated again"""

    bl_idname = "photodouble.collapse_free"
    bl_label = "Free Collapse"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only what is baked can be freed."""
        made = made_of(context)
        cls.poll_message_set("No collapse is baked, or its passes are being rendered")
        return made is not None and collapse_bake.is_baked(made) and stages.of_name(NAME) is None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Hold the pieces until they are let go, as at first."""
        collapse_bake.free(context, made_of(context))
        _said.update(error=None, words="")
        return {"FINISHED"}


class PHOTODOUBLE_OT_collapse_remove(bpy.types.Operator):
    """Remove the collapse with everything that was made for it, and show the building again"""

    bl_idname = "photodouble.collapse_remove"
    bl_label = "Remove Collapse"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be one, and it must not be rendering."""
        cls.poll_message_set("No collapse is set up, or it is being rendered")
        return made_of(context) is not None and stages.of_name(NAME) is None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove its scene of passes too."""
        made = made_of(context)
        if made.get("photodouble_passes") is not None:
            stages.remove(made["photodouble_passes"])
        collapse.remove(context, made)
        _said.update(error=None, words="")
        return {"FINISHED"}


class PHOTODOUBLE_OT_collapse_passes(bpy.types.Operator):
    """Add a scene that renders the fall for a comp: pieces with alpha, shadow, dust, depth, Cryptomatte"""

    bl_idname = "photodouble.collapse_passes"
    bl_label = "Set Up Collapse Passes"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """It must be baked, and there must be a camera."""
        made = made_of(context)
        cls.poll_message_set("Bake the collapse first, and choose a camera for the scene")
        if stages.of_name(NAME) is not None:
            cls.poll_message_set("The passes are being rendered: wait for them or cancel them")
            return False
        return made is not None and collapse_bake.is_baked(made) and context.scene.camera is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add the scene; one that was there before is replaced."""
        made, scene = made_of(context), context.scene
        try:
            root = Path(requests.takes_root(scene.photodouble))
        except ArtistError as error:
            _said["error"] = error
            return {"CANCELLED"}
        if made.get("photodouble_passes") is not None:
            stages.remove(made["photodouble_passes"])
        folder = root / requests.filed(scene.photodouble.name or scene.name) / "collapse" / made.name
        stage = collapse_bake.make_passes(context, made, folder, scene.photodouble_collapse.samples)
        _said.update(error=None, words=f"A farm renders the scene '{stage.name}' of the saved file")
        return {"FINISHED"}


class PHOTODOUBLE_OT_collapse_render(bpy.types.Operator):
    """Render the passes here, frame by frame; what was rendered before is replaced"""

    bl_idname = "photodouble.collapse_render"
    bl_label = "Render Collapse Passes"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a scene of passes, that is not being rendered."""
        made = made_of(context)
        cls.poll_message_set("Set up the passes first, or wait for those that are being rendered")
        return made is not None and made.get("photodouble_passes") is not None and not stages.of_name(NAME)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Render one frame after the other while the panel shows how far it is."""
        stage = made_of(context)["photodouble_passes"]
        frames = range(stage.frame_start, stage.frame_end + 1)
        _said.update(error=None, words="")

        folder = compat.from_path(str(Path(stage.render.filepath).parent))

        def end(problem: str) -> None:
            _said["words"] = f"Rendered to {folder}"
            if problem == stages.GONE:
                _said.update(error=stages.gone("The passes were not rendered to their end"), words="")
            elif problem:
                _said.update(error=_not_rendered(folder, problem), words="")

        rendering = stages.Rendering(
            NAME, stage, list(frames), lambda _frame: None, end, Path(folder), is_own=False
        )
        stages.render(rendering)
        return {"FINISHED"}


class PHOTODOUBLE_OT_collapse_cancel(bpy.types.Operator):
    """Stop after the frame that is being rendered. Finished frames are kept"""

    bl_idname = "photodouble.collapse_cancel"
    bl_label = "Cancel the Collapse Passes"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only what is being rendered can be stopped."""
        cls.poll_message_set("No collapse is being rendered")
        return stages.of_name(NAME) is not None

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Stop it; the scene keeps its range."""
        rendering = stages.of_name(NAME)
        stages.stop(NAME)
        rendering.end("")
        _said["words"] = f"Stopped: {rendering.done} of {rendering.of} frames are rendered"
        listening.redraw()
        return {"FINISHED"}


class PHOTODOUBLE_PT_collapse_view(bpy.types.Panel):
    """Let a building fall down."""

    bl_label = "Collapse"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Photo Double"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the controls, then what can be done next."""
        layout, width = self.layout, context.region.width
        layout.use_property_split, layout.use_property_decorate = True, False
        controls = context.scene.photodouble_collapse
        for name in (*CONTROLS, "picture"):
            layout.prop(controls, name)
        layout.operator("photodouble.collapse_setup", icon="MOD_EXPLODE")
        made = made_of(context)
        if made is not None:
            _draw_made(layout, made, controls)
        rendering = stages.of_name(NAME)
        if rendering is not None:
            row = layout.row(align=True)
            words = f"Rendering: {rendering.done} of {rendering.of}"
            row.progress(factor=rendering.done / max(1, rendering.of), text=words)
            row.operator("photodouble.collapse_cancel", text="", icon="CANCEL")
        elif _said["words"]:
            draw_lines(layout, _said["words"], width, icon="INFO")
        if _said["error"] is not None:
            draw_error(layout, _said["error"], width)


def _draw_made(layout: Any, made: Any, controls: Any) -> None:
    box = layout.box()
    row = box.row(align=True)
    row.label(text=made.name, icon="OUTLINER_COLLECTION")
    row.operator("photodouble.collapse_remove", text="", icon="TRASH")
    if not collapse_bake.is_baked(made):
        box.operator("photodouble.collapse_bake", text="Bake", icon="REC")
        return
    box.operator("photodouble.collapse_free", text="Free the Bake", icon="LOOP_BACK")
    box.prop(controls, "samples")
    box.operator("photodouble.collapse_passes", text="Set Up Passes", icon="RENDERLAYERS")
    if made.get("photodouble_passes") is not None:
        box.operator("photodouble.collapse_render", text="Render Passes", icon="RENDER_ANIMATION")


def _why_no_building(context: Any) -> str:
    building = context.object
    if context.mode != "OBJECT":
        return "Leave edit mode first"
    if building is None or building.type != "MESH":
        return "Choose a box or a mesh as the building"
    made = made_of(context)
    if made is not None and building.name in made.all_objects:
        return "This is a piece of a collapse: choose a building"
    if made is not None and made.get("photodouble_building") == building:
        return "This building has a collapse: remove it first"
    return ""


def _not_solid(name: str) -> ArtistError:
    return ArtistError(
        "input.bad_request",
        "The building has holes",
        f"{name} does not enclose a volume, so it cannot be broken into pieces.",
        "Close it, in edit mode with Face > Fill or with a Solidify modifier, or use a box.",
    )


def _not_rendered(folder: str, detail: str) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The passes were not rendered",
        f"Blender could not render into {folder}: {detail}.",
        "Put that right, or choose another folder under Takes, then set up the passes again.",
        detail=detail,
    )


CLASSES = (
    CollapseControls,
    PHOTODOUBLE_OT_collapse_setup,
    PHOTODOUBLE_OT_collapse_bake,
    PHOTODOUBLE_OT_collapse_free,
    PHOTODOUBLE_OT_collapse_remove,
    PHOTODOUBLE_OT_collapse_passes,
    PHOTODOUBLE_OT_collapse_render,
    PHOTODOUBLE_OT_collapse_cancel,
    PHOTODOUBLE_PT_collapse_view,
)


def register() -> None:
    """Add the panel, its buttons, and what a scene knows of a collapse."""
    bpy.types.Scene.photodouble_collapse = bpy.props.PointerProperty(type=CollapseControls)


def unregister() -> None:
    """Take them away again; what was set up stays in the file."""
    del bpy.types.Scene.photodouble_collapse
    _said.update(error=None, words="")
