"""The module `nuke`: its functions and constants (facts sections 1 to 7; stubs nuke/__init__.py)."""

from __future__ import annotations

import re
import sys
import types
from typing import Any, Callable, Dict, List, Optional

from . import (
    callbacks,
    classes,
    flags,
    formats,
    frames,
    history,
    knobs,
    making,
    menus,
    nodes,
    numbers_knobs,
    pictures,
    session,
    waiting,
)
from .nodes import Group, Node
from .root import Root


class Module(types.ModuleType):
    """A module in which a name that the fake does not have is an AttributeError that says so."""

    def __getattr__(self, name: str) -> Any:
        if self.__name__ == "nuke" and name in ("GUI", "INTERACTIVE"):
            return session.now().gui
        if self.__name__ == "nuke" and name == "env":
            return _environment(session.now())
        raise AttributeError("the fake %s has no %s" % (self.__name__, name))


class NodeMaker:
    """`nuke.nodes`: `nuke.nodes.Blur(size=3, inputs=[n])` makes a node, connected to nothing else."""

    def __getattr__(self, kind: str) -> Callable[..., Node]:
        if kind.startswith("__") or kind not in classes.KINDS:
            raise AttributeError("nuke.nodes has no %s" % kind)
        return lambda **given: _made(kind, given)


def _made(kind: str, given: Dict[str, Any]) -> Node:
    running = session.now()
    running.history.begin("Create %s" % kind)
    try:
        node = making.made(kind, running.group, str(given.pop("name", "")))
        for number, above in enumerate(given.pop("inputs", ())):
            node.setInput(number, above)
        for name, value in given.items():
            _give(node, name, value)
    finally:
        running.history.end()
    making.started([node])
    return node


def _give(node: Node, name: str, value: Any) -> None:
    """Set a knob of a node that is being made; a wrong name is a TypeError of the fake."""
    if name not in node.knobs():
        raise TypeError("%s has no knob %s" % (node.Class(), name))
    knob = node[name]
    if isinstance(value, str) and not isinstance(knob, (knobs.String_Knob, numbers_knobs.Enumeration_Knob)):
        knob.fromScript(value)
    elif isinstance(value, str) and isinstance(knob, numbers_knobs.Enumeration_Knob) and value[:1] == "{":
        knob.fromScript(value)
    else:
        knob.setValue(value)


def createNode(node: str, args: Optional[str] = None, inpanel: bool = True) -> Node:
    """Make a node after what is selected, as an artist does (facts section 4)."""
    running = session.now()
    group = running.group
    selected = group.selectedNodes()
    running.history.begin("Create %s" % node)
    try:
        made = making.made(node, group)
        if args:
            from .scripts import read_knobs

            read_knobs(made, args)
        if selected and made.maximumInputs():
            made.setInput(0, selected[-1])
        made.selectOnly()
    finally:
        running.history.end()
    making.started([made], by_user=True)
    if inpanel and running.gui:
        made.showControlPanel()
    return made


def toNode(name: str) -> Optional[Node]:
    """Find a node of the current group by its name, or None; "root" is the root."""
    running = session.now()
    running.main_only("toNode")
    if name == "root":
        return running.root
    if name.startswith("root."):
        return running.root.node(name[5:])
    return running.group.node(name)


def allNodes(
    filter: Optional[str] = None, group: Optional[Group] = None, recurseGroups: bool = False
) -> List[Node]:
    """List the nodes of a group: the current one unless told."""
    running = session.now()
    running.main_only("allNodes")
    found: List[Node] = []
    for one in (group or running.group).nodes():
        if filter in (None, one.Class()):
            found.append(one)
        if recurseGroups and isinstance(one, Group):
            found += allNodes(filter, one, True)
    return found


def selectedNodes(filter: Optional[str] = None) -> List[Node]:
    session.now().main_only("selectedNodes")
    return session.now().group.selectedNodes(filter or "")


def selectedNode() -> Node:
    """Give the node last selected; a ValueError where there is none (facts section 4)."""
    session.now().main_only("selectedNode")
    return session.now().group.selectedNode()


def thisNode() -> Node:
    """Give the node whose callback or button runs, or the current group."""
    running = session.now()
    return running.this_node[-1] if running.this_node else running.group


def thisKnob() -> Any:
    """Give the knob whose callback or button runs; a ValueError where there is none."""
    running = session.now()
    if not running.this_knob:
        raise ValueError("no knob is running")
    return running.this_knob[-1]


def thisGroup() -> Group:
    running = session.now()
    if running.this_node:
        at = running.this_node[-1]
        return at if isinstance(at, Group) else (at.parent() or running.root)
    return running.group


def thisParent() -> Optional[Group]:
    return thisNode().parent()


def thisRoot() -> Root:
    return session.now().root


def root() -> Root:
    return session.now().root


def delete(node: Node, popupOnError: bool = True) -> None:
    making.delete(node)


def exists(name: str) -> bool:
    """Tell whether there is a node or `Node.knob` of that name."""
    node, _, knob = name.rpartition(".")
    if toNode(name) is not None:
        return True
    found = toNode(node) if node else None
    return found is not None and knob in found.knobs()


def frame(number: Optional[int] = None) -> int:
    """Give the current frame, or go to one."""
    if number is not None:
        session.now().root.setFrame(number)
    return int(session.now().root._frame_now())


def views() -> List[str]:
    return session.now().root._views()


def thisView() -> str:
    return session.now().view


def message(prompt: str) -> None:
    """Show a message; without a window it would wait for ever: a RuntimeError (facts section 3)."""
    session.now().main_only("message")
    if not session.now().gui:
        raise RuntimeError("nuke.message in a terminal session: %s" % prompt)
    session.now().messages.append(str(prompt))


def ask(prompt: str) -> bool:
    """Ask; the test says the answers beforehand in `host.answers`."""
    return bool(_answer(prompt))


def getInput(prompt: str, default: str = "") -> Optional[str]:
    """Ask for a text; the test says it beforehand in `host.answers`, None for Cancel."""
    said = _answer(prompt)
    return None if said is None else str(said)


def choice(title: str, prompt: str, options: List[str], default: int = 0) -> Optional[int]:
    """Ask for one of several; the test says its number beforehand in `host.answers`, None for Cancel."""
    said = _answer("%s: %s" % (prompt, ", ".join(options)))
    if said is not None and not 0 <= said < len(options):
        raise ValueError("there is no choice %r" % said)
    return None if said is None else int(said)


def getFilename(message: str, pattern: Optional[str] = None, default: str = "", *rest: Any) -> Optional[str]:
    """Ask for a file; the test says it beforehand in `host.answers`, None for Cancel."""
    return getInput(message)


def _answer(prompt: str) -> Any:
    message(prompt)
    answers = session.now().answers
    if not answers:
        raise RuntimeError("nobody answers %r: host.answers" % prompt)
    return answers.pop(0)


def tprint(value: Any, *more: Any, sep: str = " ", end: str = "\n", file: Any = None) -> None:
    """Print to the terminal (facts section 6)."""
    session.now().said.append(sep.join(str(one) for one in (value, *more)))


def warning(text: str) -> None:
    session.now().said.append("warning: %s" % text)


def debug(text: str) -> None:
    session.now().said.append("debug: %s" % text)


def error(text: str) -> None:
    session.now().said.append("error: %s" % text)


def knobDefault(classknob: str, value: Optional[str] = None) -> Any:
    """Keep the default of `Class.knob`, or give it (facts section 4)."""
    if value is None:
        return session.now().defaults.get(classknob)
    session.now().defaults[classknob] = value
    return None


def filename(node: Node, replace: int = 0) -> Optional[str]:
    """Give the file of a node: as it is, or filled in and filtered with `nuke.REPLACE` (facts section 5)."""
    if "file" not in node.knobs():
        return None
    knob = node["file"]
    path = knob.evaluate() if replace else str(knob.value())
    return session.now().callbacks.filtered(path, node) or None


def pluginAddPath(path: Any, addToSysPath: bool = True) -> None:
    """Put folders at the head of the plug-in path and of sys.path (facts section 2)."""
    for one in reversed([path] if isinstance(path, str) else list(path)):
        one = one.rstrip("/")
        session.now().plugin_path.insert(0, one)
        if addToSysPath and one not in sys.path:
            sys.path.insert(0, one)


def pluginAppendPath(path: Any, addToSysPath: bool = True) -> None:
    for one in [path] if isinstance(path, str) else list(path):
        session.now().plugin_path.append(one.rstrip("/"))
        if addToSysPath and one not in sys.path:
            sys.path.append(one.rstrip("/"))


def pluginPath() -> List[str]:
    return list(session.now().plugin_path)


def modified() -> bool:
    return session.now().root.modified()


def show(node: Node, forceFloat: bool = False) -> None:
    node.showControlPanel()


def autoplace(node: Node) -> None:
    node.autoplace()


def usingOCIO() -> bool:
    return bool(session.now().root["colorManagement"].value() == "OCIO")


def activeViewer() -> Any:
    """Give the viewer of the window, or None."""
    found = [one for one in session.now().root.nodes() if one.Class() == "Viewer"]
    return ActiveViewer(found[0]) if found and session.now().gui else None


class ActiveViewer:
    """The window on the picture (stubs nuke/classes/ViewerWindow.py)."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def node(self) -> Node:
        return self._node

    def activeInput(self, secondary_buffer: bool = False) -> Optional[int]:
        return 0 if self._node.input(0) is not None else None


def collapseToGroup(show: bool = True) -> Node:
    raise NotImplementedError("the fake collapses nothing")


def getPaneFor(name: str) -> Any:
    """Find a pane by a panel in it, or None (facts section 3)."""
    running = session.now()
    return Pane(name) if running.gui and re.match(r"^(Properties|Viewer|DAG)\.\d+$", name) else None


class Pane:
    """A pane of the window."""

    def __init__(self, name: str) -> None:
        self.name = name


_KNOBS = [
    one
    for module in (knobs, numbers_knobs)
    for one in vars(module).values()
    if isinstance(one, type)
    and issubclass(one, knobs.Knob)
    and one.__name__ not in ("Opaque_Knob", "Input_ChannelMask_Knob")
]
_CLASSES = [
    *_KNOBS,
    numbers_knobs.AnimationCurve,
    numbers_knobs.AnimationKey,
    nodes.Node,
    nodes.Group,
    nodes.Gizmo,
    Root,
    nodes.Viewer,
    nodes.BackdropNode,
    formats.Format,
    frames.FrameRange,
    frames.FrameRanges,
    history.Undo,
    menus.Menu,
    menus.MenuItem,
    menus.ToolBar,
    waiting.ProgressTask,
    pictures.Box,
]
_FUNCTIONS: List[Callable[..., Any]] = [
    createNode, toNode, allNodes, selectedNodes, selectedNode, thisNode, thisKnob, thisGroup, thisParent,
    thisRoot, root, delete, exists, frame, views, thisView, message, ask, getInput, getFilename, tprint,
    choice, warning, debug, error,
    knobDefault, filename, pluginAddPath, pluginAppendPath, pluginPath, modified, show, autoplace, usingOCIO,
    activeViewer, collapseToGroup, getPaneFor, formats.addFormat, menus.menu, menus.toolbar,
    waiting.executeInMainThread, waiting.executeInMainThreadWithResult,
]  # fmt: skip


_MADE = Module("nuke")
"""The same object for ever: what imported it once goes on with the Nuke that runs."""


def module(running: session.Session) -> types.ModuleType:
    """Make the module `nuke` for a session."""
    from . import rendering, scripts

    made = _MADE
    vars(made).clear()
    vars(made).update(__name__="nuke")
    major, minor, release = running.version
    values: Dict[str, Any] = {one.__name__: one for one in _CLASSES}
    values.update({one.__name__: one for one in (*_FUNCTIONS, *rendering.FUNCTIONS, *scripts.FUNCTIONS)})
    values.update(callbacks.pairs())
    values.update({name: value for name, value in vars(flags).items() if name.isupper()})
    values.update(
        nodes=NodeMaker(),
        NUKE_VERSION_MAJOR=major,
        NUKE_VERSION_MINOR=minor,
        NUKE_VERSION_RELEASE=release,
        NUKE_VERSION_STRING="%d.%dv%d" % running.version,
        EXE_PATH="/opt/Nuke/Nuke",
        NUM_CPUS=2,
        THREADS=2,
        rawArgs=[],
        formats=lambda: list(session.now().formats),
        render=rendering.execute,
        scriptSource=scripts.scriptSource,
    )
    vars(made).update(values)
    return made


def _environment(running: session.Session) -> Dict[str, Any]:
    """Give `nuke.env` (facts section 1)."""
    major, minor, release = running.version
    systems = {"LINUX": "linux", "MACOS": "darwin", "WIN32": "win32"}
    return {
        **{name: sys.platform.startswith(system) for name, system in systems.items()},
        "64bit": True,
        "ExecutablePath": "/opt/Nuke/Nuke",
        "ExternalPython": False,
        "NukeVersionMajor": major,
        "NukeVersionMinor": minor,
        "NukeVersionRelease": release,
        "NukeVersionString": "%d.%dv%d" % running.version,
        "gui": running.gui,
        "interactive": running.gui,
        "studio": running.studio,
        "hieroStudio": running.studio,
        "hieroNuke": running.studio,
        "hiero": False,
        "nukex": False,
        "nc": False,
        "indie": False,
        "assist": False,
        "ple": False,
        "numCPUs": 2,
        "threads": 2,
    }
