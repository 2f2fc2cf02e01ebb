"""Markers, flags and clip colours, which a timeline, its items and the clips of the media pool all have."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .wire import Thing, gives

MARKER_COLOURS = (
    "Blue Cyan Green Yellow Red Pink Purple Fuchsia Rose Lavender Sky Mint Lemon Sand Cocoa Cream".split()
)
CLIP_COLOURS = (
    "Orange Apricot Yellow Lime Olive Green Teal Navy Blue Purple Violet Pink Tan Beige Brown Chocolate"
).split()


class Marked(Thing):
    """Hold markers: one a frame, counted from where the thing begins (facts section 7)."""

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._markers: Dict[float, Dict[str, Any]] = {}

    @gives("bool")
    def AddMarker(
        self, frame: float, colour: str, name: str, note: str, duration: float, custom: Optional[str] = ""
    ) -> bool:
        """Refuse a second marker on a frame, and a colour of the other palette."""
        if isinstance(frame, str) or float(frame) in self._markers or colour not in MARKER_COLOURS:
            return False
        if float(frame) < 0 or float(duration) < 1 or not isinstance(name, str) or not isinstance(note, str):
            return False
        self._markers[float(frame)] = {
            "color": colour,
            "duration": float(duration),
            "note": note,
            "name": name,
            "customData": str(custom or ""),
        }
        return True

    @gives("dict")
    def GetMarkers(self) -> Dict[float, Dict[str, Any]]:
        """Keys are floats (facts section 4)."""
        return {frame: dict(self._markers[frame]) for frame in sorted(self._markers)}

    @gives("dict")
    def GetMarkerByCustomData(self, custom: str) -> Dict[float, Dict[str, Any]]:
        for frame, marker in sorted(self._markers.items()):
            if marker["customData"] == custom:
                return {frame: dict(marker)}
        return {}

    @gives("str")
    def GetMarkerCustomData(self, frame: float) -> str:
        return str(self._markers.get(float(frame), {}).get("customData", ""))

    @gives("bool")
    def UpdateMarkerCustomData(self, frame: float, custom: str) -> bool:
        if float(frame) not in self._markers:
            return False
        self._markers[float(frame)]["customData"] = str(custom)
        return True

    @gives("bool")
    def DeleteMarkersByColor(self, colour: str) -> bool:
        chosen = [frame for frame, marker in self._markers.items() if colour in ("All", marker["color"])]
        for frame in chosen:
            del self._markers[frame]
        return bool(chosen)

    @gives("bool")
    def DeleteMarkerAtFrame(self, frame: float) -> bool:
        return self._markers.pop(float(frame), None) is not None

    @gives("bool")
    def DeleteMarkerByCustomData(self, custom: str) -> bool:
        found = self.GetMarkerByCustomData(custom)
        for frame in found:
            del self._markers[frame]
        return bool(found)


class Coloured(Marked):
    """Hold flags and the colour of a clip; the palettes of flags and clips differ (facts section 7)."""

    _keeps_colour = True

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self._flags: List[str] = []
        self._colour = ""

    @gives("bool")
    def AddFlag(self, colour: str) -> bool:
        if colour not in MARKER_COLOURS:
            return False
        if colour not in self._flags:
            self._flags.append(colour)
        return True

    @gives("list")
    def GetFlagList(self) -> List[str]:
        return list(self._flags)

    @gives("bool")
    def ClearFlags(self, colour: str) -> bool:
        chosen = [flag for flag in self._flags if colour in ("All", flag)]
        self._flags = [flag for flag in self._flags if flag not in chosen]
        return bool(chosen)

    @gives("str")
    def GetClipColor(self) -> str:
        return self._colour

    @gives("bool")
    def SetClipColor(self, colour: str) -> bool:
        """Say yes on a generator and keep nothing (facts section 12)."""
        if colour not in CLIP_COLOURS:
            return False
        if self._keeps_colour:
            self._colour = colour
        return True

    @gives("bool")
    def ClearClipColor(self) -> bool:
        self._colour = ""
        return True
