# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of the takes: the list, the chosen one, whether it is current, and the decision."""

from __future__ import annotations

from typing import Any

import bpy

from . import asking, take_list
from .editors import EDITORS, InTab, panel_in
from .panel import draw_repair
from .take_buttons import DECISIONS, REVIEW_PAGE
from .text import draw_lines


class _TakePanel(InTab):
    """Draw the list, then the chosen take."""

    bl_label = "Takes"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 1  # below everything that makes a take

    def draw(self, context: bpy.types.Context) -> None:
        """Draw what is known; nothing is asked by drawing."""
        layout, width = self.layout, context.region.width
        layout.operator("photodouble.refresh_takes", icon="FILE_REFRESH")
        if len(take_list.rows()):
            _draw_list(layout, context.window_manager)
        elif not take_list.said() and take_list.error() is None:
            draw_lines(layout, "Takes appear here when they are listed: press the button above.", width)
        if asking.is_asking(take_list.LIST):
            layout.label(text="Asking the engine ...", icon="TIME")
        row = take_list.chosen()
        if row is None:
            _draw_answer(layout, width)
        else:
            _draw_chosen(layout, row, width)


def _draw_list(layout: Any, manager: Any) -> None:
    rows, chosen = "photodouble_takes", "photodouble_take_index"
    layout.template_list("PHOTODOUBLE_UL_takes", "", manager, rows, manager, chosen, rows=4)


def _draw_chosen(layout: Any, row: Any, width: int) -> None:
    picture = take_list.icon()
    if picture:
        layout.template_icon(icon_value=picture, scale=8.0)
    draw_lines(layout, f"{row.name}: {row.status}", width)
    changed = take_list.changes()
    if changed:
        draw_lines(layout, "Stale: " + "; ".join(changed), width, icon="ERROR")
    elif changed is not None:
        draw_lines(layout, "Current: nothing changed since it was made", width, icon="CHECKMARK")
    _draw_buttons(layout)
    _draw_answer(layout, width)
    layout.operator("photodouble.add_take_node", icon="NODETREE")
    layout.operator("photodouble.add_take_strip", icon="SEQUENCE")
    layout.operator("photodouble.key_take_strip", icon="MODIFIER")
    layout.operator("photodouble.keep_frame", icon="LOCKED")


def _draw_buttons(layout: Any) -> None:
    """Draw two buttons in a row at most: a sidebar cuts off more."""
    layout.operator("photodouble.show_take", icon="IMAGE_DATA")
    buttons = layout.row(align=True)
    for kind, icon in (("wipe", "ARROW_LEFTRIGHT"), ("difference", "SELECT_DIFFERENCE")):
        buttons.operator("photodouble.compare_take", text=kind.capitalize(), icon=icon).kind = kind
    buttons = layout.grid_flow(row_major=True, columns=2, even_columns=True, align=True)
    for word, name, _, icon in DECISIONS:
        buttons.operator("photodouble.decide", text=name, icon=icon).decision = word
    buttons.operator("photodouble.review_page", text="Page", icon="URL")


def _draw_answer(layout: Any, width: int) -> None:
    """Draw what came of the latest wish, close to the buttons that were pressed."""
    if take_list.said():
        draw_lines(layout, take_list.said(), width, icon="INFO")
    problem = take_list.error()
    if problem is None:
        return
    draw_repair(layout, problem, width)
    if problem.action == REVIEW_PAGE:
        layout.operator("photodouble.review_page", icon="URL")


CLASSES = tuple(panel_in(editor, "takes", _TakePanel) for editor in EDITORS)
