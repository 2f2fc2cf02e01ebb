"""Frames: windows, layers, views, alpha and awkward numbers, read and written back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.image.colour import SceneLinear, Srgb
from photodouble.image.files import read_picture
from photodouble.image.frame import Frame
from photodouble.image.layers import views
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.image.write import write_result
from photodouble_client.errors import ArtistError

DATA = Box(-4, -2, 12, 10)
SHAPE = DATA.size


def grey(value: float, kind: str = "f2") -> np.ndarray:
    return np.full(SHAPE, value, kind)


def exr(folder: Path, channels: dict[str, np.ndarray], **extra: object) -> Path:
    path = folder / "plate.0001.exr"
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIP_COMPRESSION,
        "dataWindow": ((DATA.x0, DATA.y0), (DATA.x1 - 1, DATA.y1 - 1)),
        "displayWindow": ((0, 0), (7, 7)),
        **extra,
    }
    OpenEXR.File(header, channels).write(str(path))
    return path


def rgb(r: float, g: float, b: float, layer: str = "") -> dict[str, np.ndarray]:
    return {f"{layer}{name}": grey(value) for name, value in zip("RGB", (r, g, b), strict=True)}


def open_frame(path: Path, **settings: str) -> Frame:
    return Frame(read_picture(path), 1, **settings)


def result_of(path: Path, value: float, alpha: float, **settings: str) -> Frame:
    """Fill the whole data window with one value through an even matte."""
    out = path.with_name("out.exr")
    fill = np.full((*SHAPE, 3), value, np.float32)
    matte = np.full(SHAPE, alpha, np.float32)
    write_result(open_frame(path, **settings), fill, matte, DATA, out, metadata={})
    return open_frame(out, **settings)


def test_windows_and_aspect_are_the_files(tmp_path: Path) -> None:
    frame = open_frame(exr(tmp_path, rgb(1, 2, 3), pixelAspectRatio=2.0))
    assert (frame.data_window, frame.display_window, frame.pixel_aspect) == (DATA, Box(0, 0, 8, 8), 2.0)


def test_pixels_outside_the_data_window_are_zero_and_not_valid(tmp_path: Path) -> None:
    frame = open_frame(exr(tmp_path, rgb(1, 2, 3)))
    box = Box(-6, -3, 0, 0)
    linear, valid = frame.linear(box), frame.valid(box)
    assert linear.shape == (3, 6, 3)
    assert not valid[0].any()
    assert not valid[:, :2].any()
    assert valid[1:, 2:].all()
    assert np.array_equal(linear[1:, 2:], np.broadcast_to(np.float32([1, 2, 3]), (2, 4, 3)))
    assert not linear[~valid].any()


def test_a_box_beyond_the_picture_is_empty_of_colour(tmp_path: Path) -> None:
    frame = open_frame(exr(tmp_path, rgb(1, 2, 3)))
    assert not frame.linear(Box(100, 100, 104, 103)).any()


def test_not_a_number_is_not_valid_and_survives_writing(tmp_path: Path) -> None:
    channels = rgb(1, 2, 3)
    channels["G"][5, 5] = np.nan
    channels["B"][6, 6] = np.inf
    path = exr(tmp_path, channels)
    assert np.argwhere(~open_frame(path).valid()).tolist() == [[5, 5], [6, 6]]
    box, out = Box(-4, -2, 0, 0), tmp_path / "out.exr"
    ones = np.ones(box.size, np.float32)
    write_result(open_frame(path), np.zeros((*box.size, 3), np.float32), ones, box, out, metadata={})
    assert np.argwhere(~open_frame(out).valid()).tolist() == [[5, 5], [6, 6]]


def test_a_soft_matte_over_not_a_number_gives_the_fill(tmp_path: Path) -> None:
    channels = rgb(1, 1, 1)
    channels["R"][5, 5] = np.nan
    assert result_of(exr(tmp_path, channels), 0.25, 0.5).linear()[5, 5].tolist() == [0.25, 0.625, 0.625]


def test_negatives_and_highlights_are_mixed_in_linear(tmp_path: Path) -> None:
    frame = result_of(exr(tmp_path, rgb(-1, 40, 0.5)), 2, 0.25)
    assert frame.linear()[0, 0].tolist() == [-0.25, 30.5, 0.875]


def test_a_fill_beyond_half_becomes_its_largest(tmp_path: Path) -> None:
    assert np.all(result_of(exr(tmp_path, rgb(1, 1, 1)), 1e9, 1).linear() == 65504)


def test_premultiplied_colours_are_divided_and_multiplied_back(tmp_path: Path) -> None:
    path = exr(tmp_path, {**rgb(0.1, 0.2, 0.4), "A": grey(0.5)})
    frame = open_frame(path)
    assert frame.linear()[0, 0] == pytest.approx([0.2, 0.4, 0.8], rel=1e-3)
    mixed = result_of(path, 1, 0.5)
    assert mixed.linear()[0, 0] == pytest.approx([0.6, 0.7, 0.9], rel=1e-3)
    assert np.all(mixed.alpha() == 0.5)


def test_where_alpha_is_zero_colours_are_left_alone(tmp_path: Path) -> None:
    alpha = grey(1)
    alpha[:3] = 0
    channels = {**rgb(0.5, 0.5, 0.5), "A": alpha}
    channels["R"][0] = channels["G"][0] = channels["B"][0] = 0
    frame = open_frame(exr(tmp_path, channels), premultiplied="yes")
    assert np.all(frame.linear()[1:] == 0.5)


def test_a_matte_in_alpha_beside_a_whole_picture_is_no_premultiplication(tmp_path: Path) -> None:
    alpha = grey(0)
    alpha[4:6, 4:6] = 0.5
    path = exr(tmp_path, {**rgb(0.5, 0.5, 0.5), "A": alpha})
    assert not open_frame(path).is_premultiplied
    assert open_frame(path, premultiplied="yes").is_premultiplied


def test_a_named_layer_is_filled_and_the_main_one_untouched(tmp_path: Path) -> None:
    path = exr(tmp_path, {**rgb(0.1, 0.2, 0.3), **rgb(1, 2, 3, "diffuse.")})
    filled = result_of(path, 9, 1, channels="diffuse")
    assert np.all(filled.linear() == 9)
    assert np.array_equal(open_frame(path).stored(), open_frame(path.with_name("out.exr")).stored())


def test_channels_can_be_listed(tmp_path: Path) -> None:
    path = exr(tmp_path, {**rgb(1, 2, 3), "N.x": grey(5), "N.y": grey(6), "N.z": grey(7)})
    assert open_frame(path, channels="N.x, N.y, N.z").linear()[0, 0].tolist() == [5, 6, 7]


def test_a_grey_plate_is_filled_as_one_channel(tmp_path: Path) -> None:
    path = exr(tmp_path, {"Y": grey(0.25)})
    assert open_frame(path).linear()[0, 0].tolist() == [0.25] * 3
    assert np.all(result_of(path, 0.75, 0.5).channel("Y") == 0.5)


def test_luminance_and_chroma_plates_are_refused(tmp_path: Path) -> None:
    path = exr(tmp_path, {"Y": grey(0.25), "RY": grey(0.1), "BY": grey(0.2)})
    with pytest.raises(ArtistError) as caught:
        open_frame(path)
    assert caught.value.code == "input.unknown_channel"


def test_an_unknown_layer_names_close_ones(tmp_path: Path) -> None:
    path = exr(tmp_path, {**rgb(1, 2, 3), **rgb(1, 2, 3, "diffuse.")})
    with pytest.raises(ArtistError, match=r"difuse.*diffuse\.[RGB]") as caught:
        open_frame(path, channels="difuse.R")
    assert caught.value.code == "input.unknown_channel"


def test_ids_are_read_in_their_own_type_and_cannot_be_filled(tmp_path: Path) -> None:
    ids = np.arange(SHAPE[0] * SHAPE[1], dtype=np.uint32).reshape(SHAPE) + np.uint32(2**31)
    path = exr(tmp_path, {**rgb(1, 2, 3), "id": ids})
    assert np.array_equal(open_frame(path).raw("id"), ids)
    with pytest.raises(ArtistError):
        open_frame(path, channels="id")


def two_views(folder: Path) -> Path:
    return exr(folder, {**rgb(1, 2, 3), **rgb(4, 5, 6, "right.")}, multiView=["left", "right"])


@pytest.mark.parametrize(("view", "first"), [("", 1), ("left", 1), ("right", 4)])
def test_views_in_one_part_are_found_by_name(tmp_path: Path, view: str, first: float) -> None:
    frame = open_frame(two_views(tmp_path), view=view)
    assert frame.linear()[0, 0, 0] == first
    assert views(frame.picture) == ("left", "right")


def test_filling_one_view_leaves_the_other(tmp_path: Path) -> None:
    path = two_views(tmp_path)
    assert np.all(result_of(path, 9, 1, view="right").linear() == 9)
    assert open_frame(path.with_name("out.exr"), view="left").linear()[0, 0].tolist() == [1, 2, 3]


def view_parts(folder: Path) -> Path:
    path = folder / "plate.0001.exr"
    parts = [
        OpenEXR.Part(
            {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION, "view": view},
            {name: np.full((4, 5), value, "f2") for name in "RGB"},
            f"rgba_{view}",
        )
        for view, value in (("right", 2), ("left", 1))
    ]
    OpenEXR.File(parts).write(str(path))
    return path


@pytest.mark.parametrize(("view", "value"), [("left", 1), ("right", 2), ("", 2)])
def test_views_in_parts_are_found_by_name(tmp_path: Path, view: str, value: float) -> None:
    frame = open_frame(view_parts(tmp_path), view=view)
    assert np.all(frame.linear() == value)
    assert set(views(frame.picture)) == {"left", "right"}


@pytest.mark.parametrize("write", [two_views, view_parts])
def test_a_view_that_is_not_there_is_refused(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    with pytest.raises(ArtistError, match="left") as caught:
        open_frame(write(tmp_path), view="centre")
    assert caught.value.code == "input.unknown_channel"


def test_filling_a_view_part_leaves_the_other(tmp_path: Path) -> None:
    path, out, box = view_parts(tmp_path), tmp_path / "out.exr", Box(0, 0, 5, 4)
    fill = np.full((4, 5, 3), 7, np.float32)
    write_result(open_frame(path, view="left"), fill, np.ones((4, 5), np.float32), box, out, metadata={})
    assert np.all(open_frame(out, view="left").linear() == 7)
    assert np.all(open_frame(out, view="right").linear() == 2)


def test_exr_is_scene_linear_as_it_is(tmp_path: Path) -> None:
    assert open_frame(exr(tmp_path, rgb(1, 2, 3))).colour == SceneLinear()


def test_a_colour_space_is_applied_and_undone(tmp_path: Path) -> None:
    path = exr(tmp_path, rgb(0.5, 0.25, 0.75))
    frame = open_frame(path, colourspace="sRGB")
    assert frame.linear()[0, 0] == pytest.approx(Srgb().to_linear(np.float32([0.5, 0.25, 0.75])))
    filled = result_of(path, 0.18, 1, colourspace="sRGB")
    assert filled.stored()[0, 0] == pytest.approx([0.4613] * 3, abs=5e-4)


def test_a_result_named_as_another_format_is_refused(tmp_path: Path) -> None:
    path = exr(tmp_path, rgb(1, 2, 3))
    fill, out = np.zeros((*SHAPE, 3), np.float32), tmp_path / "a.dpx"
    with pytest.raises(ArtistError) as caught:
        write_result(open_frame(path), fill, fill[..., 0], DATA, out, metadata={})
    assert caught.value.code == "input.unsupported_format"
    assert not out.exists()


def test_a_frame_of_a_sequence_keeps_only_what_is_filled_and_still_writes_the_rest(tmp_path: Path) -> None:
    channels = {**rgb(1, 2, 3), "A": grey(1), **rgb(4, 5, 6, "diffuse."), "Z": grey(7, "f4")}
    sequence = Sequence.find(exr(tmp_path, channels))
    frame, out = sequence.read(1), tmp_path / "out.exr"
    held = [plane.name for plane in frame.picture.planes if plane.pixels.size]
    assert sorted(held) == ["A", "B", "G", "R"]
    assert frame.channel("Z")[0, 0] == 7
    fill = np.zeros((*SHAPE, 3), np.float32)
    write_result(frame, fill, np.ones(SHAPE, np.float32), DATA, out, metadata={})
    written = open_frame(out)
    assert [written.channel(name)[0, 0] for name in ("R", "A", "diffuse.G", "Z")] == [0, 1, 5, 7]
