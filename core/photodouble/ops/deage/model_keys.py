"""The key frames that a studio's network paints: which they are, what it paints, and how that is kept.

Nothing but these frames is ever shown to the network. What it painted is a key like any other: it is carried
through the shot, and a frame that the artist painted or fixed takes its place.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from photodouble.image.window import Box
from photodouble.models.reage import open_reager, unfit
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.first import skin_in_plate, square
from photodouble.ops.deage.given import (
    artist_keys,
    has_occluder,
    is_modelled,
    key_frames,
    named_keys,
    note_chosen,
    occluder,
    plate,
)
from photodouble.ops.deage.keys import PaintedKey, key_of_delta
from photodouble.ops.deage.measured import motion_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.reage import aged_delta
from photodouble.ops.deage.regions import skin
from photodouble.ops.deage.space import box_of
from photodouble.ops.deage.suggest import suggest_keys
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

CHOSEN, MADE = "chosen", "made"

_MADE: WeakKeyDictionary[Shot, dict[int, PaintedKey]] = WeakKeyDictionary()
"""What was read of a shot's records lives as long as the shot does."""


def model_frames(shot: Shot) -> tuple[int, ...]:
    """Return the key frames that the network paints: all that the artist did not."""
    if not is_modelled(shot):
        return ()
    own = artist_keys(shot)
    return tuple(frame for frame in key_frames(shot) if frame not in own)


def paint_by_model(shot: Shot, scratch: Scratch, track: FaceTrack, report: Reporter) -> None:
    """Choose the key frames where none are named, let the network paint those that the artist did not.

    What is there already is kept. A preview has no card and shows the artist's keys alone. Raises
    ArtistError `model.refused`, `model.support`, `engine.memory`, and `input.bad_key` for a key on which no
    face is seen.
    """
    if not is_modelled(shot):
        return
    card = shot.inputs.models.get(str(shot.values["model"]))
    if not scratch.has(CHOSEN, 0):
        chosen = artist_keys(shot) if card is None else _chosen(shot, track, report)
        scratch.save(CHOSEN, 0, frames=np.array(chosen, np.int64))
    recall_choice(shot, scratch)
    if card is None:
        return
    wanted = [frame for frame in model_frames(shot) if not scratch.has(MADE, track.at(frame))]
    if not wanted:
        return
    _check_seen(track, wanted)
    reager = open_reager(card)
    for done, frame in enumerate(wanted):
        report.progress(done, len(wanted), f"painting frame {frame} with the model {card.name}")
        box = box_of(track, frame, shot.display_window.size)
        ages = tuple(float(shot.value(key, frame)) for key in ("age_in_plate", "target_age"))
        picture = plate(shot, frame)
        delta = aged_delta(picture, track, frame, reager, (ages[0], ages[1]), box, report)
        delta *= (skin_in_plate(shot, track, frame, box) * square(track, frame, box))[..., None]
        if not delta.any():
            raise unfit(card, f"it changes nothing of frame {frame}")
        scratch.save(MADE, track.at(frame), frame=np.array(frame), box=_stored(box), delta=delta)
    report.progress(len(wanted), len(wanted), f"painting with the model {card.name}")


def recall(shot: Shot, scratch: Scratch, track: FaceTrack) -> None:
    """Read from the records which keys there are and what the network painted, so that a frame can be made.

    Records are read every time: a frame is made from them whoever read them first.
    """
    if not is_modelled(shot):
        return
    recall_choice(shot, scratch)
    kept = {frame: scratch.load(MADE, track.at(frame)) for frame in model_frames(shot)}
    if shot not in _MADE or {*_MADE[shot]} != {*kept}:
        _MADE[shot] = {frame: _key(shot, frame, planes) for frame, planes in kept.items()}


def recall_choice(shot: Shot, scratch: Scratch) -> None:
    """Read which frames were chosen as keys; without a network none were."""
    if scratch.has(CHOSEN, 0):
        note_chosen(shot, tuple(int(frame) for frame in scratch.load(CHOSEN, 0)["frames"]))


def painted_by_model(shot: Shot, key: int) -> PaintedKey | None:
    """Return what the network painted on a frame; None where it did not."""
    return _MADE.get(shot, {}).get(key)


def _chosen(shot: Shot, track: FaceTrack, report: Reporter) -> tuple[int, ...]:
    """Return the key frames: those named, else the artist's and as many more as are worth painting."""
    named, own = named_keys(shot), artist_keys(shot)
    if named:
        return named
    count = int(shot.values["model_keys"]) - len(own)
    seen = [frame for frame in shot.frames if track.valid[track.at(frame)]]
    if count <= 0 or not seen:
        return own
    found = suggest_keys(
        Motions(motion_track(track), lambda frame: plate(shot, frame)),
        min(count, len(seen)),
        frames=seen,
        already=[frame for frame in own if frame in seen],
        matte=lambda frame: skin(track, frame),
        on_frame=lambda done, of: report.progress(done, of, "comparing frames"),
    )
    chosen = tuple(sorted({*own, *(one.frame for one in found)}))
    report.warn(f"The key frames are {FrameRange(chosen).to_text()}.")
    return chosen


def _check_seen(track: FaceTrack, frames: list[int]) -> None:
    """Refuse key frames on which the face cannot be followed: the network would be shown something else."""
    lost = [frame for frame in frames if not track.valid[track.at(frame)]]
    if lost:
        raise ArtistError(
            "input.bad_key",
            "The model has no face to paint on",
            f"On frame {FrameRange(lost).to_text()} the face cannot be followed.",
            "Name other key frames (--key-frames), or paint these yourself (--keys).",
        )


def _key(shot: Shot, frame: int, planes: dict[str, np.ndarray]) -> PaintedKey:
    window = shot.display_window
    delta = np.zeros((*window.size, 3), np.float32)
    box = Box(*(int(one) for one in planes["box"]))
    delta[box.slices_in(Box(0, 0, window.width, window.height))] = planes["delta"]
    shown = 1 - occluder(shot, frame) if has_occluder(shot) else None
    return key_of_delta(frame, np.where(np.isfinite(plate(shot, frame)), delta, np.float32(0)), shown=shown)


def _stored(box: Box) -> np.ndarray:
    return np.array([box.x0, box.y0, box.x1, box.y1], np.int64)
