"""What lies on a timeline."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Dict, List, Optional, Union

from .comps import Composed
from .grades import ColorGroup, Graph
from .names import ITEM
from .takes import Takes
from .wire import gives, since, studio

PROPERTIES: Dict[str, Any] = {
    "Pan": 0.0,
    "Tilt": 0.0,
    "ZoomX": 1.0,
    "ZoomY": 1.0,
    "ZoomGang": True,
    "RotationAngle": 0.0,
    "AnchorPointX": 0.0,
    "AnchorPointY": 0.0,
    "Pitch": 0.0,
    "Yaw": 0.0,
    "FlipX": False,
    "FlipY": False,
    "CropLeft": 0.0,
    "CropRight": 0.0,
    "CropTop": 0.0,
    "CropBottom": 0.0,
    "CropSoftness": 0.0,
    "CropRetain": False,
    "DynamicZoomEase": 0,
    "CompositeMode": 0,
    "Opacity": 100.0,
    "Distortion": 0.0,
    "RetimeProcess": 0,
    "MotionEstimation": 0,
    "Scaling": 0,
    "ResizeFilter": 0,
}
Number = Union[int, float]


class TimelineItem(Takes, Composed):
    """A clip on a track (facts sections 7 and 8)."""

    names = ITEM

    def __init__(self, host: Any, timeline: Any, name: str, clip: Any = None) -> None:
        super().__init__(host)
        self._timeline, self._name, self._clip = timeline, name, clip
        self._track: Any = None
        self._record, self._length = 0, 0
        self._left, self._speed = Fraction(0), Fraction(1)
        self._kind = "media"
        self._is_on, self._is_doomed = True, False
        self._properties = dict(PROPERTIES)
        self._linked: List[TimelineItem] = []
        self._group: Optional[ColorGroup] = None
        self._has_unknown_speed = False

    # What the other parts of the made-up Resolve ask.
    def _ratio(self) -> Fraction:
        """Give the media frames that pass in one frame of the timeline at 100 %."""
        clip = self._used()[0]
        return clip._speed() / self._timeline._rate() if clip is not None else Fraction(1)

    def _media_frame(self, record: int) -> int:
        """Name the frame of the media, counted from 0, that is nearest to what is shown."""
        place = self._used()[1] + (record - self._record) * self._ratio() * self._speed
        return int(place + Fraction(1, 2)) if place >= 0 else -1

    def _span(self) -> Fraction:
        return self._length * self._ratio() * self._speed

    def _copied(self, timeline: Any, track: Any) -> TimelineItem:
        made = TimelineItem(self._host, timeline, self._name, self._clip)
        made._record, made._length = self._record, self._length
        made._left, made._speed, made._has_unknown_speed = self._left, self._speed, self._has_unknown_speed
        made._kind, made._track, made._is_on = self._kind, track, self._is_on
        made._properties, made._group = dict(self._properties), self._group
        made._versions = {name: grade.copied() for name, grade in self._versions.items()}
        made._version, made._grade = self._version, self._grade.copied()
        made._takes, made._take = [dict(take) for take in self._takes], self._take
        made._comps = list(self._comps)
        made._colour, made._flags, made._keeps_colour = self._colour, list(self._flags), self._keeps_colour
        made._markers = {frame: dict(marker) for frame, marker in self._markers.items()}
        return made

    def _number(self, value: Fraction, subframe: Any) -> Number:
        if subframe and self._host._version < (19,):
            raise TypeError("this version takes no argument here")
        return float(value) if subframe and subframe[0] else int(value)

    @gives("str")
    def GetName(self) -> str:
        return self._name

    @since(20, 2)
    @gives("bool")
    def SetName(self, name: str) -> bool:
        self._name = name
        return bool(name)

    @gives("str")
    def GetUniqueId(self) -> str:
        return self._unique

    def GetMediaPoolItem(self) -> Any:
        """Give None for titles and generators."""
        return self._used()[0]

    @gives("int")
    def GetStart(self, *subframe: bool) -> Number:
        return self._number(Fraction(self._record), subframe)

    @gives("int")
    def GetEnd(self, *subframe: bool) -> Number:
        """Give the first frame after the clip."""
        return self._number(Fraction(self._record + self._length), subframe)

    @gives("int")
    def GetDuration(self, *subframe: bool) -> Number:
        return self._number(Fraction(self._length), subframe)

    @gives("int")
    def GetLeftOffset(self, *subframe: bool) -> Number:
        """Give the frames before the clip: exact at 100 %, divided by the speed where it is retimed."""
        left, clip = self._used()[1], self._used()[0]
        if self._speed < 0 and clip is not None:
            left = Fraction(clip._frames() - 1) - left
        return self._number(left / abs(self._speed), subframe)

    @gives("int")
    def GetRightOffset(self, *subframe: bool) -> Number:
        clip, left = self._used()
        frames = Fraction(clip._frames()) if clip is not None else Fraction(self._length)
        end = left + abs(self._span()) if self._speed > 0 else frames - 1 - left + abs(self._span())
        return self._number((frames - end) / abs(self._speed), subframe)

    @since(19)
    @gives("int")
    def GetSourceStartFrame(self) -> int:
        """Be one frame early at times: here, for clips at 100 % that begin on an odd frame (facts 8)."""
        if self._has_unknown_speed:
            return 0
        left = int(self._used()[1])
        return left - 1 if self._speed == 1 and left % 2 else left

    @since(19)
    @gives("int")
    def GetSourceEndFrame(self) -> int:
        """Name the first frame after the clip, or its last where media and timeline differ in rate."""
        if self._has_unknown_speed:
            return 0
        end = self._used()[1] + self._span()
        return int(end) - (1 if self._ratio() != 1 else 0)

    @since(19)
    @gives("int")
    def GetSourceStartTime(self) -> float:
        return self._seconds(self._used()[1])

    @since(19)
    @gives("int")
    def GetSourceEndTime(self) -> float:
        return self._seconds(self._used()[1] + self._span())

    def _seconds(self, place: Fraction) -> float:
        """Count from midnight of the media's own timecode."""
        clip = self._used()[0]
        if clip is None or self._has_unknown_speed:
            return 0.0
        return float((clip._start() + place) / clip._speed())

    @since(19)
    @gives("list")
    def GetTrackTypeAndIndex(self) -> List[Any]:
        for kind, tracks in self._timeline._tracks.items():
            if self._track in tracks:
                return [kind, tracks.index(self._track) + 1]
        return []

    @since(19)
    @gives("list")
    def GetLinkedItems(self) -> List[TimelineItem]:
        return list(self._linked)

    @gives("dict")
    def GetProperty(self, key: str = "") -> Any:
        return self._properties.get(key) if key else dict(self._properties)

    @gives("bool")
    def SetProperty(self, key: Any, value: Any = None) -> bool:
        given = key if isinstance(key, dict) else {key: value}
        if not all(
            name in self._properties and isinstance(one, (int, float, bool)) for name, one in given.items()
        ):
            return False
        self._properties.update(given)
        return True

    @gives("bool")
    def SetClipEnabled(self, is_on: bool) -> bool:
        self._is_on = bool(is_on)
        return True

    @gives("bool")
    def GetClipEnabled(self) -> bool:
        return self._is_on

    @gives("bool")
    def UpdateSidecar(self) -> bool:
        return False

    @since(19)
    def GetNodeGraph(self, layer: int = 1) -> Graph:
        return Graph(self._host, self)

    @since(19)
    def GetColorGroup(self) -> Optional[ColorGroup]:
        return self._group

    @since(19)
    @gives("bool")
    def AssignToColorGroup(self, group: ColorGroup) -> bool:
        self._group = group
        return True

    @since(19)
    @gives("bool")
    def RemoveFromColorGroup(self) -> bool:
        self._group = None
        return True

    @studio
    @gives("bool")
    def CreateMagicMask(self, mode: str) -> bool:
        """Do nothing: the mask needs the artist's clicks."""
        return False

    @studio
    @gives("bool")
    def RegenerateMagicMask(self) -> bool:
        return False

    @studio
    @gives("bool")
    def SmartReframe(self) -> bool:
        return True

    @gives("bool")
    def Stabilize(self) -> bool:
        return True
