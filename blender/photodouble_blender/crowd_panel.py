# SPDX-License-Identifier: GPL-3.0-or-later
"""The crowd in the scene: areas, people and what is changed about them, in the sidebar of the 3D view."""

from __future__ import annotations

from typing import Any

import bpy

from . import crowd_desk, crowd_points, crowd_props
from .panel import draw_repair
from .text import draw_lines


class PHOTODOUBLE_PT_crowd_scene_view(bpy.types.Panel):
    """Draw areas, show the crowd, change people."""

    bl_label = "Crowd in the Scene"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Photo Double"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw from the ground to the people."""
        layout, scene = self.layout, context.scene
        layout.use_property_split = True
        layout.use_property_decorate = False
        own = crowd_props.of(scene)
        _draw_areas(layout, own)
        layout.operator("photodouble.crowd_camera", icon="CAMERA_DATA")
        row = layout.row(align=True)
        row.operator("photodouble.crowd_show", icon="OUTLINER_OB_POINTCLOUD")
        row.operator("photodouble.crowd_show", text="Of the Take").take = True
        if crowd_points.shown_in(scene) is not None:
            _draw_people(layout, own)
        if crowd_desk.is_waiting():
            layout.label(text="The engine is at work on the crowd", icon="SORTTIME")
        if crowd_desk.said():
            draw_lines(layout, crowd_desk.said(), context.region.width, icon="INFO")
        if crowd_desk.error() is not None:
            draw_repair(layout, crowd_desk.error(), context.region.width)


def _draw_areas(layout: Any, own: Any) -> None:
    column = layout.column(align=False)
    column.prop(own, "lines")
    column.prop(own, "spacing")
    column.prop(own, "fill")
    column.prop(own, "look")
    if own.look != "CAMERA":
        column.prop(own, "facing")
    column.row(heading="Density").prop(own, "painted", text="Vertex Group")
    column.operator("photodouble.crowd_areas", icon="MESH_GRID")


def _draw_people(layout: Any, own: Any) -> None:
    column = layout.column(align=True)
    column.label(text="Selected People")
    _edit(column, "kill", "Remove", "X")
    column.prop(own, "element")
    _edit(column, "swap", "Swap", "UV_SYNC_SELECT")
    column.prop(own, "seed")
    _edit(column, "redeal", "Deal Anew", "FILE_REFRESH")
    column.prop(own, "shift")
    _edit(column, "retime", "Retime", "TIME").shift = own.shift
    _edit(column, "lock", "Lock", "LOCKED")
    column.operator("photodouble.crowd_keep", icon="CHECKMARK")
    column.operator("photodouble.crowd_undo", icon="LOOP_BACK")
    column = layout.column(align=True)
    column.prop(own, "figures")
    column.prop(own, "moments")
    column.operator("photodouble.crowd_figures", icon="ARMATURE_DATA")
    column.operator("photodouble.crowd_name", icon="SORTALPHA")
    column.operator("photodouble.crowd_name", text="Name Nobody", icon="X").nobody = True
    column.operator("photodouble.crowd_render", icon="SCENE")


def _edit(layout: Any, do: str, text: str, icon: str) -> Any:
    button = layout.operator("photodouble.crowd_edit", text=text, icon=icon)
    button.do = do
    return button


CLASSES = (PHOTODOUBLE_PT_crowd_scene_view,)
