"""Follow a flat thing, such as a sign, a screen or a wall, through a shot by its four corners.

Every frame is laid upon the reference frame itself, so that nothing drifts; neighbouring frames only give
the guess to start from. Pixels that something else covers lose their say. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.align import CORRELATED, Fit, align, corner_deviation
from photodouble.image.piece import Level, Matrix, Picture, between, cut_piece, laid, project, pyramid
from photodouble.image.shutter import blurred_piece, guess_shutter, path_length
from photodouble.image.steady import carried_shape, covered_frames

Frames = Callable[[int], NDArray[np.generic]]
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


@dataclass
class _Found:
    """What is known of a frame: how the plane lies there, and what of it is seen."""

    homography: Matrix
    fit: Fit | None = None


@dataclass
class _Search:
    """The plane that is looked for, what was found of it so far, and how the pictures are read."""

    frames: Frames
    piece: list[Level]
    corners: Matrix
    found: dict[int, _Found] = field(default_factory=dict)
    deviations: list[float] = field(default_factory=list)

    @property
    def typical(self) -> float:
        """The residual of the frames so far, in codes; 0 before there are any."""
        return float(np.median(self.deviations)) if len(self.deviations) >= 3 else 0.0


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
    piece = cut_piece(reference, corners) if _is_sound(corners, None) else []
    if not piece or piece[0].base.sum() < 60 or _flat(piece[0]):
        raise ValueError("the corners span nothing that can be followed")
    search = _Search(frames, piece, corners)
    search.found[start] = _Found(np.eye(3), align(piece, pyramid(reference), np.eye(3), steps=3))
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


def _follow(search: _Search, index: int, before: Sequence[int]) -> _Found:
    """Find the plane in a frame from what is known of the frames before it, nearest last."""
    picture = np.asarray(search.frames(index))
    sizes = pyramid(picture)
    last = search.found[before[-1]]
    guess = _carried_on(search, before)
    weight = last.fit.weight if last.fit is not None else None
    best: Fit | None = None
    for begin, coarse in _guesses(search, before[-1], picture, guess, last):
        fit = align(
            search.piece, sizes, begin, weight=weight, typical=search.typical, coarse=coarse, stiff=_STIFF
        )
        if fit is not None and _is_better(search, fit, best, before[-1]):
            best = fit
        if best is not None and best.likeness > 0.9 and best.share > 0.5:
            break
    if best is None:
        found = _looked_for(search, sizes, guess)
        lasting = project(last.homography, search.corners)
        if found is not None and _bent(project(found.homography, search.corners), lasting) > 3 * _MOST_BENT:
            found = None
        if found is None:
            return _Found(guess)
        best = found
    search.deviations.append(best.deviation)
    return _Found(best.homography, best)


def _guesses(
    search: _Search, before: int, picture: NDArray[np.generic], guess: Matrix, last: _Found
) -> Iterable[tuple[Matrix, bool]]:
    """Yield places to start from, the likeliest first, and whether to search them from coarse to fine.

    Points that were followed lead so near that small pictures, in which all is mixed, can only mislead.
    """
    if last.fit is not None:
        followed = _by_features(search, before, picture, guess, last)
        if followed is not None:
            yield followed, False
            yield followed, True
    yield guess, True
    if not np.array_equal(guess, last.homography):
        yield last.homography, True


def _carried_on(search: _Search, before: Sequence[int]) -> Matrix:
    """Guess a place from the last two, as if the motion went on."""
    last = project(search.found[before[-1]].homography, search.corners)
    if len(before) < 2 or search.found[before[-1]].fit is None:
        return search.found[before[-1]].homography
    earlier = project(search.found[before[-2]].homography, search.corners)
    span = abs(before[-1] - before[-2])
    ahead = last + (last - earlier) / max(span, 1)
    return between(search.corners, ahead) if _is_sound(ahead, last) else search.found[before[-1]].homography


def _by_features(
    search: _Search, before: int, picture: NDArray[np.generic], guess: Matrix, last: _Found
) -> Matrix | None:
    """Carry the plane from the frame before by its own marked points, each followed there and back."""
    if last.fit is None:
        return None
    earlier, now = _codes(search.frames(before)), _codes(picture)
    level = search.piece[0]
    shape = (earlier.shape[0], earlier.shape[1])
    to_piece = np.linalg.inv(last.homography @ level.place)
    seen = np.nan_to_num(laid(last.fit.weight, to_piece, shape)) > 0.4
    points = cv2.goodFeaturesToTrack(earlier, 200, 0.01, 5, mask=seen.astype(np.uint8))
    if points is None or len(points) < 6:
        return None
    first = points.reshape(-1, 2)
    ahead = project(guess @ np.linalg.inv(last.homography), first.astype(np.float64)).astype(np.float32)
    there, ok, _ = _step(earlier, now, first, ahead)
    back, ok_back, _ = _step(now, earlier, there, first.copy())
    good = (ok[:, 0] > 0) & (ok_back[:, 0] > 0) & (np.abs(back - first).max(axis=1) < 0.7)
    if good.sum() < 6:
        return None
    moved, _ = cv2.estimateAffinePartial2D(first[good], there[good], ransacReprojThreshold=1.5)
    if moved is None:
        return None
    homography = np.vstack([np.asarray(moved, np.float64), [0, 0, 1]]) @ last.homography
    now_at, was_at = project(homography, search.corners), project(last.homography, search.corners)
    return homography / homography[2, 2] if _is_sound(now_at, was_at) else None


def _step(first: NDArray[np.uint8], second: NDArray[np.uint8], points: Picture, ahead: Picture) -> tuple:  # type: ignore[type-arg]
    return cv2.calcOpticalFlowPyrLK(
        first, second, points, ahead, winSize=(21, 21), maxLevel=4, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )


def _looked_for(search: _Search, sizes: list[Picture], guess: Matrix) -> Fit | None:
    """Look for a lost plane over the whole picture, in the shape it had last."""
    level = min(len(sizes) - 1, 2)
    small = sizes[level]
    shrink = np.diag([0.5**level, 0.5**level, 1.0])
    ends = project(shrink @ guess, search.corners)
    low, size = np.floor(ends.min(axis=0)), np.ceil(np.ptp(ends, axis=0)).astype(int) + 1
    if (size < 8).any() or (size[::-1] >= small.shape).any():
        return None
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    to_level = np.linalg.inv(move @ shrink @ guess @ search.piece[0].place)
    shape = (int(size[1]), int(size[0]))
    pattern = laid(search.piece[0].picture, to_level, shape)
    base = (np.nan_to_num(laid(search.piece[0].base, to_level, shape)) > 0.5) & np.isfinite(pattern)
    if base.sum() < 40:
        return None
    pattern, mask = np.nan_to_num(pattern), base.astype(np.float32)
    score = cv2.matchTemplate(small, pattern, cv2.TM_CCOEFF_NORMED, mask=mask)
    score = np.where(np.isfinite(score), score, -1)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    shift = np.array([column - low[0], row - low[1]]) / 0.5**level
    moved = np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1]]) @ guess
    fit = align(search.piece, sizes, moved, typical=search.typical)
    if fit is None or fit.share < 0.25 or fit.likeness < 0.8:
        return None
    return fit if _is_sound(project(fit.homography, search.corners), None) else None


def _is_better(search: _Search, fit: Fit, best: Fit | None, before: int) -> bool:
    """Whether a fit is a find at all, and a better one than the best so far."""
    ends = project(fit.homography, search.corners)
    known = search.found[before]
    last = project(known.homography, search.corners) if known.fit is not None else None
    if fit.likeness < _LIKE or fit.share < _SHARE or not _is_sound(ends, last):
        return False
    if last is not None and _bent(ends, last) > _MOST_BENT:
        return False
    return best is None or fit.likeness * np.sqrt(fit.share) > best.likeness * np.sqrt(best.share)


def _bent(corners: Matrix, before: Matrix) -> float:
    """Return how much a figure changes its shape, as a share of its diagonal; where it moves is no matter."""
    moved = (corners - corners.mean(axis=0)) - (before - before.mean(axis=0))
    return float(np.linalg.norm(moved, axis=1).max() / np.linalg.norm(np.ptp(before, axis=0)))


def _is_sound(corners: Matrix, before: Matrix | None) -> bool:
    """Whether four corners make a four-sided figure without a twist, not far in size from the one before."""
    if not np.isfinite(corners).all():
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    if not ((turns > 0).all() or (turns < 0).all()):
        return False
    area = cv2.contourArea(corners.astype(np.float32))
    if area < 60:
        return False
    return before is None or 0.6 < area / max(cv2.contourArea(before.astype(np.float32)), 1e-6) < 1.6


def _flat(level: Level) -> bool:
    return float(level.picture[level.base > 0].std()) < 1.5


def _codes(picture: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


def _between_lost(search: _Search, numbers: tuple[int, ...], start: int) -> PlaneTrack:
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
    search: _Search, track: PlaneTrack, look: int, on_frame: Callable[[int, int], None] | None
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
        if _is_sound(ends, corners[place]):
            corners[place], visible[place] = ends, fit.share
            error[place] = corner_deviation(piece[0], fit, search.corners)
    return replace(track, corners=corners, error=error, visible=visible, shutter=shutter)


def _steadied(search: _Search, track: PlaneTrack) -> PlaneTrack:
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
