# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of buttons, fields and tips in the artist's language, by Blender's own translations.

Blender looks up what stands in a declaration by itself; sentences with names in them go through `said`.
"""

from __future__ import annotations

import bpy

from ._vendor.photodouble_client.language import use_language

_CONTEXTS = ("*", "Operator")
"""Where Blender looks for fields and tips, and for the names of buttons."""


def catalogue() -> dict[str, dict[tuple[str, str], str]]:
    """Give what Blender is told: for the language of its own interface, every sentence in every place."""
    told = use_language().plain
    pairs = {(context, source): text for context in _CONTEXTS for source, text in told.items()}
    return {bpy.app.translations.locale or "en_US": pairs} if pairs else {}


def register() -> None:
    """Hand the catalogue over, under the language that Blender's own interface is in."""
    bpy.app.translations.register(__package__, catalogue())


def unregister() -> None:
    """Take the catalogue out."""
    bpy.app.translations.unregister(__package__)
