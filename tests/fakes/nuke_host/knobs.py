"""Knobs: their values, flags and how a script keeps them (facts section 4; stubs nuke/classes/Knob.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional

from photodouble_client import nk

from . import session
from .flags import ALWAYS_SAVE, DISABLED, DO_NOT_WRITE, INVISIBLE, KNOB_CHANGED_ALWAYS, NO_UNDO

if TYPE_CHECKING:
    from .nodes import Node


class Knob:
    """One control of a node. What it holds is `_state`, which is never changed in place."""

    _script_type = 0
    """Number of the type in `addUserKnob` (facts section 9)."""

    def __init__(self, name: str, label: Optional[str] = None, *rest: Any) -> None:
        if not isinstance(name, str):
            raise TypeError("the name of a knob is a string")
        self._name = name
        self._label = name if label is None else label
        self._tooltip = ""
        self._flags = 0
        self._cleared = 0
        self._node: Optional[Node] = None
        self._user = False
        self._state: Any = self._empty(*rest)
        self._default: Any = self._state

    def _empty(self) -> Any:
        return ""

    def name(self) -> str:
        return self._name

    def label(self) -> str:
        return self._label

    def setLabel(self, label: str) -> None:
        self._label = label

    def tooltip(self) -> str:
        return self._tooltip

    def setTooltip(self, text: str) -> None:
        self._tooltip = text

    def node(self) -> Optional[Node]:
        return self._node

    def Class(self) -> str:
        return type(self).__name__

    def fullyQualifiedName(self, channel: int = -1) -> str:
        return "%s.%s" % (self._node.fullName(), self._name) if self._node else self._name

    def setFlag(self, flag: int) -> None:
        self._flags |= int(flag)
        self._cleared &= ~int(flag)

    def clearFlag(self, flag: int) -> None:
        self._flags &= ~int(flag)
        self._cleared |= int(flag)

    def getFlag(self, flag: int) -> bool:
        return bool(self._flags & int(flag))

    def setVisible(self, shown: bool) -> None:
        (self.clearFlag if shown else self.setFlag)(INVISIBLE)

    def visible(self) -> bool:
        return not self.getFlag(INVISIBLE)

    def setEnabled(self, enabled: bool) -> None:
        (self.clearFlag if enabled else self.setFlag)(DISABLED)

    def enabled(self) -> bool:
        return not self.getFlag(DISABLED)

    def value(self) -> Any:
        self._checked("value")
        return self._state

    def getValue(self) -> Any:
        return self.value()

    def setValue(self, value: Any) -> bool:
        raise TypeError("%s has no value to set" % self.Class())

    def notDefault(self) -> bool:
        return bool(self._state != self._default)

    def isAnimated(self, channel: int = -1) -> bool:
        return False

    def hasExpression(self, channel: int = -1) -> bool:
        return False

    def toScript(self, quote: bool = True, context: Any = None) -> str:
        """Write the value as a script keeps it."""
        return nk.quoted(str(self._state)) if quote else str(self._state)

    def fromScript(self, text: str) -> bool:
        """Take a value as a script keeps it."""
        self._write(nk.plain(text))
        return True

    def _expressed(self, frame: float, channel: str = "") -> float:
        """Give the number an expression sees (not of Nuke's own)."""
        from .expressions import ExpressionError

        raise ExpressionError("%s is no number" % self._name)

    def _expressions(self) -> List[str]:
        return []

    def _checked(self, what: str) -> None:
        session.now().main_only("%s.%s" % (self._name, what))
        if self._node is not None:
            self._node._attached()

    def _write(self, state: Any) -> None:
        """Keep a new state, as a step of undo, and tell who listens; nothing happens where it is the same."""
        self._checked("setValue")
        before = self._state
        if state == before:
            return
        self._state = state
        if self._node is not None and not self.getFlag(NO_UNDO):
            session.now().history.did(lambda: self._restore(before), lambda: self._restore(state))
        self._told()

    def _restore(self, state: Any) -> None:
        self._state = state
        self._told()

    def _told(self) -> None:
        if self._node is None:
            return
        self._node._touched(self)
        running = session.now()
        if running.always or self.getFlag(KNOB_CHANGED_ALWAYS) or self._node in running.open_panels:
            self._node._knob_changed(self)

    def _is_saved(self) -> bool:
        """Tell whether a script keeps the value (not of Nuke's own)."""
        if self.getFlag(DO_NOT_WRITE):
            return False
        return self.notDefault() or self.getFlag(ALWAYS_SAVE)

    def _user_parts(self) -> Dict[str, Any]:
        """Give what `addUserKnob` writes besides name, label, tooltip and flags (not of Nuke's own)."""
        return {}


class String_Knob(Knob):
    """Text as it is (stubs nuke/classes/String_Knob.py)."""

    _script_type = 1

    def _empty(self, value: str = "", *rest: Any) -> Any:
        return str(value)

    def setValue(self, value: Any, view: Any = None) -> bool:
        """Take text; anything but text is a TypeError."""
        if not isinstance(value, str):
            raise TypeError("%s takes a string, not %s" % (self._name, type(value).__name__))
        self._write(value)
        return True

    def getText(self, view: Any = None) -> str:
        return str(self.value())

    def setText(self, value: str) -> bool:
        return self.setValue(value)


class EvalString_Knob(String_Knob):
    """Text in which `[value knob]`, `%04d` and `%V` are filled in (stubs EvalString_Knob.py)."""

    def evaluate(self, time: Optional[float] = None) -> str:
        from .texts import filled

        self._checked("evaluate")
        return filled(str(self._state), self._node, time)


class Multiline_Eval_String_Knob(EvalString_Knob):
    """Text of several lines."""

    _script_type = 43


class Password_Knob(String_Knob):
    """Text that is not shown."""

    _script_type = 61


class File_Knob(EvalString_Knob):
    """A path or a pattern of paths (stubs nuke/classes/File_Knob.py)."""

    _script_type = 2

    def getValue(self, oc: Any = None) -> str:
        return str(self.value())

    def getEvaluatedValue(self, oc: Any = None, time: Optional[float] = None) -> str:
        return self.evaluate(time)

    def fromUserText(self, text: str) -> None:
        """Take `path first-last`: a Read takes its range from it (facts section 4)."""
        from .texts import path_and_range

        path, frames = path_and_range(text)
        self.setValue(path)
        if self._node is not None and self._node.Class() == "Read":
            self._node._chosen(path, frames)


class Text_Knob(Knob):
    """A line of text in the panel, or a divider; it has no value a script keeps."""

    _script_type = 26

    def _empty(self, value: str = "", *rest: Any) -> Any:
        return str(value)

    def setValue(self, value: Any) -> bool:
        if not isinstance(value, str):
            raise TypeError("%s takes a string" % self._name)
        self._write(value)
        return True

    def _is_saved(self) -> bool:
        return False

    def _user_parts(self) -> Dict[str, Any]:
        return {"target": str(self._state)} if self._state else {}


class Tab_Knob(Knob):
    """A tab, or the begin or end of a folding group (flags 1, 2 and -1, facts section 4)."""

    _script_type = 20

    def _empty(self, kind: int = 0, *rest: Any) -> Any:
        return int(kind)

    def value(self) -> bool:
        return bool(self._state != 2)

    def setValue(self, value: Any) -> bool:
        return True

    def _is_saved(self) -> bool:
        return False

    def _user_parts(self) -> Dict[str, Any]:
        return {"opens": int(self._state)} if self._state else {}


class BeginTabGroup_Knob(Tab_Knob):
    """The begin of a group of tabs."""

    def _empty(self, *rest: Any) -> Any:
        return 3


class EndTabGroup_Knob(Tab_Knob):
    """The end of a group of tabs."""

    def _empty(self, *rest: Any) -> Any:
        return -3


class Script_Knob(String_Knob):
    """A button that runs what it holds."""

    def command(self) -> str:
        return str(self._state)

    def setCommand(self, command: str) -> None:
        self.setValue(command)

    def _is_saved(self) -> bool:
        return False

    def _user_parts(self) -> Dict[str, Any]:
        return {"target": str(self._state)} if self._state else {}


class PyScript_Knob(Script_Knob):
    """A button that runs Python, with `nuke.thisNode()` its node (stubs nuke/classes/PyScript_Knob.py)."""

    _script_type = 22

    def execute(self) -> None:
        """Press the button: the text runs in Nuke's main namespace, inside one step of undo."""
        import __main__

        running = session.now()
        running.main_only("execute")
        node = self._node
        if node is not None:
            running.this_node.append(node)
        running.this_knob.append(self)
        running.history.begin(self._label)
        try:
            exec(compile(str(self._state), self._name, "exec"), __main__.__dict__)
        finally:
            running.history.end()
            running.this_knob.pop()
            if node is not None:
                running.this_node.pop()


class PyCustom_Knob(Script_Knob):
    """A knob that draws a widget which an expression makes (stubs nuke/classes/PyCustom_Knob.py)."""

    _script_type = 52


class Link_Knob(Knob):
    """A knob that shows another one (stubs nuke/classes/Link_Knob.py)."""

    _script_type = 41

    def setLink(self, target: str) -> None:
        self._write(target)

    def getLink(self) -> str:
        return str(self._state)

    def makeLink(self, node: str, knob: str) -> None:
        self.setLink("%s.%s" % (node, knob))

    def getLinkedKnob(self) -> Optional[Knob]:
        """Follow `Node.knob` from the group's inside or beside it."""
        from .nodes import Group

        if self._node is None:
            return None
        node_name, _, knob_name = str(self._state).rpartition(".")
        places: List[Any] = [self._node, self._node.parent()]
        for place in places:
            found = place.node(node_name) if isinstance(place, Group) else None
            if found is not None and knob_name in found.knobs():
                linked: Knob = found[knob_name]
                return linked
        return None

    def value(self) -> Any:
        linked = self.getLinkedKnob()
        return None if linked is None else linked.value()

    def setValue(self, value: Any, *rest: Any) -> bool:
        linked = self.getLinkedKnob()
        return False if linked is None else bool(linked.setValue(value, *rest))

    def _is_saved(self) -> bool:
        return False

    def _user_parts(self) -> Dict[str, Any]:
        return {"target": str(self._state)}


class Channel_Knob(String_Knob):
    """A layer or a channel by name."""

    _script_type = 11


class ChannelMask_Knob(Channel_Knob):
    """Which channels a node works on."""

    _script_type = 10


class Input_ChannelMask_Knob(ChannelMask_Knob):
    """A channel of an input."""


class Format_Knob(Knob):
    """A format by name (stubs nuke/classes/Format_Knob.py)."""

    _script_type = 17

    def value(self) -> Any:
        from .formats import named

        self._checked("value")
        return named(str(self._state)) if self._state else session.now().root.format()

    def name(self) -> str:
        return self._name

    def setValue(self, value: Any) -> bool:
        """Take a Format or its name; a name that is not there is a ValueError of the fake."""
        from .formats import named

        name = value if isinstance(value, str) else value.name()
        if named(name) is None:
            raise ValueError("no such format: %s" % name)
        self._write(name)
        return True

    def toScript(self, quote: bool = True, context: Any = None) -> str:
        from .formats import named

        made = named(str(self._state))
        text = made._script() if made else str(self._state)
        return nk.quoted(text) if quote else text

    def fromScript(self, text: str) -> bool:
        from .formats import from_script

        self._write(from_script(nk.plain(text)).name())
        return True


class Opaque_Knob(Knob):
    """A knob whose value is kept as a script has it, such as the shapes of a Roto."""

    def setValue(self, value: Any) -> bool:
        raise TypeError("%s is not set by value: fromScript" % self._name)

    def toScript(self, quote: bool = True, context: Any = None) -> str:
        return str(self._state)

    def fromScript(self, text: str) -> bool:
        self._write(text)
        return True
