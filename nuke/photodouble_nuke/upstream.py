"""What lies above an input: through what leaves a picture as it is, and out of the groups around it."""

from __future__ import annotations

from typing import Any, Iterator, List, Optional

import nuke

THROUGH = ("Dot", "NoOp", "PostageStamp")
"""Classes that hand their input on untouched."""


def group_of(node: Any) -> Any:
    """Give the group that a node lies in: the script itself, or a group inside it."""
    path = node.fullName().split(".")[:-1]
    return nuke.toNode("root." + ".".join(path)) or nuke.toNode(".".join(path)) if path else nuke.root()


def outer_input(node: Any) -> Optional[Any]:
    """Give what is connected to the outside of a group at one of the Input nodes within it."""
    group = group_of(node)
    if group is None or group.Class() == "Root":
        return None
    return group.input(int(node["number"].value())) if "number" in node.knobs() else None


def source_of(node: Optional[Any]) -> Optional[Any]:
    """Give the node that makes what comes out here: past dots, switched off nodes and the edges of groups."""
    met: List[str] = []
    while node is not None and node.fullName() not in met:
        met.append(node.fullName())
        if node.Class() == "Input":
            node = outer_input(node)
        elif node.Class() in THROUGH or _is_off(node) or _only_writes(node):
            node = node.input(0)
        else:
            return node
    return None


def above(node: Any) -> Iterator[Any]:
    """Give every node that this one depends on directly: by a connection or by an expression."""
    if node.Class() == "Input":
        outside = outer_input(node)
        if outside is not None:
            yield outside
    for other in node.dependencies():
        if other is not None and other.Class() != "Root":
            yield other


def file_of(node: Optional[Any]) -> str:
    """Give the file of the nearest Read down the main pipe, whatever is done to the picture on the way."""
    met: List[str] = []
    node = source_of(node)
    while node is not None and node.fullName() not in met:
        if node.Class() == "Read":
            return str(node["file"].value() or "")
        met.append(node.fullName())
        node = source_of(node.input(0))
    return ""


def changes_in_time(node: Any) -> bool:
    """Whether a node is switched off on some frames only: what it does at the playhead says nothing then."""
    knobs = node.knobs()
    if "useLifetime" in knobs and bool(knobs["useLifetime"].value()):
        return True
    return "disable" in knobs and bool(knobs["disable"].isAnimated() or knobs["disable"].hasExpression())


def _is_off(node: Any) -> bool:
    return "disable" in node.knobs() and bool(node["disable"].value()) and not changes_in_time(node)


def _only_writes(node: Any) -> bool:
    """Whether a Write hands its input on, and does not read its own files back."""
    return node.Class() == "Write" and not ("reading" in node.knobs() and node["reading"].value())
