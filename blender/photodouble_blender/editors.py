# SPDX-License-Identifier: GPL-3.0-or-later
"""The editors that have the Photo Double tab, and what is open there before the artist opens anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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


def belongs(context: Any) -> bool:
    """Whether the tab has a place here: among the node editors only in the compositor."""
    space = context.space_data
    return space is None or space.type != "NODE_EDITOR" or space.tree_type == "CompositorNodeTree"
