"""`photodouble doctor`: what is installed here, what works, and how to put right what does not."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from .telling import tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Examine this machine: hosts, engine, libraries, memory, disks, models, ledger, keys."
    more = (
        "Each row says good, note, LOOK or BAD, and what to do. Exit status: 0 where nothing wants "
        "attention, 1 where a row says LOOK, 5 where one says BAD. Nothing is written or started."
    )
    parser = commands.add_parser("doctor", help=text, description=f"{text} {more}")
    parser.add_argument(
        "near", nargs="?", default=".", metavar="FOLDER", help="For work in this folder; default: here."
    )
    parser.add_argument("--troubles", action="store_true", help="Tell only the rows that want attention.")
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="Let torch compute on the graphics card, and read the weights of all models anew.",
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_doctor)


def _doctor(namespace: argparse.Namespace) -> int:
    from photodouble.doctor.examine import examined
    from photodouble.doctor.row import EXIT_STATUS
    from photodouble.doctor.told import COLOURS, lines

    near = Path(namespace.near).expanduser().absolute()
    with redirect_stdout(sys.stderr):
        found = examined(near, is_thorough=namespace.thorough)
    if namespace.json:
        tell_json(found)
        return EXIT_STATUS[found["worst"]]
    console = Console(soft_wrap=True, highlight=False)
    encoding = sys.stdout.encoding or "ascii"
    for state, line in lines(found, only_troubles=namespace.troubles):
        told = Text(line.encode(encoding, "backslashreplace").decode(encoding))
        if state:
            told.stylize(COLOURS[state], 2, 6)
        console.print(told)
    return EXIT_STATUS[found["worst"]]
