"""Start from Resolve's menu: find Resolve and the engine, show the panel, and serve it until it is closed."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from typing import Any, Mapping

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import FileLock, runtime_folder
from photodouble_client.settings import load_client_settings
from photodouble_client.unreachable import EngineGoneError

from . import actions, session
from .edition import Edition, probe
from .finding import find_resolve
from .panel_process import PanelProcess
from .roads import best_road, open_roads

LOCK = "resolve.lock"
PAGE = "/jobs.html"
FORWARD = "Photo Double is open already; its panel is in front now."
OPEN_ALREADY = "Photo Double is open already."
CLOSED = "Resolve has closed, and Photo Double with it. Jobs go on; takes are placed at the next start."
INSIDE = ("resolve", "davinci resolve")
"""Programs that are Resolve itself: a script that waited in there would stop its window."""


def main(namespace: Mapping[str, Any]) -> str:
    """Show the panel until it is closed; give the one line that there is to say, or nothing."""
    try:
        found = find_resolve(namespace)
        edition = probe(found.resolve)
        if not open_roads(edition)[0].is_open:
            return closed(edition)
        if is_inside(sys.executable):
            threading.Thread(target=start, args=(found.resolve, edition), name="photodouble").start()
            return ""
        return start(found.resolve, edition)
    except ArtistError as problem:
        return line(problem)


def start(resolve: Any, edition: Edition) -> str:
    """Show the panel, or bring forward the one that is open; give what there is to say."""
    lock = FileLock(os.path.join(runtime_folder(), LOCK))
    if not lock.acquire():
        return bring_forward()
    try:
        version = ".".join(str(number) for number in edition.version)
        engine = Engine.connect("resolve", version)
        try:
            return _serve(session.Stage(resolve, engine, edition))
        finally:
            engine.close()
    except ArtistError as problem:
        return line(problem)
    finally:
        lock.release()


def bring_forward() -> str:
    """Let the panel that is open come to the front."""
    try:
        engine = Engine.connect("resolve", start=False)
    except EngineGoneError:
        return OPEN_ALREADY
    try:
        for one in engine.sessions():
            if one["host"] == "resolve" and "forward" in one["actions"]:
                engine.ask_host(one["session"], "forward")
                return FORWARD
    except ArtistError:
        return OPEN_ALREADY
    finally:
        engine.close()
    return OPEN_ALREADY


def closed(edition: Edition) -> str:
    """Say in a line what is closed in this edition, and which road is open instead."""
    return "Photo Double: {} {}".format(open_roads(edition)[0].why, best_road(edition).why)


def line(problem: ArtistError) -> str:
    """Say an error in one plain line."""
    said = "{}. {} {}".format(problem.title.rstrip("."), problem.message, problem.fix)
    return "Photo Double: {}".format(" ".join(said.split()))


def is_inside(program: str) -> bool:
    """Whether this runs inside Resolve's own process, and not in the one it starts for scripts."""
    name = os.path.splitext(os.path.basename(program or ""))[0].lower()
    return name in INSIDE


def _serve(stage: session.Stage) -> str:
    held = stage.engine.register(sorted(actions.ACTIONS))
    try:
        panel = PanelProcess(held.session, load_client_settings())
        try:
            is_whole = session.serve(stage, held, actions.ACTIONS, panel.is_open)
        finally:
            panel.end()
    finally:
        held.close()
    if not is_whole:
        return CLOSED
    problem = panel.problem()
    return "" if problem is None else _on_a_page(stage, problem)


def _on_a_page(stage: session.Stage, problem: ArtistError) -> str:
    """Do without the panel: place what is finished, and show the jobs in the browser."""
    placed = actions.ACTIONS["place_waiting"](stage, {})
    if webbrowser.open(stage.engine.link(PAGE)):
        return "{} The jobs are shown in the browser. {}".format(line(problem), placed["words"]).strip()
    return line(problem)
