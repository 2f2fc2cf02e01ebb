"""`photodouble describe`: operations, versions and devices as JSON, for hosts and scripts."""

from __future__ import annotations

import argparse
from typing import Any

from .telling import tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Print operations, versions and devices as JSON."
    parser = commands.add_parser("describe", help=text, description=text)
    parser.set_defaults(call=_describe)


def _describe(_namespace: argparse.Namespace) -> int:
    from photodouble.engine.describe import describe

    tell_json(describe())
    return 0
