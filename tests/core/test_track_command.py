"""The commands `track` and `shapes`, and their tasks: documents to edit, pictures to look at, mattes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from moving_sign import corners_at, picture_at

from photodouble.cli.main import main
from photodouble.engine.tasks import run_task
from photodouble.image.sequence import Sequence
from photodouble.image.stmap import write_stmap
from photodouble.image.track_document import plane_from_document
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings

FRAMES = range(1001, 1005)


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plate")
    for frame in FRAMES:
        grey = picture_at(frame - 1001)
        cv2.imwrite(str(folder / f"plate.{frame}.png"), np.repeat(grey[..., None], 3, axis=2))
    return folder / "plate.####.png"


def places(points: np.ndarray) -> list[str]:  # type: ignore[type-arg]
    return [f"{x:.4f},{y:.4f}" for x, y in points + 0.5]


def test_a_plane_is_tracked_to_a_document_and_a_picture(plate: Path, tmp_path: Path) -> None:
    output = tmp_path / "sign.json"
    given = ["track", "plane", "--plate", str(plate), "--output", str(output), "--json"]
    assert main([*given, "--corners", *places(corners_at(0))]) == 0
    track = plane_from_document(json.loads(output.read_text()))
    truth = np.stack([corners_at(frame - 1001) for frame in FRAMES])
    assert np.linalg.norm(track.corners - truth, axis=2).max() < 0.3
    assert cv2.imread(str(output.with_suffix(".png"))).shape[0] == 160
    assert main([*given, "--corners", *places(corners_at(0))]) == 3


def test_points_are_tracked_by_the_task_as_by_the_command(plate: Path, tmp_path: Path) -> None:
    words = places(corners_at(0)[:2] + np.array([20, 25]))
    given = ["track", "points", "--plate", str(plate), "--output", str(tmp_path / "a.json"), "--json"]
    assert main([*given, "--points", *words]) == 0
    arguments = {"plate": str(plate), "output": str(tmp_path / "b.json"), "points": " ".join(words)}
    answer = run_task("track.points", arguments, Settings(), Reporter())
    assert answer["track"] == str(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()


def test_shapes_become_a_matte_that_follows_a_track(plate: Path, tmp_path: Path) -> None:
    corners = (corners_at(0) + 0.5).tolist()
    drawn = {"schema": 1, "shapes": [{"keys": {"1001": {"points": corners}}}]}
    (tmp_path / "shapes.json").write_text(json.dumps(drawn))
    frames = {str(frame): {"corners": (corners_at(frame - 1001) + 0.5).tolist()} for frame in FRAMES}
    track = {"schema": 1, "kind": "plane", "reference": 1001, "frames": frames}
    (tmp_path / "track.json").write_text(json.dumps(track))
    given = ["shapes", str(tmp_path / "shapes.json"), "--plate", str(plate), "--json"]
    more = ["--track", str(tmp_path / "track.json"), "--output", str(tmp_path / "m.####.exr")]
    assert main([*given, *more]) == 0
    matte = Sequence.find(tmp_path / "m.####.exr").read(1004, needs_colour=False).channel("A")
    x, y = corners_at(3).T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    assert matte.sum(dtype=np.float64) == pytest.approx(area, rel=2e-3)


def test_a_track_through_a_lens_is_written_as_the_plate_shows_it(plate: Path, tmp_path: Path) -> None:
    y, x = np.mgrid[0:160, 0:256].astype(np.float32)
    window = Box(0, 0, 256, 160)
    write_stmap(tmp_path / "undistort.exr", np.dstack([x + 3, y - 2]), window)
    write_stmap(tmp_path / "redistort.exr", np.dstack([x - 3, y + 2]), window)
    output = tmp_path / "sign.json"
    given = ["track", "plane", "--plate", str(plate), "--output", str(output), "--json"]
    maps = ["--undistort", str(tmp_path / "undistort.exr"), "--redistort", str(tmp_path / "redistort.exr")]
    assert main([*given, *maps, "--corners", *places(corners_at(0))]) == 0
    track = plane_from_document(json.loads(output.read_text()))
    truth = np.stack([corners_at(frame - 1001) for frame in FRAMES])
    assert np.linalg.norm(track.corners - truth, axis=2).max() < 0.3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--corners", "1,1", "2,2", "3,3", "4,4"], "span nothing"),
        (["--corners", "a,b", "2,2", "3,3", "4,4"], "not a list of places"),
        (["--reference", "9", "--corners", "1,1", "50,1", "50,50", "1,50"], "reference frame"),
        (["--frames", "1001-1099", "--corners", "1,1", "50,1", "50,50", "1,50"], "frame"),
    ],
)
def test_what_cannot_be_tracked_is_said(
    plate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    output = tmp_path / "sign.json"
    assert main(["track", "plane", "--plate", str(plate), "--output", str(output), *more]) in (2, 3)
    assert said in capsys.readouterr().err
    assert not output.exists()


def test_corners_left_of_and_above_the_picture_are_understood(plate: Path, tmp_path: Path) -> None:
    output = tmp_path / "wall.json"
    given = ["track", "plane", "--plate", str(plate), "--output", str(output), "--json"]
    assert main([*given, "--corners", "-5,-4.5", "200,0", "200,120", "-.5,120"]) == 0
    track = plane_from_document(json.loads(output.read_text()))
    assert track.corners[0, 0] == pytest.approx([-5.5, -5], abs=0.51)


def test_no_track_and_no_matte_is_written_over_the_plate(
    plate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in plate.parent.iterdir()}
    given = ["track", "points", "--plate", str(plate), "--points", "50,50", "--overwrite"]
    assert main([*given, "--output", str(plate.parent / "plate.1001.png")]) != 0
    assert "written as JSON" in capsys.readouterr().err
    assert main([*given, "--output", str(plate.parent / "plate.1001.json")]) != 0
    assert "overwrite an input" in capsys.readouterr().err
    (tmp_path / "shapes.json").write_text('{"schema": 1, "shapes": []}')
    assert before == {path: path.read_bytes() for path in plate.parent.iterdir()}
