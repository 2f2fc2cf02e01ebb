"""Where clips lie in a cut: dissolves, gaps, nests, several tracks, and cuts that say little."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from cuts import clip, dissolve, gap, only, shots, time_range, timeline, track, warp

from photodouble.edit.media import MediaFinder
from photodouble.edit.shot import Shot
from photodouble_client.errors import ArtistError


def record(shot: Shot) -> tuple[int, int]:
    return shot.timing.record_first, shot.timing.record_last


def test_shots_are_counted_from_the_start_of_the_cut() -> None:
    # One hour at 24 is frame 86400; a gap of 5 moves the second clip.
    cut = timeline(
        track(clip((0, 10, 24), (0, 50, 24)), gap(5), clip((20, 4, 24), (0, 50, 24))), start=(86400, 24)
    )
    first, second = shots(cut)
    assert (record(first), record(second)) == ((86400, 86409), (86415, 86418))
    assert second.timing.frame_map == (1021, 1022, 1023, 1024)


def test_a_dissolve_makes_both_clips_longer_by_its_offsets() -> None:
    # It reaches 3 frames into the first clip and 2 into the second: the first is seen for 2 more frames, and
    # the second from 3 frames earlier on.
    cut = timeline(
        track(clip((0, 10, 24), (0, 50, 24)), dissolve(3, 2), clip((20, 10, 24), (0, 50, 24), name="b"))
    )
    first, second = (shot.timing for shot in shots(cut))
    assert (first.record_first, first.record_last, first.cut_last) == (0, 11, 9)
    assert first.frame_map == tuple(range(1001, 1013))
    assert (second.record_first, second.cut_first, second.record_last) == (7, 10, 19)
    assert second.frame_map == tuple(range(1018, 1031))
    assert (second.media_first, second.media_last) == (1018, 1030)


@pytest.mark.parametrize(
    ("speed", "expected"),
    [
        # Forward at 2 from source 20: 3 record frames earlier are 6 pictures earlier.
        (2.0, [1015, 1017, 1019, 1021, 1023]),
        # Reverse: the cut shows 23, 22 (low end 20, two frames need 2 pictures: 21, 20). Earlier lies above.
        (-1.0, [1025, 1024, 1023, 1022, 1021]),
        # Reverse at 2: two frames need 4 pictures, 23 down: 23, 21; three frames earlier start at 29.
        (-2.0, [1030, 1028, 1026, 1024, 1022]),
    ],
)
def test_a_dissolve_before_a_retimed_clip_reaches_as_far_as_its_speed(
    speed: float, expected: list[int]
) -> None:
    second = clip((20, 2, 24), (0, 50, 24), speeds=(speed,), name="b")
    cut = timeline(track(clip((0, 10, 24), (0, 50, 24)), dissolve(3, 0), second))
    assert list(shots(cut)[1].timing.frame_map) == expected


def test_tracks_that_overlap_are_listed_one_by_one_and_sound_is_not() -> None:
    cut = timeline(
        track(clip((0, 10, 24), (0, 50, 24), name="bg")),
        track(gap(4), clip((0, 3, 24), (0, 50, 24), name="fg"), name=""),
        track(clip((0, 10, 24), (0, 50, 24), name="sound"), name="A1", kind="Audio"),
    )
    assert [(shot.name, shot.track, record(shot)) for shot in shots(cut)] == [
        ("bg", "V1", (0, 9)),
        ("fg", "V2", (4, 6)),
    ]


def test_a_nest_shows_only_its_own_range() -> None:
    # The nest begins 4 frames into what it holds and lasts 8: clip a (6 frames) is seen for its last 2, clip
    # b for 6 of its 10 frames. The nest lies after a gap of 3.
    nest = otio.schema.Stack("nest", [track(clip((0, 6, 24), (0, 50, 24), name="a"), clip((10, 10, 24),
                             (0, 50, 24), name="b"))], time_range((4, 8, 24)))  # fmt: skip
    first, second = shots(timeline(track(gap(3), nest)))
    assert (record(first), first.timing.frame_map) == ((3, 4), (1005, 1006))
    assert (record(second), second.timing.frame_map) == ((5, 10), (1011, 1012, 1013, 1014, 1015, 1016))
    assert (first.track, first.nests) == ("V1", ("nest",))


def test_a_nest_that_is_retimed_retimes_what_it_holds() -> None:
    # The nest runs at 2 from its frame 2 on, for 4 frames: its own frames 2, 4, 6, 8. The clip in it runs at
    # 3 and begins at the nest's frame 0: 6, 12, 18, 24 pictures later than its source start.
    nest = otio.schema.Stack(
        "nest",
        [track(clip((10, 20, 24), (0, 100, 24), speeds=(3.0,)))],
        time_range((2, 4, 24)),
        effects=[warp(2)],
    )
    shot = only(timeline(track(nest)))
    assert shot.timing.frame_map == (1017, 1023, 1029, 1035)
    assert shot.timing.speed == 6


def test_a_nest_in_reverse_plays_what_it_holds_backwards() -> None:
    # Its own frames 3, 2, 1, 0 (low end 0, four frames), of clips a (2 frames) and b (4 frames, 2 seen).
    held = track(clip((10, 2, 24), (0, 50, 24), name="a"), clip((30, 4, 24), (0, 50, 24), name="b"))
    nest = otio.schema.Stack("nest", [held], time_range((0, 4, 24)), effects=[warp(-1)])
    found = {shot.name: (record(shot), shot.timing.frame_map) for shot in shots(timeline(track(nest)))}
    assert found == {"a": ((2, 3), (1012, 1011)), "b": ((0, 1), (1032, 1031))}


def test_media_at_another_rate_lies_where_the_cut_counts_it() -> None:
    # A cut at 25 with clips cut at 24: 24 frames last one second, which is 25 frames of the cut.
    cut = timeline(track(clip((0, 24, 24), (0, 50, 24)), clip((0, 24, 24), (0, 50, 24))), start=(0, 25))
    assert [record(shot) for shot in shots(cut)] == [(0, 24), (25, 49)]
    # 0, 0.96, 1.92, ..., 23.04: the first picture is seen twice.
    assert shots(cut)[0].timing.frame_map == (1001, *range(1001, 1025))


def test_a_cut_without_a_start_counts_at_the_rate_of_most_of_its_clips() -> None:
    odd = clip((0, 30, 30), (0, 60, 30))
    cut = timeline(track(odd, *(clip((0, 10, 24), (0, 50, 24)) for _ in range(3))))
    assert [(shot.rate, record(shot)) for shot in shots(cut)][:2] == [(24, (0, 23)), (24, (24, 33))]


@pytest.mark.parametrize("kind", ["clip", "track", "stack", "timeline", "collection"])
def test_any_root_is_listed(kind: str) -> None:
    one = clip((5, 3, 24), (0, 50, 24))
    roots = {
        "clip": lambda: one,
        "track": lambda: track(one),
        "stack": lambda: otio.schema.Stack("s", [track(one)]),
        "timeline": lambda: timeline(track(one)),
        "collection": lambda: otio.schema.SerializableCollection("c", [timeline(track(one))]),
    }
    shot = only(roots[kind]())
    assert (record(shot), shot.timing.frame_map) == ((0, 2), (1006, 1007, 1008))


def test_a_clip_that_is_switched_off_says_so() -> None:
    off = clip((5, 3, 24), (0, 50, 24))
    off.enabled = False
    assert "The clip is switched off in the cut." in only(off).warnings


def test_a_track_of_an_edl_lies_at_its_first_record_timecode() -> None:
    made = track(clip((0, 10, 24), (0, 50, 24)))
    made.source_range = time_range((-86400, 10, 24))
    assert record(only(timeline(made))) == (86400, 86409)


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    for frame in range(1001, 1031):
        (tmp_path / f"plate.{frame}.exr").touch()
    return tmp_path / "plate.%04d.exr"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # The media says nothing: a source range may count file numbers, or from 0.
        ((1005, 3, 24), (1005, 1006, 1007)),
        ((4, 3, 24), (1005, 1006, 1007)),
    ],
)
def test_media_of_which_the_cut_says_nothing_is_looked_at_on_disk(
    plate: Path, source: tuple[float, float, float], expected: tuple[int, ...]
) -> None:
    made = otio.schema.Clip("a", otio.schema.ExternalReference(str(plate)), time_range(source))
    timing = only(made, 8).timing
    assert (timing.frame_map, timing.handle_head, timing.handle_tail) == (expected, 4, 8)


def test_a_clip_that_says_nothing_at_all_shows_all_of_its_media(plate: Path) -> None:
    made = otio.schema.Clip("a", otio.schema.ExternalReference(str(plate)))
    shot = only(made)
    assert (record(shot), shot.timing.frame_map) == ((0, 29), tuple(range(1001, 1031)))


def test_frames_that_the_disk_lacks_are_named(plate: Path) -> None:
    plate.with_name("plate.1006.exr").unlink()
    made = otio.schema.Clip("a", otio.schema.ExternalReference(str(plate)), time_range((1005, 3, 24)))
    assert "Frames 1006 are not on disk." in only(made, finder=MediaFinder(probe=False)).warnings


def test_handles_end_where_a_file_is_missing(plate: Path) -> None:
    # The cut says 100 frames from 1001 on; the disk has 1001 to 1030, without 1012 and 1025.
    for frame in (1012, 1025):
        plate.with_name(f"plate.{frame}.exr").unlink()
    made = otio.schema.Clip("a", otio.schema.ExternalReference(str(plate)), time_range((1015, 6, 24)))
    made.media_reference.available_range = time_range((1001, 100, 24))
    timing = only(made, 8).timing
    assert (timing.media_first, timing.media_last) == (1015, 1020)
    assert (timing.handle_head, timing.handle_tail) == (2, 4)


def test_an_impossible_time_is_an_error_that_says_so() -> None:
    with pytest.raises(ArtistError) as caught:
        shots(clip((float("nan"), 5, 24), (0, 50, 24)))
    assert caught.value.code == "input.bad_edit"
    with pytest.raises(ArtistError) as caught:
        shots(clip((1, 5, -24), (0, 50, 24)))
    assert caught.value.code == "input.edit_rate"
    with pytest.raises(ArtistError) as caught:
        shots(clip((1, 5e9, 24), (0, 50, 24)))
    assert "impossibly long" in caught.value.title
