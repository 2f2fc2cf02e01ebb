"""The taking off of grain as the engine runs it: measure the grain once, then make any frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photodouble.ops.degrain.render import render, with_grain
from photodouble.ops.degrain.study import study
from photodouble.ops.inpaint.pipeline import one_thread
from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.overridden import overridden
from photodouble.ops.shot import Shot
from photodouble_client.specs.degrain import DEGRAIN


class Degrain:
    """Take the grain off a plate, and keep it as a picture of its own."""

    key = "degrain"
    version = 1
    spec = DEGRAIN
    render_only = frozenset({"strength", "luma", "chroma", "grain_level", "neighbours", "spatial"})
    working_stages: frozenset[str] = frozenset()

    def near(self, values: Mapping[str, Any]) -> int:
        """Return how many frames on either side of a frame are looked at."""
        return max(int(values["neighbours"]), 1)

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Measure the grain of the whole shot."""
        with one_thread():
            study(shot, scratch, report)

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Make one frame; one that the artist painted shows the artist's pixels inside the matte."""
        with one_thread():
            made = overridden(shot, frame, render(shot, scratch, frame))
            return with_grain(shot, frame, made)


OPERATION = Degrain()
