"""The node of a take in Blender's compositor: its pictures are the engine's, to one half-float step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.blender

FRAMES = range(1001, 1005)
InBlender = Callable[..., dict[str, Any]]


def planes(path: str | Path) -> dict[str, Any]:
    """Read the planes of an EXR with another library than Blender's."""
    import OpenEXR

    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    return {name: channels[name].pixels.astype(np.float32) for name in channels}


def close(rendered: Any, wanted: Any) -> bool:
    """Whether two planes are equal to one step of half float."""
    return bool(np.all(np.abs(rendered - wanted) <= np.spacing(np.abs(wanted).astype(np.float16))))


def test_the_take_node_gives_the_engines_own_picture(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES)
    renders = tmp_path / "renders ü"
    renders.mkdir()
    given = {"size": [64, 48], "frame": 2, "renders": str(renders)}
    fill = shot_of(shot, tmp_path, matte_feather=3.0, matte_grow=1)
    found = in_blender("take_node", **given, **fill)
    assert (found["node"], found["take"]) == ("PhotoDoubleTakeNode", "plate/inpaint/v001")
    assert found["current"] == ["", "plate/inpaint/v001"]
    assert "plate" in found["stale"][0] and found["stale"][1] == "plate/inpaint/v001 (stale)"
    folder = Path(found["listed"][0]["folder"])
    drawn = {name: planes(path) for name, path in found["renders"].items()}
    plate = planes(shot.file("plate", 1002))
    result = planes(next((folder / "result").glob("*.1002.exr")))
    whole = planes(next((folder.parent / "whole" / "v001" / "fill").glob("*.1002.exr")))
    told = planes(next((folder.parent / "whole" / "v001" / "told").glob("*.1002.exr")))
    matte = whole["A"]
    assert ((matte > 0) & (matte < 1)).sum() > 20, "the matte is soft"
    for name in "RGB":
        for way in ("result", "reloaded", "plain"):
            assert close(drawn[way][name], result[name]), (way, name)
            assert np.array_equal(drawn[way][name][matte == 0], plate[name][matte == 0]), (way, name)
        assert np.array_equal(drawn["plate"][name], plate[name])
        assert close(drawn["matte"][name], matte)
        assert close(drawn["confidence"][name], told["B"])
        twice = plate[name] * (1 - matte * matte) + whole[name] * matte * matte
        assert not close(twice, result[name]), "the test would notice a fill that is keyed twice"
    inside = matte > 0
    assert close(drawn["fill"]["R"][inside], whole["R"][inside])
    kinds = {tuple(round(float(drawn["origin"][c][y, x]), 2) for c in "RGB") for y, x in np.argwhere(inside)}
    assert kinds and (0.0, 0.0, 0.0) not in kinds
    outside = [float(drawn["origin"][c][matte == 0].max()) for c in "RGB"]
    assert outside == [0.0, 0.0, 0.0]
    assert "CompositorNodeGroup" in found["plain"] and "PhotoDoubleTakeNode" not in found["plain"]


def test_a_take_of_an_acescg_plate_is_read_as_acescg(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    found = in_blender("acescg", **shot_of(tiny_shot(FRAMES), tmp_path))
    assert found["spaces"] == ["ACEScg", "ACEScg"]
    assert found["take"] == found["wanted"]
    assert found["plain"] != found["wanted"], "read otherwise the pixels are others"


def test_a_take_lies_above_its_plate_in_the_sequencer_frame_for_frame(
    in_blender: InBlender, tiny_shot: Callable[..., Any], shot_of: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES)
    given = {"size": [64, 48], "frame": 12, "starts": 10, "renders": str(tmp_path)}
    found = in_blender("take_strip", **given, **shot_of(shot, tmp_path, matte_feather=2.0))
    channel, start, length, mark = found["strip"]
    assert (channel, start, length) == (3, 10, 4)
    assert mark["take"] == found["listed"][0]["take"]
    folder = Path(found["listed"][0]["folder"])
    result = planes(next((folder / "result").glob("*.1003.exr")))
    others = planes(next((folder / "result").glob("*.1002.exr")))
    for way in ("shown", "keyed"):
        if way not in found:
            continue
        drawn = planes(found[way])
        for name in "RGB":
            assert np.allclose(drawn[name], result[name], atol=2e-3, rtol=2e-3), (way, name)
            assert not np.allclose(drawn[name], others[name], atol=2e-3, rtol=2e-3)


def test_blenders_own_colour_configuration_is_nobody_elses_business(in_blender: InBlender) -> None:
    found = in_blender("config", studio="/studio/config.ocio")
    plain = {"config": "", "started with": "", "exr": "", "png": "srgb"}
    assert found["none"] == found["blender"] == plain
    assert found["studio"] == {
        "config": "/studio/config.ocio",
        "started with": "/studio/config.ocio",
        "exr": "ACEScg",
        "png": "sRGB",
    }


def test_the_node_groups_are_assets_that_a_new_file_can_use(in_blender: InBlender, tmp_path: Path) -> None:
    found = in_blender("assets", folder=str(tmp_path / "assets"))
    assert found["names"] == ["Photo Double Take", "Photo Double crowd"]
    assert found["sockets"]["Photo Double Take"] == ["Image", "Matte", "Plate", "Mix"]
    assert "Cards" in found["sockets"]["Photo Double crowd"]
    assert "Photo Double/Compositor" in found["catalogues"]
