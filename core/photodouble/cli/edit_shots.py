"""`photodouble edit shots`: which frames of which media every shot of a cut shows."""

from __future__ import annotations

import argparse
from typing import Any

from .telling import tell, tell_json


def add(actions: Any) -> None:
    """Add `shots` to `photodouble edit`."""
    text = "List the shots of a cut: which frames of which media each one shows."
    parser = actions.add_parser("shots", help=text, description=text)
    parser.add_argument("file", metavar="FILE", help="The cut: OTIO, EDL, Final Cut XML, FCPXML, AAF or ALE.")
    parser.add_argument("--rate", default="", help="Frames per second, for a cut that does not say it.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_shots)


def _shots(namespace: argparse.Namespace) -> int:
    from photodouble.edit.read import read_edit
    from photodouble.edit.shots import list_shots

    edit = read_edit(namespace.file, rate=namespace.rate)
    shots = list_shots(edit)
    if namespace.json:
        tell_json([shot.to_json() for shot in shots])
        return 0
    for shot in shots:
        tell(shot.name)
    return 0
