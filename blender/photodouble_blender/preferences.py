# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up of the extension: which engine it talks to."""

from __future__ import annotations

import dataclasses

import bpy

from . import checking
from ._vendor.photodouble_client.settings import ClientSettings, load_client_settings
from .text import draw_error, draw_lines


def client_settings() -> ClientSettings:
    """Give the client's settings; an engine that is named in Blender's preferences comes first."""
    settings = load_client_settings()
    added = bpy.context.preferences.addons.get(__package__)
    named = added.preferences.engine.strip() if added is not None else ""
    return dataclasses.replace(settings, engine=bpy.path.abspath(named)) if named else settings


class PhotoDoublePreferences(bpy.types.AddonPreferences):
    """Name the engine's Python, and find out whether it answers."""

    bl_idname = __package__

    engine: bpy.props.StringProperty(
        name="Engine",
        description=(
            "The Python of the engine, or the folder of its environment. Empty goes by PHOTODOUBLE_ENGINE, "
            "then by what 'photodouble engine use' has set for you"
        ),
        subtype="FILE_PATH",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Show the path, the button and what it found."""
        layout = self.layout
        layout.prop(self, "engine")
        layout.operator("photodouble.check_engine", icon="CHECKMARK")
        checked = checking.engine_check()
        if checked.error is not None:
            draw_error(layout, checked.error, context.region.width)
            if checked.error.code == "engine.not_installed":
                draw_lines(layout, "Or name it here under Engine, and check again.", context.region.width)
            if checked.error.action == checking.RESTART:
                layout.operator("photodouble.restart_engine", icon="FILE_REFRESH")
        elif checked.sentence:
            draw_lines(layout, checked.sentence, context.region.width)


CLASSES = (PhotoDoublePreferences,)
