"""The tiling of plates as the engine runs it: lay the passes and cut them once, then make any frame."""

from __future__ import annotations

from photodouble.ops.inpaint.pipeline import one_thread
from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.overridden import overridden
from photodouble.ops.shot import Shot
from photodouble.ops.tiles.passes import frame_of, passes_of
from photodouble.ops.tiles.render import render
from photodouble.ops.tiles.study import study
from photodouble_client.errors import ArtistError
from photodouble_client.specs import TILES


class Tiles:
    """Lay several passes of one group of people together to a full stand."""

    key = "tiles"
    version = 1
    spec = TILES
    render_only = frozenset({"seam_softness"})
    working_stages: frozenset[str] = frozenset()

    def check(self, shot: Shot) -> tuple[str, ...]:
        """Refuse a stand without passes, or with one that is too short, before anything is written."""
        numbers = passes_of(shot)
        if not numbers:
            raise ArtistError(
                "usage.arguments",
                "No pass is given",
                "A full stand is made of the master and at least one pass with the group elsewhere.",
                "Give the first pass (--pass-1).",
            )
        for number in numbers:
            for frame in shot.frames:
                frame_of(shot, number, frame)
        said = [
            f"Pass {number} has other frame numbers than the master; both begin together."
            for number in numbers
            if not shot.inputs.ports[f"pass_{number}"].still
            and shot.inputs.ports[f"pass_{number}"].missing(shot.frames)
        ]
        said += [
            f"A region is given for pass {port.rpartition('_')[2]}, which is not there; it is not used."
            for port in shot.inputs.ports
            if port.startswith("region_") and int(port.rpartition("_")[2]) not in numbers
        ]
        return tuple(said)

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Lay the passes over the master, match their light, find their people and cut them."""
        with one_thread():
            study(shot, scratch, report)

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Make one frame; one that the artist painted shows the artist's pixels where passes lie."""
        return overridden(shot, frame, render(shot, scratch, frame))


OPERATION = Tiles()
