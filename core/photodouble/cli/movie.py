"""`photodouble takes movie`: a movie of a take for review, with slate and burn-in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import load_settings

from .finding import found_take, store_of
from .jobs import absolute
from .pictures import SIDE_HELP, share
from .reading import number_from
from .telling import tell, tell_json, telling

if TYPE_CHECKING:
    from photodouble.takes.store import Take

Action = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add_movie(action: Action) -> None:
    """Add the command to the actions of `photodouble takes`."""
    parser = action("movie", "Write a movie of a take, with slate and burn-in.", _movie)
    parser.add_argument(
        "--output", required=True, metavar="FILE", help="The movie to write: .mp4 or .mov, .mov for ProRes."
    )
    parser.add_argument(
        "--kind",
        choices=("plain", "wipe", "side"),
        default="plain",
        help="plain (default): the right side alone; wipe: a line moves over the picture, with one side "
        "left and right of it; side: both beside each other.",
    )
    parser.add_argument("--codec", choices=("h264", "prores"), default="h264", help="Default: h264.")
    parser.add_argument("--left", default="plate", metavar="SIDE", help=f"{SIDE_HELP} Default: plate.")
    parser.add_argument("--right", default="result", metavar="SIDE", help=f"{SIDE_HELP} Default: result.")
    parser.add_argument(
        "--position", type=share, metavar="SHARE", help="Keep the line of a wipe still, 0 to 1 across."
    )
    parser.add_argument(
        "--size",
        type=number_from(16),
        default=0,
        metavar="PIXELS",
        help="The longer side of each picture at most; default: whole.",
    )
    parser.add_argument(
        "--slate", type=number_from(0), default=1, metavar="FRAMES", help="Frames of slate; default 1."
    )
    parser.add_argument(
        "--no-burn-in",
        action="store_false",
        dest="burn_in",
        help="Leave shot, version and frame out. NOT APPROVED stays until the take is approved.",
    )
    parser.add_argument(
        "--rate", default="", metavar="FPS", help="Frames per second; default: those of the take, or 24."
    )
    parser.add_argument("--frames", default="", metavar="FRAMES", help="Such as 1001-1012; default: all.")
    parser.add_argument("--overwrite", action="store_true", help="Replace an existing movie.")


def _movie(namespace: argparse.Namespace) -> int:
    from photodouble.ops.operation import Reporter
    from photodouble.takes.movie import MovieStyle, state_of, write_movie
    from photodouble.takes.review import status
    from photodouble_client.events import Progress, Warned
    from photodouble_client.frames import FrameRange

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    same = ("kind", "codec", "left", "right", "position", "size", "slate", "burn_in", "rate")
    frames = FrameRange.from_text(namespace.frames) if namespace.frames else None
    style = MovieStyle(**{name: getattr(namespace, name) for name in same}, frames=frames)

    def find(name: str) -> Take:
        return found_take(name, store)

    state = state_of(take, style, find, lambda one: status(one, store).state)
    with telling(quiet=namespace.json) as say:
        path = write_movie(
            take,
            Path(absolute(namespace.output)),
            style,
            load_settings(store.root).settings,
            find=find,
            status=state,
            overwrite=namespace.overwrite,
            report=Reporter(
                on_progress=lambda done, of, note: say(Progress(done, of, note)),
                on_warning=lambda text: say(Warned(text)),
            ),
        )
    if namespace.json:
        tell_json({"take": take.take_id, "movie": str(path), "status": state})
    else:
        tell(str(path))
    return 0
