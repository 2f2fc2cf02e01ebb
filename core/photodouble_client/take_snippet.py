"""A take as a piece of a Nuke script, for somebody without Photo Double: plain nodes in a plain group.

The text is pasted or imported into any script; the node above it is the plate. The pictures are found under
one knob, `folder`, which whoever gets it points at where they have put them.
"""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from . import nk
from .errors import ArtistError
from .take_folder import TakeFolder, told_pattern
from .take_nodes import VIEWS, Expression, Plain, as_text, input_nodes, picture_knobs, take_nodes

VERSION = "13.0 v1"
"""The oldest Nuke that reads it."""

FOLDER = "[value parent.folder]"
_PLATE = "plate"


def snippet_text(take: TakeFolder, at: str = "") -> str:
    """Write the nodes of a take as text. `at` is the folder of the take where it will be read, if it moves.

    Raises ArtistError `engine.no_take` where the take has no fill.
    """
    if not take.pattern("fill") or not take.pattern("matte"):
        raise ArtistError(
            "engine.no_take",
            "There is no fill to lay over the plate",
            f"{take.label} has no finished frame with a fill and a matte.",
            "Wait for the first frame, or choose another take.",
        )
    pictures = picture_knobs(take, at=FOLDER, told=_told(take))
    inside = input_nodes([_PLATE]) + take_nodes(pictures, _PLATE)
    head = ["set cut_paste_input [stack 0]", f"version {VERSION}", "push $cut_paste_input", "Group {"]
    group = [f" {line}" for line in _group_lines(take, at or take.folder)] + ["}"]
    return "\n".join([*head, *group, *_lines_of(inside), "end_group"]) + "\n"


def snippet_name(take: TakeFolder) -> str:
    """Name the group: sh010_inpaint_v003."""
    letters = (letter if letter.isascii() and letter.isalnum() else "_" for letter in take.label)
    name = "".join(letters)
    return name if name[:1].isalpha() else f"take_{name}"


def _told(take: TakeFolder) -> str:
    """Give where origin and confidence lie as seen from the take, beside which the engine writes them."""
    told = told_pattern(take)
    if not told:
        return ""
    return f"{FOLDER}/../whole/{take.version}/told/{as_text(told.rpartition('/')[2])}"


def _group_lines(take: TakeFolder, folder: str) -> List[str]:
    views = " ".join(VIEWS)
    text = "Where the folder of the take is: it holds the folders fill and matte."
    return [
        f"name {snippet_name(take)}",
        f"label {nk.quoted(take.label)}",
        "addUserKnob {20 photodouble l Take}",
        f"addUserKnob {{4 take l Take M {{plate {nk.quoted(take.version)}}}}}",
        f"take {nk.quoted(take.version)}",
        f"addUserKnob {{4 view l View M {{{views}}}}}",
        "addUserKnob {7 mix l Mix R 0 1}",
        "mix 1",
        "addUserKnob {7 wipe l Wipe R 0 1}",
        f"addUserKnob {{2 folder l Folder t {nk.quoted(text)}}}",
        f"folder {nk.quoted(as_text(folder))}",
    ]


def _lines_of(nodes: Sequence[Plain]) -> List[str]:
    """Write nodes for Nuke's stack: what goes in is pushed, its first input last, and each node is named."""
    found: List[str] = []
    for node in nodes:
        found += [f"push $N_{source}" for source in reversed(node.inputs)]
        found += [f"{node.kind} {{", *(f" {line}" for line in _knob_lines(node)), "}"]
        if node.kind != "Output":
            found.append(f"set N_{node.name} [stack 0]")
    return [f" {line}" for line in found]


def _knob_lines(node: Plain) -> List[str]:
    inputs = [] if len(node.inputs) == 1 else [f"inputs {len(node.inputs)}"]
    knobs: Dict[str, Any] = dict(node.knobs)
    x, y = node.place
    lines = [f"{key} {_value(value)}" for key, value in knobs.items()]
    return [*inputs, *lines, f"name {node.name}", f"xpos {x}", f"ypos {y}"]


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "{" + " ".join(_channel(one) for one in value) + "}"
    if isinstance(value, Expression):
        return "{" + _channel(value) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return nk.number(value) if isinstance(value, (int, float)) else nk.quoted(value) or '""'


def _channel(value: Any) -> str:
    if not isinstance(value, Expression):
        return nk.number(value)
    return "{" + (nk.quoted(value.text) if " " in value.text else value.text) + "}"
