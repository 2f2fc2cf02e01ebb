"""The commands that run operations: one for each that is declared; some have actions of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from photodouble_client.specs import SPECS

from . import crowd, deage
from .inpaint import add_operation

WITH_ACTIONS: Mapping[str, Callable[[Any], None]] = {"crowd": crowd.add, "deage": deage.add}
"""The operations whose command has more to do than to render."""


def add(commands: Any) -> None:
    """Add the commands to the command line, in the order of the declarations."""
    for key, spec in SPECS.items():
        if key in WITH_ACTIONS:
            WITH_ACTIONS[key](commands)
        else:
            add_operation(commands, spec)
