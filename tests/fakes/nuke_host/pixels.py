"""Draw a node: the arithmetic of Nuke's nodes in float32, each as its page in Foundry's reference says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import numpy as np

from . import session
from .formats import Format
from .nodes import Group, Node

Box = Tuple[int, int, int, int]
EMPTY: Box = (0, 0, 0, 0)
RGBA = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")


class PictureError(RuntimeError):
    """What Nuke writes on a node that cannot be drawn."""


@dataclass(frozen=True)
class Picture:
    """What a node gives at a frame: planes by channel, row 0 at the bottom, over its bounding box."""

    planes: Mapping[str, Any]
    box: Box
    format: Format
    metadata: Mapping[str, Any]

    def plane(self, channel: str, box: Box) -> Any:
        """Give a channel over another box: what it does not have, and what lies outside, is 0."""
        made = np.zeros((box[3] - box[1], box[2] - box[0]), np.float32)
        held = self.planes.get(channel)
        x, y, r, t = overlap(self.box, box)
        if held is not None and r > x and t > y:
            own = held[y - self.box[1] : t - self.box[1], x - self.box[0] : r - self.box[0]]
            made[y - box[1] : t - box[1], x - box[0] : r - box[0]] = own
        return made

    def over(self, box: Box) -> Dict[str, Any]:
        """Give every channel over another box."""
        return {channel: self.plane(channel, box) for channel in self.planes}


def overlap(one: Box, other: Box) -> Box:
    """Give what two boxes share."""
    found = (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    return found if found[2] > found[0] and found[3] > found[1] else EMPTY


def around(one: Box, other: Box) -> Box:
    """Give the box around two; an empty one does not count."""
    if one == EMPTY or other == EMPTY:
        return other if one == EMPTY else one
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def layer_channels(text: str, there: List[str]) -> List[str]:
    """List the channels that a channel knob names: all, none, a layer, or channels by their whole names."""
    found: List[str] = []
    for word in text.replace("{", " ").replace("}", " ").split():
        if word == "all":
            found += there
        elif word in ("rgb", "rgba"):
            found += RGBA[: len(word)]
        elif word == "alpha":
            found.append("rgba.alpha")
        elif "." in word:
            found.append(word)
        elif word != "none":
            found += [channel for channel in there if channel.rpartition(".")[0] == word]
    return list(dict.fromkeys(found))


class Drawing:
    """One picture in the making, at one view; every node is drawn once for a frame."""

    def __init__(self) -> None:
        self._drawn: Dict[Tuple[int, float], Picture] = {}
        self._path: List[Tuple[int, float]] = []

    def draw(self, node: Optional[Node], frame: float) -> Picture:
        """Draw a node at a frame; nothing connected is an empty picture. Raises PictureError."""
        if node is None:
            return self.nothing()
        key = (id(node), float(frame))
        if key in self._path:
            raise PictureError("%s: it feeds itself" % node.name())
        if key not in self._drawn:
            self._path.append(key)
            try:
                self._drawn[key] = self._fresh(node, frame)
            finally:
                self._path.pop()
        return self._drawn[key]

    def nothing(self) -> Picture:
        return Picture({}, EMPTY, session.now().root.format(), {})

    def _fresh(self, node: Node, frame: float) -> Picture:
        from .drawn import DRAWN

        if "disable" in node.knobs() and node["disable"].getValueAt(frame):
            return self.draw(source(node, 0), frame)
        if isinstance(node, Group):
            output = node.output()
            if output is None:
                raise PictureError("%s: there is no Output in the group" % node.name())
            return self.draw(output, frame)
        draw: Optional[Callable[[Drawing, Node, float], Picture]] = DRAWN.get(node.Class())
        if draw is None:
            raise PictureError("%s: the fake does not draw a %s" % (node.name(), node.Class()))
        try:
            return draw(self, node, frame)
        except PictureError:
            raise
        except RuntimeError as error:
            raise PictureError("%s: %s" % (node.name(), error)) from error


def source(node: Node, number: int) -> Optional[Node]:
    """Give what feeds an input; of an Input node that is what feeds its group."""
    if node.Class() == "Input":
        group = node.parent()
        if group is None or group.parent() is None:
            return None
        return group.input(group._input_nodes().index(node))
    return node.input(number)


def choice(node: Node, knob: str, frame: float) -> str:
    """Give the text of an enumeration at a frame."""
    held = node[knob]
    return str(held.values()[int(held.getValueAt(frame))])


def number(node: Node, knob: str, frame: float) -> Any:
    """Give a number of a knob at a frame, as the nodes of Nuke see it: float32."""
    return np.float32(node[knob].getValueAt(frame))


def numbers(node: Node, knob: str, frame: float) -> List[Any]:
    """Give the numbers of a knob at a frame, one for each channel."""
    held = node[knob]
    return [np.float32(held.getValueAt(frame, at)) for at in range(held.arraySize())]


def with_planes(picture: Picture, planes: Mapping[str, Any], box: Box) -> Picture:
    """Give a picture with other pixels."""
    return replace(picture, planes=dict(planes), box=box)
