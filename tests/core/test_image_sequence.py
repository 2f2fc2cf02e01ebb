"""Sequences on disk: every way to write a pattern, gaps, negative numbers, stills, odd names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from photodouble.image.exr import write_planes
from photodouble.image.pattern import frame_path
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

WHOLE = Box(0, 0, 4, 3)


def write(path: Path, value: float) -> None:
    planes = {name: np.full(WHOLE.size, value, np.float32) for name in "RGB"}
    write_planes(path, planes, data_window=WHOLE, display_window=WHOLE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "Ünterm Wörk [v02] #3"
    inner.mkdir()
    for frame in (-10, -1, 998, 999, 1001, 10000):
        write(frame_path(str(inner / "pl ate.####.exr"), frame), frame)
    write(inner / "pl ate.matte.0001.exr", 1)
    return inner


@pytest.mark.parametrize("name", ["pl ate.####.exr", "pl ate.%04d.exr", "pl ate.#.exr", "pl ate.@@@@.exr"])
def test_every_notation_finds_the_same_frames(folder: Path, name: str) -> None:
    sequence = Sequence.find(folder / name)
    assert sequence.frames == (-10, -1, 998, 999, 1001, 10000)
    assert [sequence.read(frame).linear()[0, 0, 0] for frame in sequence.frames] == list(sequence.frames)


@pytest.mark.parametrize("name", ["pl ate.[998-1001].exr", "pl ate.998-1001#.exr"])
def test_a_range_in_the_pattern_narrows_it(folder: Path, name: str) -> None:
    assert Sequence.find(folder / name).frames == (998, 999, 1001)


def test_frame_numbers_are_padded_as_the_plates_are() -> None:
    assert [frame_path("a/b.####.exr", frame).name for frame in (-7, 7, 12345)] == [
        "b.-0007.exr",
        "b.0007.exr",
        "b.12345.exr",
    ]


def test_gaps_are_named(folder: Path) -> None:
    sequence = Sequence.find(folder / "pl ate.####.exr", frames=FrameRange.from_text("998-1003"))
    assert sequence.frames == (998, 999, 1001)
    assert sequence.missing(range(998, 1004)) == [1000, 1002, 1003]
    with pytest.raises(ArtistError, match="1000,1002-1003") as caught:
        sequence.require(range(998, 1004))
    assert caught.value.code == "input.missing_frames"


def test_one_file_is_held_for_all_frames(folder: Path) -> None:
    sequence = Sequence.find(folder / "pl ate.0998.exr")
    assert sequence.still
    assert sequence.frames == (998,)
    assert sequence.missing([1, 2, 3]) == []
    assert sequence.read(5).linear()[0, 0, 0] == 998


def test_a_frame_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ArtistError, match="1000") as caught:
        Sequence.find(folder / "pl ate.####.exr").read(1000)
    assert caught.value.code == "input.missing_frames"


def test_a_wrong_name_offers_close_ones(folder: Path) -> None:
    with pytest.raises(ArtistError, match=r"pl ate\.") as caught:
        Sequence.find(folder / "plate.####.exr")
    assert caught.value.code == "input.missing_sequence"


def test_a_folder_given_as_a_plate_offers_what_lies_in_it(folder: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        Sequence.find(folder)
    assert caught.value.code == "input.missing_sequence"
    assert "is a folder" in caught.value.message
    assert "pl ate.#.exr" in caught.value.fix


def test_a_view_that_was_not_named_is_asked_for(folder: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        Sequence.find(folder / "%V" / "plate.####.exr")
    assert "--view" in caught.value.fix


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="does not exist") as caught:
        Sequence.find(tmp_path / "nowhere" / "plate.####.exr")
    assert caught.value.code == "input.missing_sequence"


@pytest.mark.parametrize(("mark", "short"), [("%V", {"left": "left"}), ("%v", {"left": "l"})])
def test_views_are_written_into_the_pattern(tmp_path: Path, mark: str, short: dict[str, str]) -> None:
    write(tmp_path / f"plate_{short['left']}.0001.exr", 3)
    sequence = Sequence.find(tmp_path / f"plate_{mark}.####.exr", view="left")
    assert sequence.read(1).linear()[0, 0, 0] == 3


def test_an_unknown_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.0001.txt").write_text("hello")
    with pytest.raises(ArtistError) as caught:
        Sequence.find(tmp_path / "notes.####.txt").read(1)
    assert caught.value.code == "input.unsupported_format"


@pytest.mark.parametrize("name", ["shot #1.", "100%d done.", "me@home.", "a #1 %d @."])
def test_a_sign_for_numbers_earlier_in_the_name_is_a_letter(tmp_path: Path, name: str) -> None:
    for frame in (1001, 1002):
        (tmp_path / f"{name}{frame}.exr").write_bytes(b"")
    for place in ("####", "%04d", "@@@@"):
        assert Sequence.find(tmp_path / f"{name}{place}.exr").frames == (1001, 1002)
    assert Sequence.find(tmp_path / f"{name}1001.exr").still
