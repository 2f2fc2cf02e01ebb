"""Takes that this version can read, and those that it cannot, with the reason: one bad take stops no list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from photodouble_client.errors import ArtistError

from .store import Take


@dataclass(frozen=True)
class LeftOut:
    """A take that a list or a report leaves out, and why."""

    label: str
    why: str

    def to_json(self) -> dict[str, str]:
        """Return the plain form."""
        return {"label": self.label, "why": self.why}

    @property
    def text(self) -> str:
        """Say it in one line."""
        return f"{self.label} is left out: {self.why}"


def why_unreadable(take: Take) -> str:
    """Say why this version cannot read a take (request, operation, manifest); empty where it can."""
    try:
        _ = take.request().spec
        if take.is_sealed and not isinstance(take.manifest()["frames"], dict):
            return "Its manifest is not as it was written."
    except ArtistError as error:
        return error.message
    except (KeyError, TypeError, ValueError, AttributeError):
        return "Its manifest is not as it was written."
    return ""


def readable(takes: Iterable[Take]) -> tuple[Take, ...]:
    """Return the takes that this version can read."""
    return tuple(take for take in takes if not why_unreadable(take))


def left_out(takes: Iterable[Take]) -> tuple[LeftOut, ...]:
    """Return the takes that this version cannot read, with the reasons."""
    found = ((take, why_unreadable(take)) for take in takes)
    return tuple(LeftOut(take.label, why) for take, why in found if why)
