"""What a reference of a cut says about its media, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .named import said_aspect, said_colourspace
from .probe import said_rate


@dataclass(frozen=True)
class Asked:
    """Hold what a reference says: a URL, the range of its media, and what metadata tells of it.

    `start` is where the available range begins and `length` how many pictures it has; `first_number` is the
    file number of a sequence's first one; `hashes` are by frame number, 0 for the first.
    """

    url: str = ""
    name: str = ""
    is_generator: bool = False
    start: Fraction | None = None
    length: int = 0
    rate: Fraction | None = None
    first_number: int | None = None
    step: int = 1
    colourspace: str = ""
    pixel_aspect: float = 0.0
    hashes: tuple[tuple[int, str], ...] = ()


def asked_of(reference: Any, name: str) -> Asked:
    """Read a reference of any kind; `name` stands for one that has none."""
    if isinstance(reference, otio.schema.GeneratorReference):
        return Asked(name=reference.generator_kind or reference.name or name, is_generator=True)
    available = getattr(reference, "available_range", None)
    rate = said_rate(available.start_time.rate) if available is not None else None
    asked = Asked(
        url=url_of(reference),
        name=getattr(reference, "name", "") or name,
        rate=rate,
        start=_time(available.start_time) if available is not None and rate else None,
        length=max(0, round(_time(available.duration) or 0)) if available is not None else 0,
    )
    metadata = getattr(reference, "metadata", {})
    asked = replace(
        asked,
        colourspace=said_colourspace(metadata),
        pixel_aspect=said_aspect(metadata),
        hashes=_hashes(metadata),
    )
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return _sequence(asked, reference)
    return asked


def _sequence(asked: Asked, reference: Any) -> Asked:
    """Add what an image sequence says; its rate of 1 is what nobody filled in."""
    own = said_rate(reference.rate)
    rate = asked.rate if asked.rate and (own is None or own == 1) else own
    step = max(1, int(reference.frame_step or 1))
    first = int(reference.start_frame)
    length = asked.length
    if length and asked.rate and rate:
        length = int(length * rate / asked.rate + Fraction(1, 10**6))
    return replace(asked, first_number=first, step=step, rate=rate, length=-(-length // step))


def url_of(reference: Any) -> str:
    """Give the URL of a reference; a sequence's with %04d where the number goes."""
    if isinstance(reference, otio.schema.ImageSequenceReference):
        base = reference.target_url_base
        base = base if not base or base.endswith(("/", "\\")) else base + "/"
        place = f"%0{max(1, min(9, reference.frame_zero_padding))}d"
        return f"{base}{reference.name_prefix}{place}{reference.name_suffix}"
    url = getattr(reference, "target_url", "")
    return url if isinstance(url, str) else ""


def _time(time: Any) -> Fraction | None:
    try:
        return Fraction(time.value)
    except (ValueError, OverflowError):
        return None


def _hashes(metadata: Any) -> tuple[tuple[int, str], ...]:
    """Read the hashes of files that an earlier push wrote: one text, or one by frame number."""
    try:
        own = metadata["photodouble"]["file_sha256"]
        if isinstance(own, str):
            return ((0, own.lower()),)
        return tuple((int(frame), str(own[frame]).lower()) for frame in own)
    except (KeyError, TypeError, ValueError):
        return ()
