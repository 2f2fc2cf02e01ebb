"""De-ageing as the engine runs it: follow the face and carry the paint once, then make any frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photodouble.ops.deage.asked import check_shot
from photodouble.ops.deage.behind import WORKING_STAGES
from photodouble.ops.deage.learn.document import learned_document
from photodouble.ops.deage.learn.shot import WORKING_STAGES as LEARNING_STAGES
from photodouble.ops.deage.render import render
from photodouble.ops.deage.study import study
from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.overridden import overridden
from photodouble.ops.shot import Shot
from photodouble_client.specs import DEAGE


class DeAge:
    """Make a performer younger, by paint that is carried through the shot or by dials."""

    key = "deage"
    version = 1
    spec = DEAGE
    render_only = frozenset(
        {
            "strength", "wrinkles", "banks", "structure", "spots", "even_tone", "calm",
            "fine", "smoothing",
            "region_forehead", "region_crows_feet", "region_under_eye", "region_nasolabial",
            "region_marionette", "region_cheeks", "region_neck", "shape_jaw", "shape_cheeks", "shape_neck",
            "shape_eyelids", "shape_lips",
        }
    )  # fmt: skip
    working_stages = WORKING_STAGES | LEARNING_STAGES

    def check(self, shot: Shot) -> tuple[str, ...]:
        """Refuse paint, mattes and controls that cannot work, before anything is written."""
        return check_shot(shot)

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Follow the face, carry the paint through the shot and measure calm skin."""
        study(shot, scratch, report)

    def documents(self, shot: Shot, scratch: Scratch) -> Mapping[str, Mapping[str, Any]]:
        """Return what was learned of the performer, for the next shot to begin with (`start_from`)."""
        learned = learned_document(shot, scratch)
        return {} if learned is None else {"learned": learned}

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Make one frame; one that the artist finished shows the artist's pixels where the face is."""
        return overridden(shot, frame, render(shot, scratch, frame))


OPERATION = DeAge()
