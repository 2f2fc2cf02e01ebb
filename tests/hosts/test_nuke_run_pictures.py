"""Shape and numbers of what is rendered: overscan, pixel aspect, depth, views, frame numbers, colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nuke_stage import Stage


@pytest.fixture
def stage_of(
    nuke_host: Any,
    tmp_path: Path,
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Stage]]:
    """Give a function that opens a script whose plate and matte are made in the script."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    opened: list[Stage] = []

    def make(frames: Any = range(1001, 1004), prepare: Callable[[Any], None] = lambda shot: None) -> Stage:
        shot = tiny_shot(frames=frames)
        prepare(shot)
        stage = Stage(nuke_host, tmp_path / "comp", shot)
        for port, read in (("plate", stage.plate), ("matte", stage.matte)):
            shuffle = stage.nuke.nodes.Shuffle()
            shuffle.setInput(0, read)
            stage.connect(**{port: shuffle})
        opened.append(stage)
        return stage

    yield make
    for stage in opened:
        stage.close()


def header(path: Path) -> dict[str, Any]:
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True) as found:
        told = dict(found.header())
        told["pixels"] = {name: np.array(channel.pixels) for name, channel in found.channels().items()}
        return told


def corners(window: Any) -> tuple[int, ...]:
    low, high = window
    return (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def write_plate(shot: Any, *, window: Any = None, aspect: float = 1.0, kind: Any = np.float16) -> None:
    """Write the plate of a shot anew: with overscan, another pixel aspect or more bits."""
    import OpenEXR

    for number, frame in enumerate(shot.frames):
        noise = np.random.default_rng(number).random((3, 60, 80)).astype(kind) * 3 - 1
        low, high = window or ((-8, -6), (71, 53))
        told = {
            "type": OpenEXR.scanlineimage,
            "compression": OpenEXR.ZIP_COMPRESSION,
            "dataWindow": (np.array(low, np.int32), np.array(high, np.int32)),
            "displayWindow": (np.array((0, 0), np.int32), np.array((63, 47), np.int32)),
            "pixelAspectRatio": aspect,
        }
        planes = {name: np.ascontiguousarray(plane, kind) for name, plane in zip("RGB", noise)}
        OpenEXR.File(told, planes).write(str(shot.file("plate", frame)))


def plate_file(stage: Stage, frame: int) -> Path:
    plan = stage.plan()
    stage.module("rendering").render(plan)
    element = next(one for one in plan.elements if one.port == "plate")
    return Path(element.folder) / element.files(frame)[0]


def test_overscan_and_pixel_aspect_come_through_bit_for_bit(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of(prepare=lambda shot: write_plate(shot, aspect=2.0))
    now, was = header(plate_file(stage, 1002)), header(stage.shot.file("plate", 1002))
    for window in ("dataWindow", "displayWindow"):
        assert corners(now[window]) == corners(was[window])
    assert now["pixelAspectRatio"] == 2.0
    assert all(np.array_equal(now["pixels"][name], was["pixels"][name]) for name in "RGB")
    request = stage.module("gathering").request_from(stage.pd, stage.plan())
    assert (request.pixel_aspect, request.display_window) == (2.0, (0, 0, 64, 48))
    assert request.data_window == (-8, -6, 72, 54)


def test_a_take_of_an_overscan_plate_is_the_plate_outside_the_matte(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of(prepare=lambda shot: write_plate(shot))
    shown = stage.run()
    assert shown.state == "finished", stage.status
    result = header(next(Path(shown.take_folder).glob("result/*1002.exr")))
    was = header(stage.shot.file("plate", 1002))
    assert corners(result["dataWindow"]) == (-8, -6, 71, 53)
    outside = np.ones((60, 80), bool)
    outside[6:54, 8:72] = header(stage.shot.file("matte", 1002))["pixels"]["A"] == 0
    assert np.array_equal(result["pixels"]["G"][outside], was["pixels"]["G"][outside])


@pytest.mark.parametrize(("choice", "kind", "bits"), [
    ("auto", np.float16, "float16"), ("auto", np.float32, "float32"),
    ("half", np.float32, "float16"), ("float", np.float16, "float32"),
])  # fmt: skip
def test_the_depth_is_the_plates_own_unless_the_artist_says(
    stage_of: Callable[..., Stage], choice: str, kind: Any, bits: str
) -> None:
    stage = stage_of(prepare=lambda shot: write_plate(shot, kind=kind))
    stage.node["render_depth"].setValue(choice)
    assert header(plate_file(stage, 1001))["pixels"]["R"].dtype == bits


@pytest.mark.parametrize("frames", [range(-2, 1), range(3), range(99998, 100001)])
def test_any_frame_numbers_are_kept(stage_of: Callable[..., Stage], frames: range) -> None:
    stage = stage_of(frames=frames)
    shown = stage.run()
    assert shown.state == "finished", stage.status
    made = sorted(path.name for path in Path(shown.take_folder).glob("result/*.exr"))
    assert len(made) == len(frames)
    assert stage.plan().range.to_text() == stage.module("elements").FrameRange(frames).to_text()


def test_a_plate_that_is_moved_in_time_has_the_numbers_of_the_script(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of()
    stage.plate["frame_mode"].setValue("start at")
    stage.plate["frame"].setValue("1")
    stage.matte["frame_mode"].setValue("start at")
    stage.matte["frame"].setValue("1")
    shown = stage.run()
    assert shown.state == "finished", stage.status
    assert stage.plan().range.to_text() == "1-3"
    result = header(next(Path(shown.take_folder).glob("result/*0002.exr")))
    was = header(stage.shot.file("plate", 1002))
    outside = header(stage.shot.file("matte", 1002))["pixels"]["A"] == 0
    assert np.array_equal(result["pixels"]["B"][outside], was["pixels"]["B"][outside])


def test_proxy_mode_renders_full_size_and_stays_on(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of()
    stage.nuke.root()["proxy"].setValue(True)
    assert header(plate_file(stage, 1001))["pixels"]["R"].shape == (48, 64)
    assert stage.nuke.root()["proxy"].value()
    assert stage.module("gathering").request_from(stage.pd, stage.plan()).proxy_scale == 1


def test_colour_of_the_script_is_recorded_and_pixels_stay_scene_linear(
    stage_of: Callable[..., Stage],
) -> None:
    stage = stage_of()
    stage.plate["raw"].setValue(True)
    stage.nuke.root()["colorManagement"].setValue("OCIO")
    now = header(plate_file(stage, 1001))
    assert np.array_equal(now["pixels"]["R"], header(stage.shot.file("plate", 1001))["pixels"]["R"])
    facts = (plate_file(stage, 1001).parent / "rendered.json").read_text(encoding="utf-8")
    assert '"colorManagement": "OCIO"' in facts
    assert stage.module("gathering").request_from(stage.pd, stage.plan()).colourspace == ""


def both_eyes(shot: Any) -> None:
    """Give the shot a plate and a matte for each eye."""
    import shutil

    for frame in shot.frames:
        for name in ("plate", "matte"):
            for eye in ("left", "right"):
                was = shot.file(name, frame)
                shutil.copy(was, was.with_name(f"{name}_{eye}.{frame}.exr"))


def test_both_views_are_rendered_and_named_in_the_request(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of(prepare=both_eyes)
    root = stage.nuke.root()
    root["views"].fromScript("left #ff0000\nright #00ff00\n")
    assert list(stage.nuke.views()) == ["left", "right"]
    for name, read in (("plate", stage.plate), ("matte", stage.matte)):
        read["file"].fromUserText(f"{stage.shot.folder}/{name}_%V.%04d.exr 1001-1003")
    plan = stage.plan()
    assert plan.views == ("left", "right")
    assert plan.elements[0].files(1001) == ["plate.left.1001.exr", "plate.right.1001.exr"]
    shown = stage.run()
    assert shown.state == "finished", stage.status
    request = (Path(shown.take_folder) / "request.json").read_text(encoding="utf-8")
    assert '"view": "left,right"' in request


def test_one_view_can_be_chosen(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of()
    stage.nuke.root()["views"].fromScript("left #ff0000\nright #00ff00\n")
    stage.node["views"].setValue("right")
    plan = stage.plan()
    assert plan.elements[0].files(1001) == ["plate.right.1001.exr"]
    stage.node["views"].setValue("middle")
    with pytest.raises(Exception, match="middle") as caught:
        stage.plan()
    assert caught.value.code == "usage.bad_value"


def test_a_matte_of_another_format_is_laid_over_the_plate_pixel_on_pixel(
    stage_of: Callable[..., Stage],
) -> None:
    stage = stage_of(prepare=larger_matte)
    plan = stage.plan()
    element = next(one for one in plan.elements if one.port == "matte")
    assert "another format" in element.why
    names = sorted(node.name() for node in stage.nuke.allNodes())
    stage.module("rendering").render(plan)
    assert sorted(node.name() for node in stage.nuke.allNodes()) == names
    now = header(Path(element.folder) / element.files(1002)[0])
    assert corners(now["displayWindow"]) == (0, 0, 63, 47)
    left, top = (int(edge) for edge in now["dataWindow"][0])
    held = now["pixels"]["A"]
    seen = held[-top : 48 - top, -left : 64 - left]
    assert np.array_equal(seen, header(stage.shot.file("matte", 1002))["pixels"]["A"][12:, :64])
    assert stage.run().state == "finished", stage.status


def larger_matte(shot: Any) -> None:
    """Write mattes that are larger than the plate, with a spot of their own."""
    import OpenEXR

    for frame in shot.frames:
        alpha = np.zeros((60, 80), np.float16)
        alpha[20:40, 10:30] = 1
        told = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        OpenEXR.File(told, {"A": alpha}).write(str(shot.file("matte", frame)))


def test_no_name_of_a_shot_leads_out_of_the_takes(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of()
    stage.node["shot"].setValue("../../else/sh010:%04d")
    folder = Path(stage.plan().elements[0].folder)
    assert folder.parent.parent.parent == Path(stage.pd.takes_root())
    assert not set("%:/") & set(folder.parent.parent.name)


def test_distances_are_written_as_depth_in_32_bit(stage_of: Callable[..., Stage]) -> None:
    stage = stage_of()
    stage.node = stage.module("group").make("crowd")
    stage.node["render_depth"].setValue("half")
    for name in ("crowd", "library"):
        stage.node[name].setValue(str(stage.folder / f"{name}.json"))
    copy = stage.nuke.nodes.Copy()
    copy.setInput(0, stage.plate)
    copy.setInput(1, stage.plate)
    copy["from0"].setValue("rgba.red")
    copy["to0"].setValue("depth.Z")
    stage.connect(plate=stage.plate, holdout_depth=copy)
    plan = stage.plan()
    element = next(one for one in plan.elements if one.port == "holdout_depth")
    stage.module("rendering").render(plan)
    now = header(Path(element.folder) / element.files(1001)[0])
    assert {name: plane.dtype for name, plane in now["pixels"].items()} == {"Z": "float32"}
    stage.connect(holdout_depth=stage.plate)
    with pytest.raises(Exception, match=r"depth\.Z") as caught:
        stage.plan()
    assert caught.value.code == "input.unknown_channel"


def test_maps_of_a_lens_are_written_in_32_bit_and_artwork_with_its_alpha(
    stage_of: Callable[..., Stage],
) -> None:
    stage = stage_of()
    made = stage.nuke.nodes.Crop()
    made.setInput(0, stage.plate)
    stage.node = stage.module("group").make("replace")
    stage.connect(plate=made, artwork=made, undistort=made, redistort=made)
    assert stage.plan().elements[1].channels == "rgb"
    both = stage.nuke.nodes.Copy()
    both.setInput(0, stage.plate)
    both.setInput(1, stage.matte)
    both["from0"].setValue("rgba.alpha")
    both["to0"].setValue("rgba.alpha")
    stage.connect(artwork=both)
    assert {one.port: one.channels for one in stage.plan().elements}["artwork"] == "rgba"
    depths = {element.port: element.depth for element in stage.plan().elements}
    assert depths == {"plate": "half", "artwork": "half", "undistort": "float", "redistort": "float"}
