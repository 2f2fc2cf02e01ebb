"""Approving, rejecting, noting: a named person decides, with a reason, and the engine signs it."""

from __future__ import annotations

from typing import Optional

from photodouble_client.language import said

from . import look
from .qt import QtWidgets, Signal


class DecideForm(QtWidgets.QWidget):
    """Ask for the reason and the person, then for the word. `decided` gives the word, such as `approve`."""

    decided = Signal(str)

    def __init__(self, person: str = "", parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.reason, self.person = QtWidgets.QLineEdit(), QtWidgets.QLineEdit(person)
        self.reason.setPlaceholderText(said("Reason, or what is to be done"))
        self.reason.setMaxLength(2000)
        self.person.setPlaceholderText(said("Your id in the show"))
        look.tell(self.reason, "Why, or what is to be done", "Ctrl+Shift+N")
        look.tell(self.person, "Who signs: your id in the show. Empty: as the settings say")
        self.approve = look.button("Approve", "Sign that the take is good, with your key", "Ctrl+Shift+A")
        self.reject = look.button("Reject", "Refuse the take, or take an approval back", "Ctrl+Shift+X")
        self.note = look.button("Note", "Write a note to the take; where it stands does not change")
        self.said, self.notice = look.words(is_quiet=True), look.words()
        look.coloured(self.notice, "retake")
        self._lay_out()
        for word in ("approve", "reject", "note"):
            getattr(self, word).clicked.connect(lambda _checked=False, word=word: self.decided.emit(word))
        self.reason.textChanged.connect(lambda _text: self._allow())
        self._may = False
        self.allow(False)

    def allow(self, may: bool) -> None:
        """Let the buttons be pressed, or not: without a take there is nothing to decide about."""
        self._may = may
        self._allow()

    def done(self, text: str, notices: str = "") -> None:
        """Say what became of a decision; its reason is used up."""
        self.reason.clear()
        self.tell(text)
        self.notice.setText(said(notices))
        self.notice.setVisible(bool(notices))

    def tell(self, text: str) -> None:
        """Say where the take stands."""
        self.said.setText(said(text))
        self.said.setVisible(bool(text))

    def forget(self) -> None:
        """Say nothing of the take before."""
        self.tell("")
        self.notice.hide()

    def _allow(self) -> None:
        self.approve.setEnabled(self._may)
        self.reject.setEnabled(self._may)
        self.note.setEnabled(self._may and bool(self.reason.text().strip()))

    def _lay_out(self) -> None:
        fields, buttons = QtWidgets.QHBoxLayout(), QtWidgets.QHBoxLayout()
        fields.addWidget(self.reason, 3)
        fields.addWidget(self.person, 1)
        for one in (self.approve, self.reject, self.note):
            buttons.addWidget(one)
        buttons.addStretch(1)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(fields)
        layout.addLayout(buttons)
        layout.addWidget(self.said)
        layout.addWidget(self.notice)
        self.forget()
