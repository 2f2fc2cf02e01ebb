"""`photodouble demo`: make a plate, take somebody out of it and show the result beside the truth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.events import Finished

from .jobs import stopping
from .telling import tell, telling


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Render a plate, remove a person from it, measure the error and lay out a contact sheet."
    parser = commands.add_parser("demo", help=text, description=text)
    parser.add_argument("--output", default="demo", metavar="FOLDER", help="Where everything is written.")
    parser.add_argument("--frames", type=int, default=48, metavar="N", help="How many frames; default 48.")
    parser.add_argument(
        "--size", default="960x540", metavar="WIDTHxHEIGHT", help="Size of the plate; default 960x540."
    )
    parser.add_argument("--quiet", action="store_true", help="Say nothing but the figures and errors.")
    parser.add_argument("--json", action="store_true", help="Print every event as one JSON line.")
    parser.set_defaults(call=call)


def call(namespace: argparse.Namespace) -> int:
    """Run the demo and end by naming the picture to open."""
    from photodouble.demo.run import run_demo

    size = _size(namespace.size)
    if namespace.frames < 2:
        raise ArtistError(
            "usage.bad_value",
            "The demo needs at least 2 frames",
            f"{namespace.frames} frames cannot show what a person walks past.",
            "Give --frames 8 or more.",
        )
    output = Path(namespace.output).expanduser().absolute()
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        report = run_demo(output, frames=namespace.frames, size=size, on_event=say, stop=stop)
        if namespace.json:
            say(Finished(str(report.take / "manifest.json")))
    if not namespace.json:
        for line in report.lines():
            tell(line)
        tell(f"Open the picture: {report.sheet}")
    return 0


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if cross and width.isdecimal() and height.isdecimal() and min(int(width), int(height)) >= 64:
        return int(width), int(height)
    raise ArtistError(
        "usage.bad_value",
        "The size is not understood",
        f"{text!r} is not a width and a height of at least 64 pixels.",
        "Write it as 960x540.",
    )
