"""Staging: which card each person shows on a frame, and what a wave does to whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from crowd_cast import filmed, made, stand

from photodouble.ops.crowd.stage import stage
from photodouble.ops.crowd.waves import Wave, seconds_up

TIMES = {"rate": 25.0, "first": 1001.0}


def test_a_loop_runs_through_its_cards_and_begins_again() -> None:
    elements = [replace(one, loop_first=8, loop_last=39) for one in filmed(6)]
    document = stand()
    agents, found = made(document, elements, in_step=True)
    shown = [stage(agents, found, elements, document, 1001 + step, **TIMES).frame for step in range(64)]
    expected = 8 + np.arange(64) % 32
    np.testing.assert_array_equal(np.array(shown), np.repeat(expected[:, None], len(shown[0]), axis=1))


def test_an_element_of_half_the_rate_shows_each_card_twice() -> None:
    elements = [replace(one, rate=12.5) for one in filmed(6)]
    document = stand()
    agents, found = made(document, elements, in_step=True)
    shown = [
        int(stage(agents, found, elements, document, 1001 + step, **TIMES).frame[0]) for step in range(6)
    ]
    assert shown == [0, 0, 1, 1, 2, 2]


def test_no_two_frames_skip_more_than_the_speed_allows() -> None:
    elements, document = filmed(12), stand()
    agents, found = made(document, elements)
    last = stage(agents, found, elements, document, 1001, **TIMES).frame
    for frame in range(1002, 1060):
        now = stage(agents, found, elements, document, frame, **TIMES).frame
        assert set(np.mod(now - last, 48).tolist()) <= {0, 1, 2}
        last = now


def test_every_card_is_wanted_once_and_only_who_is_there_is_staged() -> None:
    elements, document = filmed(12), stand(0.5)
    agents, found = made(document, elements)
    staged = stage(agents, found, elements, document, 1010, **TIMES)
    np.testing.assert_array_equal(staged.row, np.flatnonzero(found.present))
    assert len(set(staged.wanted)) == len(staged.wanted)
    pairs = np.array(staged.wanted)[staged.card]
    np.testing.assert_array_equal(pairs, np.stack([staged.element, staged.frame], axis=1))


def test_a_frame_does_not_depend_on_the_frames_before_it() -> None:
    elements, document = filmed(12), stand()
    agents, found = made(document, elements)
    one = stage(agents, found, elements, document, 5000, **TIMES)
    for frame in (1001, 4999):
        stage(agents, found, elements, document, frame, **TIMES)
    two = stage(agents, found, elements, document, 5000, **TIMES)
    np.testing.assert_array_equal(one.frame, two.frame)


def test_retiming_shifts_and_speeds_up() -> None:
    elements = filmed(6)
    plain, late = stand(), stand(edits=[{"do": "retime", "region": {"area": "*"}, "shift": 0.4}])
    agents, found = made(plain, elements, in_step=True)
    _, shifted = made(late, elements, in_step=True)
    assert stage(agents, found, elements, plain, 1011, **TIMES).frame[0] == 10
    assert stage(agents, shifted, elements, late, 1001, **TIMES).frame[0] == 10


@pytest.mark.parametrize("direction", ["around", "back"])
def test_a_wave_goes_around_by_azimuth(direction: str) -> None:
    wave = Wave("*", "cheer", period=10.0, width=0.1, direction=direction, share=1.0, jitter=0.0)
    agents, _ = made(stand(), filmed(2))
    way = agents.azimuth if direction == "around" else 1 - agents.azimuth
    for seconds in (12.0, 15.5, 19.9):
        up = seconds_up(wave, agents, seconds)
        since = np.mod(seconds - way * 10.0, 10.0)
        np.testing.assert_array_equal(~np.isnan(up), (since < 1.0) & (seconds >= way * 10.0))
        np.testing.assert_allclose(up[~np.isnan(up)], since[since < 1.0], atol=1e-9)


def test_a_wave_starts_ends_and_leaves_some_seated() -> None:
    agents, _ = made(stand(), filmed(2))
    wave = Wave("*", "cheer", period=10.0, width=0.2, rounds=2, share=0.5, jitter=0.1)
    assert np.isnan(seconds_up(wave, agents, -1.0)).all()
    assert np.isnan(seconds_up(wave, agents, 33.0)).all()
    ever = [~np.isnan(seconds_up(wave, agents, seconds)) for seconds in np.arange(0, 33, 0.25)]
    assert np.mean(np.any(ever, axis=0)) == pytest.approx(0.5, abs=0.03)


def test_a_goal_brings_everybody_up_at_once() -> None:
    agents, _ = made(stand(), filmed(2))
    wave = Wave("*", "cheer", period=4.0, width=1.0, direction="at_once", share=1.0, jitter=0.2)
    assert not np.isnan(seconds_up(wave, agents, 2.0)).any()
    assert np.isnan(seconds_up(wave, agents, 4.5)).all()


def test_a_wave_plays_its_state_from_the_top_for_the_same_person() -> None:
    elements = filmed(12) + filmed(12, "cheer")
    wave = {"state": "cheer", "period": 20, "width": 0.2, "start": 1001, "share": 1, "jitter": 0}
    document = stand(waves=[wave])
    agents, found = made(document, elements)
    staged = stage(agents, found, elements, document, 1001 + 25 * 4, **TIMES)
    up = seconds_up(document.waves[0], agents.only(staged.row), 4.0)
    joins = ~np.isnan(up)
    assert 20 < joins.sum() < len(joins)
    assert (staged.element[joins] >= 12).all()
    assert (staged.element[~joins] < 12).all()
    np.testing.assert_array_equal(staged.frame[joins], np.floor(np.mod(up[joins] * 25 + 1e-6, 48)))


def test_a_wave_stays_in_its_area() -> None:
    elements = filmed(12) + filmed(12, "cheer")
    areas = [{"id": "a", "kind": "seats"}, {"id": "b", "kind": "seats", "origin": [0, 0, 60]}]
    wave = {"area": "b", "state": "cheer", "period": 2, "width": 1, "direction": "at_once", "jitter": 0}
    document = stand(areas=areas, waves=[wave])
    agents, found = made(document, elements)
    staged = stage(agents, found, elements, document, 10, rate=25.0, first=1.0)
    area = agents.area[staged.row]
    assert (staged.element[area == 0] < 12).all()
    assert np.mean(staged.element[area == 1] >= 12) > 0.85
