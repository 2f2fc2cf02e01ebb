"""`photodouble crowd`: make elements, lay a crowd out, edit it, score it, and fill a plate with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble_client.specs import CROWD

from . import inpaint
from .crowd_file import add_actions
from .crowd_ingest import add_ingest

_RENDER = "render"


def add(commands: Any) -> None:
    """Add the command and its actions to the command line."""
    parser = commands.add_parser(
        "crowd",
        help=CROWD.summary,
        description=f"{CROWD.summary} 'crowd --plate ...' is short for 'crowd render --plate ...'.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    inpaint.add_operation(actions, CROWD, _RENDER)
    actions.choices[_RENDER].set_defaults(call=_render)
    add_ingest(actions)
    add_actions(actions)


def _render(namespace: argparse.Namespace) -> int:
    """Run the operation; a library may be named by its folder."""
    library = namespace.port_library
    if library and Path(library).expanduser().is_dir():
        namespace.port_library = str(Path(library) / "library.json")
    return inpaint.call(namespace)
