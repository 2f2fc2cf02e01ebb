"""`photodouble config`: the settings in force, and where each comes from."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

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
    resolved = load_settings(Path(namespace.near))
    rows = []
    for field in dataclasses.fields(resolved.settings):
        origin = resolved.origins[field.name]
        rows.append(
            (field.name, getattr(resolved.settings, field.name), origin.level, str(origin.path or ""))
        )
    if namespace.json:
        tell_json({name: {"value": value, "from": level, "file": file} for name, value, level, file in rows})
        return 0
    for name, value, level, file in rows:
        tell(f"{name:<18} {value!r:<40} {level}{' ' + file if file else ''}")
    return 0
