"""`photodouble config`: the settings in force, and where each comes from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Show the settings and where each value comes from."
    parser = commands.add_parser("config", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help=text, description=text)
    show.add_argument(
        "near", nargs="?", default=".", metavar="FOLDER", help="For work in this folder; default: here."
    )
    show.add_argument("--json", action="store_true", help="Answer as JSON.")
    show.set_defaults(call=_show)


def _show(namespace: argparse.Namespace) -> int:
    from photodouble.engine.housekeeping import settings_in_force

    rows = settings_in_force(Path(namespace.near))
    if namespace.json:
        tell_json(rows)
        return 0
    width = max(map(len, rows))
    for name, row in rows.items():
        file = f" {row['file']}" if row["file"] else ""
        tell(f"{name:<{width}} {row['value']!r:<40} {row['from']}{file}")
    return 0
