"""A hand for the panel: real mouse and key events, a desk without a host, and patience for the engine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from photodouble_client.request import JobRequest
from photodouble_client.wire import Submission
from photodouble_qt import desk as desks
from photodouble_qt import look
from photodouble_qt.desk import Desk, Place, Selection, Suggestion
from photodouble_qt.qt import BINDING, Qt, QtCore, QtWidgets

if BINDING == "PySide6":
    from PySide6.QtTest import QTest
else:
    from PySide2.QtTest import QTest

PATIENCE = 180.0
LEFT = Qt.MouseButton.LeftButton
_APPLICATIONS: list[Any] = []
"""The one application of the process, held until its end."""
_HIDDEN = "something is hidden: {}"


class StudioDesk(Desk):
    """A desk as a host has one: a node with a request, a playhead, a take in use, frames that are kept."""

    host = "studio"
    host_version = "1"
    can_use = True
    can_lock = True

    def __init__(
        self, environment: dict[str, str], request: JobRequest | None = None, **selected: Any
    ) -> None:
        super().__init__()
        self.environment = environment
        self.request = request
        self.selected: Selection | None = Selection("Fill1", **selected)
        self.used: list[str] = []
        self.visited: list[str] = []
        self.repaired: list[str] = []
        self.kept: dict[int, bool] = {}
        self.refreshed = 0
        self.place: Place | None = None
        self.suggested: list[Suggestion] = []

    def connecting(self) -> dict[str, Any]:
        return {"environment": self.environment}

    def selection(self) -> Selection | None:
        return self.selected

    def look_at(self, place: Place | None) -> None:
        self.place = place

    def can_submit(self) -> bool:
        return self.request is not None

    def submit(self) -> Submission | None:
        return None if self.request is None else Submission(self.request)

    def use_take(self, folder: str) -> None:
        self.used.append(folder)

    def go_to(self, frame: int) -> None:
        assert self.selected is not None
        self.selected = Selection(**{**vars(self.selected), "frame": frame})

    def locked_frames(self) -> list[int]:
        return sorted(frame for frame, keep in self.kept.items() if keep)

    def lock(self, frame: int, keep: bool) -> None:
        self.kept[frame] = keep

    def suggested_frames(self) -> list[Suggestion]:
        return self.suggested

    def repair(self, action: str) -> bool:
        self.repaired.append(action)
        return action == "relink_plate"

    def refresh(self) -> None:
        self.refreshed += 1

    def visit(self, address: str) -> bool:
        self.visited.append(address)
        return True


class Hand:
    """Press, type and drag as an artist does, and wait until something is to be seen."""

    def __init__(self) -> None:
        self.application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["panel"])
        _APPLICATIONS[:] = [self.application]
        look.darken(self.application)
        self._panels: list[Any] = []

    def open(self, desk: Desk) -> Any:
        """Make and show a panel as a host does, by its class alone."""
        from photodouble_qt.panel import PhotoDoublePanel

        desks.use(desk)
        return self.show(PhotoDoublePanel())

    def show(self, panel: Any) -> Any:
        """Show a panel that a host has made."""
        panel.resize(panel.sizeHint())
        self._panels.append(panel)
        panel.show()
        self.pump()
        return panel

    def close(self, panel: Any) -> None:
        """Destroy a panel as a host does when it is docked elsewhere."""
        self._panels.remove(panel)
        panel.close()
        panel.deleteLater()
        self.pump()

    def close_all(self) -> None:
        for panel in list(self._panels):
            self.close(panel)
        desks.use(None)

    def pump(self, times: int = 3) -> None:
        for _ in range(times):
            self.application.processEvents()
            self.application.sendPostedEvents(None, int(QtCore.QEvent.Type.DeferredDelete))

    def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Let the panel live until something is so; that it never is, is the failure."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.application.processEvents()
            found = condition()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(f"waited in vain {what}")

    def click(self, widget: Any) -> None:
        """Press the left button in the middle of what is to be seen and may be pressed."""
        self.until(lambda: widget.isVisible() and widget.isEnabled(), f"to press {widget}")
        QTest.mouseClick(widget, LEFT)

    def type(self, widget: Any, text: str) -> None:
        """Type a text into a field, in place of what is there."""
        assert widget.isVisible() and widget.isEnabled(), _HIDDEN.format(widget)
        widget.setFocus()
        widget.selectAll()
        QTest.keyClicks(widget, text)

    def keys(self, widget: Any, key: str, *modifiers: str) -> None:
        """Press a key, such as `Return` with `Control`."""
        held = Qt.KeyboardModifier.NoModifier
        for one in modifiers:
            held |= getattr(Qt.KeyboardModifier, f"{one}Modifier")
        QTest.keyClick(widget, getattr(Qt.Key, f"Key_{key}"), held)
        self.pump()

    def drag(self, widget: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the left button from one point of a widget to another, both 0 to 1 of its size."""
        first, last = (
            QtCore.QPoint(round(x * widget.width()), round(y * widget.height())) for x, y in (start, end)
        )
        QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, first)
        for step in range(1, 5):
            between = first + (last - first) * step / 4
            _move(widget, between)
        QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, last)
        self.pump()

    def row(self, panel: Any, state: str) -> Any:
        """Wait for a job in a state, and give its row."""
        found = self.until(
            lambda: [one for one in panel.jobs.rows.values() if one.job.state == state],
            f"for a job that is {state}: {[(one.state, str(one.error)) for one in panel.jobs.jobs()]}",
        )
        return found[0]


def _move(widget: Any, to: Any) -> None:
    """Move the mouse with the button held, which QTest's own move does not tell in every version."""
    from photodouble_qt.qt import QtGui

    kind = QtCore.QEvent.Type.MouseMove
    place, everywhere = QtCore.QPointF(to), QtCore.QPointF(widget.mapToGlobal(to))
    held = Qt.KeyboardModifier.NoModifier
    event = QtGui.QMouseEvent(kind, place, everywhere, Qt.MouseButton.NoButton, LEFT, held)
    QtWidgets.QApplication.sendEvent(widget, event)


def address_of(environment: dict[str, str]) -> Path:
    """Name the file in which a living engine says where it is."""
    return Path(environment["PHOTODOUBLE_RUNTIME"]) / "engine.json"
