"""Pictures that compare: each half is what it says, and a sealed take never changes."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tasks import run_task
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.compare import MOST_ROWS, Comparison, differing
from photodouble.takes.picture_folder import keep_room, kept_pictures, picture_folder
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

FRAME = 1003
WORDS = 24
"""Rows of words above a picture."""
TIMES = 6
"""How often a picture of 64 pixels is enlarged so that words fit above it."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_folder=str(tmp_path / "cache" / "analysis"))


@pytest.fixture
def request_of(tiny_shot: Callable[..., Any], tmp_path: Path) -> Callable[..., JobRequest]:
    shot = tiny_shot()

    def make(**values: Any) -> JobRequest:
        root = str(tmp_path / "takes")
        return JobRequest(
            "inpaint", shot.inputs, values, FrameRange(shot.frames), output_root=root, shot="sh010"
        )

    return make


@pytest.fixture
def takes(request_of: Callable[..., JobRequest], settings: Settings) -> tuple[Take, Take]:
    options = JobOptions(settings=settings)
    return tuple(run_job(request_of(seed=seed), options).take for seed in (1, 2))  # type: ignore[return-value]


def comparison(takes: tuple[Take, Take], settings: Settings) -> Comparison:
    by_name = {take.folder.name: take for take in takes}
    return Comparison(takes[0], by_name.__getitem__, settings)


def shown(path: Path) -> np.ndarray[Any, Any]:
    """Read a written picture without its words, at its own size."""
    picture = cv2.imread(str(path))[..., ::-1]
    return picture[WORDS : WORDS + 48 * TIMES : TIMES, : 64 * TIMES : TIMES]


def _matte_of(take: Take) -> np.ndarray[Any, Any]:
    read = Sequence.find(take.picture("matte", FRAME, "exr"), channels="A").read(FRAME)
    return read.channel("A", read.display_window) > 0


def codes(path: Path) -> np.ndarray[Any, Any]:
    found = Sequence.find(path)
    linear = np.clip(found.read(found.frames[0]).linear(), 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


def test_the_line_of_a_wipe_is_thin_on_a_small_plate_too(
    takes: tuple[Take, Take], settings: Settings
) -> None:
    picture = cv2.imread(str(comparison(takes, settings).wipe(FRAME, position=0.5)))[
        WORDS : WORDS + 48 * TIMES
    ]
    is_line = (picture[..., ::-1] == (236, 236, 232)).all(axis=(0, 2))
    assert np.flatnonzero(is_line).tolist() == [32 * TIMES - 1, 32 * TIMES]


def test_a_wipe_shows_each_side_on_its_side(takes: tuple[Take, Take], settings: Settings) -> None:
    take = takes[0]
    picture = shown(comparison(takes, settings).wipe(FRAME, position=0.25))
    plate = codes(Path(take.request().inputs["plate"].path.replace("####", str(FRAME))))
    result = codes(take.picture("result", FRAME, "exr"))
    np.testing.assert_allclose(picture[:, :15], plate[:, :15], atol=0.6)
    np.testing.assert_allclose(picture[:, 17:], result[:, 17:], atol=0.6)


@pytest.mark.parametrize("told", ["matte", "origin", "confidence"])
def test_what_a_take_tells_lies_over_its_own_grey_inside_the_matte_alone(
    takes: tuple[Take, Take], settings: Settings, told: str
) -> None:
    take = takes[0]
    written = cv2.imread(str(comparison(takes, settings).thumbnail(FRAME, told))).astype(int)
    matte = _matte_of(take)
    is_grey = (written.max(axis=2) - written.min(axis=2)) <= 1
    assert matte.any() and not matte.all()
    assert is_grey[~matte].all()
    assert not is_grey[matte].any()


def test_what_a_take_does_not_hold_is_said(takes: tuple[Take, Take], settings: Settings) -> None:
    take = takes[0]
    with pytest.raises(ArtistError) as caught:
        comparison(takes, settings).thumbnail(take.request().range.last + 1, "origin")
    assert caught.value.code == "engine.no_take"


def test_a_wipe_goes_through_what_differs(takes: tuple[Take, Take], settings: Settings) -> None:
    both = comparison(takes, settings)
    left, right = both.side("plate", FRAME).picture, both.side("result", FRAME).picture
    [columns] = np.nonzero((left != right).any(axis=(0, 2)))
    written = both.wipe(FRAME)
    across = int(written.name.split(".")[-2]) / 100 * left.shape[1]
    assert columns.min() < across < columns.max()
    assert both.wipe(FRAME, "result", "result").name.endswith(".50.png")


def test_a_difference_of_equal_pictures_is_black_or_mid_grey(
    takes: tuple[Take, Take], settings: Settings
) -> None:
    both = comparison(takes, settings)
    assert shown(both.difference(FRAME, "result", takes[0].folder.name)).max() == 0
    assert set(shown(both.difference(FRAME, "result", "result", signed=True)).ravel()) == {128}


def test_a_difference_is_as_strong_as_it_says() -> None:
    left, right = np.full((2, 2, 3), 100, np.uint8), np.full((2, 2, 3), 105, np.uint8)
    assert differing(left, right, 8).max() == 40
    assert differing(left, right, 8, signed=True).max() == 148
    assert differing(right, left, 8, signed=True).max() == 108
    assert differing(left, right, 100).max() == 255


def test_two_takes_differ_only_inside_the_matte(takes: tuple[Take, Take], settings: Settings) -> None:
    picture = shown(comparison(takes, settings).difference(FRAME, "result", takes[1].folder.name))
    changed = codes(takes[0].picture("result", FRAME, "exr")) != codes(
        takes[1].picture("result", FRAME, "exr")
    )
    assert changed.any()
    assert picture[~changed.any(axis=2)].max() == 0


def test_a_sealed_take_never_changes(takes: tuple[Take, Take], settings: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in takes[0].folder.rglob("*")}
    both = comparison(takes, settings)
    for path in (both.thumbnail(FRAME), both.wipe(FRAME), both.sheet([FRAME]), both.difference(FRAME)):
        assert path.is_file() and takes[0].folder not in path.parents
    assert {path: path.stat().st_mtime_ns for path in takes[0].folder.rglob("*")} == before


def test_pictures_of_an_unfinished_take_lie_in_it(
    request_of: Callable[..., JobRequest], settings: Settings
) -> None:
    frames = FrameRange([FRAME])
    take = run_job(request_of(), JobOptions(frames=frames, settings=settings)).take
    assert picture_folder(take, settings) == take.folder / "pictures"
    assert take.folder in comparison((take, take), settings).thumbnail(FRAME).parents
    with pytest.raises(ArtistError) as refused:
        comparison((take, take), settings).wipe(FRAME + 1)
    assert refused.value.code == "engine.no_take"


def test_the_oldest_pictures_make_room_and_nothing_else_does(tmp_path: Path) -> None:
    paths = [tmp_path / (letter * 32) / f"{letter}.png" for letter in "abcd"]
    others = [tmp_path / "holiday" / "beach.png", tmp_path / ("a" * 32) / "notes.txt"]
    for age, path in enumerate([*paths, *others]):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    assert keep_room(tmp_path, paths[3], limit_bytes=200) == 1
    assert [path.is_file() for path in paths] == [True, True, False, True]
    assert all(path.is_file() for path in others) and not paths[2].parent.exists()


def test_pictures_of_sealed_takes_lie_beside_the_cache_by_its_name(
    takes: tuple[Take, Take], settings: Settings
) -> None:
    folder = kept_pictures(settings)
    assert folder == settings.cache_path().parent / "analysis-pictures"
    assert comparison(takes, settings).thumbnail(FRAME).parent == folder / takes[0].take_id


def test_a_strange_take_id_leads_nowhere(takes: tuple[Take, Take], settings: Settings) -> None:
    strange = dataclasses.replace(takes[0], take_id="../../elsewhere")
    assert picture_folder(strange, settings).parent == kept_pictures(settings)


def test_a_sheet_has_a_row_for_every_frame(takes: tuple[Take, Take], settings: Settings) -> None:
    both = comparison(takes, settings)
    one, two = (cv2.imread(str(both.sheet(frames))).shape for frames in ([FRAME], [FRAME, FRAME + 1]))
    assert two[0] == 2 * one[0] and two[1] == one[1]
    for frames in ([], range(1, MOST_ROWS + 2)):
        with pytest.raises(ArtistError) as refused:
            both.sheet(frames)
        assert refused.value.code == ("usage.frames" if frames else "input.empty_range")


def test_the_command_and_the_task_write_the_same_picture(
    takes: tuple[Take, Take], settings: Settings, photodouble: Callable[..., Any]
) -> None:
    take = takes[0]
    made = run_task(
        "pictures.wipe", {"take": str(take.folder), "frame": FRAME, "right": "v002"}, settings, Reporter()
    )
    done = photodouble("pictures", "wipe", take.folder, FRAME, "--right", "v002", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["picture"]
    assert Path(told).read_bytes() == Path(made["picture"]).read_bytes()
    refused = photodouble("pictures", "wipe", take.folder, FRAME, "--position", "1.5")
    assert refused.returncode == 2 and "between 0 and 1" in refused.stderr
