"""What the panel does: decisions, jobs, the engine itself. Asked now, heard of in a later tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.wire import Job

from . import live
from .looking import Looking
from .qt import QtCore, QtGui
from .remembering import remember_person
from .telling import telling

if TYPE_CHECKING:
    from .panel import PhotoDoublePanel

AWAY = "The engine is not running. Takes and jobs are shown when it runs."


class Deeds:
    """Do what a click asks for, and show what came of it."""

    def __init__(self, panel: PhotoDoublePanel, looking: Looking) -> None:
        self.panel = panel
        self._looking = looking
        self._states: Dict[str, str] = {}

    def begin(self) -> None:
        """Begin to follow the engine, if one runs, and what is selected."""
        self._looking.begin()
        self._follow()
        self.tick()

    def end(self) -> None:
        """Follow nothing any more."""
        self._looking.is_here = False
        self.panel.asker.close()

    @telling
    def tick(self) -> None:
        """Hear what was answered, then look at the selection and at whether the engine is there."""
        panel = self.panel
        panel.asker.poll()
        note = panel.asker.note("live")
        if note == live.AWAY:
            self._looking.is_here = False
        starting = panel.asker.is_asking("engine")
        said = (panel.asker.note("engine") or "Starting the engine") + " ..." if starting else AWAY
        panel.show_away(said if note == live.AWAY or starting else "")
        panel.start.setEnabled(not starting)
        self._looking.look_at_selection()

    @telling
    def use(self) -> None:
        """Let the selected node show the take."""
        row = self.panel.takes.take()
        if row is not None and self.panel.desk.can_use:
            self.panel.desk.use_take(row.folder)
            self._looking.look_at_selection()

    @telling
    def decide(self, word: str) -> None:
        """Ask the engine to sign a decision about the take."""
        panel, row = self.panel, self.panel.takes.take()
        if row is None:
            return
        person = panel.decide.person.text().strip()
        given = {
            "take": row.folder,
            "root": self._looking.root,
            "reason": panel.decide.reason.text(),
            "by": person,
        }
        panel.decide.allow(False)
        panel.decide.tell("Signing ...")
        panel.asker.task("decision", f"takes.{word}", given, self._decided, self._not_decided, is_wish=True)

    @telling
    def _decided(self, answer: Any) -> None:
        panel = self.panel
        remember_person(panel.decide.person.text().strip())
        panel.decide.allow(True)
        panel.decide.done(str(answer["text"]), "\n".join(str(one) for one in answer["notices"]))
        panel.error.clear()
        panel.desk.refresh()
        self._looking.list_takes()

    def _not_decided(self, problem: ArtistError) -> None:
        self.panel.decide.forget()
        self.panel.refuse(problem)
        self._looking.choose()

    @telling
    def open_page(self) -> None:
        """Open the review page of the take in a browser."""
        row = self.panel.takes.take()
        if row is not None:
            folder = row.folder
            self.panel.asker.ask(
                "page", lambda engine: engine.review_link(folder), self._visit, self.panel.refuse
            )

    @telling
    def _visit(self, address: Any) -> None:
        if not self.panel.desk.visit(str(address)):
            QtGui.QDesktopServices.openUrl(QtCore.QUrl(str(address)))

    @telling
    def submit(self) -> None:
        """Make a take."""
        panel = self.panel
        panel.error.clear()
        submission = panel.desk.submit()
        if submission is not None:
            wanted = submission
            panel.submit.setEnabled(False)
            panel.asker.ask(
                "submit", lambda engine: engine.submit(wanted), self._submitted, self._not_submitted
            )

    def _submitted(self, _job: Any) -> None:
        self.panel.submit.setEnabled(self.panel.desk.can_submit())
        self._follow()

    def _not_submitted(self, problem: ArtistError) -> None:
        self.panel.submit.setEnabled(self.panel.desk.can_submit())
        self.panel.refuse(problem)

    @telling
    def change_job(self, verb: str, job: str) -> None:
        """Stop a job, let it go on, or take it off the list."""
        panel = self.panel
        if verb == "cancel" and panel.desk.cancel(job):
            return

        def refused(problem: ArtistError) -> None:
            panel.jobs.free(job)
            panel.refuse(problem)

        panel.asker.ask(
            f"{verb} {job}", lambda engine: getattr(engine, verb)(job), lambda _job: self._follow(), refused
        )

    def _follow(self) -> None:
        """Follow the jobs of the engine; one that is not there is waited for, not started."""
        self.panel.asker.follow("live", live.wait_for_engine, live.JobsLine, self._show_jobs, self._lost)

    @telling
    def _show_jobs(self, answer: Any) -> None:
        panel, was_here = self.panel, self._looking.is_here
        self._looking.is_here = True
        jobs = [Job.from_json(one) for one in answer]
        panel.jobs.show_jobs(jobs)
        states = {job.job: job.state for job in jobs}
        has_ended = any(self._states.get(ident) not in (None, state) for ident, state in states.items())
        is_new = any(job.take_folder for job in jobs if self._states.get(job.job) is None) and bool(
            self._states
        )
        self._states = states
        if has_ended:
            panel.desk.refresh()
        if has_ended or is_new or not was_here:
            self._looking.list_takes()

    def _lost(self, problem: ArtistError) -> None:
        """Wait for the next engine where this one ended; anything else is told, and not tried again."""
        self._looking.is_here = False
        if live.is_away(problem):
            self._follow()
        else:
            self.panel.refuse(problem)

    @telling
    def refresh(self) -> None:
        """List takes and jobs again, also where an engine that failed was not followed any more."""
        if not self.panel.asker.is_asking("live"):
            self._follow()
        self._looking.refresh()

    @telling
    def start_engine(self) -> None:
        """Start the engine."""
        self._reach(Engine.connect)

    @telling
    def repair(self, action: str) -> None:
        """Do the one-click repair of an error: the host's own first, then the panel's."""
        if self.panel.desk.repair(action):
            self.panel.error.clear()
        elif action == "restart_engine":
            self._reach(Engine.connect_anew)
        elif action == "start_engine":
            self._reach(Engine.connect)
        elif action == "review_page":
            self.open_page()

    def _reach(self, connect: Callable[..., Engine]) -> None:
        def reached(_hello: Any) -> None:
            self.panel.error.clear()
            self._follow()

        self.panel.asker.ask("engine", Engine.hello, reached, self.panel.refuse, connect=connect)
