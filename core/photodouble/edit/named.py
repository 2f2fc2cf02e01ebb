"""What other programs wrote about media into a cut: its colour space and pixel aspect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .probe import good_aspect

_COLOURSPACES = ("colourtransform", "colorspace", "colourspace", "ocio_colorspace")
_ASPECTS = ("pixelaspect", "pixel_aspect", "pixelaspectratio", "pixel_aspect_ratio")
_DEEP = 4


def said_colourspace(metadata: Any) -> str:
    """Return the colour space that metadata names: ours first, then Hiero's, AYON's or any of that name.

    `default (ACES - ACEScg)` of Hiero means what its project says, so it names none.
    """
    for value in _values(metadata, _COLOURSPACES):
        if isinstance(value, str) and value.strip() and not value.strip().lower().startswith("default"):
            return value.strip()
    return ""


def said_aspect(metadata: Any) -> float:
    """Return the pixel aspect that metadata names, or 0."""
    for value in _values(metadata, _ASPECTS):
        try:
            found = float(value)
        except (TypeError, ValueError):
            continue
        if found == good_aspect(found) or good_aspect(found) != 1.0:
            return good_aspect(found)
    return 0.0


def _values(metadata: Any, keys: tuple[str, ...]) -> Iterator[Any]:
    """Yield the values whose key ends in one of these names, `photodouble` first, then from the top down."""
    if not isinstance(metadata, Mapping):
        return
    layer: list[Any] = [metadata]
    if "photodouble" in metadata:
        layer.insert(0, metadata["photodouble"])
    for _ in range(_DEEP):
        below: list[Any] = []
        for one in layer:
            if not isinstance(one, Mapping):
                continue
            for key in one:
                if str(key).lower().rpartition(".")[2] in keys:
                    yield one[key]
                below.append(one[key])
        layer = below
