"""Ids from the raster through the file to another program's picker, against a painter with exact edges."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import cryptomatte_api
import mmh3
import numpy as np
import OpenEXR
import pytest
from crowd_splats import figure, splats

from photodouble.image.cryptomatte import cryptomatte_coverage, name_id
from photodouble.image.cryptomatte_write import cryptomatte_planes, write_cryptomatte, write_manifest
from photodouble.image.exr import read_exr
from photodouble.image.window import Box
from photodouble.ops.crowd.cards import deck_of
from photodouble.ops.crowd.raster import Ranked, raster
from photodouble.ops.crowd.residual import lost_coverage

SIZE = (90, 120)
NAMES = [f"north/{row // 10}/{row % 10}" for row in range(60)]
IDS = np.array([name_id(name) for name in NAMES] + [0], np.uint32)
Masks = np.ndarray[Any, Any]


def boxes() -> tuple[Masks, Masks, Masks]:
    """Give left, top, width and height of 60 boxes in whole pixels, their depth and their opacity."""
    make = np.random.default_rng(5)
    place = np.stack(
        [
            make.integers(-5, 110, 60),
            make.integers(-5, 80, 60),
            make.integers(6, 30, 60),
            make.integers(6, 30, 60),
        ],
        1,
    )
    return place, make.permutation(60) + 1.0, np.where(make.random(60) < 0.5, 1.0, 0.5)


def painted() -> Masks:
    """Paint the boxes from far to near, each into a coverage of its own: (60, H, W)."""
    place, depth, opacity = boxes()
    masks = np.zeros((60, *SIZE))
    for row in np.argsort(-depth):
        left, top, width, height = place[row]
        inside = np.zeros(SIZE, bool)
        inside[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = True
        masks[:, inside] *= 1 - opacity[row]
        masks[row, inside] = opacity[row]
    return masks


def drawn_ids(ranks: int = 16) -> Any:
    place, depth, opacity = boxes()
    cards = [
        np.full((height, width, 4), alpha, np.float32)
        for (_, _, width, height), alpha in zip(place, opacity, strict=True)
    ]
    deck = deck_of(cards, [(0.0, 0.0)] * 60, [1.0] * 60)
    people = splats(
        place[:, :2], 1, depth, card=np.arange(60, dtype=np.int32), agent=np.arange(60, dtype=np.int32),
        element=(np.arange(60) % 4).astype(np.int32), section=(np.arange(60) // 20).astype(np.int32),
    )  # fmt: skip
    return raster(people, deck, SIZE, ranks=ranks, group_ranks=4)


def write(path: Path, ranked: Ranked, **options: str) -> Path:
    layer = cryptomatte_planes(
        "CryptoPerson", IDS[ranked.ids], ranked.coverage, dict(zip(NAMES, IDS.tolist())), **options
    )
    write_cryptomatte(path, [layer])
    return path


def decoded(path: Path) -> Masks:
    (layer,) = cryptomatte_api.Cryptomatte.load(str(path))
    found = layer.masks(NAMES)
    return np.stack([found[name] for name in NAMES])


@pytest.fixture(scope="module")
def truth() -> Masks:
    return painted()


def test_another_program_decodes_the_painters_masks(tmp_path: Path, truth: Masks) -> None:
    masks = decoded(write(tmp_path / "ids.exr", drawn_ids().people))
    assert np.array_equal(masks, truth)


def test_who_has_the_same_element_or_section_is_added_up(truth: Masks) -> None:
    drawn = drawn_ids()
    for ranked, group in ((drawn.elements, np.arange(60) % 4), (drawn.sections, np.arange(60) // 20)):
        for number in range(group.max() + 1):
            found = np.where(ranked.ids == number, ranked.coverage, 0).sum(axis=2)
            assert np.abs(found - truth[group == number].sum(axis=0)).max() < 1e-6


def half(ranked: Ranked) -> Ranked:
    with np.errstate(over="ignore"):
        halved = IDS[ranked.ids].view(np.float32).astype(np.float16).astype(np.float32).view(np.uint32)
    table = {int(number): row for row, number in enumerate(IDS)}
    return dataclasses.replace(ranked, ids=np.vectorize(lambda number: table.get(int(number), -1))(halved))


def off_by_one(ranked: Ranked) -> Ranked:
    return dataclasses.replace(ranked, ids=np.roll(ranked.ids, 1, axis=2))


def one_too_high(ranked: Ranked) -> Ranked:
    return dataclasses.replace(ranked, ids=np.where(ranked.ids >= 0, (ranked.ids + 1) % 60, -1))


@pytest.mark.parametrize("fault", [half, off_by_one, one_too_high])
def test_planted_faults_in_the_ids_are_noticed(fault: Any, tmp_path: Path, truth: Masks) -> None:
    masks = decoded(write(tmp_path / "ids.exr", fault(drawn_ids().people)))
    assert not np.array_equal(masks, truth)


def test_swapped_channels_are_noticed(tmp_path: Path, truth: Masks) -> None:
    ranked = drawn_ids().people
    planes, told = cryptomatte_planes(
        "CryptoPerson", IDS[ranked.ids], ranked.coverage, dict(zip(NAMES, IDS.tolist()))
    )
    for level in range(8):
        b, a = f"CryptoPerson{level:02d}.B", f"CryptoPerson{level:02d}.A"
        planes[b], planes[a] = planes[a], planes[b]
    write_cryptomatte(tmp_path / "ids.exr", [(planes, told)])
    assert not np.array_equal(decoded(tmp_path / "ids.exr"), truth)


def test_coverage_of_all_adds_up_to_alpha_but_for_what_is_lost() -> None:
    make = np.random.default_rng(2)
    deck = deck_of([figure(seed=seed) for seed in range(3)], [(32.0, 128.0)] * 3, [128.0] * 3)
    crowd = splats(
        make.uniform(0, 120, (900, 2)),
        make.uniform(5, 30, 900),
        make.uniform(5, 90, 900),
        card=make.integers(0, 3, 900).astype(np.int32),
    )
    drawn = raster(crowd, deck, SIZE, ranks=4, group_ranks=4)
    lost = lost_coverage(drawn.beauty[..., 3], drawn.people.coverage)
    kept = drawn.people.coverage.sum(axis=2, dtype=np.float64)
    assert lost.most > 0.01
    assert np.abs(kept + lost.plane - drawn.beauty[..., 3]).max() < 1e-5
    assert (
        lost_coverage(drawn.beauty[..., 3], raster(crowd, deck, SIZE, ranks=32).people.coverage).most < 1e-5
    )


def test_more_ranks_lose_less() -> None:
    coverage = np.zeros((10, 10, 12), np.float32)
    coverage[..., :5] = [0.5, 0.2, 0.15, 0.1, 0.05]
    alpha = np.ones((10, 10), np.float32)
    lost = [lost_coverage(alpha, coverage, ranks) for ranks in (3, 4, 5)]
    assert [one.most for one in lost] == pytest.approx([0.15, 0.05, 0], abs=1e-6)
    assert [one.share for one in lost] == [1, 1, 0]


def test_the_largest_coverage_comes_first() -> None:
    coverage = drawn_ids().people.coverage
    assert (coverage[..., 1:] <= coverage[..., :-1]).all()


def test_the_file_is_float_one_part_and_carries_the_names(tmp_path: Path) -> None:
    path = write(tmp_path / "ids.exr", drawn_ids(5).people)
    file = OpenEXR.File(str(path), separate_channels=True)
    assert len(file.parts) == 1
    assert {channel.pixels.dtype for channel in file.parts[0].channels.values()} == {np.dtype(np.float32)}
    assert len(file.parts[0].channels) == 12
    key = f"{mmh3.hash('CryptoPerson', signed=False):08x}"[:7]
    said = file.parts[0].header[f"cryptomatte/{key}/manifest"]
    assert json.loads(said) == {name: f"{number:08x}" for name, number in zip(NAMES, IDS.tolist())}


def test_our_own_matte_reader_finds_a_person_by_name(tmp_path: Path, truth: Masks) -> None:
    picture = read_exr(write(tmp_path / "ids.exr", drawn_ids().people))
    row = int(truth.sum(axis=(1, 2)).argmax())
    found = cryptomatte_coverage(picture, NAMES[row], Box(0, 0, SIZE[1], SIZE[0]))
    assert np.array_equal(found, truth[row].astype(np.float32))


def test_the_manifest_can_lie_beside_the_sequence(tmp_path: Path, truth: Masks) -> None:
    write_manifest(tmp_path / "people.json", dict(zip(NAMES, IDS.tolist())))
    path = write(tmp_path / "ids.exr", drawn_ids().people, manifest_file="people.json")
    assert np.array_equal(decoded(path), truth)


@pytest.mark.parametrize("name", ["/people.json", "../people.json", "./people.json", "people.txt"])
def test_a_manifest_file_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="people"):
        cryptomatte_planes(
            "CryptoPerson",
            np.zeros((2, 2, 2), np.uint32),
            np.zeros((2, 2, 2), np.float32),
            {},
            manifest_file=name,
        )
