"""What must hold for every clip, found by trying thousands."""

from __future__ import annotations

import math
from fractions import Fraction

from cuts import clip, dissolve, only, shots, timeline, track
from hypothesis import given, settings
from hypothesis import strategies as st

RATES = st.sampled_from(
    [24000 / 1001, 23.976, 24.0, 25.0, 29.97, 30000 / 1001, 30.0, 48.0, 50.0, 59.94, 60.0]
)
SPEEDS = st.one_of(
    st.sampled_from([1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 0.0, 0.7, -0.7, 1.1, 3.0]),
    st.fractions(Fraction(-5), Fraction(5), max_denominator=40).map(float),
)
STARTS = st.integers(0, 86400 * 3)


@settings(deadline=None, max_examples=400)
@given(STARTS, st.integers(0, 400), st.integers(1, 120), RATES, RATES, SPEEDS, st.integers(0, 16))
def test_the_frames_pulled_cover_what_the_clip_shows_and_exist(
    start: int, inside: int, length: int, media: float, cut: float, speed: float, handles: int
) -> None:
    """The span holds every frame that is seen, hardly more, and with handles it stays within the media."""
    count = 2000
    source = (start + inside) * cut / media
    made = clip((source, length, cut), (start, count, media), speeds=() if speed == 1 else (speed,))
    timing = only(made, handles).timing
    assert len(timing.frame_map) == timing.record_last - timing.record_first + 1 == length
    assert timing.media_first <= min(timing.frame_map)
    assert max(timing.frame_map) <= timing.media_last
    pace = abs(speed) * media / cut
    assert min(timing.frame_map) - timing.media_first <= math.ceil(pace) + 1
    assert timing.media_last - max(timing.frame_map) <= math.ceil(pace) + 1
    assert timing.media_first - timing.handle_head >= 1001
    assert timing.media_last + timing.handle_tail <= 1000 + count
    wanted = math.ceil(handles * abs(speed) - 1e-6)
    assert timing.handle_head in (wanted, timing.media_first - 1001)
    assert timing.handle_tail in (wanted, 1000 + count - timing.media_last)


@settings(deadline=None, max_examples=200)
@given(STARTS, st.integers(2, 80), st.data(), st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 1.25]))
def test_a_clip_that_is_cut_in_two_shows_the_same_frames(
    start: int, length: int, data: st.DataObject, speed: float
) -> None:
    """The second half begins where the first ends; eighths are exact in binary, so this is to the frame."""
    middle = data.draw(st.integers(1, length - 1))
    available = (start, 2000, 24)
    whole = only(clip((start + 40, length, 24), available, speeds=(speed,))).timing.frame_map
    first = clip((start + 40, middle, 24), available, speeds=(speed,))
    second = clip((start + 40 + middle * speed, length - middle, 24), available, speeds=(speed,), name="b")
    halves = shots(timeline(track(first, second)))
    assert halves[0].timing.frame_map + halves[1].timing.frame_map == whole


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 80), st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), RATES)
def test_reverse_shows_the_same_span_from_its_top(length: int, speed: float, rate: float) -> None:
    forward = only(clip((100, length, rate), (0, 2000, rate), speeds=(speed,))).timing
    backward = only(clip((100, length, rate), (0, 2000, rate), speeds=(-speed,))).timing
    assert (forward.media_first, forward.media_last) == (backward.media_first, backward.media_last)
    mirrored = [forward.media_first + forward.media_last - frame for frame in forward.frame_map]
    assert list(backward.frame_map) == mirrored


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 40), st.integers(0, 12), st.integers(0, 12), SPEEDS)
def test_a_dissolve_adds_frames_and_changes_none(length: int, before: int, after: int, speed: float) -> None:
    def cut(in_offset: int, out_offset: int) -> tuple[dict[int, int], ...]:
        one = clip((300, length, 24), (0, 2000, 24), speeds=(speed,))
        first, last = clip((50, 20, 24), (0, 2000, 24)), clip((50, 20, 24), (0, 2000, 24))
        dissolves = dissolve(in_offset, 0), dissolve(0, out_offset)
        found = shots(timeline(track(first, dissolves[0], one, dissolves[1], last)))[1].timing
        return (dict(zip(range(found.record_first, found.record_last + 1), found.frame_map)),)

    (plain,), (longer,) = cut(0, 0), cut(before, after)
    assert len(longer) == len(plain) + before + after
    assert {frame: longer[frame] for frame in plain} == plain
