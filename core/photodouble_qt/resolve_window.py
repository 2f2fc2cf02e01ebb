"""The window beside Resolve: takes and tools of the chosen clip. It closes with the script that opened it."""

from __future__ import annotations

import sys
import threading
from typing import Any, Mapping, Optional, Sequence

from photodouble_client.language import said

from . import desk as desks
from . import look
from .panel import PhotoDoublePanel
from .qt import Qt, QtCore, QtGui, QtWidgets, run
from .region_tools import RegionTools
from .resolve_desk import ResolveDesk

TICK_MS = 150


class Leash:
    """Notice that whoever started this process has ended: its end of our input is closed then."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.is_cut = False
        threading.Thread(target=self._hold, name="leash", daemon=True).start()

    def _hold(self) -> None:
        try:
            while self._stream.read(1):
                pass
        except (OSError, ValueError):
            pass
        self.is_cut = True


class ResolveWindow(QtWidgets.QMainWindow):
    """Show the panel for what Resolve has under its playhead."""

    def __init__(self, desk: ResolveDesk) -> None:
        super().__init__()
        self.desk = desk
        self.setWindowTitle(said("Photo Double for DaVinci Resolve"))
        desks.use(desk)
        self.panel = PhotoDoublePanel()
        self.tools = RegionTools(desk)
        self.pages = QtWidgets.QTabWidget()
        self.pages.addTab(self.tools, said("Tools"))
        self.pages.addTab(self.panel, said("Takes"))
        self.setCentralWidget(self.pages)
        self.told = look.words(is_quiet=True)
        self.told.setAccessibleName("What Resolve said last")
        self.statusBar().addWidget(self.told, 1)
        self.statusBar().setSizeGripEnabled(False)
        desk.told = self.told.setText
        desk.wish = lambda: None
        self.panel.submit.hide()
        desk.wanted_in_front = self.come_forward

    def come_forward(self) -> None:
        """Stand in front of Resolve's own window."""
        state = self.windowState() & ~Qt.WindowState.WindowMinimized
        self.setWindowState(state | Qt.WindowState.WindowActive)
        self.show()
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:  # noqa: N802, Qt's name
        """Ask nothing any more."""
        self.desk.close()
        self.panel.asker.close()
        super().closeEvent(event)


def show_beside(session: str, connecting: Mapping[str, Any], arguments: Sequence[str] = ()) -> int:
    """Show the window until it is closed, or until the script in Resolve has ended."""
    application = _application(arguments)
    window = ResolveWindow(ResolveDesk(session, connecting))
    leash = None if sys.stdin is None else Leash(sys.stdin.buffer)
    timer = QtCore.QTimer(window)
    timer.setInterval(TICK_MS)
    timer.timeout.connect(lambda: _follow(leash, window))
    timer.start()
    window.show()
    try:
        return run(application)
    finally:
        timer.stop()
        window.hide()
        desks.use(None)


def _follow(leash: Optional[Leash], window: ResolveWindow) -> None:
    if leash is not None and leash.is_cut:
        window.close()


def _application(arguments: Sequence[str]) -> QtWidgets.QApplication:
    there = QtWidgets.QApplication.instance()
    application = (
        there if isinstance(there, QtWidgets.QApplication) else QtWidgets.QApplication(list(arguments))
    )
    look.darken(application)
    return application
