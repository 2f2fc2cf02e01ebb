# SPDX-License-Identifier: GPL-3.0-or-later
"""Every difference between Blender 4.2 and 5.2 that the extension meets, in one place.

Source: the change logs of Blender's Python API, and what each version did when it was tried.
"""

from __future__ import annotations

from typing import Any

import bpy

IS_5 = bpy.app.version >= (5, 0, 0)


def strips_of(editor: Any) -> Any:
    """Give all strips of a sequence editor; an empty collection is falsy, so `or` must not choose here."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def sequencer_scene(context: Any) -> Any:
    """Give the scene whose strips the Sequencer shows: from 5.0 it may be another one than the window's."""
    return getattr(context, "sequencer_scene", None) or context.scene


def compositor_tree(scene: Any) -> Any:
    """Give the compositor's node tree of a scene, or None where it has none yet."""
    if IS_5:
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def set_modifier_input(modifier: Any, identifier: str, value: Any) -> None:
    """Set an input of a geometry-nodes modifier by its identifier, such as `Socket_2`."""
    inputs = getattr(getattr(modifier, "properties", None), "inputs", None)
    if inputs is not None:
        getattr(inputs, identifier).value = value
    else:
        modifier[identifier] = value


def workbench() -> str:
    """Name the engine that draws plainly and quickly."""
    return "BLENDER_WORKBENCH"


def eevee() -> str:
    """Name EEVEE."""
    return "BLENDER_EEVEE" if IS_5 else "BLENDER_EEVEE_NEXT"
