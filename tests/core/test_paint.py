"""A frame goes out to be painted and comes back: only the stroke has changed, exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from photodouble.image.frame import Frame
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.paint import errand_path, paint_in, paint_out, with_override
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

WINDOW = Box(-4, -2, 60, 38)
STROKE = (slice(10, 16), slice(20, 40))


def plate(folder: Path) -> Frame:
    """Write and read a float plate with highlights at 40, negatives, NaN and an overscan window."""
    picture = np.random.default_rng(1).uniform(0, 1, (*WINDOW.size, 3)).astype(np.float32)
    picture[5:12, 30:44] = 40
    picture[20:24, 5:9] = -0.25
    picture[0, 0] = np.nan
    write_planes(
        folder / "plate.1010.exr",
        {name: picture[:, :, index] for index, name in enumerate("RGB")},
        data_window=WINDOW,
        display_window=Box(0, 0, 56, 36),
        type="float",
    )
    return Sequence.find(folder / "plate.####.exr").read(1010)


def read(path: Path) -> np.ndarray:
    """Read a file's codes or values as they lie in it."""
    source = OpenImageIO.ImageInput.open(str(path))
    pixels = np.array(source.read_image(OpenImageIO.UNKNOWN))
    source.close()
    return pixels


def save(path: Path, pixels: np.ndarray) -> None:
    """Save pixels over a file, as a paint program would."""
    kinds = {"uint8": OpenImageIO.UINT8, "uint16": OpenImageIO.UINT16, "float16": OpenImageIO.HALF}
    spec = OpenImageIO.ImageSpec(
        pixels.shape[1], pixels.shape[0], pixels.shape[2], kinds.get(pixels.dtype.name, OpenImageIO.FLOAT)
    )
    out = OpenImageIO.ImageOutput.create(str(path))
    assert out.open(str(path), spec) and out.write_image(np.ascontiguousarray(pixels)) and out.close()


@pytest.mark.parametrize("suffix", [".tif", ".png"])
@pytest.mark.parametrize("encoding", ["sRGB", "Cineon", "ACEScct"])
def test_one_stroke_through_sixteen_bits_changes_the_stroke_and_nothing_else(
    tmp_path: Path, suffix: str, encoding: str
) -> None:
    frame = plate(tmp_path)
    sent = tmp_path / f"paint.1010{suffix}"
    paint_out(frame, sent, encoding=encoding)
    codes = read(sent)
    assert codes.dtype == np.uint16
    codes[STROKE] = [30000, 20000, 10000]
    save(sent, codes)
    back = paint_in(sent, tmp_path / "override.1010.exr")
    result = Sequence.find(back.path).read(1010)
    before, after = frame.linear(), result.linear()
    outside = np.ones(WINDOW.size, bool)
    outside[STROKE] = False
    assert np.array_equal(before[outside], after[outside], equal_nan=True)
    assert after[6, 32].tolist() == [40, 40, 40] and after[21, 6].tolist() == [-0.25] * 3
    assert back.frame == 1010 and back.pixels == 6 * 20
    assert after[STROKE].std(axis=(0, 1)).max() < 1e-6 and after[12, 25].tolist() != before[12, 25].tolist()
    assert result.data_window == WINDOW


def test_a_stroke_has_the_colour_that_was_painted(tmp_path: Path) -> None:
    sent = tmp_path / "paint.1010.tif"
    paint_out(plate(tmp_path), sent, encoding="sRGB")
    codes = read(sent)
    codes[STROKE] = 48192
    save(sent, codes)
    back = paint_in(sent, tmp_path / "override.1010.exr")
    stroke = Sequence.find(back.path).read(1010).linear()[STROKE]
    assert np.allclose(stroke, ((48192 / 65535 + 0.055) / 1.055) ** 2.4, rtol=1e-5)


def test_a_highlight_comes_back_even_where_only_one_channel_was_painted(tmp_path: Path) -> None:
    sent = tmp_path / "paint.1010.tif"
    paint_out(plate(tmp_path), sent)
    codes = read(sent)
    codes[6, 32, 0] = 0
    save(sent, codes)
    back = paint_in(sent, tmp_path / "override.1010.exr")
    assert Sequence.find(back.path).read(1010).linear()[6, 32].tolist() == [0, 40, 40]


def test_nothing_painted_changes_nothing(tmp_path: Path) -> None:
    frame = plate(tmp_path)
    for name in ("paint.1010.tif", "paint.1010.png", "paint.1010.exr"):
        paint_out(frame, tmp_path / name)
        back = paint_in(tmp_path / name, tmp_path / "override.exr")
        assert back.pixels == 0
        assert np.array_equal(Sequence.find(back.path).read(1010).linear(), frame.linear(), equal_nan=True)


def test_a_program_that_saves_half_or_eight_bits_still_changes_only_the_stroke(tmp_path: Path) -> None:
    frame = plate(tmp_path)
    paint_out(frame, tmp_path / "paint.1010.exr")
    pixels = read(tmp_path / "paint.1010.exr").astype(np.float16)
    pixels[STROKE] = 3
    save(tmp_path / "paint.1010.exr", pixels)
    assert paint_in(tmp_path / "paint.1010.exr", tmp_path / "override.exr").pixels == 120
    paint_out(frame, tmp_path / "paint.1010.png")
    coarse = (read(tmp_path / "paint.1010.png") >> 8).astype(np.uint8)
    coarse[STROKE] = np.where(coarse[STROKE] > 128, 0, 255)
    save(tmp_path / "paint.1010.png", coarse)
    assert paint_in(tmp_path / "paint.1010.png", tmp_path / "override.exr").pixels == 120


def test_a_cropped_frame_is_refused(tmp_path: Path) -> None:
    sent = tmp_path / "paint.1010.tif"
    paint_out(plate(tmp_path), sent)
    save(sent, read(sent)[:-1])
    with pytest.raises(ArtistError) as refused:
        paint_in(sent, tmp_path / "override.exr")
    assert refused.value.code == "input.bad_paint"
    assert not (tmp_path / "override.exr").exists()


def test_a_frame_whose_source_changed_or_whose_sheet_is_gone_is_refused(tmp_path: Path) -> None:
    sent = tmp_path / "paint.1010.tif"
    frame = plate(tmp_path)
    paint_out(frame, sent)
    source = frame.picture.path
    source.write_bytes(source.read_bytes() + b" ")
    with pytest.raises(ArtistError):
        paint_in(sent, tmp_path / "override.exr")
    errand_path(sent).unlink()
    with pytest.raises(ArtistError):
        paint_in(sent, tmp_path / "override.exr")
    assert not (tmp_path / "override.exr").exists()


def test_other_suffixes_and_unknown_encodings_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    frame = plate(tmp_path)
    for name, encoding in (("paint.jpg", "sRGB"), ("paint.tif", "no such space")):
        with pytest.raises(ArtistError):
            paint_out(frame, tmp_path / name, encoding=encoding)
        assert not (tmp_path / name).exists()


def test_a_painted_frame_becomes_an_override_of_a_child_request(tmp_path: Path) -> None:
    sent = tmp_path / "paint.1010.tif"
    paint_out(plate(tmp_path), sent)
    back = paint_in(sent, tmp_path / "override.1010.exr")
    old = JobRequest("inpaint", take="abc", overrides={1003: "other.exr"})
    new = with_override(old, back)
    assert new.overrides == {1003: "other.exr", 1010: str(back.path)}
    assert new.parent == "abc" and new.take == ""
