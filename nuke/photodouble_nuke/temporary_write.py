"""Write nodes that are there only while something is rendered, and leave no trace behind."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Iterator, List, Sequence, Tuple

import nuke

from . import upstream
from .elements import Element

SETTINGS = (
    ("file_type", "exr"),
    ("raw", True),
    ("compression", "Zip (1 scanline)"),
    ("autocrop", False),
    ("write_ACES_compliant_EXR", False),
    ("use_limit", False),
    ("create_directories", False),
    ("metadata", "default metadata"),
    ("interleave", "channels, layers and views"),
    ("on_error", "error"),
)
"""What is set beside file, channels and depth: a studio's own defaults may compress with loss, or convert."""
DEPTHS = {"half": "16 bit half", "float": "32 bit float"}


@contextlib.contextmanager
def temporary_writes(elements: Sequence[Element], folders: Sequence[str]) -> Iterator[List[Any]]:
    """Make a Write for every element, into a folder each; whatever happens, all is as before at the end."""
    with _no_trace():
        made: List[Any] = []
        try:
            for element, folder in zip(elements, folders):
                made.append(_made_in(element, "Write"))
                _set_up(made[-1], element, folder)
            writes = list(made)
            for write, element in zip(writes, elements):
                made += _reshaped(write, element)
            yield writes
        finally:
            for node in made:
                nuke.delete(node)


@contextlib.contextmanager
def _no_trace() -> Iterator[None]:
    """Put back modified flag, selection and proxy mode; no step of undo is made."""
    root = nuke.root()
    was_modified, was_proxy, selected = root.modified(), root.proxy(), _selected()
    was_recording = not nuke.Undo.disabled()
    nuke.Undo.disable()
    try:
        if was_proxy:
            root.setProxy(False)
        yield
    finally:
        if was_proxy:
            root.setProxy(True)
        for node, is_selected in selected:
            if bool(node["selected"].value()) != is_selected:
                node["selected"].setValue(is_selected)
        if was_recording:
            nuke.Undo.enable()
        root.setModified(was_modified)


def _selected() -> List[Tuple[Any, bool]]:
    nodes = nuke.allNodes(group=nuke.root(), recurseGroups=False)
    return [(node, bool(node["selected"].value())) for node in nodes if "selected" in node.knobs()]


def _made_in(element: Element, kind: str) -> Any:
    """Make a node beside the one that is rendered."""
    with upstream.group_of(element.node):
        return getattr(nuke.nodes, kind)()


def _set_up(write: Any, element: Element, folder: str) -> None:
    """Say what is written and where. The kind of file comes before what depends on it."""
    write.setInput(0, element.node)
    write["file"].setValue(_escaped("{}/{}".format(folder, element.name)))
    for name, value in SETTINGS:
        if name in write.knobs() and _takes(write[name], value):
            write[name].setValue(value)
    write["channels"].setValue(element.channels)
    write["datatype"].setValue(DEPTHS[element.depth])


def _reshaped(write: Any, element: Element) -> List[Any]:
    """Give a matte the plate's format: its alpha is copied over the plate, pixel on pixel."""
    if element.like is None:
        return []
    copy = _made_in(element, "Copy")
    copy.setInput(0, element.like)
    copy.setInput(1, element.node)
    copy["from0"].setValue("rgba.alpha")
    copy["to0"].setValue("rgba.alpha")
    copy["bbox"].setValue("union")
    write.setInput(0, copy)
    return [copy]


def _takes(knob: Any, value: Any) -> bool:
    """Whether this Nuke has a choice of that name; another version may have words of its own."""
    return not isinstance(value, str) or value in knob.values()


def _escaped(path: str) -> str:
    """Write a path so that Nuke reads no command or variable in it."""
    return re.sub(r"([\\[\]$])", r"\\\1", path)
