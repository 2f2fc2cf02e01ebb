"""The nodes that show a take in Nuke, as data: one recipe for the node in a script and for a snippet of text.

Plain nodes of Nuke only, so that the pictures come wherever they lie, without Photo Double. The fill is keyed
over the plate once, by the take's own matte. The group around them has the knobs `take` (0 is the plate),
`view`, `mix` and `wipe`. A matte that is keyed twice would darken every soft edge, so nothing else keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from .take_folder import TakeFolder

VIEWS = ("result", "delta", "fill", "origin", "confidence", "matte")
"""What can come out, in the order of the `view` switch."""

KINDS = (
    (0.0, 0.0, 0.0),
    (0.05, 0.5, 0.1),
    (0.5, 0.5, 0.05),
    (0.8, 0.2, 0.02),
    (0.05, 0.2, 0.8),
    (0.5, 0.05, 0.5),
)
"""Colours of the kinds of origin: plate, real frame, interpolated, synthesised, the artist's, crowd."""

READS = ("take_fill", "take_matte", "take_told")
"""The nodes that read pictures. All names begin alike, so that none is that of an input."""

FILLING = "take_filling"

FAR = -100000
"""Left of every picture: a wipe that cuts nothing."""


@dataclass(frozen=True)
class Expression:
    """A knob that follows others."""

    text: str


@dataclass(frozen=True)
class Plain:
    """One node: its class, its name, its knobs, the names of the nodes that go in, and where it stands.

    A knob's value is text, a number, on or off, an `Expression`, or a tuple of these for its channels.
    """

    kind: str
    name: str
    knobs: Mapping[str, Any] = field(default_factory=dict)
    inputs: Tuple[str, ...] = ()
    place: Tuple[int, int] = (0, 0)


def input_nodes(names: Sequence[str]) -> List[Plain]:
    """Give the inputs of the group in their order; the first is the plate."""
    return [
        Plain("Input", name, {"number": number}, (), (160 * number, 0)) for number, name in enumerate(names)
    ]


def take_nodes(pictures: Mapping[str, Mapping[str, Any]], plate: str = "plate") -> List[Plain]:
    """Give the nodes behind the inputs, in an order in which every node comes after what it needs.

    `pictures` is what `picture_knobs` gives; empty for a group that shows no take yet.
    """
    return [_with(node, pictures.get(node.name, {})) for node in _sources() + _keying(plate) + _views(plate)]


def picture_knobs(take: Optional[TakeFolder], *, at: str = "", told: str = "") -> Dict[str, Dict[str, Any]]:
    """Give the knobs that change with the take, by node. `at` is text in place of the take's own folder.

    `told` is the pattern of origin and confidence, as the engine's task `layers.whole` writes it; they are
    shown only where it was written.
    """
    if take is None:
        return {**{name: {"file": ""} for name in READS}, FILLING: {"which": 0}}
    folder = at or as_text(take.folder)
    span = span_of(take)
    reads = {
        name: {"file": path_in(folder, take, output), **span}
        for name, output in (("take_fill", "fill"), ("take_matte", "matte"))
    }
    reads["take_told"] = {"file": _padded(told if at else as_text(told)), **span}
    reads[FILLING] = {"which": int(take.is_premultiplied)}
    return reads


def as_text(path: str) -> str:
    """Write a path so that a file knob shows it as it is: brackets and dollar signs would be run."""
    found = path.replace("\\", "/")
    for sign in "[]$":
        found = found.replace(sign, "\\" + sign)
    return found


def span_of(take: TakeFolder) -> Dict[str, Any]:
    """Give the knobs of a Read that say which frames a take has."""
    first, last = take.range.first, take.range.last
    return {"first": first, "last": last, "origfirst": first, "origlast": last}


def path_in(folder: str, take: TakeFolder, output: str) -> str:
    """Give the pattern of an output as a Read holds it; empty where the take has none."""
    pattern = take.pattern(output)
    return f"{folder}/{_padded(as_text(pattern))}" if pattern else ""


def _padded(pattern: str) -> str:
    """Write the frame number as every version of Nuke and every farm reads it."""
    return pattern.replace("####", "%04d")


def read_node(name: str, column: int) -> Plain:
    """A picture as its numbers are. Outside its frames it is black, so that the plate comes through."""
    knobs = {
        "file": "",
        "raw": True,
        "before": "black",
        "after": "black",
        "on_error": "error",
        "origset": True,
    }
    return Plain("Read", name, knobs, (), (column, 120))


def _sources() -> List[Plain]:
    return [read_node("take_fill", -220), read_node("take_matte", 440), read_node("take_told", 660)]


def _keying(plate: str) -> List[Plain]:
    wipe = Expression(f"parent.wipe > 0 ? parent.wipe * input.width : {FAR}")
    alpha = {"from0": "rgba.alpha", "to0": "rgba.alpha"}
    multiplied = {f"expr{at}": f"a > 0 ? {sign} * a : {sign}" for at, sign in enumerate("rgb")}
    return [
        Plain(
            "Crop",
            "take_wipe",
            {"box": (wipe, FAR, -FAR, -FAR), "crop": True, "intersect": True},
            ("take_matte",),
            (440, 240),
        ),
        Plain("Copy", "take_alpha", alpha, ("take_fill", plate), (-110, 240)),
        Plain("Expression", "take_multiplied", multiplied, ("take_alpha",), (-110, 300)),
        Plain("Switch", FILLING, {"which": 0}, ("take_fill", "take_multiplied"), (-220, 360)),
        Plain(
            "Keymix",
            "take_keyed",
            {"channels": "rgb", "mix": Expression("parent.mix")},
            (plate, FILLING, "take_wipe"),
            (0, 420),
        ),
    ]


def _views(plate: str) -> List[Plain]:
    minus = {"operation": "minus", "Achannels": "rgb", "Bchannels": "rgb", "output": "rgb"}
    confidence, grey = (dict.fromkeys(("red", "green", "blue"), source) for source in ("blue", "alpha"))
    sources = tuple("take_" + name for name in ("keyed", "delta", "fill", "origin", "confidence", "grey"))
    return [
        Plain("Merge2", "take_delta", minus, (plate, "take_keyed"), (110, 540)),
        Plain("Expression", "take_origin", _colours(), ("take_told",), (550, 540)),
        Plain("Shuffle", "take_confidence", confidence, ("take_told",), (660, 540)),
        Plain("Shuffle", "take_grey", grey, ("take_matte",), (440, 540)),
        Plain("Switch", "take_views", {"which": Expression("parent.view")}, sources, (0, 660)),
        Plain(
            "Switch", "take_shown", {"which": Expression("parent.take == 0")}, ("take_views", plate), (0, 780)
        ),
        Plain("Output", "Output1", {}, ("take_shown",), (0, 900)),
    ]


def _colours() -> Dict[str, str]:
    """Give every kind of origin its colour; kinds are whole numbers in the red channel."""
    found = {}
    for channel in range(3):
        text = f"{KINDS[-1][channel]:g}"
        for kind in range(len(KINDS) - 2, -1, -1):
            text = f"r == {kind} ? {KINDS[kind][channel]:g} : {text}"
        found[f"expr{channel}"] = text
    return found


def _with(node: Plain, knobs: Mapping[str, Any]) -> Plain:
    return Plain(node.kind, node.name, {**node.knobs, **knobs}, node.inputs, node.place)
