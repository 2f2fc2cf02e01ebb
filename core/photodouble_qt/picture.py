"""A frame of a take on the screen: one picture, or two with a line between them that the artist drags."""

from __future__ import annotations

from typing import Optional

from photodouble_client.language import said

from . import look
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, place_of

STEP = 0.02
_REACH = 0.6
"""How near to the line the pointer shows that it can be dragged, in heights of a line."""


class PictureView(QtWidgets.QWidget):
    """Show `left` and `right` of a line, or `left` alone; the line follows the mouse and the arrow keys.

    `stepped` asks for the frame before (-1) or after (1).
    """

    moved = Signal(float)
    stepped = Signal(int)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.position = 0.5
        self.words = ""
        self.left_name = self.right_name = ""
        self._left, self._right = QtGui.QImage(), QtGui.QImage()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Expanding)
        self.setMinimumSize(look.em(self, 12), look.em(self, 7))
        self.setAccessibleName(said("Picture of the take"))
        look.tell(
            self, "Drag to move the line. Arrow keys: frame before and after; with Shift they move the line"
        )

    def sizeHint(self) -> QtCore.QSize:  # noqa: N802, Qt's name
        """Wish for a picture of sixteen by nine."""
        return QtCore.QSize(look.em(self, 32), look.em(self, 18))

    @property
    def is_wipe(self) -> bool:
        """Whether two pictures are shown."""
        return not self._left.isNull() and not self._right.isNull()

    @property
    def is_empty(self) -> bool:
        """Whether no picture is shown."""
        return self._left.isNull() and self._right.isNull()

    def show_pictures(self, left: str, right: str = "") -> None:
        """Show one picture, or two with a line between them, by their files."""
        self._left, self._right = QtGui.QImage(left), QtGui.QImage(right) if right else QtGui.QImage()
        self.words = ""
        self.update()

    def show_words(self, words: str, *, keep: bool = False) -> None:
        """Say something where the picture would be; `keep` leaves the picture that is there below."""
        self.words = said(words)
        if not keep:
            self._left, self._right = QtGui.QImage(), QtGui.QImage()
        self.update()

    def move_to(self, position: float) -> None:
        """Put the line somewhere between 0 and 1 across the picture."""
        position = min(max(position, 0.0), 1.0)
        if position != self.position:
            self.position = position
            self.moved.emit(position)
            self.update()

    def area(self) -> QtCore.QRectF:
        """Say where the picture is painted: as large as fits, small ones enlarged."""
        shown = self._left if not self._left.isNull() else self._right
        if shown.isNull():
            return QtCore.QRectF()
        fits = QtCore.QSizeF(shown.size()).scaled(
            QtCore.QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio
        )
        left, top = (self.width() - fits.width()) / 2, (self.height() - fits.height()) / 2
        return QtCore.QRectF(left, top, fits.width(), fits.height())

    def line(self) -> float:
        """Say where the line is, in pixels from the left."""
        area = self.area()
        return area.left() + self.position * area.width()

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:  # noqa: N802, Qt's name
        """Paint the pictures, the line, their names and what there is to say."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor("#181818"))
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        area = self.area()
        if not self._left.isNull():
            painter.drawImage(area, self._left)
        if self.is_wipe:
            self._paint_right(painter, area)
        if self.words:
            painter.setPen(QtGui.QColor("#dcdcdc"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            edge = look.em(self, 1)
            self._paint_words(painter, self.rect().adjusted(edge, edge, -edge, -edge), int(flags), self.words)
        if self.hasFocus():
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802, Qt's name
        """Bring the line to the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:  # noqa: N802, Qt's name
        """Let the line follow the mouse, and show where it can be taken."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)
        near = self.is_wipe and abs(place_of(event).x() - self.line()) < look.em(self, _REACH)
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:  # noqa: N802, Qt's name
        """Step through the frames, or move the line."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.move_to(self.position + way * STEP)
        else:
            self.stepped.emit(way)

    def _follow(self, event: QtGui.QMouseEvent) -> None:
        area = self.area()
        if self.is_wipe and area.width() > 0:
            self.move_to((place_of(event).x() - area.left()) / area.width())

    def _paint_right(self, painter: QtGui.QPainter, area: QtCore.QRectF) -> None:
        at = self.line()
        painter.save()
        painter.setClipRect(QtCore.QRectF(at, area.top(), area.right() - at, area.height()))
        painter.drawImage(area, self._right)
        painter.restore()
        painter.setPen(QtGui.QPen(QtGui.QColor("#f0f0ec"), 2))
        painter.drawLine(QtCore.QPointF(at, area.top()), QtCore.QPointF(at, area.bottom()))
        gap, top = look.em(self, 0.4), int(area.top()) + look.em(self, 0.3)
        metrics, height = self.fontMetrics(), look.em(self, 1)
        for text, left in (
            (self.left_name, int(at) - gap - metrics.horizontalAdvance(self.left_name)),
            (self.right_name, int(at) + gap),
        ):
            box = QtCore.QRect(left, top, metrics.horizontalAdvance(text), height)
            self._paint_words(painter, box, int(Qt.AlignmentFlag.AlignLeft), text)

    def _paint_words(self, painter: QtGui.QPainter, box: QtCore.QRect, flags: int, text: str) -> None:
        """Paint words on a ground of their own, so that they can be read on any picture."""
        if not text:
            return
        edge = look.em(self, 0.2)
        taken = painter.boundingRect(box, flags, text).adjusted(-2 * edge, -edge, 2 * edge, edge)
        painter.fillRect(taken, QtGui.QColor(0, 0, 0, 170))
        painter.setPen(QtGui.QColor("#f0f0ec"))
        painter.drawText(box, flags, text)
