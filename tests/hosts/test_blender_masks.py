"""Masks of Blender's mask editor as mattes: drawn by Blender, numbered as the plate, drawn once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.blender

FRAMES = range(1001, 1005)
InBlender = Callable[..., dict[str, Any]]


def matte_of(pattern: str, frame: int) -> Any:
    """Read what was drawn for a frame of the plate."""
    import OpenEXR

    channels = OpenEXR.File(pattern.replace("####", str(frame)), separate_channels=True).channels()
    return channels["R"].pixels.astype(np.float32)


def test_an_animated_mask_becomes_a_matte_with_the_plates_numbers_and_is_drawn_once(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    fill = shot_of(tiny_shot(FRAMES), tmp_path)
    del fill["inputs"]["matte"]
    found = in_blender("mask_job", size=[64, 48], box=[8, 10, 20, 30], fades=True, times=3, **fill)
    assert [take["state"] for take in found["takes"]] == ["finished"] * 3, found["takes"]
    assert "drawing" in found["states"][0]
    patterns = []
    for take in found["takes"]:
        request = json.loads((Path(take["folder"]) / "request.json").read_text(encoding="utf-8"))
        patterns.append(request["inputs"]["matte"]["path"])
    assert patterns[0] == patterns[1] != patterns[2], "an unchanged mask is not stored again"
    assert patterns[0].endswith("plate/mattes/Wire_Müll/v001/matte.####.exr")
    for number, frame in enumerate(FRAMES):
        matte = matte_of(patterns[0], frame)
        assert matte.shape == (48, 64)
        assert matte[12:28, 10:18] == pytest.approx((number + 1) / 4, abs=1e-3)
        matte[9:31, 7:21] = 0
        assert matte.max() == 0.0, frame
    assert (found["scenes"], found["trees"]) == (1, 0), "what the mask was drawn in is gone"
    left = [path for path in (tmp_path / "takes" / "plate" / "mattes").iterdir() if path.name.startswith(".")]
    assert left == []


def test_cancel_while_the_mask_is_drawn_sends_nothing_and_leaves_nothing(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    fill = shot_of(tiny_shot(FRAMES), tmp_path)
    found = in_blender("mask_cancel", size=[64, 48], **fill)
    assert found["during"] == "Drawing the mask: 1 of 4"
    assert (found["state"], found["error"], found["scenes"]) == ("idle", None, 1)
    assert not list((tmp_path / "takes").rglob("matte*.exr"))
    assert not list((tmp_path / "takes").rglob("request.json"))


def test_a_keyed_control_is_baked_frame_by_frame(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    given["state"] = {"plate_starts": 11}
    found = in_blender("keyed_job", key="matte_feather", keys=[[11, 0.0], [14, 3.0]], **given)
    assert (found["state"], found["error"]) == ("finished", None)
    request = json.loads((Path(found["folder"]) / "request.json").read_text(encoding="utf-8"))
    frames = request["values"]["matte_feather"]["frames"]
    assert sorted(frames) == ["1001", "1002", "1003", "1004"]
    assert (frames["1001"], frames["1004"]) == (0.0, 3.0)
    assert 0.0 < frames["1002"] < frames["1003"] < 3.0
    assert found["seed can be keyed"] is False


@pytest.mark.parametrize("away", [False, True], ids=["in the window", "in another scene"])
def test_a_driven_control_is_baked_frame_by_frame_and_the_scene_stays_where_it_stood(
    away: bool,
    in_blender: InBlender,
    tiny_shot: Callable[..., Any],
    shot_of: Callable[..., Any],
    tmp_path: Path,
) -> None:
    given = shot_of(tiny_shot(FRAMES), tmp_path)
    given["state"] = {"plate_starts": 11}
    given |= {"lamp": [[11, 0.0], [14, 3.0]], "driver": "x + (frame - 11) / 2", "stands": 12, "away": away}
    found = in_blender("driven_job", **given)
    assert (found["state"], found["error"]) == ("finished", None)
    values = json.loads((Path(found["folder"]) / "request.json").read_text(encoding="utf-8"))["values"]
    frames = values["matte_feather"]["frames"]
    assert sorted(frames) == ["1001", "1002", "1003", "1004"]
    assert (frames["1001"], frames["1004"]) == (0.0, pytest.approx(4.5))
    assert 0.0 < frames["1002"] < frames["1003"] < 4.5
    assert found["stands"] == [12, 0.25]
    assert found["broken"] is False
    assert not isinstance(values.get("matte_grow"), dict), "a driver that is broken drives nothing"
