"""The passes of a request: which frame of each goes with a frame of the master, and its pixels upon it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.replace.light import GRID
from photodouble.ops.shot import Shot, held_frame
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.specs.tiles import PASSES

Picture = NDArray[np.float32]
Plane = NDArray[np.float64]


def passes_of(shot: Shot) -> tuple[int, ...]:
    """Return the numbers of the passes that are given, in the order in which they are laid over."""
    return tuple(number for number in PASSES if f"pass_{number}" in shot.inputs.ports)


def frame_of(shot: Shot, number: int, frame: int) -> int:
    """Return the frame of a pass that goes with a frame of the master.

    The same number where the pass has it; otherwise as far from its first frame as the master's is from the
    first of the range. A still is held. Raises ArtistError `input.range_mismatch` where there is none.
    """
    sequence = shot.inputs.ports[f"pass_{number}"]
    if sequence.still:
        return held_frame(sequence, frame)
    if not sequence.missing(shot.frames):
        return frame
    there = sequence.frames[0] + frame - shot.frames[0]
    if not sequence.missing([there]):
        return int(there)
    raise _too_short(number, sequence, frame)


def read_pass(shot: Shot, number: int, frame: int) -> tuple[Picture, int]:
    """Read a frame of a pass: (h, w, 3) float32 scene-linear over its display window, and its number."""
    sequence = shot.inputs.ports[f"pass_{number}"]
    at = frame_of(shot, number, frame)
    shot.note_use(f"pass_{number}", at)
    picture = sequence.read(at)
    return picture.linear(picture.display_window), at


def laid_over(picture: Picture, plane: Plane, box: Box, origin: Box, *, scale: float = 1.0) -> Picture:
    """Bring a pass upon the master's `box`, (h, w, 3); NaN where it shows nothing.

    `plane` takes pixels of the master's display window `origin` to the pass. `scale` below 1 makes a
    smaller picture of the box. Sampled once, by a cubic.
    """
    rows, columns = max(round(box.height * scale), 1), max(round(box.width * scale), 1)
    step = box.width / columns, box.height / rows
    to_master = np.array(
        [
            [step[0], 0, box.x0 - origin.x0 + step[0] / 2 - 0.5],
            [0, step[1], box.y0 - origin.y0 + step[1] / 2 - 0.5],
            [0, 0, 1],
        ]
    )
    whole = plane @ to_master
    source = picture if scale == 1 else cv2.blur(picture, (max(round(1 / scale), 1),) * 2)
    taken = cv2.warpPerspective(
        source,
        whole,
        (columns, rows),
        flags=(cv2.INTER_CUBIC if scale == 1 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = cv2.warpPerspective(
        np.ones(picture.shape[:2], np.float32),
        whole,
        (columns, rows),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
    )
    return np.where(inside[..., None] > 0.999, taken, np.nan).astype(np.float32)


def over_box(light: Picture, box: Box, origin: Box) -> Picture:
    """Enlarge a field of light measured on the grid over the whole picture, and cut out `box`, (h, w, 3)."""
    x = (np.arange(box.x0, box.x1) - origin.x0 + 0.5) / origin.width * GRID[1] - 0.5
    y = (np.arange(box.y0, box.y1) - origin.y0 + 0.5) / origin.height * GRID[0] - 0.5
    across, down = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    return np.asarray(
        cv2.remap(light, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _too_short(number: int, sequence: Sequence, frame: int) -> ArtistError:
    return ArtistError(
        "input.range_mismatch",
        f"Pass {number} has no frame for one of the master's",
        f"{sequence.pattern} has {len(sequence.frames)} frames, {FrameRange(sequence.frames).to_text()}, and "
        f"none for frame {frame} of the master.",
        "Choose a shorter range, render the missing frames, or give a longer pass.",
    )
