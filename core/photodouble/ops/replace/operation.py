"""The replacement of signs as the engine runs it: follow and measure the sign once, then draw any frame."""

from __future__ import annotations

from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.overridden import overridden
from photodouble.ops.replace.render import render
from photodouble.ops.replace.sign import given_corners, given_track, missing_sign, reference_frame
from photodouble.ops.replace.study import study
from photodouble.ops.shot import Shot
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.specs import REPLACE


class Replace:
    """Put new artwork on a sign, a screen or a poster of a moving plate."""

    key = "replace"
    version = 1
    spec = REPLACE
    render_only = frozenset(
        {
            "locale", "fit", "grow", "light", "exposure", "motion_blur", "shutter", "match_focus", "softness",
            "grain", "seed", "in_front", "front_sensitivity",
        }
    )  # fmt: skip
    working_stages: frozenset[str] = frozenset()

    def check(self, shot: Shot) -> tuple[str, ...]:
        """Refuse a shot without corners, track or artwork to match, before anything is written."""
        ports = shot.inputs.ports
        if ("undistort" in ports) != ("redistort" in ports):
            raise ArtistError(
                "usage.arguments",
                "Only one of the two ST maps is given",
                "A lens needs the map that takes its distortion off and the one that puts it back.",
                "Give both undistort and redistort, or neither.",
            )
        for port in ("artwork", "undistort", "redistort"):
            _check_frames(shot, port)
        _check_sign(shot)
        return ()

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Follow the sign through the shot and measure its light, focus and grain."""
        study(shot, scratch, report)

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Draw one frame; one that the artist painted shows the artist's pixels where the sign is."""
        return overridden(shot, frame, render(shot, scratch, frame))


def _check_frames(shot: Shot, port: str) -> None:
    sequence = shot.inputs.ports.get(port)
    missing = [] if sequence is None else sequence.missing(shot.frames)
    if sequence is None or not missing:
        return
    raise ArtistError(
        "input.range_mismatch",
        f"The {port} does not cover the range",
        f"{sequence.pattern} has no frame {FrameRange(missing).to_text()}, which the plate has.",
        "Give one picture for the whole shot, or one for every frame of the range.",
    )


def _check_sign(shot: Shot) -> None:
    """Refuse corners that are missing, off the plate, or on a frame that cannot be looked at."""
    start, track, corners = reference_frame(shot), given_track(shot), given_corners(shot)
    if start not in {*shot.source_frames, *shot.frames}:
        raise missing_sign(
            f"The reference frame {start} is not one of the plate's frames that may be used.",
            "Choose a reference frame inside the plate's range.",
        )
    if track is not None:
        gaps = [frame for frame in (*shot.frames, start) if frame not in track.indices]
        if gaps:
            raise ArtistError(
                "input.range_mismatch",
                "The track does not cover the range",
                f"The track has no frame {FrameRange(gaps).to_text()}.",
                "Track the whole range again: photodouble track plane.",
            )
        return
    if corners is None:
        raise missing_sign(
            "Neither corners nor a track are given.",
            "Give --top-left, --top-right, --bottom-right and --bottom-left as X,Y, or --track.",
        )
    window = shot.canvas
    if (corners < (window.x0 - 1, window.y0 - 1)).any() or (corners > (window.x1, window.y1)).any():
        raise missing_sign(
            "A corner lies outside the picture on the reference frame.",
            "Choose a reference frame that shows the whole sign.",
        )


OPERATION = Replace()
