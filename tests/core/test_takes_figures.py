"""The figures of a whole take."""

from __future__ import annotations

import pytest

from photodouble.takes.figures import take_figures
from photodouble.takes.record import FrameRecord


def test_shares_are_of_all_matte_pixels_of_the_take_and_make_one():
    records = [
        FrameRecord(1, {}, figures={"filled_pixels": 100, "share_real": 1.0, "confidence": 0.9}),
        FrameRecord(2, {}, figures={"filled_pixels": 300, "share_synthesised": 1.0, "confidence": 0.1}),
        FrameRecord(3, {}, figures={"filled_pixels": 0}),
    ]
    found = take_figures(records)
    assert found == pytest.approx(
        {"filled_pixels": 400, "share_real": 0.25, "share_synthesised": 0.75, "confidence": 0.3}
    )


def test_each_eye_of_a_stereo_take_has_its_own_shares():
    figures = {
        "filled_pixels.left": 10,
        "share_real.left": 1.0,
        "filled_pixels.right": 30,
        "share_real.right": 0.5,
    }
    assert take_figures([FrameRecord(1, {}, figures=figures)])["share_real.right"] == 0.5
