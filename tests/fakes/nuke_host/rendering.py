"""Rendering (facts section 7): filled in by the picture part."""

from __future__ import annotations

from typing import Any, Callable, List


def execute(nameOrNode: Any, *given: Any, **more: Any) -> None:
    raise NotImplementedError("not yet")


FUNCTIONS: List[Callable[..., Any]] = [execute]
