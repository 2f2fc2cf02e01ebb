# SPDX-License-Identifier: GPL-3.0-or-later
"""How a crowd in the scene is rendered: cards or figures, who is named in Cryptomatte, passes and ground."""

from __future__ import annotations

from typing import Any

import bpy

from . import compat, crowd_cards, crowd_desk, crowd_named, crowd_points, crowd_props, crowd_tree
from .crowd_choice import OfCrowd, nobody, selected_names, tried

CATCHER = "Photo Double ground"


class PHOTODOUBLE_OT_crowd_figures(OfCrowd, bpy.types.Operator):
    """Put the artist's own 3D people in the place of the cards, or the cards back"""

    bl_idname = "photodouble.crowd_figures"
    bl_label = "Figures or Cards"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the instancer's inputs; without a collection there are cards."""
        shown, own = crowd_points.shown_in(context.scene), crowd_props.of(context.scene)
        modifier = crowd_points.instancer(shown)
        inputs = crowd_tree.inputs_of(modifier.node_group)
        wanted = {"Use Figures": own.figures is not None, "Figures": own.figures, "Moments": own.moments}
        for name, value in wanted.items():
            compat.set_modifier_input(modifier, inputs[name], value)
        crowd_named.refresh(shown)
        return {"FINISHED"}


class PHOTODOUBLE_OT_crowd_name(OfCrowd, bpy.types.Operator):
    """Let Cryptomatte call the selected people by name, as the take does; or nobody any more"""

    bl_idname = "photodouble.crowd_name"
    bl_label = "Name in Cryptomatte"
    bl_options = {"REGISTER", "UNDO"}

    nobody: bpy.props.BoolProperty(
        name="Nobody", description="Put everybody back among the others", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make objects of them."""
        shown = crowd_points.shown_in(context.scene)
        names = [] if self.nobody else selected_names(shown)
        if not names and not self.nobody:
            crowd_desk.refuse(nobody())
            return {"CANCELLED"}

        def name() -> None:
            many = crowd_named.choose(shown, [*crowd_named.chosen(shown), *names] if names else [])
            crowd_desk.tell(f"Cryptomatte calls {many or 'nobody'} by name.")

        return tried(name)


class PHOTODOUBLE_OT_crowd_render(OfCrowd, bpy.types.Operator):
    """Set up the render: who is who as passes and Cryptomatte, and ground that only catches shadows"""

    bl_idname = "photodouble.crowd_render"
    bl_label = "Set Up the Render"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Switch the passes on and put the ground under everybody."""
        scene, layer = context.scene, context.view_layer
        layer.use_pass_cryptomatte_object = layer.use_pass_cryptomatte_asset = True
        if crowd_cards.PERSON_PASS not in layer.aovs:
            made = layer.aovs.add()
            made.name, made.type = crowd_cards.PERSON_PASS, "VALUE"
        scene.render.film_transparent = True
        compat.look_through(scene, 64)
        _put_ground(scene, crowd_points.shown_in(scene))
        return {"FINISHED"}


def _put_ground(scene: Any, shown: Any) -> None:
    """Put a rectangle under the crowd, at the height of its lowest feet."""
    found = next((one for one in scene.objects if CATCHER in one), None)
    if found is None:
        found = bpy.data.objects.new(CATCHER, bpy.data.meshes.new(CATCHER))
        found[CATCHER] = True
        scene.collection.objects.link(found)
    there = crowd_points.numbers(shown.data, "placed", "FLOAT_VECTOR")
    if not there:
        return
    (left, right), (near, far) = ((min(there[at::3]) - 5, max(there[at::3]) + 5) for at in (0, 1))
    low = min(there[2::3])
    corners = [(left, near, low), (right, near, low), (right, far, low), (left, far, low)]
    found.data.clear_geometry()
    found.data.from_pydata(corners, [], [(0, 1, 2, 3)])
    found.is_shadow_catcher = True


CLASSES = (PHOTODOUBLE_OT_crowd_figures, PHOTODOUBLE_OT_crowd_name, PHOTODOUBLE_OT_crowd_render)
