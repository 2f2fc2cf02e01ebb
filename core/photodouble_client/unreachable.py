"""The two ways in which an engine cannot be reached: it is gone, or it keeps silent."""

from __future__ import annotations

from .errors import ArtistError


class EngineGoneError(ArtistError):
    """Say that the engine ended or was never there: a new one may take its place.

    `was_asked` says whether it may have read the request before it ended.
    """

    def __init__(self, why: str, *, was_asked: bool = True) -> None:
        super().__init__(
            "engine.unreachable",
            "The engine does not answer",
            "The engine ended, or it is not running.",
            "Try again: the next request starts it. Its jobs go on where they were.",
            detail=why,
        )
        self.was_asked = was_asked


def silent_engine(detail: str) -> ArtistError:
    """Make the error for an engine that lives and does not answer."""
    return ArtistError(
        "engine.unreachable",
        "The engine does not answer",
        "The engine is running, but it does not answer.",
        "Wait a moment and try again. 'photodouble engine stop --force' ends an engine that hangs; its jobs "
        "go on when the next one starts.",
        detail=detail,
        action="restart_engine",
    )
