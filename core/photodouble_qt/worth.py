"""Frames that are worth a look: where the take is weak, what to paint, and which are kept as they are."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence

from photodouble_client.language import said

from . import look
from .desk import Suggestion
from .qt import Qt, QtWidgets, Signal

_FRAME = Qt.ItemDataRole.UserRole
_LINES = 3


class WorthList(QtWidgets.QWidget):
    """List suggested frames, each a click from the playhead (`jumped`). `kept` asks to lock a frame."""

    jumped = Signal(int)
    kept = Signal(bool)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.list = QtWidgets.QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(said("Frames worth a look"))
        look.tell(self.list, "Frames that are worth a look. Click one, or press Enter, to go there")
        self.lock = look.button("Keep This Frame", "The next take has this frame bit for bit", "K")
        self.lock.setCheckable(True)
        self.kept_words = look.words(is_quiet=True)
        self.row = QtWidgets.QHBoxLayout()
        self.row.addWidget(self.lock)
        self.row.addWidget(self.kept_words, 1)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self.row)
        layout.addWidget(self.list)
        self.list.itemClicked.connect(self._jump)
        self.list.itemActivated.connect(self._jump)
        self.lock.clicked.connect(self._keep)
        self.show_suggestions([])

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Show the frames; without any the list takes no room."""
        self.list.clear()
        for one in suggestions:
            made = QtWidgets.QListWidgetItem(f"{one.frame}   {said(one.why)}")
            made.setData(_FRAME, one.frame)
            made.setToolTip(said(one.why))
            self.list.addItem(made)
        lines = min(len(suggestions), _LINES)
        self.list.setFixedHeight(look.em(self, 1.25 * max(lines, 1)) + 2 * self.list.frameWidth())
        self.list.setVisible(bool(suggestions))

    def show_kept(self, frames: Sequence[int], frame: int, *, can_lock: bool) -> None:
        """Show whether this frame is kept, and which others are."""
        self.lock.setEnabled(can_lock)
        self.lock.setChecked(frame in frames)
        self.lock.setText(said("Kept: Release This Frame" if frame in frames else "Keep This Frame"))
        listed = ", ".join(str(one) for one in frames)
        self.kept_words.setText(said(f"Kept in the next take: {listed}") if frames else "")

    def _keep(self, keep: bool) -> None:
        self.kept.emit(keep)

    def _jump(self, chosen: QtWidgets.QListWidgetItem) -> None:
        self.jumped.emit(int(chosen.data(_FRAME)))


def suggestions_of(advice: Mapping[str, Any]) -> List[Suggestion]:
    """Read the answer of the task `takes.advise`: what to paint first, then what is weak, worst first."""
    found: List[Suggestion] = []
    if advice.get("paint") is not None:
        gain = round(100 * float(advice.get("relief", 0.0)))
        found.append(
            Suggestion(int(advice["paint"]), f"Paint this one: it takes away {gain} % of the error.")
        )
    found += [Suggestion(int(one["worst"]), str(one["message"])) for one in advice.get("troubles", ())]
    return found
