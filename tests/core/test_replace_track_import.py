"""A sign's track out of Nuke: a corner pin or four trackers, whatever order they stand in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photodouble.ops.replace.import_track import plane_of_others
from photodouble_client import nk
from photodouble_client.errors import ArtistError

HEIGHT, WIDTH = 100, 160
FRAMES = (1001, 1002, 1003)
CORNERS = np.array([[[20 + n, 10], [90 + n, 14], [88 + n, 70], [18 + n, 66]] for n in range(3)], float)


def pin(path: Path, order: tuple[int, ...]) -> Path:
    """Write corners as to1 to to4 of a CornerPin2D, which counts from the lower edge."""
    knobs = []
    for number, at in enumerate(order, 1):
        across = {frame: float(CORNERS[n, at, 0] + 0.5) for n, frame in enumerate(FRAMES)}
        up = {frame: float(HEIGHT - CORNERS[n, at, 1] - 0.5) for n, frame in enumerate(FRAMES)}
        curves = [nk.curves(one).strip("{}") for one in (across, up)]
        knobs.append((f"to{number}", "{{" + curves[0] + "} {" + curves[1] + "}}"))
    path.write_text(nk.write([nk.Block("CornerPin2D", (*knobs, ("name", "Pin")))]), encoding="utf-8")
    return path


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (0, 1, 2, 3), (2, 0, 3, 1)])
def test_the_corners_of_a_pin_go_around_from_the_upper_left(tmp_path: Path, order: tuple[int, ...]) -> None:
    track = plane_of_others(pin(tmp_path / "pin.nk", order), (HEIGHT, WIDTH))
    assert track.indices == FRAMES and track.start == 1001
    np.testing.assert_allclose(track.corners, CORNERS, atol=1e-3)


def test_another_number_of_points_is_said(tmp_path: Path) -> None:
    path = tmp_path / "points.txt"
    path.write_text("# counts in pixels\nA 1001 5 5\nB 1001 9 9\n", encoding="utf-8")
    with pytest.raises(ArtistError, match="four corners"):
        plane_of_others(path, (HEIGHT, WIDTH))
