"""The preview of a sign: the new artwork on one frame, followed no further than from its reference frame."""

from __future__ import annotations

import dataclasses

from photodouble.engine.headers import check_same_size
from photodouble.engine.ranges import source_frames
from photodouble.ops.operation import ChecksShots, Reporter, operation_named
from photodouble.ops.replace.sign import reference_frame
from photodouble.ops.shot import Shot, ShotFacts, ShotInputs
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

from .compose import Picture, laid_over
from .from_take import finished_picture
from .known import Known
from .records import WarmRecords
from .shot import PreviewSize, reduced_shot

MOST_FOLLOWED = 12
"""Frames between the reference frame and the wanted one over which a preview follows the sign itself."""


def sign_shown(
    request: JobRequest,
    opened: ShotInputs,
    frame: int,
    size: PreviewSize,
    report: Reporter,
    notes: list[str],
    known: Known | None,
) -> Picture:
    """Show a sign on one frame: by the track that is given, or followed over a few frames.

    Raises ArtistError `usage.arguments` where the reference frame is too far away and no track is given,
    and as the operation does for corners, a track or artwork that cannot be used.
    """
    allowed, _ = source_frames(request, opened.ports["plate"], None)
    start = _start(request, opened, size)
    sources = _looked_at(frame, start, set(allowed), has_track="track" in opened.documents)
    check_same_size(opened.ports["plate"], opened, sorted({frame, *sources}), report)
    request = dataclasses.replace(request, values={**request.values, "reference_frame": str(start)})
    painted = {one: picture for one, picture in opened.overrides.items() if one == frame}
    shot = reduced_shot(
        request, ShotInputs(opened.ports, painted, opened.documents), frame, sources, size, report
    )
    path = known.finished(frame) if known is not None else None
    if known is not None and path is not None:
        notes.append(f"This is the finished frame of {known.take.label}.")
        return finished_picture(known, shot, frame, path, size)
    operation = operation_named(request.operation)
    if isinstance(operation, ChecksShots):
        operation.check(shot)
    records = WarmRecords(shot, operation, size.store)
    operation.analyse(shot, records, report)
    notes.append(f"Measured on {len({frame, *sources})} frames: the take will be steadier.")
    return laid_over(shot, frame, operation.render(shot, records, frame))


def _start(request: JobRequest, opened: ShotInputs, size: PreviewSize) -> int:
    """Return the reference frame, as the whole shot understands it."""
    frames = tuple(request.range)
    facts = ShotFacts(frames, frames, size.grid.display, size.grid.display)
    return reference_frame(Shot(request, opened, facts))


def _looked_at(frame: int, start: int, allowed: set[int], *, has_track: bool) -> tuple[int, ...]:
    """Return the frames that are looked at: the reference frame, the neighbours, and what lies between."""
    low, high = min(frame, start), max(frame, start)
    if not has_track and high - low > MOST_FOLLOWED:
        raise ArtistError(
            "usage.arguments",
            "There is no preview so far from the reference frame",
            f"The corners are given on frame {start}; a preview follows the sign over {MOST_FOLLOWED} frames "
            "at most.",
            "Follow the sign first (photodouble track plane) and give its track, or choose a nearer frame.",
        )
    between = () if has_track else range(low, high + 1)
    return tuple(sorted({start, frame - 1, frame, frame + 1, *between} & allowed))
