"""Drawn shapes become mattes whose every pixel holds the share of it that is covered."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from photodouble.image.coverage import polygon_coverage
from photodouble.image.shapes import Shape, Shapes, rasterise
from photodouble.image.stmap import apply_stmap, points_through, read_stmap, write_stmap
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

BOX = Box(0, 0, 40, 30)


def drawn(*shapes: dict) -> Shapes:  # type: ignore[type-arg]
    return Shapes.from_json({"schema": 1, "shapes": list(shapes)})


def square(x0: float, y0: float, x1: float, y1: float, **more: object) -> dict:  # type: ignore[type-arg]
    corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    return {"keys": {"1": {"points": corners}}, **more}


def test_a_rectangle_between_pixels_covers_their_exact_shares() -> None:
    matte = polygon_coverage(np.array([[2.25, 3.5], [6.75, 3.5], [6.75, 8.0], [2.25, 8.0]]), BOX)
    assert matte[5, 4] == 1
    assert matte[5, 2] == pytest.approx(0.75)
    assert matte[3, 6] == pytest.approx(0.375)
    assert matte.sum(dtype=np.float64) == pytest.approx(4.5 * 4.5)
    assert matte[9].max() == 0


def test_any_polygon_has_its_true_area_wherever_the_box_lies() -> None:
    random = np.random.default_rng(4)
    for _ in range(40):
        angle = np.sort(random.uniform(0, 2 * np.pi, 7))
        outline = np.stack([20 + 9 * np.cos(angle), 15 + 9 * np.sin(angle)], axis=1)
        x, y = outline[:, 0], outline[:, 1]
        area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
        whole = polygon_coverage(outline, BOX)
        assert whole.sum(dtype=np.float64) == pytest.approx(area, abs=1e-3)
        part = Box(14, 10, 27, 22)
        assert np.allclose(polygon_coverage(outline, part), whole[part.slices_in(BOX)], atol=1e-6)
        assert np.allclose(polygon_coverage(outline[::-1], BOX), whole, atol=1e-6)


def test_edges_are_those_of_many_samples() -> None:
    outline = np.array([[3.3, 2.1], [30.7, 8.9], [22.2, 27.4], [9.1, 20.0]])
    fine = polygon_coverage(outline * 16, Box(0, 0, 640, 480)) > 0.5
    sampled = fine.reshape(30, 16, 40, 16).mean(axis=(1, 3))
    assert np.abs(polygon_coverage(outline, BOX) - sampled).max() < 0.02


def test_shapes_add_up_and_take_away_in_their_order() -> None:
    hole = square(8, 8, 12, 12, operation="subtract")
    matte = rasterise(drawn(square(4, 4, 20, 20), hole), 1, BOX)
    assert matte.sum() == pytest.approx(16 * 16 - 16)
    assert matte[10, 10] == 0
    back = rasterise(drawn(square(4, 4, 20, 20), hole, square(9, 9, 10, 10)), 1, BOX)
    assert back[9, 9] == 1


def test_opacity_and_feather_soften_outwards() -> None:
    soft = rasterise(drawn(square(10, 10, 20, 20, feather=6, opacity=0.5)), 1, BOX)
    assert soft[15, 15] == pytest.approx(0.5)
    assert 0 < soft[15, 22] < 0.5
    assert soft[15, 28] == 0
    part = Box(12, 12, 24, 24)
    cut = rasterise(drawn(square(10, 10, 20, 20, feather=6, opacity=0.5)), 1, part)
    assert np.allclose(cut, soft[part.slices_in(BOX)], atol=1e-6)


def test_keys_move_in_between_and_stand_outside() -> None:
    shapes = drawn(
        {"keys": {"1": {"points": [[0, 0], [4, 0], [4, 4]]}, "11": {"points": [[20, 0], [24, 0], [24, 4]]}}}
    )
    assert shapes.shapes[0].points_at(6).tolist() == [[10, 0], [14, 0], [14, 4]]
    assert np.array_equal(rasterise(shapes, -5, BOX), rasterise(shapes, 1, BOX))
    assert np.array_equal(rasterise(shapes, 99, BOX), rasterise(shapes, 11, BOX))


def test_an_open_shutter_smears_along_the_motion_and_keeps_the_area() -> None:
    moving = drawn(
        {
            "keys": {
                "1": {"points": [[5, 5], [15, 5], [15, 15], [5, 15]]},
                "3": {"points": [[21, 5], [31, 5], [31, 15], [21, 15]]},
            }
        }
    )
    sharp, smeared = rasterise(moving, 2, BOX), rasterise(moving, 2, BOX, shutter=0.5)
    assert smeared.sum() == pytest.approx(sharp.sum(), rel=1e-4)
    assert smeared[10, 12] == pytest.approx(0.375, abs=0.1)
    assert sharp[10, 12] == 0


def test_a_spline_is_rounder_than_its_points_and_a_bezier_obeys_its_handles() -> None:
    points = [[10, 5], [30, 5], [30, 25], [10, 25]]
    curved = rasterise(drawn({"kind": "spline", "keys": {"1": {"points": points}}}), 1, BOX)
    straight = rasterise(drawn({"keys": {"1": {"points": points}}}), 1, BOX)
    assert curved.sum() > straight.sum() + 20
    flat = [[x, y, 0, 0, 0, 0] for x, y in points]
    same = rasterise(drawn({"kind": "bezier", "keys": {"1": {"points": flat}}}), 1, BOX)
    assert np.allclose(same, straight, atol=1e-5)


def test_shapes_follow_a_track() -> None:
    def place(time: float) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([[1, 0, 3 * time], [0, 1, 0], [0, 0, 1.0]])

    carried = rasterise(drawn(square(4, 4, 8, 8)), 4, BOX, place=place)
    assert np.allclose(carried, rasterise(drawn(square(16, 4, 20, 8)), 1, BOX))


@pytest.mark.parametrize(
    ("shape", "named"),
    [
        ({"keys": {}}, "no keys"),
        ({"keys": {"1": {"points": [[0, 0], [1, 1]]}}}, "3 points"),
        ({"keys": {"1": {"points": [[0, 0], [1, 1], [1, "a"]]}}}, "number"),
        ({"keys": {"one": {"points": [[0, 0], [1, 1], [1, 0]]}}}, "frame number"),
        ({"kind": "circle", "keys": {"1": {"points": [[0, 0], [1, 1], [1, 0]]}}}, "circle"),
        ({"kind": "bezier", "keys": {"1": {"points": [[0, 0], [1, 1], [1, 0]]}}}, "6 numbers"),
        (square(0, 0, 1, 1, feather=-1), "feather"),
        (square(0, 0, 1, 1, colour="red"), "other fields"),
        ({"keys": {"1": {"points": [[0, 0], [1, 1], [1, 0]]}, "2": {"points": [[0, 0]] * 4}}}, "same number"),
    ],
)
def test_a_broken_shape_is_refused_with_what_is_wrong(shape: dict, named: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ArtistError, match=named) as caught:
        drawn(shape)
    assert caught.value.code == "input.bad_document"


def test_the_example_of_the_docs_is_read() -> None:
    page = (Path(__file__).parents[2] / "core/docs/signs.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.S)
    shapes = Shapes.from_json(json.loads(example))
    assert shapes.shapes[0].kind == "spline" and sorted(shapes.shapes[0].keys) == [1001, 1024]
    assert rasterise(shapes, 1012, Box(0, 0, 640, 360)).sum() > 1000


def test_a_document_of_shapes_survives_being_written() -> None:
    shapes = drawn(square(0, 0, 5, 5, name="sign", feather=2), square(1, 1, 2, 2, operation="subtract"))
    again = Shapes.from_json(shapes.to_json())
    assert np.array_equal(rasterise(again, 1, BOX), rasterise(shapes, 1, BOX))


def test_an_st_map_survives_its_file_and_undoes_its_partner(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from photodouble.image.sequence import Sequence

    y, x = np.mgrid[0:30, 0:40].astype(np.float32)
    bent = np.stack([x + 0.002 * (x - 20) ** 2 - 0.5, y + 0.4], axis=2).astype(np.float32)
    write_stmap(tmp_path / "undistort.exr", bent, BOX)
    read = read_stmap(Sequence.find(tmp_path / "undistort.exr"), 1, BOX)
    assert np.abs(read - bent).max() < 1e-4
    picture = (2 * x + 3 * y).astype(np.float32)
    inside = (slice(3, -3), slice(3, -3))
    wanted = 2 * bent[..., 0] + 3 * bent[..., 1]
    assert np.abs(apply_stmap(picture, read)[inside] - wanted[inside]).max() < 0.15
    points = np.array([[10.0, 10.0], [25.5, 12.25]])
    assert np.allclose(points_through(points, read)[0], bent[10, 10], atol=1e-4)
    assert np.allclose(
        points_through(np.array([[45.0, 10.0]]), read)[0] - 6 * np.array([1, 0]), bent[10, 39], atol=1e-3
    )


def test_nothing_is_covered_beside_an_outline_with_crooked_edges() -> None:
    points = [[50, 60], [120, 10], [240, 10], [300, 100], [270, 180], [200, 260], [110, 260], [70, 160]]
    head = Shape("head", "spline", {1: np.array(points, np.float64) * 1.37 + 0.123})
    covered = polygon_coverage(head.outline_at(1), Box(0, 0, 500, 400))
    for row in covered[covered.any(axis=1)]:
        inside = np.flatnonzero(row)
        assert np.ptp(inside) + 1 == len(inside) and row[inside[-1] + 1 :].sum() == 0
        assert inside[-1] < 430
