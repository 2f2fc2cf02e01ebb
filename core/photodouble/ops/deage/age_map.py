"""The age map: a picture an artist paints that says, pixel by pixel, how much of a change shows.

1 shows the change as it is, 0 nothing of it, 0.5 half, 2 twice as much, and below 0 it turns round. It lies
in face space, so that it sticks to the face, or in the plate; it scales the change and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble_client.errors import ArtistError

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

LEAST, MOST = -1.0, 2.0
"""What is painted beyond these is taken for these."""


def read_age_map(picture: NDArray[np.floating], name: str = "age map") -> Plane:
    """Make an age map (H, W) of a painted picture: its one channel, or the mean of its colours.

    Raises ArtistError `input.bad_paint` for a picture with values that are no numbers.
    """
    painted = np.asarray(picture, np.float32)
    if painted.ndim == 3:
        painted = painted[..., :3].mean(axis=2)
    if not np.isfinite(painted).all():
        raise ArtistError(
            "input.bad_paint",
            "The age map holds values that are no numbers",
            f"{name} has {int((~np.isfinite(painted)).sum())} pixels that are infinite or not a number.",
            "Paint them over: 1 shows the change as it is, 0 nothing of it.",
        )
    return np.clip(painted, LEAST, MOST)


def flat_map(shape: tuple[int, int], age: float = 1.0) -> Plane:
    """Return an age map of one value, to paint on."""
    return np.full(shape, np.clip(age, LEAST, MOST), np.float32)


def map_of_regions(regions: Mapping[str, Plane], ages: Mapping[str, float], *, rest: float = 1.0) -> Plane:
    """Draw an age map from regions (each (H, W), 0 to 1) and a value for some of them, to paint on."""
    if not regions:
        raise ValueError("an age map of regions wants at least one region")
    drawn = flat_map(next(iter(regions.values())).shape[:2], rest)
    for name, age in ages.items():
        share = np.clip(regions[name], 0, 1)
        drawn += share * (np.float32(np.clip(age, LEAST, MOST)) - drawn)
    return drawn


def scaled(delta: Picture, age_map: Plane) -> Picture:
    """Return a change (H, W, 3) as strong as the age map (H, W) has it: exactly 0 where it is 0."""
    if delta.shape[:2] != age_map.shape:
        raise ValueError(f"an age map of {age_map.shape} does not fit a change of {delta.shape[:2]}")
    return np.asarray(delta * age_map[..., None], np.float32)


def to_size(age_map: Plane, shape: tuple[int, int]) -> Plane:
    """Bring an age map to another size of the same face space."""
    if age_map.shape == shape:
        return age_map
    how = cv2.INTER_AREA if shape[0] < age_map.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(age_map, (shape[1], shape[0]), interpolation=how), np.float32)
