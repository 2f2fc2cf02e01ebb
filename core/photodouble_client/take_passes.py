"""The flat passes of a crowd in Nuke: depth, motion and ID mattes go along as layers behind the node.

They are plain Reads, and Copies that put their channels beside the colours, with the names that Nuke has for
them: `depth.Z`, `forward.u` and `forward.v`, `CryptoPerson00.red` and so on. The group has the knob
`pd_passes`; without it, and for the plate, nothing is added.
"""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from typing import Any, Dict, Iterable, List, Sequence, Tuple

from .take_folder import TakeFolder
from .take_nodes import Expression, Plain, as_text, path_in, read_node, span_of

PASSES = {"take_depth": "depth", "take_motion": "motion", "take_ids": "ids"}
"""Nodes that read passes, and the outputs of a take that they read."""

LAYERS = 15
"""So many layers of IDs go along; a shot has seldom more than seven."""

COLOURS = ("red", "green", "blue", "alpha")
_BEGINS = "take_views"
_SWITCH, _WANTED = "take_has_passes", "take_with_passes"
_LONGEST = 1 << 24


def with_passes(nodes: Sequence[Plain]) -> List[Plain]:
    """Put the nodes of the passes between what is shown and the choice of the plate."""
    found: List[Plain] = []
    for node in nodes:
        if node.name == "take_shown":
            found += _passes()
            node = replace(node, inputs=(_SWITCH, *node.inputs[1:]))
        found.append(node)
    return found


def pass_knobs(take: TakeFolder) -> Dict[str, Dict[str, Any]]:
    """Give the knobs of these nodes for a take, by node; a take without passes switches them off."""
    folder = as_text(take.folder)
    found: Dict[str, Dict[str, Any]] = {}
    for name, output in PASSES.items():
        found[name] = {"file": path_in(folder, take, output), **span_of(take)}
    found[_SWITCH] = {"which": int(all(one["file"] for one in found.values()))}
    layers = id_layers(take)[:LAYERS]
    for at in range(LAYERS):
        layer = layers[at] if at < len(layers) else ""
        names = [f"{layer}.{colour}" if layer else "none" for colour in COLOURS]
        found[f"take_layer_{at}"] = {
            **{f"from{number}": one for number, one in enumerate(names)},
            **{f"to{number}": one for number, one in enumerate(names)},
        }
    return found


def id_layers(take: TakeFolder) -> List[str]:
    """List the layers of ID mattes, as the first frame that is there names them."""
    pattern = take.pattern("ids")
    for frame in take.range if pattern else ():
        sign = "-" if frame < 0 else ""
        path = f"{take.folder}/{pattern}".replace("####", f"{sign}{abs(frame):04d}")
        if os.path.isfile(path):
            layers = (name.rpartition(".")[0] for name in channels_of(path))
            return sorted({layer for layer in layers if layer})
    return []


def channels_of(path: str) -> List[str]:
    """List the channels that the header of an EXR names; none where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return list(_channels(stream.read(_LONGEST)))
    except (OSError, ValueError, IndexError, struct.error):
        return []


def _channels(data: bytes) -> Iterable[str]:
    at = 8
    while data[at]:
        name, at = _text(data, at)
        _kind, at = _text(data, at)
        size, at = int(struct.unpack_from("<i", data, at)[0]), at + 4
        if name == "channels":
            return _names(data[at : at + size])
        at += size
    return []


def _names(data: bytes) -> List[str]:
    found, at = [], 0
    while data[at]:
        name, at = _text(data, at)
        found.append(name)
        at += 16
    return found


def _text(data: bytes, at: int) -> Tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode("utf-8", "replace"), end + 1


def _passes() -> List[Plain]:
    reads = [read_node(name, 880 + 110 * at) for at, name in enumerate(PASSES)]
    depth = {"from0": "depth.Z", "to0": "depth.Z"}
    motion = {"from0": "other.u", "to0": "forward.u", "from1": "other.v", "to1": "forward.v"}
    nodes = [
        *reads,
        Plain("Copy", "take_far", depth, (_BEGINS, "take_depth"), (880, 660)),
        Plain("Copy", "take_moving", motion, ("take_far", "take_motion"), (990, 660)),
    ]
    nothing = {f"{side}{at}": "none" for side in ("from", "to") for at in range(4)}
    for at in range(LAYERS):
        nodes.append(
            Plain("Copy", f"take_layer_{at}", nothing, (nodes[-1].name, "take_ids"), (1100, 660 + 24 * at))
        )
    return [
        *nodes,
        Plain("CopyMetaData", "take_manifest", {}, (nodes[-1].name, "take_ids"), (1100, 1040)),
        Plain(
            "Switch",
            _WANTED,
            {"which": Expression("parent.pd_passes")},
            (_BEGINS, "take_manifest"),
            (220, 700),
        ),
        Plain("Switch", _SWITCH, {"which": 0}, (_BEGINS, _WANTED), (110, 720)),
    ]
