"""A frame that the artist painted: the artist's pixels wherever the plate would have been changed."""

from __future__ import annotations

import dataclasses

import numpy as np

from photodouble.ops.inpaint.confidence import ARTIST, PLATE
from photodouble.ops.operation import Rendered
from photodouble.ops.shot import Shot


def overridden(shot: Shot, frame: int, made: Rendered) -> Rendered:
    """Return a frame as it was made, or with the artist's picture of it inside its matte."""
    if frame not in shot.overrides or made.box.is_empty:
        return made
    shown = made.matte > 0
    return dataclasses.replace(
        made,
        fill=shot.override(frame).linear(made.box),
        matte=shown.astype(np.float32),
        kind=np.where(shown, np.float32(ARTIST), np.float32(PLATE)),
        source_frame=np.where(shown, np.float32(frame), np.float32(-1)),
        confidence=np.ones(made.box.size, np.float32),
    )
