"""The actions of a command, such as `add` and `list` of `photodouble models`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


def add_json(
    actions: Any, name: str, text: str, call: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add an action that can answer as JSON, and return its parser."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call)
    return parser
