# SPDX-License-Identifier: GPL-3.0-or-later
"""The editors that have the Photo Double tab, and what is open there before the artist opens anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy


@dataclass(frozen=True)
class Editor:
    """One editor: Blender's name of its space, ours, and the operations that are opened at first."""

    space: str
    short: str
    opened: tuple[str, ...] = ()


EDITORS = (
    Editor("CLIP_EDITOR", "clip", ("inpaint",)),
    Editor("IMAGE_EDITOR", "image", ("inpaint",)),
    Editor("NODE_EDITOR", "compositor", ("inpaint",)),
    Editor("SEQUENCE_EDITOR", "sequencer", ()),
    Editor("VIEW_3D", "view", ("crowd",)),
)


class InTab:
    """What all panels of the Photo Double tab have alike."""

    bl_region_type = "UI"
    bl_category = "Photo Double"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Among the node editors the tab has a place only where pictures are composited."""
        space = context.space_data
        return space is None or space.type != "NODE_EDITOR" or space.tree_type == "CompositorNodeTree"


def panel_in(editor: Editor, name: str, drawn: type, **more: Any) -> type:
    """Make the panel of one editor: Blender wants a class for each, which draws what all of them draw."""
    told = {"__doc__": drawn.__doc__, "bl_space_type": editor.space, **more}
    return type(f"PHOTODOUBLE_PT_{name}_{editor.short}", (drawn, bpy.types.Panel), told)
