# SPDX-License-Identifier: GPL-3.0-or-later
"""Colour spaces: Blender's names and the engine's, and whose OpenColorIO configuration is in force."""

from __future__ import annotations

import os
from pathlib import Path

import bpy

LINEAR_FILES = (".exr", ".hdr")
_SPACES = {"sRGB": "srgb", "Non-Color": "raw", "Linear Rec.709": "linear"}


def studio_config() -> str:
    """Give the configuration that the studio has set ($OCIO); empty where there is none.

    A Blender with a window sets $OCIO to the configuration it carries. That one is nobody else's business.
    """
    config = os.environ.get("OCIO", "")
    own = Path(bpy.utils.system_resource("DATAFILES", path="colormanagement") or "/nowhere")
    return "" if config and own in Path(config).parents else config


def environment() -> dict[str, str]:
    """Give the environment in which an engine is started: as Blender was, without Blender's own additions."""
    there = dict(os.environ)
    if not studio_config():
        there.pop("OCIO", None)
    return there


def engine_space(space: str, plate: str) -> str:
    """Name a colour space of Blender's as the engine knows it; empty: as the engine reads such files.

    Scene-linear files go in and come out as they are, whatever their primaries: a take of an ACEScg plate
    is ACEScg. A configuration of the studio's has the same names on both sides.
    """
    if Path(plate).suffix.lower() in LINEAR_FILES and not studio_config():
        return ""
    return space if studio_config() else _SPACES.get(space, "")
