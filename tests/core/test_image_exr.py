"""EXR in and out: every type, layout and header survives, and nothing outside the matte changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from photodouble.image.exr import read_exr, write_planes
from photodouble.image.exr_header import parse_header
from photodouble.image.files import read_picture
from photodouble.image.frame import Frame
from photodouble.image.window import Box
from photodouble.image.write import write_result
from photodouble_client.errors import ArtistError

FOOTAGE = Path(__file__).parents[3] / "shared" / "footage" / "openexr_beachball"
WINDOW = Box(-5, -3, 43, 31)


def changed_bits(before: Path, after: Path, allowed: dict[str, np.ndarray]) -> list[str]:
    """Name the channels whose raw bits differ where `allowed` (channel to bool mask) is not set."""
    one, two = read_picture(before).planes, read_picture(after).planes
    assert [(p.name, p.window, p.pixels.dtype) for p in one] == [
        (p.name, p.window, p.pixels.dtype) for p in two
    ]
    faults = []
    for a, b in zip(one, two, strict=True):
        different = a.pixels.view(f"u{a.pixels.itemsize}") != b.pixels.view(f"u{b.pixels.itemsize}")
        if (different & ~allowed.get(a.name, np.zeros_like(different))).any():
            faults.append(a.name)
    return faults


def header_bytes(path: Path) -> list[dict[str, tuple[str, bytes]]]:
    return [
        {a.name: (a.type, a.value) for a in part.attributes} for part in parse_header(path.read_bytes()).parts
    ]


def awkward(shape: tuple[int, int], kind: str, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0.3, 2, shape).astype(kind)
    values[0, :4] = [np.nan, np.inf, -np.inf, -0.0]
    values[1, 0] = np.finfo(kind).max
    return values


def parts_of(layout: str) -> list[OpenEXR.Part]:
    size, kind = WINDOW.size, {"float": "f4"}.get(layout, "f2")
    corners = ((WINDOW.x0, WINDOW.y0), (WINDOW.x1 - 1, WINDOW.y1 - 1))
    header = {
        "type": OpenEXR.tiledimage if layout == "tiled" else OpenEXR.scanlineimage,
        "compression": OpenEXR.PIZ_COMPRESSION,
        "dataWindow": corners,
        "displayWindow": ((0, 0), (39, 29)),
        "pixelAspectRatio": 2.0,
        "timeCode": OpenEXR.TimeCode(1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        "chromaticities": (0.7, 0.3, 0.2, 0.7, 0.1, 0.05, 0.31, 0.33),
        "studio/matrix": np.eye(4, dtype="f4"),
        "a very long custom attribute name of a studio": "höhle",
    }
    if layout == "tiled":
        header["tiles"] = OpenEXR.TileDescription()
        header["tiles"].xSize = header["tiles"].ySize = 16
    names = ["R", "G", "B", "A", "diffuse.R", "diffuse.G", "diffuse.B"]
    channels = {name: awkward(size, kind, number) for number, name in enumerate(names)}
    ids = np.random.default_rng(9).integers(0, 2**32, size, dtype=np.uint32)
    if layout == "ids":
        channels["id"] = ids
        channels["Z"] = awkward(size, "f4", 8)
    if layout == "parts":
        second = {**header, "dataWindow": ((2, 3), (11, 20)), "compression": OpenEXR.ZIPS_COMPRESSION}
        depth = {"Z": awkward((18, 10), "f4", 3), "R": awkward((18, 10), "f2", 4)}
        return [OpenEXR.Part(header, channels, "beauty"), OpenEXR.Part(second, depth, "depth")]
    return [OpenEXR.Part(header, channels, "beauty")]


def plate(folder: Path, layout: str) -> Path:
    path = folder / f"pläte {layout}.0001.exr"
    OpenEXR.File(parts_of(layout)).write(str(path))
    return path


def soft_matte(box: Box) -> np.ndarray:
    rows, columns = np.indices(box.size)
    distance = np.hypot(rows - box.height / 2, columns - box.width / 2)
    return np.clip((box.height / 2 - distance) / 4, 0, 1).astype(np.float32)


@pytest.mark.parametrize("layout", ["half", "float", "ids", "tiled", "parts"])
def test_outside_the_matte_every_bit_of_every_channel_is_the_plates(tmp_path: Path, layout: str) -> None:
    path, out = plate(tmp_path, layout), tmp_path / "out.exr"
    box = Box(-8, -2, 20, 22)
    matte = soft_matte(box)
    fill = np.full((*box.size, 3), 0.25, np.float32)
    frame = Frame(read_picture(path))
    write_result(frame, fill, matte, box, out, metadata={"photodouble/take": "t1"})
    mask = np.zeros(WINDOW.size, bool)
    common = box.intersect(WINDOW)
    mask[common.slices_in(WINDOW)] = (matte > 0)[common.slices_in(box)]
    assert changed_bits(path, out, dict.fromkeys("RGB", mask)) == []


@pytest.mark.parametrize("layout", ["half", "float", "ids", "tiled", "parts"])
def test_only_photodouble_keys_are_added_to_the_header(tmp_path: Path, layout: str) -> None:
    path, out = plate(tmp_path, layout), tmp_path / "out.exr"
    box = Box(0, 0, 4, 4)
    fill = np.zeros((4, 4, 3), np.float32)
    write_result(Frame(read_picture(path)), fill, fill[..., 0], box, out, metadata={"photodouble/take": "t1"})
    for before, after in zip(header_bytes(path), header_bytes(out), strict=True):
        assert after.pop("photodouble/take") == ("string", b"t1")
        assert after == before


def test_the_checker_sees_one_flipped_bit(tmp_path: Path) -> None:
    path, out = plate(tmp_path, "half"), tmp_path / "out.exr"
    parts = parts_of("half")
    parts[0].channels["G"].pixels.view(np.uint16)[20, 20] ^= 1
    OpenEXR.File(parts).write(str(out))
    assert changed_bits(path, out, {}) == ["G"]


def test_a_soft_matte_mixes_to_half_a_step_of_the_type(tmp_path: Path) -> None:
    path, out = plate(tmp_path, "half"), tmp_path / "out.exr"
    box = Box(4, 4, 24, 24)
    matte, fill = soft_matte(box), np.random.default_rng(5).normal(1, 1, (20, 20, 3)).astype(np.float32)
    frame = Frame(read_picture(path), premultiplied="no")
    write_result(frame, fill, matte, box, out, metadata={})
    got = Frame(read_picture(out), premultiplied="no").linear(box).astype(np.float64)
    alpha = matte[..., None].astype(np.float64)
    truth = frame.linear(box) * (1 - alpha) + fill * alpha
    step = np.spacing(np.abs(truth).astype(np.float16)).astype(np.float64)
    assert np.all(np.abs(got - truth) <= step / 2 * 1.0001)


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no openexr_beachball beside the repository")
@pytest.mark.parametrize("name", [f"{k}part.{n:04d}.exr" for k in ("single", "multi") for n in range(1, 5)])
def test_the_beach_ball_survives_bit_for_bit(tmp_path: Path, name: str) -> None:
    path, out = FOOTAGE / name, tmp_path / name
    frame = Frame(read_picture(path))
    box = Box(1000, 500, 1100, 600)
    matte = soft_matte(box)
    fill = np.full((*box.size, 3), 0.5, np.float32)
    write_result(frame, fill, matte, box, out, metadata={"photodouble/take": "t1"})
    mask = np.zeros(frame.data_window.size, bool)
    mask[box.slices_in(frame.data_window)] = matte > 0
    filled = [plane.name for plane in frame.fill_planes]
    assert changed_bits(path, out, dict.fromkeys(filled, mask)) == []
    for before, after in zip(header_bytes(path), header_bytes(out), strict=True):
        assert {k: v for k, v in after.items() if k != "photodouble/take"} == before


def test_a_truncated_file_is_refused_at_any_length(tmp_path: Path) -> None:
    content = plate(tmp_path, "parts").read_bytes()
    for length in (3, 200, len(content) // 2, len(content) - 3):
        cut = tmp_path / "cut.exr"
        cut.write_bytes(content[:length])
        with pytest.raises(ArtistError) as caught:
            read_exr(cut)
        assert caught.value.code == "input.corrupt_file"


def test_written_planes_come_back(tmp_path: Path) -> None:
    path, window = tmp_path / "confidence.exr", Box(-2, 3, 8, 9)
    values = np.linspace(-1, 70000, 60, dtype=np.float32).reshape(window.size)
    write_planes(
        path,
        {"kind": values},
        data_window=window,
        display_window=Box(0, 0, 8, 8),
        type="float",
        pixel_aspect=2.0,
    )
    picture = read_exr(path)
    assert np.array_equal(picture.planes[0].pixels, values)
    assert (picture.data_window, picture.display_window, picture.pixel_aspect) == (
        window,
        Box(0, 0, 8, 8),
        2.0,
    )


@pytest.mark.parametrize("name", ["DWAA", "DWAB", "B44", "B44A", "PXR24"])
def test_a_lossy_plate_becomes_zip_with_its_decoded_pixels(tmp_path: Path, name: str) -> None:
    path, out = tmp_path / "lossy.exr", tmp_path / "out.exr"
    ramp = np.linspace(0, 4, WINDOW.width, dtype=np.float32) * np.ones((WINDOW.height, 1), np.float32)
    compression = getattr(OpenEXR, f"{name}_COMPRESSION")
    channels = {"R": ramp, "G": ramp.astype("f2"), "B": ramp * np.float32(0.3)}
    header = {"type": OpenEXR.scanlineimage, "compression": compression, "owner": "us"}
    OpenEXR.File(header, channels).write(str(path))
    frame, box = Frame(read_picture(path)), Box(0, 0, 2, 2)
    assert len(frame.notes) == 1
    write_result(frame, np.ones((2, 2, 3), np.float32), np.ones((2, 2), np.float32), box, out, metadata={})
    mask = np.zeros((WINDOW.height, WINDOW.width), bool)
    mask[:2, :2] = True
    assert changed_bits(path, out, dict.fromkeys("RGB", mask)) == []
    before, after = header_bytes(path)[0], header_bytes(out)[0]
    assert after.pop("compression") == ("compression", b"\x03")
    assert after == {name: value for name, value in before.items() if name != "compression"}


def test_a_deep_file_is_refused(tmp_path: Path) -> None:
    specification = OpenImageIO.ImageSpec(8, 8, 2, "float")
    specification.deep = True
    specification.channelnames = ("R", "Z")
    samples = OpenImageIO.DeepData()
    samples.init(64, 2, ["float", "float"], ["R", "Z"])
    target = OpenImageIO.ImageOutput.create("deep.exr")
    assert target.open(str(tmp_path / "deep.exr"), specification)
    assert target.write_deep_image(samples)
    target.close()
    with pytest.raises(ArtistError) as caught:
        read_exr(tmp_path / "deep.exr")
    assert caught.value.code == "input.deep_exr"


def test_a_mipmapped_file_is_refused(tmp_path: Path) -> None:
    plain = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(64, 64, 3, "half"))
    texture = OpenImageIO.MakeTxTexture
    assert OpenImageIO.ImageBufAlgo.make_texture(texture, plain, str(tmp_path / "texture.exr"))
    with pytest.raises(ArtistError) as caught:
        read_exr(tmp_path / "texture.exr")
    assert caught.value.code == "input.mipmapped_exr"


def test_damaged_pixels_are_refused(tmp_path: Path) -> None:
    path = plate(tmp_path, "float")
    content = bytearray(path.read_bytes())
    middle = len(content) - 3000
    content[middle : middle + 400] = bytes(value ^ 0x5A for value in content[middle : middle + 400])
    path.write_bytes(content)
    with pytest.raises(ArtistError) as caught:
        read_exr(path)
    assert caught.value.code == "input.corrupt_file"


def test_something_else_called_exr_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.exr").write_text("Dear compositor")
    with pytest.raises(ArtistError, match="does not begin like an EXR") as caught:
        read_exr(tmp_path / "letter.exr")
    assert caught.value.code == "input.corrupt_file"
