"""Track faces by themselves: landmarks in every frame, and the similarity that holds each face still.

Sixteen landmarks that no expression moves much carry the similarity, and the picture itself corrects it
(`steady`): landmarks jitter, skin does not. Their own paths are smoothed over seven frames in face space.
Landmarks only say about where the face is and where its regions are; what a wrinkle needs, a tenth of a
pixel, comes from dense motion (`motion`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.codes import square_codes
from photodouble.ops.deage.detect import Codes, detect
from photodouble.ops.deage.face import (
    LEAVES,
    NO_FACE,
    PROFILE,
    Face,
    FaceTrack,
    Matrix,
    Picture,
    after,
    apply,
    inverse,
    unsqueezed,
)
from photodouble.ops.deage.mesh import COUNT
from photodouble.ops.deage.networks import Networks, load_networks
from photodouble.ops.deage.sightings import Sighting, follow_faces
from photodouble.ops.deage.similarity import (
    bridged,
    mean_shape,
    robust_similarity,
    similarity_between,
    smoothed,
)
from photodouble.ops.deage.steady import steadied
from photodouble_client.errors import ArtistError

Tell = Callable[[int, int], None]

STABLE = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 127, 356, 10, 109, 338)
"""Corners of the eyes, the ridge of the nose, temples and the hairline: no expression moves them much."""
DENSITY = 1.5
_FILLS = 0.66
"""The face, from hairline to chin, is this much of face space; the rest is neck, hair and ears."""
_ABOVE = 0.47
_TURNED = 38.0
"""A head whose mesh is turned further, in degrees, is seen in profile: half of the face does not show. The
network holds back: it says 38 where the head is turned by nearly 60 (25 at 35, 32 at 45, 40 at 65)."""
_OUTSIDE = 0.25
"""A face with more of its landmarks outside the picture leaves it."""
_LARGEST = 4096
_GAINS = (1.0, 4.0, 0.25, 16.0)
"""What a picture is multiplied with where no face is seen as it is."""


def track_faces(
    pictures: Callable[[int], Picture],
    frames: Sequence[int],
    *,
    pixel_aspect: float = 1.0,
    networks: Networks | None = None,
    on_frame: Callable[[int, int], None] | None = None,
) -> tuple[FaceTrack, ...]:
    """Return the track of every face of a shot, ids "1", "2" as they come in and from left to right.

    `pictures(frame)` gives (H, W, 3) float32 scene-linear; one is held at a time. Raises ArtistError
    `input.no_face` where no frame shows a face and `input.face_support` where the networks are missing.
    """
    networks = networks or load_networks()
    frames = tuple(sorted(frames))
    gain = _gain(pictures, frames, pixel_aspect, networks)
    size: list[tuple[int, int]] = []

    def look(frame: int) -> Codes:
        codes = square_codes(pictures(frame), pixel_aspect, gain)
        size[:] = [codes.shape[:2]]
        return codes

    twice = None if on_frame is None else _halves(on_frame)
    found = follow_faces(look, frames, networks, None if twice is None else twice[0])
    if not found:
        raise _no_face(frames)
    tracks = [
        face_track(one, frames, Face(str(number)), size=size[0], pixel_aspect=pixel_aspect)
        for number, one in enumerate(found, 1)
    ]
    steady = steadied(pictures, tracks, on_frame=None if twice is None else twice[1])
    return tuple(_smooth_in_face(one, sighting) for one, sighting in zip(steady, found))


def choose(tracks: Sequence[FaceTrack], ident: str = "", performer: str = "") -> FaceTrack:
    """Return the face with an id, bound to a performer; with one face none need be given.

    Raises ArtistError `input.which_face` where several were found and none was chosen or that one is not
    among them, and `input.face_view` where it is never seen well enough to work on.
    """
    chosen = [one for one in tracks if one.face.ident == ident] if ident else list(tracks)
    if len(chosen) != 1:
        raise _which(tracks, ident)
    track = chosen[0]
    if not track.valid.any():
        raise ArtistError(
            "input.face_view",
            "The face is never seen well enough",
            f"Face {track.face.ident}: {told(track)}.",
            "Place points yourself, import a track of the head, or choose another range of frames.",
        )
    return replace(track, face=Face(track.face.ident, performer))


def told(track: FaceTrack) -> str:
    """Say in which frames a track cannot be trusted and why, "" where it can everywhere."""
    told = []
    for trouble in dict.fromkeys(one for one in track.troubles if one):
        here = [frame for frame, one in zip(track.frames, track.troubles) if one == trouble]
        told.append(f"{trouble} in frames {_spans(here)}")
    return "; ".join(told)


def face_track(
    sighting: Sighting, frames: Sequence[int], face: Face, *, size: tuple[int, int], pixel_aspect: float
) -> FaceTrack:
    """Turn the meshes of one face into its track. `size` (h, w) of the picture with square pixels."""
    raw = np.zeros((len(frames), COUNT, 2))
    troubles = [NO_FACE] * len(frames)
    for row, frame in enumerate(frames):
        mesh = sighting.meshes.get(frame)
        if mesh is not None:
            raw[row] = mesh.points[:, :2]
            troubles[row] = _trouble(raw[row], mesh.turn, size)
    seen = np.array([one != NO_FACE for one in troubles])
    good = np.array([not one for one in troubles])
    shapes = raw[good if good.any() else seen]
    shape, side, scale = _laid_out(mean_shape(shapes), shapes)
    stable = list(STABLE)
    still = [robust_similarity(one[stable], shape[stable]) if here else None for one, here in zip(raw, seen)]
    squeeze = unsqueezed(pixel_aspect)
    return FaceTrack(
        tuple(frames),
        bridged([None if one is None else after(one, squeeze) for one in still]),
        side,
        apply(inverse(squeeze), raw),
        tuple(range(COUNT)),
        good,
        "auto",
        face,
        tuple(troubles),
        scale,
        pixel_aspect,
    )


def _smooth_in_face(track: FaceTrack, sighting: Sighting) -> FaceTrack:
    """Smooth the paths of the landmarks in face space: there the head's own motion is gone."""
    seen = np.array([frame in sighting.meshes for frame in track.frames])
    laid = np.stack([track.points_in_face(frame) for frame in track.frames])
    even = smoothed(laid, seen)
    points = [apply(track.to_plate(frame), one) for frame, one in zip(track.frames, even)]
    return replace(track, points=np.stack(points))


def _halves(on_frame: Tell) -> tuple[Tell, Tell]:
    """Tell of two passes over the frames as of one."""
    return (lambda done, of: on_frame(done, 2 * of)), (lambda done, of: on_frame(of + done, 2 * of))


def _laid_out(mean: Matrix, shapes: Matrix) -> tuple[Matrix, int, float]:
    """Lay the mean face into its square; returns the shape, the side and the density that was possible."""
    stable = list(STABLE)
    sizes = [np.sqrt(np.linalg.det(similarity_between(mean[stable], one[stable])[:, :2])) for one in shapes]
    low, high = mean.min(axis=0), mean.max(axis=0)
    length = float((high - low).max()) / _FILLS
    grown = DENSITY * float(np.percentile(sizes, 95))
    side = int(min(np.ceil(length * grown / 16) * 16, _LARGEST))
    scale = side / length
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2])
    aim = np.array([side / 2, side * _ABOVE]) - 0.5
    return (mean - middle) * scale + aim, side, DENSITY * scale / grown


def _trouble(points: Matrix, turn: float, size: tuple[int, int]) -> str:
    height, width = size
    outside = (points < -0.5).any(axis=1) | (points > np.array([width, height]) - 0.5).any(axis=1)
    if float(outside.mean()) > _OUTSIDE:
        return LEAVES
    return PROFILE if turn > _TURNED else ""


def _gain(
    pictures: Callable[[int], Picture], frames: Sequence[int], pixel_aspect: float, networks: Networks
) -> float:
    """Find how bright the shot must be made so that a face is seen; 1 where one is seen as it is."""
    for frame in frames[:: max(len(frames) // 5, 1)]:
        picture = pictures(frame)
        for gain in _GAINS:
            if detect(square_codes(picture, pixel_aspect, gain), networks):
                return gain
    return 1.0


def _spans(frames: Sequence[int]) -> str:
    cuts: NDArray[np.intp] = np.flatnonzero(np.diff(frames) > 1) + 1
    runs = np.split(np.asarray(frames), cuts)
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _no_face(frames: Sequence[int]) -> ArtistError:
    return ArtistError(
        "input.no_face",
        "No face was found",
        f"In none of the {len(frames)} frames from {frames[0]} to {frames[-1]} is a face seen.",
        "Check the colour space and the pixel aspect of the plate, place at least six points yourself, or "
        "import a track. A head that is only seen in profile needs that, too.",
    )


def _which(tracks: Sequence[FaceTrack], ident: str) -> ArtistError:
    listed = []
    for one in tracks:
        row = int(np.argmax(one.valid))
        x, y = one.points[row].mean(axis=0) + 0.5
        seen = sum(trouble != NO_FACE for trouble in one.troubles)
        at = f"at {x:.0f}, {y:.0f} in frame {one.frames[row]}"
        listed.append(f"face {one.face.ident} {at}, seen in {seen} frames")
    said = f"Face {ident!r} is none of them." if ident else "None of them is chosen."
    count = "1 face" if len(tracks) == 1 else f"{len(tracks)} faces"
    return ArtistError(
        "input.which_face",
        "Several faces, and none is chosen" if not ident else "No face has this number",
        f"The shot shows {count}: {'; '.join(listed)}. {said}",
        "Choose a face by its number (--face).",
    )
