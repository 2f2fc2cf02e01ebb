"""The dockable panel as Nuke makes it: by name, without arguments, as often as it likes."""

from __future__ import annotations

from . import vendored

vendored.use()

from photodouble_qt import desk as desks  # noqa: E402, found only after the line above
from photodouble_qt.panel import PhotoDoublePanel as Panel  # noqa: E402

from .desk import NukeDesk  # noqa: E402

desks.use(NukeDesk())

__all__ = ["Panel"]
