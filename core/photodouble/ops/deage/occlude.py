"""Find what passes in front of a face: what no other frame shows, wherever the face may have moved.

A hand, a strand of hair or a prop is seen in few frames and is believed in none of the others; skin is in
most. The answer is a suggestion: an artist's matte is used beside it. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.resample import sample_linear

COUNT = 5
_BELIEVED = 0.5
_AGREE = 2
"""So many frames must believe in a pixel, before it is the face: what stands before it may fit by chance."""
_SPECK = 0.02
"""Anything smaller than this share of face space is noise."""
_RIM = 0.006
"""The matte reaches so much further, as a share of face space: what is soft at its rim is covered, too."""


def references(track: FaceTrack, count: int = COUNT) -> tuple[int, ...]:
    """Return the frames that others are compared with: valid ones, spread evenly over the shot."""
    valid = [frame for frame, good in zip(track.frames, track.valid) if good]
    if not valid:
        return ()
    rows = np.unique(np.rint(np.linspace(0, len(valid) - 1, min(count, len(valid)))).astype(int))
    return tuple(valid[row] for row in rows)


def occluded(motions: Motions, frame: int, others: Sequence[int]) -> Picture:
    """Return what stands before the face in a frame, (S, S) float32 0 to 1, soft.

    `others` are the frames to compare with (`references`). A pixel is covered where of those that show its
    place fewer than two believe that it is the face; nothing is covered where none can say.
    """
    size = motions.track.size
    seen = [other for other in others if other != frame]
    believed, shown = np.zeros((size, size), np.int16), np.zeros((size, size), np.int16)
    for other in seen:
        motion = motions.to_key(frame, other)
        believed += motion.valid > _BELIEVED
        shown += sample_linear(motions.visible(other), motion.place) > _BELIEVED
    covered = (believed < np.minimum(_AGREE, shown)) & (shown > 0) & (motions.visible(frame) > _BELIEVED)
    return _cleaned(covered.astype(np.uint8), size)


def _cleaned(mask: NDArray[np.uint8], size: int) -> Picture:
    """Turn what is covered into a soft matte without specks and holes."""
    small, rim = (max(round(share * size), 1) for share in (_SPECK / 2, _RIM))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * small + 1, 2 * small + 1))
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc), cv2.MORPH_CLOSE, disc)
    grown = cv2.dilate(mask, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
    return np.asarray(cv2.GaussianBlur(grown.astype(np.float32), (0, 0), rim), np.float32)
