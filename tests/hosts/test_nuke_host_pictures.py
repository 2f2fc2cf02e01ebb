"""The made-up Nuke draws as Foundry's pages say, from the bottom left, and renders real EXR."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

SIZE = (10, 16)
WINDOW = (-2, -1, 17, 10)
"""Data window of the plates: two pixels of overscan at the left and right, one above and below."""


@pytest.fixture
def nuke(nuke_host: Any) -> Any:
    return sys.modules["nuke"]


def write(path: Path, window: tuple[int, int, int, int] = WINDOW, **planes: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    low, high = np.array(window[:2], np.int32), np.array(window[2:], np.int32)
    header = {
        "type": OpenEXR.scanlineimage,
        "displayWindow": (np.array([0, 0], np.int32), np.array([SIZE[1] - 1, SIZE[0] - 1], np.int32)),
        "dataWindow": (low, high),
        "pixelAspectRatio": 2.0,
        "scene": "forest",
    }
    OpenEXR.File(header, {name.replace("_", "."): plane for name, plane in planes.items()}).write(str(path))


def noise(seed: int, kind: Any = np.float16) -> Any:
    shape = (WINDOW[3] - WINDOW[1] + 1, WINDOW[2] - WINDOW[0] + 1)
    return np.random.default_rng(seed).normal(0.5, 1, shape).astype(kind)


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Give a folder with a plate, a fill, a soft matte and frames 1001 to 1003."""
    for frame in (1001, 1002, 1003):
        write(tmp_path / f"plate.{frame}.exr", **{name: noise(frame + at) for at, name in enumerate("RGBA")})
        write(
            tmp_path / f"fill.{frame}.exr", **{name: noise(frame + 50 + at) for at, name in enumerate("RGB")}
        )
        matte = np.zeros((12, 20), np.float16)
        matte[3:6, 4:9], matte[6, 4:9] = 1, 0.25
        write(tmp_path / f"matte.{frame}.exr", A=matte)
    return tmp_path


def read(nuke: Any, folder: Path, name: str) -> Any:
    node = nuke.nodes.Read(raw=True)
    node["file"].fromUserText(f"{folder}/{name}.####.exr 1001-1003")
    return node


def loaded(path: Path) -> Any:
    return OpenEXR.File(str(path), separate_channels=True)


def test_a_picture_counts_from_the_bottom_left(nuke: Any, shot: Path) -> None:
    nuke.frame(1001)
    node = read(nuke, shot, "plate")
    red = loaded(shot / "plate.1001.exr").channels()["R"].pixels
    assert (node.bbox().x(), node.bbox().y(), node.bbox().r(), node.bbox().t()) == (-2, -1, 18, 11)
    assert (node.width(), node.height(), node.pixelAspect()) == (16, 10, 2.0)
    assert node.sample("red", -2, -1) == float(red[-1, 0])
    assert node.sample("red", 17, 10) == float(red[0, -1])
    assert node.sample("red", 99, 99) == 0
    assert node.channels() == ["rgba.alpha", "rgba.blue", "rgba.green", "rgba.red"]
    assert node.metadata("exr/scene") == "forest"


def keyed(nuke: Any, shot: Path) -> Any:
    nodes = [read(nuke, shot, name) for name in ("plate", "fill", "matte")]
    return nuke.nodes.Keymix(inputs=nodes, channels="rgb")


def test_what_is_written_is_the_plate_bit_for_bit_where_the_matte_is_black(nuke: Any, shot: Path) -> None:
    out = nuke.nodes.Write(
        inputs=[keyed(nuke, shot)], file=f"{shot}/out.####.exr", file_type="exr", channels="all"
    )
    nuke.execute(out, 1001, 1002)
    for frame in (1001, 1002):
        found, plate = loaded(shot / f"out.{frame}.exr"), loaded(shot / f"plate.{frame}.exr")
        outside = loaded(shot / f"matte.{frame}.exr").channels()["A"].pixels == 0
        assert [list(one) for one in found.header()["dataWindow"]] == [list(WINDOW[:2]), list(WINDOW[2:])]
        assert found.header()["pixelAspectRatio"] == 2.0
        for name in "RGBA":
            one, other = found.channels()[name].pixels, plate.channels()[name].pixels
            assert np.array_equal(one[outside].view(np.int16), other[outside].view(np.int16)), name
            assert name == "A" or not np.array_equal(one, other)
    assert nuke.frame() == 1, "a render leaves the playhead where it was"


def test_a_soft_edge_is_mixed_in_float(nuke: Any, shot: Path) -> None:
    picture = sys.modules["nuke_host.pictures"].draw(keyed(nuke, shot), 1001)
    plate, fill, matte = (loaded(shot / f"{name}.1001.exr") for name in ("plate", "fill", "matte"))
    a, b = (one.channels()["G"].pixels.astype(np.float32) for one in (fill, plate))
    m = matte.channels()["A"].pixels.astype(np.float32)
    assert np.array_equal(picture.planes["rgba.green"][::-1], a * m + b * (np.float32(1) - m))


def test_a_matte_that_is_keyed_twice_is_another_picture(nuke: Any, shot: Path) -> None:
    """The planted fault: what the soft edge of a node must not be."""
    draw = sys.modules["nuke_host.pictures"].draw
    once = keyed(nuke, shot)
    twice = nuke.nodes.Keymix(inputs=[once.input(0), once, once.input(2)], channels="rgb")
    first, second = draw(once, 1001), draw(twice, 1001)
    assert not np.array_equal(first.planes["rgba.red"], second.planes["rgba.red"])


def test_infinity_in_the_fill_does_not_reach_the_plate(nuke: Any, shot: Path) -> None:
    broken = np.full((12, 20), np.inf, np.float16)
    for frame in (1001, 1002, 1003):
        write(shot / f"fill.{frame}.exr", R=broken, G=broken, B=broken)
    picture = sys.modules["nuke_host.pictures"].draw(keyed(nuke, shot), 1001)
    matte = loaded(shot / "matte.1001.exr").channels()["A"].pixels[::-1]
    assert np.isfinite(picture.planes["rgba.red"][matte == 0]).all()


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("over", lambda a, b, alpha: a + b * (1 - alpha)),
        ("minus", lambda a, b, alpha: a - b),
        ("copy", lambda a, b, alpha: a),
        ("multiply", lambda a, b, alpha: a * b),
        ("matte", lambda a, b, alpha: a * alpha + b * (1 - alpha)),
    ],
)
def test_a_merge_is_what_the_table_says(nuke: Any, operation: str, wanted: Any) -> None:
    a, b = (0.8, 0.6, 0.4, 0.5), (0.1, 0.2, 0.3, 1.0)
    nodes = [nuke.nodes.Constant(color=one, channels="rgba") for one in (b, a)]
    merge = nuke.nodes.Merge2(inputs=nodes, operation=operation)
    for at, name in enumerate(("red", "green", "blue")):
        assert merge.sample(name, 5, 5) == pytest.approx(wanted(a[at], b[at], a[3]), rel=1e-6)


def test_a_channel_that_is_not_there_is_black(nuke: Any, shot: Path) -> None:
    nuke.frame(1001)
    copy = nuke.nodes.Copy(inputs=[read(nuke, shot, "plate"), read(nuke, shot, "fill")], from0="rgba.alpha")
    assert copy.sample("alpha", 3, 3) == 0
    shuffle = nuke.nodes.Shuffle(inputs=[read(nuke, shot, "matte")], red="alpha", alpha="white")
    assert shuffle.sample("red", 4, 5) == read(nuke, shot, "matte").sample("alpha", 4, 5)
    assert (shuffle.sample("alpha", 4, 5), shuffle.sample("green", 4, 5)) == (1, 0)


def test_a_crop_takes_a_part_and_a_switch_one_of_several(nuke: Any, shot: Path) -> None:
    nuke.frame(1001)
    plate = read(nuke, shot, "plate")
    crop = nuke.nodes.Crop(inputs=[plate], box=(2, 3, 8, 7))
    assert (crop.bbox().x(), crop.bbox().t(), crop.width()) == (2, 7, 16)
    assert (crop.sample("red", 1, 4), crop.sample("red", 2, 4)) == (0, plate.sample("red", 2, 4))
    cut = nuke.nodes.Crop(inputs=[plate], box=(2, 3, 8, 7), reformat=True)
    assert (cut.width(), cut.height(), cut.sample("red", 0, 0)) == (6, 4, plate.sample("red", 2, 3))
    switch = nuke.nodes.Switch(inputs=[plate, crop], which=9)
    assert switch.bbox().x() == 2
    half = nuke.nodes.Dissolve(inputs=[plate, read(nuke, shot, "fill")], which=0.5)
    fill = half.input(1)
    both = plate.sample("red", 4, 4) + fill.sample("red", 4, 4)
    assert half.sample("red", 4, 4) == pytest.approx(both / 2, rel=1e-6)


@pytest.mark.parametrize(("mode", "value", "file"), [("start at", "1", 1002), ("offset", "1000", 1002)])
def test_a_read_can_be_numbered_otherwise(nuke: Any, shot: Path, mode: str, value: str, file: int) -> None:
    node = read(nuke, shot, "plate")
    node["frame_mode"].setValue(mode)
    node["frame"].setValue(value)
    nuke.frame(2)
    assert node.metadata("input/frame") == file
    node["before"].setValue("black")
    nuke.frame(-5)
    assert node.sample("red", 4, 4) == 0


def test_a_missing_frame_is_what_the_read_says(nuke: Any, nuke_host: Any, shot: Path) -> None:
    (shot / "plate.1002.exr").unlink()
    node = read(nuke, shot, "plate")
    assert "plate.1002.exr: Read error: No such file" in nuke_host.error(node, 1002)
    assert nuke_host.error(node, 1001) == ""
    node["on_error"].setValue("black")
    assert nuke_host.picture(node, 1002).planes["rgba.red"].max() == 0
    node["on_error"].setValue("nearest frame")
    assert nuke_host.error(node, 1002) == ""


def test_in_proxy_mode_a_render_is_smaller(nuke: Any, shot: Path) -> None:
    out = nuke.nodes.Write(inputs=[read(nuke, shot, "plate")], file=f"{shot}/out.####.exr", file_type="exr")
    nuke.root().setProxy(True)
    nuke.execute(out, 1001, 1001)
    low, high = loaded(shot / "out.1001.exr").header()["displayWindow"]
    assert list(high - low + 1) == [8, 5]


def test_every_view_is_rendered_unless_one_is_named(nuke: Any, nuke_host: Any, shot: Path) -> None:
    nuke.root().addView("left")
    out = nuke.nodes.Write(
        inputs=[read(nuke, shot, "plate")], file=f"{shot}/%V/out.####.exr", file_type="exr"
    )
    with pytest.raises(RuntimeError, match="no such folder"):
        nuke.execute(out, 1001, 1001)
    out["create_directories"].setValue(True)
    nuke.execute(out, 1001, 1001, views=["left"])
    assert (shot / "left/out.1001.exr").is_file() and not (shot / "main").exists()
    nuke.execute(out, nuke.FrameRange(1001, 1001, 1))
    assert (shot / "main/out.1001.exr").is_file()


def test_a_render_that_is_cancelled_keeps_the_frames_before(nuke: Any, nuke_host: Any, shot: Path) -> None:
    out = nuke.nodes.Write(inputs=[read(nuke, shot, "plate")], file=f"{shot}/out.####.exr", file_type="exr")
    nuke_host.cancel_render_at(1002)
    with pytest.raises(RuntimeError, match="Cancelled"):
        nuke.execute(out, 1001, 1003)
    assert (shot / "out.1001.exr").is_file() and not (shot / "out.1002.exr").exists()


def test_callbacks_of_a_render_come_in_their_order(nuke: Any, shot: Path) -> None:
    out = nuke.nodes.Write(inputs=[read(nuke, shot, "plate")], file=f"{shot}/out.####.exr", file_type="exr")
    seen: list[Any] = []
    for name in ("BeforeRender", "BeforeFrameRender", "AfterFrameRender", "AfterRender"):
        getattr(nuke, "add" + name)(lambda name=name: seen.append((name, nuke.frame())))
    nuke.execute(out, 1001, 1002)
    assert [name for name, _ in seen] == [
        "BeforeRender",
        *["BeforeFrameRender", "AfterFrameRender"] * 2,
        "AfterRender",
    ]
    assert [frame for name, frame in seen if name == "AfterFrameRender"] == [1001, 1002]


def test_a_background_nuke_renders_a_copy_of_the_script(nuke: Any, nuke_host: Any, shot: Path) -> None:
    out = nuke.nodes.Write(inputs=[read(nuke, shot, "plate")], file=f"{shot}/out.####.exr", file_type="exr")
    told: list[Any] = []
    nuke.addAfterBackgroundFrameRender(lambda context: told.append(context["frame"]))
    nuke.addAfterBackgroundRender(lambda context: told.append("done"))
    ident = nuke.executeBackgroundNuke(nuke.EXE_PATH, [out], nuke.FrameRanges("1001-1002"), ["main"], {})
    nuke.delete(out)
    assert not (shot / "out.1001.exr").exists()
    assert nuke_host.background() == ""
    assert (ident, told) == (1, [1001, 1002, "done"])
    assert (shot / "out.1002.exr").is_file()
    nuke_host.refuse_background()
    assert nuke.executeBackgroundNuke("", [], nuke.FrameRanges("1"), ["main"], {}) == -1


def test_a_farm_knows_no_callback_of_the_artists_nuke(nuke: Any, nuke_host: Any, shot: Path) -> None:
    nuke.nodes.Write(
        inputs=[read(nuke, shot, "plate")], file=f"{shot}/out.####.exr", file_type="exr", name="Out"
    )
    nuke_host.save(str(shot / "script ü.nk"))
    seen: list[bool] = []
    nuke.addBeforeRender(lambda: seen.append(nuke.GUI))
    said = nuke_host.render_terminal(str(shot / "script ü.nk"), "Out", [1001])
    assert (seen, said) == ([], ["Frame 1001 (1 of 1)"])
    nuke_host.render_terminal(
        str(shot / "script ü.nk"), "Out", [1001], lambda: nuke.addBeforeRender(lambda: seen.append(nuke.GUI))
    )
    assert (seen, nuke.GUI) == ([False], True)


def test_a_script_is_saved_and_opened_as_it_is(nuke: Any, nuke_host: Any, shot: Path) -> None:
    group = nuke.nodes.Group(name="Look")
    with group:
        nuke.nodes.Output(inputs=[nuke.nodes.Grade(inputs=[nuke.nodes.Input()], multiply="{{parent.gain}}")])
    group.addKnob(nuke.Double_Knob("gain", "Gain"))
    group["gain"].setValueAt(0.5, 1001) if group["gain"].isAnimated() else group["gain"].setValue(0.5)
    group.setInput(0, read(nuke, shot, "plate"))
    nuke.root()["first_frame"].setValue(1001)
    path = str(shot / "a b.nk")
    seen: list[str] = []
    for name in ("OnScriptSave", "OnScriptClose", "OnCreate", "OnScriptLoad"):
        getattr(nuke, "add" + name)(lambda name=name: seen.append(name))
    nuke_host.save(path)
    text = nuke_host.script_text()
    nuke_host.open(path)
    assert nuke_host.script_text() == text
    assert [name for at, name in enumerate(seen) if name not in seen[:at]] == [
        "OnScriptSave",
        "OnScriptClose",
        "OnCreate",
        "OnScriptLoad",
    ]
    assert nuke.toNode("Look")["gain"].value() == 0.5
    assert nuke.Undo.undoSize() == 0
    with pytest.raises(ValueError):
        group.name()


def test_a_default_of_a_users_knob_is_not_saved(nuke: Any, nuke_host: Any, tmp_path: Path) -> None:
    """What is equal to it is lost when the script is opened again."""
    node = nuke.nodes.NoOp(name="N")
    node.addKnob(nuke.Double_Knob("gain", "Gain"))
    node["gain"].setDefaultValue([2.0])
    nuke_host.save(str(tmp_path / "a.nk"))
    nuke_host.open(str(tmp_path / "a.nk"))
    assert nuke.toNode("N")["gain"].value() == 0


def test_a_script_with_a_knob_that_is_not_there_is_refused(nuke: Any) -> None:
    with pytest.raises(RuntimeError, match="no such knob"):
        nuke.scriptReadText("Blur {\n inputs 0\n sizee 3\n}\n")
