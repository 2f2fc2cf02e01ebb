"""`photodouble run`: run a request file, or a chunk of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

from .jobs import add_job_flags, run_and_tell


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Run a request.json, written by a host or found in a take."
    parser = commands.add_parser("run", help=text, description=text)
    parser.add_argument("request", metavar="REQUEST", help="The request file, or the folder of a take.")
    parser.add_argument(
        "--frames",
        default="",
        metavar="FRAMES",
        help="Make only these frames of the request's range: a chunk for a farm.",
    )
    parser.add_argument(
        "--root", default="", metavar="FOLDER", help="Keep takes here, not where the request says."
    )
    add_job_flags(parser)
    parser.set_defaults(call=call)


def call(namespace: argparse.Namespace) -> int:
    """Read the request and run it; a take that already carries its id is gone on with."""
    import dataclasses

    from photodouble.takes.store import REQUEST, read_request

    path = Path(namespace.request).expanduser()
    request = read_request(path / REQUEST if path.is_dir() else path)
    if namespace.root:
        request = dataclasses.replace(request, output_root=str(Path(namespace.root).expanduser().absolute()))
    near = request.output_root or namespace.request
    resolved = load_settings(Path(near))
    return run_and_tell(request, resolved.settings, namespace, namespace.frames)
