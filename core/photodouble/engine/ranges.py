"""Which frames a job fills, looks at and lacks; every gap is named with a range that would work."""

from __future__ import annotations

from collections.abc import Iterable

from photodouble.image.sequence import Sequence
from photodouble.ops.shot import spoken
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest


def check_plate_frames(plate: Sequence, wanted: FrameRange) -> None:
    """Refuse a range the plate does not cover; raises ArtistError `input.missing_frames`."""
    missing = _missing(plate, wanted)
    if not missing:
        return
    present = list(wanted.without(missing))
    raise ArtistError(
        "input.missing_frames",
        "Frames of the plate are missing",
        f"{plate.pattern} has no frame {_few(missing)}.",
        f"Bring the missing frames back{_or_use(present)}"
        if present
        else f"Choose frames that the plate has: {_few(plate.frames)}.",
        detail=f"missing: {FrameRange(missing).to_text()}",
    )


def check_port_frames(port: str, sequence: Sequence, wanted: FrameRange) -> None:
    """Refuse an input that does not cover the range; raises ArtistError `input.range_mismatch`."""
    missing = _missing(sequence, wanted)
    if not missing:
        return
    present = list(wanted.without(missing))
    label = spoken(port)
    raise ArtistError(
        "input.range_mismatch",
        f"The {label} does not cover the range",
        f"{sequence.pattern} has frames {_few(sequence.frames)}, but no frame {_few(missing)}, "
        "which the plate has.",
        f"Draw the {label} on those frames{_or_use(present)}",
        detail=f"missing: {FrameRange(missing).to_text()}",
    )


def source_frames(
    request: JobRequest, plate: Sequence, matte: Sequence | None
) -> tuple[tuple[int, ...], list[str]]:
    """Return the frames whose pixels may be used, and plain warnings about those that may not.

    The source range is the request's, or its range and handles; `source_frames` narrows it, and
    `exclude_frames` takes frames out of it. A frame without plate or matte cannot be a source. An operation
    whose matte is no hole may look at every frame of the source range.
    """
    allowed = set(request.source_range or _with_handles(request))
    if matte is None or not request.spec.has_hole:
        return tuple(sorted(allowed - set(_missing(plate, allowed)))), []
    chosen = FrameRange.from_text(str(request.values["source_frames"]))
    if len(chosen):
        allowed = set(chosen)
    excluded = FrameRange.from_text(str(request.values["exclude_frames"]))
    allowed -= set(excluded)
    usable = allowed - set(_missing(plate, allowed))
    without_matte = usable & set(_missing(matte, usable))
    warnings = []
    unknown = set(_missing(plate, chosen))
    if unknown:
        warnings.append(f"The plate has no frame {_few(unknown)}, which is named as a source.")
    never = set(_missing(plate, excluded))
    if never:
        warnings.append(f"The plate has no frame {_few(never)}, which is to be excluded.")
    if without_matte:
        warnings.append(
            f"Frames {FrameRange(without_matte).to_text()} have no matte, so no pixels are taken from them."
        )
    reach = int(request.values["reach"])
    near = {frame for frame in usable - without_matte if _distance(frame, request.range) <= reach}
    if not near:
        warnings.append("No frame is left to take pixels from, so everything is invented.")
    return tuple(sorted(near)), warnings


def _with_handles(request: JobRequest) -> set[int]:
    first, last = request.range.first - request.handles, request.range.last + request.handles
    return set(range(first, last + 1)) if request.handles else set(request.range)


def _distance(frame: int, wanted: FrameRange) -> int:
    return max(wanted.first - frame, frame - wanted.last, 0)


def _missing(sequence: Sequence, frames: Iterable[int]) -> list[int]:
    return [] if sequence.still else sequence.missing(frames)


def _few(frames: Iterable[int]) -> str:
    text = FrameRange(frames).to_text()
    return text if len(text) <= 60 else text[:57].rsplit(",", 1)[0] + " ..."


def _or_use(present: list[int]) -> str:
    return f", or leave them out of the range (--frames {FrameRange(present).to_text()})." if present else "."
