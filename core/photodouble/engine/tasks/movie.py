"""The task that makes a movie of a take for review."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .pictures import LEFT, RIGHT
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings
    from photodouble.takes.store import Take

Values = Mapping[str, Any]


def _movie(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.settings import load_settings
    from photodouble.takes.finding import found_take
    from photodouble.takes.movie import MovieStyle, state_of, write_movie
    from photodouble.takes.review import status
    from photodouble_client.frames import FrameRange

    store, take = opened(values, settings)
    same = ("kind", "codec", "left", "right", "size", "slate", "burn_in", "rate")
    style = MovieStyle(
        **{name: values[name] for name in same},
        position=values["position"] if values["position"] >= 0 else None,
        frames=FrameRange.from_text(values["frames"]) if values["frames"] else None,
    )

    def find(name: str) -> Take:
        return found_take(name, store)

    state = state_of(take, style, find, lambda one: status(one, store).state)
    path = write_movie(
        take,
        Path(values["output"]),
        style,
        settings.looking_as(load_settings(store.root).settings),
        find=find,
        status=state,
        overwrite=values["overwrite"],
        report=report,
    )
    return {"take": take.take_id, "movie": str(path), "status": state}


MOVIE = (
    Task(
        "takes.movie",
        "Write a movie of a take, with slate and burn-in.",
        (
            TAKE,
            ROOT,
            Argument("output", "path", "The movie to write: .mp4 or .mov, .mov for ProRes."),
            Argument(
                "kind",
                "text",
                "plain: the right side alone; wipe: a line moves between both; side: both beside each other.",
                "plain",
                choices=("plain", "wipe", "side"),
            ),
            Argument("codec", "text", "How it is encoded.", "h264", choices=("h264", "prores")),
            LEFT,
            RIGHT,
            Argument(
                "position",
                "number",
                "Where the line of a wipe stays, from 0 to 1 across; -1: it moves.",
                -1,
                minimum=-1,
                maximum=1,
            ),
            Argument(
                "size",
                "whole",
                "The longer side of each picture in pixels, at most; 0: whole.",
                0,
                minimum=0,
                maximum=8192,
            ),
            Argument("slate", "whole", "Frames of slate; 0: none.", 1, minimum=0, maximum=1000),
            Argument("burn_in", "flag", "Burn shot, version and frame in.", True),
            Argument("rate", "text", "Frames per second; empty: those of the take, or 24.", ""),
            Argument("frames", "text", "The frames, such as 1001-1012; empty: all of the take.", ""),
            Argument("overwrite", "flag", "Replace an existing movie.", False),
        ),
        _movie,
    ),
)
