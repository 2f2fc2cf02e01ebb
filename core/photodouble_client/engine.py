"""The engine as a host sees it: submit, watch, cancel, find again; it is started when it is not there."""

from __future__ import annotations

import dataclasses
from typing import Any, List, Mapping, Optional, Union
from urllib.parse import quote, urlencode

from .events import Answered, Failed, Previewed
from .jobs import Follower
from .line import Line
from .pathmap import PathMap
from .request import JobRequest
from .sessions import HostSession
from .stored import Json
from .unreachable import EngineGoneError
from .wire import Job, PreviewWanted, Submission, checked_id, new_id


class Engine(Line):
    """Speak with the one engine of this user, machine and login session.

    `Engine.connect` finds or starts it. Every method raises ArtistError: what the engine answered, or
    `engine.unreachable`.
    """

    def hello(self) -> Json:
        """Ask who the engine is: protocol, version, process, machine."""
        return self.ask("GET", "/hello")

    def describe(self) -> Json:
        """Ask what the engine can do: operations, models, devices, memory, workers and the queue."""
        return self.ask("GET", "/describe")

    def tasks(self) -> Json:
        """Ask which tasks there are, each with its help and the form of its arguments."""
        return dict(self.ask("GET", "/tasks")["tasks"])

    def submit(self, wanted: Union[Submission, JobRequest], **more: Any) -> Job:
        """Hand a job over; when this returns, nothing but its end or a cancel makes the engine forget it.

        A request is made a Submission with the fields that `more` gives. The same Submission, with its job
        id, may be handed over again without making a second job.
        """
        submission = wanted if isinstance(wanted, Submission) else Submission(wanted, **more)
        job = checked_id(submission.job or new_id())
        request = self._own(submission.request)
        # A job that is handed over twice must be the same both times, so the take is not named at random.
        # One that goes on with an unfinished take leaves it to the engine to find that.
        request = request if request.take or submission.resume else request.with_take(job)
        submission = dataclasses.replace(submission, job=job, request=request)
        return Job.from_json(self.ask("POST", "/jobs", submission.to_json(), is_safe_twice=True))

    def job(self, job: str) -> Job:
        """Ask how a job is doing; raises ArtistError `engine.no_job`."""
        return Job.from_json(self.ask("GET", _path("jobs", job)))

    def jobs(self, host: str = "", script: str = "", state: str = "") -> List[Job]:
        """List the jobs, newest first: all, or those of a host, of a script, in a state."""
        given = {"host": host, "script": script, "state": state}
        wanted = urlencode({name: value for name, value in given.items() if value})
        answer = self.ask("GET", "/jobs" + ("?" + wanted if wanted else ""))
        return [Job.from_json(one) for one in answer["jobs"]]

    def request(self, job: str) -> JobRequest:
        """Ask for the request that a job was made from."""
        return JobRequest.from_json(self.ask("GET", _path("jobs", job, "request")))

    def events(self, job: str, after: int = 0) -> Follower:
        """Follow a job: the reports after a number, then each as it comes, up to the last."""
        return Follower(self, _path("jobs", job), after)

    def cancel(self, job: str) -> Job:
        """Stop a job. What it has finished stays, and it can be resumed."""
        return Job.from_json(self.ask("POST", _path("jobs", job, "cancel"), is_safe_twice=True))

    def resume(self, job: str) -> Job:
        """Let a failed or cancelled job go on at the first missing frame."""
        return Job.from_json(self.ask("POST", _path("jobs", job, "resume")))

    def prioritise(self, job: str, priority: int) -> Job:
        """Let a job go before (up to 100) or after (down to -100) the others."""
        content = {"priority": priority}
        return Job.from_json(self.ask("POST", _path("jobs", job, "priority"), content, is_safe_twice=True))

    def forget(self, job: str) -> Job:
        """Take an ended job off the list. Its take stays."""
        return Job.from_json(self.ask("DELETE", _path("jobs", job)))

    def preview(self, wanted: PreviewWanted) -> Previewed:
        """Make one frame at reduced size and wait for it; a newer wish for the same slot cancels it."""
        for report in self.preview_events(wanted):
            if isinstance(report.event, Previewed):
                return report.event
            if isinstance(report.event, Failed):
                raise report.event.error
        raise EngineGoneError("the preview was not followed to its end")

    def preview_events(self, wanted: PreviewWanted) -> Follower:
        """Ask for a preview and follow it: progress, then `Previewed` or `Failed`."""
        request = self._own(wanted.request)
        preview = checked_id(wanted.preview or new_id())
        wanted = dataclasses.replace(wanted, preview=preview, request=request)

        def post() -> Json:
            return self.ask("POST", "/previews", wanted.to_json(), is_safe_twice=True)

        post()
        return Follower(self, _path("previews", preview), again=post)

    def cancel_preview(self, preview: str) -> None:
        """Give a preview up."""
        self.ask("POST", _path("previews", preview, "cancel"), is_safe_twice=True)

    def task(self, name: str, arguments: Optional[Mapping[str, Any]] = None) -> Any:
        """Let the engine do what the command of this name does, such as `takes.list`; give its answer."""
        for report in self.task_events(name, arguments):
            if isinstance(report.event, Answered):
                return report.event.answer
            if isinstance(report.event, Failed):
                raise report.event.error
        raise EngineGoneError("the task was not followed to its end")

    def task_events(
        self, name: str, arguments: Optional[Mapping[str, Any]] = None, task: str = ""
    ) -> Follower:
        """Ask for a task and follow it: progress, then `Answered` or `Failed`."""
        ident = checked_id(task or new_id())
        content = {"arguments": dict(arguments or {}), "task": ident}

        def post() -> Json:
            return self.ask("POST", _path("tasks", name), content, is_safe_twice=True)

        post()
        return Follower(self, _path("tasks", ident), again=post)

    def cancel_task(self, task: str) -> None:
        """Give a task up."""
        self.ask("POST", _path("tasks", task, "cancel"), is_safe_twice=True)

    def register(self, actions: List[str], session: str = "") -> HostSession:
        """Tell the engine that this host is open, and which actions others may ask of it."""
        return HostSession(self, actions, session)

    def sessions(self) -> List[Json]:
        """List the hosts that are open."""
        return list(self.ask("GET", "/sessions")["sessions"])

    def ask_host(self, session: str, name: str, arguments: Optional[Mapping[str, Any]] = None) -> Json:
        """Ask an open host for one of its actions; `action` tells later what became of it."""
        content = {"arguments": dict(arguments or {}), "name": name}
        return self.ask("POST", _path("sessions", session, "actions"), content)

    def action(self, session: str, action: str) -> Json:
        """Ask what became of an action."""
        return self.ask("GET", _path("sessions", session, "actions", action))

    def free_memory(self) -> None:
        """Let the engine drop everything that it keeps warm."""
        self.ask("POST", "/memory/free", {}, is_safe_twice=True)

    def link(self, page: str) -> str:
        """Make the address of a page for a browser. It opens once, within a minute."""
        return str(self.ask("POST", "/links", {"page": page})["url"])

    def review_link(self, take_folder: str) -> str:
        """Make the address of the review page of a take, where a person decides. It opens once."""
        return str(self.ask("POST", "/reviews", {"take": take_folder})["url"])

    def _own(self, request: JobRequest) -> JobRequest:
        """Sign a request with the host's name, and name its files as this system does."""
        if not request.host:
            request = dataclasses.replace(request, host=self.host, host_version=self.host_version)
        return PathMap(self.settings.path_maps).localise(request)


def _path(*parts: str) -> str:
    """Make the path of an address; no part can lead out of its place."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
