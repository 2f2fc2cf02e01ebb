"""The tabs that only some operations have: what is painted, tracked or peopled in the script."""

from __future__ import annotations

from typing import Any, List

import nuke

from photodouble_client.opspec import OpSpec

from .layout import button_knob, choice_knob, hidden_knob, text_knob, told


def more(spec: OpSpec) -> List[Any]:
    """Make the knobs of the tabs of an operation, beside those that every node has."""
    ports = {port.key for port in spec.inputs}
    made: List[Any] = []
    if {"plate", "keys"} <= ports:
        made += _keys_tab()
    if "track" in ports:
        made += _track_row(begins_tab="keys" not in ports)
    return made


def _keys_tab() -> List[Any]:
    from .suggested import NONE

    return [
        nuke.Tab_Knob("pd_tab_keys", "Paint"),
        button_knob(
            "key", "Key this frame", "Write the frame before and after the paint, and count it as a key."
        ),
        button_knob("unkey", "No key here", "Let the playhead's frame be no key any more."),
        text_knob("pd_paint_node", "Paint node", "The RotoPaint to take, where none is connected to keys."),
        nuke.Text_Knob("pd_line_3", ""),
        choice_knob("pd_suggested", "Worth painting", (NONE,), "Go to a frame that is worth painting."),
        _count("pd_suggest_count", "Frames", 3, "How many frames are named."),
        button_knob(
            "suggest", "Suggest frames", "Compare the frames of the plate, and name those worth painting."
        ),
        hidden_knob(nuke.String_Knob, "pd_suggestions"),
    ]


def _track_row(begins_tab: bool) -> List[Any]:
    tab = [nuke.Tab_Knob("pd_tab_track", "Track")] if begins_tab else [nuke.Text_Knob("pd_line_4", "")]
    text = "Hand over the selected Tracker or CornerPin2D, or the one above the plate."
    return [*tab, button_knob("tracks", "Use the Tracker", text, starts_line=True)]


def _count(name: str, label: str, value: int, text: str) -> Any:
    knob = nuke.Int_Knob(name, label)
    knob.setValue(value)
    return told(knob, text)
