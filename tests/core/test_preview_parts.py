"""What previews are made of: the grid, the mattes, the frames, and what is kept warm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.engine.preview import PreviewStore
from photodouble.engine.preview.frames import few_of, frames_around, painted_around
from photodouble.engine.preview.mattes import Mattes
from photodouble.engine.preview.records import WarmRecords
from photodouble.engine.preview.reduced import Grid
from photodouble.engine.preview.shot import PreviewSize, ReducedShot, reduced_shot
from photodouble.image.matte import MatteSettings, read_matte
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.opening import open_inputs
from photodouble.ops.operation import Reporter, operation_named
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

PICTURE = Box(0, 0, 40, 30)


def test_blocks_are_counted_from_the_corner_of_the_display() -> None:
    grid = Grid(Box(3, 5, 43, 35), 4)
    assert grid.reduced(Box(3, 5, 43, 35)) == Box(0, 0, 10, 8)
    assert grid.reduced(Box(2, 5, 8, 9)) == Box(-1, 0, 2, 1)
    assert grid.whole(Box(-1, 0, 2, 1)) == Box(-1, 5, 11, 9)


def test_a_block_is_the_mean_of_its_real_pixels() -> None:
    values = np.array([[1, 2, 9, 9], [3, 0, 9, 9]], np.float32)
    weight = np.array([[1, 1, 0, 0], [1, 0, 0, 0]], np.float32)
    mean = Grid(PICTURE, 2).mean(values, weight)
    assert mean[0, 0] == pytest.approx(2)
    assert np.isnan(mean[0, 1])


@pytest.mark.parametrize(
    "settings",
    [
        MatteSettings(),
        MatteSettings(grow=3),
        MatteSettings(erode=2, grow=1),
        MatteSettings(feather=7.0),
        MatteSettings(grow=2, feather=3.0, threshold=0.5),
        MatteSettings(invert=True),
        MatteSettings(invert=True, erode=2, feather=3.0),
    ],
)
@pytest.mark.parametrize("place", [(10, 8), (0, 0), (33, 22)])
def test_a_matte_is_shaped_as_a_take_shapes_it(
    settings: MatteSettings, place: tuple[int, int], tmp_path: Path
) -> None:
    matte = np.zeros(PICTURE.size, np.float32)
    matte[place[1] : place[1] + 8, place[0] : place[0] + 7] = 0.75
    path = tmp_path / "matte.1001.exr"
    write_planes(path, {"A": matte}, data_window=PICTURE, display_window=PICTURE)
    found = Sequence.find(path)
    shaped = Mattes(found, Grid(PICTURE, 2), PreviewStore()).whole(1001, PICTURE, settings)
    np.testing.assert_allclose(shaped, read_matte(found, 1001, PICTURE, settings), atol=1e-3)


def test_a_matte_that_is_nowhere_stays_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "matte.1001.exr"
    nothing = {"A": np.zeros(PICTURE.size, np.float32)}
    write_planes(path, nothing, data_window=PICTURE, display_window=PICTURE)
    mattes = Mattes(Sequence.find(path), Grid(PICTURE, 2), PreviewStore())
    assert mattes.whole(1001, PICTURE, MatteSettings(grow=5, feather=4.0)).max() == 0


def test_frames_spread_out_on_both_sides() -> None:
    assert frames_around(1050, range(1001, 1101), 48) == (
        1024,
        1039,
        1046,
        1049,
        1050,
        1051,
        1054,
        1061,
        1076,
    )


def test_frames_at_the_end_of_a_shot_are_made_up_for_from_within() -> None:
    chosen = frames_around(1001, range(1001, 1101), 48)
    assert len(chosen) == 9 and chosen[0] == 1001 and 1027 in chosen


def test_frames_stay_within_reach_and_among_those_allowed() -> None:
    allowed = set(range(1001, 1101)) - {1049, 1050, 1051}
    chosen = frames_around(1050, allowed, 5)
    assert set(chosen) <= {1045, 1046, 1047, 1048, 1052, 1053, 1054, 1055}
    assert 1048 in chosen and 1052 in chosen


def test_the_nearest_painted_frames_help() -> None:
    assert painted_around(1010, (1001, 1008, 1009, 1011, 1200), 48) == (1008, 1009, 1011)


def test_a_clean_pass_is_tried_in_a_few_places() -> None:
    assert few_of(range(1001, 1004)) == (1001, 1002, 1003)
    assert few_of(range(1001, 1061)) == (1006, 1016, 1026, 1036, 1046, 1056)


def test_the_store_lets_the_longest_unused_go() -> None:
    store = PreviewStore(limit_bytes=250)
    for name in ("a", "b"):
        store.keep(name, np.zeros(100, np.uint8))
    store.peek("a")
    store.keep("c", np.zeros(100, np.uint8))
    assert store.peek("b") is None and store.peek("a") is not None
    assert store.held_bytes == 200
    store.free()
    assert store.held_bytes == 0 and store.peek("a") is None


def test_motion_outlives_a_change_of_seam_but_not_of_the_matte(
    tiny_shot: Callable[..., Any], tmp_path: Path
) -> None:
    shot, store = tiny_shot(), PreviewStore()

    def records(**values: Any) -> WarmRecords:
        operation = operation_named("inpaint")
        return WarmRecords(opened(shot, store, **values), operation, store)

    first = records()
    first.save("motion", 0, homography=np.eye(3))
    first.save("fill", 0, base=np.zeros(3))
    assert records(seam=9.0).has("motion", 0) and not records(seam=9.0).has("fill", 0)
    assert records(grain=0.1).has("fill", 0)
    assert not records(matte_grow=1).has("motion", 0)
    assert not records(motion="plane").has("motion", 0)
    assert not records().has("motion", 1)


def opened(shot: Any, store: PreviewStore, **values: Any) -> ReducedShot:
    request = JobRequest(
        "inpaint",
        shot.inputs,
        values,
        FrameRange(shot.frames),
    ).checked()
    size = PreviewSize(Grid(Box(0, 0, 64, 48), 2), 480, store)
    return reduced_shot(request, open_inputs(request), 1003, shot.frames, size, Reporter())


def test_lengths_in_pixels_shrink_with_the_picture(tiny_shot: Callable[..., Any]) -> None:
    shown = opened(tiny_shot(), PreviewStore(), seam=8.0, matte_grow=2)
    assert shown.values["seam"] == 4.0
    assert shown.values["matte_grow"] == 2
    assert shown.canvas == Box(0, 0, 32, 24)
