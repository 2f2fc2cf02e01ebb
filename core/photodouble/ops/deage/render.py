"""Make one frame younger: its plate, plus the change, through the matte of the skin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.covered import covered_in, is_sought, recall_covered
from photodouble.ops.deage.face import FaceTrack, scale_of
from photodouble.ops.deage.first import face_width, skin_in_plate, square
from photodouble.ops.deage.given import (
    age_at,
    artist_keys,
    has_occluder,
    in_picture,
    is_dialled,
    key_frames,
    occluder,
    painted,
    painted_frames,
    skin_given,
)
from photodouble.ops.deage.layers import in_bands
from photodouble.ops.deage.merge import merged
from photodouble.ops.deage.model_keys import recall
from photodouble.ops.deage.paint import nearest_key, paint_at, paint_of
from photodouble.ops.deage.records import load_track
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.reshaped import reshaped
from photodouble.ops.deage.skin_bands import PORE, WRINKLE
from photodouble.ops.deage.space import box_of, plate_places
from photodouble.ops.deage.steady_pass import first_delta
from photodouble.ops.deage.study import calm_level
from photodouble.ops.deage.worn import shape_dials, worn_ages
from photodouble.ops.inpaint.confidence import ARTIST, PLATE, SYNTHESISED
from photodouble.ops.operation import Extra, Rendered, Scratch
from photodouble.ops.shot import Shot

Picture = NDArray[np.float32]
Plane = NDArray[np.float32]

_FULL = 4.0
"""The change fades out with the skin by itself; the matte is full where the skin is a quarter so."""
_DOUBT = (0.05, 0.3)
"""In the mode both, paint that is trusted less than this gives way to the first pass."""


@dataclass(frozen=True)
class Change:
    """What happens to a frame, for the plate's pixels in a box: `delta` (h, w, 3) to be added under `matte`.

    `kind`, `source` and `confidence` (h, w) are the origin and how far to trust it.
    """

    delta: Picture
    matte: Plane
    kind: Plane
    source: Plane
    confidence: Plane


def render(shot: Shot, scratch: Scratch, frame: int) -> Rendered:
    """Make one frame from the plate and the records; nothing passes from frame to frame."""
    track = load_track(scratch)
    recall(shot, scratch, track)
    recall_covered(shot, scratch, track)
    inside = _box(shot, track, frame)
    box = in_picture(shot, inside)
    plate = shot.plate_linear(frame, box)
    trusted = bool(track.valid[track.at(frame)])
    change = _change(shot, scratch, track, frame, inside)
    ages = _ages(shot, track, frame, inside)
    if ages is not None:
        change = replace(change, delta=change.delta * ages[..., None])
    strength = np.float32(shot.value("strength", frame))
    sound = np.isfinite(plate).all(axis=2) & np.isfinite(change.delta).all(axis=2)
    touched = sound & (change.matte > 0) & (strength > 0) & (change.delta != 0).any(axis=2)
    delta = np.where(touched[..., None], change.delta, np.float32(0))
    fill = np.asarray(plate + delta * strength, np.float32)
    if frame in painted_frames(shot) and strength == 1 and ages is None and "before" not in shot.inputs.ports:
        fill = np.where(touched[..., None], painted(shot, frame, inside), plate).astype(np.float32)
    matte = np.where(touched, change.matte, np.float32(0))
    kind, confidence = change.kind, change.confidence
    if not shape_dials(shot, frame).is_none and trusted:
        shaped = _said(delta, matte, SYNTHESISED, -1, np.ones(inside.size, np.float32))
        change = _where(touched, change, shaped)
        fill, change = _moved(shot, scratch, track, frame, inside, merged(plate, fill - plate, matte), change)
        delta, matte, kind, confidence = change.delta, change.matte, change.kind, change.confidence
        touched = matte > 0
    extras = {
        "delta": Extra(box, dict(zip("RGB", np.moveaxis(delta, 2, 0), strict=True)), type="float"),
        "uv": _uv(box, inside, track, frame),
        "bands": _bands(box, delta, track, frame),
    }
    if is_sought(shot):
        found = covered_in(shot, scratch, track, frame)
        extras["covered"] = Extra(box, {"A": found[_rows_and_columns(shot, inside)]})
    return Rendered(
        box,
        np.where(touched[..., None], fill, plate).astype(np.float32),
        matte.astype(np.float32),
        np.where(touched, kind, np.float32(PLATE)).astype(np.float32),
        np.where(touched, change.source, np.float32(-1)).astype(np.float32),
        np.where(touched, confidence, np.float32(1)).astype(np.float32),
        extras,
        {"face_trusted": float(trusted)},
    )


def _ages(shot: Shot, track: FaceTrack, frame: int, inside: Box) -> Plane | None:
    """Return the artist's age map, or that of the look; None where there is none."""
    own = age_at(shot, track, frame, inside)
    worn = worn_ages(shot, track, frame) if own is None else None
    return own if worn is None else sample_linear(worn, plate_places(track, frame, inside), outside=None)


def _moved(
    shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, inside: Box, younger: Picture, change: Change
) -> tuple[Picture, Change]:
    """Move the parts of a face that was made younger; return the fill, and the change it comes to."""
    plate = shot.plate_linear(frame, in_picture(shot, inside))
    made = reshaped(shot, scratch, track, frame, younger, inside)
    if made.ground is not None:
        free = made.revealed > 0.5
        ground = Change(
            change.delta, change.matte, made.ground.kind, made.ground.source, made.ground.confidence
        )
        change = _where(free, ground, change)
    skin = skin_given(shot, frame, inside)
    other = (made.picture != plate).any(axis=2) & np.isfinite(plate).all(axis=2)
    matte = other.astype(np.float32) if skin is None else np.where(other, skin, np.float32(0))
    delta = np.where(matte[..., None] > 0, made.picture - plate, np.float32(0))
    return made.picture, replace(change, delta=delta, matte=matte)


def _where(here: NDArray[np.bool_], one: Change, other: Change) -> Change:
    """Return what is said of one change in some pixels, and of another in all others."""
    planes = (
        np.where(here, getattr(one, name), getattr(other, name)) for name in ("kind", "source", "confidence")
    )
    return Change(one.delta, one.matte, *(plane.astype(np.float32) for plane in planes))


def _box(shot: Shot, track: FaceTrack, frame: int) -> Box:
    """Return where a frame may change: face space, and all paint that is on it."""
    inside = box_of(track, frame, shot.display_window.size)
    if frame in key_frames(shot):
        inside = inside.union(next(key.box for key in paint_of(shot) if key.frame == frame))
    return inside


def _change(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, inside: Box) -> Change:
    """Join the carried paint and the first pass, as the mode says."""
    nothing = Change(
        np.zeros((*inside.size, 3), np.float32), *(np.zeros(inside.size, np.float32) for _ in range(4))
    )
    keys = key_frames(shot)
    if frame in keys:
        return _keyed(shot, scratch, track, frame, inside)
    if not track.valid[track.at(frame)]:
        return nothing
    first = _first(shot, scratch, track, frame, inside) if is_dialled(shot) else nothing
    if not keys:
        return first
    carried = _carried(shot, scratch, track, frame, inside)
    if not is_dialled(shot):
        return carried
    ours = np.clip((carried.confidence - _DOUBT[0]) / (_DOUBT[1] - _DOUBT[0]), 0, 1).astype(np.float32)
    delta = carried.delta * carried.matte[..., None] * ours[..., None]
    delta += first.delta * first.matte[..., None] * (1 - ours[..., None])
    return Change(
        delta,
        (np.maximum(carried.matte, first.matte) > 0).astype(np.float32),
        np.where(ours >= 0.5, carried.kind, first.kind),
        np.where(ours >= 0.5, carried.source, first.source),
        np.where(ours >= 0.5, carried.confidence, first.confidence),
    )


def _keyed(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, inside: Box) -> Change:
    """A painted frame shows the paint, wherever the artist's matte of the skin lets it."""
    delta = paint_at(shot, scratch, track, frame, inside).delta
    skin = skin_given(shot, frame, inside)
    matte = np.ones(inside.size, np.float32) if skin is None else skin
    return _said(delta, matte, _kind(shot, frame), frame, np.ones(inside.size, np.float32))


def _carried(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, inside: Box) -> Change:
    """Return the paint as it is carried to a frame, where the face's square and no occluder is."""
    made = paint_at(shot, scratch, track, frame, inside)
    skin = skin_given(shot, frame, inside)
    matte = square(track, frame, inside) if skin is None else skin
    if has_occluder(shot):
        matte = matte * (1 - occluder(shot, frame)[_rows_and_columns(shot, inside)])
    source = nearest_key(shot, scratch, track, frame)
    return _said(made.delta, matte, _kind(shot, source), source, made.confidence)


def _kind(shot: Shot, key: int) -> int:
    """Return whose a key's paint is: the artist's, or a network's."""
    return ARTIST if key in artist_keys(shot) else SYNTHESISED


def _first(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, inside: Box) -> Change:
    skin = skin_in_plate(shot, track, frame, inside)
    delta = first_delta(shot, scratch, track, frame, calm_level(scratch), inside)
    return _said(delta, np.minimum(_FULL * skin, 1), SYNTHESISED, -1, np.ones(inside.size, np.float32))


def _said(delta: Picture, matte: Plane, kind: int, source: int, confidence: Plane) -> Change:
    size = matte.shape
    return Change(
        delta,
        matte.astype(np.float32),
        np.full(size, kind, np.float32),
        np.full(size, source, np.float32),
        confidence,
    )


def _rows_and_columns(shot: Shot, inside: Box) -> tuple[slice, slice]:
    """Return where a box lies in a plane that covers the display window."""
    return inside.slices_in(Box(0, 0, shot.display_window.width, shot.display_window.height))


def _uv(box: Box, inside: Box, track: FaceTrack, frame: int) -> Extra:
    """Say where each pixel lies in face space, as an ST map: from 0 to 1, counted from below."""
    places = (plate_places(track, frame, inside) + 0.5) / track.size
    there = ((places >= 0) & (places <= 1)).all(axis=-1)
    across, up = places[..., 0], 1 - places[..., 1]
    planes = {"R": np.where(there, across, 0), "G": np.where(there, up, 0)}
    return Extra(box, {name: plane.astype(np.float32) for name, plane in planes.items()}, type="float")


def _bands(box: Box, delta: Picture, track: FaceTrack, frame: int) -> Extra:
    """Return the change in bands that add up to it, told in widths of the face."""
    width = face_width(track) / scale_of(track.to_face(frame))
    squeeze = track.pixel_aspect
    planes = {
        f"{name}.{channel}": np.ascontiguousarray(layer[..., at])
        for name, layer in in_bands(delta, PORE * width, WRINKLE * width, squeeze).items()
        for at, channel in enumerate("RGB")
    }
    return Extra(box, planes, type="float")
