"""Dense motion of a face between any two frames, measured in face space, and how far it can be believed.

The similarity has taken place, turn and size away; what is left is expression and the turn of the head, and
that DIS measures (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016). A pixel is
believed where the way there and back ends where it began, where both frames look alike after it, and where
both show the face. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.codes import codes_of
from photodouble.ops.deage.face import FaceTrack, Matrix, Picture, apply
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.smear import longer, smeared, swept, unseen_path
from photodouble.ops.deage.space import coverage, face_picture, grid, plate_of_face, plate_places

Codes = NDArray[np.uint8]

_GRAIN = 0.7
"""Grain is blurred away with this deviation before the motion is measured, in pixels of the plate,"""
_EVEN = 4.0
"""and the motion is made even over this one: skin does not tear."""
_BACK = 0.6
"""There and back may miss by this, in pixels of the plate, before half of the belief is gone."""
_UNLIKE = 0.35
"""Fine structure that differs by this share of itself takes half of the belief."""
_BRIGHT = 0.25
"""The face's middle is brought to this before it is turned into codes, so that dark plates have some, too."""
_STRIDE, _STEPS, _REFINED = 4, 6, 2
"""DIS's own medium setting (3, 25, 5) costs 2.5 times as much and follows grain: .20 px off, and this .16."""
_MOST_SHARP = 640
"""Motion is measured in at most so many pixels across where that still is the plate's own density."""


@dataclass(frozen=True)
class Motion:
    """Where the pixels of one frame's face space lie in another's.

    `place` (S, S, 2) float32 x, y; `valid` (S, S) float32, 0 to 1, how far that is believed.
    """

    place: Picture
    valid: Picture


class Motions:
    """Measure motion between the frames of a face's track, keeping what fits into `memory_mb`.

    `pictures(frame)` gives the plate (H, W, 3 or more) float32 scene-linear; `occluders(frame)` the artist's
    matte (H, W) of what stands before the face (hands, hair, glasses), 1 where it does. What is answered
    depends on the two frames only, never on what was asked before. Not for several threads at once.
    """

    def __init__(
        self,
        track: FaceTrack,
        pictures: Callable[[int], Picture],
        *,
        occluders: Callable[[int], Picture] | None = None,
        memory_mb: float = 1024,
    ) -> None:
        self.track = track
        self._pictures, self._occluders = pictures, occluders
        self._shelf = _Shelf(int(memory_mb * 1024 * 1024))

    def picture(self, frame: int) -> Picture:
        """Return the face of a frame, (S, S, 3) float32 scene-linear."""
        return self._looked(frame)[0]

    def visible(self, frame: int) -> Picture:
        """Return where a frame shows the face, (S, S) float32: inside the plate and behind no occluder."""
        return self._looked(frame)[1]

    def codes(self, frame: int) -> Codes:
        """Return the face of a frame as the motion is measured on it: grey codes (S, S) uint8."""
        found: Codes = self._shelf.get(("codes", frame), lambda: self._coded(frame))
        return found

    def to_key(self, frame: int, key: int, shutter: float = 0.0) -> Motion:
        """Return where the pixels of `frame` lie in `key`.

        With a `shutter` above 0 both are blurred alike before they are compared: a sharp wrinkle beside a
        smeared one is motion to any method.
        """
        if frame == key:
            return Motion(grid(self.track.size, self.track.size).astype(np.float32), self.visible(frame))
        found: Motion = self._shelf.get(
            ("motion", frame, key, shutter), lambda: self._measured(frame, key, shutter)
        )
        return found

    def path(self, frame: int, shutter: float) -> Picture:
        """Return how far each pixel of a face moves while the shutter is open, (S, S, 2)."""
        made: Picture = self._shelf.get(("path", frame), lambda: self._swept(frame))
        return made * np.float32(shutter)

    def _looked(self, frame: int) -> tuple[Picture, Picture]:
        found: tuple[Picture, Picture] = self._shelf.get(("look", frame), lambda: self._cut(frame))
        return found

    def _cut(self, frame: int) -> tuple[Picture, Picture]:
        plate = self._pictures(frame)
        shown = coverage(plate.shape, self.track, frame)
        if self._occluders is not None:
            places = plate_of_face(self.track, frame)
            shown *= 1 - np.clip(sample_linear(self._occluders(frame), places), 0, 1)
        if not self.track.valid[self.track.at(frame)]:
            shown *= 0
        return face_picture(plate[..., :3], self.track, frame), shown

    def _swept(self, frame: int) -> Picture:
        beside = [other for other in (frame - 1, frame + 1) if other in self.track.frames]
        moved = {other: self.to_key(frame, other) for other in beside}
        here = grid(self.track.size, self.track.size)
        return swept(
            self.track, frame, {t: np.dstack([one.place - here, one.valid]) for t, one in moved.items()}
        )

    def _pair(self, frame: int, key: int, shutter: float) -> tuple[Codes, Codes]:
        """Return the codes of two frames, each smeared as far as the other is blurred more."""
        if not shutter:
            return self.codes(frame), self.codes(key)
        own, other = self.path(frame, shutter), self.path(key, shutter)
        least = unseen_path(self.track, frame)
        return self._coded(frame, longer(other, own, least)), self._coded(key, longer(own, other, least))

    def _coded(self, frame: int, path: Picture | None = None) -> Codes:
        gain = self._shelf.get(("gain",), self._gain)
        grey = np.nan_to_num(self.picture(frame).mean(axis=-1), posinf=1e4, neginf=0.0)
        soft = cv2.GaussianBlur(grey, (0, 0), _GRAIN * max(self.track.density, 0.5))
        soft = soft if path is None else smeared(np.asarray(soft, np.float32), path)
        return codes_of(np.asarray(soft * np.float32(gain), np.float32))

    def _gain(self) -> float:
        first = self.track.frames[int(np.argmax(self.track.valid))]
        size = self.track.size
        middle = self.picture(first)[size // 4 : -size // 4, size // 4 : -size // 4]
        return _BRIGHT / max(float(np.nanmedian(middle)), 1e-4)

    def _measured(self, frame: int, key: int, shutter: float) -> Motion:
        here, there = self._pair(frame, key, shutter)
        density = max(self.track.density, 0.5)
        if shutter:
            forth, home = (dense_motion(*two, self.track.density) for two in ((here, there), (there, here)))
        else:
            forth, home = self._flow(frame, key), self._flow(key, frame)
        places = grid(self.track.size, self.track.size)
        place = (places + forth).astype(np.float32)
        returned = forth + sample_linear(home, place, outside=None)
        miss = np.hypot(returned[..., 0], returned[..., 1]) / density
        valid = 1 / (1 + (miss / _BACK) ** 4)
        valid *= _alike(here, there, place, density)
        valid *= self.visible(frame) * sample_linear(self.visible(key), place)
        return Motion(place, np.asarray(valid, np.float32))

    def _flow(self, frame: int, key: int) -> Picture:
        found: Picture = self._shelf.get(("flow", frame, key), lambda: self._dense(frame, key))
        return found

    def _dense(self, frame: int, key: int) -> Picture:
        return dense_motion(self.codes(frame), self.codes(key), self.track.density)


def dense_motion(here: Codes, there: Codes, density: float) -> Picture:
    """Measure the motion from one picture of codes to another, (S, S, 2) float32 in pixels, made even."""
    size = here.shape[0]
    small = min(size, max(_MOST_SHARP, round(size / max(density, 1.0))))
    if small < size:
        here, there = (
            np.asarray(cv2.resize(one, (small, small), interpolation=cv2.INTER_AREA), np.uint8)
            for one in (here, there)
        )
    way = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    way.setFinestScale(0 if small <= _MOST_SHARP else 1)
    way.setPatchStride(_STRIDE)
    way.setGradientDescentIterations(_STEPS)
    way.setVariationalRefinementIterations(_REFINED)
    flow = way.calc(np.ascontiguousarray(here), np.ascontiguousarray(there), None)
    flow = cv2.GaussianBlur(flow, (0, 0), _EVEN * max(density, 0.5) * small / size)
    if small < size:
        flow = cv2.resize(flow, (size, size), interpolation=cv2.INTER_CUBIC) * (size / small)
    return np.asarray(flow, np.float32)


def composed(motion: Motion, track: FaceTrack, frame: int, key: int, box: Box) -> tuple[Matrix, Picture]:
    """Return the one map from the plate of `frame` to that of `key`, and how far it is believed.

    (h, w, 2) float64 x, y and (h, w) float32 for the plate's pixels in `box`. Whatever a key holds is carried
    by reading it there, once. Outside face space the place is that of the similarity and the belief 0.
    """
    places = plate_places(track, frame, box)
    moved = sample_linear(
        motion.place - grid(track.size, track.size).astype(np.float32), places, outside=None
    )
    return apply(track.to_plate(key), places + moved), sample_linear(motion.valid, places)


def _alike(here: Codes, there: Codes, place: Picture, density: float) -> Picture:
    """Tell how alike the fine structure of two frames is after the motion, (S, S) float32 0 to 1."""
    brought = sample_linear(there.astype(np.float32), place, outside=None)
    near, wide = 1.0 * density, 8.0 * density

    def fine(picture: Picture) -> Picture:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), near) - cv2.GaussianBlur(picture, (0, 0), wide))

    a, b = fine(here.astype(np.float32)), fine(brought)
    spread = 4.0 * density
    difference = cv2.GaussianBlur((a - b) ** 2, (0, 0), spread)
    energy = cv2.GaussianBlur(a**2 + b**2, (0, 0), spread)
    share = np.sqrt(difference / (energy + 60.0))
    return np.asarray(1 / (1 + (share / (2 * _UNLIKE)) ** 4), np.float32)


class _Shelf:
    """Keep what was last asked for, up to a number of bytes; the oldest goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, made first where it is not."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        made = make()
        size = _bytes(made)
        self._kept[key] = (made, size)
        self._held += size
        while self._held > self._most and len(self._kept) > 1:
            self._held -= self._kept.popitem(last=False)[1][1]
        return made


def _bytes(made: Any) -> int:
    if isinstance(made, np.ndarray):
        return int(made.nbytes)
    if isinstance(made, Motion):
        return int(made.place.nbytes + made.valid.nbytes)
    return sum(_bytes(one) for one in made) if isinstance(made, tuple) else 64
