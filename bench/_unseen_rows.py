"""Cut clips so that what lies under the matte is never seen: a frame held, or a matte pinned to the scene."""

from __future__ import annotations

from pathlib import Path

import _clips
import _peers
import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]
CLIPS = ("bmx-trees-480", "bear", "schoolgirls", "tennis", "rollercoaster", "vp-beach-1080")
KINDS = ("held_0", "held_1", "pinned")
_HELD_AT = 25
_HELD_FRAMES = 2
_PINNED_FROM, _PINNED_FRAMES = 20, 16
_SHARE = 0.6
"""Size of the pinned blob beside the stationary one: it has to stay in the picture."""


def unseen_row(footage: Path, clip: str, kind: str) -> _clips.Row:
    """Read one row.

    `held_N`: one frame stands still under the stationary matte N. `pinned`: the camera moves and the matte
    with the background, by the homographies of the whole clip, so that it always hides the same wall.
    """
    if kind.startswith("held"):
        row = _clips.read_row(footage, clip, f"stationary_{kind[-1]}", _HELD_AT + 1)
        return _clips.Row(clip, kind, row.truth[-1:] * _HELD_FRAMES, row.holes[-1:] * _HELD_FRAMES)
    row = _clips.read_row(footage, clip, "stationary_1", _PINNED_FROM + _PINNED_FRAMES)
    truth = row.truth[_PINNED_FROM:]
    return _clips.Row(clip, kind, truth, _pinned(truth, _smaller(row.holes[0])))


def _smaller(hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = hole.shape
    about = np.array([[_SHARE, 0, (1 - _SHARE) * width / 2], [0, _SHARE, (1 - _SHARE) * height / 2]])
    return np.asarray(cv2.warpAffine(hole, about, (width, height), flags=cv2.INTER_NEAREST), np.uint8)


def _pinned(truth: Clip, hole: NDArray[np.uint8]) -> Clip:
    """Carry a matte of the middle frame to all others, a little wider with every frame."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in truth]
    nothing = np.zeros_like(hole)
    middle = len(truth) // 2
    holes = {middle: hole}
    for way in (1, -1):
        plane = np.eye(3)
        index = middle + way
        while 0 <= index < len(truth):
            plane = _peers.homography(grey[index - way], grey[index], nothing, nothing) @ plane
            moved = cv2.warpPerspective(hole * 255, plane, hole.shape[::-1])
            wider = 1 + abs(index - middle) // 4
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wider + 1, 2 * wider + 1))
            holes[index] = cv2.dilate((moved > 0).astype(np.uint8), kernel)
            index += way
    return [holes[index] for index in range(len(truth))]
