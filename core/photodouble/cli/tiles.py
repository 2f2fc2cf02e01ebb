"""`photodouble tiles`: several passes of one group of people as one full stand."""

from __future__ import annotations

from typing import Any

from photodouble_client.specs import TILES

from .inpaint import add_operation


def add(commands: Any) -> None:
    """Add the command to the command line."""
    add_operation(commands, TILES)
