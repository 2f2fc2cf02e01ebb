"""Passes of one group are laid, lit and cut to a full stand, against the stand with everybody in it."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
from little_stand import FIRST, SIZE, plane, write_stand

from photodouble.demo.slate import write_frame
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import operation_named
from photodouble.ops.tiles.register import register
from photodouble.ops.tiles.seams import cut
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import TILES

FRAMES = 4


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stand")
    write_stand(folder, FRAMES)
    return folder


def request(stand: Path, root: Path, *, passes: int = 2, **values: object) -> JobRequest:
    inputs = {"plate": PortInput(str(stand / "pass_0/stand.####.exr"))}
    inputs |= {
        f"pass_{number}": PortInput(str(stand / f"pass_{number}/stand.####.exr"))
        for number in range(1, passes + 1)
    }
    return JobRequest(
        operation="tiles",
        spec_version=1,
        inputs=inputs,
        values=TILES.validate(values),
        range=FrameRange(range(FIRST, FIRST + FRAMES)),
        output_root=str(root),
        shot="stand",
        host="test",
    )


def options(root: Path) -> JobOptions:
    return JobOptions(settings=Settings(cache_folder=str(root / "cache")))


@pytest.fixture(scope="module")
def take(stand: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tiled")
    made = run_job(request(stand, root), options(root))
    assert made.manifest is not None
    return made.manifest.parent


def pictures(folder: Path, stem: str) -> Sequence:
    first = next(iter(sorted(folder.glob(f"*.{FIRST}.exr"))))
    return Sequence.find(first.with_name(first.name.replace(str(FIRST), "####")), frames=None)


def linear(sequence: Sequence, frame: int) -> np.ndarray:
    picture = sequence.read(frame)
    return picture.linear(picture.display_window)


def error(first: Sequence, second: Sequence, frame: int) -> float:
    """Return the root-mean-square error in the working encoding, where all passes show something."""
    inner = np.s_[12:-12, 12:-12]
    away = encode(linear(first, frame))[inner] - encode(linear(second, frame))[inner]
    return float(np.sqrt(np.mean(np.square(away))))


def test_a_pass_is_laid_within_a_tenth_of_a_pixel(stand: Path) -> None:
    master, other = pictures(stand / "pass_0", "stand"), pictures(stand / "pass_2", "stand")
    found = register((linear(master, frame), linear(other, frame)) for frame in (FIRST, FIRST + 3))
    assert found is not None
    ends = np.array(
        [[20, 20, 1], [SIZE[1] - 20, 20, 1], [20, SIZE[0] - 20, 1], [SIZE[1] - 20, SIZE[0] - 20, 1]]
    )
    there, truth = ends @ found.plane.T, ends @ plane(2).T
    away = there[:, :2] / there[:, 2:] - truth[:, :2] / truth[:, 2:]
    assert np.abs(away).max() < 0.1


def test_pictures_of_different_things_are_not_laid_over_each_other(stand: Path) -> None:
    chance = np.random.default_rng(1)
    other = chance.random((*SIZE, 3)).astype(np.float32)
    assert register([(linear(pictures(stand / "pass_0", "stand"), FIRST), other)]) is None


def test_everybody_sits_in_the_full_stand(stand: Path, take: Path) -> None:
    made, truth = pictures(take / "result", "stand"), pictures(stand / "truth", "stand")
    master = pictures(stand / "pass_0", "stand")
    for frame in (FIRST, FIRST + FRAMES - 1):
        assert error(made, truth, frame) < 0.03
        assert error(master, truth, frame) > 0.08


def test_without_alignment_and_light_it_would_be_seen(stand: Path, tmp_path: Path) -> None:
    made = run_job(request(stand, tmp_path, align="off", match_light=False), options(tmp_path))
    assert made.manifest is not None
    result, truth = pictures(made.manifest.parent / "result", ""), pictures(stand / "truth", "")
    assert error(result, truth, FIRST) > 0.05


def test_what_no_pass_covers_is_bit_for_bit_the_master(stand: Path, take: Path) -> None:
    made, master = pictures(take / "result", ""), pictures(stand / "pass_0", "")
    matte = pictures(take / "matte", "").read(FIRST, needs_colour=False)
    covered = matte.alpha(matte.display_window) > 0
    same = (linear(made, FIRST) == linear(master, FIRST)).all(axis=2)
    assert 0.2 < covered.mean() < 0.8
    assert same[~covered].all()
    assert not same[covered].all()


def test_a_chunk_has_the_pixels_of_the_whole(stand: Path, take: Path, tmp_path: Path) -> None:
    chunk = JobOptions(settings=Settings(cache_folder=str(tmp_path / "c")), frames=FrameRange([FIRST + 2]))
    made = run_job(request(stand, tmp_path), chunk)
    path = next(iter(sorted(tmp_path.rglob(f"result/*.{FIRST + 2}.exr"))))
    assert made.manifest is None
    there = next(iter(sorted((take / "result").glob(f"*.{FIRST + 2}.exr"))))
    assert (linear(Sequence.find(path), FIRST + 2) == linear(Sequence.find(there), FIRST + 2)).all()


def test_no_pass_at_all_is_refused(stand: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="No pass is given"):
        run_job(request(stand, tmp_path, passes=0), options(tmp_path))
    assert not list(tmp_path.rglob("manifest.json"))


def test_a_short_pass_is_refused_and_another_numbering_is_told(stand: Path, tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.mkdir()
    for place in range(2):
        source = stand / f"pass_1/stand.{FIRST + place}.exr"
        (short / f"stand.{FIRST + place}.exr").write_bytes(source.read_bytes())
    asked = request(stand, tmp_path, passes=1)
    with pytest.raises(ArtistError, match="Pass 1 has no frame for one"):
        run_job(_with(asked, str(short / "stand.####.exr")), options(tmp_path))
    other = tmp_path / "other"
    other.mkdir()
    for place in range(FRAMES):
        source = stand / f"pass_1/stand.{FIRST + place}.exr"
        (other / f"stand.{1 + place:04d}.exr").write_bytes(source.read_bytes())
    said = []
    made = run_job(_with(asked, str(other / "stand.####.exr")), options(tmp_path), on_event=said.append)
    assert made.manifest is not None
    assert any(isinstance(one, Warned) and "other frame numbers" in one.message for one in said)


def test_a_pass_with_a_gap_is_refused_before_anything_is_made(stand: Path, tmp_path: Path) -> None:
    gap = tmp_path / "gap"
    gap.mkdir()
    for place in (0, 1, 3):
        source = stand / f"pass_1/stand.{FIRST + place}.exr"
        (gap / f"stand.{FIRST + place}.exr").write_bytes(source.read_bytes())
    asked = _with(request(stand, tmp_path / "takes", passes=1), str(gap / "stand.####.exr"))
    with pytest.raises(ArtistError, match=f"none for frame {FIRST + 2} of the master"):
        run_job(asked, options(tmp_path))
    assert not (tmp_path / "takes").exists()


def test_a_region_of_another_size_is_refused(stand: Path, tmp_path: Path) -> None:
    small = tmp_path / "region.exr"
    write_frame(small, np.ones((SIZE[0] // 2, SIZE[1], 3), np.float32), FIRST)
    asked = request(stand, tmp_path / "takes", passes=1)
    asked = dataclasses.replace(asked, inputs={**asked.inputs, "region_1": PortInput(str(small))})
    with pytest.raises(ArtistError, match="region 1 has another size"):
        run_job(asked, options(tmp_path))


def _with(asked: JobRequest, path: str) -> JobRequest:
    return dataclasses.replace(asked, inputs={**asked.inputs, "pass_1": PortInput(path)})


def test_a_pass_that_adds_nobody_is_told(stand: Path, tmp_path: Path) -> None:
    asked = request(stand, tmp_path)
    said: list[Event] = []
    same = _with(asked, str(stand / "pass_0/stand.####.exr"))
    assert run_job(same, options(tmp_path), on_event=said.append).manifest is not None
    assert any(isinstance(one, Warned) and one.message.startswith("Pass 1 shows nobody") for one in said)


def test_the_cut_is_the_cheapest_there_is() -> None:
    chance = np.random.default_rng(4)
    for _ in range(5):
        cost = chance.random((3, 3)).astype(np.float32)
        wanted, kept = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32)
        wanted[:, 0], kept[:, 2] = 1, 1
        found = cut(cost, wanted, kept)
        every = (np.array(bits).reshape(3, 3) for bits in itertools.product((False, True), repeat=9))
        cheapest = min(_price(one, cost, wanted, kept) for one in every)
        assert _price(found, cost, wanted, kept) == pytest.approx(cheapest, abs=0.02)


def _price(taken: np.ndarray, cost: np.ndarray, wanted: np.ndarray, kept: np.ndarray) -> float:
    """Price a choice as the cut does, written from the definition."""
    total = 60 * float(wanted[~taken].sum()) + 60 * float(kept[taken].sum()) + 0.004 * int(taken.sum())
    across, down = taken[:, 1:] != taken[:, :-1], taken[1:] != taken[:-1]
    total += float((cost[:, 1:] + cost[:, :-1] + 0.008)[across].sum())
    return total + float((cost[1:] + cost[:-1] + 0.008)[down].sum())


def test_a_large_cut_goes_around_people() -> None:
    cost = np.full((200, 400), 0.02, np.float32)
    cost[60:140, 180:230] = 1.0
    wanted, kept = np.zeros_like(cost), np.zeros_like(cost)
    wanted[:, :100], kept[:, 300:] = 1, 1
    seam = cut(cost, wanted, kept)
    assert seam[:, :100].all()
    assert not seam[:, 300:].any()
    body = seam[62:138, 182:228]
    assert body.all() or not body.any()


def test_the_operation_is_known_by_its_key() -> None:
    assert operation_named("tiles").spec is TILES
