"""Draw on a still of the plate: outlines whose points are added, moved and deleted, with keys at frames."""

from __future__ import annotations

from typing import List, Optional, Tuple

from photodouble_client.language import said

from . import look
from .drawing import FEWEST, Drawing, Point, between
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, place_of

REACH = 0.5
"""How near to a point or an edge the mouse must be, in heights of a line."""
FAR = 10.0
"""Pixels of the plate that an arrow key moves a point by with Shift; without it one."""
HELP = (
    "Click to draw; click the first point or press Enter to close. Drag a point, click an edge for more, "
    "right click or Delete takes one away. K sets a key at this frame, Shift+K takes it away, Ctrl+Z undoes. "
    "By keys: A lays a box, Space goes to the next point, arrows move it"
)
_LINE, _SHADE, _CHOSEN, _OPEN = "#ffd24a", "#101010", "#ffffff", "#8fbfff"


class ShapeView(QtWidgets.QWidget):
    """Show a still of the plate with what is drawn on it. `changed` tells of every step of the drawing.

    `stepped` asks for the frame before (-1) or after (1).
    """

    changed = Signal()
    stepped = Signal(int)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.drawing = Drawing()
        self.frame = 0
        self.size_of_plate: Tuple[int, int] = (0, 0)
        self.words = ""
        self.open: List[Point] = []
        self.chosen: Optional[Tuple[int, int]] = None
        """The outline and the point that keys move."""
        self._still = QtGui.QImage()
        self._held: Optional[Point] = None
        self._mouse: Optional[Point] = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding)
        self.setMinimumSize(look.em(self, 16), look.em(self, 9))
        self.setAccessibleName("Still of the plate, to draw on")
        look.tell(self, HELP)

    def sizeHint(self) -> QtCore.QSize:  # noqa: N802, Qt's name
        """Wish for a picture of sixteen by nine."""
        return QtCore.QSize(look.em(self, 38), look.em(self, 22))

    def show_still(self, path: str, size: Tuple[int, int], frame: int) -> bool:
        """Show the picture of a frame; `size` is that of the plate, in whose pixels is drawn."""
        self._still = QtGui.QImage(path)
        own = (self._still.width(), self._still.height())
        self.size_of_plate = size if all(size) else own
        self.frame = frame
        self.words = "" if not self._still.isNull() else said("This frame cannot be shown.")
        self.update()
        return not self._still.isNull()

    def show_words(self, words: str) -> None:
        """Say something over the still."""
        self.words = said(words)
        self.update()

    def show_drawing(self, drawing: Drawing) -> None:
        """Go on with another drawing."""
        self.drawing, self.open, self.chosen = drawing, [], None
        self.update()

    @property
    def is_ready(self) -> bool:
        """Whether there is a still to draw on."""
        return not self._still.isNull()

    def area(self) -> QtCore.QRectF:
        """Say where the still is painted."""
        if self._still.isNull():
            return QtCore.QRectF()
        fits = QtCore.QSizeF(self._still.size()).scaled(
            QtCore.QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio
        )
        left, top = (self.width() - fits.width()) / 2, (self.height() - fits.height()) / 2
        return QtCore.QRectF(left, top, fits.width(), fits.height())

    def to_widget(self, point: Point) -> QtCore.QPointF:
        """Say where on the widget a place of the plate is."""
        area, (width, height) = self.area(), self.size_of_plate
        return QtCore.QPointF(
            area.left() + point[0] / max(1, width) * area.width(),
            area.top() + point[1] / max(1, height) * area.height(),
        )

    def to_plate(self, place: QtCore.QPointF) -> Point:
        """Say which place of the plate is at a place of the widget, inside the picture."""
        area, (width, height) = self.area(), self.size_of_plate
        x = (place.x() - area.left()) / max(1.0, area.width()) * width
        y = (place.y() - area.top()) / max(1.0, area.height()) * height
        return (min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height)))

    def close_outline(self) -> bool:
        """Make an outline of the points that were clicked."""
        if len(self.open) < FEWEST:
            return False
        made = self.drawing.add(self.frame, self.open)
        self.open, self.chosen = [], (made, 0)
        self._has_changed()
        return True

    def undo(self) -> None:
        """Take the last point that was clicked back, else the last step."""
        if self.open:
            self.open.pop()
            self.update()
        elif self.drawing.undo():
            self._has_changed()

    def redo(self) -> None:
        """Do the step again that was taken back."""
        if not self.open and self.drawing.redo():
            self._has_changed()

    def set_key(self) -> None:
        """Hold every outline as it is at this frame."""
        for number in range(len(self.drawing.outlines)):
            self.drawing.key(number, self.frame)
        self._has_changed()

    def take_key(self) -> None:
        """Let this frame be no key any more."""
        taken = [self.drawing.unkey(number, self.frame) for number in range(len(self.drawing.outlines))]
        if any(taken):
            self._has_changed()

    def delete_chosen(self) -> None:
        """Take the chosen point away, or the last one that was clicked."""
        if self.open:
            self.open.pop()
            self.update()
        elif self.chosen is not None:
            self._delete(self.chosen)

    def lay_box(self) -> None:
        """Lay a box into the middle, to be shaped with the keys."""
        width, height = self.size_of_plate
        corners = ((0.375, 0.375), (0.625, 0.375), (0.625, 0.625), (0.375, 0.625))
        self.open = [(width * x, height * y) for x, y in corners]
        self.close_outline()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802, Qt's name
        """Take hold of a point, put one onto an edge, or draw on."""
        if not self.is_ready:
            return
        place = place_of(event)
        if event.button() == Qt.MouseButton.RightButton:
            found = self._point_at(place)
            if self.open:
                self.open.pop()
                self.update()
            elif found is not None:
                self._delete(found)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(place)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802, Qt's name
        """Move what is held."""
        self._mouse = self.to_plate(place_of(event))
        if self._held is not None and self.chosen is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.drawing.move(*self.chosen, self.frame, self._mouse, "drag")
            self._has_changed()
        elif self.open:
            self.update()

    def mouseReleaseEvent(self, _event: QtGui.QMouseEvent) -> None:  # noqa: N802, Qt's name
        """Let go; the whole drag is one step."""
        self._held = None
        self.drawing.end_gesture()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:  # noqa: N802, Qt's name
        """Do by keys what the mouse does."""
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and key == Qt.Key.Key_Z:
            self.redo() if shift else self.undo()
        elif not self._by_key(key, shift):
            super().keyPressEvent(event)

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:  # noqa: N802, Qt's name
        """Paint the still, the outlines at this frame, and the one that is being drawn."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor("#181818"))
        hints = QtGui.QPainter.RenderHint
        painter.setRenderHints(hints.SmoothPixmapTransform | hints.Antialiasing)
        if self.is_ready:
            painter.drawImage(self.area(), self._still)
            for number, outline in enumerate(self.drawing.outlines):
                points = [self.to_widget(one) for one in outline.points_at(self.frame)]
                self._paint_outline(painter, points, number, is_key=self.frame in outline.keys)
            self._paint_open(painter)
        if self.words:
            painter.setPen(QtGui.QColor("#dcdcdc"))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect(), flags, self.words)
        if self.hasFocus():
            painter.setRenderHint(hints.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _press(self, place: QtCore.QPointF) -> None:
        if self.open:
            self._draw_on(place)
            return
        found = self._point_at(place)
        if found is None:
            edge = self._edge_at(place)
            if edge is None:
                self.chosen = None
                self._draw_on(place)
                return
            outline, after, share = edge
            found = (outline, self.drawing.insert(outline, after, share))
            self._has_changed()
        self.chosen, self._held = found, self.to_plate(place)
        self.update()

    def _draw_on(self, place: QtCore.QPointF) -> None:
        first = self.to_widget(self.open[0]) if self.open else None
        if first is not None and len(self.open) >= FEWEST and self._is_near(first, place):
            self.close_outline()
            return
        self.open.append(self.to_plate(place))
        self.update()

    def _by_key(self, key: Qt.Key, shift: bool) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.close_outline()
        calls = {
            Qt.Key.Key_Delete: self.delete_chosen,
            Qt.Key.Key_Backspace: self.delete_chosen,
            Qt.Key.Key_A: self.lay_box,
            Qt.Key.Key_K: self.take_key if shift else self.set_key,
        }
        if key == Qt.Key.Key_Escape and self.open:
            self.open = []
            self.update()
        elif key == Qt.Key.Key_Space:
            self._choose_next(-1 if shift else 1)
        elif key in calls and self.is_ready:
            calls[key]()
        else:
            return self._by_arrow(key, shift)
        return True

    def _by_arrow(self, key: Qt.Key, shift: bool) -> bool:
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        way = ways.get(key)
        if way is None:
            return False
        if self.chosen is None:
            if way[0]:
                self.stepped.emit(way[0])
            return bool(way[0])
        outline, point = self.chosen
        far = FAR if shift else 1.0
        x, y = self.drawing.outlines[outline].points_at(self.frame)[point]
        place = (x + way[0] * far, y + way[1] * far)
        self.drawing.move(outline, point, self.frame, place, f"nudge {outline} {point}")
        self._has_changed()
        return True

    def _choose_next(self, way: int) -> None:
        every = [
            (number, point)
            for number, outline in enumerate(self.drawing.outlines)
            for point in range(len(outline.points_at(self.frame)))
        ]
        if every:
            at = every.index(self.chosen) + way if self.chosen in every else 0
            self.chosen = every[at % len(every)]
            self.drawing.end_gesture()
            self.update()

    def _delete(self, found: Tuple[int, int]) -> None:
        self.drawing.delete(*found)
        self.chosen = None
        self._has_changed()

    def _has_changed(self) -> None:
        outlines = self.drawing.outlines
        if self.chosen is not None and (
            self.chosen[0] >= len(outlines)
            or self.chosen[1] >= len(outlines[self.chosen[0]].points_at(self.frame))
        ):
            self.chosen = None
        self.update()
        self.changed.emit()

    def _is_near(self, one: QtCore.QPointF, other: QtCore.QPointF) -> bool:
        return (one - other).manhattanLength() <= 2 * look.em(self, REACH)

    def _point_at(self, place: QtCore.QPointF) -> Optional[Tuple[int, int]]:
        found = [
            ((self.to_widget(one) - place).manhattanLength(), number, point)
            for number, outline in enumerate(self.drawing.outlines)
            for point, one in enumerate(outline.points_at(self.frame))
        ]
        near = [one for one in found if one[0] <= look.em(self, REACH)]
        return None if not near else min(near)[1:]

    def _edge_at(self, place: QtCore.QPointF) -> Optional[Tuple[int, int, float]]:
        """Find the edge that is clicked: its outline, the point before it, and how far along it."""
        best: Optional[Tuple[float, int, int, float]] = None
        for number, outline in enumerate(self.drawing.outlines):
            points = [self.to_widget(one) for one in outline.points_at(self.frame)]
            for at, one in enumerate(points):
                far, share = _beside(place, one, points[(at + 1) % len(points)])
                if far <= look.em(self, REACH) * 0.7 and (best is None or far < best[0]):
                    best = (far, number, at, share)
        return None if best is None else best[1:]

    def _paint_outline(
        self, painter: QtGui.QPainter, points: List[QtCore.QPointF], number: int, *, is_key: bool
    ) -> None:
        figure = QtGui.QPolygonF(points)
        fill = QtGui.QColor(_LINE)
        fill.setAlpha(40)
        painter.setBrush(fill)
        for colour, width in ((_SHADE, 3.0), (_LINE, 1.4)):
            painter.setPen(QtGui.QPen(QtGui.QColor(colour), width))
            painter.drawPolygon(figure)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        for at, one in enumerate(points):
            is_chosen = self.chosen == (number, at)
            self._paint_point(
                painter, one, _CHOSEN if is_chosen else _LINE, is_full=is_key, is_large=is_chosen
            )

    def _paint_open(self, painter: QtGui.QPainter) -> None:
        points = [self.to_widget(one) for one in self.open]
        if not points:
            return
        line = points + ([self.to_widget(self._mouse)] if self._mouse is not None else [])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_SHADE, 3.0), (_OPEN, 1.4)):
            painter.setPen(QtGui.QPen(QtGui.QColor(colour), width))
            painter.drawPolyline(QtGui.QPolygonF(line))
        for at, one in enumerate(points):
            self._paint_point(painter, one, _OPEN, is_full=True, is_large=at == 0)

    def _paint_point(
        self, painter: QtGui.QPainter, place: QtCore.QPointF, colour: str, *, is_full: bool, is_large: bool
    ) -> None:
        half = look.em(self, 0.26 if is_large else 0.18)
        box = QtCore.QRectF(place.x() - half, place.y() - half, 2 * half, 2 * half)
        painter.setPen(QtGui.QPen(QtGui.QColor(_SHADE if is_full else colour), 1.4))
        painter.setBrush(QtGui.QColor(colour if is_full else _SHADE))
        painter.drawRect(box)


def _beside(place: QtCore.QPointF, one: QtCore.QPointF, other: QtCore.QPointF) -> Tuple[float, float]:
    """Say how far a place is from a line between two points, and how far along it, 0 to 1."""
    way = other - one
    length = way.x() ** 2 + way.y() ** 2
    if length <= 0:
        return float((place - one).manhattanLength()), 0.0
    share = min(max(((place.x() - one.x()) * way.x() + (place.y() - one.y()) * way.y()) / length, 0.0), 1.0)
    nearest = between((one.x(), one.y()), (other.x(), other.y()), share)
    return ((place.x() - nearest[0]) ** 2 + (place.y() - nearest[1]) ** 2) ** 0.5, share
