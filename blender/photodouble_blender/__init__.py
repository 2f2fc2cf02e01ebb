# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo Double in Blender: make a take of the plate, watch it, load it. The engine makes the pixels."""

from __future__ import annotations

import bpy

try:
    from ._vendor import photodouble_client as _client
except ImportError:
    _client = None

if _client is None:
    from . import missing

    _PARTS = (missing,)
else:
    from .later import load_later

    load_later("collapse", "collapse_bake", "crowd_areas", "crowd_camera", "crowd_density", "crowd_points")
    load_later("deage_keys", "deage_tracks", "edits", "fill_tree", "plates")

    from . import (
        asking,
        checking,
        collapse_panel,
        crowd_buttons,
        crowd_look,
        crowd_panel,
        crowd_props,
        crowd_undo,
        deage_desk,
        deage_panel,
        edit_buttons,
        edit_panel,
        edit_props,
        edit_words,
        fill_node,
        job_list,
        job_panel,
        jobs,
        listening,
        masks,
        operators,
        panel,
        plate_test,
        preferences,
        props,
        stages,
        take_buttons,
        take_list,
        take_panel,
        take_strip,
        words,
    )

    _PARTS = (
        words,
        props,
        preferences,
        operators,
        take_list,
        take_buttons,
        fill_node,
        take_strip,
        edit_props,
        edit_words,
        edit_buttons,
        edit_panel,
        job_list,
        panel,
        deage_desk,
        deage_panel,
        take_panel,
        job_panel,
        listening,
        checking,
        asking,
        masks,
        crowd_props,
        crowd_undo,
        crowd_buttons,
        crowd_look,
        crowd_panel,
        stages,
        plate_test,
        collapse_panel,
        jobs,
    )


def register() -> None:
    """Add the panels, their buttons and the preferences; nothing is started.

    A part names its `CLASSES`, and has `register` and `unregister` only for what else it adds.
    """
    for part in _PARTS:
        for made in getattr(part, "CLASSES", ()):
            bpy.utils.register_class(made)
        getattr(part, "register", _nothing)()


def unregister() -> None:
    """Take all of it away again; a job that is running goes on in the engine."""
    for part in reversed(_PARTS):
        getattr(part, "unregister", _nothing)()
        for made in reversed(getattr(part, "CLASSES", ())):
            bpy.utils.unregister_class(made)


def _nothing() -> None:
    """Stand in for what a part does not need."""
