"""Frames per second without rounding: what files write as 23.976 is 24000/1001."""

from __future__ import annotations

import functools
from fractions import Fraction

from photodouble_client.errors import ArtistError

_FILM = tuple(Fraction(whole * 1000, 1001) for whole in (24, 30, 48, 60, 120))
_NEAR = 0.006
"""How far a rate may be written from the true one: 23.97, 23.976, 23.98 and 23.97602462768555 are all one."""

LOWEST, HIGHEST = Fraction(1, 1000), 10_000


@functools.lru_cache(maxsize=1024)
def exact_rate(value: float | str | Fraction) -> Fraction:
    """Return the exact frames per second of a rate that was written down: 23.98 gives 24000/1001.

    Takes numbers and texts such as `24`, `29.97` or `24000/1001`. Raises ArtistError `input.edit_rate` for
    what is no rate.
    """
    try:
        found = Fraction(value.strip() if isinstance(value, str) else value)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        raise _no_rate(value) from None
    if not LOWEST <= found <= HIGHEST:
        raise _no_rate(value)
    near = min((*_FILM, Fraction(round(found))), key=lambda true: abs(true - found))
    if near and abs(near - found) <= _NEAR * (near > 1):
        return near
    return found.limit_denominator(1001)


def rate_text(rate: Fraction) -> str:
    """Write a rate as requests do: `24` or `24000/1001`."""
    return str(rate)


def _no_rate(value: object) -> ArtistError:
    return ArtistError(
        "input.edit_rate",
        "That is no frame rate",
        f"{str(value)[:80]!r} stands where frames per second are expected.",
        "Give a rate such as 24, 25, 23.976 or 24000/1001.",
    )
