"""The root: the script itself (facts section 7; stubs nuke/classes/Root.py)."""

from __future__ import annotations

from typing import List

from . import classes, session
from .formats import Format
from .knobs import Knob
from .nodes import Group, Node


class Root(Group):
    """The script (stubs nuke/classes/Root.py; facts section 7)."""

    def __init__(self) -> None:
        self._changed = False
        super().__init__("Root", None)

    def _rows(self) -> List[classes.Row]:
        return list(classes.ROOT)

    def name(self) -> str:
        """Give the path of the script, or "Root" where it was never saved."""
        return str(self._own["name"]._state) or "Root"

    def fullName(self) -> str:
        return "root"

    def maximumInputs(self) -> int:
        return 0

    def format(self) -> Format:
        found = self._own["format"].value() if self._own["format"]._state else None
        return found if isinstance(found, Format) else Format(2048, 1556)

    def modified(self) -> bool:
        return self._changed

    def setModified(self, modified: bool) -> None:
        self._changed = bool(modified)

    def _modified_by(self, node: Node, knob: Knob) -> None:
        if knob.name() not in ("frame", "selected"):
            self._changed = True

    def proxy(self) -> bool:
        return bool(self["proxy"].value())

    def setProxy(self, on: bool) -> None:
        self["proxy"].setValue(bool(on))

    def firstFrame(self) -> int:
        return int(self["first_frame"].value())

    def lastFrame(self) -> int:
        return int(self["last_frame"].value())

    def fps(self) -> int:
        return int(self["fps"].value())

    def realFps(self) -> float:
        return float(self["fps"].value())

    def setFrame(self, frame: float) -> None:
        self["frame"].setValue(int(frame))

    def _frame_now(self) -> float:
        return float(self._own["frame"]._state[0].value) if "frame" in self._own else 1.0

    def _views(self) -> List[str]:
        """List the views by name (not of Nuke's own; `nuke.views()` is)."""
        return [
            line.split(" #")[0].strip()
            for line in str(self._own["views"]._state).splitlines()
            if line.strip()
        ]

    def addView(self, name: str, color: str = "#ffffff") -> None:
        if name not in self._views():
            self["views"].setValue(str(self["views"].value()).rstrip() + "\n%s %s" % (name, color))

    def deleteView(self, name: str) -> None:
        kept = [
            line for line in str(self["views"].value()).splitlines() if line.split(" #")[0].strip() != name
        ]
        self["views"].setValue("\n".join(kept))

    def setView(self, name: str) -> None:
        if name not in self._views():
            raise ValueError("no such view: %s" % name)
        session.now().view = name

    def _attached(self) -> None:
        session.now().main_only("the root")
