"""How the panel looks: sizes that follow the font, and signs that are read in a dark room."""

from __future__ import annotations

from typing import Callable, Dict, Optional

from photodouble_client.language import said

from .qt import QShortcut, Qt, QtCore, QtGui, QtWidgets

GROUND = "#262626"
"""The darkest ground that text stands on, and what the panel alone is painted with."""
QUIET = "#a8a8a8"
"""Text beside the point."""

COLOURS: Dict[str, str] = {
    "approved": "#7fd08f",
    "rejected": "#ff8f86",
    "retake": "#f2b866",
    "in_review": "#8fbfff",
    "failed": "#ff8f86",
    "cancelled": "#f2b866",
    "running": "#8fbfff",
    "finished": "#7fd08f",
}
"""The colour of a state's words; each can be read on GROUND."""

_PALETTE = (
    ("Window", "#323232"),
    ("WindowText", "#dcdcdc"),
    ("Base", GROUND),
    ("AlternateBase", "#2c2c2c"),
    ("Text", "#dcdcdc"),
    ("Button", "#3f3f3f"),
    ("ButtonText", "#dcdcdc"),
    ("BrightText", "#ffffff"),
    ("Highlight", "#2f6fb3"),
    ("HighlightedText", "#ffffff"),
    ("ToolTipBase", "#1e1e1e"),
    ("ToolTipText", "#dcdcdc"),
    ("Link", "#8fbfff"),
    ("PlaceholderText", "#8c8c8c"),
)
_OFF = "#808080"


def em(widget: QtWidgets.QWidget, times: float) -> int:
    """Give a length in pixels that grows with the font."""
    return max(1, round(widget.fontMetrics().height() * times))


def darken(application: QtWidgets.QApplication) -> None:
    """Paint an application of our own dark; inside a host its own colours stand."""
    application.setStyle("Fusion")
    palette = QtGui.QPalette()
    roles = QtGui.QPalette.ColorRole
    for name, colour in _PALETTE:
        role = getattr(roles, name, None)
        if role is not None:
            palette.setColor(role, QtGui.QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QtGui.QPalette.ColorGroup.Disabled, role, QtGui.QColor(_OFF))
    application.setPalette(palette)


def coloured(label: QtWidgets.QWidget, state: str) -> None:
    """Write a label in the colour of a state."""
    paint(label, COLOURS.get(state, ""))


def paint(label: QtWidgets.QWidget, colour: str) -> None:
    """Write a label in a colour; empty: in the one that the host writes in."""
    palette = QtGui.QPalette()
    if colour:
        palette.setColor(QtGui.QPalette.ColorRole.WindowText, QtGui.QColor(colour))
    label.setPalette(palette)


def words(text: str = "", *, is_quiet: bool = False) -> QtWidgets.QLabel:
    """Make a label whose text wraps, is never taken for markup, and can be copied."""
    label = QtWidgets.QLabel(said(text))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if is_quiet:
        paint(label, QUIET)
    return label


def heading(text: str) -> QtWidgets.QLabel:
    """Make a label that stands above a part."""
    made = words(text)
    font = made.font()
    font.setBold(True)
    made.setFont(font)
    return made


def button(
    text: str, tip: str, keys: str = "", parent: Optional[QtWidgets.QWidget] = None
) -> QtWidgets.QPushButton:
    """Make a button that can be reached by Tab; `keys` press it from anywhere in `parent`."""
    made = QtWidgets.QPushButton(said(text))
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setAutoDefault(False)
    made.setSizePolicy(QtWidgets.QSizePolicy.Policy.Minimum, QtWidgets.QSizePolicy.Policy.Fixed)
    tell(made, tip, keys)
    if keys and parent is not None:
        shortcut(keys, parent, made.animateClick)
    return made


def tell(widget: QtWidgets.QWidget, tip: str, keys: str = "") -> None:
    """Say what something does, and the keys that do it."""
    shown = QtGui.QKeySequence(keys).toString(QtGui.QKeySequence.SequenceFormat.NativeText) if keys else ""
    widget.setToolTip(f"{said(tip)} ({shown})" if shown else said(tip))
    widget.setAccessibleDescription(said(tip))


def shortcut(keys: str, parent: QtWidgets.QWidget, call: Callable[[], object]) -> QShortcut:
    """Let keys do something while the focus is anywhere in a widget, and nowhere else in the host."""
    made = QShortcut(QtGui.QKeySequence(keys), parent)
    made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    made.activated.connect(call)
    return made


def picture(path: str, size: QtCore.QSize, ratio: float) -> QtGui.QPixmap:
    """Read a picture from disk at a size on the screen; `ratio` is how many real pixels one of them has."""
    read = QtGui.QPixmap(path)
    if read.isNull():
        return read
    wanted = QtCore.QSize(round(size.width() * ratio), round(size.height() * ratio))
    smooth = Qt.TransformationMode.SmoothTransformation
    small: QtGui.QPixmap = read.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    small.setDevicePixelRatio(ratio)
    return small
