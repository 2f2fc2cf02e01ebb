"""Shapes of a Roto as Python sees them: the knob `curves`, its layers, shapes and their points.

What is imitated: facts section 8 (`node['curves'].rootLayer`, layers hold shapes and layers, a shape holds
control points), and how scripts in use read it (`point.center.getPosition(frame)[0]`, `getTransform()`).
Nuke's own text of it is a tree of hex floats that nobody reads; here it is a plain one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, List, Sequence, Tuple, Union

from photodouble_client import nk

from . import session
from .knobs import Opaque_Knob

if TYPE_CHECKING:
    from .nodes import Node

HEAD = "v x3f99999a"
Corner = Tuple[float, float]


class AnimCTransform:
    """Where a layer or a shape was moved to (stubs: nuke/nuke_internal/curvelib.py names the module)."""

    def __init__(self, moved: bool) -> None:
        self._moved = moved

    def isDefault(self) -> bool:
        """Whether nothing was moved."""
        return not self._moved


class AnimControlPoint:
    """A place that may move."""

    def __init__(self, corner: Corner) -> None:
        self._corner = corner

    def getPosition(self, time: float) -> Tuple[float, float, float]:
        """Give x, y and z from the lower edge at a frame."""
        return (*self._corner, 1.0)


class ShapeControlPoint:
    """A point of a shape."""

    def __init__(self, corner: Corner) -> None:
        self.center = AnimControlPoint(corner)


class Shape:
    """A closed outline of points."""

    def __init__(self, name: str, corners: Sequence[Corner], moved: bool) -> None:
        self.name = name
        self._points = [ShapeControlPoint(corner) for corner in corners]
        self._moved = moved

    def __iter__(self) -> Iterator[ShapeControlPoint]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)

    def getTransform(self) -> AnimCTransform:
        return AnimCTransform(self._moved)


class Stroke:
    """A stroke of a brush: it has no outline."""

    name = "Brush1"


class Layer:
    """A folder of shapes, strokes and layers."""

    def __init__(self, name: str, elements: Sequence[Any]) -> None:
        self.name = name
        self._elements = list(elements)

    def __iter__(self) -> Iterator[Union[Shape, Stroke, Layer]]:
        return iter(self._elements)

    def getTransform(self) -> AnimCTransform:
        return AnimCTransform(False)


class CurveKnob(Opaque_Knob):
    """The knob `curves` of a Roto and a RotoPaint."""

    @property
    def rootLayer(self) -> Layer:
        """Give the topmost layer; shapes of a layer of its own lie one deeper."""
        elements: List[Any] = []
        for word in entries(self):
            if word[0] == "stroke":
                elements.append(Stroke())
            elif word[0] == "shape":
                numbers = [float(one) for one in word[3:]]
                corners = list(zip(numbers[::2], numbers[1::2]))
                elements.append(Layer("Layer1", [Shape(word[1], corners, word[2] == "moved")]))
        return Layer("Root", elements)


def entries(knob: Any) -> List[List[str]]:
    """Give the strokes and shapes in a knob, as words."""
    words: Any = nk.words(str(knob.toScript()))
    while len(words) == 1 and isinstance(words[0], list):
        words = words[0]
    return [word for word in words if isinstance(word, list) and word[0] in ("stroke", "shape")]


def add(node: Node, *words: Any, step: str) -> None:
    """Put another stroke or shape into the knob of a node, as an artist does: one step of undo."""
    written = [" ".join(one) for one in entries(node["curves"])] + [" ".join(map(str, words))]
    running = session.now()
    running.history.begin(step)
    try:
        node["curves"].fromScript("{{%s} %s}" % (HEAD, " ".join("{%s}" % one for one in written)))
    finally:
        running.history.end()


def draw_shape(node: Node, name: str, corners: Sequence[Corner], *, moved: bool = False) -> None:
    """Draw a closed shape; `moved`: its transform is used, too."""
    numbers = [repr(float(one)) for corner in corners for one in corner]
    add(node, "shape", name, "moved" if moved else "still", *numbers, step="Draw a shape")
