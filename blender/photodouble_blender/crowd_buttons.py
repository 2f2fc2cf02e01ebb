# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a crowd in the scene: draw areas, show people, choose some of them and change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from . import compat, crowd_cards, crowd_desk, crowd_points, crowd_props, crowd_space, crowd_tree, take_list
from ._vendor.photodouble_client.errors import ArtistError

_MOST_MOVES = 200
"""So many different moves are taken over at once; people that are moved together count once."""
CATCHER = "Photo Double ground"


class _OfCrowd:
    """A button that needs a crowd in the scene."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a crowd that is shown can be worked with, one wish at a time."""
        cls.poll_message_set("Show the crowd first, and let the wish before be finished")
        return crowd_points.shown_in(context.scene) is not None and not crowd_desk.is_waiting()


class PHOTODOUBLE_OT_crowd_areas(bpy.types.Operator):
    """Make areas of the selected objects: faces to stand on, curves as rows or streets, strokes"""

    bl_idname = "photodouble.crowd_areas"
    bl_label = "Make Areas of the Selected"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Something must be selected."""
        cls.poll_message_set("Select a mesh, a curve or a grease pencil object")
        return bool(_drawn(context)) and not crowd_desk.is_waiting()

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write them into the crowd file."""
        return _tried(lambda: crowd_desk.add_areas(context.scene, _drawn(context)))


class PHOTODOUBLE_OT_crowd_camera(bpy.types.Operator):
    """Let the crowd be seen through the camera of the scene, on every frame of the plate"""

    bl_idname = "photodouble.crowd_camera"
    bl_label = "Use the Scene's Camera"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the camera document."""

        def write() -> None:
            crowd_desk.tell(f"The camera is in {crowd_desk.write_camera(context.scene).name}.")

        return _tried(write)


class PHOTODOUBLE_OT_crowd_show(bpy.types.Operator):
    """Show everybody in the scene, as the next take would have them"""

    bl_idname = "photodouble.crowd_show"
    bl_label = "Show the Crowd"
    bl_options = {"REGISTER", "UNDO"}

    take: bpy.props.BoolProperty(
        name="Of the Take",
        description="Show the crowd of the take that is chosen in the list",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """One wish at a time."""
        cls.poll_message_set("The engine is at work on the crowd")
        return not crowd_desk.is_waiting()

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine for everybody."""
        row = take_list.chosen()
        if self.take and row is None:
            crowd_desk.refuse(_no_take())
            return {"CANCELLED"}
        return _tried(lambda: crowd_desk.show(context.scene, take=row.take if self.take else ""))


class PHOTODOUBLE_OT_crowd_edit(_OfCrowd, bpy.types.Operator):
    """Change the selected people in the crowd file, by their names: the take has it too"""

    bl_idname = "photodouble.crowd_edit"
    bl_label = "Change the Selected People"
    bl_options = {"REGISTER"}

    do: bpy.props.EnumProperty(
        name="Do",
        items=(
            ("kill", "Remove", "Take the selected people away"),
            ("swap", "Swap", "Let the selected people become another element"),
            ("redeal", "Deal Anew", "Deal the selected people anew"),
            ("nudge", "Nudge", "Move and scale the selected people"),
            ("retime", "Retime", "Let the selected people be earlier or later"),
            ("lock", "Lock", "Keep the selected people as they are"),
        ),
    )
    by: bpy.props.FloatVectorProperty(name="By", subtype="TRANSLATION")
    size: bpy.props.FloatProperty(name="Size", default=1.0, min=0.01, max=100)
    shift: bpy.props.FloatProperty(name="Seconds Earlier", default=0.5)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Put the edit on top of the stack."""
        scene, shown = context.scene, crowd_points.shown_in(context.scene)
        names = _selected_names(shown)
        if not names:
            crowd_desk.refuse(_nobody())
            return {"CANCELLED"}
        if self.do == "lock":
            return _tried(lambda: crowd_desk.lock(scene, names, shown.get("photodouble_take", "")))
        change = {"do": self.do, "agents": names, **self._arguments(scene)}
        return _tried(lambda: crowd_desk.edit(scene, [change]))

    def _arguments(self, scene: Any) -> dict[str, Any]:
        own = crowd_props.of(scene)
        by = crowd_space.moved_in_crowd(self.by, scene)
        return {
            "kill": {},
            "swap": {"element": own.element.strip()},
            "redeal": {"seed": own.seed},
            "nudge": {"by": list(by), "scale": self.size},
            "retime": {"shift": self.shift},
        }[self.do]


class PHOTODOUBLE_OT_crowd_keep(_OfCrowd, bpy.types.Operator):
    """Take over into the crowd file whom you moved and deleted in Edit Mode"""

    bl_idname = "photodouble.crowd_keep"
    bl_label = "Keep What I Changed"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make edits of the differences."""
        shown = crowd_points.shown_in(context.scene)
        names = crowd_points.people(shown)
        gone, moved = crowd_points.changes(shown)
        if len(moved) > _MOST_MOVES:
            crowd_desk.refuse(_too_many(len(moved)))
            return {"CANCELLED"}
        wishes = [{"do": "kill", "agents": [names[at] for at in gone]}] if gone else []
        wishes += [
            {"do": "nudge", "agents": [names[at] for at in who], "by": list(by)} for by, who in moved.items()
        ]
        if not wishes:
            crowd_desk.tell("Nobody was moved or deleted.")
            return {"CANCELLED"}
        return _tried(lambda: crowd_desk.edit(context.scene, wishes))


class PHOTODOUBLE_OT_crowd_undo(_OfCrowd, bpy.types.Operator):
    """Take the last edit off the crowd file's stack"""

    bl_idname = "photodouble.crowd_undo"
    bl_label = "Take the Last Edit Back"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to."""
        return _tried(lambda: crowd_desk.undo(context.scene))


class PHOTODOUBLE_OT_crowd_figures(_OfCrowd, bpy.types.Operator):
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
        shown.update_tag()
        return {"FINISHED"}


class PHOTODOUBLE_OT_crowd_render(_OfCrowd, bpy.types.Operator):
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


def _drawn(context: bpy.types.Context) -> list[Any]:
    kinds = ("MESH", "CURVE", "CURVES", *compat.STROKES)
    chosen = list(context.selected_objects) or [context.active_object]
    return [one for one in chosen if one and one.type in kinds and not _is_made_by_us(one)]


def _is_made_by_us(one: Any) -> bool:
    return crowd_points.MARK in one or CATCHER in one


def _selected_names(shown: Any) -> list[str]:
    names = crowd_points.people(shown)
    return [names[at] for at in crowd_points.selected(shown) if at < len(names)]


def _tried(wish: Callable[[], None]) -> set[str]:
    try:
        wish()
    except ArtistError as problem:
        crowd_desk.refuse(problem)
        return {"CANCELLED"}
    return {"FINISHED"}


def _nobody() -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "Nobody is selected",
        "No point of the crowd is selected.",
        "Select the crowd, press Tab, and select people's points.",
    )


def _no_take() -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "No take is chosen",
        "The list of takes has no choice.",
        "Choose a take of a crowd there.",
    )


def _too_many(count: int) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "Too many moves at once",
        f"{count} groups of people were moved by different ways; {_MOST_MOVES} are taken over at once.",
        "Move people together, or change the area itself.",
    )


CLASSES = (
    PHOTODOUBLE_OT_crowd_areas,
    PHOTODOUBLE_OT_crowd_camera,
    PHOTODOUBLE_OT_crowd_show,
    PHOTODOUBLE_OT_crowd_edit,
    PHOTODOUBLE_OT_crowd_keep,
    PHOTODOUBLE_OT_crowd_undo,
    PHOTODOUBLE_OT_crowd_figures,
    PHOTODOUBLE_OT_crowd_render,
)


def register() -> None:
    """Add the buttons."""
    for made in CLASSES:
        bpy.utils.register_class(made)


def unregister() -> None:
    """Take them away again."""
    for made in reversed(CLASSES):
        bpy.utils.unregister_class(made)
