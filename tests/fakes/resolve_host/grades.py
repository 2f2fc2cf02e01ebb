"""Grades: nodes with a colour decision and a table each, their versions, and groups of clips."""

from __future__ import annotations

import copy
import os
from typing import Any, Dict, List, Optional

from .names import GRAPH
from .wire import Thing, gives, since

CDL = ("Slope", "Offset", "Power")


class Node:
    """One corrector."""

    def __init__(self, label: str = "") -> None:
        self.label, self.lut, self.is_on = label, "", True
        self.cdl: Dict[str, List[float]] = {}
        self.cache = -1

    def told(self) -> Dict[str, Any]:
        return {"label": self.label, "lut": self.lut, "on": self.is_on, "cdl": self.cdl}


class Grade:
    """The node tree of a clip; every clip begins with one empty node."""

    def __init__(self) -> None:
        self.nodes = [Node()]

    def copied(self) -> Grade:
        return copy.deepcopy(self)

    def told(self) -> List[Dict[str, Any]]:
        return [node.told() for node in self.nodes]

    def node(self, index: object) -> Optional[Node]:
        """Count from 1 (facts section 4)."""
        number = int(index) if isinstance(index, (int, float)) else 0
        return self.nodes[number - 1] if 1 <= number <= len(self.nodes) else None

    def set_cdl(self, given: Dict[str, Any]) -> bool:
        """Take texts only: {"NodeIndex": "1", "Slope": "1 1 1", ...}."""
        if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
            return False
        node = self.node(int(given.get("NodeIndex", "0")))
        if node is None:
            return False
        node.cdl = {key: [float(part) for part in given[key].split()] for key in CDL if key in given}
        if "Saturation" in given:
            node.cdl["Saturation"] = [float(given["Saturation"])]
        return True

    def set_lut(self, host: Any, index: int, path: str) -> bool:
        """Find tables in the system's folder only, and only after the list was read again (facts 12)."""
        node = self.node(index)
        name = os.path.relpath(path, host.lut_folder) if os.path.isabs(path) and host.lut_folder else path
        if node is None or (name and name not in host._known_luts):
            return False
        node.lut = name
        return True


class Graph(Thing):
    """The node tree as versions from 19.0 hand it out (facts section 7)."""

    names = GRAPH

    def __init__(self, host: Any, owner: Any, which: str = "_grade") -> None:
        super().__init__(host)
        self._owner, self._which = owner, which

    def _grade(self) -> Grade:
        found: Grade = getattr(self._owner, self._which)
        return found

    def _put(self, grade: Grade) -> None:
        setattr(self._owner, self._which, grade)

    @since(19)
    @gives("int")
    def GetNumNodes(self) -> int:
        return len(self._grade().nodes)

    @since(19)
    @gives("bool")
    def SetLUT(self, index: int, path: str) -> bool:
        return self._grade().set_lut(self._host, index, path)

    @since(19)
    @gives("str")
    def GetLUT(self, index: int) -> str:
        node = self._grade().node(index)
        return node.lut if node else ""

    @since(19)
    @gives("str")
    def GetNodeLabel(self, index: int) -> str:
        node = self._grade().node(index)
        return node.label if node else ""

    @since(19)
    @gives("list")
    def GetToolsInNode(self, index: int) -> Optional[List[str]]:
        """Give None for a node with nothing in it."""
        node = self._grade().node(index)
        return ["Primary"] if node is not None and node.cdl else None

    @since(19)
    @gives("bool")
    def SetNodeEnabled(self, index: int, is_on: bool) -> bool:
        node = self._grade().node(index)
        if node is not None:
            node.is_on = bool(is_on)
        return node is not None

    @since(19, 1)
    @gives("bool")
    def SetNodeCacheMode(self, index: int, value: int) -> bool:
        node = self._grade().node(index)
        if node is not None:
            node.cache = int(value)
        return node is not None

    @since(19, 1)
    @gives("int")
    def GetNodeCacheMode(self, index: int) -> int:
        node = self._grade().node(index)
        return node.cache if node else -1

    @since(19, 1)
    @gives("bool")
    def ResetAllGrades(self) -> bool:
        self._put(Grade())
        return True

    @since(19, 1)
    @gives("bool")
    def ApplyGradeFromDRX(self, path: str, mode: int) -> bool:
        from .gallery import read_grade

        found = read_grade(path)
        if found is not None:
            self._put(found)
        return found is not None


class ColorGroup(Thing):
    """Clips that share a grade before and after their own (facts section 7)."""

    def __init__(self, host: Any, name: str) -> None:
        super().__init__(host)
        self._name = name
        self._before, self._after = Grade(), Grade()

    @since(19)
    def GetPreClipNodeGraph(self) -> Graph:
        return Graph(self._host, self, "_before")

    @since(19)
    def GetPostClipNodeGraph(self) -> Graph:
        return Graph(self._host, self, "_after")

    @since(19)
    @gives("str")
    def GetName(self) -> str:
        return self._name

    @since(19)
    @gives("bool")
    def SetName(self, name: str) -> bool:
        self._name = name
        return bool(name)

    @since(19)
    @gives("list")
    def GetClipsInTimeline(self, timeline: Any = None) -> List[Any]:
        shown = timeline or self._host._project._current
        return [item for item in shown._items("video") if item._group is self] if shown else []
