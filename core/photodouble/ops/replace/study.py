"""Study a shot whose sign is replaced: its track, the light on it, its focus, and its grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.grain import GrainSample, measure_grain
from photodouble.image.piece import between, project
from photodouble.image.plane_track import PlaneTrack
from photodouble.image.track import track_plane
from photodouble.image.window import Box
from photodouble.ops.inpaint.pipeline import one_thread
from photodouble.ops.inpaint.shot_grain import grain_record
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.replace.draw import Pose, coverage, pose_of, softened
from photodouble.ops.replace.light import GRID, edge_softness, light_ratio
from photodouble.ops.replace.old_sign import FINER, OldSign, laid_flat, load_old, read_old
from photodouble.ops.replace.sign import (
    Grey,
    given_corners,
    given_track,
    lens_of,
    load_track,
    missing_sign,
    reference_frame,
    save_track,
)
from photodouble.ops.shot import Shot

Picture = NDArray[np.float32]
_GRAIN_FRAMES = 5
FOCUS = (0.0, 0.6, 1.0, 1.5, 2.2, 3.2, 4.5)
"""How much softer than the reference a frame may be, in pixels."""


def study(shot: Shot, scratch: Scratch, report: Reporter) -> None:
    """Write every record that drawing a frame reads; what is there already is kept."""
    with one_thread():
        if not scratch.has("track", 0):
            save_track(scratch, _track(shot, report))
        track = load_track(scratch)
        _say_lost(track, shot, report)
        if not scratch.has("old", 0):
            old = read_old(shot, track)
            scratch.save("old", 0, picture=old.picture, place=old.place, known=np.array(old.is_known))
        old = load_old(scratch)
        if not scratch.has("focus", 0):
            scratch.save("focus", 0, softness=np.array(_softness(old)))
        if not scratch.has("grain", 0):
            scratch.save("grain", 0, **grain_record(measure_grain(_grain_samples(shot, track))))
        for done, frame in enumerate(shot.frames):
            report.progress(done, len(shot.frames), "light")
            place = track.indices.index(frame)
            if not scratch.has("light", place):
                scratch.save("light", place, **_light(shot, track, old, frame))


def _track(shot: Shot, report: Reporter) -> PlaneTrack:
    """Take the artist's track, or follow the sign from its corners."""
    given = given_track(shot)
    if given is not None:
        lenses = [lens_of(shot, frame) for frame in given.indices]
        flat = [lens.to_flat(corners) for lens, corners in zip(lenses, given.corners, strict=True)]
        return PlaneTrack(
            given.indices,
            reference_frame(shot),
            np.stack(flat),
            given.error,
            given.visible,
            given.lost,
            given.shutter,
        )
    start, corners = reference_frame(shot), given_corners(shot)
    if corners is None:
        raise missing_sign("No corner is given.", "Give the four corners, or a track.")
    first, last = min(start, *shot.frames), max(start, *shot.frames)
    there = {*shot.frames, *(frame for frame in shot.source_frames if first <= frame <= last), start}
    grey = Grey(shot)
    try:
        found = track_plane(
            grey,
            grey.inwards(lens_of(shot, start).to_flat(corners)),
            start,
            sorted(there),
            on_frame=lambda done, of: report.progress(done, of, "following the sign"),
        )
    except ValueError:
        raise missing_sign(
            f"The corners span nothing on frame {start} that could be followed.",
            "Give them in order around the sign, on a frame that shows it, or give a track.",
        ) from None
    outer = np.stack([grey.outwards(corners) for corners in found.corners])
    return PlaneTrack(
        found.indices,
        found.start,
        outer,
        found.error * grey.scale,
        found.visible,
        found.lost,
        found.shutter,
    )


def _say_lost(track: PlaneTrack, shot: Shot, report: Reporter) -> None:
    lost = [frame for frame in track.lost if frame in shot.frames]
    if lost:
        from photodouble_client.frames import FrameRange

        report.warn(
            f"The sign was not found on frames {FrameRange(lost).to_text()}; there it lies between its "
            "neighbours. Correct the track, or choose another reference frame."
        )


def _light(shot: Shot, track: PlaneTrack, old: OldSign, frame: int) -> dict[str, NDArray[np.generic]]:
    """Measure a frame's light against the reference, and how much softer it is."""
    place = track.indices.index(frame)
    ratio = np.ones((*GRID, 3), np.float32)
    if frame == track.start or frame in track.lost or not old.is_known:
        return {"ratio": ratio, "focus": np.array(0.0)}
    fine = (GRID[0] * 4, GRID[1] * 4)
    now = laid_flat(shot, frame, track.corners[place], fine)
    before = laid_flat(shot, track.start, track.at(track.start), fine)
    ratio = light_ratio(*(cv2.resize(one, GRID[::-1], interpolation=cv2.INTER_AREA) for one in (now, before)))
    return {"ratio": ratio, "focus": np.array(_focus(shot, track, old, frame, ratio))}


def _focus(shot: Shot, track: PlaneTrack, old: OldSign, frame: int, ratio: Picture) -> float:
    """Find by how much the old sign must be softened to look as it does in a frame."""
    pose = pose_of(track.corners, track.indices.index(frame), track.shutter, lens_of(shot, frame))
    box = pose.box.intersect(shot.canvas)
    if min(box.size) < 16:
        return 0.0
    plate = encode(np.maximum(np.nan_to_num(shot.plate_linear(frame, box)), -0.05))
    drawn = np.maximum(old.drawn(pose, box, ratio), -0.05)
    inside = coverage(pose, box) > 0.999
    if inside.sum() < 200:
        return 0.0
    errors = []
    for deviation in FOCUS:
        away = np.abs(encode(softened(drawn, deviation)) - plate).mean(axis=2)[inside]
        errors.append(float(np.minimum(away, 4 * float(np.median(away)) + 1e-4).mean()))
    best = int(np.argmin(errors))
    return FOCUS[best] if errors[best] < 0.97 * errors[0] else 0.0


def _softness(old: OldSign) -> float:
    """Measure how soft the old sign's edges are on the reference frame, in plate pixels."""
    grey = encode(np.maximum(old.picture, -0.05)).mean(axis=2)
    return edge_softness(np.asarray(grey, np.float32)) / FINER


def _grain_samples(shot: Shot, track: PlaneTrack) -> list[GrainSample]:
    """Take the sign of a few frames, each with its neighbour laid upon it: what both show is no grain."""
    seen = [frame for frame in shot.frames if frame not in track.lost]
    chosen = [part[0] for part in np.array_split(np.array(seen, int), _GRAIN_FRAMES) if len(part)]
    samples = []
    for frame in (int(one) for one in chosen):
        place = track.indices.index(frame)
        other = next((one for one in (place + 1, place - 1) if _is_there(shot, track, one)), -1)
        pose = Pose([track.corners[place]], lens_of(shot, frame))
        box = pose.box.intersect(shot.canvas)
        if other < 0 or min(box.size) < 24:
            continue
        inside = coverage(pose, box) > 0.999
        near = _brought_over(shot, track, place, other, box)
        coded = encode(shot.plate_linear(frame, box))
        samples.append(GrainSample(coded, inside & _is_even(coded, inside), near))
    return samples


def _is_there(shot: Shot, track: PlaneTrack, place: int) -> bool:
    """Whether the plate holds the frame of a place of the track: an artist's may be longer than the plate."""
    if not 0 <= place < len(track.indices):
        return False
    return track.indices[place] in {*shot.source_frames, *shot.frames}


def _is_even(coded: Picture, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a sign is evenly painted: print has edges all over, and its edges are no grain."""
    grey = cv2.GaussianBlur(np.nan_to_num(coded).mean(axis=2), (0, 0), 1.5)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    steepest = cv2.dilate(slope, np.ones((5, 5), np.uint8))
    known = steepest[inside]
    if not known.size:
        return inside
    return np.asarray(steepest <= max(3 * float(np.quantile(known, 0.1)), float(np.quantile(known, 0.3))))


def _brought_over(shot: Shot, track: PlaneTrack, place: int, other: int, box: Box) -> Picture:
    """Bring the sign of another frame onto a box of this one, working encoded; NaN where it shows nothing."""
    here, there = (lens_of(shot, track.indices[one]) for one in (place, other))
    flat = here.flat(box).reshape(-1, 2).astype(np.float64)
    at = there.to_plate(project(between(track.corners[place], track.corners[other]), flat))
    region = shot.canvas.intersect(Pose([track.corners[other]], there).box.grow(16))
    if region.is_empty:
        return np.full((*box.size, 3), np.nan, np.float32)
    at = (at - (region.x0, region.y0)).reshape(*box.size, 2).astype(np.float32)
    source = encode(shot.plate_linear(track.indices[other], region))
    at = np.nan_to_num(at, nan=-1e6)
    return np.asarray(
        cv2.remap(
            source,
            at[..., 0],
            at[..., 1],
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(float("nan"),) * 4,
        ),
        np.float32,
    )
