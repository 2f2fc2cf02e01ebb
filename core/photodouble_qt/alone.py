"""The panel in a window of its own, without a host."""

from __future__ import annotations

from typing import Sequence

from . import desk as desks
from . import look
from .panel import PhotoDoublePanel
from .qt import QtWidgets, run


def show_alone(desk: desks.Desk, arguments: Sequence[str] = ()) -> int:
    """Show the panel of a desk until its window is closed; return the exit status."""
    there = QtWidgets.QApplication.instance()
    application = (
        there if isinstance(there, QtWidgets.QApplication) else QtWidgets.QApplication(list(arguments))
    )
    look.darken(application)
    desks.use(desk)
    panel = PhotoDoublePanel()
    panel.show()
    try:
        return run(application)
    finally:
        panel.hide()
        desks.use(None)
