"""Looking at a take: a wipe against the plate or another take, the difference, and what the take tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

from photodouble_client.errors import ArtistError
from photodouble_client.language import said

from . import look
from .asking import Errand
from .picture import PictureView
from .qt import Qt, QtWidgets, Signal
from .takes import TakeRow

PLATE, RESULT = "plate", "result"
SIZES = (480, 960, 1920)
"""Longer sides of the pictures that are asked for, so that few different ones are made."""


@dataclass(frozen=True)
class View:
    """One way to look at a frame: its name, its key, and what the artist sees."""

    name: str
    keys: str
    help: str


VIEWS: Dict[str, View] = {
    "wipe": View("Wipe", "W", "Two pictures with a line between them that can be dragged"),
    "difference": View("Difference", "D", "What differs, eight times as strong"),
    "result": View("Result", "R", "The take alone"),
    "plate": View("Plate", "P", "The plate alone"),
    "origin": View("Origin", "O", "Where pixels come from: green from real frames, red made up"),
    "confidence": View("Confidence", "C", "How sure the take is of its pixels: blue is sure, orange is not"),
    "matte": View("Matte", "M", "What was filled"),
}


class Compare(QtWidgets.QWidget):
    """Show one frame of the chosen take. `wanted` says that other pictures are to be asked for.

    `stepped` gives the frame that the artist wants to see.
    """

    wanted = Signal()
    stepped = Signal(int)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.take: Optional[TakeRow] = None
        self.frame = 0
        self._got: Dict[str, str] = {}
        self.view = QtWidgets.QComboBox()
        for name, view in VIEWS.items():
            self.view.addItem(said(view.name), name)
            self.view.setItemData(self.view.count() - 1, said(view.help), Qt.ItemDataRole.ToolTipRole)
        keys = ", ".join(f"{view.keys} {said(view.name).lower()}" for view in VIEWS.values())
        look.tell(self.view, f"How to look at the take. Keys: {keys}")
        self.against = QtWidgets.QComboBox()
        look.tell(self.against, "What the take is compared with")
        self.against.addItem(said("Plate"), PLATE)
        self.picture = PictureView()
        self.slider = QtWidgets.QSlider(Qt.Orientation.Horizontal)
        look.tell(self.slider, "Frames of the take")
        self.number = look.words()
        self.number.setWordWrap(False)
        self._lay_out()
        self.view.currentIndexChanged.connect(lambda _at: self._ask_again())
        self.against.currentIndexChanged.connect(lambda _at: self._ask_again())
        self.slider.valueChanged.connect(self._slid)
        self.picture.stepped.connect(self.step)

    @property
    def kind(self) -> str:
        """Name the way to look: wipe, difference, result and so on."""
        return str(self.view.currentData())

    @property
    def left(self) -> str:
        """Name what is left of the line: the plate, or the id of another take."""
        return str(self.against.currentData() or PLATE)

    def look(self, kind: str) -> None:
        """Look in another way."""
        self.view.setCurrentIndex(max(self.view.findData(kind), 0))

    def show_take(self, take: Optional[TakeRow], others: Sequence[TakeRow], frame: Optional[int]) -> None:
        """Show a take at the frame nearest to the playhead; `others` can be compared with it."""
        is_other = (take and take.take) != (self.take and self.take.take)
        self.take = take
        self._fill_against([one for one in others if take is None or one.take != take.take])
        count = len(take.frames) if take is not None else 0
        was_blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(count - 1, 0))
        self.slider.setEnabled(count > 1)
        self.slider.blockSignals(was_blocked)
        if is_other:
            self._got.clear()
            self.picture.show_words("" if take is not None else "Choose a take.")
        if take is not None and take.frames:
            self._put(take.nearest(frame))

    def go_to(self, frame: Optional[int]) -> bool:
        """Show the frame nearest to the playhead; say whether that is another one."""
        if self.take is None or not self.take.frames:
            return False
        before = self.frame
        self._put(self.take.nearest(frame))
        return self.frame != before

    def step(self, way: int) -> None:
        """Ask for the frame before or after."""
        if self.take is None or not self.take.frames:
            return
        at = self.take.frames.index(self.frame) + way if self.frame in self.take.frames else 0
        self.stepped.emit(self.take.frames[min(max(at, 0), len(self.take.frames) - 1)])

    def errands(self, root: str) -> List[Errand]:
        """Name the tasks that make the pictures which are wanted now."""
        if self.take is None or not self.take.frames:
            return []
        given = {"take": self.take.folder, "root": root, "frame": self.frame, "size": self._size()}
        if self.kind == "wipe":
            return [
                ("left", "pictures.thumbnail", {**given, "side": self.left}),
                ("right", "pictures.thumbnail", {**given, "side": RESULT}),
            ]
        if self.kind == "difference":
            return [("left", "pictures.difference", {**given, "left": self.left, "right": RESULT})]
        return [("left", "pictures.thumbnail", {**given, "side": self.kind})]

    def begin(self) -> None:
        """Forget the pictures that were asked for before."""
        self._got.clear()

    def show_picture(self, side: str, path: str) -> None:
        """Take a picture over; a wipe is shown when both are there."""
        self._got[side] = path
        if self.kind == "wipe":
            if len(self._got) < 2:
                return
            self.picture.left_name = self.against.currentText()
            self.picture.right_name = self.take.version if self.take is not None else ""
        self.picture.show_pictures(self._got["left"], self._got.get("right", ""))

    def show_problem(self, problem: ArtistError) -> None:
        """Say in the picture's place why there is none."""
        self.picture.show_words(f"{said(problem.message)} {said(problem.fix)}")

    def _put(self, frame: int) -> None:
        self.frame = frame
        self.number.setText(str(frame))
        if self.take is not None and frame in self.take.frames:
            was_blocked = self.slider.blockSignals(True)
            self.slider.setValue(self.take.frames.index(frame))
            self.slider.blockSignals(was_blocked)

    def _slid(self, at: int) -> None:
        if self.take is not None and 0 <= at < len(self.take.frames):
            self.stepped.emit(self.take.frames[at])

    def _ask_again(self) -> None:
        self.against.setEnabled(self.kind in ("wipe", "difference"))
        self.wanted.emit()

    def _fill_against(self, others: Sequence[TakeRow]) -> None:
        """List what a take can be compared with; what was chosen stays chosen."""
        wanted: List[Tuple[str, str]] = [
            (said("Plate"), PLATE),
            *((one.version, one.folder) for one in others),
        ]
        there = [
            (self.against.itemText(at), str(self.against.itemData(at))) for at in range(self.against.count())
        ]
        if wanted == there:
            return
        held = self.left
        was_blocked = self.against.blockSignals(True)
        self.against.clear()
        for text, data in wanted:
            self.against.addItem(text, data)
        self.against.setCurrentIndex(max(self.against.findData(held), 0))
        self.against.blockSignals(was_blocked)

    def _size(self) -> int:
        long_side = max(self.picture.width(), self.picture.height()) * self.devicePixelRatioF()
        return next((size for size in SIZES if size >= long_side * 0.75), SIZES[-1])

    def _lay_out(self) -> None:
        top, bottom = QtWidgets.QHBoxLayout(), QtWidgets.QHBoxLayout()
        top.addWidget(self.view)
        top.addWidget(look.words("against"))
        top.addWidget(self.against)
        top.addStretch(1)
        bottom.addWidget(self.slider, 1)
        bottom.addWidget(self.number)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.picture, 1)
        layout.addLayout(bottom)
