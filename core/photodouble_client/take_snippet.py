"""A take as a piece of a Nuke script, for somebody without Photo Double: plain nodes in a plain group.

The text is pasted or imported into any script; the node that is selected there is the plate. The pictures are
found under one knob, `folder`, which whoever gets it points at where they have put them.
"""

from __future__ import annotations

from typing import Any, Tuple

from . import nk
from .errors import ArtistError
from .take_folder import TakeFolder, told_pattern
from .take_nodes import VIEWS, Expression, Plain, as_text, input_nodes, picture_knobs, take_nodes

FOLDER = "[value parent.folder]"
_PLATE = "plate"
_FOLDER_HELP = "Where the folder of the take is: it holds the folders fill and matte."


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
    inside = input_nodes([_PLATE]) + take_nodes(picture_knobs(take, at=FOLDER, told=_told(take)), _PLATE)
    group = nk.Block(
        "Group",
        _group_knobs(take, at or take.folder),
        (nk.CLIPBOARD,),
        _user_knobs(take),
        tuple(_block(node) for node in inside),
    )
    return nk.write([group], clipboard=True)


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


def _group_knobs(take: TakeFolder, folder: str) -> Tuple[Tuple[str, str], ...]:
    return (
        ("name", snippet_name(take)),
        ("label", nk.quoted(take.label)),
        ("take", nk.quoted(take.version)),
        ("mix", "1"),
        ("folder", nk.quoted(as_text(folder))),
    )


def _user_knobs(take: TakeFolder) -> Tuple[nk.UserKnob, ...]:
    return (
        nk.UserKnob(20, "photodouble", "Take"),
        nk.UserKnob(4, "take", "Take", items=("plate", take.version)),
        nk.UserKnob(4, "view", "View", items=VIEWS),
        nk.UserKnob(7, "mix", "Mix", range=(0, 1)),
        nk.UserKnob(7, "wipe", "Wipe", range=(0, 1)),
        nk.UserKnob(2, "folder", "Folder", _FOLDER_HELP),
    )


def _block(node: Plain) -> nk.Block:
    x, y = node.place
    knobs = [(key, _value(value)) for key, value in node.knobs.items() if value != ""]
    place = [("name", node.name), ("xpos", nk.number(x)), ("ypos", nk.number(y))]
    return nk.Block(node.kind, (*knobs, *place), node.inputs)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "{" + " ".join(_channel(one) for one in value) + "}"
    if isinstance(value, Expression):
        return nk.expression(value.text)
    if isinstance(value, bool):
        return nk.boolean(value)
    return nk.number(value) if isinstance(value, (int, float)) else nk.quoted(value)


def _channel(value: Any) -> str:
    return nk.expression(value.text)[1:-1] if isinstance(value, Expression) else nk.number(value)
