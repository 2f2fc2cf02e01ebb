"""What feeds an input, as a short text: another text means that other pictures may come in.

It holds the nodes above with every control and expression that can change a pixel, what the script says
about format and colour, and the files that are read with their sizes and times.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any, Dict, Iterator, List, Optional, Tuple

import nuke

from . import files_on_disk, upstream

NEUTRAL = frozenset(
    [
        "name",
        "xpos",
        "ypos",
        "selected",
        "label",
        "note_font",
        "note_font_size",
        "note_font_color",
        "tile_color",
        "gl_color",
        "cached",
        "dope_sheet",
        "postage_stamp",
        "postage_stamp_frame",
        "bookmark",
        "hide_input",
        "help",
        "onCreate",
        "onDestroy",
        "knobChanged",
        "updateUI",
        "autolabel",
        "panel",
        "icon",
        "indicators",
        "process_mask",
        "lock_range",
        "rootNodeUpdated",
        "updating",
        "reload",
        "version",
        "maskFromFlag",
        "autolabel",
        "cacheLocal",
        "cacheLocalPolicy",
        "localizationPolicy",
        "panelDropped",
        "panelGlobal",
        "showPanel",
        "gizmo_file",
    ]
)
"""Controls that never change a picture."""
SILENT = frozenset(
    ["Tab_Knob", "BeginTabGroup_Knob", "EndTabGroup_Knob", "Text_Knob", "PyScript_Knob", "Link_Knob"]
)
"""Kinds of controls that hold no value of their own."""
OF_SCRIPT = (
    "format",
    "colorManagement",
    "OCIO_config",
    "customOCIOConfigPath",
    "workingSpaceLUT",
    "int8Lut",
    "int16Lut",
    "logLut",
    "floatLut",
    "views",
)
"""What the script itself says that changes pictures."""
OF_OURS = frozenset(("take", "view", "mix", "wipe", "disable"))
"""The controls of one of our own nodes that change what it shows; the rest is told by the nodes in it."""


def fingerprints(node: Any, files: bool = True) -> Dict[str, str]:
    """Give the fingerprint of every input of one of our nodes, by port; see `fingerprint`."""
    found = {port: document(path, files) for port, path in node.documents().items()}
    above = {port: fingerprint(one, files) for port, one in node.inputs().items() if one is not None}
    return {**found, **above}


def document(path: str, files: bool = True) -> str:
    """Give the fingerprint of a file that a node names, in the same form: which one it is, and its state."""
    return "{}.{}".format(_short(path), files_on_disk.signature(path) if files else "")


def fingerprint(node: Any, files: bool = True) -> str:
    """Give what feeds a node's output as `GRAPH.FILES`; without `files`, `GRAPH.` and no disk is touched."""
    met = list(walk(node))
    numbers = {other.fullName(): number for number, other in enumerate(met)}
    lines = [_line(other, numbers) for other in met] + list(_of_script())
    graph = _short("\n".join(lines))
    return "{}.{}".format(graph, _files(met) if files else "")


def graph_of(text: str) -> str:
    """Give the part of a fingerprint that tells of nodes and controls alone."""
    return text.split(".", 1)[0]


def eight_of(text: str) -> str:
    """Give eight letters that stand for a whole fingerprint, for the name of a folder."""
    return _short(text)[:8]


def walk(node: Any) -> Iterator[Any]:
    """Give every node above, this one included, each once and always in the same order."""
    met: Dict[str, bool] = {}
    waiting: List[Any] = [node]
    while waiting:
        here = waiting.pop()
        if here.fullName() in met:
            continue
        met[here.fullName()] = True
        yield here
        inside = sorted(here.nodes(), key=lambda one: str(one.name())) if hasattr(here, "nodes") else []
        waiting.extend(reversed(list(upstream.above(here)) + inside))


def _line(node: Any, numbers: Dict[str, int]) -> str:
    inputs = [_number(node.input(place), numbers) for place in range(node.inputs())]
    name = [str(node.name())] if node.Class() in ("Input", "Output") else []
    return repr([node.Class(), name, inputs, list(_controls(node))])


def _number(node: Optional[Any], numbers: Dict[str, int]) -> int:
    return -1 if node is None else numbers.get(node.fullName(), -1)


def _controls(node: Any) -> Iterator[Tuple[str, str]]:
    if node.Class() == "Write" and upstream.source_of(node) is not node:
        return
    knobs = node.knobs()
    is_ours = "pd_operation" in knobs
    for name in sorted(knobs):
        is_asked = name in OF_OURS if is_ours else name not in NEUTRAL
        if is_asked and knobs[name].Class() not in SILENT:
            yield name, str(knobs[name].toScript())


def _of_script() -> Iterator[str]:
    knobs = nuke.root().knobs()
    for name in OF_SCRIPT:
        if name in knobs:
            yield "{} {}".format(name, knobs[name].toScript())
    yield "OCIO {}".format(os.environ.get("OCIO", ""))


def _files(nodes: List[Any]) -> str:
    told = []
    for node in nodes:
        for path in _paths(node):
            told.append((path, files_on_disk.signature(path)))
    return _short(repr(sorted(told)))


def _paths(node: Any) -> Iterator[str]:
    """Give the files that a node reads; a Write that only writes reads none."""
    if node.Class() == "Write" and upstream.source_of(node) is not node:
        return
    knobs = node.knobs()
    for name in sorted(knobs):
        if knobs[name].Class() == "File_Knob" and knobs[name].value():
            path = nuke.filename(node) if name == "file" else knobs[name].value()
            if path:
                yield str(path)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
