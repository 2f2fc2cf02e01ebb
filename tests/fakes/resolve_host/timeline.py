"""A timeline."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Union

from .constants import export_types, subtypes
from .grades import Grade, Graph
from .items import TimelineItem
from .names import TIMELINE, TIMELINE_GONE
from .settings import allowed
from .timecodes import frames_of, is_drop, rate_of, timecode_of
from .tracks import Tracks
from .wire import Thing, gives, since, studio

FILMED = ("AAF", "DRT", "EDL", "FCP_7_XML", "FCPXML_1_8", "FCPXML_1_9", "FCPXML_1_10", "OTIO")
NEEDS_SUBTYPE = {"AAF": ("AAF_NEW", "AAF_EXISTING"), "EDL": ("CDL", "SDL", "MISSING_CLIPS", "NONE")}


class Timeline(Tracks):
    """Frames are counted from midnight, the start timecode included (facts section 8)."""

    names = TIMELINE
    gone = TIMELINE_GONE

    def __init__(self, host: Any, project: Any, name: str) -> None:
        super().__init__(host)
        self._project, self._name = project, name
        self._own: Dict[str, str] = {"useCustomSettings": "0"}
        self._start = frames_of(self._first_timecode(), self._rate())
        self._playhead = self._start
        self._clip: Any = None
        self._mark: Dict[str, int] = {}
        self._grade = Grade()
        self._deletes_refused = host.flaky_deletes

    # What the other parts of the made-up Resolve ask.
    def _setting(self, key: str) -> str:
        if self._own["useCustomSettings"] == "1" and key in self._own:
            return self._own[key]
        return str(self._project._settings.get(key, ""))

    def _rate(self) -> Any:
        return rate_of(self._setting("timelineFrameRate"))

    def _first_timecode(self) -> str:
        return "01:00:00;00" if is_drop(self._setting("timelineFrameRate")) else "01:00:00:00"

    def _end(self) -> int:
        every = [item._record + item._length for kind in ("video", "audio") for item in self._items(kind)]
        return max(every, default=self._start)

    def _length(self) -> int:
        return self._end() - self._start

    def _forget_doomed(self) -> None:
        for track in self._tracks["video"]:
            track.items = [item for item in track.items if not item._is_doomed]

    def _items_at(self, frame: int) -> List[TimelineItem]:
        """List what is seen at a frame, the topmost first."""
        tracks = [track for track in reversed(self._tracks["video"]) if track.is_on]
        found = [item for track in tracks for item in track.items if item._is_on]
        return [item for item in found if item._record <= frame < item._record + item._length]

    @gives("str")
    def GetName(self) -> str:
        return self._name

    @gives("bool")
    def SetName(self, name: str) -> bool:
        if not name or self._project._timeline_named(name) is not None:
            return False
        self._name = name
        self._clip._name = name
        return True

    @gives("str")
    def GetUniqueId(self) -> str:
        return self._unique

    @gives("int")
    def GetStartFrame(self) -> int:
        return self._start

    @gives("int")
    def GetEndFrame(self) -> int:
        return self._end()

    @gives("str")
    def GetStartTimecode(self) -> str:
        return timecode_of(self._start, self._rate(), is_drop(self._setting("timelineFrameRate")))

    @gives("bool")
    def SetStartTimecode(self, timecode: str) -> bool:
        """Move everything along."""
        moved = frames_of(timecode, self._rate()) - self._start
        self._start += moved
        self._playhead += moved
        for kind in ("video", "audio"):
            for item in self._items(kind):
                item._record += moved
        return True

    @gives("str")
    def GetCurrentTimecode(self) -> str:
        return timecode_of(self._playhead, self._rate(), is_drop(self._setting("timelineFrameRate")))

    @gives("bool")
    def SetCurrentTimecode(self, timecode: str) -> bool:
        try:
            frame = frames_of(timecode, self._rate())
        except ValueError:
            return False
        if not self._start <= frame <= max(self._start, self._end()):
            return False
        self._playhead = frame
        return True

    def GetCurrentVideoItem(self) -> Optional[TimelineItem]:
        found = self._items_at(self._playhead)
        return found[0] if found else None

    @gives("dict")
    def GetSetting(self, key: str = "") -> Union[str, Dict[str, str]]:
        every = {**self._project._settings, **self._own}
        return (self._setting(key) or every.get(key, "")) if key else every

    @gives("bool")
    def SetSetting(self, key: str, value: str) -> bool:
        """Refuse everything until the timeline has settings of its own."""
        known = {**self._project._settings, "useCustomSettings": "0"}
        if not allowed(known, key, value) or (
            key != "useCustomSettings" and self._own["useCustomSettings"] != "1"
        ):
            return False
        if key == "timelineFrameRate" and self._length():
            return False
        self._own[key] = value
        if key == "timelineFrameRate":
            self._start = self._playhead = frames_of(self._first_timecode(), self._rate())
        return True

    @gives("bool")
    def DeleteClips(self, items: List[TimelineItem], ripple: bool = False) -> bool:
        """Work on the Edit page only, and not always the first time; linked sound stays (facts 12)."""
        if self._host._resolve._page != "edit" and not self._host.is_headless:
            return False
        if self._deletes_refused:
            self._deletes_refused -= 1
            return False
        if not items or any(item._track is None or item._track.is_locked for item in items):
            return False
        for item in items:
            item._track.items.remove(item)
            item._track = None
        self._project._touch()
        return True

    @gives("bool")
    def SetClipsLinked(self, items: List[TimelineItem], linked: bool) -> bool:
        for item in items:
            item._linked = [other for other in items if other is not item] if linked else []
        return bool(items)

    def DuplicateTimeline(self, name: str = "") -> Optional[Timeline]:
        made = self._project._pool.CreateEmptyTimeline(name or f"{self._name} copy")
        if made is None:
            return None
        made._own, made._start, made._playhead = dict(self._own), self._start, self._playhead
        made._grade = self._grade.copied()
        made._markers = {frame: dict(marker) for frame, marker in self._markers.items()}
        from .tracks import Track

        for kind, tracks in self._tracks.items():
            made._tracks[kind] = []
            for track in tracks:
                copy = Track(track.name, track.subtype)
                copy.is_on = track.is_on
                made._tracks[kind].append(copy)
                for item in track.items:
                    copy.put(item._copied(made, copy))
        return made  # type: ignore[no-any-return]

    @gives("bool")
    def Export(self, path: str, kind: Any, subtype: Any = None) -> bool:
        """Refuse a text, and a subtype of another kind, without a word (facts sections 4 and 7)."""
        if isinstance(kind, (str, bool)) or isinstance(subtype, (str, bool)):
            return False
        name = export_types(self._host._version).get(kind)
        under = subtypes(self._host._version).get(subtype) if subtype is not None else "NONE"
        if name is None or under not in NEEDS_SUBTYPE.get(name, ("NONE",)):
            return False
        if name not in FILMED and not name.startswith("TEXT"):
            return False
        from .exchange import write

        return write(self, path, name)

    def CreateCompoundClip(
        self, items: List[TimelineItem], told: Optional[Any] = None
    ) -> Optional[TimelineItem]:
        from .nesting import nested

        return nested(self, items, "Compound", (told or {}).get("name", ""))

    def CreateFusionClip(self, items: List[TimelineItem]) -> Optional[TimelineItem]:
        from .nesting import nested

        return nested(self, items, "Fusion", "")

    def _insert(self, name: str, kind: str) -> Optional[TimelineItem]:
        from .nesting import inserted

        return inserted(self, name, kind)

    def InsertGeneratorIntoTimeline(self, name: str) -> Optional[TimelineItem]:
        return self._insert(name, "generator")

    def InsertTitleIntoTimeline(self, name: str) -> Optional[TimelineItem]:
        return self._insert(name, "title")

    def InsertFusionTitleIntoTimeline(self, name: str) -> Optional[TimelineItem]:
        return self._insert(name, "title")

    def InsertFusionCompositionIntoTimeline(self) -> Optional[TimelineItem]:
        return self._insert("Fusion Composition", "fusion")

    def GrabStill(self) -> Optional[Thing]:
        """Keep the grade of what is shown; Color page only."""
        from .gallery import GalleryStill

        item = self.GetCurrentVideoItem()
        if item is None or self._host._resolve._page != "color":
            return None
        still = GalleryStill(self._host, item._grade.copied())
        self._project._gallery._current._stills.append(still)
        return still

    @studio
    @gives("bool")
    def DetectSceneCuts(self) -> bool:
        return True

    @since(19)
    def GetNodeGraph(self) -> Graph:
        """Give the nodes that grade the whole timeline."""
        return Graph(self._host, self)

    @since(19, 1)
    def GetMediaPoolItem(self) -> Any:
        return self._clip

    @since(19, 1)
    @gives("dict")
    def GetMarkInOut(self) -> Dict[str, Any]:
        return {"video": {**self._mark}} if self._mark else {}

    @since(19, 1)
    @gives("bool")
    def SetMarkInOut(self, first: int, last: int, kind: str = "all") -> bool:
        self._mark = {"in": int(first), "out": int(last)}
        return True

    @since(19, 1)
    @gives("bool")
    def ClearMarkInOut(self, kind: str = "all") -> bool:
        self._mark = {}
        return True

    @since(21, 0, 4)
    @gives("list")
    def GetSelectedClips(self) -> List[TimelineItem]:
        return [item for item in self._host.selected if item._track is not None]
