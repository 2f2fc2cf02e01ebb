"""Let a video model fill a shot: window after window of frames, each overlapping the one before.

A window is cross-faded into the one before it, so that no cut shows; every frame gets a patch of its own and
nothing is carried. Records `film`, one per window: `pictures` (n, h, w, 3) float32 working encoded.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.carry import box_of, own_places, unseen_pixels
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.footage import Picture
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.patch import STAGE, Patch
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Scratch

_OVERLAP = 4
"""Windows overlap by a quarter of their length."""


class PaintsRuns(Protocol):
    """A video model, ready to make pixels of a run of frames; see model_paint.py."""

    @property
    def fills(self) -> str:
        """Say what it makes: `unseen`, `matte` or `change`."""

    @property
    def window(self) -> int:
        """Return how many frames it sees at once."""

    def view(self, plates: Plates, regions: list[tuple[NDArray[np.bool_], Box]]) -> Box:
        """Return the plate box that is to be shown for regions (over their boxes) of several frames."""

    def shown(self, plates: Plates, scratch: Scratch, index: int, window: Box) -> Picture:
        """Return what the model is shown of a frame, working encoded."""

    def hole(self, plates: Plates, region: NDArray[np.bool_], own: Box, window: Box) -> NDArray[np.float32]:
        """Mark in plate pixels what is to be made."""

    def run(self, shown: Picture, holes: NDArray[np.float32], number: int) -> Picture:
        """Return a run of pictures with their holes filled, working encoded; may hold NaN."""

    def patch_of(
        self, plates: Plates, index: int, window: Box, made: Picture, hole: NDArray[np.float32]
    ) -> Patch | None:
        """Return the patch of one frame; None, which is told, where it is no picture."""


def film(plates: Plates, scratch: Scratch, painter: PaintsRuns, targets: list[int], report: Report) -> None:
    """Give every target that needs it a patch and its texture; windows that are there are kept."""
    regions = {index: _region(plates, scratch, index, painter.fills) for index in targets}
    needy = [index for index in targets if regions[index][0].any()]
    if not needy:
        return
    frames = [index for index in targets if needy[0] <= index <= needy[-1]]
    window = painter.view(plates, [regions[index] for index in needy])
    starts = _starts(len(frames), painter.window)
    before: tuple[list[int], Picture] | None = None
    for number, start in enumerate(starts):
        report.check()
        run = frames[start : start + painter.window]
        if not scratch.has("film", number):
            scratch.save("film", number, pictures=_made(plates, scratch, painter, run, regions, window))
        made = scratch.load("film", number)["pictures"]
        if before is not None:
            made = _faded(before, run, made)
        ends = starts[number + 1] if number + 1 < len(starts) else len(frames)
        for place, index in enumerate(run[: ends - start]):
            _give(plates, scratch, painter, index, regions[index], window, made[place])
        before = run, made
        report.progress(number + 1, len(starts), "texture")


def _made(
    plates: Plates,
    scratch: Scratch,
    painter: PaintsRuns,
    run: list[int],
    regions: dict[int, tuple[NDArray[np.bool_], Box]],
    window: Box,
) -> Picture:
    """Let the model fill one window; a run that is too short is made up by its last frame, held."""
    shown = [painter.shown(plates, scratch, index, window) for index in run]
    holes = [painter.hole(plates, *regions[index], window) for index in run]
    missing = painter.window - len(run)
    whole = np.stack(shown + shown[-1:] * missing), np.stack(holes + holes[-1:] * missing)
    return np.asarray(painter.run(*whole, plates.numbers[run[0]])[: len(run)], np.float32)


def _faded(before: tuple[list[int], Picture], run: list[int], made: Picture) -> Picture:
    """Cross-fade a window from the one before it, over the frames that both hold."""
    frames, pictures = before
    both = [index for index in run if index in frames]
    faded = made.copy()
    for place, index in enumerate(both):
        share = np.float32((place + 1) / (len(both) + 1))
        faded[place] = pictures[frames.index(index)] * (1 - share) + made[place] * share
    return faded


def _give(
    plates: Plates,
    scratch: Scratch,
    painter: PaintsRuns,
    index: int,
    region: tuple[NDArray[np.bool_], Box],
    window: Box,
    made: Picture,
) -> None:
    """Keep what was made of one frame as its patch and its texture."""
    wanted, own = region
    if not wanted.any():
        return
    patch = painter.patch_of(plates, index, window, made, painter.hole(plates, wanted, own, window))
    if patch is None:
        return
    scratch.save(STAGE, index, **patch.record())
    box, colours = patch.working(plates)
    picture = filled(scratch, index)["base"].astype(np.float32)
    part = own.intersect(box)
    inside = part.slices_in(own)
    there = wanted[inside][:, :, None]
    picture[inside] = np.where(there, colours[part.slices_in(box)], picture[inside])
    scratch.save(
        "texture",
        index,
        source=np.where(wanted, np.int16(index), np.int16(-1)),
        map=own_places(own),
        picture=picture,
        share=wanted.astype(np.float32),
        made=wanted,
    )


def _region(plates: Plates, scratch: Scratch, index: int, fills: str) -> tuple[NDArray[np.bool_], Box]:
    fill = filled(scratch, index)
    return unseen_pixels(plates, index, fill, fills), box_of(fill)


def _starts(count: int, window: int) -> list[int]:
    """Give the first frame of every window; the last one reaches back rather than beyond the end."""
    if count <= window:
        return [0]
    step = max(window - max(window // _OVERLAP, 1), 1)
    return [*range(0, count - window, step), count - window]
