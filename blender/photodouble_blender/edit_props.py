# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene knows of the cut in its Sequencer: the files, the handles, and how it counts."""

from __future__ import annotations

import bpy

from ._vendor.photodouble_client.specs import SPECS

_OPERATIONS = [(key, spec.label, spec.summary) for key, spec in SPECS.items()]
_PROFILES = (
    ("otio", "OTIO", "Any program that reads OpenTimelineIO"),
    ("resolve", "Resolve", "DaVinci Resolve"),
    ("nukestudio", "Nuke Studio", "Nuke Studio and Hiero"),
    ("blender", "Blender", "Other Blender add-ons"),
)


class PHOTODOUBLE_PG_edits(bpy.types.PropertyGroup):
    """What a scene knows of the cut in its Sequencer."""

    cut: bpy.props.StringProperty(
        name="Cut",
        description="The cut to import: OTIO, EDL, Final Cut XML, FCPXML or AAF",
        subtype="FILE_PATH",
        options=set(),
    )
    new_cut: bpy.props.StringProperty(
        name="New cut", description="The cut that came from the editor", subtype="FILE_PATH", options=set()
    )
    rate: bpy.props.StringProperty(
        name="Rate",
        description="Frames per second, for a cut that does not say it, such as an EDL",
        options=set(),
    )
    handles: bpy.props.IntProperty(
        name="Handles",
        description="Frames of the cut beyond both ends of a shot",
        default=8,
        min=0,
        max=9999,
        options=set(),
    )
    operation: bpy.props.EnumProperty(
        name="Work",
        description="The panel that the active strip is pulled into",
        items=_OPERATIONS,
        options=set(),
    )
    profile: bpy.props.EnumProperty(
        name="For",
        description="The program that reads the cut that is written",
        items=_PROFILES,
        options=set(),
    )
    temp: bpy.props.BoolProperty(
        name="Show takes as temp",
        description="Show takes that nobody approved, and mark their clips as temp",
        options=set(),
    )
    final: bpy.props.BoolProperty(
        name="As a delivery", description="Check all that a delivery checks", options=set()
    )
    based_on: bpy.props.StringProperty(options={"HIDDEN"})
    cut_first: bpy.props.IntProperty(options={"HIDDEN"})
    offset: bpy.props.IntProperty(options={"HIDDEN"})


CLASSES = (PHOTODOUBLE_PG_edits,)


def register() -> None:
    """Give every scene its cut."""
    bpy.types.Scene.photodouble_edits = bpy.props.PointerProperty(type=PHOTODOUBLE_PG_edits)


def unregister() -> None:
    """Take it away again; what a file has stored stays in the file."""
    del bpy.types.Scene.photodouble_edits
