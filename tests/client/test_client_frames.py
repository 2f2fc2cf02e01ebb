"""Frame lists are read as artists type them."""

from __future__ import annotations

import pickle

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


def _code_of(text: str) -> str:
    try:
        FrameRange.from_text(text)
    except ArtistError as error:
        return error.code
    return ""


def test_a_list_with_ranges_single_frames_and_negatives_is_read() -> None:
    assert list(FrameRange.from_text("1-3, 90,-5--3")) == [-5, -4, -3, 1, 2, 3, 90]


def test_a_stepped_range_stops_at_its_last_frame() -> None:
    assert list(FrameRange.from_text("1-8x3")) == [1, 4, 7]


def test_overlapping_ranges_hold_each_frame_once() -> None:
    assert list(FrameRange.from_text("3-5,1-4,4")) == [1, 2, 3, 4, 5]


def test_a_range_is_written_as_it_would_be_typed() -> None:
    written = {
        "1-80,90": "1-80,90",
        "1,2,3": "1-3",
        "1,3": "1,3",
        "1-9x2": "1-9x2",
        "-5--1,0,7": "-5-0,7",
        "1,3-7": "1,3-7",
        "1,3,5-9": "1,3,5-9",
        "": "",
    }
    assert {text: FrameRange.from_text(text).to_text() for text in written} == written


def test_every_set_of_frames_comes_back_from_its_text() -> None:
    for bits in range(1 << 11):
        frames = FrameRange(frame - 5 for frame in range(11) if bits >> frame & 1)
        assert FrameRange.from_text(frames.to_text()) == frames


def test_many_frames_without_any_order_are_written_in_one_pass() -> None:
    squares = FrameRange(number * number for number in range(100_000))
    assert squares.to_text().count(",") == 99_998


def test_a_range_knows_its_ends_its_length_and_its_members() -> None:
    frames = FrameRange.from_text("1001-1003,1010")
    assert (frames.first, frames.last, len(frames)) == (1001, 1010, 4)
    assert 1002 in frames
    assert 1004 not in frames


def test_frames_can_be_left_out() -> None:
    assert FrameRange.from_text("1-5").without(FrameRange.from_text("2,9")).to_text() == "1,3-5"


def test_equal_ranges_are_one_key() -> None:
    assert {FrameRange([2, 1]): "a"}[FrameRange([1, 2])] == "a"
    assert FrameRange([1]) != FrameRange([2])


def test_a_range_crosses_into_a_worker_process() -> None:
    assert pickle.loads(pickle.dumps(FrameRange([3, 1]))) == FrameRange([1, 3])


def test_text_that_is_no_frame_list_is_refused_plainly() -> None:
    for text in ("a", "1-", "1..5", "5-1", "1-5x0", "1,,2", "1,", "1-5x", "1.5", "1-99999999", "0-1000000"):
        assert _code_of(text) == "usage.frames", text


def test_many_long_parts_are_refused_before_they_fill_the_memory() -> None:
    assert _code_of(",".join(["1-900000"] * 100)) == "usage.frames"


def test_an_empty_range_has_no_first_frame() -> None:
    try:
        first = FrameRange().first
    except ArtistError as error:
        assert error.code == "input.empty_range"
    else:
        raise AssertionError(first)
