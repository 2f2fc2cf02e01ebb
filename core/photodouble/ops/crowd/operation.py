"""The filling with a crowd as the engine runs it: lay out and cast once, then draw any frame."""

from __future__ import annotations

from photodouble.ops.crowd.frame import render
from photodouble.ops.crowd.identities import played_elements
from photodouble.ops.crowd.records import ASKED, load_crowd, save_asked
from photodouble.ops.crowd.scene import scene_of
from photodouble.ops.crowd.study import study
from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.overridden import overridden
from photodouble.ops.shot import Shot, spoken
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.specs import CROWD


class Crowd:
    """Fill a stand, a field or a street of a plate with people cut from a few filmed ones."""

    key = "crowd"
    version = 1
    spec = CROWD
    render_only = frozenset(
        {
            "motion_blur", "shutter", "softness", "contact_shadow", "shadow_direction", "shadow_length",
            "shadow_softness", "exposure", "follow_light", "side_light", "grain",
        }
    )  # fmt: skip
    working_stages: frozenset[str] = frozenset()

    def check(self, shot: Shot) -> tuple[str, ...]:
        """Refuse a crowd file, a library, a camera or a lens that cannot work, before anything is written."""
        ports = shot.inputs.ports
        if ("undistort" in ports) != ("redistort" in ports):
            raise ArtistError(
                "usage.arguments",
                "Only one of the two ST maps is given",
                "A lens needs the map that takes its distortion off and the one that puts it back.",
                "Give both undistort and redistort, or neither.",
            )
        for port in ("holdout", "holdout_depth", "undistort", "redistort"):
            _check_frames(shot, port)
        return scene_of(shot).move.notes

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Lay out and cast the crowd and measure the plate's light and grain."""
        if not scratch.has(ASKED, 0):
            scene = scene_of(shot)
            names = [one.name for one in scene.library.elements]
            save_asked(scratch, scene.asked or scene.document, names)
        study(shot, scratch, report)

    def elements(self, shot: Shot, scratch: Scratch) -> frozenset[str]:
        """Return the elements that somebody who is there plays, waves included."""
        return played_elements(load_crowd(scratch)[1], scene_of(shot).library.elements)

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Draw one frame; one that the artist painted shows the artist's pixels where the crowd is."""
        return overridden(shot, frame, render(shot, scratch, frame))


def _check_frames(shot: Shot, port: str) -> None:
    sequence = shot.inputs.ports.get(port)
    missing = [] if sequence is None else sequence.missing(shot.frames)
    if sequence is None or not missing:
        return
    raise ArtistError(
        "input.range_mismatch",
        f"The {spoken(port)} does not cover the range",
        f"{sequence.pattern} has no frame {FrameRange(missing).to_text()}, which the plate has.",
        "Give one picture for the whole shot, or one for every frame of the range.",
    )


OPERATION = Crowd()
