"""Words of staging, read: a format such as 3840x2160, and frames in the order played."""

from __future__ import annotations

import re

from photodouble_client.errors import ArtistError


def format_of(text: str) -> tuple[int, int] | None:
    """Read width and height; None where nothing is said. Raises ArtistError `usage.bad_value`."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,5})\s*[xX×*]\s*(\d{1,5})\s*", text)
    if found is None or not all(int(side) for side in found.groups()):
        raise ArtistError(
            "usage.bad_value",
            "The format cannot be read",
            f"{text[:80]!r} is no width and height.",
            "Give both in pixels, such as 3840x2160.",
        )
    return int(found[1]), int(found[2])


def order_of(text: str) -> tuple[int, ...]:
    """Read plate frames in the order played, if any are said; raises ArtistError `usage.frames`."""
    try:
        return tuple(int(part) for part in text.split(",")) if text.strip() else ()
    except ValueError:
        raise ArtistError(
            "usage.frames",
            "The order of frames cannot be read",
            f"{text[:80]!r} is no list of frame numbers.",
            "Give numbers parted by commas, in the order in which they are played.",
        ) from None


def number_of(text: str) -> int | None:
    """Read the number of a frame; None where nothing is said. Raises ArtistError `usage.frames`."""
    try:
        return int(text) if text.strip() else None
    except ValueError:
        raise ArtistError(
            "usage.frames",
            "The number of the first file cannot be read",
            f"{text[:80]!r} is no whole number.",
            "Give the number of a frame, such as 0 or 1001.",
        ) from None
