"""Make the candidate fills of one frame, each a different belief about how the background moves.

`flow` follows the dense motion to three sources a side; `median` takes the five nearest sources over the
homography; `mean` averages twelve a side over it, those most that agree beside the matte; `still`
continues the surroundings.
Every colour is one resample straight from a source frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.complete import blur_known, continue_inwards
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.gather import Found, along_flow
from photodouble.ops.inpaint.motion import Motion, hole_box
from photodouble.ops.inpaint.plane_sources import Known, along_plane
from photodouble.ops.inpaint.scratch import Record
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import View, grow_cross

_LARGEST_OFFSET = 40.0 / 255
_STILL_BLUR = 3.0
_EDGES_FROM = 3
"""Pixels from which an edge is led on."""
_REPAINTED = 20.0 / 255
"""An artist's pixel that differs from the plate by more than this is new content, not another level."""


@dataclass(frozen=True)
class Candidate:
    """One belief: colours in the box, where real pixels were found, and the nearest source of each."""

    fill: Picture
    seen: NDArray[np.bool_]
    source: NDArray[np.int16]
    place: NDArray[np.float32]


@dataclass(frozen=True)
class Spot:
    """The place to fill: frame, box, its known picture and hole, the pixels asked of the sources, and
    the blind ones, whose colour is not known: the hole and what may not be looked at."""

    index: int
    box: Box
    known: Picture
    hole: Mask
    asked: Mask
    blind: Mask

    @property
    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Absolute x and y of every asked pixel."""
        ys, xs = np.nonzero(self.asked)
        return (xs + self.box.x0).astype(np.float64), (ys + self.box.y0).astype(np.float64)


def spot_of(view: View, index: int, box: Box, settings: Settings, skip: Mask | None = None) -> Spot:
    """Cut the place to fill out of frame `index`; `skip` marks pixels of the box nobody will look at."""
    rows, columns = slice(box.y0, box.y1), slice(box.x0, box.x1)
    hole = np.ascontiguousarray(view.hole(index)[rows, columns])
    known = view.picture(index, box)
    asked = grow_cross(hole, settings.seam_width)
    asked = asked if skip is None else np.where(skip > 0, 0, asked).astype(np.uint8)
    return Spot(index, box, known, hole, asked, np.ascontiguousarray(view.blind(index)[rows, columns]))


def make_all(
    view: View, motion: Motion, spot: Spot, settings: Settings
) -> tuple[dict[str, Candidate], NDArray[np.float32]]:
    """Fill the spot in every way the settings allow; also give every source's level offset, (count, 3)."""
    made: dict[str, Candidate] = {}
    offsets = np.zeros((view.footage.count, 3), np.float32)
    painted = sorted(view.footage.painted)
    if settings.motion in ("automatic", "flow"):
        found = along_flow(view, motion, spot.index, spot.points, settings)
        made["flow"] = finish(spot, found, settings, seam=True, painted=painted)
    if settings.motion != "flow":
        asked = spot.asked > 0
        known = Known(spot.known[asked], spot.blind[asked] == 0)
        found_on_plane = along_plane(view, motion, spot.index, spot.points, known, settings)
        offsets = found_on_plane.offsets
        made["median"] = finish(spot, found_on_plane.median, settings, seam=False, painted=painted)
        made["mean"] = finish(spot, found_on_plane.mean, settings, seam=True, painted=painted)
    made["still"] = still(spot)
    return made, offsets


def still(spot: Spot) -> Candidate:
    """Continue the surroundings through the whole hole along their edges (Bertalmio et al. 2001)."""
    h, w = spot.hole.shape
    low, high = min(float(spot.known.min()), 0.0), max(float(spot.known.max()), 1.0)
    span = (high - low) / 255
    codes = np.clip(np.rint((spot.known - low) / span), 0, 255).astype(np.uint8)
    around = cv2.inpaint(codes, spot.blind * 255, _EDGES_FROM, cv2.INPAINT_NS).astype(np.float32) * span + low
    nothing = np.zeros((h, w), bool)
    return Candidate(
        np.where(spot.hole[..., None] > 0, around, spot.known).astype(np.float32),
        nothing,
        np.full((h, w), -1, np.int16),
        np.zeros((h, w, 2), np.float32),
    )


def finish(
    spot: Spot, found: Found, settings: Settings, *, seam: bool, painted: Sequence[int] = ()
) -> Candidate:
    """Make a whole fill of what was found: brought to the level beside the hole, the rest continued."""
    asked = spot.asked > 0
    fill = spot.known.copy()
    seen = np.zeros(asked.shape, bool)
    seen[asked] = found.seen
    fill[seen] = found.colour[found.seen]
    if seam:
        fill = _match_edge(fill, spot, _same(spot, fill, seen, found, painted), settings)
    rest = ((spot.hole > 0) & ~seen).astype(np.uint8)
    missing = rest.any() and bool((rest & spot.asked).any())
    np.copyto(fill, spot.known, where=((spot.hole == 0) | ~seen)[..., None])
    if missing:
        unknown = np.where((spot.blind > 0) & (spot.hole == 0), 1, rest).astype(np.uint8)
        np.copyto(fill, _continue(fill, unknown), where=rest[..., None] > 0)
    source = np.full(asked.shape, -1, np.int16)
    source[asked] = found.source
    place = np.zeros((*asked.shape, 2), np.float32)
    place[asked] = found.place
    return Candidate(fill, seen & (spot.hole > 0), source, place)


def _same(
    spot: Spot, fill: Picture, seen: NDArray[np.bool_], found: Found, painted: Sequence[int]
) -> NDArray[np.bool_]:
    """Say where the fill shows what the plate shows: not where an artist painted something else."""
    if not painted:
        return seen
    same = seen.copy()
    same[spot.asked > 0] &= ~np.isin(found.source, painted)
    same |= seen & (np.abs(spot.known - fill).max(axis=2) < _REPAINTED)
    return same


def _match_edge(fill: Picture, spot: Spot, same: NDArray[np.bool_], settings: Settings) -> Picture:
    """Bring the fill to the level of what lies beside the hole, where both show the `same` thing."""
    near = (spot.asked > 0) & (spot.blind == 0) & same
    offset = np.where(near[..., None], np.clip(spot.known - fill, -_LARGEST_OFFSET, _LARGEST_OFFSET), 0)
    total = cv2.GaussianBlur(offset.astype(np.float32), (0, 0), settings.seam_blur)
    share = cv2.GaussianBlur(near.astype(np.float32), (0, 0), settings.seam_blur)[..., None]
    offset = np.where(share > 1e-3, total / np.maximum(share, 1e-3), 0)
    return np.asarray(fill + continue_inwards(offset, spot.hole), np.float32)


def _continue(picture: Picture, hole: Mask) -> Picture:
    around = hole_box(hole).grow(12).intersect(Box.of_size(*hole.shape))
    cut = (slice(around.y0, around.y1), slice(around.x0, around.x1))
    out = picture.copy()
    soft = continue_inwards(blur_known(picture[cut], hole[cut], _STILL_BLUR), hole[cut])
    out[cut] = np.where(hole[cut][..., None] > 0, soft, picture[cut])
    return out


def packed(made: dict[str, Candidate], box: Box) -> Record:
    """Return the candidates of a frame over `box` as a record."""
    record: Record = {
        "box": np.array([box.x0, box.y0, box.x1, box.y1], np.int32),
        "names": np.array(list(made)),
    }
    for name, candidate in made.items():
        record[f"{name}_fill"] = candidate.fill.astype(np.float16)
        record[f"{name}_seen"] = candidate.seen
        record[f"{name}_source"] = candidate.source
        record[f"{name}_place"] = candidate.place
    return record


def unpacked(record: Record) -> tuple[dict[str, Candidate], Box]:
    """Read the candidates of a frame, and their box, out of a record."""
    made = {
        str(name): Candidate(
            record[f"{name}_fill"].astype(np.float32),
            record[f"{name}_seen"],
            record[f"{name}_source"],
            record[f"{name}_place"],
        )
        for name in record["names"]
    }
    return made, Box(*(int(v) for v in record["box"]))
