"""The edge between Qt and the panel: what goes wrong in a slot is shown, and the host goes on."""

from __future__ import annotations

import functools
import logging
from typing import Any, Callable, TypeVar

from photodouble_client.errors import ArtistError

logger = logging.getLogger(__name__)

Slot = TypeVar("Slot", bound=Callable[..., Any])


def telling(slot: Slot) -> Slot:
    """Show what goes wrong in a slot, instead of letting Qt swallow it or end the host.

    The slot is a method of something that has a `panel`.
    """

    @functools.wraps(slot)
    def told(self: Any, *given: Any) -> Any:
        try:
            return slot(self, *given)
        except ArtistError as problem:
            self.panel.refuse(problem)
        except Exception as problem:  # noqa: BLE001, the edge: the host goes on
            logger.exception("a slot of the panel failed")
            self.panel.refuse(unexpected(problem))
        return None

    return told  # type: ignore[return-value]


def unexpected(problem: Exception) -> ArtistError:
    """Make the error for a fault of the panel itself."""
    return ArtistError(
        "engine.unexpected",
        "Something went wrong inside Photo Double",
        "The panel met a fault of its own.",
        "Try again; if it happens again, send us the details.",
        detail=f"{type(problem).__name__}: {problem}",
    )
