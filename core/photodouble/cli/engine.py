"""`photodouble engine`: start, stop and look at the engine, and work on its list of jobs."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import webbrowser
from collections import deque
from pathlib import Path
from typing import Any

from photodouble_client import launcher
from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import START_LOG, Endpoint, runtime_folder
from photodouble_client.settings import (
    ClientSettings,
    engine_interpreter,
    read_client_settings,
    settings_path,
    write_client_settings,
)
from photodouble_client.wire import STATES

from . import engine_follow
from .actions import add_json
from .engine_jobs import chosen_job, command_line, job_lines
from .reaching import connected
from .reading import number_from
from .telling import SHOWN, tell, tell_json

MOST_LINES = 1_000_000
JOB_HELP = (
    "The first digits of the job's id as 'engine jobs' shows it, its take, such as sh010/inpaint/v003, or "
    "its shot."
)


def add(commands: Any) -> None:
    """Add the command and its actions to the command line."""
    text = "Start, stop and look at the engine that hosts talk to, and work on its jobs."
    parser = commands.add_parser("engine", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    add_json(actions, "start", "Start the engine, if it is not running.", _start)
    stop = add_json(actions, "stop", "End the engine. Its unfinished jobs go on when it starts again.", _stop)
    stop.add_argument(
        "--force", action="store_true", help="End it though jobs are running, or though it hangs."
    )
    add_json(actions, "status", "Say whether the engine runs, and what it does (exit status 1: no).", _status)
    jobs = add_json(actions, "jobs", "List the jobs, newest first.", _jobs)
    jobs.add_argument("--host", default="", metavar="NAME", help="Those of this host only, such as nuke.")
    jobs.add_argument("--script", default="", metavar="PATH", help="Those of this script or scene only.")
    jobs.add_argument("--state", default="", choices=STATES, help="Those in this state only.")
    text = "Hand a request to the engine and watch it. Ctrl-C ends the watching, not the job."
    engine_follow.add_submit(add_json(actions, "submit", text, engine_follow.submit))
    watch = add_json(actions, "follow", "Watch a job to its end.", engine_follow.follow)
    watch.add_argument("job", metavar="JOB", help=JOB_HELP)
    text = "Make one frame at reduced size, quickly, and say where the picture lies."
    engine_follow.add_preview(add_json(actions, "preview", text, engine_follow.preview))
    for name, help_text, call in (
        ("cancel", "Stop a job. What it has finished stays.", _cancel),
        ("resume", "Let a failed or cancelled job go on at the first missing frame.", _resume),
        ("forget", "Take an ended job off the list. Its take stays.", _forget),
    ):
        add_json(actions, name, help_text, call).add_argument("job", metavar="JOB", help=JOB_HELP)
    add_json(actions, "free", "Let the engine drop models and pictures that it keeps in memory.", _free)
    log = add_json(actions, "log", "Print the end of the engine's log.", _log)
    log.add_argument(
        "--lines", type=number_from(1), default=40, metavar="N", help="So many lines; default 40."
    )
    show = add_json(actions, "open", "Open the page of the jobs in the browser.", _open)
    show.add_argument("--print", action="store_true", help="Only print the address. It works once.")
    use = add_json(actions, "use", "Let the hosts of this user start the engine of this installation.", _use)
    use.add_argument(
        "--python", default="", metavar="PATH", help="Another installation's Python, or the folder it is in."
    )


def _start(namespace: argparse.Namespace) -> int:
    was_running = launcher.find(runtime_folder()) is not None
    engine = connected()
    word = "is running already" if was_running else "is running"
    _answer(namespace, _facts(engine), f"The engine {word}: version {engine.version}.")
    return 0


def _stop(namespace: argparse.Namespace) -> int:
    was_running = launcher.end(runtime_folder(), force=namespace.force)
    ended = "The engine has ended." if was_running else "No engine is running."
    _answer(namespace, {"was_running": was_running}, ended)
    return 0


def _status(namespace: argparse.Namespace) -> int:
    found = launcher.find(runtime_folder())
    if found is None:
        _answer(namespace, {"running": False}, "No engine is running.")
        return 1
    engine = connected(start=False)
    described = engine.describe()
    queue = {state: count for state, count in dict(described.get("queue", {})).items() if count}
    facts = {**_facts(engine), **{key: described.get(key) for key in ("workers", "queue", "memory")}}
    counted = ", ".join(f"{count} {state}" for state, count in queue.items()) or "no jobs"
    workers = len(described.get("workers", ()))
    _answer(
        namespace,
        facts,
        f"The engine is running: version {engine.version}, process {engine.endpoint.pid}.",
        f"Jobs: {counted}. Workers at present: {workers}.",
        f"Log: {engine.endpoint.log}",
    )
    return 0


def _jobs(namespace: argparse.Namespace) -> int:
    jobs = connected().jobs(namespace.host, namespace.script, namespace.state)
    if namespace.json:
        tell_json({"jobs": [job.to_json() for job in jobs]})
    else:
        for line in job_lines(jobs):
            tell(line)
    return 0


def _cancel(namespace: argparse.Namespace) -> int:
    engine = connected()
    before = chosen_job(engine.jobs(), namespace.job)
    job = engine.cancel(before.job)
    if before.has_ended:
        told = "It had ended already, so there was nothing to cancel."
    else:
        told = f"It stops now; finished frames are kept. Go on with: {command_line('resume', job.job)}"
    _answer(namespace, job.to_json(), *job_lines([job]), told)
    return 0


def _resume(namespace: argparse.Namespace) -> int:
    engine = connected()
    before = chosen_job(engine.jobs(), namespace.job)
    job = engine.resume(before.job)
    if before.can_resume:
        told = f"It goes on at the first missing frame. Watch it with: {command_line('follow', job.job)}"
    else:
        told = "It was not stopped, so there was nothing to resume."
    _answer(namespace, job.to_json(), *job_lines([job]), told)
    return 0


def _forget(namespace: argparse.Namespace) -> int:
    engine = connected()
    job = engine.forget(chosen_job(engine.jobs(), namespace.job).job)
    place = f" Its take stays: {job.take_folder}" if job.take_folder else ""
    _answer(namespace, job.to_json(), f"Job {job.job[:SHOWN]} is off the list.{place}")
    return 0


def _free(namespace: argparse.Namespace) -> int:
    if launcher.find(runtime_folder()) is None:
        _answer(namespace, {"running": False}, "No engine is running, so it keeps nothing in memory.")
        return 0
    connected(start=False).free_memory()
    _answer(namespace, {"running": True}, "The engine drops what it keeps, each worker after its next frame.")
    return 0


def _log(namespace: argparse.Namespace) -> int:
    path = _log_path()
    with path.open(encoding="utf-8", errors="replace") as stream:
        lines = [line.rstrip("\n") for line in deque(stream, min(namespace.lines, MOST_LINES))]
    _answer(namespace, {"path": str(path), "lines": lines}, *lines)
    return 0


def _open(namespace: argparse.Namespace) -> int:
    address = connected().link("/jobs.html")
    if namespace.print or namespace.json or not webbrowser.open(address):
        _answer(namespace, {"url": address}, address)
    else:
        tell("The browser shows the jobs.")
    return 0


def _use(namespace: argparse.Namespace) -> int:
    path = settings_path()
    python = engine_interpreter(ClientSettings(namespace.python or sys.executable))
    write_client_settings(dataclasses.replace(read_client_settings(path), engine=python), path)
    lines = [f"Hosts start {python} from now on. Noted in {path}"]
    if os.environ.get("PHOTODOUBLE_ENGINE"):
        lines.append("PHOTODOUBLE_ENGINE is set here, and goes before that file.")
    _answer(namespace, {"engine": python, "file": path}, *lines)
    return 0


def _facts(engine: Engine) -> dict[str, Any]:
    """Say what may be told of the engine: everything but the token."""
    endpoint = engine.endpoint
    return {
        "running": True,
        "version": engine.version,
        "pid": endpoint.pid,
        "port": endpoint.port,
        "log": endpoint.log,
        "runtime_folder": runtime_folder(),
    }


def _log_path() -> Path:
    """Find the log of the running engine, or where the last one's start was told."""
    folder = runtime_folder()
    endpoint = Endpoint.read(folder)
    candidates = [Path(endpoint.log)] if endpoint is not None and endpoint.log else [_usual_log()]
    candidates.append(Path(folder) / START_LOG)
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise ArtistError(
            "engine.unreachable",
            "There is no log yet",
            "No engine has run here since the machine was switched on.",
            "Start one with 'photodouble engine start'.",
        )
    return found


def _usual_log() -> Path:
    from photodouble.engine.queue.folder import state_folder
    from photodouble.engine.server.logs import LOG
    from photodouble.settings import load_settings

    return state_folder(load_settings().settings) / LOG


def _answer(namespace: argparse.Namespace, facts: Any, *lines: str) -> None:
    if namespace.json:
        tell_json(facts)
        return
    for line in lines:
        tell(line)
