"""Nuke Studio's modules `hiero.core` and `hiero.ui`, as far as pulling a shot and pushing a take need them.

Stubs hiero/core and hiero/ui; facts section 12. Frames of a track item's source count from 0 at the first
frame of the media; those of the timeline from 0 at its begin. Only items of whole, unretimed clips are kept.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Optional, Tuple
from typing import Sequence as Many


class MediaSource:
    """The file or the files of a clip: `MediaSource('/show/plate.%04d.exr')` with its frames on disk."""

    def __init__(self, path: str = "") -> None:
        self._path = path
        self._first, self._last = _on_disk(path)
        self._timecode: Optional[int] = None

    def timecodeStart(self) -> int:
        """Give the timecode of the first file in frames; its number where the files have none."""
        return self._first if self._timecode is None else self._timecode

    def filenameHead(self) -> str:
        return re.split(r"%\d*d|#+", self.filename())[0]

    def filenamePadding(self) -> int:
        found = re.search(r"%0?(\d*)d|(#+)", self._path)
        return 0 if found is None else len(found.group(2) or "") or int(found.group(1) or 1)

    def firstpath(self) -> str:
        return at_frame(self._path, self._first)

    def filename(self) -> str:
        return self._path.rpartition("/")[2]

    def startTime(self) -> int:
        return self._first

    def duration(self) -> int:
        return self._last - self._first + 1

    def isMediaPresent(self) -> bool:
        return self._last >= self._first

    def isOffline(self) -> bool:
        return not self.isMediaPresent()

    def singleFile(self) -> bool:
        return not re.search(r"%\d*d|#", self._path)

    def fileinfos(self) -> List[FileInfo]:
        return [FileInfo(self._path, self._first, self._last)]


class FileInfo:
    """One row of `MediaSource.fileinfos()`."""

    def __init__(self, path: str, first: int, last: int) -> None:
        self._path, self._first, self._last = path, first, last

    def filename(self) -> str:
        return self._path

    def startFrame(self) -> int:
        return self._first

    def endFrame(self) -> int:
        return self._last


class MetaData:
    """What a tag tells, by keys (facts section 12: `tag.key`)."""

    def __init__(self) -> None:
        self._kept: Dict[str, str] = {}

    def setValue(self, key: str, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("a tag keeps texts only")
        self._kept[key] = value

    def value(self, key: str) -> str:
        return self._kept[key]

    def hasKey(self, key: str) -> bool:
        return key in self._kept

    def keys(self) -> List[str]:
        return list(self._kept)


class Tag:
    """A mark on an item."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._note = ""
        self._told = MetaData()

    def name(self) -> str:
        return self._name

    def note(self) -> str:
        return self._note

    def setNote(self, note: str) -> None:
        self._note = note

    def metadata(self) -> MetaData:
        return self._told


class _Tagged:
    def __init__(self, name: str) -> None:
        self._name = name
        self._tags: List[Tag] = []

    def name(self) -> str:
        return self._name

    def setName(self, name: str) -> None:
        self._name = name

    def tags(self) -> Tuple[Tag, ...]:
        return tuple(self._tags)

    def addTag(self, tag: Tag) -> Tag:
        self._tags.append(tag)
        return tag

    def removeTag(self, tag: Tag) -> None:
        self._tags.remove(tag)


class TimeBase:
    """A rate of frames."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def toFloat(self) -> float:
        return self._rate


class Clip(_Tagged):
    """A clip of a bin."""

    def __init__(self, source: Any, first: Optional[int] = None, last: Optional[int] = None) -> None:
        media = source if isinstance(source, MediaSource) else MediaSource(str(source))
        super().__init__(media.filename().partition(".")[0])
        self._media = media
        self._rate = TimeBase(24.0)
        self._project: Optional[Project] = None

    def mediaSource(self) -> MediaSource:
        return self._media

    def framerate(self) -> TimeBase:
        return self._rate

    def setFramerate(self, rate: TimeBase) -> None:
        self._rate = rate

    def timecodeStart(self) -> int:
        return self._media.timecodeStart()

    def project(self) -> Optional[Project]:
        return self._project

    def duration(self) -> int:
        return self._media.duration()

    def sourceIn(self) -> int:
        return 0

    def sourceOut(self) -> int:
        return self.duration() - 1


class Alignments:
    """Where a transition lies: `Transition.Alignments.kDissolve` is between two items."""

    kFadeIn, kDissolve, kFadeOut, kUnknown = range(4)


class Transition:
    """A mix of two items, or a fade (stubs hiero/core/classes/Transition.py)."""

    Alignments = Alignments

    def __init__(self, first: int, last: int, alignment: int = Alignments.kDissolve) -> None:
        self._times, self._alignment = (first, last), alignment

    def timelineIn(self) -> int:
        return self._times[0]

    def timelineOut(self) -> int:
        return self._times[1]

    def alignment(self) -> int:
        return self._alignment


class EffectTrackItem:
    """A soft effect that lies over an item, such as a TimeWarp."""

    def __init__(self, is_retime: bool) -> None:
        self._is_retime = is_retime

    def isRetimeEffect(self) -> bool:
        return self._is_retime


class TrackItem(_Tagged):
    """A shot on a track. A frame of the timeline shows sourceIn + (frame - timelineIn) * playbackSpeed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._clip: Optional[Clip] = None
        self._track: Optional[VideoTrack] = None
        self._times = (0, 0, 0.0)
        self._speed = 1.0
        self._enabled = True
        self._linked: List[Any] = []
        self._mix: Optional[Transition] = None

    def source(self) -> Optional[Clip]:
        return self._clip

    def setSource(self, clip: Clip) -> None:
        """Set the clip; an item that lies on no track yet becomes as long as that."""
        self._clip = clip
        if self._track is None:
            self._times, self._speed = (0, clip.duration() - 1, 0.0), 1.0

    def timelineIn(self) -> int:
        return self._times[0]

    def timelineOut(self) -> int:
        return self._times[1]

    def sourceIn(self) -> float:
        return self._times[2]

    def sourceOut(self) -> float:
        return self.mapTimelineToSource(self._times[1])

    def duration(self) -> int:
        return self._times[1] - self._times[0] + 1

    def playbackSpeed(self) -> float:
        return self._speed

    def setPlaybackSpeed(self, speed: float) -> None:
        self._speed = float(speed)

    def mapTimelineToSource(self, time: float) -> float:
        return self._times[2] + (time - self._times[0]) * self._speed

    def setTimes(self, timelineIn: int, timelineOut: int, sourceIn: float, sourceOut: float) -> None:
        if timelineOut < timelineIn:
            raise RuntimeError("an item cannot end before it begins")
        self._times = (int(timelineIn), int(timelineOut), float(sourceIn))
        length = int(timelineOut) - int(timelineIn)
        self._speed = (sourceOut - sourceIn) / length if length else 1.0

    def isEnabled(self) -> bool:
        return self._enabled

    def setEnabled(self, enabled: bool) -> None:
        self._enabled = enabled

    def linkedItems(self) -> List[Any]:
        return list(self._linked)

    def inTransition(self) -> Optional[Transition]:
        return self._mix

    def parentTrack(self) -> Optional[VideoTrack]:
        return self._track

    def parentSequence(self) -> Optional[Sequence]:
        return self._track._sequence if self._track is not None else None


class VideoTrack(_Tagged):
    """A track of pictures; two items cannot lie at one frame."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._items: List[TrackItem] = []
        self._sequence: Optional[Sequence] = None
        self._enabled = True

    def isEnabled(self) -> bool:
        return self._enabled

    def setEnabled(self, enabled: bool) -> None:
        self._enabled = enabled

    def items(self) -> Tuple[TrackItem, ...]:
        return tuple(self._items)

    def createTrackItem(self, name: str) -> TrackItem:
        """Make an item; it lies on no track until addTrackItem."""
        return TrackItem(name)

    def addTrackItem(self, item: TrackItem) -> None:
        for one in self._items:
            if one.timelineIn() <= item.timelineOut() and item.timelineIn() <= one.timelineOut():
                raise RuntimeError("there is an item already from frame %d" % one.timelineIn())
        self._items.append(item)
        item._track = self

    addItem = addTrackItem

    def parent(self) -> Optional[Sequence]:
        return self._sequence


class Sequence(_Tagged):
    """A timeline."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._tracks: List[VideoTrack] = []
        self._project: Optional[Project] = None
        self._rate = TimeBase(24.0)
        self._start = 86400

    def addTrack(self, track: VideoTrack) -> VideoTrack:
        self._tracks.append(track)
        track._sequence = self
        return track

    def videoTracks(self) -> Tuple[VideoTrack, ...]:
        return tuple(self._tracks)

    def framerate(self) -> TimeBase:
        return self._rate

    def setFramerate(self, rate: TimeBase) -> None:
        self._rate = rate

    def timecodeStart(self) -> int:
        return self._start

    def setTimecodeStart(self, time: int) -> None:
        self._start = time

    def project(self) -> Optional[Project]:
        return self._project


class BinItem:
    """What lies in a bin: a clip or a timeline."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def activeItem(self) -> Any:
        return self._held

    def name(self) -> str:
        return str(self._held.name())


class Bin:
    """A folder of a project."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._items: List[Any] = []
        self._project: Optional[Project] = None

    def name(self) -> str:
        return self._name

    def addItem(self, item: Any) -> Any:
        """Add a BinItem or a Bin; a clip by itself is a TypeError."""
        if not isinstance(item, (BinItem, Bin)):
            raise TypeError("a bin holds BinItems and bins")
        self._items.append(item)
        held = item.activeItem() if isinstance(item, BinItem) else item
        if isinstance(held, (Clip, Sequence, Bin)):
            held._project = self._project
        return item

    def items(self) -> Tuple[Any, ...]:
        return tuple(self._items)

    def bins(self) -> Tuple[Bin, ...]:
        return tuple(one for one in self._items if isinstance(one, Bin))

    def clips(self) -> Tuple[BinItem, ...]:
        return tuple(
            one for one in self._items if isinstance(one, BinItem) and isinstance(one.activeItem(), Clip)
        )

    def sequences(self) -> Tuple[BinItem, ...]:
        return tuple(
            one for one in self._items if isinstance(one, BinItem) and isinstance(one.activeItem(), Sequence)
        )


class Project:
    """A project of the studio. What changes between beginUndo and endUndo is one step."""

    def __init__(self, name: str = "Untitled") -> None:
        self._name = name
        self._path = ""
        self._clips = Bin("Sequences")
        self._clips._project = self
        self._steps: List[Tuple[str, Any]] = []
        self._open: List[Tuple[str, Any]] = []

    def name(self) -> str:
        return self._name

    def clipsBin(self) -> Bin:
        return self._clips

    def path(self) -> str:
        return self._path

    def saveAs(self, path: str) -> None:
        self._path = path

    def framerate(self) -> TimeBase:
        return TimeBase(24.0)

    def beginUndo(self, name: str) -> Project:
        if self._open:
            raise RuntimeError("a step is open already: %s" % self._open[0][0])
        self._open.append((name, _kept(self._clips)))
        return self

    def endUndo(self) -> None:
        """Close the step."""
        self._steps.append(self._open.pop())

    def cancelUndo(self) -> None:
        """Take back what was done since beginUndo."""
        _put_back(self._open.pop()[1])

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *rest: Any) -> None:
        self.endUndo()


def _kept(place: Bin) -> List[Tuple[Any, str, Any]]:
    """Note what a bin, its timelines and their shots are like now."""
    found: List[Tuple[Any, str, Any]] = [(place, "_items", list(place._items))]
    for one in place._items:
        if isinstance(one, Bin):
            found += _kept(one)
            continue
        held = one.activeItem()
        if isinstance(held, Sequence):
            found.append((held, "_tracks", list(held._tracks)))
            for track in held._tracks:
                found.append((track, "_items", list(track._items)))
                for item in track._items:
                    found += [(item, name, getattr(item, name)) for name in ("_times", "_speed", "_clip")]
    return found


def _put_back(kept: List[Tuple[Any, str, Any]]) -> None:
    for held, name, value in kept:
        setattr(held, name, value)


class Action:
    """What `hiero.ui.createMenuAction` gives; in the studio it is a QAction."""

    def __init__(self, name: str, method: Callable[[], Any]) -> None:
        self._name, self._method = name, method
        self._enabled = True

    def text(self) -> str:
        return self._name

    def setEnabled(self, enabled: bool) -> None:
        self._enabled = enabled

    def isEnabled(self) -> bool:
        return self._enabled

    def trigger(self) -> None:
        if self._enabled:
            self._method()


class ContextMenu:
    """The menu under the right button."""

    def __init__(self) -> None:
        self.actions: List[Action] = []

    def addAction(self, action: Action) -> None:
        self.actions.append(action)

    def addSeparator(self) -> None:
        """Draw a line."""


class View:
    """A bin view or a timeline, and what is selected in it."""

    def __init__(self, selected: Many[Any]) -> None:
        self._selected = tuple(selected)

    def selection(self) -> Tuple[Any, ...]:
        return self._selected


class Event:
    """What a listener is told: `event.sender` and `event.menu`."""

    def __init__(self, sender: View, menu: ContextMenu) -> None:
        self.sender = sender
        self.menu = menu


class Studio:
    """The projects, who listens, and which timeline is open."""

    def __init__(self) -> None:
        self.opened: List[Project] = [Project()]
        self.listening: Dict[str, List[Callable[[Event], Any]]] = {}
        self.sequence: Optional[Sequence] = None

    def registerInterest(self, type: str, callback: Callable[[Event], Any], *rest: Any) -> None:
        """`hiero.core.events.registerInterest('kShowContextMenu/kTimeline', callback)`."""
        if type not in (
            "kShowContextMenu/kTimeline",
            "kShowContextMenu/kBin",
            "kShowContextMenu/kSpreadsheet",
        ):
            raise ValueError("the fake sends no event %s" % type)
        self.listening.setdefault(type, []).append(callback)

    def unregisterInterest(self, type: str, callback: Callable[[Event], Any]) -> None:
        self.listening[type].remove(callback)

    def newProject(self, *rest: Any) -> Project:
        self.opened.append(Project())
        return self.opened[-1]

    def projects(self, *rest: Any) -> Tuple[Project, ...]:
        return tuple(self.opened)

    def activeSequence(self) -> Optional[Sequence]:
        return self.sequence

    def undo(self, project: Optional[Project] = None) -> str:
        """Press Ctrl-Z in the timeline; the name of the step that was taken back, or nothing."""
        steps = (project or self.opened[0])._steps
        if not steps:
            return ""
        name, kept = steps.pop()
        _put_back(kept)
        return name

    def right_click(self, where: str, *selected: Any) -> Dict[str, Action]:
        """Press the right button over a selection in "kTimeline" or "kBin"; the actions by their names."""
        menu = ContextMenu()
        for callback in self.listening.get("kShowContextMenu/" + where, []):
            callback(Event(View(selected), menu))
        return {action.text(): action for action in menu.actions}


KNOWN = tuple("kShowContextMenu/" + where for where in ("kTimeline", "kBin", "kSpreadsheet"))
CORE = (Bin, BinItem, Clip, EffectTrackItem, MediaSource, Project, Sequence, Tag, TimeBase, TrackItem,
        Transition, VideoTrack)  # fmt: skip


def createMenuAction(
    name: str, method: Callable[[], Any], icon: Optional[str] = None, path: Optional[str] = None
) -> Action:
    return Action(name, method)


def at_frame(path: str, frame: int) -> str:
    """Write the file of one frame (not of the studio's own)."""
    text = re.sub(r"%0?(\d*)d", lambda match: str(frame).zfill(int(match.group(1) or 1)), path)
    return re.sub(r"#+", lambda match: str(frame).zfill(len(match.group())), text)


def _on_disk(path: str) -> Tuple[int, int]:
    """Find the first and the last frame there are; (0, -1) where there is none."""
    import os

    folder, _, name = path.rpartition("/")
    pattern = re.sub(r"%\\?0?\d*d|(?:\\?#)+", r"(-?\\d+)", re.escape(name))
    there = os.listdir(folder) if os.path.isdir(folder) else []
    found = [match for match in (re.match(pattern + r"$", one) for one in there) if match]
    frames = sorted(int(match.group(1)) for match in found if match.groups())
    if found and not frames:
        return 0, 0
    return (frames[0], frames[-1]) if frames else (0, -1)
