"""Figures of a face: how much relief its skin has, by region, how blotchy it is and of what colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.documents import bad_document, number
from photodouble.ops.deage.skin_bands import in_bands
from photodouble.ops.deage.tone import tone_of

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

WHOLE = "skin"
_SURE = 0.5
_ENOUGH = 64


@dataclass(frozen=True)
class Figures:
    """Figures of one picture of a face, all in stops (rms), so that exposure changes none.

    `relief` is of the wrinkle band and `hollows` of the structure band, by region, with "skin" for the
    whole; `pores` of what is finer; `tone` is red over green and blue over green in the middle.
    """

    relief: Mapping[str, float]
    hollows: Mapping[str, float]
    pores: float
    blotches: float
    tone: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain JSON values."""
        return {key: _rounded(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], path: Path | str) -> Figures:
        """Read figures; raises ArtistError `input.bad_document`, KeyError for one that is missing."""
        tone = stored["tone"]
        if not isinstance(tone, list) or len(tone) != 2:
            raise bad_document(path, f"The tone is {tone!r} and no pair of numbers.")
        by_region = [
            {str(name): number(value, path, f"{key} of {name}") for name, value in stored[key].items()}
            for key in ("relief", "hollows")
        ]
        pores, blotches = (number(stored[key], path, key) for key in ("pores", "blotches"))
        first, second = (number(value, path, "the tone") for value in tone)
        return cls(by_region[0], by_region[1], pores, blotches, (first, second))


def figures_of(
    picture: Picture,
    skin: Plane,
    width: float,
    *,
    leave: Plane | None = None,
    regions: Mapping[str, Plane] | None = None,
) -> Figures:
    """Measure a picture (H, W, 3), scene-linear, of a face `width` pixels wide, as `first_pass` has it.

    Regions of which hardly anything shows are left out.
    """
    free = np.clip(skin, 0, 1) if leave is None else np.clip(skin, 0, 1) * (1 - np.clip(leave, 0, 1))
    split = in_bands(picture, free, width)
    masks = {WHOLE: free} | {name: free * np.clip(one, 0, 1) for name, one in (regions or {}).items()}
    seen = {name: one > _SURE for name, one in masks.items() if np.count_nonzero(one > _SURE) >= _ENOUGH}
    middle, blotches = tone_of(split.stops, free, width)
    return Figures(
        {name: _rms(split.wrinkle, one) for name, one in seen.items()},
        {name: _rms(split.structure, one) for name, one in seen.items()},
        _rms(split.pore, seen[WHOLE]) if WHOLE in seen else 0.0,
        blotches,
        (float(middle[0]), float(middle[1])),
    )


def _rms(band: Plane, where: NDArray[np.bool_]) -> float:
    return float(np.sqrt(np.square(band[where]).mean()))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in sorted(value.items())}
    if isinstance(value, tuple | list):
        return [_rounded(one) for one in value]
    return round(float(value), 6)
