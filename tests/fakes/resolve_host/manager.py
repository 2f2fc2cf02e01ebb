"""Resolve itself, and its project manager."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .constants import PAGES, constants
from .names import MANAGER, RESOLVE
from .project import Project
from .wire import Thing, WouldHang, gives, since

UNTITLED = "Untitled Project"


class Resolve(Thing):
    """The head of everything a script can reach (facts section 1)."""

    names = RESOLVE

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._manager = ProjectManager(host)
        self._page = "edit"

    def _constant(self, name: str) -> Any:
        return constants(self._host._version).get(name)

    def _names(self) -> List[str]:
        """Leave out MARKER_ names: they are documented and absent from dir() (facts section 7)."""
        values = [name for name in constants(self._host._version) if not name.startswith("MARKER_")]
        return sorted([*super()._names(), *values])

    @gives("str")
    def GetProductName(self) -> str:
        return "DaVinci Resolve Studio" if self._host.is_studio else "DaVinci Resolve"

    @gives("list")
    def GetVersion(self) -> List[Any]:
        major, minor, patch = (*self._host._version, 0, 0)[:3]
        return [major, minor, patch, 5, ""]

    @gives("str")
    def GetVersionString(self) -> str:
        return ".".join(str(part) for part in self.GetVersion()[:4])

    def Fusion(self) -> Any:
        return self._host._fusion

    def GetMediaStorage(self) -> Thing:
        return self._host._storage  # type: ignore[no-any-return]

    def GetProjectManager(self) -> ProjectManager:
        return self._manager

    @gives("bool")
    def OpenPage(self, page: str) -> bool:
        if page not in PAGES or self._host.is_headless:
            return page in PAGES
        self._page = page
        return True

    def GetCurrentPage(self) -> Optional[str]:
        """Name a page even where there is no window (facts section 1)."""
        return self._page

    @since(19, 1)
    @gives("int")
    def GetKeyframeMode(self) -> int:
        return 0

    def Quit(self) -> None:
        self._host.quit()


class ProjectManager(Thing):
    """The list of projects in the current database (facts sections 5 and 12)."""

    names = MANAGER

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._projects: Dict[str, Project] = {}
        self._current: Optional[Project] = None

    def _open(self, project: Project) -> Project:
        self._projects.setdefault(project._name, project)
        self._current = project
        return project

    def CreateProject(self, name: str, *media_location: str) -> Optional[Project]:
        """Give None where the name is taken, or where the open project has changes that are not saved."""
        if media_location and self._host._version < (20, 2, 2):
            raise TypeError("CreateProject takes one argument in this version")
        if name in self._projects or (self._current is not None and self._current._is_changed):
            return None
        return self._open(Project(self._host, name))

    def LoadProject(self, name: str) -> Optional[Project]:
        found = self._projects.get(name)
        return self._open(found) if found else None

    def GetCurrentProject(self) -> Optional[Project]:
        return self._current

    @gives("bool")
    def SaveProject(self) -> bool:
        """Lose what an append with a fault in it has placed (facts section 12)."""
        if self._current is None:
            return False
        if self._current._name == UNTITLED:
            if self._host.is_headless:
                raise WouldHang("SaveProject on an untitled project waits for ever without a window")
            raise WouldHang("SaveProject on an untitled project asks for a name, and may wait for ever")
        for timeline in self._current._timelines:
            timeline._forget_doomed()
        self._current._is_changed = False
        self._current._saves += 1
        return True

    @gives("bool")
    def CloseProject(self, project: Project) -> bool:
        if project is not self._current:
            return False
        self._current = None
        return True

    @gives("bool")
    def DeleteProject(self, name: str) -> bool:
        """Refuse the project that is open (facts section 12)."""
        if name not in self._projects or (self._current is not None and self._current._name == name):
            return False
        del self._projects[name]
        return True

    @gives("list")
    def GetProjectListInCurrentFolder(self) -> List[str]:
        return sorted(self._projects)

    @gives("list")
    def GetFolderListInCurrentFolder(self) -> List[str]:
        return []

    @gives("bool")
    def GotoRootFolder(self) -> bool:
        return True

    @gives("bool")
    def GotoParentFolder(self) -> bool:
        return False

    @gives("str")
    def GetCurrentFolder(self) -> str:
        return ""

    @gives("dict")
    def GetCurrentDatabase(self) -> Optional[Dict[str, str]]:
        """Give None while Resolve has started by half (facts section 12)."""
        return None if self._host.is_half_started else {"DbType": "Disk", "DbName": "Local Database"}

    @gives("list")
    def GetDatabaseList(self) -> List[Dict[str, str]]:
        return [{"DbType": "Disk", "DbName": "Local Database"}]
