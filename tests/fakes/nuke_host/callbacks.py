"""The global callbacks (facts section 5; Foundry pythondevguide/callbacks.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple

from . import session

if TYPE_CHECKING:
    from .knobs import Knob
    from .nodes import Node

Entry = Tuple[Callable[..., Any], Tuple[Any, ...], Dict[str, Any]]

DEFAULT_CLASS = {
    "OnUserCreate": "*",
    "OnCreate": "*",
    "OnDestroy": "*",
    "UpdateUI": "*",
    "Autolabel": "*",
    "KnobChanged": "*",
    "FilenameFilter": "*",
    "OnScriptLoad": "Root",
    "OnScriptSave": "Root",
    "OnScriptClose": "Root",
    "BeforeRender": "Write",
    "BeforeFrameRender": "Write",
    "AfterFrameRender": "Write",
    "AfterRender": "Write",
    "RenderProgress": "Write",
    "ValidateFilename": "Write",
    "BeforeRecording": "Viewer",
    "AfterRecording": "Viewer",
    "BeforeReplay": "Viewer",
    "AfterReplay": "Viewer",
    "BeforeBackgroundRender": "Write",
    "AfterBackgroundFrameRender": "Write",
    "AfterBackgroundRender": "Write",
}
"""Every pair `addX`/`removeX`, and the class it listens to unless told."""


class Callbacks:
    """Who is called when; the order is that of adding, and adding again moves to the end."""

    def __init__(self) -> None:
        self._kept: Dict[str, Dict[str, List[Entry]]] = {kind: {} for kind in DEFAULT_CLASS}

    def add(self, kind: str, call: Any, args: Any, kwargs: Any, node_class: str) -> None:
        """Keep a callback; what cannot be called is a ValueError, as are keywords that are no dict."""
        if not callable(call):
            raise ValueError("call must be a callable")
        if not isinstance(kwargs, dict):
            raise ValueError("kwargs must be a dictionary")
        entry = (call, args if isinstance(args, tuple) else (args,), kwargs)
        listed = self._kept[kind].setdefault(node_class, [])
        if entry in listed:
            listed.remove(entry)
        listed.append(entry)

    def remove(self, kind: str, call: Any, args: Any, kwargs: Any, node_class: str) -> None:
        entry = (call, args if isinstance(args, tuple) else (args,), kwargs)
        listed = self._kept[kind].get(node_class, [])
        if entry in listed:
            listed.remove(entry)

    def of(self, kind: str, node_class: str) -> List[Entry]:
        """List who listens: those for the class first, then those for any class."""
        kept = self._kept[kind]
        return list(kept.get(node_class, ())) + (list(kept.get("*", ())) if node_class != "*" else [])

    def count(self) -> int:
        """Count every callback there is."""
        return sum(len(listed) for kept in self._kept.values() for listed in kept.values())

    def fire(self, kind: str, node: Node, knob: Optional[Knob] = None) -> None:
        """Call those who listen; an exception flies on and the later ones are not called."""
        running = session.now()
        running.this_node.append(node)
        if knob is not None:
            running.this_knob.append(knob)
        try:
            for call, args, kwargs in self.of(kind, node.Class()):
                call(*args, **kwargs)
        finally:
            running.this_node.pop()
            if knob is not None:
                running.this_knob.pop()

    def autolabel(self, node: Node) -> Optional[str]:
        """Ask for the label: the last added is asked first, and the first that is not None wins."""
        running = session.now()
        running.this_node.append(node)
        try:
            for call, args, kwargs in reversed(self.of("Autolabel", node.Class())):
                said = call(*args, **kwargs)
                if said is not None:
                    return str(said)
        finally:
            running.this_node.pop()
        return None

    def filtered(self, path: str, node: Optional[Node]) -> str:
        """Pass a file name through the filters (`nuke.addFilenameFilter`)."""
        for call, args, kwargs in self.of("FilenameFilter", node.Class() if node else "*"):
            changed = call(path, *args, **kwargs)
            if changed is not None:
                path = str(changed)
        return path


def pairs() -> Dict[str, Callable[..., None]]:
    """Give the functions `addX` and `removeX` of the module `nuke`."""
    found: Dict[str, Callable[..., None]] = {}
    for kind, usual in DEFAULT_CLASS.items():
        found["add" + kind] = _function(kind, usual, "add")
        if kind != "ValidateFilename":
            found["remove" + kind] = _function(kind, usual, "remove")
    return found


def _function(kind: str, usual: str, what: str) -> Callable[..., None]:
    def register(
        call: Any,
        args: Any = (),
        kwargs: Optional[Dict[str, Any]] = None,
        nodeClass: str = usual,
        **more: Any,
    ) -> None:
        extra = set(more) - ({"node"} if kind == "KnobChanged" else set())
        if extra:
            raise TypeError("unexpected keyword %s" % sorted(extra))
        given = {} if kwargs is None else kwargs
        getattr(session.now().callbacks, what)(kind, call, args, given, nodeClass)

    register.__name__ = what + kind
    register.__doc__ = "`nuke.%s%s` (stubs nuke_internal/callbacks.py; facts section 5)." % (what, kind)
    return register
