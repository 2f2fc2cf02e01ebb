# SPDX-License-Identifier: GPL-3.0-or-later
"""The Edits panel of the Sequencer: bring a cut in, work on a strip, put takes in, see what is wrong."""

from __future__ import annotations

from typing import Any

import bpy

from . import compat, edit_words, edits, take_list
from .editors import InTab
from .panel import draw_repair
from .text import draw_lines

_MOST = 12
"""Lines of an answer that are shown; a long cut has more, and the engine's command line lists them all."""


class PHOTODOUBLE_PT_edits_sequencer(InTab, bpy.types.Panel):
    """Cuts of an editing program, in and out."""

    bl_label = "Edits"
    bl_space_type = "SEQUENCE_EDITOR"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw in the order of the work, and what came of the latest wish below."""
        layout, width = self.layout, context.region.width
        layout.use_property_split = True
        layout.use_property_decorate = False
        state = edits.state_of(compat.sequencer_scene(context))
        _draw_in(layout, state)
        _draw_work(layout, state)
        _draw_out(layout, state)
        if edits.is_asking():
            layout.label(text="The engine is at work ...", icon="TIME")
        for number, line in enumerate(edit_words.lines()[:_MOST]):
            draw_lines(layout, line, width, icon="INFO" if number == 0 else "NONE")
        if len(edit_words.lines()) > _MOST:
            layout.label(text=f"And {len(edit_words.lines()) - _MOST} more")
        if edit_words.error() is not None:
            draw_repair(layout, edit_words.error(), width)


def _draw_in(layout: Any, state: Any) -> None:
    column = layout.column(align=True)
    column.prop(state, "cut")
    if state.cut.lower().endswith(".edl"):
        column.prop(state, "rate")
    column.operator("photodouble.edit_import", icon="IMPORT")


def _draw_work(layout: Any, state: Any) -> None:
    column = layout.column(align=True)
    column.prop(state, "operation")
    column.prop(state, "handles")
    column.operator("photodouble.edit_pull", icon="TRIA_DOWN_BAR")
    row = take_list.chosen()
    column.label(text=f"Take: {row.name}" if row is not None else "Take: none is chosen under Takes")
    column.operator("photodouble.edit_take_above", icon="SEQUENCE")
    column.prop(state, "temp")
    column.operator("photodouble.edit_push", icon="TRIA_UP_BAR")


def _draw_out(layout: Any, state: Any) -> None:
    column = layout.column(align=True)
    column.prop(state, "final")
    column.operator("photodouble.edit_check", icon="CHECKMARK")
    column.prop(state, "profile")
    column.operator("photodouble.edit_export", icon="EXPORT")
    column = layout.column(align=True)
    column.prop(state, "new_cut")
    column.operator("photodouble.edit_conform", icon="FILE_REFRESH")
    if edit_words.requests():
        column.operator("photodouble.edit_make_missing", icon="RENDER_ANIMATION")


CLASSES = (PHOTODOUBLE_PT_edits_sequencer,)
