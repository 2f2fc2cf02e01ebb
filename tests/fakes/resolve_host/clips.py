"""A clip of the media pool."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any, Dict, List, Optional, Union

from . import colour
from .files import Media, wanted
from .marks import Coloured
from .names import POOL_ITEM
from .timecodes import frames_of, rate_of, rate_text, timecode_of
from .wire import gives, since

FIXED = ("Type", "Format", "Frames", "Duration", "Resolution", "Codec", "Bit Depth", "File Path", "File Name")
IGNORED = ("Reel Name",)
"""What SetClipProperty says yes to without doing it (facts section 12)."""
FREE = (
    "Data Level",
    "Alpha mode",
    "PAR",
    "Super Scale",
    "Angle",
    "Shot",
    "Scene",
    "Take",
    "Comments",
    "Roll",
)


class MediaPoolItem(Coloured):
    """A clip, a timeline or a compound clip in a bin (facts section 6)."""

    names = POOL_ITEM

    def __init__(self, host: Any, name: str, media: Optional[Media] = None, kind: str = "Video") -> None:
        super().__init__(host)
        self._name, self._media, self._kind = name, media, kind
        self._timeline: Any = None
        self._folder: Any = None
        self._own: Dict[str, str] = {}
        self._metadata: Dict[str, str] = {}
        self._third_party: Dict[str, str] = {}
        self._mark: Dict[str, int] = {}
        self._mattes: List[str] = []
        self._rate: Optional[Fraction] = media.rate if media else None
        self._imported_rate = rate_of(host._project._settings["timelineFrameRate"]) if host._project else None

    # What the other parts of the made-up Resolve ask.
    def _speed(self) -> Fraction:
        return self._rate or self._imported_rate or Fraction(24)

    def _frames(self) -> int:
        if self._timeline is not None:
            return int(self._timeline._length())
        return self._media.frames if self._media else 0

    def _start(self) -> int:
        if self._timeline is not None:
            return int(self._timeline._start)
        if "Start TC" in self._own:
            return frames_of(self._own["Start TC"], self._speed())
        if self._media is None:
            return 0
        return self._media.first if self._media.start is None else self._media.start

    def _is_online(self) -> bool:
        return self._media is None or self._media.is_online

    def _is_still(self) -> bool:
        return self._kind == "Still"

    @gives("str")
    def GetName(self) -> str:
        return self._name

    @since(20, 2)
    @gives("bool")
    def SetName(self, name: str) -> bool:
        self._name = name
        return bool(name)

    @gives("str")
    def GetMediaId(self) -> str:
        return f"media-{self._unique}"

    @gives("str")
    def GetUniqueId(self) -> str:
        return self._unique

    @gives("dict")
    def GetClipProperty(self, name: Optional[str] = "") -> Union[str, float, Dict[str, Any]]:
        every = self._properties()
        return every if not name else every.get(name, "")

    def _properties(self) -> Dict[str, Any]:
        media, rate = self._media, self._speed()
        path = media.path if media else ""
        size = media.size if media and media.size else self._host._size()
        told: Dict[str, Any] = {
            "Clip Name": self._name,
            "Type": self._kind,
            "File Path": path,
            "File Name": os.path.basename(path),
            "Format": os.path.splitext(path)[1][1:].upper(),
            "Codec": "RAW" if media and media.is_raw else "",
            "Bit Depth": media.depth if media else "",
            "FPS": float(rate_text(rate)),
            "Frames": str(self._frames()),
            "Duration": timecode_of(self._frames(), rate),
            "Start": str(self._start()),
            "End": str(self._start() + max(0, self._frames() - 1)),
            "Start TC": timecode_of(self._start(), rate),
            "End TC": timecode_of(self._start() + self._frames(), rate),
            "Resolution": f"{size[0]}x{size[1]}",
            "PAR": _aspect_word(media.pixel_aspect if media else 1.0),
            "Data Level": "Auto",
            "Alpha mode": "None",
            "Super Scale": "1",
            "Reel Name": "",
            "Online Status": "Online" if self._is_online() else "Offline",
            "Input Color Space": "Project",
            "IDT": "Project",
        }
        told.update({key: value for key, value in self._own.items() if key != "FPS"})
        told.update(self._colour_properties(told))
        return told

    def _colour_properties(self, told: Dict[str, Any]) -> Dict[str, str]:
        """Show only what the colour management of the project has (facts section 13)."""
        mode = self._host._project._mode() if self._host._project else "unmanaged"
        shown = {"Input Color Space": told["Input Color Space"], "IDT": told["IDT"]}
        if mode != "rcm":
            shown["Input Color Space"] = ""
        if mode != "aces":
            shown["IDT"] = ""
        is_apart = mode == "rcm" and self._host._project._settings["separateColorSpaceAndGamma"] == "1"
        shown["Input Gamma"] = self._own.get("Input Gamma", "Project") if is_apart else ""
        return shown

    @gives("bool")
    def SetClipProperty(self, name: str, value: Any) -> bool:
        if name in IGNORED:
            return True
        if name in FIXED or not isinstance(name, str):
            return False
        if name in ("Input Color Space", "IDT"):
            return self._set_space(name, str(value))
        if name == "FPS":
            self._rate = rate_of(value)
        if name == "Input Gamma":
            return self._set_gamma(str(value))
        if name not in (*FREE, "FPS", "Start TC", "Clip Name"):
            return False
        if name == "Clip Name":
            self._name = str(value)
        self._own[name] = str(value)
        return True

    def _set_space(self, name: str, value: str) -> bool:
        """Fail in every colour management but its own, and keep what was (facts section 13)."""
        mode = self._host._project._mode()
        needed = {"Input Color Space": "rcm", "IDT": "aces"}[name]
        if mode != needed or (value != "Project" and value not in colour.names(mode)):
            return False
        self._own[name] = value
        return True

    def _set_gamma(self, value: str) -> bool:
        """Take a gamma only where the project names colour space and gamma apart."""
        project = self._host._project
        is_apart = project._settings["separateColorSpaceAndGamma"] == "1" and project._mode() == "rcm"
        if not is_apart or (value != "Project" and value not in colour.gammas()):
            return False
        self._own["Input Gamma"] = value
        return True

    @gives("dict")
    def GetMetadata(self, name: Optional[str] = "") -> Union[str, Dict[str, str]]:
        return self._metadata.get(name, "") if name else dict(self._metadata)

    @gives("bool")
    def SetMetadata(self, name: Any, value: Any = None) -> bool:
        return _put(self._metadata, name, value)

    @since(19)
    @gives("dict")
    def GetThirdPartyMetadata(self, name: Optional[str] = None) -> Union[str, Dict[str, str]]:
        return self._third_party.get(name, "") if name else dict(self._third_party)

    @since(19)
    @gives("bool")
    def SetThirdPartyMetadata(self, name: Any, value: Any = None) -> bool:
        return _put(self._third_party, name, value)

    @gives("bool")
    def ReplaceClip(self, path: str) -> bool:
        found = wanted(path)
        if found:
            self._media = found[0]
        return bool(found)

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


def _put(where: Dict[str, str], name: Any, value: Any) -> bool:
    given = name if isinstance(name, dict) else {name: value}
    if not all(isinstance(key, str) and isinstance(text, str) for key, text in given.items()):
        return False
    where.update(given)
    return True


def _aspect_word(aspect: float) -> str:
    words = {1.0: "Square", 2.0: "Cinemascope", 1.33: "16:9 anamorphic", 1.09: "4:3 standard definition"}
    return words.get(round(aspect, 2), f"{aspect:g}")
