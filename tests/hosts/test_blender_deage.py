"""Around de-ageing in Blender: tracks of the clip, frames worth painting, painted keys, consent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from likeness import PERFORMER, Likely
from little_face import COUNT, FIRST, write_face

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.request import JobRequest

pytestmark = pytest.mark.blender

InBlender = Callable[..., dict[str, Any]]
FRAMES = range(1001, 1007)
SIZE = (96, 128)
POINTS = [(40, 30), (80, 30), (60, 44), (46, 60), (76, 60), (60, 72), (52, 50)]


def write_plate(folder: Path) -> str:
    """Write a textured wall that moves a pixel a frame, in half float, and give its first file."""
    import cv2
    import OpenEXR

    folder.mkdir(parents=True)
    noise = np.random.default_rng(5).random((SIZE[0], SIZE[1] + 32, 3)).astype(np.float32)
    wall = cv2.GaussianBlur(noise, (0, 0), 2) * 3 - 1
    for number, frame in enumerate(FRAMES):
        seen = wall[:, number : number + SIZE[1]]
        planes = {sign: np.ascontiguousarray(seen[..., n], np.float16) for n, sign in enumerate("RGB")}
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        OpenEXR.File(header, planes).write(str(folder / f"face.{frame}.exr"))
    return str(folder / "face.1001.exr")


def read(path: str | Path) -> Any:
    import OpenEXR

    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    assert {str(channels[sign].pixels.dtype) for sign in "RGB"} <= {"float32", "float16"}
    return np.stack([channels[sign].pixels.astype(np.float32) for sign in "RGB"], axis=-1)


def given(tmp_path: Path) -> dict[str, Any]:
    return {
        "inputs": {"plate": write_plate(tmp_path / "plätes")},
        "shot": {"takes_root": str(tmp_path / "takes"), "name": "sh010", "performers": "zoltan-hornblower"},
        "state": {"plate_starts": 101},
        "points": POINTS,
        "tracked_on": 3,
    }


def test_tracks_suggestions_and_painted_frames_go_to_the_operation(
    in_blender: InBlender, tmp_path: Path
) -> None:
    paint = [
        {"frame": 1004, "box": (50, 40, 60, 48), "add": 0.125},
        {"frame": 1002, "box": (44, 40, 50, 44), "add": -0.25},
    ]
    found = in_blender("deage_desk", count=2, paint=paint, leave=1005, **given(tmp_path))
    points = found["tracks"]["points"]
    assert (found["tracks"]["kind"], len(points)) == ("points", 7)
    for point, (x, y) in zip(points, POINTS, strict=True):
        assert point["frames"]["1003"]["place"] == pytest.approx([x, y], abs=2e-3), "its frame is the plate's"
    suggested = found["suggested"]
    assert suggested["error"] is None, suggested
    assert len(suggested["list"]) == 2
    assert {frame for frame, _ in suggested["list"]} <= set(FRAMES)
    assert found["jumped"] == 104, "frame 1004 of the plate is seen at 104"
    assert [one["float"] for one in found["painted"]] == [True, True]
    assert all(one["image"] == one["canvas"] for one in found["painted"])

    used = found["used"]
    assert used["error"] is None, used
    assert used["keys"] == str(tmp_path / "takes/sh010/keys/v001/key.1002.exr")
    folder = Path(used["keys"]).parent
    assert sorted(path.name for path in folder.iterdir()) == [
        *("before.1002.exr", "before.1004.exr", "key.1002.exr", "key.1004.exr")
    ], "the frame that nobody painted is left out"
    for stroke in paint:
        frame, (left, top, right, bottom) = stroke["frame"], stroke["box"]
        plate = read(tmp_path / "plätes" / f"face.{frame}.exr")
        before, after = (read(folder / f"{name}.{frame}.exr") for name in ("before", "key"))
        assert np.array_equal(before, plate), "what was there before is the plate bit for bit"
        paint_on = np.zeros(plate.shape, np.float32)
        paint_on[top:bottom, left:right] = stroke["add"]
        assert np.array_equal(after[paint_on == 0], plate[paint_on == 0]), "no other pixel was changed"
        assert (after - before)[paint_on != 0] == pytest.approx(stroke["add"], abs=1e-6)
    assert found["again"] == {key: used[key] for key in ("keys", "before", "track")}, "written once"
    assert "/keys/v002/" in found["more"]["keys"], "painted on, it is a new version"

    request = found["request"]
    assert Path(request["inputs"]["keys"]["path"]).name == "key.####.exr"
    assert Path(request["inputs"]["before"]["path"]).name == "before.####.exr"
    assert Path(request["inputs"]["track"]["path"]).name == "track_v001.json"
    assert found["consent"]["error"]["code"] == "consent.missing"
    assert "Consent: " in found["drawn"]["text"]
    assert "no consent of zoltan- hornblower" in found["drawn"]["text"]
    assert found["asked"] == ["", None], "for another performer nothing was asked yet"


def test_too_few_tracks_no_paint_and_a_frame_beside_the_plate_are_said(
    in_blender: InBlender, tmp_path: Path
) -> None:
    found = in_blender("no_tracks", **given(tmp_path))
    assert found["tracks"]["error"]["code"] == "input.few_points"
    assert found["keys"]["error"]["code"] == "input.bad_key"
    assert found["frame"]["error"]["code"] == "usage.frames"
    assert "Consent: not asked yet" in found["drawn"]["text"]


def test_what_was_painted_in_blender_is_in_the_take_once_consent_is_filed(
    in_blender: InBlender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    folders = {"engine_folder": str(tmp_path / "state"), "cache_folder": str(tmp_path / "cache")}
    likely = Likely(tmp_path / "show", Settings(**folders, contact_sheet=False, threads=1))
    likely.file(models=())
    face = write_face(tmp_path / "face")
    key = FIRST + COUNT // 2
    stroke = {"frame": key, "box": (40, 40, 48, 46), "add": 0.0625}
    found = in_blender(
        "deage_request",
        inputs={"plate": face.plate.replace("####", str(FIRST)), "track": face.track},
        controls={"target_age": 35.0},
        shot={"takes_root": str(likely.folder / "takes"), "name": "sh010", "performers": PERFORMER},
        paint=stroke,
    )
    assert (found["consent"], found["error"]) == ("cleared", None)
    assert "Consent: cleared" in found["drawn"]["text"]
    done = run_job(JobRequest.from_json(found["request"]), JobOptions(settings=likely.settings))
    result = read(next((done.take.folder / "result").glob(f"*.{key}.exr")))
    plate = read(face.plate.replace("####", str(key)))
    left, top, right, bottom = stroke["box"]
    changed = (result - plate)[top + 2 : bottom - 2, left + 2 : right - 2]
    assert changed == pytest.approx(stroke["add"], abs=0.01), "the paint is in the take"
    changed = np.abs(result - plate)
    changed[top - 4 : bottom + 4, left - 4 : right + 4] = 0
    assert changed.max() < 0.01, "and nowhere else"
