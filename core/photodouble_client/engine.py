"""The engine as a host sees it: submit, watch, cancel, find again; it is started when it is not there."""

from __future__ import annotations

import dataclasses
import time
from typing import Any, List, Mapping, Optional, Union
from urllib.parse import quote, urlencode

from .events import Answered, Failed, Previewed
from .jobs import Follower
from .launcher import Found, Say, Stop, end, find, find_or_start
from .pathmap import PathMap
from .request import JobRequest
from .runtime import Endpoint, runtime_folder
from .sessions import HostSession
from .settings import ClientSettings, load_client_settings
from .stored import Json
from .transport import EngineGoneError, Stream, Transport
from .wire import Job, PreviewWanted, Submission, checked_id, new_id

RETURN_TIMEOUT = 15.0
PAUSE = 0.1


class Engine:
    """Speak with the one engine of this user, machine and login session.

    Every method raises ArtistError: what the engine answered, or `engine.unreachable`. An engine that died is
    started again unseen; then what is safe to ask twice is asked again.
    """

    def __init__(
        self,
        found: Found,
        *,
        host: str = "",
        host_version: str = "",
        settings: Optional[ClientSettings] = None,
        environment: Optional[Mapping[str, str]] = None,
        start: bool = True,
        on_progress: Optional[Say] = None,
        stop: Optional[Stop] = None,
    ) -> None:
        """Take an engine that was found; `Engine.connect` finds it."""
        self.host = host
        self.host_version = host_version
        self._settings = settings or ClientSettings()
        self._environment = environment
        self._may_start = start
        self._on_progress = on_progress
        self._stop = stop
        self._found = found
        self._transport = Transport(found.endpoint.port, found.endpoint.token)

    @classmethod
    def connect(
        cls,
        host: str = "",
        host_version: str = "",
        *,
        settings: Optional[ClientSettings] = None,
        environment: Optional[Mapping[str, str]] = None,
        start: bool = True,
        on_progress: Optional[Say] = None,
        stop: Optional[Stop] = None,
    ) -> Engine:
        """Find the engine, or start it and wait for it; with `start=False` only find it.

        `host` is the program that asks, such as `nuke`. The rest is as for `launcher.find_or_start`.
        """
        settings = load_client_settings(environment) if settings is None else settings
        found = _found(settings, environment, start=start, on_progress=on_progress, stop=stop)
        return cls(
            found,
            host=host,
            host_version=host_version,
            settings=settings,
            environment=environment,
            start=start,
            on_progress=on_progress,
            stop=stop,
        )

    @classmethod
    def connect_anew(cls, host: str = "", host_version: str = "", **connecting: Any) -> Engine:
        """End the engine that runs, of whatever version, and connect to the one that is installed.

        This is what the action `restart_engine` of an error asks for. Jobs go on where they were.
        """
        end(runtime_folder(connecting.get("environment")), force=True)
        return cls.connect(host, host_version, **connecting)

    @property
    def endpoint(self) -> Endpoint:
        """Give the address of the engine that is spoken with at present."""
        return self._found.endpoint

    @property
    def version(self) -> str:
        """Give the version of the engine."""
        return str(self._found.hello.get("version", ""))

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
        request = request if request.take else request.with_take(job)
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

    def shutdown(self, *, force: bool = False) -> None:
        """End the engine and wait until it has ended; see `launcher.end`."""
        self.close()
        end(self._folder(), force=force)

    def restart(self, *, force: bool = True) -> None:
        """End the engine and start the installed one. Its jobs go on where they were."""
        self.shutdown(force=force)
        self.reconnect()

    def interrupt(self) -> None:
        """End a wait for the engine from another thread; with `stop` it is not begun again."""
        self._transport.interrupt()

    def close(self) -> None:
        """Close the connection; the engine and its jobs go on."""
        self._transport.close()

    def ask(
        self,
        method: str,
        path: str,
        content: Optional[Mapping[str, Any]] = None,
        *,
        is_safe_twice: bool = False,
        start: bool = True,
    ) -> Json:
        """Ask the engine anything; what is safe twice is asked again if the engine died meanwhile.

        With `start=False` an engine that is not there is not worth starting for this.
        """
        try:
            return self._transport.call(method, path, content, is_safe_twice=is_safe_twice)
        except EngineGoneError as problem:
            if not start:
                raise
            self.reconnect()
            if problem.was_asked and not is_safe_twice and method != "GET":
                raise
        return self._transport.call(method, path, content, is_safe_twice=is_safe_twice)

    def stream(self, path: str) -> Stream:
        """Open a stream of JSON lines."""
        return self._transport.stream(path)

    def reconnect(self, *, start: bool = True) -> None:
        """Find the engine again after it was lost; it is started if that is wanted and allowed.

        Where it is not, one that another host starts within a few seconds is found, too.
        """
        self.close()
        if self._stop is not None and self._stop():
            raise EngineGoneError("the wait for it was given up")
        may_start = start and self._may_start
        end_of_wait = time.monotonic() + RETURN_TIMEOUT
        while True:
            try:
                self._found = self._find(start=may_start)
                break
            except EngineGoneError:
                if may_start or time.monotonic() > end_of_wait or (self._stop is not None and self._stop()):
                    raise
                time.sleep(PAUSE)
        self._transport = Transport(self.endpoint.port, self.endpoint.token)

    def _find(self, *, start: bool) -> Found:
        return _found(
            self._settings, self._environment, start=start, on_progress=self._on_progress, stop=self._stop
        )

    def _folder(self) -> str:
        return runtime_folder(self._environment)

    def _own(self, request: JobRequest) -> JobRequest:
        """Sign a request with the host's name, and name its files as this system does."""
        if not request.host:
            request = dataclasses.replace(request, host=self.host, host_version=self.host_version)
        return PathMap(self._settings.path_maps).localise(request)


def _found(
    settings: ClientSettings, environment: Optional[Mapping[str, str]], *, start: bool, **more: Any
) -> Found:
    if start:
        return find_or_start(settings, environment=environment, **more)
    found = find(runtime_folder(environment))
    if found is None:
        raise EngineGoneError("no engine is running", was_asked=False)
    return found


def _path(*parts: str) -> str:
    """Make the path of an address; no part can lead out of its place."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
