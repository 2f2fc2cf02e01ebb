"""Fusion: its compositions on clips, and its window maker."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .wire import Thing, gives

INCOMPLETE = ("GetAttrs", "SetAttrs")
"""What dir() of a tool leaves out although it is there (facts section 4)."""


class Tool(Thing):
    """A tool of a composition."""

    def __init__(self, host: Any, comp: Any, kind: str, name: str) -> None:
        super().__init__(host)
        self._comp, self._kind, self._name = comp, kind, name
        self._inputs: Dict[str, Any] = {}
        self._wires: Dict[str, Tool] = {}
        self._is_held: Dict[str, bool] = {}
        self._expressions: Dict[str, str] = {}

    def _constant(self, name: str) -> Any:
        return {"Name": self._name, "ID": self._kind}.get(name)

    def _names(self) -> List[str]:
        return [name for name in super()._names() if name not in INCOMPLETE]

    @gives("bool")
    def ConnectInput(self, name: str, other: Optional[Tool]) -> bool:
        if other is None:
            self._wires.pop(name, None)
        else:
            self._wires[name] = other
        return True

    @gives("bool")
    def SetInput(self, name: str, value: Any, time: Optional[float] = None) -> bool:
        """Show a value set between Lock and Unlock, and render without it (facts section 11)."""
        self._inputs[name] = value
        self._is_held[name] = self._comp._is_locked
        return True

    def GetInput(self, name: str, time: Optional[float] = None) -> Any:
        return self._inputs.get(name)

    def _rendered(self, name: str, default: Any = None) -> Any:
        return default if self._is_held.get(name, True) else self._inputs.get(name, default)

    @gives("dict")
    def GetAttrs(self) -> Dict[str, Any]:
        return {"TOOLS_Name": self._name, "TOOLS_RegID": self._kind, "TOOLB_Locked": False}

    @gives("bool")
    def SetAttrs(self, attributes: Dict[str, Any]) -> bool:
        self._name = str(attributes.get("TOOLS_Name", self._name))
        return True

    @gives("bool")
    def Delete(self) -> bool:
        self._comp._tools.remove(self)
        for tool in self._comp._tools:
            tool._wires = {name: other for name, other in tool._wires.items() if other is not self}
        return True


class FusionComp(Thing):
    """A composition on a clip; a new one leads the clip straight through (facts section 11)."""

    def __init__(self, host: Any, name: str) -> None:
        super().__init__(host)
        self._name, self._is_locked = name, False
        self._tools: List[Tool] = []
        source, end = Tool(host, self, "MediaIn", "MediaIn1"), Tool(host, self, "MediaOut", "MediaOut1")
        end._wires["Input"] = source
        self._tools += [source, end]

    def AddTool(self, kind: str, x: int = 0, y: int = 0) -> Optional[Tool]:
        count = 1 + sum(tool._kind == kind for tool in self._tools)
        self._tools.append(Tool(self._host, self, kind, f"{kind}{count}"))
        return self._tools[-1]

    def FindTool(self, name: str) -> Optional[Tool]:
        return next((tool for tool in self._tools if tool._name == name), None)

    @gives("dict")
    def GetToolList(self, selected: bool = False, kind: str = "") -> Dict[int, Tool]:
        chosen = [tool for tool in self._tools if not kind or tool._kind == kind]
        return {} if selected else dict(enumerate(chosen, 1))

    def Lock(self) -> None:
        self._is_locked = True

    def Unlock(self) -> None:
        self._is_locked = False

    @gives("dict")
    def GetAttrs(self) -> Dict[str, Any]:
        return {"COMPS_Name": self._name, "COMPB_Locked": self._is_locked}

    @gives("bool")
    def SetAttrs(self, attributes: Dict[str, Any]) -> bool:
        self._name = str(attributes.get("COMPS_Name", self._name))
        return True

    def _is_rooted(self) -> bool:
        """Say whether MediaOut hangs on MediaIn; a composition in which it does not fails to render."""
        seen: List[Tool] = []
        open_ends = [tool for tool in self._tools if tool._kind == "MediaOut"]
        while open_ends:
            tool = open_ends.pop()
            if tool._kind == "MediaIn":
                return True
            if tool not in seen:
                seen.append(tool)
                open_ends += tool._wires.values()
        return False


class Composed(Thing):
    """What a script may do with the compositions of a clip (facts section 7); they count from 1."""

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._comps: List[FusionComp] = []

    def _add_comp(self) -> FusionComp:
        self._comps.append(FusionComp(self._host, f"Composition {len(self._comps) + 1}"))
        return self._comps[-1]

    @gives("int")
    def GetFusionCompCount(self) -> int:
        return len(self._comps)

    @gives("list")
    def GetFusionCompNameList(self) -> List[str]:
        return [comp._name for comp in self._comps]

    def GetFusionCompByIndex(self, index: int) -> Optional[FusionComp]:
        return self._comps[int(index) - 1] if 1 <= index <= len(self._comps) else None

    def GetFusionCompByName(self, name: str) -> Optional[FusionComp]:
        return next((comp for comp in self._comps if comp._name == name), None)

    def AddFusionComp(self) -> FusionComp:
        return self._add_comp()

    @gives("bool")
    def ExportFusionComp(self, path: str, index: int) -> bool:
        """Write the tools of a composition into a file."""
        comp = self.GetFusionCompByIndex(index)
        if comp is None:
            return False
        from .compositing import written

        with open(path, "w", encoding="utf-8") as text:
            text.write(written(comp))
        return True

    def ImportFusionComp(self, path: str) -> Optional[FusionComp]:
        """Add the composition of a file; None where it cannot be read."""
        from .compositing import read_into

        made = FusionComp(self._host, f"Composition {len(self._comps) + 1}")
        if not read_into(made, path):
            return None
        self._comps.append(made)
        return made

    def LoadFusionCompByName(self, name: str) -> Optional[FusionComp]:
        return self.GetFusionCompByName(name)

    @gives("bool")
    def DeleteFusionCompByName(self, name: str) -> bool:
        found = self.GetFusionCompByName(name)
        if found is not None:
            self._comps.remove(found)
        return found is not None

    @gives("bool")
    def RenameFusionCompByName(self, old: str, new: str) -> bool:
        found = self.GetFusionCompByName(old)
        if found is None or not new:
            return False
        found._name = new
        return True


class Fusion(Thing):
    """The Fusion that runs inside Resolve (facts sections 1 and 10)."""

    def _constant(self, name: str) -> Any:
        if name != "UIManager":
            return None
        if self._host.is_studio or self._host._version < (19, 1):
            return UIManager(self._host)
        self._host.modal = "UIManager is a feature of DaVinci Resolve Studio"
        return None

    def GetResolve(self) -> Any:
        return self._host._resolve

    def Execute(self, code: str) -> None:
        """Do nothing (facts section 11)."""

    @gives("bool")
    def RunScript(self, path: str) -> bool:
        """Say no and do it some time (facts section 11)."""
        self._host.scripts_run.append(path)
        return False


class UIManager(Thing):
    """The window maker; no window is made up here."""

    names = {"VGroup": (0,), "HGroup": (0,), "Label": (0,), "Button": (0,), "FindWindow": (0,)}
