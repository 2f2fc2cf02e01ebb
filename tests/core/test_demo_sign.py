"""The demo of a replaced sign ends with a picture, and its figures are those of the truth."""

from __future__ import annotations

from pathlib import Path

import cv2

from photodouble.demo.sign import run_sign_demo


def test_the_demo_puts_up_the_sign_and_measures_it(tmp_path: Path) -> None:
    report = run_sign_demo(tmp_path, frames=5, size=(240, 136))
    assert report.untouched
    assert report.corners < 4
    assert report.psnr > 18
    assert cv2.imread(str(report.sheet)).shape[1] > 1000
    assert (report.take / "manifest.json").is_file()
    assert len(report.lines()) == 3
