"""Measure how wrong each candidate is on known pixels, and spread that knowledge into the hole.

Errors are summed in cells of 4 x 4 working pixels on one grid for the whole frame, so that frames with
different boxes can be averaged over time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.candidates import Candidate, Spot
from photodouble.ops.inpaint.scratch import Record
from photodouble.ops.inpaint.settings import Settings

CELL = 4
_FAR_BETTER = 10.0
Grid = NDArray[np.float32]


def ring_record(
    made: Mapping[str, Candidate], spot: Spot, truth: NDArray[np.float32], ring: NDArray[np.bool_], cap: float
) -> Record:
    """Sum each candidate's squared error over the ring pixels of every cell.

    `truth` is the known picture and `ring` the tested pixels, both over the spot's box. Gives `box` (in
    cells), `count` and one sum per candidate.
    """
    cells = _cells(spot.box)
    record: Record = {
        "box": np.array([cells.x0, cells.y0, cells.x1, cells.y1], np.int32),
        "count": _sum(ring.astype(np.float32), spot.box, cells),
    }
    for name, candidate in made.items():
        error = np.minimum(((candidate.fill - truth) ** 2).mean(2), cap)
        record[name] = _sum(np.where(ring, error, 0).astype(np.float32), spot.box, cells)
    return record


def expected_errors(
    records: Sequence[Record], names: Sequence[str], box: Box, size: tuple[int, int], settings: Settings
) -> dict[str, NDArray[np.float32]]:
    """Spread the ring errors of neighbouring frames over `box`: squared error per candidate and pixel."""
    frame = _cells(Box.of_size(*size))
    count = _paste(records, "count", frame)
    share = _blur(count, settings.ring_spread)
    errors = {}
    for name in names:
        total = _blur(_paste(records, name, frame), settings.ring_spread)
        grid = np.where(share > 1e-6, total / np.maximum(share, 1e-6), settings.error_cap)
        errors[name] = np.maximum(_enlarge(grid.astype(np.float32), box), settings.error_floor)
    return errors


def deepen(errors: dict[str, NDArray[np.float32]], hole: NDArray[np.uint8], settings: Settings) -> None:
    """Let the errors grow with the distance from the hole's edge, in place.

    The ring lies near known pixels, where completed motion and continued colours are at their best. A
    homography knows no distance, so its candidates keep their ring error. The rates are the growth seen
    on the clips tuned on.
    """
    depth = cv2.distanceTransform(np.pad(hole, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    for name, doubling in (("flow", settings.flow_depth), ("still", settings.still_depth)):
        if name in errors:
            errors[name] = (errors[name] * (1 + depth / doubling)).astype(np.float32)


def believe(name: str, errors: dict[str, NDArray[np.float32]], where: NDArray[np.bool_]) -> None:
    """Let a candidate win over all others where an artist decided it, in place."""
    if name in errors:
        least = np.minimum.reduce(list(errors.values())) / _FAR_BETTER
        errors[name] = np.where(where, least, errors[name]).astype(np.float32)


def _cells(box: Box) -> Box:
    return Box(box.x0 // CELL, box.y0 // CELL, -(-box.x1 // CELL), -(-box.y1 // CELL))


def _sum(values: Grid, box: Box, cells: Box) -> Grid:
    whole = np.zeros((cells.height * CELL, cells.width * CELL), np.float32)
    y, x = box.y0 - cells.y0 * CELL, box.x0 - cells.x0 * CELL
    whole[y : y + box.height, x : x + box.width] = values
    return np.asarray(whole.reshape(cells.height, CELL, cells.width, CELL).sum((1, 3)), np.float32)


def _paste(records: Sequence[Record], name: str, frame: Box) -> Grid:
    total = np.zeros(frame.size, np.float32)
    for record in records:
        x0, y0, x1, y1 = (int(v) for v in record["box"])
        total[y0:y1, x0:x1] += record[name]
    return total


def _blur(grid: Grid, spread: float) -> Grid:
    return np.asarray(
        cv2.GaussianBlur(grid, (0, 0), spread / CELL, borderType=cv2.BORDER_CONSTANT), np.float32
    )


def _enlarge(grid: Grid, box: Box) -> NDArray[np.float32]:
    xs = ((np.arange(box.x0, box.x1, dtype=np.float32) + 0.5) / CELL - 0.5).astype(np.float32)
    ys = ((np.arange(box.y0, box.y1, dtype=np.float32) + 0.5) / CELL - 0.5).astype(np.float32)
    mx, my = np.meshgrid(xs, ys)
    return np.asarray(cv2.remap(grid, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
