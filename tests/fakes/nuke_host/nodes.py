"""Nodes, groups and the root (facts section 4; stubs nuke/classes/Node.py, Group.py, Root.py)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple

from . import classes, session
from .flags import EXPRESSIONS, HIDDEN_INPUTS, INPUTS
from .formats import Format
from .knobs import Knob, Tab_Knob

if TYPE_CHECKING:
    from .root import Root

_PLACE_KNOBS = ("xpos", "ypos", "selected")


class Node:
    """One node. After it is deleted every method raises ValueError."""

    def __init__(self, kind: str, parent: Optional[Group]) -> None:
        self._kind = kind
        self._parent = parent
        self._inputs: List[Optional[Node]] = []
        self._own: Dict[str, Knob] = {}
        self._alive = True
        self._in_change: List[str] = []
        for row in self._rows():
            self._own_knob(classes.made(row))

    def _rows(self) -> List[classes.Row]:
        return classes.rows_of(self._kind)

    def _own_knob(self, knob: Knob) -> None:
        """Keep a knob; several without a name, such as dividers, may stand side by side."""
        knob._node = self
        self._own[knob.name() or "\0%d" % id(knob)] = knob

    def _all(self) -> List[Knob]:
        return list(self._own.values())

    def __repr__(self) -> str:
        return "<%s>" % self.name() if self._alive else "<deleted node>"

    def __getitem__(self, name: str) -> Any:
        """Give a knob; one that is not there is a NameError (facts section 4)."""
        self._attached()
        if name not in self._own:
            raise NameError("knob %s does not exist" % name)
        return self._own[name]

    def Class(self) -> str:
        self._attached()
        return self._kind

    def name(self) -> str:
        self._attached()
        return str(self._own["name"]._state)

    def fullName(self) -> str:
        above = self.parent()
        return (
            self.name()
            if above is None or above.parent() is None
            else "%s.%s" % (above.fullName(), self.name())
        )

    def setName(self, name: str, uncollide: bool = True, updateExpressions: bool = False) -> None:
        """Rename; a name that is taken gets another number (facts section 4)."""
        self._attached()
        if not re.match(r"^[A-Za-z_]\w*$", name):
            raise ValueError("%r is no name of a node" % name)
        taken = self._parent is not None and self._parent._has(name, self)
        if taken and not uncollide:
            raise ValueError("the name %s is taken" % name)
        self._own["name"]._write(self._parent._free_name(name, self) if taken and self._parent else name)

    def parent(self) -> Optional[Group]:
        return self._parent

    def rootNode(self) -> Root:
        return session.now().root

    def knobs(self) -> Dict[str, Any]:
        self._attached()
        return {name: knob for name, knob in self._own.items() if name[:1] != "\0"}

    def allKnobs(self) -> List[Knob]:
        return self._all()

    def numKnobs(self) -> int:
        return len(self._own)

    def knob(self, name: Any, follow_link: bool = True) -> Any:
        """Give a knob by name or number, or None (facts section 4)."""
        self._attached()
        if isinstance(name, int):
            return list(self._own.values())[name]
        return self._own.get(name)

    def addKnob(self, knob: Knob) -> None:
        """Add a user's knob; the first one is put under a tab "User" where the node has none."""
        self._attached()
        if not isinstance(knob, Knob):
            raise TypeError("addKnob takes a knob")
        if not isinstance(knob, Tab_Knob) and not any(
            one._user and isinstance(one, Tab_Knob) for one in self._own.values()
        ):
            self.addKnob(Tab_Knob("User"))
        self._add(knob)

    def _add(self, knob: Knob) -> None:
        if knob.name() and knob.name() in self._own:
            raise ValueError("the node has a knob %s already" % knob.name())
        knob._user = True
        self._own_knob(knob)
        session.now().history.did(lambda: self._without(knob), lambda: self._own_knob(knob))

    def removeKnob(self, knob: Knob) -> None:
        """Take a user's knob away; one of Nuke's own is a ValueError."""
        self._attached()
        if not knob._user or self._own.get(knob.name()) is not knob:
            raise ValueError("%s is no user knob of %s" % (knob.name(), self.name()))
        before = dict(self._own)
        self._without(knob)
        session.now().history.did(lambda: self._set_own(before, knob), lambda: self._without(knob))

    def _without(self, knob: Knob) -> None:
        self._own = {key: one for key, one in self._own.items() if one is not knob}
        knob._node = None

    def _set_own(self, own: Dict[str, Knob], knob: Knob) -> None:
        self._own = dict(own)
        knob._node = self

    def inputs(self) -> int:
        """Count the inputs up to the last that is connected."""
        self._attached()
        found = list(self._inputs)
        while found and found[-1] is None:
            found.pop()
        return len(found)

    def input(self, number: int) -> Optional[Node]:
        self._attached()
        return self._inputs[number] if 0 <= number < len(self._inputs) else None

    def maximumInputs(self) -> int:
        return classes.KINDS[self._kind].inputs

    def minimumInputs(self) -> int:
        return min(1, self.maximumInputs())

    def optionalInput(self) -> int:
        """Give the number of the mask input, or -1."""
        kind = classes.KINDS[self._kind]
        if not kind.optional:
            return -1
        return 2 if self._kind in ("Merge2", "Copy", "Dissolve") else 1

    def canSetInput(self, number: int, node: Optional[Node]) -> bool:
        if not 0 <= number < self.maximumInputs():
            return False
        if node is None:
            return True
        return (
            node._parent is self._parent and classes.KINDS[node._kind].output and not node._depends_on(self)
        )

    def setInput(self, number: int, node: Optional[Node]) -> bool:
        """Connect an input, and tell knobChanged as `inputChange`; False where it cannot be."""
        session.now().main_only("setInput")
        self._attached()
        if not self.canSetInput(number, node):
            return False
        before = list(self._inputs)
        after = before + [None] * (number + 1 - len(before))
        after[number] = node
        if after != before:
            self._connect(after)
            session.now().history.did(lambda: self._connect(before), lambda: self._connect(after))
        return True

    def connectInput(self, number: int, node: Optional[Node]) -> bool:
        """Connect the next free input from a number on."""
        while self.input(number) is not None:
            number += 1
        return self.setInput(number, node)

    def _connect(self, inputs: List[Optional[Node]]) -> None:
        self._inputs = list(inputs)
        self._pseudo("inputChange")

    def _depends_on(self, other: Node) -> bool:
        waiting: List[Node] = [self]
        seen: List[Node] = []
        while waiting:
            one = waiting.pop()
            if one is other:
                return True
            if one not in seen:
                seen.append(one)
                waiting += [above for above in one._inputs if above is not None]
        return False

    def dependencies(self, what: int = EXPRESSIONS | INPUTS | HIDDEN_INPUTS) -> List[Node]:
        """List what feeds it: by expressions, by inputs, and by inputs whose lines are hidden."""
        hidden = bool(self._own["hide_input"]._state[0].value)
        wanted = what & HIDDEN_INPUTS if hidden else what & INPUTS
        found: List[Optional[Node]] = list(self._inputs) if wanted else []
        if what & EXPRESSIONS:
            found += self._referred()
        there = [one for one in found if one is not None and one is not self]
        return [one for number, one in enumerate(there) if one not in there[:number]]

    def _referred(self) -> List[Optional[Node]]:
        """List the nodes that its expressions name."""
        from .expressions import node_of

        found: List[Optional[Node]] = []
        for knob in self._all():
            for text in knob._expressions():
                found += [node_of(word, self) for word in re.findall(r"[A-Za-z_]\w*(?:\.\w+)+", text)]
        return found

    def dependent(
        self, what: int = EXPRESSIONS | INPUTS | HIDDEN_INPUTS, forceEvaluate: bool = True
    ) -> List[Node]:
        beside = self._parent.nodes() if self._parent else []
        return [one for one in beside if self in one.dependencies(what)]

    def xpos(self) -> int:
        return int(self["xpos"].value())

    def ypos(self) -> int:
        return int(self["ypos"].value())

    def setXpos(self, x: int) -> None:
        self["xpos"].setValue(int(x))

    def setYpos(self, y: int) -> None:
        self["ypos"].setValue(int(y))

    def setXYpos(self, x: int, y: int) -> None:
        self.setXpos(x)
        self.setYpos(y)

    def screenWidth(self) -> int:
        return 80

    def screenHeight(self) -> int:
        return 18

    def autoplace(self) -> None:
        """Do nothing that is kept: where a node lies is not imitated."""

    def setSelected(self, selected: bool) -> None:
        self["selected"].setValue(bool(selected))

    def isSelected(self) -> bool:
        return bool(self["selected"].value())

    def selectOnly(self) -> None:
        for one in self._parent.nodes() if self._parent else []:
            one.setSelected(one is self)

    def showControlPanel(self, forceFloat: bool = False) -> None:
        """Open the panel, and tell knobChanged as `showPanel` (facts section 5)."""
        opened = session.now().open_panels
        if session.now().gui and self not in opened:
            opened.append(self)
            self._pseudo("showPanel")

    def hideControlPanel(self) -> None:
        opened = session.now().open_panels
        if self in opened:
            self._pseudo("hidePanel")
            opened.remove(self)

    def shown(self) -> bool:
        return self in session.now().open_panels

    def format(self) -> Format:
        from .pictures import format_of

        return format_of(self)

    def width(self) -> int:
        return self.format().width()

    def height(self) -> int:
        return self.format().height()

    def pixelAspect(self) -> float:
        return self.format().pixelAspect()

    def proxy(self) -> bool:
        return session.now().root.proxy()

    def bbox(self) -> Any:
        from .pictures import bbox_of

        return bbox_of(self)

    def channels(self) -> List[str]:
        from .pictures import channels_of

        return channels_of(self)

    def sample(
        self, channel: str, x: float, y: float, dx: float = 1, dy: float = 1, frame: Any = None
    ) -> float:
        from .pictures import sample_of

        return sample_of(self, channel, x, y, frame)

    def metadata(
        self, key: Optional[str] = None, time: Optional[float] = None, view: Optional[str] = None
    ) -> Any:
        from .pictures import metadata_of

        found = metadata_of(self, time)
        return found if key is None else found.get(key)

    def hasError(self) -> bool:
        from .pictures import error_of

        return bool(error_of(self))

    def error(self) -> bool:
        return self.hasError()

    def treeHasError(self) -> bool:
        return self.hasError()

    def firstFrame(self) -> int:
        from .pictures import range_of

        return range_of(self)[0]

    def lastFrame(self) -> int:
        from .pictures import range_of

        return range_of(self)[1]

    def frameRange(self) -> Any:
        from .frames import FrameRange

        return FrameRange(self.firstFrame(), self.lastFrame(), 1)

    def writeKnobs(self, flags: int = 0) -> str:
        from .scripts import knob_text

        return knob_text(self, flags)

    def readKnobs(self, text: str) -> None:
        from .scripts import read_knobs

        read_knobs(self, text)

    def redraw(self) -> None:
        """Do nothing: nothing is drawn."""

    def forceValidate(self) -> None:
        self._attached()

    def help(self) -> str:
        return str(self["help"].value())

    def resetKnobsToDefault(self) -> None:
        for knob in self.allKnobs():
            if knob.name() not in ("name", *_PLACE_KNOBS):
                knob._write(knob._default)

    def _attached(self) -> None:
        at: Optional[Node] = self
        while at is not None:
            if not at._alive:
                raise ValueError("A PythonObject is not attached to a node")
            at = at._parent
        session.now().main_only("a node")

    def _touched(self, knob: Knob) -> None:
        """Do what a class does on its own when a knob changes."""
        session.now().root._modified_by(self, knob)
        if self._kind == "Write" and knob.name() in ("file_type", "file"):
            self._write_fields()

    def _write_fields(self) -> None:
        """Give a Write the knobs of exr once it writes exr (facts section 8: file_type first)."""
        chosen: Any = self._own["file_type"]
        file = str(self._own["file"]._state)
        if chosen.value().strip() in ("", "exr") and (chosen.value() == "exr" or file.endswith(".exr")):
            for row in classes.EXR_WRITE:
                if row[1] not in self._own:
                    self._own_knob(classes.made(row))
            if chosen.value() != "exr":
                chosen._state = (type(chosen._state[0])(float(chosen.values().index("exr"))),)

    def _chosen(self, path: str, frames: Optional[Tuple[int, int]]) -> None:
        """Take over what an artist chose in a Read: type and range (facts section 4, fromUserText)."""
        ending = path.rpartition(".")[2].lower()
        if ending in self["file_type"].values():
            self["file_type"].setValue(ending)
        if frames is not None:
            for name, frame in zip(("first", "last", "origfirst", "origlast"), frames * 2):
                self[name].setValue(frame)
            self["origset"].setValue(True)

    def _knob_changed(self, knob: Knob) -> None:
        if knob.name() in self._in_change:
            return
        self._in_change.append(knob.name())
        try:
            session.now().callbacks.fire("KnobChanged", self, knob)
            self._own_text("knobChanged", knob)
        finally:
            self._in_change.remove(knob.name())

    def _pseudo(self, name: str) -> None:
        told = Knob(name)
        told._node = self
        self._knob_changed(told)

    def _own_text(self, name: str, knob: Optional[Knob] = None) -> None:
        """Run the Python that the node itself keeps for an event (facts section 4)."""
        text = str(self._own[name]._state) if name in self._own else ""
        if not text.strip():
            return
        import __main__

        running = session.now()
        running.this_node.append(self)
        if knob is not None:
            running.this_knob.append(knob)
        try:
            exec(compile(text, "%s.%s" % (self.name(), name), "exec"), __main__.__dict__)
        finally:
            running.this_node.pop()
            if knob is not None:
                running.this_knob.pop()


class Group(Node):
    """Nodes in a node (stubs nuke/classes/Group.py)."""

    def __init__(self, kind: str, parent: Optional[Group]) -> None:
        self._children: List[Node] = []
        super().__init__(kind, parent)

    def __enter__(self) -> Group:
        self.begin()
        return self

    def __exit__(self, *rest: Any) -> None:
        self.end()

    def begin(self) -> Group:
        """Make new nodes inside from now on."""
        session.now().main_only("Group.begin")
        session.now().groups.append(self)
        return self

    def end(self) -> None:
        opened = session.now().groups
        if opened and opened[-1] is self:
            opened.pop()

    def run(self, call: Callable[[], Any]) -> Any:
        with self:
            return call()

    def nodes(self) -> List[Node]:
        self._attached()
        return list(self._children)

    def numNodes(self) -> int:
        return len(self._children)

    def node(self, name: str) -> Optional[Node]:
        """Find a node inside by its name, or by `Group1.Blur1`."""
        self._attached()
        at: Optional[Node] = self
        for step in name.split("."):
            if not isinstance(at, Group):
                return None
            at = next((one for one in at._children if one.name() == step), None)
        return at

    findNode = node

    def output(self) -> Optional[Node]:
        found = [one for one in self._children if one.Class() == "Output"]
        return found[0] if found else None

    def selectedNodes(self, kind: str = "") -> List[Node]:
        return [one for one in self._children if one.isSelected() and kind in ("", one.Class())]

    def selectedNode(self) -> Node:
        found = self.selectedNodes()
        if not found:
            raise ValueError("no node selected")
        return found[-1]

    def maximumInputs(self) -> int:
        return sum(1 for one in self._children if one.Class() == "Input")

    def _input_nodes(self) -> List[Node]:
        """List the Input nodes in the order of their numbers (not of Nuke's own)."""
        found = [one for one in self._children if one.Class() == "Input"]
        return sorted(found, key=lambda one: int(one["number"].value()))

    def expand(self) -> None:
        raise NotImplementedError("the fake expands no group")

    def _has(self, name: str, but: Optional[Node] = None) -> bool:
        return any(one is not but and one.name() == name for one in self._children)

    def _free_name(self, name: str, but: Optional[Node] = None) -> str:
        stem = name.rstrip("0123456789") or name
        number = 1
        while self._has("%s%d" % (stem, number), but):
            number += 1
        return "%s%d" % (stem, number)

    def _adopt(self, node: Node) -> None:
        node._alive = True
        node._parent = self
        self._children.append(node)

    def _changed_graph(self) -> None:
        session.now().root.setModified(True)

    def _drop(self, node: Node) -> None:
        node._alive = False
        self._children.remove(node)


class Gizmo(Group):
    """A group that comes from a file (stubs nuke/classes/Gizmo.py); the fake makes none of its own accord."""

    def filename(self) -> str:
        return ""


class Viewer(Node):
    """A window on the picture; its input 0 is what is looked at."""


class BackdropNode(Node):
    """A coloured field behind nodes."""
