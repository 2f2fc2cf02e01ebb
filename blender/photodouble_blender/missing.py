# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shown when the extension was copied without the part of Photo Double that it carries."""

from __future__ import annotations

import bpy

SENTENCE = (
    "This copy of Photo Double is incomplete: build it with install/blender and install the zip it makes."
)


class PhotoDoublePreferences(bpy.types.AddonPreferences):
    """Say what is missing where an artist looks for the set-up."""

    bl_idname = __package__

    def draw(self, _context: bpy.types.Context) -> None:
        """Show the sentence."""
        self.layout.label(text=SENTENCE, icon="ERROR")


class PHOTODOUBLE_PT_missing(bpy.types.Panel):
    """Say what is missing where an artist looks for the panel."""

    bl_label = "Photo Double"
    bl_space_type = "CLIP_EDITOR"
    bl_region_type = "UI"
    bl_category = "Photo Double"

    def draw(self, _context: bpy.types.Context) -> None:
        """Show the sentence in lines that fit a sidebar."""
        for line in SENTENCE.replace(": ", ":\n").replace(" and ", "\nand ").split("\n"):
            self.layout.label(text=line)


class PHOTODOUBLE_PT_missing_image(PHOTODOUBLE_PT_missing):
    """Say the same in the Image editor."""

    bl_space_type = "IMAGE_EDITOR"


CLASSES = (PhotoDoublePreferences, PHOTODOUBLE_PT_missing, PHOTODOUBLE_PT_missing_image)
