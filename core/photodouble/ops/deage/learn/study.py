"""Learn a shot as its request asks: on the device, from the start and with the paint that it names."""

from __future__ import annotations

import numpy as np

from photodouble.models.devices import PROCESSOR, NoDeviceError, asking, model_device, open_device
from photodouble.ops.deage.face import FaceTrack, Picture
from photodouble.ops.deage.gain import Cap
from photodouble.ops.deage.given import delta_frames, has_occluder, occluder, painted_frames, plate
from photodouble.ops.deage.keys import PaintedKey
from photodouble.ops.deage.learn.document import performer_of, read_learned
from photodouble.ops.deage.learn.lessons import Eyes, taught_of
from photodouble.ops.deage.learn.shot import Class, learn, marks_of
from photodouble.ops.deage.learn.train import Schooling
from photodouble.ops.deage.measured import Measured, motion_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.paint import shutter_of
from photodouble.ops.deage.propagate import key_ring
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.shot import Shot

DEVICE = "device"
"""What a shot was computed on, as the manifest names it."""
_MEMORY_MB = 768.0


def is_learning(shot: Shot) -> bool:
    """Whether the request asks for learning."""
    return bool(shot.values["learning"])


def learn_paint(
    shot: Shot,
    scratch: Scratch,
    track: FaceTrack,
    keys: tuple[PaintedKey, ...],
    stage: str,
    report: Reporter,
) -> None:
    """Learn from the frames that the artist painted and correct what was measured (records `stage`).

    Frames that a model painted are carried and never learned from. Raises ArtistError `input.bad_document`
    for a start that cannot be used. Needs torch.
    """

    def picture(frame: int) -> Picture:
        return plate(shot, frame)

    def found(frame: int) -> Measured:
        return Measured.from_planes(scratch.load(stage, track.at(frame)))

    covers = (lambda frame: occluder(shot, frame)) if has_occluder(shot) else None
    own = {*painted_frames(shot), *delta_frames(shot)}
    taught = taught_of([key.frame for key in keys if key.frame in own])
    begin = _beginning(shot, keys, taught, report)
    school = Class(
        Eyes(key_ring(keys, track, picture, shutter=shutter_of(shot, scratch, track)), picture),
        Motions(motion_track(track), picture, occluders=covers, memory_mb=_MEMORY_MB),
        taught,
        shot.frames,
        found,
        track.at,
        Cap(most=float(shot.values["gain_cap"]), follow=float(shot.values["follow_expression"])),
    )
    steps = int(shot.values["learning_steps"])
    where, label = _where(str(shot.values["learning_device"]), report)
    try:
        learn(school, scratch, Schooling(steps, where, begin), report, report.warn)
    except RuntimeError as problem:
        if where == PROCESSOR:
            raise
        lost = str(problem).splitlines()[0]
        report.warn(f"{label} failed while learning: {lost}. The processor goes on.")
        learn(school, scratch, Schooling(steps, PROCESSOR, begin), report, report.warn)
        _note(shot, scratch, PROCESSOR, f"{label}, then {PROCESSOR}", lost)
        return
    _note(shot, scratch, where, label, "")


def _beginning(shot: Shot, keys: tuple[PaintedKey, ...], taught: tuple[int, ...], report: Reporter) -> bytes:
    """Return the weights to begin with; none where they already know the paint they would be judged on."""
    path = shot.document_path("start_from")
    if path is None:
        return b""
    learned = read_learned(path, performer_of(shot))
    if set(learned.paint) & set(marks_of(keys, taught)):
        report.warn(
            f"{path.name} was learned from paint of this very shot and could not be judged on it: learning "
            "begins with nothing."
        )
        return b""
    return learned.weights


def _where(asked: str, report: Reporter) -> tuple[str, str]:
    """Return where torch computes, and its label for the manifest."""
    import torch

    with asking(asked):
        where = model_device(torch)
    if where == PROCESSOR:
        if asked not in (PROCESSOR, "auto"):
            report.warn(f"{asked} is not here. The processor learns.")
        return PROCESSOR, PROCESSOR
    try:
        device = open_device(where)
    except NoDeviceError as problem:
        report.warn(f"{where} is not used: {problem}. The processor learns.")
        return PROCESSOR, PROCESSOR
    return where, device.label


def _note(shot: Shot, scratch: Scratch, name: str, label: str, lost: str) -> None:
    texts = {"asked": str(shot.values["learning_device"]), "name": name, "label": label, "lost": lost}
    scratch.save(DEVICE, 0, **{key: np.array(text) for key, text in texts.items()})
