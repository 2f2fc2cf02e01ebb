"""The panel: takes, comparing, deciding and jobs of what is selected in the host.

Hosts make it by the name of its class alone, and may make and destroy it often; what must outlive it is the
desk's. It looks at anything only while it is shown.
"""

from __future__ import annotations

from typing import Any, Callable, List, Optional

from photodouble_client.errors import ArtistError
from photodouble_client.language import said

from . import look
from .asking import Asker
from .compare import VIEWS, Compare
from .decide import DecideForm
from .deeds import Deeds
from .desk import Desk, Selection, current
from .error_box import ErrorBox
from .jobs import JobList
from .looking import Looking
from .qt import Qt, QtCore, QtGui, QtWidgets
from .remembering import remembered_person
from .takes import TakeList
from .worth import WorthList

TICK_MS = 120
"""How often the panel looks whether something was answered, and what is selected."""
_WIDE = 46
"""From so many heights of a line on, takes and jobs stand beside the picture."""


class PhotoDoublePanel(QtWidgets.QWidget):
    """Show what Photo Double does for the selection of the desk, and let the artist decide about it."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.desk: Desk = current()
        self.asker = Asker(self.desk)
        self.setWindowTitle("Photo Double")
        self.title = look.heading("")
        self.title.setAccessibleName(said("Selection"))
        self.away = look.words()
        self.start = look.button("Start the Engine", "Start the engine that does the work")
        self.error = ErrorBox()
        self.compare, self.takes, self.worth = Compare(), TakeList(), WorthList()
        self.decide = DecideForm(remembered_person())
        self.jobs = JobList()
        self._make_buttons()
        self._lay_out()
        self._looking = Looking(self)
        self._deeds = Deeds(self, self._looking)
        self._connect()
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        # A panel that is destroyed while it is shown is told by nothing else.
        self.destroyed.connect(self.asker.close)

    @property
    def selection(self) -> Optional[Selection]:
        """Give what is selected in the host, as it was when the panel looked last."""
        return self._looking.selection

    def tick(self) -> None:
        """Look once whether something was answered or selected; the timer does this while it is shown."""
        self._deeds.tick()

    def refuse(self, problem: ArtistError) -> None:
        """Show what went wrong, at the top."""
        self.error.show_error(problem)

    def sizeHint(self) -> QtCore.QSize:  # noqa: N802, Qt's name
        """Wish for room for a picture and the lists beside it."""
        return QtCore.QSize(look.em(self, 58), look.em(self, 42))

    def showEvent(self, event: QtGui.QShowEvent) -> None:  # noqa: N802, Qt's name
        """Begin to look."""
        super().showEvent(event)
        self._timer.start()
        self._deeds.begin()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:  # noqa: N802, Qt's name
        """Look at nothing while nobody looks at it."""
        self._timer.stop()
        self._deeds.end()
        super().hideEvent(event)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:  # noqa: N802, Qt's name
        """Put the lists beside the picture where there is room, else below it."""
        super().resizeEvent(event)
        is_wide = self.width() >= look.em(self, _WIDE)
        way = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self._splitter.orientation() != way:
            self._splitter.setOrientation(way)

    def _make_buttons(self) -> None:
        desk = self.desk
        self.submit = look.button(desk.submit_label, desk.submit_help, "Ctrl+Return", self)
        self.use = look.button("Use This Take", desk.use_help, "U", self)
        self.use.setVisible(desk.can_use)
        self.page = look.button(
            "Review Page", "Open the review page of this take in a browser", "Ctrl+Shift+P", self
        )
        self.refresh = look.button("Refresh", "List the takes again", "F5", self)
        for one in (self.submit, self.use, self.page, self.compare.slider):
            one.setEnabled(False)

    def _connect(self) -> None:
        looking, deeds = self._looking, self._deeds
        wishes: List[Any] = [
            (self.start.clicked, deeds.start_engine),
            (self.submit.clicked, deeds.submit),
            (self.use.clicked, deeds.use),
            (self.page.clicked, deeds.open_page),
            (self.refresh.clicked, deeds.refresh),
            (self.error.repair, deeds.repair),
            (self.jobs.repair, deeds.repair),
            (self.jobs.wished, deeds.change_job),
            (self.takes.chosen, looking.choose),
            (self.takes.taken, deeds.use),
            (self.compare.wanted, looking.ask_pictures),
            (self.compare.stepped, looking.go_to),
            (self.compare.picture.moved, looking.note_wipe),
            (self.worth.jumped, looking.go_to),
            (self.worth.kept, looking.lock),
            (self.decide.decided, deeds.decide),
        ]
        for signal, call in wishes:
            signal.connect(call)
        look.shortcut("K", self, self.worth.lock.animateClick)
        look.shortcut("Ctrl+Shift+A", self, self.decide.approve.animateClick)
        look.shortcut("Ctrl+Shift+X", self, self.decide.reject.animateClick)
        look.shortcut("Ctrl+Shift+N", self, self.decide.reason.setFocus)
        for kind, view in VIEWS.items():
            look.shortcut(view.keys, self, self._looker(kind))

    def _looker(self, kind: str) -> Callable[[], None]:
        compare = self.compare
        return lambda: compare.look(kind)

    def _lay_out(self) -> None:
        layout = QtWidgets.QVBoxLayout(self)
        edge = look.em(self, 0.5)
        layout.setContentsMargins(edge, edge, edge, edge)
        self._away_row = _in_row(self.away, self.start, first_grows=True)
        layout.addWidget(self._away_row)
        layout.addWidget(self.error)
        layout.addWidget(_in_row(self.title, self.submit, first_grows=True))
        self.worth.row.insertWidget(0, self.use)
        self.worth.row.addWidget(self.page)
        left = _in_column(self.compare, self.worth, self.decide)
        below = QtWidgets.QSplitter(Qt.Orientation.Vertical)
        below.setChildrenCollapsible(False)
        below.addWidget(
            _in_column(_in_row(look.heading("Takes"), self.refresh, first_grows=True), self.takes)
        )
        below.addWidget(_in_column(look.heading("Jobs"), self.jobs))
        below.setSizes([look.em(self, 20), look.em(self, 20)])
        self._splitter = QtWidgets.QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(left)
        right = _in_column(below)
        right.setContentsMargins(edge, 0, 0, 0)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        layout.addWidget(self._splitter, 1)
        self.show_away("")

    def show_away(self, sentence: str) -> None:
        """Say that the engine is away, with a button beside it; nothing while it answers."""
        self.away.setText(said(sentence))
        self._away_row.setVisible(bool(sentence))


def _in_row(*widgets: QtWidgets.QWidget, first_grows: bool = False) -> QtWidgets.QWidget:
    made = QtWidgets.QWidget()
    layout = QtWidgets.QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    for place, one in enumerate(widgets):
        layout.addWidget(one, 1 if first_grows and place == 0 else 0)
    if not first_grows:
        layout.addStretch(1)
    return made


def _in_column(*widgets: QtWidgets.QWidget) -> QtWidgets.QWidget:
    made = QtWidgets.QWidget()
    layout = QtWidgets.QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    for one in widgets:
        layout.addWidget(one, 1 if isinstance(one, (Compare, TakeList, JobList, QtWidgets.QSplitter)) else 0)
    return made
