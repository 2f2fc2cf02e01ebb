"""The performance sheet of a de-aged take: how the face moves on the plate and on the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.engine.deage_take import DeagedTake
from photodouble.image.storage import write_whole
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.landmarks import track_faces
from photodouble.ops.deage.performance import Movement, movements, trusted_frames
from photodouble.ops.operation import Reporter
from photodouble.takes.lettering import GREY, INK, letter
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

Codes = NDArray[np.uint8]
Picture = NDArray[np.float32]

_SIZE = (1280, 170)
_MARGIN = 24
_PLATE, _RESULT = (120, 190, 255), (255, 170, 70)


def performance(take: Take, report: Reporter, *, picture: Path | None = None) -> dict[str, Any]:
    """Compare mouth, lids and brows of a take's plate and result; draw their curves into a PNG.

    Raises ArtistError `usage.arguments` for a take of another operation, `usage.bad_value` for a picture that
    is no PNG, and as `prepare` and `track_faces` do.
    """
    _check_name(picture)
    made = DeagedTake.of(take, report)
    track = made.track if made.track.names else _followed(made, report)
    track = _shortened(track, made.frames)

    def tell(done: int, of: int) -> None:
        report.progress(done, of, "comparing how the face moves")

    found = movements(track, made.plate, made.result, on_frame=tell)
    if picture is not None:
        write_chart(picture, found, take.label)
    return {
        "take": str(take.folder),
        "frames": len(trusted_frames(track)),
        "kept": all(one.is_kept for one in found),
        "movements": {
            one.name: {
                "agreement": None if one.agreement is None else round(one.agreement, 5),
                "share": None if one.share is None else round(one.share, 4),
                "apart": round(one.apart, 5),
            }
            for one in found
        },
        "picture": str(picture or ""),
    }


def _check_name(picture: Path | None) -> None:
    """Refuse a name that is no PNG's: it could be that of a plate."""
    if picture is None or picture.suffix.lower() == ".png":
        return
    raise ArtistError(
        "usage.bad_value",
        "The curves are written as PNG",
        f"{picture.name} does not end in .png.",
        "Name it such as performance.png.",
    )


def write_chart(path: Path, found: Sequence[Movement], title: str) -> None:
    """Write the curves of all movements into a PNG: the plate's in blue, the result's in orange."""
    strips = [_strip(one) for one in found]
    head = np.full((46, _SIZE[0], 3), 24, np.uint8)
    used = letter(head, title, (_MARGIN, 31), height=20, room=_SIZE[0] // 2)
    letter(head, "plate", (_MARGIN + used + 30, 31), height=18, colour=_PLATE)
    letter(head, "result", (_MARGIN + used + 100, 31), height=18, colour=_RESULT)
    done, encoded = cv2.imencode(".png", np.concatenate([head, *strips])[..., ::-1])
    if not done:
        raise ValueError("the chart cannot be encoded as PNG")
    write_whole(path, encoded.tobytes())


def _strip(one: Movement) -> Codes:
    width, height = _SIZE
    picture = np.full((height, width, 3), 24, np.uint8)
    said = "does not move"
    if one.agreement is not None:
        said = f"agreement {one.agreement:.4f}, {one.share:.0%} as far"
    letter(picture, f"{one.name}: {said}", (_MARGIN, 24), height=17, colour=INK)
    both = np.concatenate([one.plate, one.result])
    if not both.size:
        return picture
    low, high = float(both.min()), max(float(both.max()), float(both.min()) + 1e-3)
    cv2.line(picture, (_MARGIN, height - 12), (width - _MARGIN, height - 12), GREY, 1)
    for curve, colour, thick in ((one.plate, _PLATE, 3), (one.result, _RESULT, 1)):
        across = np.linspace(_MARGIN, width - _MARGIN, len(curve))
        up = height - 16 - (curve - low) / (high - low) * (height - 56)
        line = np.rint(np.stack([across, up], axis=1) * 16).astype(np.int32)
        cv2.polylines(picture, [line], False, colour, thick, cv2.LINE_AA, 4)
    return picture


def _followed(made: DeagedTake, report: Reporter) -> FaceTrack:
    """Find landmarks on the plate, where the take's own track has none."""

    def tell(done: int, of: int) -> None:
        report.progress(done, of, "following the face of the plate")

    aspect = made.track.pixel_aspect
    return _nearest(track_faces(made.plate, made.frames, pixel_aspect=aspect, on_frame=tell), made.track)


def _shortened(track: FaceTrack, frames: Sequence[int]) -> FaceTrack:
    """Trust a track only in frames that were made."""
    made = np.array([frame in frames for frame in track.frames])
    return replace(track, valid=track.valid & made)


def _nearest(tracks: Sequence[FaceTrack], to: FaceTrack) -> FaceTrack:
    """Return the track that lies where another does: the same face, whatever number it got."""

    def away(one: FaceTrack) -> float:
        shared = [frame for frame in to.frames if frame in one.frames]
        middles = [one.to_plate(frame) @ np.array([one.size / 2, one.size / 2, 1]) for frame in shared]
        wanted = [to.to_plate(frame) @ np.array([to.size / 2, to.size / 2, 1]) for frame in shared]
        return float(np.abs(np.array(middles) - np.array(wanted)).mean())

    return min(tracks, key=away)
