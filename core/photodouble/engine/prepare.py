"""Everything that is checked before anything is written: a request becomes a shot, or one clear error."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from photodouble.ops.opening import check_eyes, document_files, open_inputs, view_of, views_of
from photodouble.ops.operation import ChecksShots, Operation, Reporter, operation_named
from photodouble.ops.shot import PLAIN_MATTES, Shot, ShotFacts, ShotInputs, held_frame, spoken
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

from .headers import check_any_size, check_same_size, plate_windows
from .mattes import matte_boxes
from .ranges import check_plate_frames, check_port_frames, source_frames


@dataclass(frozen=True)
class Prepared:
    """A request that may run: its operation, its shot, and what the artist should know first."""

    request: JobRequest
    operation: Operation
    shots: Mapping[str, Shot]
    warnings: tuple[str, ...] = field(default=())

    @property
    def shot(self) -> Shot:
        """The shot, or its first view."""
        return next(iter(self.shots.values()))


def prepare(request: JobRequest, report: Reporter | None = None, *, known: Path | None = None) -> Prepared:
    """Check a request against its inputs, reading headers and mattes only.

    `known` is the folder of the take that carries the request's id, if it was begun before.
    Raises ArtistError for anything that would make the work fail or be worthless; writes nothing.
    """
    report = report or Reporter()
    checked = request.checked()
    operation = operation_named(checked.operation)
    _ = checked.range.first
    _check_animated(checked)
    check_eyes(checked)
    opened = {view: open_inputs(view_of(checked, view)) for view in views_of(checked)}
    warnings: list[str] = _outside_range(checked)
    sources = set.intersection(*(_sources(checked, inputs, warnings) for inputs in opened.values()))
    shots = {
        view: _shot(
            Shot(view_of(checked, view), inputs, _facts(checked, inputs, tuple(sorted(sources)), report)),
            report,
            warnings,
            known / "analysis" / view if known is not None else None,
        )
        for view, inputs in opened.items()
    }
    if isinstance(operation, ChecksShots):
        warnings += [said for shot in shots.values() for said in operation.check(shot)]
    return Prepared(checked, operation, shots, tuple(dict.fromkeys(warnings)))


def is_one_file(shots: Sequence[Shot]) -> bool:
    """Whether all views of a shot lie in the same files of the plate, as in a multi-view EXR."""
    frame = shots[0].frames[0]
    plates = [shot.inputs.ports["plate"] for shot in shots]
    return len({plate.path(held_frame(plate, frame)) for plate in plates}) == 1


def _sources(request: JobRequest, inputs: ShotInputs, warnings: list[str]) -> set[int]:
    plate, matte = inputs.ports["plate"], inputs.ports.get("matte")
    check_plate_frames(plate, request.range)
    if matte is not None:
        check_port_frames("matte", matte, request.range)
    sources, said = source_frames(request, plate, matte)
    warnings += said
    return set(sources)


def _facts(request: JobRequest, inputs: ShotInputs, sources: tuple[int, ...], report: Reporter) -> ShotFacts:
    plate, looked_at = inputs.ports["plate"], sorted({*request.range, *sources})
    windows = plate_windows(plate, looked_at, report)
    check_same_size(plate, inputs, looked_at, report)
    check_any_size(inputs, report)
    return ShotFacts(tuple(request.range), sources, windows.canvas, windows.display)


def _shot(opened: Shot, report: Reporter, warnings: list[str], known: Path | None) -> Shot:
    facts = dataclasses.replace(opened.facts, matte_boxes=matte_boxes(opened, report, known))
    shot = Shot(opened.request, opened.inputs, facts)
    warnings += [*shot.plate(shot.frames[0]).notes]
    warnings += _check_coverage(shot) + _unused_strokes(shot) + _missing_mattes(shot)
    return shot


def _check_animated(request: JobRequest) -> None:
    for frame in request.range:
        request.spec.values_at(request.values, frame)


def _check_coverage(shot: Shot) -> list[str]:
    """Warn of mattes that are empty everywhere; refuse mattes that leave no real pixel anywhere."""
    if "matte" not in shot.inputs.ports:
        return []
    filled = [frame for frame in shot.frames if not shot.matte_box(frame).is_empty]
    if not filled:
        return ["The matte is empty on every frame: the plate passes through unchanged."]
    helped = bool(shot.clean_plates or shot.overrides or not shot.request.spec.has_hole)
    if not helped and all(_covers_all(shot, frame) for frame in {*shot.frames, *shot.source_frames}):
        raise ArtistError(
            "input.matte_covers_all",
            "The matte covers the whole picture",
            "On every frame the matte is above zero on every pixel, so there is nothing to fill from.",
            "Check whether the matte is inverted (--matte-invert), make it smaller, or give a clean plate.",
        )
    empty = FrameRange(frame for frame in shot.frames if frame not in filled)
    if len(empty):
        return [f"The matte is empty on frames {empty.to_text()}: they pass through unchanged."]
    return []


def _outside_range(request: JobRequest) -> list[str]:
    """Warn of overridden and locked frames that the job does not make."""
    outside = FrameRange(
        frame for frame in {**request.locks, **request.overrides} if frame not in request.range
    )
    if not len(outside):
        return []
    return [f"Frames {outside.to_text()} are outside the range, so the pictures given for them are not used."]


def _missing_mattes(shot: Shot) -> list[str]:
    """Warn of mattes beside the matte that lack frames of the range: there they count as black."""
    said = []
    for port in PLAIN_MATTES:
        sequence = shot.inputs.ports.get(port)
        missing = [] if sequence is None else sequence.missing(list(shot.frames))
        if missing:
            frames = FrameRange(missing).to_text()
            said.append(f"The {spoken(port)} has no frame {frames}; it counts as black there.")
    return said


def _unused_strokes(shot: Shot) -> list[str]:
    """Warn of painted frames that differ from the plate outside the matte, where nothing may change."""
    outside = []
    for frame in shot.overrides:
        box = shot.canvas
        plate, painted = shot.plate_linear(frame, box), shot.override(frame).linear(box)
        with np.errstate(invalid="ignore"):
            differs = np.abs(painted - plate) > 0.002 + 0.002 * np.abs(plate)
        if (differs.any(axis=2) & (shot.matte(frame, box) <= 0)).any():
            outside.append(frame)
    if not outside:
        return []
    return [
        f"The pictures given for frames {FrameRange(outside).to_text()} differ from the plate "
        "outside the matte; only what lies inside the matte is used."
    ]


def _covers_all(shot: Shot, frame: int) -> bool:
    if shot.matte_box(frame) != shot.canvas:
        return False
    return bool((shot.matte(frame) > 0).all())


def input_files(shots: Iterable[Shot]) -> list[Path]:
    """Return every file of every input, for the check that no output overwrites one."""
    sequences = [one for shot in shots for one in (*shot.inputs.ports.values(), *shot.overrides.values())]
    documents = [
        file
        for shot in shots
        for port, path in sorted(shot.inputs.documents.items())
        for file in document_files(port, path)
    ]
    return [Path(sequence.path(frame)) for sequence in sequences for frame in sequence.frames] + documents
