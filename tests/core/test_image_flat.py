"""DPX, TIFF, PNG and JPEG: code values and headers survive outside the matte."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from PIL import Image

from photodouble.image.files import read_picture
from photodouble.image.frame import Frame
from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.window import Box
from photodouble.image.write import output_suffix, write_result
from photodouble_client.errors import ArtistError

BOX = Box(4, 5, 20, 17)
KINDS = {
    "png8": ("plate.png", "uint8", 8, 3),
    "png8a": ("plate.png", "uint8", 8, 4),
    "png16": ("plate.png", "uint16", 16, 3),
    "tiff8": ("plate.tif", "uint8", 8, 3),
    "tiff16": ("plate.tif", "uint16", 16, 3),
    "tiff16a": ("plate.tif", "uint16", 16, 4),
    "tifff": ("plate.tif", "float", 32, 3),
    "dpx8": ("plate.dpx", "uint8", 8, 3),
    "dpx10": ("plate.dpx", "uint16", 10, 3),
    "dpx12": ("plate.dpx", "uint16", 12, 3),
    "dpx16": ("plate.dpx", "uint16", 16, 3),
}


def codes(path: Path) -> np.ndarray:
    """Decode the raw values with OpenImageIO itself, nothing converted."""
    wanted = OpenImageIO.ImageSpec()
    wanted.attribute("oiio:UnassociatedAlpha", 1)
    source = OpenImageIO.ImageInput.open(str(path), wanted)
    return source.read_image(OpenImageIO.UNKNOWN)


def attributes(path: Path) -> dict[str, object]:
    source = OpenImageIO.ImageInput.open(str(path))
    layout = ("tiff:RowsPerStrip", "oiio:RowsPerChunk")
    return {a.name: str(a.value) for a in source.spec().extra_attribs if a.name not in layout}


def plate(folder: Path, kind: str, **extra: object) -> Path:
    name, form, bits, count = KINDS[kind]
    random = np.random.default_rng(len(kind))
    if form == "float":
        pixels = random.normal(0.4, 2, (30, 41, count)).astype(np.float32)
        pixels[0, 0] = [np.nan, np.inf, -3]
    else:
        pixels = random.integers(0, 1 << bits, (30, 41, count)).astype(form)
    if bits in (10, 12):
        pixels = (pixels << (16 - bits)) | (pixels >> (2 * bits - 16))
    specification = OpenImageIO.ImageSpec(41, 30, count, form)
    specification.attribute("oiio:BitsPerSample", bits)
    specification.attribute("oiio:UnassociatedAlpha", 1)
    specification.attribute("ImageDescription", "slate 12A")
    specification.attribute("DateTime", "2020:01:02 03:04:05")
    specification.attribute("PixelAspectRatio", 2.0)
    for key, value in extra.items():
        specification.attribute(key.replace("__", ":"), value)
    specification.tile_width = specification.tile_height = int(str(extra.get("tile", 0)))
    path = folder / name
    target = OpenImageIO.ImageOutput.create(str(path))
    assert target.open(str(path), specification)
    assert target.write_image(np.ascontiguousarray(pixels))
    assert target.close()
    return path


def filled(path: Path, out: Path, **frame: str) -> Frame:
    source = Frame(read_picture(path), **frame)
    rows, columns = np.indices(BOX.size)
    matte = (np.hypot(rows - 6, columns - 8) < 5).astype(np.float32)
    fill = np.full((*BOX.size, 3), 0.18, np.float32)
    write_result(source, fill, matte, BOX, out, metadata={"photodouble/take": "t1"})
    return source


def inside(shape: tuple[int, ...]) -> np.ndarray:
    rows, columns = np.indices(BOX.size)
    mask = np.zeros(shape[:2], bool)
    mask[BOX.y0 : BOX.y1, BOX.x0 : BOX.x1] = np.hypot(rows - 6, columns - 8) < 5
    return mask


@pytest.mark.parametrize("kind", KINDS)
def test_code_values_outside_the_matte_are_the_plates(tmp_path: Path, kind: str) -> None:
    path = plate(tmp_path, kind)
    out = tmp_path / f"out{path.suffix}"
    filled(path, out)
    before, after = codes(path), codes(out)
    assert after.dtype == before.dtype
    mask = inside(before.shape)
    assert before[~mask].tobytes() == after[~mask].tobytes()
    assert (before[mask][:, :3] != after[mask][:, :3]).any()
    assert before[..., 3:].tobytes() == after[..., 3:].tobytes()


@pytest.mark.parametrize(
    "layout",
    [
        {"oiio__UnassociatedAlpha": 0},
        {"planarconfig": "separate"},
        {"compression": "lzw", "tiff__RowsPerStrip": 7},
        {"tile": 16},
    ],
    ids=str,
)
def test_tiff_layouts_keep_their_code_values(tmp_path: Path, layout: dict[str, object]) -> None:
    path, out = plate(tmp_path, "tiff16a", **layout), tmp_path / "out.tif"
    source = filled(path, out)
    before, after = codes(path), codes(out)
    mask = inside(before.shape)
    assert before[~mask].tobytes() == after[~mask].tobytes()
    assert before[..., 3].tobytes() == after[..., 3].tobytes()
    assert source.is_premultiplied == (layout.get("oiio__UnassociatedAlpha") == 0)
    assert attributes(out) == attributes(path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_plates_metadata_is_kept_and_no_date_is_added(tmp_path: Path, kind: str) -> None:
    path = plate(tmp_path, kind)
    out = tmp_path / f"out{path.suffix}"
    filled(path, out)
    before, after = attributes(path), attributes(out)
    ours = {name: value for name, value in after.items() if "photodouble" in name}
    assert {name: value for name, value in after.items() if name not in ours} == before
    assert before["ImageDescription" if path.suffix != ".dpx" else "PixelAspectRatio"] in ("slate 12A", "2.0")


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_dpx_keeps_its_header_to_the_byte(tmp_path: Path, order: str) -> None:
    path, out = plate(tmp_path, "dpx10", oiio__Endian=order), tmp_path / "out.dpx"
    content = bytearray(path.read_bytes())
    content[1920:1924] = 0x01020304.to_bytes(4, order)
    content[1556:1568] = b"reel A007   "
    content[1700:1710] = b"unassigned"
    path.write_bytes(content)
    filled(path, out)
    result = out.read_bytes()
    assert result[:2048] == bytes(content[:2048])
    assert len(result) == len(content)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_keeps_tags_that_nobody_knows(tmp_path: Path, order: str) -> None:
    path, out = tmp_path / "plate.tif", tmp_path / "out.tif"
    path.write_bytes(studio_tiff(order))
    filled(path, out)
    before, after = codes(path), codes(out)
    mask = inside(before.shape)
    assert np.array_equal(before[~mask], after[~mask])
    with Image.open(out) as written:
        assert written.tag_v2[65001] == "Kamera A7"
        assert written.tag_v2[65002] == (7, 300, 65535)
        assert written.tag_v2[65003] == 0.125


def studio_tiff(order: str) -> bytes:
    """Write an uncompressed 8-bit RGB TIFF of 41x30 by hand, with private tags of three types."""
    pixels = np.random.default_rng(4).integers(0, 256, (30, 41, 3)).astype(np.uint8).tobytes()
    text = b"Kamera A7\0"
    entries = [(256, 3, 1, 41), (257, 3, 1, 30), (258, 3, 3, [8, 8, 8]), (259, 3, 1, 1), (262, 3, 1, 2)]
    entries += [(273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, 30), (279, 4, 1, len(pixels))]
    entries += [(65001, 2, len(text), text), (65002, 3, 3, [7, 300, 65535]), (65003, 11, 1, 0.125)]
    values_at = 8 + len(pixels) + 2 + 12 * len(entries) + 4
    table, values = struct.pack(order + "H", len(entries)), b""
    for tag, kind, count, value in entries:
        listed = value if isinstance(value, list) else [value]
        letter = {3: "H", 4: "I", 11: "f"}.get(kind, "")
        packed = value if isinstance(value, bytes) else struct.pack(f"{order}{count}{letter}", *listed)
        field = packed.ljust(4, b"\0")
        if len(packed) > 4:
            field = struct.pack(order + "I", values_at + len(values))
            values += packed + b"\0" * (len(packed) % 2)
        table += struct.pack(order + "HHI", tag, kind, count) + field
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8 + len(pixels))
    return head + pixels + table + bytes(4) + values


def test_a_png_says_which_take_it_is(tmp_path: Path) -> None:
    path, out = plate(tmp_path, "png16"), tmp_path / "out.png"
    filled(path, out)
    assert attributes(out)["photodouble/take"] == "t1"


def test_the_fill_arrives_in_srgb_codes(tmp_path: Path) -> None:
    path, out = plate(tmp_path, "png8"), tmp_path / "out.png"
    filled(path, out)
    expected = round(255 * (1.055 * 0.18 ** (1 / 2.4) - 0.055))
    assert np.all(codes(out)[inside((30, 41))] == expected)


def test_the_fill_arrives_in_cineon_codes(tmp_path: Path) -> None:
    path, out = plate(tmp_path, "dpx10"), tmp_path / "out.dpx"
    filled(path, out)
    black = 10 ** (-590 * 0.002 / 0.6)
    expected = round(685 + 300 * np.log10(0.18 * (1 - black) + black))
    assert np.all(codes(out)[inside((30, 41))] >> 6 == expected)


@pytest.mark.parametrize("kind", ["png8", "png16", "dpx10", "tiff16"])
def test_a_fill_equal_to_the_plate_gives_the_plate(tmp_path: Path, kind: str) -> None:
    path = plate(tmp_path, kind)
    out = tmp_path / f"out{path.suffix}"
    frame = Frame(read_picture(path))
    half = np.full(frame.data_window.size, 0.5, np.float32)
    write_result(frame, frame.linear(), half, frame.data_window, out, metadata={})
    assert np.array_equal(codes(path), codes(out))


def test_a_jpeg_becomes_a_png_with_the_decoded_pixels(tmp_path: Path) -> None:
    path, out = tmp_path / "plate.jpg", tmp_path / "out.png"
    specification = OpenImageIO.ImageSpec(41, 30, 3, "uint8")
    target = OpenImageIO.ImageOutput.create(str(path))
    assert target.open(str(path), specification)
    assert target.write_image(np.random.default_rng(3).integers(0, 256, (30, 41, 3)).astype(np.uint8))
    target.close()
    source = filled(path, out)
    assert output_suffix(source) == ".png"
    assert len(source.notes) == 1
    mask = inside((30, 41))
    assert np.array_equal(codes(path)[~mask], codes(out)[~mask])


@pytest.mark.parametrize(
    ("kind", "name"), [("png8", "plate.tif"), ("tiff16", "plate.jpg"), ("dpx10", "plate.png")]
)
def test_a_file_of_another_format_than_its_name_says_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    renamed = plate(tmp_path, kind).rename(tmp_path / name)
    with pytest.raises(ArtistError) as caught:
        read_picture(renamed)
    assert caught.value.code == "input.unsupported_format"
    assert name in caught.value.message


def test_a_picture_written_twice_is_the_same_file(tmp_path: Path) -> None:
    path = plate(tmp_path, "tiff16")
    for name in ("one.tif", "two.tif"):
        filled(path, tmp_path / name)
    assert file_sha256(tmp_path / "one.tif") == file_sha256(tmp_path / "two.tif")


def test_pixel_hashes_see_one_code_value_and_not_the_compression(tmp_path: Path) -> None:
    path = plate(tmp_path, "tiff16")
    packed = tmp_path / "packed"
    packed.mkdir()
    same = plate(packed, "tiff16", compression="none")
    assert file_sha256(path) != file_sha256(same)
    assert pixel_sha256(path) == pixel_sha256(same)
    pixels = codes(path)
    pixels[3, 3, 1] ^= 1
    specification = OpenImageIO.ImageSpec(41, 30, 3, "uint16")
    target = OpenImageIO.ImageOutput.create(str(same))
    target.open(str(same), specification)
    target.write_image(pixels)
    target.close()
    assert pixel_sha256(path) != pixel_sha256(same)


@pytest.mark.parametrize("kind", ["png8", "tiff16", "dpx10"])
def test_a_truncated_picture_is_refused(tmp_path: Path, kind: str) -> None:
    path = plate(tmp_path, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(ArtistError) as caught:
        read_picture(path)
    assert caught.value.code == "input.corrupt_file"
