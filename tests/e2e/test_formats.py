"""The whole job on every kind of plate: same format out, and outside the matte the same codes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest


def write_codes(path: Path, codes: np.ndarray, kind: object, **attributes: object) -> None:  # type: ignore[type-arg]
    specification = OpenImageIO.ImageSpec(codes.shape[1], codes.shape[0], 3, kind)
    for name, value in attributes.items():
        specification.attribute(name.replace("__", ":"), value)
    target = OpenImageIO.ImageOutput.create(str(path))
    assert target.open(str(path), specification), OpenImageIO.geterror()
    target.write_image(codes)
    target.close()


def read_codes(path: Path, kind: object) -> np.ndarray:  # type: ignore[type-arg]
    source = OpenImageIO.ImageInput.open(str(path))
    codes: np.ndarray = source.read_image(0, 0, 0, 3, kind)  # type: ignore[type-arg]
    source.close()
    return codes


def plate_codes(shot, frame: int) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    linear = OpenEXR.File(str(shot.file("plate", frame))).channels()["RGB"].pixels.astype(np.float32)
    codes: np.ndarray = np.clip(linear, 0, 1) ** (1 / 2.2)  # type: ignore[type-arg]
    return codes


def inside_of(shot, frame: int) -> np.ndarray:  # type: ignore[no-untyped-def, type-arg]
    inside: np.ndarray = OpenEXR.File(str(shot.file("matte", frame))).channels()["A"].pixels > 0  # type: ignore[type-arg]
    return inside


@pytest.mark.parametrize(
    ("suffix", "kind", "scale", "attributes"),
    [
        ("dpx", OpenImageIO.UINT16, 65535, {"oiio__BitsPerSample": 10}),
        ("tif", OpenImageIO.UINT16, 65535, {}),
        ("png", OpenImageIO.UINT8, 255, {}),
    ],
)
def test_a_plate_of_codes_keeps_its_codes_outside_the_matte(
    tiny_shot, photodouble, tmp_path, suffix, kind, scale, attributes
):
    shot = tiny_shot(frames=(1, 2))
    for frame in shot.frames:
        codes = np.rint(plate_codes(shot, frame) * scale).astype(np.uint16 if scale > 255 else np.uint8)
        write_codes(tmp_path / "in" / f"scan.{frame:04d}.{suffix}", codes, kind, **attributes)
    plate, output = tmp_path / "in" / f"scan.####.{suffix}", tmp_path / "out" / f"clean.####.{suffix}"
    done = photodouble("inpaint", "--plate", plate, "--matte", shot.matte, "--output", output, "--quiet")
    assert done.returncode == 0, done.stderr
    for frame in shot.frames:
        before = read_codes(tmp_path / "in" / f"scan.{frame:04d}.{suffix}", kind)
        after = read_codes(tmp_path / "out" / f"clean.{frame:04d}.{suffix}", kind)
        inside = inside_of(shot, frame)
        assert np.array_equal(before[~inside], after[~inside])
        assert not np.array_equal(before[inside], after[inside])


def test_a_movie_becomes_frames_that_hold_its_decoded_pixels(tiny_shot, photodouble, tmp_path):
    av = pytest.importorskip("av")
    shot = tiny_shot(frames=(1, 2, 3))
    path = tmp_path / "plate.mov"
    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("prores_ks", rate=Fraction(24000, 1001))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p10le"
        for frame in shot.frames:
            codes = np.rint(plate_codes(shot, frame) * 255).astype(np.uint8)
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(codes, format="rgb24")))
        movie.mux(stream.encode(None))
    output = tmp_path / "out" / "clean.####.exr"
    done = photodouble("inpaint", "--plate", path, "--matte", shot.matte, "--output", output)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("compressed with loss") == 1
    headers = [
        OpenEXR.File(str(tmp_path / "out" / f"clean.{frame:04d}.exr")).header() for frame in shot.frames
    ]
    assert all("photodouble/take" in header for header in headers)


def test_one_held_matte_serves_every_frame(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2, 3))
    held = shot.file("matte", 2)
    done = photodouble("inpaint", "--plate", shot.plate, "--matte", held, "--root", "takes", "--quiet")
    assert done.returncode == 0, done.stderr
    for frame in shot.frames:
        matte = (
            tmp_path
            / "takes"
            / "plate"
            / "inpaint"
            / "v001"
            / "matte"
            / f"plate_inpaint_v001.{frame:04d}.exr"
        )
        found = OpenEXR.File(str(matte)).channels()["A"].pixels
        assert (found > 0).sum() == inside_of(shot, 2).sum()


def bits(path: Path) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    kinds = {np.dtype(np.float16): np.uint16, np.dtype(np.float32): np.uint32}
    return {
        name: one.pixels.view(kinds.get(one.pixels.dtype, one.pixels.dtype)) for name, one in channels.items()
    }


def test_overscan_ids_and_impossible_pixels_pass_through(tiny_shot, photodouble, tmp_path):
    shot = tiny_shot(frames=(1, 2, 3))
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIP_COMPRESSION,
        "dataWindow": (np.array([-8, -6], np.int32), np.array([71, 53], np.int32)),
        "displayWindow": (np.array([0, 0], np.int32), np.array([63, 47], np.int32)),
        "pixelAspectRatio": 2.0,
        "slate": "sh010 take 3",
    }
    for frame in shot.frames:
        colour = OpenEXR.File(str(shot.file("plate", frame))).channels()["RGB"].pixels
        wide = np.pad(colour, ((6, 6), (8, 8), (0, 0)), mode="reflect")
        wide[0, 0], wide[1, 1], wide[2, 2] = np.nan, np.inf, -60000
        wide[6 + 20, 8 + 8 + 4 * frame] = np.nan
        channels = {name: wide[..., index].copy() for index, name in enumerate("RGB")}
        channels["id"] = np.arange(wide.shape[0] * wide.shape[1], dtype=np.uint32).reshape(wide.shape[:2])
        channels["depth.Z"] = np.full(wide.shape[:2], 1e9, np.float32)
        OpenEXR.File(header, channels).write(str(tmp_path / "in" / f"wide.{frame:04d}.exr"))
    plate, output = tmp_path / "in" / "wide.####.exr", tmp_path / "out" / "clean.####.exr"
    done = photodouble("inpaint", "--plate", plate, "--matte", shot.matte, "--output", output, "--quiet")
    assert done.returncode == 0, done.stderr
    for frame in shot.frames:
        inside = np.pad(inside_of(shot, frame), ((6, 6), (8, 8)))
        before = bits(tmp_path / "in" / f"wide.{frame:04d}.exr")
        after = bits(tmp_path / "out" / f"clean.{frame:04d}.exr")
        assert sorted(before) == sorted(after)
        for name in before:
            same = before[name] == after[name]
            assert same[~inside].all()
            assert same[inside].all() == (name in ("id", "depth.Z"))
        found = OpenEXR.File(str(tmp_path / "out" / f"clean.{frame:04d}.exr"))
        assert np.isfinite(found.channels()["RGB"].pixels[inside]).all()
        assert found.header()["slate"] == "sh010 take 3"
        assert found.header()["pixelAspectRatio"] == 2.0
        assert tuple(found.header()["dataWindow"][0]) == (-8, -6)
