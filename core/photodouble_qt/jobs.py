"""The jobs of the engine, newest first: how far each is, stopping it, letting it go on."""

from __future__ import annotations

from typing import Callable, Dict, List, Optional, Sequence

from photodouble_client.language import said
from photodouble_client.wire import Job

from . import look
from .error_box import ErrorBox
from .qt import Qt, QtWidgets, Signal

NONE_YET = "No jobs yet."


class JobRow(QtWidgets.QFrame):
    """One job: its name, its state in words, how far it is, and what can be done with it."""

    def __init__(self, job: Job, wish: Callable[[str, str], None], repair: Callable[[str], None]) -> None:
        super().__init__()
        self.job = job
        self._wish = wish
        self.name, self.state, self.warning = look.words(), look.words(), look.words(is_quiet=True)
        self.bar = QtWidgets.QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = look.button("Cancel", "Stop the job. Finished frames are kept")
        self.resume = look.button("Go On", "Make what is missing")
        self.forget = look.button("Forget", "Take the job off the list. Its take stays")
        self.error = ErrorBox()
        self.error.dismiss_button.hide()
        self.error.repair.connect(repair)
        for verb in ("cancel", "resume", "forget"):
            self._connect(verb)
        self._lay_out()
        self.show_job(job)

    def show_job(self, job: Job) -> None:
        """Show how the job does now."""
        self.job = job
        self.name.setText(name_of(job))
        self.state.setText(said(state_of(job)))
        look.coloured(self.state, job.state)
        self.warning.setText(said(job.warnings[-1]) if job.warnings else "")
        self.warning.setToolTip("\n".join(said(one) for one in job.warnings))
        self.warning.setVisible(bool(job.warnings))
        self.bar.setRange(0, job.frames if job.frames else (0 if job.state == "running" else 1))
        self.bar.setValue(job.done)
        self.bar.setVisible(not job.has_ended)
        for made, is_there in (
            (self.cancel, not job.has_ended),
            (self.resume, job.can_resume),
            (self.forget, job.has_ended),
        ):
            made.setVisible(is_there)
            made.setEnabled(True)
        self._show_error(job)

    def _show_error(self, job: Job) -> None:
        """Show why it failed; that somebody stopped it is said by its state."""
        told = job.error if job.state == "failed" else None
        if told is None:
            self.error.clear()
        elif self.error.error is None or str(self.error.error) != str(told):
            self.error.show_error(told)

    def _connect(self, verb: str) -> None:
        pressed: QtWidgets.QPushButton = getattr(self, verb)

        def ask() -> None:
            pressed.setEnabled(False)
            self._wish(verb, self.job.job)

        pressed.clicked.connect(ask)

    def _lay_out(self) -> None:
        top = QtWidgets.QHBoxLayout()
        words = QtWidgets.QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.state)
        top.addLayout(words, 1)
        for one in (self.cancel, self.resume, self.forget):
            top.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        layout = QtWidgets.QVBoxLayout(self)
        edge = look.em(self, 0.25)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.warning)
        layout.addWidget(self.error)


class JobList(QtWidgets.QWidget):
    """All jobs; a row stays the same widget while its job lives, so that a click never meets another."""

    wished = Signal(str, str)
    repair = Signal(str)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.rows: Dict[str, JobRow] = {}
        self.nothing = look.words(NONE_YET, is_quiet=True)
        self._inside = QtWidgets.QWidget()
        self._column = QtWidgets.QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.nothing)
        self._column.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inside)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def show_jobs(self, jobs: Sequence[Job]) -> None:
        """Show the jobs as they are now, newest first."""
        wanted = [job.job for job in jobs]
        for ident in [one for one in self.rows if one not in wanted]:
            row = self.rows.pop(ident)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, job in enumerate(jobs):
            if job.job in self.rows:
                self.rows[job.job].show_job(job)
            else:
                row = JobRow(job, self.wished.emit, self.repair.emit)
                self.rows[job.job] = row
                self._column.insertWidget(place, row)
        self.nothing.setVisible(not jobs)

    def jobs(self) -> List[Job]:
        """List what is shown."""
        return [row.job for row in self.rows.values()]

    def free(self, ident: str) -> None:
        """Let the buttons of a job be pressed again, after a wish that came to nothing."""
        if ident in self.rows:
            self.rows[ident].show_job(self.rows[ident].job)


def name_of(job: Job) -> str:
    """Name a job by its take, or by what it is until there is one."""
    said = job.take_label or "/".join(part for part in (job.shot, job.operation) if part)
    return f"{said}  ·  {job.node}" if job.node else said


def state_of(job: Job) -> str:
    """Say how a job does."""
    if job.state == "running":
        count = f"{job.done} of {job.frames} frames" if job.frames else "beginning"
        return f"{count}, {job.note}" if job.note else count
    if job.state == "queued":
        return "waiting for its turn"
    if job.state == "finished":
        return f"finished, {job.frames} frames"
    return f"{job.state} at {job.done} of {job.frames} frames" if job.frames else job.state
