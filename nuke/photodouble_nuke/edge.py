"""The edge to the host: whatever goes wrong becomes a line on the node, and Nuke never sees an exception."""

from __future__ import annotations

import traceback
from typing import Any, Callable

import nuke

from photodouble_client.errors import ArtistError

from . import jobs


def guarded(pd: Any, do: Callable[[Any], None]) -> None:
    """Do something for a node and say on it what went wrong."""
    try:
        do(pd)
    except ArtistError as error:
        _say(pd, error)
    except Exception as problem:  # noqa: BLE001, the edge: Nuke would show a traceback
        nuke.tprint("Photo Double: " + traceback.format_exc())
        _say(pd, _unexpected(problem))


def _say(pd: Any, error: ArtistError) -> None:
    if nuke.GUI:
        jobs.refuse(pd, error)
    else:
        nuke.tprint("Photo Double: {}: {}".format(pd.name, error))


def _unexpected(problem: Exception) -> ArtistError:
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside Photo Double",
        "The button could not do its work, and nothing was sent.",
        "Look into the terminal for the detail, and send it to us if it happens again.",
        detail="{}: {}".format(type(problem).__name__, problem),
    )
