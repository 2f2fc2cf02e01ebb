"""`photodouble replace`: put new artwork on a sign, a screen or a poster."""

from __future__ import annotations

from typing import Any

from photodouble_client.specs import REPLACE

from .inpaint import add_operation


def add(commands: Any) -> None:
    """Add the command to the command line."""
    add_operation(commands, REPLACE)
