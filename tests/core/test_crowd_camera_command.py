"""`photodouble crowd camera`: what a file does not say is said once, and the crowd can use its camera."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from photodouble.cli.main import main
from photodouble.engine.tasks import run_task
from photodouble.ops.crowd.camera_files import read_camera
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

CHAN = "1 100 180 500 0 0 0 40\n2 100 180 400 0 0 0 40\n"


def test_a_camera_of_centimetres_becomes_one_of_metres(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shot.chan").write_text(CHAN, encoding="utf-8")
    words = ["--units", "cm", "--first-frame", "1001", "--aperture", "36", "--shutter-angle", "90"]
    to = tmp_path / "camera.json"
    assert main(["crowd", "camera", str(tmp_path / "shot.chan"), "--to", str(to), *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["first"], told["last"], told["height"]) == (1001, 1002, 1.8)
    assert "film back" in told["notes"][0]
    move = read_camera(to)
    np.testing.assert_allclose(move.at(1002).position, (1, 1.8, 4))
    assert (move.shutter_angle, move.at(1001).aperture) == (90, 36)


def test_the_task_does_the_same(tmp_path: Path) -> None:
    (tmp_path / "shot.chan").write_text(CHAN, encoding="utf-8")
    given = {
        "camera": str(tmp_path / "shot.chan"),
        "to": str(tmp_path / "c.json"),
        "options": {"units": 0.01},
    }
    answer = run_task("crowd.camera", given, Settings(), Reporter())
    assert answer["height"] == 1.8
    assert read_camera(tmp_path / "c.json").at(1).position[2] == 5


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"units": "yards"}, "units"),
        ({"zoom": 3}, "'zoom' is not known"),
        ({"order": "xxy"}, "order"),
        ({"focal": -1}, "focal is -1"),
        ({"up": "x"}, "up is 'x'"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path: Path, options: dict[str, object], told: str) -> None:
    (tmp_path / "shot.chan").write_text(CHAN, encoding="utf-8")
    given = {"camera": str(tmp_path / "shot.chan"), "to": str(tmp_path / "c.json"), "options": options}
    with pytest.raises(ArtistError) as caught:
        run_task("crowd.camera", given, Settings(), Reporter())
    assert told in caught.value.message


def test_a_camera_never_overwrites_itself(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    path.write_text(
        json.dumps({"schema": 1, "frames": {"1": {"position": [0, 2, 0], "focal": 30}}}), encoding="utf-8"
    )
    assert main(["crowd", "camera", str(path), "--to", str(path)]) == 3
    assert "position" in path.read_text(encoding="utf-8")
