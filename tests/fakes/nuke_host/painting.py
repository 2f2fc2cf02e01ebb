"""Strokes of a RotoPaint: what an artist does by hand in the viewer (facts section 8; nodes/rotopaint.html).

Here a stroke is a rectangle that lasts one frame; what counts is that knob and picture change with it, and
undo takes it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Tuple

from . import shapes
from .nodes import Node

if TYPE_CHECKING:
    from .pixels import Drawing, Picture

Box = Tuple[int, int, int, int]


def paint(node: Node, frame: int, box: Box, add: float) -> None:
    """Paint on a frame: `add` is added to red, green and blue in a box that counts from the lower edge."""
    shapes.add(node, "stroke", frame, *box, repr(add), step="Paint")


def draw(drawing: Drawing, node: Node, frame: float) -> Picture:
    """nodes/rotopaint: the picture of input 0 with the strokes of this frame; every other pixel stays."""
    from .pixels import source, with_planes

    above = drawing.draw(source(node, 0), frame)
    planes = {name: plane.copy() for name, plane in above.planes.items()}
    for at, (left, low, right, top), add in _strokes(node):
        for name in ("rgba.red", "rgba.green", "rgba.blue") if at == int(frame) else ():
            x, y = above.box[0], above.box[1]
            planes[name][low - y : top - y, left - x : right - x] += type(planes[name][0, 0])(add)
    return with_planes(above, planes, above.box)


def _strokes(node: Node) -> Iterator[Tuple[int, Box, float]]:
    for word in shapes.entries(node["curves"]):
        if word[0] == "stroke":
            at, left, low, right, top = (int(one) for one in word[1:6])
            yield at, (left, low, right, top), float(word[6])
