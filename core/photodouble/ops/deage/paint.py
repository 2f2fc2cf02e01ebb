"""The paint of a shot: read the painted frames, look at every frame for them, and draw their delta.

Boxes lie in the plate's display window; pixel centres lie at whole numbers there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.gain import Cap
from photodouble.ops.deage.given import (
    artist_keys,
    before_paint,
    delta_frames,
    given_delta,
    has_occluder,
    key_frames,
    occluder,
    painted,
    plate,
)
from photodouble.ops.deage.keys import PaintedKey, given_key, painted_key, remarks
from photodouble.ops.deage.learn.used import added, deepened
from photodouble.ops.deage.measured import Measured, motion_track, study_track
from photodouble.ops.deage.model_keys import painted_by_model
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.open_shutter import find_shutter
from photodouble.ops.deage.propagate import Drawn, KeyRing, drawn, key_ring, measured
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot

MEASURED, SHUTTER = "measured", "shutter"
_NAMED = "The painted frame {}"
_MEMORY_MB = 768.0
_LEAST = 4
"""Fewer frames than this are not worth a thread of their own."""

_ASKED_EVERY = 0.2
"""Seconds between two looks at whether the work should stop."""

_KEYS: WeakKeyDictionary[Shot, tuple[PaintedKey, ...]] = WeakKeyDictionary()
"""The paint that was read for a shot lives as long as the shot does."""


def paint_of(shot: Shot) -> tuple[PaintedKey, ...]:
    """Return the paint of every key, in order; raises ArtistError `input.bad_key` for one that has none.

    Notes what it was made from every time, since a frame is made from it whoever read it first.
    """
    for key in key_frames(shot):
        shot.note_use("plate", key)
        for port in ("keys", "before", "deltas", "occluder"):
            sequence = shot.inputs.ports.get(port)
            if sequence is not None and not sequence.missing([key]):
                shot.note_use(port, key)
    if tuple(key.frame for key in _KEYS.get(shot, ())) != key_frames(shot):
        _KEYS[shot] = tuple(_paint(shot, key) for key in key_frames(shot))
    return _KEYS[shot]


def check_paint(shot: Shot) -> tuple[str, ...]:
    """Return what is odd about the artist's keys; raises ArtistError `input.bad_key` for one without paint.

    Nothing is kept of it: what lies over the face is not known yet.
    """
    said: list[str] = []
    for key in artist_keys(shot):
        if key in delta_frames(shot):
            given_key(key, given_delta(shot, key))
            continue
        before, after, name = before_paint(shot, key), painted(shot, key), _NAMED.format(key)
        painted_key(key, before, after, name=name)
        said += remarks(before, after, name)
    return tuple(said)


def measure(shot: Shot, scratch: Scratch, track: FaceTrack, report: Reporter) -> None:
    """Look at every frame for the keys, on all cores, and keep what was found; what is there is kept."""
    wanted = [frame for frame in shot.frames if not scratch.has(MEASURED, track.at(frame))]
    if not wanted:
        return
    reading = threading.Lock()

    def picture(frame: int) -> Picture:
        with reading:
            return plate(shot, frame)

    def cover(frame: int) -> Picture:
        with reading:
            return occluder(shot, frame)

    ring = key_ring(paint_of(shot), track, picture, shutter=shutter_of(shot, scratch, track))
    cap = Cap(most=float(shot.values["gain_cap"]), follow=float(shot.values["follow_expression"]))
    stop = threading.Event()
    done: list[int] = []

    def look(frames: list[int]) -> None:
        occluders = cover if has_occluder(shot) else None
        share = _MEMORY_MB / len(parts)
        motions = Motions(motion_track(track), picture, occluders=occluders, memory_mb=share)
        for frame in frames:
            if stop.is_set():
                return
            found = measured(ring, frame, motions, cap=cap)
            with reading:
                scratch.save(MEASURED, track.at(frame), **found.planes())
                done.append(frame)

    parts = list(_parts(wanted, max(cv2.getNumThreads(), 1)))
    with ThreadPoolExecutor(len(parts)) as crew:
        running = [crew.submit(look, part) for part in parts]
        try:
            while wait(running, _ASKED_EVERY, FIRST_EXCEPTION).not_done and not _failed(running):
                report.progress(len(done), len(wanted), "carrying the paint")
        finally:
            stop.set()
    for one in running:
        one.result()
    report.progress(len(wanted), len(wanted), "carrying the paint")


def shutter_of(shot: Shot, scratch: Scratch, track: FaceTrack) -> float:
    """Return how much of a frame's time the shutter is open, 0 to 1: as given, or measured once.

    0 stands for no blur. Frames that are made are looked at, and the painted ones.
    """
    if not shot.values["match_blur"]:
        return 0.0
    given = float(shot.values["shutter"]) / 360
    if given > 0:
        return given
    if not scratch.has(SHUTTER, 0):
        motions = Motions(motion_track(track), lambda frame: plate(shot, frame), memory_mb=_MEMORY_MB)
        open_for = find_shutter(track, motions, sorted({*shot.frames, *key_frames(shot)}))
        scratch.save(SHUTTER, 0, open=np.array(open_for))
    return float(scratch.load(SHUTTER, 0)["open"])


def paint_at(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int, box: Box) -> Drawn:
    """Return the paint's delta and how far it is trusted, for the plate's pixels in a box of the window."""
    near = {}
    reach = int(shot.values["smoothing"])
    for other in range(frame - reach, frame + reach + 1):
        if other in shot.frames and (other == frame or frame not in key_frames(shot)):
            kept = scratch.load(MEASURED, track.at(other))
            near[other] = deepened(Measured.from_planes(kept), scratch, track)
    ring = KeyRing(paint_of(shot), (), study_track(track), 0.0)
    made = drawn(ring, near, frame, box, threads=max(cv2.getNumThreads(), 1))
    more = added(near, scratch, track, frame, box)
    return made if more is None else replace(made, delta=made.delta + more)


def nearest_key(shot: Shot, scratch: Scratch, track: FaceTrack, frame: int) -> int:
    """Return the key that counts most on a frame."""
    keys = key_frames(shot)
    if frame in keys:
        return frame
    amount = Measured.from_planes(scratch.load(MEASURED, track.at(frame))).amount
    return keys[int(np.argmax(np.abs(amount).reshape(len(keys), -1).mean(axis=1)))]


def _paint(shot: Shot, key: int) -> PaintedKey:
    made = painted_by_model(shot, key)
    if made is not None:
        return made
    shown = 1 - occluder(shot, key) if has_occluder(shot) else None
    if key in delta_frames(shot):
        return given_key(key, given_delta(shot, key), shown=shown)
    return painted_key(key, before_paint(shot, key), painted(shot, key), shown=shown, name=_NAMED.format(key))


def _failed(running: list[Future[None]]) -> bool:
    return any(one.done() and one.exception() is not None for one in running)


def _parts(frames: list[int], most: int) -> Iterator[list[int]]:
    """Cut the frames into runs of neighbours, one for each core: neighbours share what was looked at."""
    count = max(min(most, len(frames) // _LEAST), 1)
    for part in np.array_split(np.array(frames), count):
        yield [int(frame) for frame in part]
