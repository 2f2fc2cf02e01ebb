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
