# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences in a narrow sidebar: Blender's labels do not wrap, so they are cut into lines here."""

from __future__ import annotations

import textwrap
from typing import Any

import bpy

from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.language import said

_SIGN = 6.6
"""The width of a sign of Blender's interface font in pixels, on average and at a scale of 1."""


def draw_lines(layout: Any, text: str, width: int, icon: str = "NONE") -> None:
    """Show a text as lines that fit into a region `width` pixels wide."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(wrapped(said(text), width - (20 if icon != "NONE" else 0))):
        column.label(text=line, icon=(icon if number == 0 else "BLANK1") if icon != "NONE" else "NONE")


def draw_error(layout: Any, error: ArtistError, width: int) -> None:
    """Show an error where it happened: its title, what happened, and what puts it right."""
    box = layout.box()
    box.alert = True
    draw_lines(box, error.title, width, icon="ERROR")
    box = box.column()
    box.alert = False
    draw_lines(box, error.message, width)
    draw_lines(box, error.fix, width, icon="TOOL_SETTINGS")


def wrapped(text: str, width: int) -> list[str]:
    """Cut a text into lines that fit `width` pixels."""
    scale = bpy.context.preferences.system.ui_scale or 1.0  # 0 without a window
    signs = max(16, int((width - 40 * scale) / (_SIGN * scale)))
    return textwrap.wrap(text, signs) or [""]
