"""`photodouble takes nuke`: a take as a piece of a Nuke script, for somebody without Photo Double."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from .finding import found_take, store_of
from .jobs import absolute
from .telling import tell, tell_json

Action = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]


def add_nuke(action: Action) -> None:
    """Add the command to the actions of `photodouble takes`."""
    text = "Write a take as a piece of a Nuke script, for somebody without Photo Double."
    parser = action("nuke", text, _nuke)
    parser.add_argument(
        "--output", required=True, metavar="FILE", help="The script to write, such as sh010.nk."
    )
    parser.add_argument(
        "--at",
        default="",
        metavar="FOLDER",
        help="The folder of the take on the machine where it will be read; default: where it is.",
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace an existing script.")


def _nuke(namespace: argparse.Namespace) -> int:
    from photodouble.takes.nuke import write_nuke_script

    take = found_take(namespace.take, store_of(namespace))
    output = Path(absolute(namespace.output))
    path = write_nuke_script(take, output, at=namespace.at, overwrite=namespace.overwrite)
    if namespace.json:
        tell_json({"take": take.take_id, "script": str(path)})
        return 0
    tell(f"Wrote {path}")
    tell(
        "In Nuke: File > Insert Comp Nodes, connect the plate, and point 'folder' at the folder of the take."
    )
    return 0
