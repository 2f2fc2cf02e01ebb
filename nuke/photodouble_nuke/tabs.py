"""The tabs that only some operations have: what is painted, tracked or peopled in the script."""

from __future__ import annotations

from typing import Any, List, Tuple

import nuke

from photodouble_client.language import said
from photodouble_client.opspec import OpSpec

from .layout import button_knob, choice_knob, hidden_knob, text_knob, told


def more(spec: OpSpec) -> List[Any]:
    """Make the knobs of the tabs of an operation, beside those that every node has."""
    ports = {port.key for port in spec.inputs}
    made: List[Any] = []
    if {"plate", "keys"} <= ports:
        made += _keys_tab()
    if spec.key == "inpaint":
        made += _paint_tab()
    if "track" in ports:
        made += _track_row(begins_tab="keys" not in ports)
    if {"crowd", "library"} <= ports:
        made += _crowd_tab()
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


def _paint_tab() -> List[Any]:
    text = "Keep the playhead's frame as it is painted behind the node; the other frames follow."
    return [
        nuke.Tab_Knob("pd_tab_paint", "Paint"),
        button_knob("paint", "Use this painted frame", text),
        button_knob("unpaint", "Let it go", "Let the next take make the playhead's frame again."),
        text_knob("pd_painted", "Painted frames", "Frames that the next take has as they were painted."),
        text_knob("pd_paint_node", "Paint node", "The RotoPaint to take, where none is selected."),
        hidden_knob(nuke.String_Knob, "pd_overrides"),
    ]


def _track_row(begins_tab: bool) -> List[Any]:
    tab = [nuke.Tab_Knob("pd_tab_track", "Track")] if begins_tab else [nuke.Text_Knob("pd_line_4", "")]
    text = "Hand over the selected Tracker or CornerPin2D, or the one above the plate."
    return [*tab, button_knob("tracks", "Use the Tracker", text, starts_line=True)]


def _crowd_tab() -> List[Any]:
    from .crowd_people import DOINGS

    pick_at = told(nuke.XY_Knob("pd_pick_at", "Pick at"), "Drag the point onto a person in the Viewer.")
    return [
        nuke.Tab_Knob("pd_tab_crowd", "Stand"),
        _switch("pd_passes", "Passes", "Depth, motion and ID mattes go along as layers behind the node."),
        nuke.Text_Knob("pd_line_5", "Places"),
        button_knob(
            "camera", "Use the Camera", "Write the selected Camera for every frame.", starts_line=True
        ),
        button_knob("area", "Make areas", "Let people stand on the selected Roto, CornerPin2D or Card."),
        _number("pd_spacing", "Spacing", 0.8, "Metres between people.", (0.3, 3)),
        _number("pd_density", "Density", 1.0, "The share of places that are taken.", (0, 1)),
        _number("pd_facing", "Facing", 0.0, "Where people look: 0 along z, 90 along x.", (-180, 180)),
        nuke.Text_Knob("pd_line_6", "People"),
        pick_at,
        button_knob("pick", "Pick", "Add who is there to the list, or take them off it."),
        text_knob("pd_people", "People", "Names of people, with commas between."),
        choice_knob("pd_do", "Do", DOINGS, "What is done with them."),
        text_knob("pd_element", "Element", "Whom they are swapped for."),
        _count("pd_deal", "Deal", 1, "Another number deals them otherwise."),
        told(nuke.XYZ_Knob("pd_by", "Move by"), "Metres along x, y (up) and z."),
        _number("pd_size", "Size", 1.0, "How large they become.", (0.5, 2)),
        _number("pd_shift", "Earlier", 0.5, "By how many seconds they are earlier.", (-5, 5)),
        button_knob("change", "Change them", "Put the edit into the crowd file.", starts_line=True),
        button_knob("keep", "Lock them", "Keep them as the take shows them, whatever the seed becomes."),
        button_knob("back", "Take the last edit back", "Take the last edit off the crowd file."),
        nuke.Text_Knob("pd_line_7", "Hand on"),
        _count("pd_most", "At most", 200, "More people than these are not brought in as cards."),
        button_knob("cards", "Bring in as cards", "Make a group of cards of the people in the list."),
        button_knob("usd", "Write USD", "Write the crowd of the take as a point instancer."),
    ]


def _switch(name: str, label: str, text: str) -> Any:
    knob = nuke.Boolean_Knob(name, said(label))
    knob.setValue(True)
    return told(knob, text)


def _number(name: str, label: str, value: float, text: str, limits: Tuple[float, float]) -> Any:
    knob = nuke.Double_Knob(name, said(label))
    knob.setRange(*limits)
    knob.setValue(value)
    return told(knob, text)


def _count(name: str, label: str, value: int, text: str) -> Any:
    knob = nuke.Int_Knob(name, label)
    knob.setValue(value)
    return told(knob, text)
