"""`photodouble edit`: shots out of a cut, takes back into it, and a new cut compared with the old."""

from __future__ import annotations

from typing import Any

from . import edit_conform, edit_pull, edit_push, edit_shots

PARTS = (edit_shots, edit_pull, edit_push, edit_conform)
"""The modules that add actions: each has a function `add(actions)`."""


def add(commands: Any) -> None:
    """Add the command and its actions to the command line."""
    text = "List the shots of a cut, make work of them, and put takes back into it."
    parser = commands.add_parser("edit", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for part in PARTS:
        part.add(actions)
