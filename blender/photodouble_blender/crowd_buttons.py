# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a crowd in the scene: draw areas, show people, choose some of them and change them."""

from __future__ import annotations

from typing import Any

import bpy

from . import (
    compat,
    crowd_desk,
    crowd_look,
    crowd_named,
    crowd_points,
    crowd_props,
    crowd_space,
    take_list,
)
from ._vendor.photodouble_client.errors import ArtistError
from .crowd_choice import OfCrowd, nobody, selected_names, tried

_MOST_MOVES = 200
"""So many different moves are taken over at once; people that are moved together count once."""


class PHOTODOUBLE_OT_crowd_areas(bpy.types.Operator):
    """Make areas of the selected objects: faces to stand on, curves as rows or streets, strokes"""

    bl_idname = "photodouble.crowd_areas"
    bl_label = "Make Areas of the Selected"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Something must be selected."""
        cls.poll_message_set("Select a mesh, a curve or a grease pencil object")
        return bool(_drawn(context)) and not crowd_desk.is_waiting()

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write them into the crowd file."""
        return tried(lambda: crowd_desk.add_areas(context.scene, _drawn(context)))


class PHOTODOUBLE_OT_crowd_camera(bpy.types.Operator):
    """Let the crowd be seen through the camera of the scene, on every frame of the plate"""

    bl_idname = "photodouble.crowd_camera"
    bl_label = "Use the Scene's Camera"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the camera document."""

        def write() -> None:
            crowd_desk.tell(f"The camera is in {crowd_desk.write_camera(context.scene).name}.")

        return tried(write)


class PHOTODOUBLE_OT_crowd_show(bpy.types.Operator):
    """Show everybody in the scene, as the next take would have them"""

    bl_idname = "photodouble.crowd_show"
    bl_label = "Show the Crowd"
    bl_options = {"REGISTER"}

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
        return tried(lambda: crowd_desk.show(context.scene, take=row.take if self.take else ""))


class PHOTODOUBLE_OT_crowd_edit(OfCrowd, bpy.types.Operator):
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
        names = selected_names(shown)
        if not names:
            crowd_desk.refuse(nobody())
            return {"CANCELLED"}
        if self.do == "lock":
            return tried(lambda: crowd_desk.lock(scene, names, shown.get("photodouble_take", "")))
        change = {"do": self.do, "agents": names, **self._arguments(scene)}
        return tried(lambda: crowd_desk.edit(scene, [change], f"{self.do.title()} People"))

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


class PHOTODOUBLE_OT_crowd_keep(OfCrowd, bpy.types.Operator):
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
        return tried(lambda: crowd_desk.edit(context.scene, wishes, "Move and Remove People"))


class PHOTODOUBLE_OT_crowd_undo(OfCrowd, bpy.types.Operator):
    """Take the last edit off the crowd file's stack"""

    bl_idname = "photodouble.crowd_undo"
    bl_label = "Take the Last Edit Back"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine to."""
        return tried(lambda: crowd_desk.undo(context.scene))


def _drawn(context: bpy.types.Context) -> list[Any]:
    kinds = ("MESH", "CURVE", "CURVES", *compat.STROKES)
    chosen = list(context.selected_objects) or [context.active_object]
    return [one for one in chosen if one and one.type in kinds and not _is_made_by_us(one)]


def _is_made_by_us(one: Any) -> bool:
    return any(mark in one for mark in (crowd_points.MARK, crowd_named.PERSON, crowd_look.CATCHER))


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
)
