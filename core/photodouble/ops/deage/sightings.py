"""Follow every face of a shot from frame to frame and keep its id, through gaps where it was not seen.

The mesh of a frame is looked for where that of the frame before lay; faces are looked for anew every few
frames, and a face that is then found is followed backwards, too. After a gap a face is known by its picture.
Places are pixels with square sides, centres at whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from photodouble.ops.deage.detect import Codes, Seen, detect, shrunk
from photodouble.ops.deage.face import Matrix, Picture
from photodouble.ops.deage.mesh import Mesh, mesh_again, mesh_of_seen
from photodouble.ops.deage.networks import Networks
from photodouble.ops.deage.similarity import similarity_between

Look = Callable[[int], Codes]

_PRESENT = 0.5
"""A mesh with less presence lies upon no face."""
_EVERY = 10
"""Faces are looked for anew every so many frames, and where one was lost."""
_SAME = 0.3
"""Two boxes that share this much are one face."""
_JUMP = 0.5
"""A mesh that moved by more than this share of its size from one frame to the next has slipped off."""
_GOES_ON = 0.6
"""From one frame to the next a face stays as like as this; after a cut it is another one."""
_ALIKE = 0.5
"""A face seen again after a gap is known when its picture is as like as this."""
_FRONT = np.array([[20, 24], [44, 24], [32, 37], [25, 48], [39, 48]], np.float64)
_FRONT_POINTS = (33, 263, 1, 61, 291)


@dataclass
class Sighting:
    """One face as it was followed: a mesh for every frame in which it was seen, and how it looks."""

    meshes: dict[int, Mesh] = field(default_factory=dict)
    looks: list[Picture] = field(default_factory=list)
    last: Picture = field(default_factory=lambda: np.zeros((0,), np.float32))


def follow_faces(
    look: Look, frames: Sequence[int], networks: Networks, on_frame: Callable[[int, int], None] | None = None
) -> list[Sighting]:
    """Return the faces of a shot, first those seen first, then from left to right.

    `look(frame)` gives (H, W, 3) uint8; `on_frame(done, of)` may raise to stop.
    """
    found: list[Sighting] = []
    begun: list[tuple[Sighting, int]] = []
    for row, frame in enumerate(frames):
        picture = look(frame)
        lost = False
        for one in found:
            before = one.meshes.get(frames[row - 1]) if row else None
            if before is not None:
                lost |= not _followed(one, before, picture, frame, networks)
        _part(found, frame)
        if row % _EVERY == 0 or lost or row == len(frames) - 1:
            for seen in detect(picture, networks):
                if all(_shared(_box(one, frame), seen.box) < _SAME for one in found):
                    new = _begun(picture, seen, frame, networks)
                    if new is not None:
                        found.append(new)
                        begun.append((new, row))
        if on_frame is not None:
            on_frame(row + 1, len(frames))
    for one, row in begun:
        _backwards(one, row, look, frames, found, networks)
    return _ordered(_rejoined(found))


def _begun(picture: Codes, seen: Seen, frame: int, networks: Networks) -> Sighting | None:
    mesh = mesh_of_seen(picture, seen, networks)
    if mesh.presence < _PRESENT or _shared(mesh.box, seen.box) < _SAME / 2:
        return None
    looks = _looks(picture, mesh)
    return Sighting({frame: mesh}, [looks], looks)


def _followed(one: Sighting, before: Mesh, picture: Codes, frame: int, networks: Networks) -> bool:
    mesh = mesh_again(picture, before.points, networks)
    size = float(np.hypot(*(before.box[2:] - before.box[:2])))
    moved = float(np.hypot(*(mesh.points[:, :2].mean(axis=0) - before.points[:, :2].mean(axis=0))))
    grown = float(np.hypot(*(mesh.box[2:] - mesh.box[:2]))) / max(size, 1e-9)
    if mesh.presence < _PRESENT or moved > _JUMP * size or not 0.6 < grown < 1.6:
        return False
    looks = _looks(picture, mesh)
    if float((looks * one.last).mean()) < _GOES_ON:
        return False
    one.meshes[frame], one.last = mesh, looks
    if len(one.meshes) % _EVERY == 0:
        one.looks.append(looks)
    return True


def _part(found: list[Sighting], frame: int) -> None:
    """End one of two that lie upon the same face in a frame."""
    here = [one for one in found if frame in one.meshes]
    for at, one in enumerate(here):
        for other in here[at + 1 :]:
            if frame in one.meshes and _shared(_box(one, frame), _box(other, frame)) > 0.5:
                other.meshes.pop(frame, None)


def _backwards(
    one: Sighting, row: int, look: Look, frames: Sequence[int], found: list[Sighting], networks: Networks
) -> None:
    """Follow a face to the frames before it was noticed."""
    one.last = one.looks[0]
    for back in range(row - 1, max(row - 1 - _EVERY, -1), -1):
        frame = frames[back]
        if not _followed(one, one.meshes[frames[back + 1]], look(frame), frame, networks):
            return
        others = (other for other in found if other is not one)
        if any(_shared(_box(other, frame), _box(one, frame)) > _SAME for other in others):
            del one.meshes[frame]
            return


def _rejoined(found: list[Sighting]) -> list[Sighting]:
    """Join what was seen before and after a gap where it looks like the same person, the likest first."""
    found = [one for one in found if one.meshes]
    while True:
        pairs = [
            (_likeness(one, other), -at, -to)
            for at, one in enumerate(found)
            for to, other in enumerate(found)
            if max(one.meshes) < min(other.meshes)
        ]
        if not pairs or max(pairs)[0] < _ALIKE:
            return found
        _, at, to = max(pairs)
        found[-at].meshes.update(found[-to].meshes)
        found[-at].looks += found[-to].looks
        del found[-to]


def _ordered(found: list[Sighting]) -> list[Sighting]:
    return sorted(found, key=lambda one: (min(one.meshes), float(one.meshes[min(one.meshes)].box[0])))


def _likeness(one: Sighting, other: Sighting) -> float:
    return max(float((a * b).mean()) for a in one.looks for b in other.looks)


def _looks(picture: Codes, mesh: Mesh) -> Picture:
    """Return the face small, upright and evenly lit (64, 64, 3), mean 0 and deviation 1."""
    matrix = similarity_between(mesh.points[list(_FRONT_POINTS), :2], _FRONT)
    cut = cv2.GaussianBlur(shrunk(picture, matrix, 64).astype(np.float32), (0, 0), 1.0)
    cut -= cut.mean(axis=(0, 1))
    return np.asarray(cut / max(float(cut.std()), 1e-3), np.float32)


def _box(one: Sighting, frame: int) -> Matrix:
    return one.meshes[frame].box if frame in one.meshes else np.full(4, -1e9)


def _shared(first: Matrix, second: Matrix) -> float:
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    common = float(np.prod(np.maximum(high - low, 0)))
    areas = [float(np.prod(one[2:] - one[:2])) for one in (first, second)]
    return common / max(sum(areas) - common, 1e-9)
