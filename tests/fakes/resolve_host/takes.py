"""Takes, versions and the grade of a clip on a timeline."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Dict, List, Optional, Tuple

from .grades import Grade
from .marks import Coloured
from .wire import gives, until


class Takes(Coloured):
    """Hold the takes and grades of one clip (facts section 7)."""

    _clip: Any
    _left: Fraction
    _length: int

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._grade = Grade()
        self._takes: List[Dict[str, Any]] = []
        self._take = 0
        self._versions: Dict[str, Grade] = {"Version 1": self._grade}
        self._version = "Version 1"

    def _used(self) -> Tuple[Any, Fraction]:
        """Give the clip that is shown and the media frame it begins with."""
        if self._take:
            take = self._takes[self._take - 1]
            return take["mediaPoolItem"], Fraction(take["startFrame"])
        return self._clip, self._left

    @gives("bool")
    def AddTake(self, clip: Any, first: Optional[int] = None, end: Optional[int] = None) -> bool:
        """Keep a take, or not: whether Resolve does differs between a window and none (facts section 7)."""
        if self._host.takes == "refused" or clip is None or self._clip is None:
            return False
        if self._host.takes == "silent":
            return True
        start = 0 if first is None else int(first)
        last = clip._frames() if end is None else int(end)
        if start < 0 or last > clip._frames() or last <= start:
            return False
        if not self._takes:
            whole = int(self._left + self._length)
            self._takes.append(
                {"startFrame": int(self._left), "endFrame": whole, "mediaPoolItem": self._clip}
            )
            self._take = 1
        self._takes.append({"startFrame": start, "endFrame": last, "mediaPoolItem": clip})
        return True

    @gives("int")
    def GetTakesCount(self) -> int:
        return len(self._takes)

    @gives("int")
    def GetSelectedTakeIndex(self) -> int:
        """Give 0 where there are no takes."""
        return self._take

    @gives("dict")
    def GetTakeByIndex(self, index: int) -> Optional[Dict[str, Any]]:
        return dict(self._takes[int(index) - 1]) if 1 <= index <= len(self._takes) else None

    @gives("bool")
    def SelectTakeByIndex(self, index: int) -> bool:
        if not 1 <= index <= len(self._takes):
            return False
        if self._host.takes != "unselectable":
            self._take = int(index)
        return True

    @gives("bool")
    def DeleteTakeByIndex(self, index: int) -> bool:
        if not 1 <= index <= len(self._takes) or len(self._takes) == 1:
            return False
        del self._takes[int(index) - 1]
        self._take = min(self._take, len(self._takes))
        if len(self._takes) == 1:
            self._clip, self._left = self._used()
            self._takes, self._take = [], 0
        return True

    @gives("bool")
    def FinalizeTake(self) -> bool:
        """Keep the take that is chosen and forget the others."""
        if not self._takes:
            return False
        self._clip, self._left = self._used()
        self._takes, self._take = [], 0
        return True

    @gives("int")
    def GetNumNodes(self) -> int:
        return len(self._grade.nodes)

    @gives("bool")
    def SetLUT(self, index: int, path: str) -> bool:
        return self._grade.set_lut(self._host, index, path)

    @gives("str")
    def GetLUT(self, index: int) -> str:
        node = self._grade.node(index)
        return node.lut if node else ""

    @gives("str")
    def GetNodeLabel(self, index: int) -> str:
        node = self._grade.node(index)
        return node.label if node else ""

    @gives("bool")
    def SetCDL(self, given: Dict[str, Any]) -> bool:
        return self._grade.set_cdl(given)

    @until(19, 1)
    @gives("bool")
    def ApplyArriCdlLut(self) -> bool:
        return False

    @gives("bool")
    def CopyGrades(self, targets: List[Any]) -> bool:
        """Copy the node tree to other clips; a generator keeps none."""
        if not targets or any(not isinstance(target, Takes) for target in targets):
            return False
        for target in targets:
            target._grade = target._versions[target._version] = self._grade.copied()
        return True

    @gives("bool")
    def AddVersion(self, name: str, kind: int) -> bool:
        if kind not in (0, 1) or isinstance(kind, bool) or not name or name in self._versions:
            return False
        self._versions[name] = self._grade.copied()
        self._version, self._grade = name, self._versions[name]
        return True

    @gives("dict")
    def GetCurrentVersion(self) -> Dict[str, Any]:
        return {"versionName": self._version, "versionType": 0}

    @gives("list")
    def GetVersionNameList(self, kind: int) -> List[str]:
        return list(self._versions) if kind == 0 else []

    @gives("bool")
    def LoadVersionByName(self, name: str, kind: int) -> bool:
        if kind != 0 or name not in self._versions:
            return False
        self._versions[self._version] = self._grade
        self._version, self._grade = name, self._versions[name]
        return True

    @gives("bool")
    def RenameVersionByName(self, old: str, new: str, kind: int) -> bool:
        if kind != 0 or old not in self._versions or not new or new in self._versions:
            return False
        self._versions = {new if name == old else name: grade for name, grade in self._versions.items()}
        self._version = new if self._version == old else self._version
        return True

    @gives("bool")
    def DeleteVersionByName(self, name: str, kind: int) -> bool:
        if kind != 0 or name == self._version:
            return False
        return self._versions.pop(name, None) is not None
