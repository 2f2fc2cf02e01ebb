"""Make and delete nodes, and tell the callbacks (facts sections 4 and 5)."""

from __future__ import annotations

from typing import Iterable

from . import classes, session
from .nodes import BackdropNode, Group, Node, Viewer


def made(kind: str, parent: Group, name: str = "", exactly: bool = False) -> Node:
    """Make a node in a group, as a step of undo; a class that is not there is a RuntimeError.

    A name that is taken gets another number; with `exactly` one that is free stays as it is.
    """
    session.now().main_only("making a node")
    if kind not in classes.KINDS:
        raise RuntimeError("%s: Unknown command" % kind)
    build = {"Group": Group, "Viewer": Viewer, "BackdropNode": BackdropNode}.get(kind, Node)
    node = build(kind, parent)
    free = bool(name) and not parent._has(name)
    node._own["name"]._state = name if free else parent._free_name(name or kind.rstrip("0123456789"))
    _follow_defaults(node)
    parent._adopt(node)
    parent._changed_graph()
    session.now().history.did(lambda: _gone(parent, node), lambda: parent._adopt(node))
    return node


def _gone(parent: Group, node: Node) -> None:
    opened = session.now().open_panels
    if node in opened:
        opened.remove(node)
    parent._drop(node)


def delete(node: Node) -> None:
    """Delete a node: what it fed is connected to its own input 0 (facts section 4, `nuke.delete`)."""
    node._attached()
    running = session.now()
    parent = node._parent
    if parent is None:
        raise ValueError("the root cannot be deleted")
    running.callbacks.fire("OnDestroy", node)
    node._own_text("onDestroy")
    running.history.begin("Delete")
    try:
        for one in list(parent._children):
            for number, above in enumerate(one._inputs):
                if above is node:
                    one.setInput(number, node.input(0))
        _gone(parent, node)
        running.history.did(lambda: parent._adopt(node), lambda: _gone(parent, node))
    finally:
        running.history.end()
    parent._changed_graph()


def _follow_defaults(node: Node) -> None:
    """Apply `nuke.knobDefault('Class.knob', value)`."""
    for key, value in session.now().defaults.items():
        kind, _, name = key.partition(".")
        if kind in (node._kind, "") and name in node._own:
            knob = node._own[name]
            knob.fromScript(str(value))
            knob._default = knob._state


def started(nodes: Iterable[Node], by_user: bool = False) -> None:
    """Tell the callbacks that nodes were made: onUserCreate first, then onCreate (facts section 5)."""
    for node in nodes:
        if by_user:
            session.now().callbacks.fire("OnUserCreate", node)
        session.now().callbacks.fire("OnCreate", node)
        node._own_text("onCreate")
