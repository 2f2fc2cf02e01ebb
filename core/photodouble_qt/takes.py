"""The takes of the selection, newest first: a picture of each, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Sequence, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.language import said

from . import look
from .desk import Place, Selection
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal

THUMBNAIL = (6.4, 3.6)
"""Width and height of a picture in the list, in heights of a line."""
MOST = 60
"""Takes of which a picture is asked for."""
_IDENT = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class TakeRow:
    """One take as the engine lists it."""

    take: str
    folder: str
    name: str
    status: str
    review: str
    frames: Tuple[int, ...]
    person: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TakeRow:
        """Read a row of the task `takes.list`."""
        return cls(
            str(stored["take"]),
            str(stored["folder"]),
            str(stored["name"]),
            str(stored["status"]),
            str(stored["review"]),
            _frames(str(stored["range"])),
            str(stored.get("person", "")),
        )

    @property
    def version(self) -> str:
        """Give the last part of its name, such as `v003`."""
        return self.name.replace("\\", "/").rsplit("/", 1)[-1]

    @property
    def of(self) -> str:
        """Give the rest of its name, such as `sh010 inpaint`."""
        return " ".join(self.name.replace("\\", "/").split("/")[:-1])

    @property
    def middle(self) -> int:
        """Give the frame in the middle."""
        return self.frames[len(self.frames) // 2] if self.frames else 0

    @property
    def place(self) -> Place:
        """Give what a desk is told of it."""
        return Place(self.take, self.folder, self.name, self.frames)

    def is_of(self, selection: Selection) -> bool:
        """Whether it is a take of the shot and the operation that are selected."""
        parts = self.name.replace("\\", "/").split("/")
        return all(not word or word in parts for word in (selection.shot, selection.operation))

    def nearest(self, frame: Optional[int]) -> int:
        """Give the frame of the take that is nearest to the playhead."""
        if frame is None or not self.frames:
            return self.middle
        return min(self.frames, key=lambda one: (abs(one - frame), one))


class TakeList(QtWidgets.QListWidget):
    """Show takes; `chosen` tells that another is looked at, `taken` that it is to be used."""

    chosen = Signal()
    taken = Signal()

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._takes: List[TakeRow] = []
        self._in_use = ""
        self.setIconSize(QtCore.QSize(look.em(self, THUMBNAIL[0]), look.em(self, THUMBNAIL[1])))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(said("Takes, newest first"))
        self.setToolTip(said("Takes, newest first. Enter or a double click uses one"))
        self.setMinimumHeight(look.em(self, 8))
        self.currentRowChanged.connect(lambda _row: self.chosen.emit())
        self.itemActivated.connect(lambda _one: self.taken.emit())

    def show_takes(self, takes: Sequence[TakeRow], in_use: str) -> bool:
        """Show the takes; the one that was chosen stays chosen. Say whether another is chosen now."""
        before = self.take()
        self._takes, self._in_use = list(takes), in_use
        idents = [row.take for row in takes]
        held = before.take if before is not None else ""
        at = next((idents.index(one) for one in (held, in_use) if one in idents), 0 if idents else -1)
        pictures = {self.item(row).data(_IDENT): self.item(row).icon() for row in range(self.count())}
        was_blocked = self.blockSignals(True)
        self.clear()
        for row in takes:
            self.addItem(self._item(row, pictures.get(row.take)))
        self.setCurrentRow(at)
        self.blockSignals(was_blocked)
        return (self.take().take if self.take() is not None else "") != held  # type: ignore[union-attr]

    def take(self) -> Optional[TakeRow]:
        """Give the take that is chosen."""
        row = self.currentRow()
        return self._takes[row] if 0 <= row < len(self._takes) else None

    def takes(self) -> List[TakeRow]:
        """List the takes that are shown."""
        return list(self._takes)

    def choose(self, take: str) -> None:
        """Choose a take by its id."""
        for number, row in enumerate(self._takes):
            if row.take == take:
                self.setCurrentRow(number)

    def without_picture(self) -> List[TakeRow]:
        """List the takes whose picture is still to be asked for."""
        bare = [row for number, row in enumerate(self._takes) if self.item(number).icon().isNull()]
        return [row for row in bare[:MOST] if row.frames]

    def show_picture(self, take: str, path: str) -> None:
        """Show the picture of a take."""
        made = look.picture(path, self.iconSize(), float(self.devicePixelRatioF()))
        for number, row in enumerate(self._takes):
            if row.take == take and not made.isNull():
                self.item(number).setIcon(QtGui.QIcon(_padded(made, self.iconSize())))

    def _item(self, row: TakeRow, icon: Optional[QtGui.QIcon]) -> QtWidgets.QListWidgetItem:
        name = f"{row.version}   {row.of}"
        name += "   ● " + said("in use") if row.take == self._in_use else ""
        frames = FrameRange(row.frames).to_text()
        made = QtWidgets.QListWidgetItem(f"{name}\n{said(row.status)}\n{frames}")
        made.setData(_IDENT, row.take)
        made.setToolTip(
            said(f"{row.name}: {row.status}. Frames {frames}")
            + (said(f", by {row.person}") if row.person else "")
        )
        size = self.iconSize()
        made.setSizeHint(
            QtCore.QSize(size.width(), max(size.height(), look.em(self, 3.1)) + look.em(self, 0.4))
        )
        colour = look.COLOURS.get(row.review)
        if colour:
            made.setForeground(QtGui.QBrush(QtGui.QColor(colour)))
        if icon is not None:
            made.setIcon(icon)
        return made


def _padded(picture: QtGui.QPixmap, size: QtCore.QSize) -> QtGui.QPixmap:
    """Put a picture in the middle of a tile, so that the words of all rows begin in one line."""
    ratio = picture.devicePixelRatio()
    tile = QtGui.QPixmap(round(size.width() * ratio), round(size.height() * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QtGui.QPainter(tile)
    left = (size.width() - picture.width() / ratio) / 2
    top = (size.height() - picture.height() / ratio) / 2
    painter.drawPixmap(QtCore.QPointF(left, top), picture)
    painter.end()
    return tile


def _frames(text: str) -> Tuple[int, ...]:
    try:
        return tuple(FrameRange.from_text(text))
    except ArtistError:
        return ()
