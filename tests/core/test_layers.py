"""Light and motion of a take are written as layers; unedited they change nothing, edited they win."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from photodouble.engine.layers import write_lighting, write_motion
from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tasks import run_task
from photodouble.image.exr import write_planes
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, PortInput

FRAMES = range(1001, 1005)
PLAIN = {"grain": 0.0, "light": "follow"}


@pytest.fixture
def ask(tiny_shot, request_for) -> Callable[..., JobRequest]:
    shot = tiny_shot(frames=FRAMES)

    def make(values: dict[str, object] | None = None, **ports: str) -> JobRequest:
        request = request_for(shot, values={**PLAIN, **(values or {})})
        inputs = {**request.inputs, **{port: PortInput(path) for port, path in ports.items()}}
        return dataclasses.replace(request, inputs=inputs)

    return make


@pytest.fixture
def run(settings: Settings) -> Callable[[JobRequest], Take]:
    return lambda request: run_job(request, JobOptions(settings=settings)).take


def fill(take: Take, frame: int = 1002) -> np.ndarray:
    return Sequence.find(take.picture("fill", frame, "exr")).read(frame).linear()


def result(take: Take, frame: int = 1002) -> np.ndarray:
    return Sequence.find(take.picture("result", frame, "exr")).read(frame).linear()


def light_of(pattern: Path, frame: int = 1002) -> dict[str, np.ndarray]:
    picture = Sequence.find(pattern).read(frame, needs_colour=False)
    return {name: picture.channel(name) for name in picture.channels}


def test_the_light_is_written_and_given_back_unedited_changes_nothing(ask, run, tmp_path, settings) -> None:
    take = run(ask())
    written = write_lighting(take, str(tmp_path / "l" / "light.####.exr"), settings, Reporter())
    assert written.frames.to_text() == "1001-1004"
    assert (tmp_path / "l" / "light_sheet.png").is_file()
    light = light_of(tmp_path / "l" / "light.####.exr")
    assert sorted(light) == sorted(f"{layer}.{name}" for layer in ("gain", "offset") for name in "RGB")
    again = run(ask(lighting=written.patterns["lighting"]))
    assert np.abs(result(again) - result(take)).max() < 4e-3


def test_an_edited_light_falls_on_the_fill_and_on_nothing_else(ask, run, tmp_path, settings) -> None:
    take = run(ask())
    written = write_lighting(take, str(tmp_path / "light.####.exr"), settings, Reporter())
    pattern = written.patterns["lighting"]
    light = light_of(Path(pattern))
    box = Box.of_size(*light["gain.R"].shape)
    edited = {name: plane * 2 if name == "gain.R" else plane for name, plane in light.items()}
    write_planes(tmp_path / "light.1002.exr", edited, data_window=box, display_window=box)
    again = run(ask(lighting=pattern))
    inside = np.abs(result(again) - result(take)).max(axis=2) > 0
    matte = Sequence.find(ask().inputs["matte"].path).read(1002, needs_colour=False).channel("A") > 0
    assert inside[matte].mean() > 0.9
    assert not inside[~matte].any()
    bright = np.median(result(again)[matte][:, 0] / result(take)[matte][:, 0])
    assert bright == pytest.approx(2.0, rel=0.1)
    assert result(again)[matte][:, 1] == pytest.approx(result(take)[matte][:, 1], abs=0.02)
    assert np.array_equal(result(again, 1001), result(take, 1001)) or (
        np.abs(result(again, 1001) - result(take, 1001)).max() < 4e-3
    )


def test_a_plain_picture_is_a_gain_and_one_without_colours_is_refused(ask, run, tmp_path) -> None:
    box = Box.of_size(48, 64)
    half = np.full(box.size, 0.5, np.float32)
    write_planes(tmp_path / "g.exr", dict.fromkeys("RGB", half), data_window=box, display_window=box)
    plain = run(ask({"light": "steady"}))
    darker = run(ask({"light": "steady"}, lighting=str(tmp_path / "g.exr")))
    matte = Sequence.find(ask().inputs["matte"].path).read(1002, needs_colour=False).channel("A") > 0
    ratio = np.median(result(darker)[matte] / result(plain)[matte])
    assert ratio == pytest.approx(0.5, rel=0.1)
    write_planes(tmp_path / "z.exr", {"depth.Z": half, "depth.N": half}, data_window=box, display_window=box)
    with pytest.raises(ArtistError) as told:
        run(ask(lighting=str(tmp_path / "z.exr")))
    assert told.value.code == "input.unknown_channel"


def test_motion_given_back_unedited_changes_no_pixel(ask, run, tmp_path, settings) -> None:
    take = run(ask())
    written = write_motion(take, tmp_path / "m", settings, Reporter())
    assert sorted(written.patterns) == ["next", "previous", "source"]
    assert not (tmp_path / "m" / "previous.1001.exr").exists()
    again = run(ask(motion_map=written.patterns["next"]))
    for frame in FRAMES:
        assert np.array_equal(result(again, frame), result(take, frame))


def test_edited_motion_wins_and_the_source_map_says_so(ask, run, tmp_path, settings) -> None:
    take = run(ask({"motion": "flow"}))
    written = write_motion(take, tmp_path / "m", settings, Reporter())
    for frame in FRAMES:
        path = tmp_path / "m" / f"next.{frame}.exr"
        if not path.exists():
            continue
        picture = Sequence.find(path).read(frame)
        box = picture.data_window
        planes = {name: picture.channel(name) for name in "RGB"}
        # Say that the wall moves 3 pixels further to the right than it does.
        planes["R"] = planes["R"] + np.float32(3 / box.width)
        write_planes(path, planes, data_window=box, display_window=box, type="float")
    again = run(ask({"motion": "flow"}, motion_map=written.patterns["next"]))
    assert not np.array_equal(result(again), result(take))
    where = [tmp_path / name for name in ("before", "after")]
    for made, folder in zip((take, again), where, strict=True):
        write_motion(made, folder, settings, Reporter())
    before, after = (Sequence.find(folder / "source.1002.exr").read(1002) for folder in where)
    both = np.isfinite(before.channel("R")) & np.isfinite(after.channel("R"))
    same = both & (before.channel("B") == after.channel("B"))
    frames = before.channel("B")[same]
    assert set(np.unique(frames)) <= set(FRAMES)
    moved = (after.channel("R") - before.channel("R"))[same] * 64 / np.sign(frames - 1002)
    assert np.median(moved) == pytest.approx(3, abs=0.5)


def test_layers_are_not_replaced_unasked_and_need_a_place_for_the_frame(made, tmp_path) -> None:
    options = {"take": str(made.take.folder), "output": str(tmp_path / "light.exr")}
    with pytest.raises(ArtistError) as told:
        run_task("layers.lighting", options, Settings(), Reporter())
    assert told.value.code == "usage.arguments"
    options["output"] = str(tmp_path / "light.####.exr")
    answer = run_task("layers.lighting", options, Settings(), Reporter())
    assert answer["steady"] is True
    assert (light_of(tmp_path / "light.####.exr", 1001)["gain.G"] == 1).all()
    with pytest.raises(ArtistError) as told:
        run_task("layers.lighting", options, Settings(), Reporter())
    assert told.value.code == "input.output_exists"
    assert run_task("layers.lighting", {**options, "overwrite": True}, Settings(), Reporter())["patterns"]
    options["output"] = str(made.take.request().inputs["plate"].path)
    with pytest.raises(ArtistError) as told:
        run_task("layers.lighting", {**options, "overwrite": True}, Settings(), Reporter())
    assert told.value.code == "input.output_is_input"


def test_a_take_whose_plate_changed_gives_no_layers(ask, run, tmp_path, settings) -> None:
    request = ask()
    take = run(request)
    plate = Path(request.inputs["plate"].path.replace("####", "1002"))
    plate.write_bytes(plate.with_name("plate.1003.exr").read_bytes())
    with pytest.raises(ArtistError) as told:
        write_motion(take, tmp_path / "m", settings, Reporter())
    assert told.value.code == "engine.take_mismatch"


def test_a_single_frame_has_a_source_map_and_no_motion(
    tiny_shot, request_for, run, tmp_path, settings
) -> None:
    take = run(request_for(tiny_shot(frames=(1001,))))
    written = write_motion(take, tmp_path / "motion", settings, Reporter())
    assert list(written.patterns) == ["source"]
    assert written.sheet.is_file()
