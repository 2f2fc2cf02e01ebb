"""Documents for previews: the artist's places, in pixels of the reduced picture."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

PLACES = ("points", "corners", "place", "error")
"""The fields of documents that hold lengths in plate pixels, from the left and upper edge."""


def scaled_document(stored: dict[str, Any], scale: int) -> dict[str, Any]:
    """Return a document whose places are those of a picture reduced by `scale`.

    What is no number stays as it is, so that whoever reads the document can say what is wrong with it.
    """
    scaled: dict[str, Any] = _scaled(stored, scale, is_place=False)
    return scaled


def _scaled(value: Any, scale: int, *, is_place: bool) -> Any:
    if isinstance(value, dict):
        return {key: _scaled(one, scale, is_place=key in PLACES) for key, one in value.items()}
    if isinstance(value, list):
        return [_scaled(one, scale, is_place=is_place) for one in value]
    if is_place and isinstance(value, int | float) and not isinstance(value, bool):
        return value / scale
    return value


def lines_within(stored: dict[str, Any], frames: Container[int]) -> dict[str, Any]:
    """Return a guides document without the lines of other frames."""
    lines = stored.get("lines")
    if not isinstance(lines, list):
        return stored
    kept = [line for line in lines if not isinstance(line, dict) or line.get("frame") in frames]
    return {**stored, "lines": kept}


def guided_frames(stored: dict[str, Any] | None) -> tuple[int, ...]:
    """Return the frames on which a guides document has lines; what is no line is passed over."""
    lines = stored.get("lines") if stored is not None else None
    found = [line.get("frame") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return tuple(sorted({one for one in found if isinstance(one, int) and not isinstance(one, bool)}))
