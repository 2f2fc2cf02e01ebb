"""The inpaint operation as the engine runs it: analyse the shot once, then render any frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.ops.operation import Rendered, Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble_client.specs import INPAINT

from . import confidence
from .artist_layers import check_layers
from .device import rendering_on, studying_on
from .learn import LESSONS
from .render import render
from .study import study

Array = npt.NDArray[np.float32]


class Inpaint:
    """Take something out of a moving plate: real pixels first, invented ones where no frame shows any."""

    key = "inpaint"
    version = 1
    spec = INPAINT
    render_only = frozenset({"detail", "grain"})
    working_stages = (
        frozenset({"view", "motion_check", "candidates", "ring", "blend", "key", "film"})
        | frozenset({"light_step", "lit", "blur", "draft", "motion_second"})
        | LESSONS
    )

    def check(self, shot: Shot) -> tuple[str, ...]:
        """Refuse light and motion of the artist that say nothing, before anything is written."""
        check_layers(shot)
        return ()

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Follow the background through the shot and note where every hidden pixel is seen.

        Records are kept as soon as they are made, so a stopped analysis goes on where it was.
        """
        with studying_on(str(shot.values["device"]), scratch, report.warn):
            study(shot, scratch, report)

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Fill one frame; a frame the artist painted, or locked, shows the artist's pixels in its matte."""
        if frame in shot.overrides:
            return artists_frame(shot, frame)
        with rendering_on(scratch):
            return render(shot, scratch, frame)


def artists_frame(shot: Shot, frame: int) -> Rendered:
    """Return the artist's own picture inside the matte; the source frame is the frame itself.

    The picture is taken as it is, soft edges included, so its matte is hard: 1 wherever the matte is not 0.
    """
    box = shot.matte_box(frame)
    shown = shot.matte(frame, box) > 0
    matte = shown.astype(np.float32)
    fill = shot.override(frame).linear(box)
    return Rendered(
        box,
        fill,
        matte,
        _where(shown, confidence.ARTIST, confidence.PLATE),
        _where(shown, frame, -1),
        np.ones(box.size, np.float32),
    )


def _where(shown: npt.NDArray[np.bool_], inside: float, outside: float) -> Array:
    return np.where(shown, np.float32(inside), np.float32(outside)).astype(np.float32)


OPERATION = Inpaint()
