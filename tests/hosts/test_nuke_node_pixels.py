"""The picture of the node: bit for bit the plate outside the matte, the engine's own composite inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput, new_take_id

FRAMES = range(1001, 1005)
SIZE = (48, 64)
CHANNELS = dict(zip("RGBA", ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"), strict=True))


@dataclass(frozen=True)
class Soft:
    """A shot and its finished take with a soft matte; every picture over the whole format, row 0 on top."""

    shot: Any
    folder: Path

    def planes(self, output: str, frame: int) -> dict[str, Any]:
        return planes(next((self.folder / output).glob(f"*.{frame}.exr")))

    def plate(self, frame: int) -> dict[str, Any]:
        return planes(self.shot.file("plate", frame))


def planes(path: Path, size: tuple[int, int] = SIZE) -> dict[str, Any]:
    """Read an EXR with a library of its own, laid into the format."""
    import OpenEXR

    file = OpenEXR.File(str(path), separate_channels=True)
    low, high = file.header()["dataWindow"]
    found = {}
    for name, channel in file.channels().items():
        whole = np.zeros(size, np.float32)
        whole[low[1] : high[1] + 1, low[0] : high[0] + 1] = channel.pixels
        found[name] = whole
    return found


def write_half(path: Path, channels: dict[str, Any]) -> None:
    """Write channels in half float."""
    import OpenEXR

    planes = {name: np.ascontiguousarray(pixels, np.float16) for name, pixels in channels.items()}
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, planes).write(str(path))


def made_take(shot: Any, folder: Path, **values: Any) -> Soft:
    """Make a take of a shot with the engine's own code."""
    request = JobRequest(
        operation="inpaint",
        inputs={"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
        range=FrameRange(shot.frames),
        output_root=str(folder / "takes"),
        shot="sh010",
        take=new_take_id(),
        values={"matte_feather": 3.0, "matte_grow": 1, **values},
    )
    result = run_job(request, JobOptions(settings=Settings(cache_folder=str(folder / "cache"), threads=1)))
    return Soft(shot, result.take.folder)


@pytest.fixture(scope="module")
def soft(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> Soft:
    """Give a finished take whose matte has a soft edge."""
    folder = tmp_path_factory.mktemp("soft ü")
    return made_take(shot_writer(folder / "in", FRAMES), folder)


@pytest.fixture
def stage(nuke_host: Any, soft: Soft, tmp_path: Path) -> Any:
    """Give a script with a node that shows the take over its plate."""
    from nuke_stage import Stage

    found = Stage(nuke_host, tmp_path / "script", soft.shot)
    found.pd.choose(str(soft.folder))
    return found


def drawn(stage: Any, node: Any, frame: int = 1002, box: tuple[int, int, int, int] | None = None) -> Any:
    """Draw a node of the fake; row 0 on top."""
    picture = stage.host.picture(node, frame)
    box = box or (0, 0, SIZE[1], SIZE[0])
    return {name: picture.plane(channel, box)[::-1] for name, channel in CHANNELS.items()}


def same_bits(one: Any, other: Any) -> bool:
    return bool(
        np.array_equal(np.ascontiguousarray(one).view(np.int32), np.ascontiguousarray(other).view(np.int32))
    )


def close(found: Any, wanted: Any) -> bool:
    """Whether a picture is another to one step of half float."""
    return bool(
        np.all(np.abs(found - wanted) <= np.spacing(np.abs(wanted).astype(np.float16)).astype(np.float32))
    )


@pytest.mark.parametrize("frame", FRAMES)
def test_outside_the_matte_every_channel_is_the_plate_bit_for_bit(stage: Any, soft: Soft, frame: int) -> None:
    outside = soft.planes("matte", frame)["A"] == 0
    found, plate = drawn(stage, stage.node, frame), drawn(stage, stage.plate, frame)
    assert outside.sum() > 500
    for name in CHANNELS:
        assert same_bits(found[name][outside], plate[name][outside]), name


@pytest.mark.parametrize("frame", FRAMES)
def test_a_soft_edge_is_the_engines_own_composite(stage: Any, soft: Soft, frame: int) -> None:
    matte = soft.planes("matte", frame)["A"]
    assert ((matte > 0) & (matte < 1)).sum() > 20, "the matte is soft"
    found, wanted = drawn(stage, stage.node, frame), soft.planes("result", frame)
    for name in "RGB":
        assert close(found[name], wanted[name]), name
        assert not close(found[name], soft.plate(frame)[name])


def test_a_fill_that_is_keyed_twice_is_noticed(stage: Any, soft: Soft) -> None:
    import nuke

    keyed, shown = stage.node.node("take_keyed"), stage.node.node("take_views")
    with stage.node:
        twice = nuke.nodes.Keymix(channels="rgb")
        for number, source in enumerate((keyed.input(0), keyed, stage.node.node("take_wipe"))):
            twice.setInput(number, source)
        shown.setInput(0, twice)
    found, wanted = drawn(stage, stage.node), soft.planes("result", 1002)
    assert not any(close(found[name], wanted[name]) for name in "RGB")


def test_the_plate_is_one_click_away(stage: Any, soft: Soft) -> None:
    stage.node["take"].setValue("plate")
    found, plate = drawn(stage, stage.node), drawn(stage, stage.plate)
    assert all(same_bits(found[name], plate[name]) for name in CHANNELS)


def test_a_node_without_a_take_gives_the_plate(stage: Any) -> None:
    node = stage.module("group").make("crowd")
    node.setInput(0, stage.plate)
    found, plate = drawn(stage, node), drawn(stage, stage.plate)
    assert all(same_bits(found[name], plate[name]) for name in CHANNELS)


def test_mix_takes_the_fill_back(stage: Any, soft: Soft) -> None:
    plate, result, matte = soft.plate(1002), soft.planes("result", 1002), soft.planes("matte", 1002)["A"]
    stage.node["mix"].setValue(0.25)
    found = drawn(stage, stage.node)
    for name in "RGB":
        wanted = plate[name] + 0.25 * (result[name] - plate[name])
        assert np.allclose(found[name], wanted, atol=2e-3)
        assert same_bits(found[name][matte == 0], plate[name][matte == 0])
    stage.node["mix"].setValue(0)
    assert all(same_bits(drawn(stage, stage.node)[name], plate[name]) for name in "RGB")


def test_a_wipe_shows_the_plate_on_its_left(stage: Any, soft: Soft) -> None:
    matte = soft.planes("matte", 1002)["A"]
    line = int(np.flatnonzero(matte.max(0)).mean())
    stage.node["wipe"].setValue(line / SIZE[1])
    found, plate, result = drawn(stage, stage.node), soft.plate(1002), soft.planes("result", 1002)
    for name in "RGB":
        assert same_bits(found[name][:, :line], plate[name][:, :line])
        assert close(found[name][:, line:], result[name][:, line:])
    assert not close(found["R"], plate["R"])


def test_the_view_of_the_delta_is_what_is_added_to_the_plate(stage: Any, soft: Soft) -> None:
    stage.node["view"].setValue("delta")
    found, plate, result = drawn(stage, stage.node), soft.plate(1002), soft.planes("result", 1002)
    for name in "RGB":
        assert np.allclose(found[name] + plate[name], result[name], atol=2e-3)


def test_the_views_of_fill_and_matte_are_those_of_the_take(stage: Any, soft: Soft) -> None:
    stage.node["view"].setValue("fill")
    found, fill = drawn(stage, stage.node), soft.planes("fill", 1002)
    assert all(same_bits(found[name], fill[name]) for name in "RGB")
    stage.node["view"].setValue("matte")
    found, matte = drawn(stage, stage.node), soft.planes("matte", 1002)["A"]
    assert all(same_bits(found[name], matte) for name in "RGB")


def test_origin_and_confidence_are_shown_once_the_engine_has_written_them(stage: Any, soft: Soft) -> None:
    from photodouble.engine.tasks import run_task
    from photodouble.ops.operation import Reporter

    run_task("layers.whole", {"take": str(soft.folder)}, Settings(), Reporter())
    stage.module("takes").show_again(stage.pd)
    told = planes(next((soft.folder.parent / "whole/v001/told").glob("*.1002.exr")))
    stage.node["view"].setValue("confidence")
    found = drawn(stage, stage.node)
    assert all(same_bits(found[name], told["B"]) for name in "RGB")
    stage.node["view"].setValue("origin")
    found = drawn(stage, stage.node)
    from photodouble_client.take_nodes import KINDS

    wanted = np.array(KINDS, np.float32)[told["R"].astype(int)]
    for channel, name in enumerate("RGB"):
        assert np.allclose(found[name], wanted[..., channel]), name
    assert len(np.unique(told["R"])) > 1


def test_beyond_the_frames_of_the_take_the_plate_is_shown(stage: Any, soft: Soft) -> None:
    last = stage.shot.frames[-1]
    stage.plate["last"].setValue(last)
    for frame in (1000, last + 1):
        found, plate = drawn(stage, stage.node, frame), drawn(stage, stage.plate, frame)
        assert all(same_bits(found[name], plate[name]) for name in "RGB")


def test_pixels_beyond_the_format_are_the_plates_own(stage: Any, soft: Soft, tmp_path: Path) -> None:
    """The take covers the format; a plate that is larger keeps what lies around it."""
    import nuke

    wide = nuke.nodes.Constant(channels="rgba", color="{0.25 0.5 2 0.75}")
    merged = nuke.nodes.Merge2(operation="under")
    merged.setInput(0, stage.plate)
    merged.setInput(1, wide)
    stage.node.setInput(0, merged)
    box = (-10, -10, 100, 80)
    found, plate = drawn(stage, stage.node, 1002, box), drawn(stage, merged, 1002, box)
    outside = np.ones(found["R"].shape, bool)
    outside[::-1][10 : 10 + SIZE[0], 10 : 10 + SIZE[1]] = soft.planes("matte", 1002)["A"][::-1] == 0
    for name in CHANNELS:
        assert same_bits(found[name][outside], plate[name][outside]), name


@pytest.mark.parametrize("kind", ["multiplied", "beside"])
def test_a_plate_with_alpha_is_filled_as_the_engine_does(
    nuke_host: Any, tmp_path: Path, shot_writer: Callable[..., Any], kind: str
) -> None:
    """Alpha that the colours are multiplied by, or a matte that lies beside a whole picture."""
    from nuke_stage import Stage

    shot = shot_writer(tmp_path / "in", FRAMES)
    ramp = np.linspace(0.25, 1, SIZE[1], dtype=np.float32)
    across = ramp if kind == "multiplied" else np.maximum(2 * ramp - 1.5, 0)
    alpha = np.tile(across, (SIZE[0], 1))
    for frame in FRAMES:
        plate = planes(shot.file("plate", frame))
        by = alpha if kind == "multiplied" else np.ones_like(alpha)
        write_half(shot.file("plate", frame), {**{name: plate[name] * by for name in "RGB"}, "A": alpha})
    soft = made_take(shot, tmp_path)
    stage = Stage(nuke_host, tmp_path / "script", shot)
    stage.pd.choose(str(soft.folder))
    found, wanted = drawn(stage, stage.node), soft.planes("result", 1002)
    for name in "RGBA":
        assert close(found[name], wanted[name]), name
    assert stage.node.node("take_filling")["which"].value() == int(kind == "multiplied")


def test_both_eyes_are_filled_with_their_own_fill(
    nuke_host: Any, tmp_path: Path, shot_writer: Callable[..., Any]
) -> None:
    import shutil

    import nuke
    from nuke_stage import Stage

    eyes = {eye: shot_writer(tmp_path / eye, FRAMES, seed) for eye, seed in (("left", 3), ("right", 9))}
    folder = tmp_path / "in"
    folder.mkdir()
    for eye, shot in eyes.items():
        for frame in FRAMES:
            for name in ("plate", "matte"):
                shutil.copy(shot.file(name, frame), folder / f"{name}_{eye}.{frame:04d}.exr")
    request = JobRequest(
        operation="inpaint",
        inputs={name: PortInput(str(folder / f"{name}_%V.####.exr")) for name in ("plate", "matte")},
        range=FrameRange(FRAMES),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
        take=new_take_id(),
        view="left,right",
        values={"matte_feather": 3.0},
    )
    take = run_job(
        request, JobOptions(settings=Settings(cache_folder=str(tmp_path / "cache"), threads=1))
    ).take
    nuke.root()["views"].setValue("left #ff0000\nright #00ff00")
    stage = Stage(nuke_host, tmp_path / "script", eyes["left"])
    stage.plate["file"].setValue(str(folder / "plate_%V.%04d.exr"))
    stage.pd.choose(str(take.folder))
    for eye in eyes:
        nuke_host._running.view = eye
        found = drawn(stage, stage.node)
        wanted = planes(next((take.folder / "result").glob(f"*_{eye}.1002.exr")))
        assert all(close(found[name], wanted[name]) for name in "RGB"), eye


def test_a_take_that_is_gone_is_an_error_with_its_path(stage: Any, soft: Soft, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(soft.folder, tmp_path / "sh010" / "v009")
    stage.pd.choose(str(tmp_path / "sh010" / "v009"))
    shutil.rmtree(tmp_path / "sh010")
    said = stage.host.error(stage.node, 1002)
    assert str(tmp_path / "sh010/v009") in said and "1002" in said
    stage.node["take"].setValue("plate")
    assert stage.host.error(stage.node, 1002) == ""


def test_a_node_in_a_group_in_a_group_gives_the_same_picture(stage: Any) -> None:
    import nuke

    before = drawn(stage, stage.node)
    stage.host.copy(stage.node)
    outer = nuke.nodes.Group()
    with outer:
        nuke.nodes.Input()
        inner = nuke.nodes.Group()
        with inner:
            entry = nuke.nodes.Input()
            pasted = stage.host.paste()
            node = next(one for one in inner.nodes() if one.Class() == "Group")
            node.setInput(0, entry)
            nuke.nodes.Output().setInput(0, node)
        inner.setInput(0, outer.node("Input1"))
        nuke.nodes.Output().setInput(0, inner)
    del pasted
    outer.setInput(0, stage.plate)
    found = drawn(stage, outer)
    assert all(same_bits(found[name], before[name]) for name in CHANNELS)
    names = [pd.name for pd in stage.module("node").all_nodes()]
    assert len(names) == 2 and any(name.count(".") == 2 for name in names)
