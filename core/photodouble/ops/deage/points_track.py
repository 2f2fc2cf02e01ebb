"""Track what an artist marked with points: a face the machine does not see, a neck, a hand, a chest.

Points are placed on one frame or on several; between these they are followed from both sides. Pixel centres
lie at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.track import Tracks, track_points
from photodouble.ops.deage.face import Face, FaceTrack, Matrix, Picture
from photodouble.ops.deage.held import few_points, held_still

_LEAST = 6


def track_face_points(
    pictures: Callable[[int], Picture],
    frames: Sequence[int],
    keys: Mapping[int, Matrix],
    *,
    pixel_aspect: float = 1.0,
    face: Face | None = None,
    size: int = 25,
    room: float = 1.8,
    on_frame: Callable[[int, int], None] | None = None,
) -> FaceTrack:
    """Return the track that points placed on key frames make.

    `pictures(frame)` gives (H, W, 3) float32 scene-linear; `keys` holds (k, 2) x, y by frame, the same points
    in the same order on each, at least six. `room` is how much larger face space is than what they go around.
    Raises ArtistError `input.few_points`.
    """
    frames = tuple(sorted(frames))
    placed = {key: np.asarray(points, np.float64).reshape(-1, 2) for key, points in sorted(keys.items())}
    _check(placed, frames, pictures)

    def grey(frame: int) -> Picture:
        encoded = encode(np.nan_to_num(pictures(frame)[..., :3].mean(axis=-1, dtype=np.float32)))
        return np.asarray(np.clip(encoded * 255, 0, 255), np.float32)

    done, of = 0, sum(len(_span(key, list(placed), frames)) for key in placed)
    followed = {}
    for key, points in placed.items():
        span = _span(key, list(placed), frames)

        def told(now: int, _: int, before: int = done) -> None:
            if on_frame is not None:
                on_frame(before + now, of)

        followed[key] = track_points(grey, points, key, span, size=size, on_frame=told)
        done += len(span)
    places, visible, quality = _joined(followed, frames)
    return held_still(
        frames,
        places,
        visible,
        quality,
        kind="points",
        face=face or Face("1"),
        pixel_aspect=pixel_aspect,
        room=room,
    )


def _span(key: int, keys: Sequence[int], frames: Sequence[int]) -> list[int]:
    """Return the frames between the keys on either side of one."""
    before = max((one for one in keys if one < key), default=frames[0])
    behind = min((one for one in keys if one > key), default=frames[-1])
    return [frame for frame in frames if before <= frame <= behind]


def _joined(
    followed: Mapping[int, Tracks], frames: Sequence[int]
) -> tuple[Matrix, NDArray[np.bool_], Matrix]:
    """Blend what was followed from the key before and the key after: the nearer key has more say."""
    count = len(next(iter(followed.values())).positions)
    places, say = np.zeros((len(frames), count, 2)), np.zeros((len(frames), count))
    visible, quality = np.zeros((len(frames), count), bool), np.zeros((len(frames), count))
    for row, frame in enumerate(frames):
        rest = np.zeros((count, 2))
        for key, tracks in followed.items():
            if frame not in tracks.indices:
                continue
            at = tracks.indices.index(frame)
            near = 1.0 / (abs(frame - key) + 1e-3)
            weight = near * np.where(tracks.visible[:, at], 1.0, 1e-4)
            rest += weight[:, None] * tracks.positions[:, at]
            say[row] += weight
            visible[row] |= tracks.visible[:, at]
            quality[row] = np.maximum(quality[row], tracks.quality[:, at])
        places[row] = rest / say[row][:, None]
    return places, visible, quality


def _check(placed: Mapping[int, Matrix], frames: Sequence[int], pictures: Callable[[int], Picture]) -> None:
    if not placed:
        raise few_points("No points are given.")
    counts = {key: len(points) for key, points in placed.items()}
    if min(counts.values()) < _LEAST:
        key = min(counts, key=lambda one: counts[one])
        raise few_points(f"Frame {key} has {counts[key]} points, and {_LEAST} are needed.")
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{count} on frame {key}" for key, count in counts.items())
        raise few_points(f"The key frames do not hold the same points: {listed}.")
    for key, points in placed.items():
        if key not in frames:
            raise few_points(f"Points lie on frame {key}, which is not one of {frames[0]} to {frames[-1]}.")
        height, width = pictures(key).shape[:2]
        out = (points < 0).any(axis=1) | (points > np.array([width - 1, height - 1])).any(axis=1)
        if not np.isfinite(points).all() or out.any():
            number = int(np.argmax(out)) + 1
            raise few_points(f"Point {number} on frame {key} lies outside the picture.")
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        if spread[-1] < 0.05 * spread[0] or spread[0] < 1:
            raise few_points(f"The points on frame {key} lie in one place or on a line.")
