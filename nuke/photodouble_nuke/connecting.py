"""How the engine is reached from Nuke. Nothing here connects before somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered
from photodouble_client.jobs import Report
from photodouble_client.settings import engine_interpreter, load_client_settings

from .gathering import HOST

if TYPE_CHECKING:
    from photodouble_client.engine import Engine

    Connect = Callable[[Callable[[str], None], Callable[[], bool]], Engine]


def connecting() -> Dict[str, Any]:
    """Give what every connection is made with; raises ArtistError where the settings are broken."""
    return {"host_version": nuke.NUKE_VERSION_STRING, "settings": load_client_settings()}


def connector() -> Connect:
    """Give the function with which a watcher finds or starts the engine, in a thread of its own."""
    known = connecting()

    def connect(say: Callable[[str], None], stop: Callable[[], bool]) -> Engine:
        from photodouble_client.engine import Engine

        return Engine.connect(HOST, on_progress=say, stop=stop, **known)

    return connect


def connector_anew() -> Connect:
    """Give the function that ends whatever engine runs and starts the installed one."""
    known = connecting()

    def connect(say: Callable[[str], None], stop: Callable[[], bool]) -> Engine:
        from photodouble_client.engine import Engine

        return Engine.connect_anew(HOST, on_progress=say, stop=stop, **known)

    return connect


def check_engine() -> None:
    """Say before anything is rendered that there is no engine: raises ArtistError `engine.not_installed`."""
    from photodouble_client.launcher import is_running
    from photodouble_client.runtime import runtime_folder

    if not is_running(runtime_folder()):
        engine_interpreter(load_client_settings())


def refuse_terminal() -> None:
    """Let nothing of this run in a render or a script without a window: there, nodes only read takes."""
    if not nuke.GUI:
        raise ArtistError(
            "usage.arguments",
            "This is a Nuke without a window",
            "In a render, and under -t, nodes only read takes and nothing is asked of the engine.",
            "Open the script in Nuke to make a take, or use 'photodouble run'.",
        )


class Answer:
    """Ask an engine one thing, as a follower that has one report."""

    def __init__(self, question: Callable[[Engine], Any], engine: Engine) -> None:
        """Keep the question until the watcher's thread asks it."""
        self._question = question
        self._engine = engine

    def __iter__(self) -> Iterator[Report]:
        """Ask, and give the one report."""
        yield Report(0, "", Answered(self._question(self._engine)))

    def close(self) -> None:
        """Do nothing: the answer comes at once, and nothing is kept open."""
