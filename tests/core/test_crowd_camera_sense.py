"""A camera that cannot be is refused by name, whichever file it came from, and never draws an empty plate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from photodouble.ops.crowd.camera_files import CameraOptions, camera_from_json, read_camera
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.scene import doubts
from photodouble_client.errors import ArtistError

SCRIPT = """Camera2 {
 inputs 0
 rot_order XYZ
 translate {0 1.7 12}
 rotate {-4 0 0}
 focal 35
 haperture 36
 name Camera1
}
"""
STAGE = """#usda 1.0
( metersPerUnit = 1
 upAxis = "Y"
)
def Camera "shot" {
 float focalLength = 350
 float horizontalAperture = 360
 double3 xformOp:translate = (0, 1.7, 12)
 uniform token[] xformOpOrder = ["xformOp:translate"]
}
"""


def _refused(path: Path, text: str, options: CameraOptions | None = None) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_camera(path, options)
    assert caught.value.code == "input.bad_document"
    assert path.name in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("XYZ", "QQQ", "order of rotations"),
        ("focal 35", "focal 0", "focal length"),
        ("focal 35", "focal -35", "focal length"),
        ("haperture 36", "haperture 0", "film back"),
        ("focal 35", "focal 35\n win_scale {0 0}", "film back"),
        ("focal 35", "focal 35\n shutter 1e9", "shutter angle"),
        ("0 1.7 12", "1e300 1.7 12", "position"),
        ("-4 0 0", "{" * 5000 + "}" * 5000, "brackets"),
        (
            "focal 35",
            "focal 35\n useMatrix true\n matrix {{0 0 0 0} {0 0 0 0} {0 0 0 0} {0 0 0 1}}",
            "mirrored or squashed",
        ),
    ],
)
def test_a_script_with_no_such_camera_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in _refused(tmp_path / "shot.nk", SCRIPT.replace(old, new))


def test_the_script_itself_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shot.nk"
    path.write_text(SCRIPT, encoding="utf-8")
    assert read_camera(path).at(1001).focal == 35


def test_an_unknown_order_and_a_needle_of_a_lens_are_refused_in_a_chan(tmp_path: Path) -> None:
    line = "1001 0 1.7 12 -4 0 0 {}\n"
    assert "order" in _refused(tmp_path / "a.chan", line.format(40), CameraOptions(order="bogus"))
    assert "focal length" in _refused(tmp_path / "b.chan", line.format(1e-300))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Length = 350", "Length = 0", "focal length"),
        ("Length = 350", "Length = nan", "focal length"),
        ("Aperture = 360", "Aperture = 0", "film back"),
        ("Aperture = 360", "Aperture = inf", "film back"),
        ("(0, 1.7, 12)", "(nan, 1.7, 12)", "position"),
        ('upAxis = "Y"', 'upAxis = "Y"\n subLayers = [@gone.usda@]', "sublayer gone.usda"),
    ],
)
def test_a_stage_with_no_such_camera_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    pytest.importorskip("pxr")
    assert told in _refused(tmp_path / "shot.usda", STAGE.replace(old, new))


def test_a_damaged_stage_says_why(tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    said = _refused(tmp_path / "shot.usda", STAGE[:60])
    assert not said.rstrip().endswith("file:")


def test_a_frame_beyond_all_numbers_is_refused(tmp_path: Path) -> None:
    moment = {"position": [0, 1.7, 12]}
    text = json.dumps({"schema": 1, "focal": 35, "frames": {"1" + "0" * 400: moment}})
    assert "frame" in _refused(tmp_path / "camera.json", text)


def test_a_camera_of_another_range_or_below_the_ground_is_told() -> None:
    field = {"id": "field", "kind": "standing", "polygon": [[0, 0], [4, 0], [4, 4]]}
    document = CrowdDocument.from_json({"schema": 1, "areas": [field]})

    def said(height: float, *frames: int) -> str:
        moments = {str(frame): {"position": [frame / 1000, height, 12]} for frame in frames}
        move = camera_from_json({"focal": 35, "frames": moments})
        return " ".join(doubts(move, document, (1001, 1002, 1003)))

    assert said(1.7, 1001, 1003) == ""
    assert said(1.7, 1) == ""
    assert "from frame 1 to 3" in said(1.7, 1, 3)
    assert "from frame 1002 to 1010" in said(1.7, 1002, 1010)
    assert "below the ground of the area 'field'" in said(-2.0, 1001, 1003)
