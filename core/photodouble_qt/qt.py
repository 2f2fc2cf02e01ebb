"""The Qt that is there: PySide6 (Nuke 16 and later, or alone) or PySide2 (Nuke 13 to 15), never both.

What the host has loaded already comes first; PHOTODOUBLE_QT names one where both are installed. Enumerations
are written out (`Qt.Key.Key_A`), which both understand. Raises ImportError where there is neither.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, List, Mapping

BINDINGS = ("PySide6", "PySide2")
VARIABLE = "PHOTODOUBLE_QT"


def candidates(loaded: Mapping[str, Any], variables: Mapping[str, str]) -> List[str]:
    """Name the bindings worth trying, best first: the loaded one alone, else the named one, else each."""
    there = [name for name in BINDINGS if name in loaded]
    if there:
        return there[:1]
    named = variables.get(VARIABLE, "")
    return [named] if named in BINDINGS else list(BINDINGS)


def _binding() -> str:
    wrong: List[str] = []
    for name in candidates(sys.modules, os.environ):
        try:
            importlib.import_module(name + ".QtWidgets")
        except ImportError as problem:
            wrong.append(str(problem))
        else:
            return name
    raise ImportError("no Qt for Python was found: {}".format("; ".join(wrong)))


BINDING = _binding()

if TYPE_CHECKING:
    from PySide6 import QtCore as QtCore
    from PySide6 import QtGui as QtGui
    from PySide6 import QtWidgets as QtWidgets
    from PySide6.QtCore import Qt as Qt
    from PySide6.QtCore import Signal as Signal
    from PySide6.QtGui import QShortcut as QShortcut
else:
    QtCore = importlib.import_module(BINDING + ".QtCore")
    QtGui = importlib.import_module(BINDING + ".QtGui")
    QtWidgets = importlib.import_module(BINDING + ".QtWidgets")
    Qt, Signal = QtCore.Qt, QtCore.Signal
    QShortcut = QtGui.QShortcut if hasattr(QtGui, "QShortcut") else QtWidgets.QShortcut


def place_of(event: QtGui.QMouseEvent) -> QtCore.QPointF:
    """Say where in a widget the mouse was."""
    return event.position() if hasattr(event, "position") else event.localPos()


def run(application: QtCore.QCoreApplication) -> int:
    """Run an application until its last window is closed."""
    return int(application.exec() if hasattr(application, "exec") else application.exec_())
