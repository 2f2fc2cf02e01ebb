"""Two cuts compared: what each shot became, and which frames must be made."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photodouble.edit.difference import Change, difference, summary, table
from photodouble.edit.seen import Seen, media_key


def clip(
    name: str = "sh010",
    first: int = 1001,
    last: int = 1024,
    *,
    at: int = 0,
    media: str = "/footage/a.#.exr",
    step: int = 1,
    **more: object,
) -> Seen:
    frames = tuple(range(first, last + 1, step)) if step > 0 else tuple(range(last, first - 1, step))
    return Seen(name, str(more.pop("track", "V1")), media, frames, at, Fraction(step), **more)  # type: ignore[arg-type]


def only(old: list[Seen], new: list[Seen]) -> Change:
    found = difference(old, new)
    assert len(found) == 1
    return found[0]


def test_the_same_cut_is_unchanged() -> None:
    change = only([clip()], [clip()])
    assert (change.kind, change.also, len(change.frames_needed)) == ("unchanged", (), 0)


def test_a_shot_further_down_the_cut_moved_and_says_by_how_much() -> None:
    change = only([clip(at=100)], [clip(at=112)])
    assert (change.kind, change.moved_by) == ("moved", 12)
    assert change.words() == "moved 12 later"


def test_a_shot_trimmed_at_its_head_is_not_moved_when_its_pictures_stay_where_they_were() -> None:
    change = only([clip(at=100)], [clip(first=1005, at=104)])
    assert (change.kind, change.also, change.frames_dropped.to_text()) == ("trimmed", (), "1001-1004")


def test_an_extended_shot_names_the_frames_that_must_be_made() -> None:
    change = only([clip()], [clip(last=1030)])
    assert (change.kind, change.frames_needed.to_text()) == ("extended", "1025-1030")


def test_frames_that_handles_were_made_for_need_not_be_made_again() -> None:
    old = clip(made=frozenset(range(997, 1029)))
    change = only([old], [clip(last=1030)])
    assert (change.kind, change.frames_needed.to_text()) == ("extended", "1029-1030")
    assert not len(only([old], [clip(last=1028)]).frames_needed)


def test_a_slipped_shot_is_extended_at_one_end_and_trimmed_at_the_other() -> None:
    change = only([clip()], [clip(first=1005, last=1028)])
    assert (change.kind, "trimmed" in change.also) == ("extended", True)
    assert (change.frames_needed.to_text(), change.frames_dropped.to_text()) == ("1025-1028", "1001-1004")


def test_a_retime_at_which_only_made_frames_are_seen_needs_nothing() -> None:
    change = only([clip()], [clip(step=2)])
    assert (change.kind, len(change.frames_needed)) == ("retimed", 0)
    assert only([clip()], [clip(step=-1)]).kind == "retimed"


def test_a_retime_over_more_of_the_footage_names_its_frames() -> None:
    change = only([clip()], [clip(last=1030, step=2)])
    assert (change.kind, change.frames_needed.to_text()) == ("retimed", "1025-1029x2")


def test_new_and_gone_shots_are_told_with_their_frames() -> None:
    found = difference([clip("sh010")], [clip("sh020", 1, 8, media="/footage/b.#.exr")])
    assert [change.kind for change in found] == ["new", "gone"]
    assert found[0].frames_needed.to_text() == "1-8"
    assert summary(found) == "1 new, 1 gone"


def test_another_plate_under_the_same_shot_is_told_and_all_must_be_made() -> None:
    change = only([clip()], [clip(media="/footage/a_v2.#.exr")])
    assert (change.kind, change.frames_needed.to_text()) == ("media changed", "1001-1024")


def test_footage_in_another_folder_is_relinked_and_keeps_its_work() -> None:
    change = only([clip()], [clip(media="/archive/a.#.exr", last=1026)])
    assert (change.kind, change.also) == ("extended", ("relinked",))
    assert change.frames_needed.to_text() == "1025-1026"


def test_a_renamed_clip_is_known_by_its_frames() -> None:
    change = only([clip()], [clip("A001C003")])
    assert (change.kind, change.also, change.by) == ("unchanged", ("renamed",), "media")


def test_a_split_shot_is_two_parts_of_one() -> None:
    found = difference([clip()], [clip(last=1010), clip(first=1015, at=10)])
    assert [(one.kind, one.old is not None, one.also[-1]) for one in found] == [
        ("trimmed", True, "split")
    ] * 2
    assert not any(len(one.frames_needed) for one in found)


def test_a_shot_seen_twice_is_doubled() -> None:
    found = difference([clip()], [clip(), clip(at=60)])
    assert [one.also[-1] for one in found] == ["doubled", "doubled"]
    assert [one.kind for one in found] == ["unchanged", "moved"]


def test_a_cut_that_was_healed_says_so_of_the_part_that_is_gone() -> None:
    found = difference([clip(last=1010), clip(first=1011, at=10)], [clip()])
    assert [(one.kind, one.also) for one in found] == [("extended", ()), ("gone", ("merged",))]
    assert found[0].frames_needed.to_text() == "1001-1010"


def test_clips_named_after_their_footage_are_told_apart_by_their_frames() -> None:
    old = [clip("A001", 1001, 1010), clip("A001", 1101, 1110, at=10), clip("A001", 1201, 1210, at=20)]
    new = [clip("A001", 1201, 1210), clip("A001", 1001, 1010, at=10)]
    found = difference(old, new)
    assert [(one.kind, one.seen.frames[0]) for one in found] == [
        ("moved", 1201),
        ("moved", 1001),
        ("gone", 1101),
    ]


def test_a_take_on_both_clips_decides_between_two_that_look_alike() -> None:
    old = [clip("a", take="1" * 32), clip("a", take="2" * 32, at=24)]
    new = [clip("a", take="2" * 32), clip("a", take="1" * 32, at=24)]
    found = difference(old, new)
    assert [(one.by, one.moved_by) for one in found] == [("take", -24), ("take", 24)]


def test_a_track_change_is_a_move() -> None:
    stays = clip("sh020", media="/footage/b.#.exr")
    found = difference([clip(), stays], [clip(track="V2"), stays])
    assert [one.kind for one in found] == ["moved", "unchanged"]


def test_a_track_that_the_host_called_otherwise_is_no_move() -> None:
    assert only([clip(track="Video 1")], [clip(track="V")]).kind == "unchanged"


def test_the_table_stands_in_columns_and_names_what_must_be_made() -> None:
    lines = table(difference([clip()], [clip(last=1030)]))
    assert lines[0].split() == ["SHOT", "TRACK", "WHAT", "RECORD", "SHOWS", "MUST", "BE", "MADE"]
    assert lines[1].split() == ["sh010", "V1", "extended", "0-29", "1001-1030", "1025-1030"]
    assert lines[0].index("WHAT") == lines[1].index("extended")


def test_a_change_survives_json() -> None:
    stored = only([clip()], [clip(last=1030, at=3)]).to_json()
    assert stored["kind"] == "extended"
    assert stored["frames_needed"] == "1025-1030"
    assert stored["new"]["record_first"] == 3


@pytest.mark.parametrize("written", ["/a/b.%04d.exr", "/a/b.####.exr", "/a/b.@@@@.exr", "/a/b.[1-9].exr"])
def test_a_sequence_has_one_name_however_it_is_written(written: str) -> None:
    assert media_key(written) == "/a/b.#.exr"


def test_two_thousand_extended_clips_of_three_long_takes_are_all_found_again() -> None:
    old = [clip(f"sh{n:04d}", 40 * n, 40 * n + 30, at=31 * n, media=f"/f/{n % 3}.#.exr") for n in range(2000)]
    new = [clip("x", 40 * n, 40 * n + 32, at=33 * n, media=f"/f/{n % 3}.#.exr") for n in range(2000)]
    found = difference(old, new)
    assert [one.kind for one in found] == ["extended"] * 2000
    assert all(one.old is then for one, then in zip(found, old, strict=True))


@st.composite
def cuts(draw: st.DrawFn) -> list[Seen]:
    found, at = [], 0
    for number in range(draw(st.integers(0, 6))):
        first, length = draw(st.integers(1, 60)), draw(st.integers(1, 30))
        media = draw(st.sampled_from(["/f/a.#.exr", "/f/b.#.exr", ""]))
        name = draw(st.sampled_from(["", "a", f"sh{number}"]))
        found.append(
            clip(name, first, first + length - 1, at=at, media=media, step=draw(st.sampled_from([1, 2, -1])))
        )
        at += length
    return found


@given(cuts(), cuts())
def test_every_clip_of_both_cuts_is_accounted_for_and_no_frame_is_forgotten(
    old: list[Seen], new: list[Seen]
) -> None:
    found = difference(old, new)
    assert [one.new for one in found if one.new is not None] == new
    told = [one.old for one in found if one.old is not None]
    assert all(any(one is then for one in told) for then in old)
    for one in found:
        if one.new is not None:
            had = one.old.shown if one.old is not None and one.kind != "media changed" else frozenset()
            assert set(one.frames_needed) == one.new.shown - had


@given(cuts())
def test_a_cut_against_itself_is_unchanged(cut: list[Seen]) -> None:
    kinds = {one.kind for one in difference(cut, cut)}
    unnamed = any(not (one.media or one.name) for one in cut)
    assert kinds <= {"unchanged"} or unnamed or any(not one.media for one in cut)
