"""What a node gives: format, channels, metadata, errors and pixels; without numpy only a little."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from . import session

if TYPE_CHECKING:
    from .formats import Format
    from .nodes import Node
    from .pixels import Picture


class Box:
    """The box around the pixels of a node (stubs nuke/classes/Box.py; facts section 7)."""

    def __init__(self, x: int, y: int, w: int, h: int) -> None:
        self._corner = (x, y)
        self._size = (w, h)

    def x(self) -> int:
        return self._corner[0]

    def y(self) -> int:
        return self._corner[1]

    def w(self) -> int:
        return self._size[0]

    def h(self) -> int:
        return self._size[1]

    def r(self) -> int:
        return self.x() + self.w()

    def t(self) -> int:
        return self.y() + self.h()


def draw(node: Node, frame: Optional[float] = None) -> Picture:
    """Draw a node at a frame, the current one unless told (not of Nuke's own). Raises PictureError."""
    from .pixels import Drawing

    return Drawing().draw(node, session.now().root._frame_now() if frame is None else frame)


def format_of(node: Node) -> Format:
    picture = _drawn(node)
    return session.now().root.format() if picture is None else picture.format


def bbox_of(node: Node) -> Box:
    picture = _drawn(node)
    if picture is None:
        made = session.now().root.format()
        return Box(0, 0, made.width(), made.height())
    x, y, r, t = picture.box
    return Box(x, y, r - x, t - y)


def channels_of(node: Node) -> List[str]:
    """List the channels; a node that cannot be drawn has none."""
    picture = _drawn(node)
    return [] if picture is None else sorted(picture.planes)


def sample_of(node: Node, channel: str, x: float, y: float, frame: Optional[float]) -> float:
    """Give one pixel: 0 where there is none."""
    names = {"red": "rgba.red", "green": "rgba.green", "blue": "rgba.blue", "alpha": "rgba.alpha"}
    at = (int(x), int(y), int(x) + 1, int(y) + 1)
    return float(draw(node, frame).plane(names.get(channel, channel), at)[0, 0])


def metadata_of(node: Node, time: Optional[float]) -> Dict[str, Any]:
    picture = _drawn(node, time)
    return {} if picture is None else dict(picture.metadata)


def error_of(node: Node, frame: Optional[float] = None) -> str:
    """Give what is wrong with a node at a frame, or nothing."""
    try:
        draw(node, frame)
    except ImportError:
        return _missing_file(node)
    except RuntimeError as error:
        return str(error)
    return ""


def range_of(node: Node) -> Tuple[int, int]:
    """Give the frames a node has: those of its Reads, moved by what moves them."""
    kind = node.Class()
    if kind == "Read":
        return _read_range(node)
    if kind in ("FrameRange", "TimeClip"):
        names = ("first_frame", "last_frame") if kind == "FrameRange" else ("first", "last")
        return int(node[names[0]].value()), int(node[names[1]].value())
    from .nodes import Group

    above: List[Any] = [one for one in node._inputs if one is not None]
    if isinstance(node, Group) and node.output() is not None:
        above = [node.output()]
    elif kind == "Input" and node.parent() is not None:
        parent = node.parent()
        fed = parent.input(parent._input_nodes().index(node)) if parent is not None else None
        above = [fed] if fed is not None else []
    ranges = [range_of(one) for one in above]
    if not ranges:
        root = session.now().root
        return root.firstFrame(), root.lastFrame()
    shift = int(node["time_offset"].value()) if kind == "TimeOffset" else 0
    return min(one[0] for one in ranges) + shift, max(one[1] for one in ranges) + shift


def _read_range(node: Node) -> Tuple[int, int]:
    first, last = int(node["first"].value()), int(node["last"].value())
    mode, text = str(node["frame_mode"].value()), str(node["frame"].value()).strip()
    if text and mode == "start at":
        return int(text), int(text) + last - first
    if text and mode == "offset":
        return first - int(text), last - int(text)
    return first, last


def _drawn(node: Node, frame: Optional[float] = None) -> Optional[Picture]:
    try:
        return draw(node, frame)
    except (ImportError, RuntimeError):
        return None


def _missing_file(node: Node) -> str:
    """Say which file of a Read, or of one above, is not there: all that can be told without numpy."""
    if node.Class() == "Read":
        path = node["file"].evaluate()
        return (
            ""
            if os.path.isfile(path)
            else "%s: %s: Read error: No such file or directory" % (node.name(), path)
        )
    return next((said for said in (_missing_file(one) for one in node._inputs if one) if said), "")
