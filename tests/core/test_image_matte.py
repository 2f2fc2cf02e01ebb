"""Mattes: picked from anywhere, shaped, and exactly zero outside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from photodouble.image.cryptomatte import murmur3, name_id
from photodouble.image.exr import write_planes
from photodouble.image.files import read_picture
from photodouble.image.frame import Frame
from photodouble.image.matte import MatteSettings, pick, read_matte, shape_matte
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

WHOLE = Box(0, 0, 64, 48)


def picture(folder: Path, **planes: np.ndarray) -> Path:
    path = folder / "matte.0001.exr"
    named = {name.replace("__", "."): pixels for name, pixels in planes.items()}
    write_planes(path, named, data_window=WHOLE, display_window=WHOLE, type="float")
    return path


def shaped(path: Path, box: Box = WHOLE, **settings: object) -> np.ndarray:
    return shape_matte(Frame(read_picture(path)), box, MatteSettings(**settings))


def square() -> np.ndarray:
    matte = np.zeros(WHOLE.size, np.float32)
    matte[20:28, 30:40] = 1
    return matte


def rgb(value: np.ndarray) -> dict[str, np.ndarray]:
    return {"R": value, "G": value * 0.5, "B": value * 0.25}


def test_auto_takes_an_alpha_that_says_something(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(np.full(WHOLE.size, 0.7, np.float32)), A=square())
    assert np.array_equal(shaped(path), square())


def test_auto_takes_red_where_alpha_is_solid(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square()), A=np.ones(WHOLE.size, np.float32))
    assert np.array_equal(shaped(path), square())


@pytest.mark.parametrize("drawn", "RGB")
def test_auto_takes_a_matte_drawn_in_any_colour(tmp_path: Path, drawn: str) -> None:
    planes = {name: np.zeros(WHOLE.size, np.float32) for name in "RGB"}
    planes[drawn] = square()
    planes["R"][0, 0] = np.nan
    assert np.array_equal(shaped(picture(tmp_path, **planes)), square())
    assert not shaped(picture(tmp_path, **planes), channel="G" if drawn == "R" else "R").any()


@pytest.mark.parametrize("channel", ["mask.red", "mask"])
def test_a_file_of_mattes_alone_needs_no_colours(tmp_path: Path, channel: str) -> None:
    path = picture(tmp_path, mask__red=square(), mask__green=1 - square(), A=np.ones(WHOLE.size, np.float32))
    settings = MatteSettings(channel=channel)
    assert np.array_equal(read_matte(Sequence.find(path), 1, WHOLE, settings), square())
    with pytest.raises(ArtistError) as caught:
        read_matte(Sequence.find(path), 1, WHOLE, MatteSettings())
    assert caught.value.code == "input.unknown_channel"


def test_a_matte_stored_as_whole_numbers_is_read(tmp_path: Path) -> None:
    path = tmp_path / "matte.0001.exr"
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, {"A": square().astype(np.uint32)}).write(str(path))
    assert np.array_equal(read_matte(Sequence.find(path), 1, WHOLE, MatteSettings()), square())


def test_a_matte_is_laid_upon_the_plates_display_window(tmp_path: Path) -> None:
    path, plate = picture(tmp_path, A=square()), WHOLE.moved(-100, 30)
    settings = MatteSettings(grow=2)
    there = read_matte(Sequence.find(path), 1, plate.grow(3), settings, plate)
    assert np.array_equal(there, read_matte(Sequence.find(path), 1, WHOLE.grow(3), settings))
    assert there.any()


def test_luminance_weighs_the_colours(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square()))
    expected = 0.2126 + 0.7152 * 0.5 + 0.0722 * 0.25
    assert shaped(path, channel="luminance")[22, 33] == pytest.approx(expected, abs=1e-6)


def test_a_layers_name_finds_its_matte_channel(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(1 - square()), wall__mask=square())
    assert np.array_equal(shaped(path, channel="wall"), square())


def test_an_unknown_channel_names_close_ones(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square()), wall__mask=square())
    with pytest.raises(ArtistError, match=r"wall\.mask") as caught:
        shaped(path, channel="wal.mask")
    assert caught.value.code == "input.unknown_channel"


def test_inverting_swaps_inside_and_outside(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square()))
    assert np.array_equal(shaped(path, invert=True), 1 - square())


def test_the_floor_removes_compression_noise_and_nothing_else(tmp_path: Path) -> None:
    noisy = np.maximum(square(), np.float32(0.001))
    noisy[5, 5] = 0.0011
    path = picture(tmp_path, **rgb(noisy))
    expected = square()
    expected[5, 5] = np.float32(0.0011)
    assert np.array_equal(shaped(path), expected)


def test_a_threshold_makes_a_hard_matte(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square() * np.float32(0.5)))
    assert np.array_equal(shaped(path, threshold=0.5), square())
    assert not shaped(path, threshold=0.51).any()


@pytest.mark.parametrize("radius", [1, 5, 11])
def test_growing_reaches_exactly_that_far(tmp_path: Path, radius: int) -> None:
    path = picture(tmp_path, **rgb(square()))
    grown = shaped(path, grow=radius)
    rows, columns = np.nonzero(grown)
    assert (rows.min(), rows.max()) == (20 - radius, 27 + radius)
    assert (columns.min(), columns.max()) == (30 - radius, 39 + radius)
    assert grown[20 - radius, 30 - radius] == 0


@pytest.mark.parametrize("level", [1.0, 0.6])
def test_growing_is_round_in_hard_and_soft_mattes(tmp_path: Path, level: float) -> None:
    point = np.zeros(WHOLE.size, np.float32)
    point[24, 32] = level
    rows, columns = np.indices(WHOLE.size)
    disc = np.hypot(rows - 24, columns - 32) <= 8.25
    grown = shaped(picture(tmp_path, **rgb(point)), grow=8)
    assert np.array_equal(grown, np.where(disc, np.float32(level), 0))


def test_eroding_does_not_eat_from_the_edge_of_the_picture(tmp_path: Path) -> None:
    half = np.zeros(WHOLE.size, np.float32)
    half[:, :20] = 1
    assert np.array_equal(shaped(picture(tmp_path, **rgb(half)), erode=3)[:, :17], half[:, :17])
    assert not shaped(picture(tmp_path, **rgb(half)), erode=3)[:, 17:].any()


def test_eroding_undoes_growing_on_a_convex_matte(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square()))
    assert np.array_equal(shaped(path, erode=2)[22:26, 32:38], np.ones((4, 6)))
    assert shaped(path, erode=2).sum() == 24


def test_feather_keeps_the_core_and_ends_at_its_width(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square()))
    soft = shaped(path, feather=6)
    assert np.all(soft[20:28, 30:40] == 1)
    assert np.all(np.diff(soft[24, 39:47]) < 0)
    assert soft[24, 45] > 0
    assert not soft[:, 46:].any()
    assert not soft[:14].any()


def test_any_box_of_a_matte_is_the_same_cut_of_the_whole(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    path = picture(tmp_path, **rgb((random.random(WHOLE.size) > 0.97).astype(np.float32)))
    settings = {"grow": 3, "erode": 1, "feather": 5.0, "threshold": 0.5}
    whole = shaped(path, **settings)
    box = Box(9, 7, 31, 40)
    assert np.array_equal(shaped(path, box, **settings), whole[box.slices_in(WHOLE)])


def test_a_still_matte_is_held_for_every_frame(tmp_path: Path) -> None:
    sequence = Sequence.find(picture(tmp_path, **rgb(square())))
    assert sequence.still
    assert np.array_equal(read_matte(sequence, 77, WHOLE, MatteSettings()), square())


def test_not_a_number_counts_as_outside(tmp_path: Path) -> None:
    matte = square()
    matte[0, 0] = np.nan
    assert np.array_equal(shaped(picture(tmp_path, **rgb(matte))), square())


def test_murmur3_gives_the_published_values() -> None:
    assert [murmur3(text) for text in (b"", b"a", b"ab", b"abc", b"hello, world", b"abcd")] == [
        0,
        0x3C2569B2,
        0x9BBFD75F,
        0xB3DD93FA,
        0x149BBB7F,
        0x43ED676A,
    ]


def cryptomatte(folder: Path, manifest: dict[str, str] | None) -> Path:
    """Render two overlapping objects: `hero` covers 0.75 and `wall_a` 0.25 of a square, wall_b the rest."""
    size = WHOLE.size
    ids = {name: np.uint32(name_id(name)).view(np.float32) for name in ("hero", "wall_a", "wall_b")}
    inside = square() > 0
    first = np.where(inside, ids["hero"], ids["wall_b"]).astype(np.float32)
    second = np.where(inside, ids["wall_a"], np.float32(0)).astype(np.float32)
    channels = {
        "CryptoObject00.R": first,
        "CryptoObject00.G": np.where(inside, 0.75, 1).astype(np.float32),
        "CryptoObject00.B": second,
        "CryptoObject00.A": np.where(inside, 0.25, 0).astype(np.float32),
        **{name: np.zeros(size, np.float16) for name in "RGB"},
    }
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIP_COMPRESSION,
        "cryptomatte/ab12/name": "CryptoObject",
        "cryptomatte/ab12/hash": "MurmurHash3_32",
        "cryptomatte/ab12/conversion": "uint32_to_float32",
    }
    if manifest is not None:
        header["cryptomatte/ab12/manifest"] = json.dumps(manifest)
    path = folder / "crypto.0001.exr"
    OpenEXR.File(header, channels).write(str(path))
    return path


@pytest.mark.parametrize("has_manifest", [True, False])
def test_a_cryptomatte_name_gives_its_coverage(tmp_path: Path, has_manifest: bool) -> None:
    names = {name: f"{name_id(name):08x}" for name in ("hero", "wall_a", "wall_b")}
    path = cryptomatte(tmp_path, names if has_manifest else None)
    assert np.array_equal(shaped(path, channel="hero"), square() * np.float32(0.75))


def test_cryptomatte_names_add_up_and_take_wildcards(tmp_path: Path) -> None:
    names = {name: f"{name_id(name):08x}" for name in ("hero", "wall_a", "wall_b")}
    path = cryptomatte(tmp_path, names)
    assert np.array_equal(shaped(path, channel="hero, wall_a"), square())
    assert np.array_equal(shaped(path, channel="wall_*"), 1 - square() * np.float32(0.75))


def test_an_unknown_cryptomatte_name_offers_close_ones(tmp_path: Path) -> None:
    path = cryptomatte(tmp_path, {"hero": f"{name_id('hero'):08x}"})
    with pytest.raises(ArtistError, match="hero"):
        shaped(path, channel="heroe")


def test_picked_values_are_as_stored(tmp_path: Path) -> None:
    path = picture(tmp_path, **rgb(square() * np.float32(0.3)))
    assert pick(Frame(read_picture(path)), Box(30, 20, 31, 21))[0, 0] == np.float32(0.3)
