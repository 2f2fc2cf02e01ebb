"""Reading the plain values of flags, with refusals in plain words."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole_number(text: str) -> int:
    """Read a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def number_from(least: int) -> Callable[[str], int]:
    """Return the reader of a whole number that is at least `least`."""

    def read(text: str) -> int:
        number = whole_number(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{text} is less than {least}")
        return number

    return read


def number_above(least: float) -> Callable[[str], float]:
    """Return the reader of a number that is greater than `least`."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not least < number < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not more than {least:g}")
        return number

    return read
