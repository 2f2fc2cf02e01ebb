"""What lies behind a head: the background that comes free where a slimmed jaw no longer covers it.

The artist gives a clean plate, or only the matte of the head: then a band along its edge, as wide as the
shape's dials can ever move it, is filled by the inpaint operation from other frames, where the background is
seen beside the head, and what no frame shows is made. The band does not depend on how far a dial is turned,
so dials are turned without filling anew. Boxes lie in the display window; pixel centres at whole numbers.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, scale_of
from photodouble.ops.deage.first import face_width
from photodouble.ops.deage.given import behind_given, in_picture
from photodouble.ops.deage.marked import HEAD, drawings
from photodouble.ops.deage.regions import drawn
from photodouble.ops.deage.shape import ShapeDials
from photodouble.ops.deage.shaped import field_at
from photodouble.ops.deage.space import box_of, to_plate
from photodouble.ops.inpaint.confidence import ARTIST, PLATE, SYNTHESISED
from photodouble.ops.inpaint.operation import OPERATION as INPAINTING
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.recent import Recent
from photodouble.ops.shot import Shot, ShotFacts, ShotInputs, crop
from photodouble_client.specs import INPAINT

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

_STAGE = "behind_"
WORKING_STAGES = frozenset(f"{_STAGE}{stage}" for stage in INPAINTING.working_stages)
_FURTHEST = ShapeDials(jaw=1.5, cheeks=1.5, neck=1.5)
"""Dials that move the edge of a head, turned further than they are ever turned."""
_MOVES = 0.3
"""Pixels of face space: where less moves, nothing worth filling comes free."""
_UNSEEN = 0.3
"""How far a background is trusted that no frame shows: it is continued from beside the head."""
_SOFT = 2
"""Pixels around the head that may still hold some of it; no background is taken from there."""
_PLATE = ("fill_channels", "premultiplied", "colourspace")
_MASK_BYTES = 48 * 2**20

_BY_SHOT: WeakKeyDictionary[Shot, BehindShot] = WeakKeyDictionary()


@dataclass(frozen=True)
class Ground:
    """The plate (h, w, 3) as it looks without the head where that may come free, and where it is from."""

    picture: Picture
    kind: Plane
    source: Plane
    confidence: Plane


def has_head(shot: Shot) -> bool:
    """Whether the head is told from its background."""
    return "head" in shot.inputs.ports or HEAD in drawings(shot)


def head_at(shot: Shot, track: FaceTrack, frame: int, box: Box) -> Plane:
    """Return the matte of head and neck (h, w) float32 for the plate's pixels in a box of the window."""
    if "head" in shot.inputs.ports:
        return shot.plain_matte("head", frame, in_picture(shot, box))
    return np.clip(to_plate(drawn(drawings(shot)[HEAD], track, frame), track, frame, box, smooth=True), 0, 1)


def fill_behind(shot: Shot, scratch: Scratch, track: FaceTrack, report: Reporter) -> None:
    """Fill what is behind the head's edge on every frame, where a head but no clean plate was given.

    Every record is kept as soon as it is made, so that a stopped fill goes on where it was.
    """
    if has_head(shot) and "behind" not in shot.inputs.ports and track.names:
        INPAINTING.analyse(_behind(shot, track), _Below(scratch), report)


def ground_at(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, box: Box, plate: Picture) -> Ground:
    """Return what is behind the head on a frame, for the plate's pixels in a box of the window."""
    nothing = np.zeros(box.size, np.float32)
    if "behind" in shot.inputs.ports:
        given = behind_given(shot, frame, box)
        return Ground(given, np.full_like(nothing, ARTIST), nothing - 1, nothing + 1)
    ground = Ground(plate.copy(), nothing.copy(), nothing - 1, nothing + 1)
    made = INPAINTING.render(_behind(shot, track), _Below(scratch), frame)
    whole = in_picture(shot, box)
    common = made.box.intersect(whole)
    if common.is_empty:
        return ground
    here, there = common.slices_in(whole), common.slices_in(made.box)
    hole = _behind(shot, track).matte(frame, common) > 0
    seen = made.kind[there] != PLATE
    for kept, new in (
        (ground.picture, made.fill[there]),
        (ground.kind, np.where(seen, made.kind[there], np.float32(SYNTHESISED))),
        (ground.source, made.source_frame[there]),
        (ground.confidence, np.where(seen, made.confidence[there], np.float32(_UNSEEN))),
    ):
        kept[here][hole] = new[hole]
    return ground


class BehindShot(Shot):
    """A shot as the inpaint operation is to see it: the edge of the head is the hole, the head is closed."""

    def __init__(self, shot: Shot, track: FaceTrack) -> None:
        """Take the plate and the windows of a shot; what is read is noted with that shot."""
        values = {key: shot.values[key] for key in _PLATE} | {"unseen": "leave"}
        request = dataclasses.replace(
            shot.request,
            operation="inpaint",
            spec_version=INPAINT.version,
            inputs={"plate": shot.request.inputs["plate"]},
            values=INPAINT.validate(values),
            overrides={},
            locks={},
        )
        # A frame whose head nobody knows would give its head as background.
        known = tuple(frame for frame in shot.source_frames if _knows_head(shot, track, frame))
        facts = ShotFacts(shot.frames, known, shot.canvas, shot.display_window)
        super().__init__(request, ShotInputs({"plate": shot.inputs.ports["plate"]}), facts)
        self._shot, self._track = shot, track
        self._edges: Recent[Plane] = Recent(_MASK_BYTES, lambda matte: matte.nbytes)
        self._heads: Recent[Plane] = Recent(_MASK_BYTES, lambda matte: matte.nbytes)

    def plate(self, frame: int) -> Any:
        """Read a plate frame as the shot itself does."""
        return self._shot.plate(frame)

    def matte(self, frame: int, box: Box | None = None) -> Plane:
        """Return 1 on the edge of the head that may come free (h, w) float32, over `box` or the canvas."""
        whole = self._edges.get(frame, lambda: self._over(self._edge(frame)))
        return whole if box is None else crop(whole, self.canvas, box)

    def do_not_sample(self, frame: int, box: Box) -> Plane:
        """Return 1 on the head (h, w) float32: it is no background."""
        whole = self._heads.get(frame, lambda: self._over(self._closed(frame)))
        return crop(whole, self.canvas, box)

    def note_use(self, port: str, frame: int) -> None:
        """Tell the shot itself; the head decides where the hole is."""
        if port in ("matte", "do_not_sample"):
            port = "head"
        if port in self._shot.inputs.ports:
            self._shot.note_use(port, frame)

    def _window(self) -> Box:
        return Box(0, 0, self.display_window.width, self.display_window.height)

    def _over(self, plane: Plane) -> Plane:
        """Bring a plane over the display window to the canvas."""
        return crop(plane, self.display_window, self.canvas)

    def _closed(self, frame: int) -> Plane:
        if frame not in self._track.frames:
            return np.zeros(self._window().size, np.float32)
        head = head_at(self._shot, self._track, frame, self._window())
        square = np.ones((2 * _SOFT + 1, 2 * _SOFT + 1), np.uint8)
        return np.asarray(cv2.dilate((head > 0).astype(np.float32), square), np.float32)

    def _edge(self, frame: int) -> Plane:
        track, whole = self._track, np.zeros(self._window().size, np.float32)
        if frame not in self.frames or not track.valid[track.at(frame)]:
            return whole
        far = field_at(track, frame, _FURTHEST, width=face_width(track))
        moved = np.hypot(far[..., 0], far[..., 1])
        if moved.max() < _MOVES:
            return whole
        wide = float(moved.max()) / scale_of(track.to_face(frame)) + _SOFT
        head = head_at(self._shot, track, frame, self._window())
        squeeze = track.pixel_aspect
        inwards = _distance((head > 0.999).astype(np.uint8), squeeze)
        box = box_of(track, frame, whole.shape)
        free = np.zeros_like(whole)
        free[box.slices_in(self._window())] = to_plate(
            (moved > _MOVES).astype(np.float32), track, frame, box, smooth=True
        )
        return np.asarray((head > 0) & (inwards <= wide) & (free > 0), np.float32)


class _Below:
    """Keep the inpaint operation's records beside those of this one, under names of their own."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch

    def save(self, stage: str, index: int, **arrays: NDArray[Any]) -> None:
        """Keep the arrays of one step."""
        self._scratch.save(f"{_STAGE}{stage}", index, **arrays)

    def load(self, stage: str, index: int) -> dict[str, NDArray[Any]]:
        """Return the arrays of one step."""
        return self._scratch.load(f"{_STAGE}{stage}", index)

    def has(self, stage: str, index: int) -> bool:
        """Whether the step was already done."""
        return self._scratch.has(f"{_STAGE}{stage}", index)


def _knows_head(shot: Shot, track: FaceTrack, frame: int) -> bool:
    given = shot.inputs.ports.get("head")
    return frame in track.frames if given is None else given.still or not given.missing([frame])


def _behind(shot: Shot, track: FaceTrack) -> BehindShot:
    if shot not in _BY_SHOT:
        _BY_SHOT[shot] = BehindShot(shot, track)
    return _BY_SHOT[shot]


def _distance(mask: NDArray[np.uint8], squeeze: float) -> Plane:
    """Tell how far inside a mask each pixel lies, in pixels of the plate's height."""
    if squeeze == 1:
        return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)
    height, width = mask.shape
    wide = cv2.resize(mask, (max(round(width * squeeze), 1), height), interpolation=cv2.INTER_NEAREST)
    far = cv2.distanceTransform(wide, cv2.DIST_L2, 5)
    return np.asarray(cv2.resize(far, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
