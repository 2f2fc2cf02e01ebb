"""What went wrong, where the artist looks: title, message, what to do, and one click that does it."""

from __future__ import annotations

from typing import Dict, Optional

from photodouble_client.errors import ArtistError
from photodouble_client.language import said

from . import look
from .qt import QtWidgets, Signal

REPAIRS: Dict[str, str] = {
    "restart_engine": "Restart the Engine",
    "start_engine": "Start the Engine",
    "review_page": "Open the Review Page",
}
"""The words of the repairs that the panel does itself; a host's own are written out of their names."""


class ErrorBox(QtWidgets.QFrame):
    """Show one error until it is repaired or dismissed. `repair` gives the name of its action."""

    repair = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.error: Optional[ArtistError] = None
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self.title = look.words()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        look.coloured(self.title, "failed")
        self.message, self.fix = look.words(), look.words()
        self.detail = look.words(is_quiet=True)
        self.repair_button = look.button("Repair", "Put it right")
        self.detail_button = look.button("Details", "Show what a technical director wants to know")
        self.detail_button.setCheckable(True)
        self.dismiss_button = look.button("Dismiss", "Hide this message")
        self._lay_out()
        self.repair_button.clicked.connect(self._ask_for_repair)
        self.detail_button.toggled.connect(self.detail.setVisible)
        self.dismiss_button.clicked.connect(self.clear)
        self.clear()

    def show_error(self, error: ArtistError) -> None:
        """Show what happened and what to do about it."""
        self.error = error
        self.title.setText(said(error.title))
        self.message.setText(said(error.message))
        self.fix.setText(said(error.fix))
        self.detail.setText("\n".join(text for text in (error.code, error.detail) if text))
        self.detail_button.setChecked(False)
        self.detail.hide()
        action = error.action or ""
        self.repair_button.setVisible(bool(action))
        self.repair_button.setText(said(REPAIRS.get(action, action.replace("_", " ").capitalize())))
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        was_shown = self.error is not None
        self.error = None
        self.hide()
        if was_shown:
            self.dismissed.emit()

    def _ask_for_repair(self) -> None:
        if self.error is not None and self.error.action:
            self.repair.emit(self.error.action)

    def _lay_out(self) -> None:
        buttons = QtWidgets.QHBoxLayout()
        for one in (self.repair_button, self.detail_button, self.dismiss_button):
            buttons.addWidget(one)
        buttons.addStretch(1)
        layout = QtWidgets.QVBoxLayout(self)
        for label in (self.title, self.message, self.fix):
            layout.addWidget(label)
        layout.addLayout(buttons)
        layout.addWidget(self.detail)
