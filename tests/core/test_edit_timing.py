"""Frame maps worked out by hand. In each, the first file of the sequence is 1001 unless said otherwise."""

from __future__ import annotations

import pytest
from cuts import Range, clip, only

NTSC = 24000 / 1001
HIERO = 23.976024627685547


@pytest.mark.parametrize(
    ("source", "available", "speeds", "expected"),
    [
        # 24 in 24: source 10 lies ten pictures after source 0, which is file 1001.
        ((10, 5, 24), (0, 100, 24), (), [1011, 1012, 1013, 1014, 1015]),
        # The same with an hour of timecode: 86410 lies ten pictures after 86400.
        ((86410, 3, 24), (86400, 100, 24), (), [1011, 1012, 1013]),
        # Media at 24 in a cut at 25: 1 s in is picture 24; then 0.96 pictures pass in a frame of the cut:
        # 24, 24.96, 25.92, 26.88, 27.84, of which the whole part is seen.
        ((25, 5, 25), (0, 100, 24), (), [1025, 1025, 1026, 1027, 1028]),
        # Media at 25 in a cut at 24: 1.041667 a frame: 0, 1.04, ..., 23.96, 25.0: picture 24 is skipped.
        ((0, 26, 24), (0, 100, 25), (), [*range(1001, 1025), 1026, 1027]),
        # 59.94 in a cut at 29.97: exactly two pictures a frame, however both are written.
        ((30, 4, 29.97), (0, 200, 59.94), (), [1061, 1063, 1065, 1067]),
        ((30, 4, 30000 / 1001), (0, 200, 60000 / 1001), (), [1061, 1063, 1065, 1067]),
        ((30, 4, 30000 / 1001), (0, 200, 59.94), (), [1061, 1063, 1065, 1067]),
        # 29.97 in a cut at 59.94: every picture twice.
        ((60, 4, 59.94), (0, 100, 29.97), (), [1031, 1031, 1032, 1032]),
        # 23.976, 24000/1001 and Hiero's rate are one rate: nothing is converted, frame 40000 stays 40000.
        ((40000, 2, 23.976), (39990, 100, NTSC), (), [1011, 1012]),
        ((40000, 2, NTSC), (39990, 100, 23.976), (), [1011, 1012]),
        ((40000, 2, HIERO), (39990, 100, 23.976), (), [1011, 1012]),
        # Twice as fast: every second picture.
        ((10, 4, 24), (0, 100, 24), (2.0,), [1011, 1013, 1015, 1017]),
        # Half: every picture twice. At 0.7 (as 32 bits hold it): 0, 0.7, 1.4, 2.1, 2.8, 3.5.
        ((10, 4, 24), (0, 100, 24), (0.5,), [1011, 1011, 1012, 1012]),
        ((10, 6, 24), (0, 100, 24), (0.699999988079071,), [1011, 1011, 1012, 1013, 1013, 1014]),
        # Reverse: the source start is the low end, so 4 frames from 10 are 13 down to 10.
        ((10, 4, 24), (0, 100, 24), (-1.0,), [1014, 1013, 1012, 1011]),
        # Reverse at 2: 4 frames need 8 pictures, 10 to 17, played from 17 in steps of two.
        ((10, 4, 24), (0, 100, 24), (-2.0,), [1018, 1016, 1014, 1012]),
        # Reverse at one half: 4 frames need 2 pictures, 11 and 10, each twice.
        ((10, 4, 24), (0, 100, 24), (-0.5,), [1012, 1012, 1011, 1011]),
        # Freeze: the source start, throughout.
        ((10, 4, 24), (0, 100, 24), (0,), [1011] * 4),
        # Stacked: 2 * 0.5 = 1; -1 * 2 = -2; -1 * -1 = 1; a freeze anywhere is a freeze.
        ((10, 3, 24), (0, 100, 24), (2.0, 0.5), [1011, 1012, 1013]),
        ((10, 4, 24), (0, 100, 24), (-1.0, 2.0), [1018, 1016, 1014, 1012]),
        ((10, 3, 24), (0, 100, 24), (-1.0, -1.0), [1011, 1012, 1013]),
        ((10, 3, 24), (0, 100, 24), (3.0, 0), [1011] * 3),
        # Speed and rate: 2 * 24/25 = 1.92 a frame: 0, 1.92, 3.84, 5.76, 7.68.
        ((0, 5, 25), (0, 100, 24), (2.0,), [1001, 1002, 1004, 1006, 1008]),
        # No source range: all of the media.
        (None, (86400, 3, 24), (), [1001, 1002, 1003]),
        # A relative source range: the available range counts file numbers, the source range counts from 0.
        ((5, 3, 24), (1001, 100, 24), (), [1006, 1007, 1008]),
        # An absolute one in the same media.
        ((1006, 3, 24), (1001, 100, 24), (), [1006, 1007, 1008]),
    ],
)
def test_every_record_frame_shows_the_frame_of_the_hand_worked_table(
    source: Range | None, available: Range, speeds: tuple[float, ...], expected: list[int]
) -> None:
    assert list(only(clip(source, available, speeds=speeds)).timing.frame_map) == expected


@pytest.mark.parametrize(
    ("source", "available", "speeds", "needs"),
    [
        # n frames at speed s need ceil(n * |s|) pictures.
        ((10, 11, 24), (0, 100, 24), (2.0,), (1011, 1032)),
        ((40, 41, 25), (0, 101, 25), (-0.7,), (1041, 1069)),
        ((10, 11, 24), (0, 100, 24), (), (1011, 1021)),
        # times the rates: floor(ceil(11 * 2) * 24 / 25) = 21.
        ((0, 11, 25), (0, 100, 24), (2.0,), (1001, 1021)),
        # 0.1 is a little more than a tenth in binary, which must not add an eleventh picture to ten of them.
        ((0, 100, 24), (0, 100, 24), (0.1,), (1001, 1010)),
        ((10, 5, 24), (0, 100, 24), (0,), (1011, 1011)),
    ],
)
def test_the_needed_media_is_as_long_as_the_speed_asks(
    source: Range, available: Range, speeds: tuple[float, ...], needs: tuple[int, int]
) -> None:
    timing = only(clip(source, available, speeds=speeds)).timing
    assert (timing.media_first, timing.media_last) == needs


@pytest.mark.parametrize(
    ("source", "speeds", "handles"),
    [
        ((50, 10, 24), (), (8, 8)),
        # Only 3 before, only 2 after.
        ((3, 10, 24), (), (3, 8)),
        ((88, 10, 24), (), (8, 2)),
        # Twice as fast needs twice the media frames; 0.3 needs ceil(2.4) = 3.
        ((50, 10, 24), (2.0,), (16, 16)),
        ((50, 10, 24), (0.3,), (3, 3)),
        # In reverse the record's head lies above, and its tail below; both are cut by what there is.
        ((3, 10, 24), (-2.0,), (3, 16)),
        # A freeze has none.
        ((50, 10, 24), (0,), (0, 0)),
    ],
)
def test_handles_are_media_frames_that_exist(
    source: Range, speeds: tuple[float, ...], handles: tuple[int, int]
) -> None:
    timing = only(clip(source, (0, 100, 24), speeds=speeds), 8).timing
    assert (timing.handle_head, timing.handle_tail) == handles


AYON = [
    # (source, available, speed, first file, handles) -> media in, media out, handle start, handle end
    ((0, 101, 25), (0, 101, 25), 1.0, 1000, 10, (1000, 1100, 0, 0)),
    ((34, 39, 25), (0, 101, 25), 1.0, 1000, 10, (1034, 1072, 10, 10)),
    ((91046.625, 74, 25), (87399, 101, 24), 1.0, 1000, 10, (1005, 1075, 5, 10)),
    ((0, 104, 25), (1000, 101, 24), 1.0, 1000, 10, (1000, 1098, 0, 2)),
    ((0, 51, HIERO), (997, 59, 23.976), 1.0, 997, 8, (997, 1047, 0, 8)),
    ((883159, 108, 23.976), (883750, 755, 24), 1.0, 883750, 0, (884043, 884150, 0, 0)),
    ((20.000000000000004, 41, 24), (0, 100, 24), -1.0, 1000, 0, (1020, 1060, 0, 0)),
    ((947726, 32, 23.976), (941478, 7607, 24), -1.0, 941478, 10, (948674, 948705, 10, 10)),
    ((1040, 41, 25), (1000, 101, 25), -0.7, 1000, 5, (1040, 1068, 4, 4)),
    ((909986.0387191772, 11, HIERO), (948674, 301, 25), 2.0, 948674, 10, (948850, 948871, 20, 20)),
    ((39, 11, 24), (0, 99, 24), 2.0, 1001, 10, (1040, 1061, 20, 20)),
    ((909990.8339241028, 5, HIERO), (948674, 301, 25), 0.0, 948674, 10, (948855, 948855, 0, 0)),
    ((1937905.9905694576, 82, HIERO), (1937896, 98, 23.976), 1.0, 1001, 8, (1009, 1090, 8, 8)),
]
"""Clips from Resolve, Hiero and Flame with what a production pipeline makes of them.

The figures are those of the tests of ynput/ayon-core (Apache-2.0), test_media_range_with_retimes.py.
"""


@pytest.mark.parametrize(("source", "available", "speed", "first", "handles", "expected"), AYON)
def test_clips_of_three_programs_are_read_as_a_production_pipeline_reads_them(
    source: Range,
    available: Range,
    speed: float,
    first: int,
    handles: int,
    expected: tuple[int, int, int, int],
) -> None:
    speeds = () if speed == 1 else (speed,)
    timing = only(clip(source, available, speeds=speeds, first=first, rate=1.0), handles).timing
    found = (timing.media_first, timing.media_last, timing.handle_head, timing.handle_tail)
    assert found == expected


def test_a_sequence_on_twos_has_half_the_pictures() -> None:
    # 8 frames at 24, of which every second has a file: 1001, 1003, 1005, 1007, each held for two frames.
    timing = only(clip((0, 8, 24), (0, 8, 24), step=2)).timing
    assert timing.frame_map == (1001, 1001, 1003, 1003, 1005, 1005, 1007, 1007)
    assert (timing.media_first, timing.media_last, timing.step) == (1001, 1007, 2)


def test_a_sequence_at_half_the_rate_of_its_range_holds_its_pictures() -> None:
    timing = only(clip((2, 4, 24), (0, 48, 24), rate=12.0)).timing
    assert timing.frame_map == (1002, 1002, 1003, 1003)


def test_record_frames_without_media_hold_the_nearest_one_and_say_so() -> None:
    # Source 98 and 99 exist, 100 to 102 do not.
    shot = only(clip((98, 5, 24), (0, 100, 24)))
    assert shot.timing.frame_map == (1099, 1100, 1100, 1100, 1100)
    assert (shot.timing.held, shot.timing.media_last) == ((2, 3, 4), 1100)
    assert "There is no media for record frames 2-4" in shot.warnings[0]


def test_a_clip_beside_all_its_media_is_not_pressed_into_it() -> None:
    shot = only(clip((500, 5, 24), (0, 100, 24)))
    assert shot.timing.frame_map == (1501, 1502, 1503, 1504, 1505)
    assert "its media has 1001 to 1100" in shot.warnings[0]


def test_a_speed_that_is_none_is_refused_for_that_clip_alone() -> None:
    shot = only(clip((0, 5, 24), (0, 100, 24), speeds=(float("inf"),)))
    assert (shot.timing.frame_map, shot.to_json()["media_first"]) == ((), None)
    assert shot.warnings[0] == "Its speed is inf, which is no speed."
