"""Scripts (facts section 9): saving, opening, copying and pasting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, List

if TYPE_CHECKING:
    from .nodes import Node


def knob_text(node: Node, flags: int) -> str:
    raise NotImplementedError("not yet")


def read_knobs(node: Node, text: str) -> None:
    raise NotImplementedError("not yet")


FUNCTIONS: List[Callable[..., Any]] = []
