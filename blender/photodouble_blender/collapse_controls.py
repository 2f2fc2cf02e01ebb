# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene knows of its collapses: how the next one is to fall, and which one was made last."""

from __future__ import annotations

import math
from typing import Any

import bpy

from .props import property_group

CONTROLS = {
    "start": bpy.props.IntProperty(
        name="Start", description="The last frame at which all of it stands", default=10, options=set()
    ),
    "direction": bpy.props.FloatProperty(
        name="Direction",
        description="Where it falls to: the angle over the ground, from the X axis",
        subtype="ANGLE",
        default=0.0,
        min=-2 * math.pi,
        max=2 * math.pi,
        options=set(),
    ),
    "violence": bpy.props.FloatProperty(
        name="Violence",
        description="0 comes straight down, 1 is thrown",
        default=0.4,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        options=set(),
    ),
    "seed": bpy.props.IntProperty(
        name="Seed", description="Another seed is another collapse; the same one is the same", options=set()
    ),
    "pieces": bpy.props.IntProperty(
        name="Pieces",
        description="How many pieces it breaks into",
        default=80,
        min=1,
        max=2000,
        options=set(),
    ),
    "spread": bpy.props.IntProperty(
        name="Spread",
        description="How many frames lie between the first piece that is let go and the last",
        default=12,
        min=0,
        options=set(),
    ),
    "lasts": bpy.props.IntProperty(
        name="Lasts", description="How many frames are simulated", default=96, min=2, options=set()
    ),
    "debris": bpy.props.IntProperty(
        name="Debris", description="How many small chunks fly", default=400, min=0, max=100000, options=set()
    ),
    "dust": bpy.props.IntProperty(
        name="Dust", description="How many cards of dust rise", default=16, min=0, max=500, options=set()
    ),
}

CollapseControls = property_group(
    "PHOTODOUBLE_PG_collapse",
    {
        **CONTROLS,
        "picture": bpy.props.PointerProperty(
            type=bpy.types.Image,
            name="Picture",
            description="The plate that the building wears, as the camera sees it at the start. "
            "Empty keeps the building's own material",
        ),
        "samples": bpy.props.IntProperty(
            name="Samples", description="Samples of a pixel in Cycles", default=32, min=1, options=set()
        ),
        "made": bpy.props.PointerProperty(type=bpy.types.Collection, options={"HIDDEN"}),
    },
)


def made_of(context: Any) -> Any:
    """Give the collapse that the active object belongs to, or the one that was made last."""
    active = getattr(context, "object", None)
    for collection in bpy.data.collections:
        if active is None or not collection.get("photodouble_frames"):
            continue
        if collection["photodouble_building"] == active or active.name in collection.all_objects:
            return collection
    return context.scene.photodouble_collapse.made
