"""The tracks of a timeline."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .marks import Marked
from .wire import gives, since

KINDS = ("video", "audio", "subtitle")


class Track:
    """One track: its clips lie beside each other, never on each other."""

    def __init__(self, name: str, subtype: str = "") -> None:
        self.name, self.subtype = name, subtype
        self.is_on, self.is_locked = True, False
        self.items: List[Any] = []

    def is_free(self, first: int, end: int) -> bool:
        return all(end <= item._record or item._record + item._length <= first for item in self.items)

    def put(self, item: Any) -> None:
        self.items.append(item)
        self.items.sort(key=lambda one: one._record)


class Tracks(Marked):
    """What a script may do with tracks (facts section 7); they are counted from 1."""

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._tracks: Dict[str, List[Track]] = {"video": [Track("Video 1")], "audio": [], "subtitle": []}
        self._tracks["audio"].append(Track("Audio 1", "stereo"))

    def _track(self, kind: str, index: Any) -> Optional[Track]:
        tracks = self._tracks.get(kind, [])
        return tracks[int(index) - 1] if 1 <= index <= len(tracks) else None

    def _items(self, kind: str) -> List[Any]:
        return [item for track in self._tracks[kind] for item in track.items]

    @gives("int")
    def GetTrackCount(self, kind: str) -> int:
        return len(self._tracks.get(kind, []))

    @gives("bool")
    def AddTrack(self, kind: str, options: Any = None) -> bool:
        """Add one at the top; where to put it can be said from 19.0 on."""
        if kind not in KINDS or (isinstance(options, dict) and self._host._version < (19,)):
            return False
        tracks = self._tracks[kind]
        index = int(options.get("index", len(tracks) + 1)) if isinstance(options, dict) else len(tracks) + 1
        tracks.insert(
            index - 1, Track(f"{kind.title()} {len(tracks) + 1}", "mono" if kind == "audio" else "")
        )
        return True

    @gives("bool")
    def DeleteTrack(self, kind: str, index: int) -> bool:
        """Delete a track with all that lies on it; the last one stays."""
        track = self._track(kind, index)
        if track is None or (kind == "video" and len(self._tracks[kind]) == 1):
            return False
        for item in track.items:
            item._track = None
        self._tracks[kind].remove(track)
        return True

    @gives("str")
    def GetTrackName(self, kind: str, index: int) -> str:
        track = self._track(kind, index)
        return track.name if track else ""

    @gives("bool")
    def SetTrackName(self, kind: str, index: int, name: str) -> bool:
        track = self._track(kind, index)
        if track is None or not isinstance(name, str) or not name:
            return False
        track.name = name
        return True

    @since(19)
    @gives("str")
    def GetTrackSubType(self, kind: str, index: int) -> str:
        track = self._track(kind, index)
        return track.subtype if track else ""

    @gives("bool")
    def SetTrackEnable(self, kind: str, index: int, is_on: bool) -> bool:
        track = self._track(kind, index)
        if track is not None:
            track.is_on = bool(is_on)
        return track is not None

    @gives("bool")
    def GetIsTrackEnabled(self, kind: str, index: int) -> bool:
        track = self._track(kind, index)
        return track is not None and track.is_on

    @gives("bool")
    def SetTrackLock(self, kind: str, index: int, is_locked: bool) -> bool:
        track = self._track(kind, index)
        if track is not None:
            track.is_locked = bool(is_locked)
        return track is not None

    @gives("bool")
    def GetIsTrackLocked(self, kind: str, index: int) -> bool:
        track = self._track(kind, index)
        return track is not None and track.is_locked

    @gives("list")
    def GetItemListInTrack(self, kind: str, index: int) -> List[Any]:
        track = self._track(kind, index)
        return list(track.items) if track else []
