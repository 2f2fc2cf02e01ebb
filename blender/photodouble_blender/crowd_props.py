# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene holds of its crowd beside the operation's own controls: how areas are meant, and figures."""

from __future__ import annotations

from typing import Any

import bpy

LINES = (
    ("ROWS", "Rows", "People sit or stand along the lines"),
    ("STREET", "Street", "People walk along the lines"),
    ("GROUND", "Ground", "People stand inside the lines"),
)
LOOKS = (
    ("CAMERA", "At the Camera", "Everybody looks at the camera"),
    (
        "ROW",
        "Square to the Row",
        "People look to the left of the direction a row was drawn in, turned by the angle",
    ),
    ("ANGLE", "One Direction", "Everybody looks in one direction: 0 is along -y, 90 along x"),
)


class PHOTODOUBLE_PG_crowd_scene(bpy.types.PropertyGroup):
    """How areas are drawn, and what stands in for people."""

    lines: bpy.props.EnumProperty(name="Lines Are", items=LINES, options=set())
    spacing: bpy.props.FloatProperty(
        name="Spacing (m)",
        description="Metres from person to person",
        default=0.8,
        min=0.05,
        max=100,
        options=set(),
    )
    fill: bpy.props.FloatProperty(
        name="Fill", description="The share of places that is taken", default=0.9, min=0, max=1, options=set()
    )
    look: bpy.props.EnumProperty(name="Look", items=LOOKS, options=set())
    facing: bpy.props.FloatProperty(name="Angle (degrees)", min=-360, max=360, options=set())
    painted: bpy.props.BoolProperty(
        name="Density from the Vertex Group",
        description="Multiply the density by the active vertex group of the mesh",
        options=set(),
    )
    state: bpy.props.StringProperty(
        name="State", description="Which crowd file the scene shows, and in which state", options={"HIDDEN"}
    )
    element: bpy.props.StringProperty(
        name="Element", description="Who the selected people become, by name or pattern", options=set()
    )
    seed: bpy.props.IntProperty(
        name="Seed",
        description="Another number deals the selected people differently",
        default=1,
        min=0,
        options=set(),
    )
    shift: bpy.props.FloatProperty(
        name="Earlier (s)",
        description="Seconds by which the selected people are ahead; below 0 they are later",
        default=0.5,
        soft_min=-10,
        soft_max=10,
        options=set(),
    )
    figures: bpy.props.PointerProperty(
        type=bpy.types.Collection,
        name="Figures",
        description="3D people in place of cards, picked by name in the order of the alphabet",
    )
    moments: bpy.props.IntProperty(
        name="Moments",
        description="How many figures there are of each person, one for each part of the loop",
        default=1,
        min=1,
        options=set(),
    )


def of(scene: Any) -> Any:
    """Give what a scene holds of its crowd."""
    return scene.photodouble_crowd


CLASSES = (PHOTODOUBLE_PG_crowd_scene,)


def register() -> None:
    """Give every scene its own."""
    bpy.types.Scene.photodouble_crowd = bpy.props.PointerProperty(type=PHOTODOUBLE_PG_crowd_scene)


def unregister() -> None:
    """Take it away; what a file has stored stays in the file."""
    del bpy.types.Scene.photodouble_crowd
