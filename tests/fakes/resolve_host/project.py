"""A project: settings, timelines, gallery, and through `deliver` its render page."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Union

from .deliver import Deliver
from .gallery import Gallery
from .grades import ColorGroup
from .names import PROJECT
from .pool import MediaPool
from .settings import MODES, allowed, defaults
from .timeline import Timeline
from .wire import gives, since


class Project(Deliver):
    """What is open (facts section 5)."""

    names = PROJECT

    def __init__(self, host: Any, name: str) -> None:
        super().__init__(host)
        self._name = name
        self._settings = defaults(host._colour, host._rate, host._default_size)
        self._pool = MediaPool(host, self)
        self._gallery = Gallery(host, self)
        self._timelines: List[Timeline] = []
        self._current: Optional[Timeline] = None
        self._groups: List[ColorGroup] = []
        self._is_changed = False
        self._saves = 0

    def _touch(self) -> None:
        self._is_changed = True

    def _mode(self) -> str:
        """Name the colour management: unmanaged, rcm or aces."""
        science = self._settings["colorScienceMode"]
        return {text: name for name, text in MODES.items()}.get(science, "aces")

    def _timeline_named(self, name: str) -> Optional[Timeline]:
        return next((timeline for timeline in self._timelines if timeline._name == name), None)

    @gives("str")
    def GetName(self) -> str:
        return self._name

    @gives("bool")
    def SetName(self, name: str) -> bool:
        projects = self._host._resolve._manager._projects
        if not name or name in projects:
            return False
        projects[name] = projects.pop(self._name, self)
        self._name = name
        return True

    @gives("str")
    def GetUniqueId(self) -> str:
        return self._unique

    def GetMediaPool(self) -> MediaPool:
        return self._pool

    def GetGallery(self) -> Gallery:
        return self._gallery

    @gives("int")
    def GetTimelineCount(self) -> int:
        return len(self._timelines)

    def GetTimelineByIndex(self, index: int) -> Optional[Timeline]:
        """Count from 1 (facts section 4)."""
        return self._timelines[int(index) - 1] if 1 <= index <= len(self._timelines) else None

    def GetCurrentTimeline(self) -> Optional[Timeline]:
        return self._current

    @gives("bool")
    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        if not isinstance(timeline, Timeline) or timeline not in self._timelines:
            return False
        self._current = timeline
        return True

    @gives("dict")
    def GetSetting(self, key: str = "") -> Union[str, Dict[str, str]]:
        """Give every setting for an empty name, and an empty text for one that is not there."""
        return self._settings.get(key, "") if key else dict(self._settings)

    @gives("bool")
    def SetSetting(self, key: str, value: str) -> bool:
        """Refuse a rate once there are clips (facts section 8)."""
        if not allowed(self._settings, key, value):
            return False
        if key == "timelineFrameRate" and value != self._settings[key] and self._pool._root._every_clip():
            return False
        self._settings[key] = value
        if key == "timelineFrameRate":
            self._settings["timelinePlaybackFrameRate"] = value
        self._touch()
        return True

    @gives("bool")
    def RefreshLUTList(self) -> bool:
        self._host._known_luts = self._host._luts_on_disk()
        return True

    @gives("bool")
    def ExportCurrentFrameAsStill(self, path: str) -> bool:
        """Write the graded picture under the playhead, whatever page is shown (facts section 7)."""
        from .rendering import still

        return self._current is not None and still(self._current, path)

    @since(19)
    @gives("list")
    def GetColorGroupsList(self) -> List[ColorGroup]:
        return list(self._groups)

    @since(19)
    def AddColorGroup(self, name: str) -> Optional[ColorGroup]:
        if not name or name in [group._name for group in self._groups]:
            return None
        self._groups.append(ColorGroup(self._host, name))
        return self._groups[-1]

    @since(19)
    @gives("bool")
    def DeleteColorGroup(self, group: ColorGroup) -> bool:
        if group not in self._groups:
            return False
        self._groups.remove(group)
        return True
