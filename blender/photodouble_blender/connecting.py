# SPDX-License-Identifier: GPL-3.0-or-later
"""How a watcher reaches the engine from Blender."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import bpy

from . import colours
from ._vendor.photodouble_client.events import Answered
from ._vendor.photodouble_client.jobs import Report
from ._vendor.photodouble_client.settings import ClientSettings
from ._vendor.photodouble_client.watch import Watcher

if TYPE_CHECKING:
    from ._vendor.photodouble_client.engine import Engine

    Connect = Callable[..., Engine]

HOST = "blender"
_MOMENT = 0.15
"""Seconds in which threads end that nothing holds up."""


def connecting(settings: ClientSettings) -> dict[str, Any]:
    """Give what every connection is made with."""
    return {
        "host_version": bpy.app.version_string,
        "settings": settings,
        "environment": colours.environment(),
    }


def connector(settings: ClientSettings, way: str = "connect") -> Connect:
    """Give the function with which a watcher finds or starts the engine, in its own thread.

    `way` is the method of `Engine` that does it. The module itself is loaded in the thread, too: it brings
    sockets and processes along, for which Blender's start need not wait.
    """

    def connect(say: Callable[[str], None], stop: Callable[[], bool]) -> Engine:
        from ._vendor.photodouble_client.engine import Engine

        return getattr(Engine, way)(HOST, on_progress=say, stop=stop, **connecting(settings))

    return connect


def give_up(watchers: Iterable[Watcher]) -> None:
    """Close watchers without holding Blender up: where the engine hangs, their threads end a little later."""
    given_up = list(watchers)
    for watcher in given_up:
        watcher.close(0.0)
    end = time.monotonic() + _MOMENT
    for watcher in given_up:
        watcher.close(max(0.0, end - time.monotonic()))


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
