"""Follow a flat thing, such as a sign, a screen or a wall, through a shot by its four corners.

Every frame is laid upon the reference frame itself, so that nothing drifts; neighbouring frames only give
the guess to start from. Pixels that something else covers lose their say. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from photodouble.image.align import CORRELATED, Fit, align, corner_deviation
from photodouble.image.piece import Level, Matrix, between, cut_piece, project, pyramid
from photodouble.image.plane_search import (
    Found,
    Frames,
    Search,
    bent,
    carried_on,
    guesses,
    is_sound,
    looked_for,
)
from photodouble.image.shutter import blurred_piece, guess_shutter, path_length
from photodouble.image.steady import carried_shape, covered_frames

_LIKE = 0.6
"""A frame whose piece is less like the reference than this, by correlation, is lost."""
_SHARE = 0.08
"""So is one of which less than this share has a say."""
_STIFF = 0.02
"""A guess of the shape is good to this share of the size, where the picture itself says nothing."""
_MOST_BENT = 0.12
"""From one frame to the next no corner moves by more than this share of the diagonal beside the others."""
_BLURRED = 1.5
"""A path during the shutter longer than this, in pixels, is worth a second look with a blurred piece."""
_LOOKS = 2
_AT_BEST = 0.12
"""Reading between pixels puts corners off by so much even where there is no noise, in pixels."""
_SHAPE_NOISE = 0.03
"""No curve through the frames around says the shape better than this, in pixels."""


@dataclass(frozen=True)
class PlaneTrack:
    """Hold where four corners are in every frame.

    `corners` (n, 4, 2) float64 x, y in the order they were given; `error` (n,) how far a corner may be off,
    in pixels: in about nine frames of ten none is farther off; `visible` (n,) the share of the plane that
    was seen; `lost` the frames that were not found and lie between their neighbours; `shutter` the share of
    a frame's time it was open, as far as blur shows.
    """

    indices: tuple[int, ...]
    start: int
    corners: Matrix
    error: Matrix
    visible: Matrix
    lost: tuple[int, ...] = ()
    shutter: float = 0.0

    @property
    def homographies(self) -> Matrix:
        """Return (n, 3, 3): each takes places of the reference frame to places of the frame."""
        reference = self.corners[self.indices.index(self.start)]
        return np.stack([between(reference, corners) for corners in self.corners])

    def at(self, index: int) -> Matrix:
        """Return the corners (4, 2) at a frame."""
        return np.asarray(self.corners[self.indices.index(index)])


def track_plane(
    frames: Frames,
    corners: Matrix,
    start: int,
    indices: Iterable[int],
    *,
    blur: bool = True,
    on_frame: Callable[[int, int], None] | None = None,
) -> PlaneTrack:
    """Follow the four `corners` (4, 2), x and y at frame `start`, through `indices`.

    `frames(index)` gives a grey picture (h, w) of codes 0 to 255, uint8 or float32. `blur` looks a second
    time where the picture is smeared by motion. `on_frame(done, of)` may raise to stop. Raises ValueError
    when the four corners span nothing that can be followed.
    """
    numbers = tuple(sorted({*indices, start}))
    reference = np.asarray(frames(start), np.float32)
    corners = np.asarray(corners, np.float64)
    piece = cut_piece(reference, corners) if is_sound(corners, None) else []
    if not piece or piece[0].base.sum() < 60 or _flat(piece[0]):
        raise ValueError("the corners span nothing that can be followed")
    search = Search(frames, piece, corners)
    search.found[start] = Found(np.eye(3), align(piece, pyramid(reference), np.eye(3), steps=3))
    forward = [index for index in numbers if index > start]
    backward = [index for index in reversed(numbers) if index < start]
    done, of = 1, (1 + _LOOKS if blur else 1) * len(numbers)
    for way in (forward, backward):
        before = [start]
        for index in way:
            search.found[index] = _follow(search, index, before)
            before.append(index)
            done += 1
            if on_frame is not None:
                on_frame(done, of)
    track = _between_lost(search, numbers, start)
    for again in range(_LOOKS if blur else 0):
        track = _second_look(search, track, again + 1, on_frame)
    return _told_error(_steadied(search, track))


def _told_error(track: PlaneTrack) -> PlaneTrack:
    """Turn what the equations say of the corners into what nine frames of ten keep, by rendered scenes.

    The equations take pixels for independent, which they are not, and know nothing of reading between them.
    """
    return replace(track, error=np.sqrt(CORRELATED * np.square(track.error) + _AT_BEST**2))


def _follow(search: Search, index: int, before: Sequence[int]) -> Found:
    """Find the plane in a frame from what is known of the frames before it, nearest last."""
    picture = np.asarray(search.frames(index))
    sizes = pyramid(picture)
    last = search.found[before[-1]]
    guess = carried_on(search, before)
    weight = last.fit.weight if last.fit is not None else None
    best: Fit | None = None
    for begin, coarse in guesses(search, before[-1], picture, guess, last):
        fit = align(
            search.piece, sizes, begin, weight=weight, typical=search.typical, coarse=coarse, stiff=_STIFF
        )
        if fit is not None and _is_better(search, fit, best, before[-1]):
            best = fit
        if best is not None and best.likeness > 0.9 and best.share > 0.5:
            break
    if best is None:
        found = looked_for(search, sizes, guess)
        lasting = project(last.homography, search.corners)
        if found is not None and bent(project(found.homography, search.corners), lasting) > 3 * _MOST_BENT:
            found = None
        if found is None:
            return Found(guess)
        best = found
    search.deviations.append(best.deviation)
    return Found(best.homography, best)


def _is_better(search: Search, fit: Fit, best: Fit | None, before: int) -> bool:
    """Whether a fit is a find at all, and a better one than the best so far."""
    ends = project(fit.homography, search.corners)
    known = search.found[before]
    last = project(known.homography, search.corners) if known.fit is not None else None
    if fit.likeness < _LIKE or fit.share < _SHARE or not is_sound(ends, last):
        return False
    if last is not None and bent(ends, last) > _MOST_BENT:
        return False
    return best is None or fit.likeness * np.sqrt(fit.share) > best.likeness * np.sqrt(best.share)


def _flat(level: Level) -> bool:
    return float(level.picture[level.base > 0].std()) < 1.5


def _between_lost(search: Search, numbers: tuple[int, ...], start: int) -> PlaneTrack:
    """Put the track together; a lost frame lies between the found ones next to it."""
    seen = [index for index in numbers if search.found[index].fit is not None]
    known = np.stack([project(search.found[index].homography, search.corners) for index in seen])
    corners = np.empty((len(numbers), 4, 2))
    for corner in range(4):
        for axis in range(2):
            corners[:, corner, axis] = np.interp(numbers, seen, known[:, corner, axis])
    error, visible = np.full(len(numbers), np.inf), np.zeros(len(numbers))
    for place, index in enumerate(numbers):
        fit = search.found[index].fit
        if fit is not None:
            error[place] = corner_deviation(search.piece[0], fit, search.corners)
            visible[place] = fit.share
    lost = tuple(index for index in numbers if index not in seen)
    return PlaneTrack(numbers, start, corners, error, visible, lost)


def _second_look(
    search: Search, track: PlaneTrack, look: int, on_frame: Callable[[int, int], None] | None
) -> PlaneTrack:
    """Lay a piece blurred along its path upon the frames that motion smears; `look` counts from 1.

    The path is that of the look before, so that a second one is blurred along a truer path.
    """
    paths = {index: path_length(track.corners, place) for place, index in enumerate(track.indices)}
    count, fast = len(track.indices), [index for index in track.indices if paths[index] > 2 * _BLURRED]
    chosen = sorted((index for index in fast if index not in track.lost), key=lambda index: -paths[index])[:6]
    shutter = guess_shutter(search.frames, search.piece, track.indices, track.corners, track.start, chosen)
    corners, error = track.corners.copy(), track.error.copy()
    visible = track.visible.copy()
    for place, index in enumerate(track.indices):
        if on_frame is not None:
            on_frame(look * count + place + 1, (1 + _LOOKS) * count)
        if index in track.lost or index == track.start or shutter * paths[index] < _BLURRED:
            continue
        piece = blurred_piece(search.piece, track.corners, track.indices.index(track.start), place, shutter)
        fit, known = None, search.found[index].fit
        if piece and known is not None:
            sizes = pyramid(search.frames(index))
            fit = align(
                piece, sizes, known.homography, weight=known.weight, typical=search.typical, coarse=False
            )
        if fit is None or known is None or fit.likeness < known.likeness - 0.02:
            continue
        ends = project(fit.homography, search.corners)
        if is_sound(ends, corners[place]):
            corners[place], visible[place] = ends, fit.share
            error[place] = corner_deviation(piece[0], fit, search.corners)
    return replace(track, corners=corners, error=error, visible=visible, shutter=shutter)


def _steadied(search: Search, track: PlaneTrack) -> PlaneTrack:
    """Lay the frames in which something covers the plane once more, in a shape held to their neighbours'."""
    covered = covered_frames(track.visible, [index in track.lost for index in track.indices])
    corners, error = track.corners.copy(), track.error.copy()
    trust = np.where(np.isfinite(track.error), 1 / np.square(np.maximum(track.error, 0.01)), 0)
    trust = np.where(covered, 0.1 * trust, trust)
    start = track.indices.index(track.start)
    for place, index in enumerate(track.indices):
        carried = carried_shape(track.corners, trust, place) if covered[place] else None
        known = search.found[index].fit
        if carried is None or known is None or index == track.start:
            continue
        said, missed = carried
        piece = search.piece
        if track.shutter * path_length(track.corners, place) >= _BLURRED:
            piece = blurred_piece(search.piece, track.corners, start, place, track.shutter)
        guess = between(track.corners[start], said)
        size = float(np.linalg.norm(np.ptp(said, axis=0))) / 2
        if not piece:
            continue
        fit = align(
            piece,
            pyramid(search.frames(index)),
            guess,
            weight=known.weight,
            typical=search.typical,
            coarse=False,
            stiff=max(missed, _SHAPE_NOISE) / size,
        )
        if fit is None or fit.likeness < known.likeness - 0.02:
            continue
        corners[place] = project(fit.homography, search.corners)
        error[place] = corner_deviation(piece[0], fit, search.corners)
    return replace(track, corners=corners, error=error)
