"""The knobs that every Photo Double node has besides the controls of its operation."""

from __future__ import annotations

from typing import Any, Callable, List, Sequence

import nuke

from photodouble_client.language import said
from photodouble_client.opspec import OpSpec
from photodouble_client.request import USES
from photodouble_client.take_nodes import VIEWS

from . import knobs

NODE_VERSION = 1
"""Counts changes of the knobs and of what is inside; `upgrade.py` brings older nodes up to it."""

PLATE = "plate"
"""The first choice of `take`: what comes in, untouched."""

FOLLOWED = ("take", "pd_take", "view", "preset", "locked_frames", "pd_suggested")
"""Knobs that something follows when they change."""

FRAMES = ("plate", "script", "these")
DEPTHS = ("auto", "half", "float")
PLACES = ("here", "background", "farm")

_TEXTS = ("pd_operation", "pd_node", "pd_take", "pd_folder", "pd_takes", "pd_job", "pd_request", "pd_locks",
          "pd_parent", "pd_stale", "pd_controls")  # fmt: skip
_NUMBERS = ("pd_spec_version", "pd_node_version")

_BUTTON = (
    "import importlib.util; __import__('photodouble_nuke.buttons', fromlist=['press']).press('{}') "
    "if importlib.util.find_spec('photodouble_nuke') else (nuke.message if nuke.GUI else nuke.tprint)("
    "'Photo Double is not installed here. "
    "The take is shown all the same; to make or choose another, install Photo Double.')"
)
"""What a button holds: one line, that says so on a machine without Photo Double."""


def all_knobs(spec: OpSpec) -> List[Any]:
    """Make every knob of a node, in the order of its panel."""
    from . import tabs

    made = _take_tab(spec) + _frames_tab() + _files_tab(spec) + tabs.more(spec) + knobs.control_knobs(spec)
    return (
        made
        + [hidden_knob(nuke.String_Knob, name) for name in _TEXTS]
        + [hidden_knob(nuke.Int_Knob, name) for name in _NUMBERS]
    )


def button_code(name: str) -> str:
    """Give the line that a button runs."""
    return _BUTTON.format(name)


def _take_tab(spec: OpSpec) -> List[Any]:
    return [
        nuke.Tab_Knob("pd_main", "Photo Double"),
        choice_knob("take", "Take", (PLATE,), "What is shown: the plate, or one of the takes."),
        button_knob("refresh", "Refresh", "Ask for the takes of this shot, and whether this one is current."),
        choice_knob("view", "View", VIEWS, "What comes out of the node."),
        _share("mix", "Mix", 1.0, "How much of the fill is laid over the plate."),
        _share("wipe", "Wipe", 0.0, "Show the plate left of this part of the width."),
        nuke.Text_Knob("pd_line", ""),
        nuke.Text_Knob("pd_status", "Status", "There is no take yet."),
        button_knob("run", "Run", "Make a take of what is connected.", starts_line=True),
        button_knob("cancel", "Cancel", "Stop the job of this node. Finished frames stay."),
        button_knob("approve", "Approve", "Approve the take in your name.", starts_line=True),
        button_knob("reject", "Reject", "Reject the take in your name."),
        button_knob("note", "Note", "Write a note on the take."),
        button_knob("export", "Export", "Write the take as a script for somebody without Photo Double."),
        nuke.Text_Knob("pd_line_2", ""),
        *_presets(spec),
        text_knob("shot", "Shot", "The name the takes are filed under. Empty goes by the plate's file."),
        _file("takes_folder", "Takes", "The folder of takes. Empty is 'takes' beside the script."),
        choice_knob("use", "Use", USES, "What the takes are meant for.", "temp"),
        text_knob("performers", "Performers", "The ids of the people who are seen, with commas between."),
        text_knob("person", "Artist", "Who makes the takes. Empty goes by the system."),
    ]  # fmt: skip


def _presets(spec: OpSpec) -> List[Any]:
    if not spec.presets:
        return []
    items = ("Choose a preset", *spec.presets)
    return [choice_knob("preset", "Preset", items, "Set the controls for a usual case.")]


def _frames_tab() -> List[Any]:
    return [
        nuke.Tab_Knob("pd_tab_frames", "Frames"),
        choice_knob("frames", "Frames", FRAMES, "Make the plate's frames, the script's, or these."),
        text_knob("frame_list", "These", "Frame numbers, such as 1001-1048 or 1001,1005."),
        _whole("handles", "Handles", "Frames at both ends that may be looked at, and are not made."),
        text_knob("views", "Views", "The views to make, such as left,right. Empty: every one there is."),
        choice_knob("render_depth", "Depth", DEPTHS, "How what is connected is rendered for the engine."),
        choice_knob("render_where", "Render", PLACES, "Where what is connected is rendered."),
        text_knob("locked_frames", "Kept frames", "Frames that the next take keeps as they are."),
        button_knob("lock", "Keep this frame", "Keep the playhead's frame, or let it go.", starts_line=True),
    ]


def _files_tab(spec: OpSpec) -> List[Any]:
    ports = knobs.file_ports(spec)
    made = [_file(knobs.knob_name(port.key), _words(port.key), port.help) for port in ports]
    return [nuke.Tab_Knob("pd_tab_files", "Files"), *made] if made else []


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def listen(node: Any) -> None:
    """Let changes count while the panel of a node is closed, too; no script keeps that."""
    held = node.knobs()
    for name in FOLLOWED:
        if name in held:
            node[name].setFlag(nuke.KNOB_CHANGED_ALWAYS)


def choice_knob(name: str, label: str, items: Sequence[str], text: str, chosen: str = "") -> Any:
    knob = nuke.Enumeration_Knob(name, said(label), list(items))
    if chosen:
        knob.setValue(chosen)
    return told(knob, text)


def text_knob(name: str, label: str, text: str) -> Any:
    return told(nuke.String_Knob(name, said(label)), text)


def _file(name: str, label: str, text: str) -> Any:
    return told(nuke.File_Knob(name, said(label)), text)


def _whole(name: str, label: str, text: str) -> Any:
    return told(nuke.Int_Knob(name, said(label)), text)


def _share(name: str, label: str, value: float, text: str) -> Any:
    knob = nuke.Double_Knob(name, said(label))
    knob.setRange(0, 1)
    knob.setValue(value)
    return told(knob, text)


def button_knob(name: str, label: str, text: str, starts_line: bool = False) -> Any:
    knob = nuke.PyScript_Knob("pd_" + name, said(label), button_code(name))
    if starts_line:
        knob.setFlag(nuke.STARTLINE)
    return told(knob, text)


def hidden_knob(kind: Callable[[str, str], Any], name: str) -> Any:
    knob = kind(name, name)
    knob.setFlag(nuke.INVISIBLE)
    return knob


def told(knob: Any, text: str) -> Any:
    knob.setTooltip(said(text))
    return knob
