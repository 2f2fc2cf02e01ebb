"""An artist's lines come in as JSON, in plate pixels, and are brought to the key frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from photodouble.image.window import Box
from photodouble.ops.inpaint.guides import frames_elsewhere, lines_on, read_guides
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble_client.errors import ArtistError

PLATE = np.zeros((40, 60, 3), np.float32)


def plates() -> ArrayPlates:
    """Give three frames, 1001 to 1003, worked on at half size."""
    return ArrayPlates([PLATE] * 3, [PLATE[:, :, 0]] * 3, scale=2, first=1001)


def document(**line: Any) -> dict[str, Any]:
    """Write a document of one line."""
    return {"schema": 1, "lines": [{"frame": 1001, "points": [[1, 1], [21, 11]], **line}]}


def test_points_are_plate_pixels_and_follow_the_plane_to_another_frame() -> None:
    guides = read_guides(document(), plates())
    scratch = MemoryScratch()
    plane = np.array([[1, 0, 5], [0, 1, -2], [0, 0, 1]], np.float64)
    for index in (0, 1):
        scratch.save("motion", index, homography=plane)
    here, there = (lines_on(guides, scratch, index, Box(2, 0, 30, 20))[0] for index in (0, 2))
    assert np.allclose(here, [[-2, 0], [8, 5]])
    assert np.allclose(there - here, [10, -4])


def test_lines_on_frames_the_shot_has_not_are_passed_over() -> None:
    assert read_guides(document(frame=2000), plates()) == ()
    assert frames_elsewhere(document(frame=2000), plates()) == (2000,)
    assert frames_elsewhere(document(), plates()) == frames_elsewhere(None, plates()) == ()
    assert read_guides(None, plates()) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 2, "lines": []},
        {"schema": 1},
        {"schema": 1, "lines": [7]},
        document(points=[[1, 1]]),
        document(points=[[1, 1], [2]]),
        document(points=[[1, 1], [2, float("nan")]]),
        document(colour="red"),
        document(frame="first"),
    ],
)
def test_a_line_that_is_none_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArtistError) as refused:
        read_guides(wrong, plates())
    assert refused.value.code == "input.bad_document" and "guides" in refused.value.message
