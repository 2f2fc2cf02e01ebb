"""Speed ramps: baked where their keyframes are known, refused in a sentence where not."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio
import pytest
from cuts import clip, only, shots, timeline, track


def ramp(name: str = "ramp", **metadata: Any) -> otio.schema.TimeEffect:
    return otio.schema.TimeEffect(name=name, effect_name="TimeWarp", metadata=metadata)


def ramped(source: tuple[float, float, float], *effects: Any) -> otio.schema.Clip:
    made = clip(source, (0, 100, 24))
    made.effects.extend(effects)
    return made


def test_offsets_by_frame_are_added_as_hiero_bakes_them() -> None:
    # 10+0, 11+1, 12+1.5, 13-2: 10, 12, 13.5, 11.
    shot = only(ramped((10, 4, 24), ramp(lookup=[0.0, 1.0, 1.5, -2.0])))
    assert shot.timing.frame_map == (1011, 1013, 1014, 1012)
    assert (shot.timing.media_first, shot.timing.media_last) == (1011, 1014)
    assert "baked frame by frame" in shot.warnings[0]


def test_offsets_are_scaled_by_the_speed_below_them() -> None:
    # At 2: 10 + 2 * (i + offset): 10, 12 + 2, 14 - 1.
    made = ramped((10, 3, 24), otio.schema.LinearTimeWarp("speed", 2.0), ramp(lookup=[0.0, 1.0, -0.5]))
    assert only(made).timing.frame_map == (1011, 1015, 1014)


def test_a_ramp_above_another_is_applied_to_the_clips_own_time() -> None:
    # The upper one shows the clip's frames 0, 0, 2, 2; the lower one adds 0, 5, 3, 0 there.
    made = ramped((10, 4, 24), ramp(lookup=[0.0, 5.0, 3.0, 0.0]), ramp(lookup=[0.0, -1.0, 0.0, -1.0]))
    assert only(made).timing.frame_map == (1011, 1011, 1016, 1016)


def test_resolves_straight_keys_give_the_source_time() -> None:
    # One second at 100 %, one at 50 %, one at 200 %: after 24, 36 and 84 pictures. 24 frames a second.
    keys = [[0.0, 0.0], [1.0, 1.0], [2.0, 1.5], [3.0, 3.5]]
    found = only(ramped((0, 72, 24), ramp(Resolve_OTIO={"Key Frames": keys}))).timing.frame_map
    assert found[:25] == tuple(range(1001, 1026))
    assert found[24:30] == (1025, 1025, 1026, 1026, 1027, 1027)
    assert found[48:52] == (1037, 1039, 1041, 1043)


def test_resolves_eased_keys_follow_their_handles() -> None:
    # A handle (0.5, 0) out of the second key: source stands at first, as a curve with slope 0 does, and is
    # behind the straight line until the end.
    keys = [[0.0, 0.0], [1.0, 1.0, 0, 0, 0, 0.5, 0.0], [2.0, 2.0, 0, -0.5, 0.0, 0, 0], [3.0, 3.0]]
    found = only(ramped((0, 72, 24), ramp(keyframes=keys))).timing.frame_map
    assert found[24:28] == (1025, 1025, 1025, 1025)
    assert found[36] == 1037 and found[30] < 1031 and found[42] > 1043
    assert found[:24] == tuple(range(1001, 1025))


def test_resolves_keys_are_seconds_of_a_cut_whose_media_has_another_rate() -> None:
    # At 25 in the cut and 50 in the media: one second at 100 % are 25 record frames and 50 pictures.
    made = clip((0, 50, 25), (0, 200, 50))
    made.effects.append(ramp(keyframes=[[0.0, 0.0], [1.0, 1.0], [2.0, 1.5]]))
    found = only(made).timing.frame_map
    assert found[:3] == (1001, 1003, 1005)
    assert found[24:28] == (1049, 1051, 1052, 1053)


def test_avids_map_of_source_frames_is_baked() -> None:
    # Source frames by record frame, from the source start: 0, 0.5, 1.5, 3.
    keys = {"keyframe_values": [[0.0, 0.0], [1.0, 0.5], [2.0, 1.5], [3.0, 3.0]]}
    made = ramped((10, 4, 24), ramp(AAF={"Parameters": {"PARAM_SPEED_OFFSET_MAP_U": keys}}))
    assert only(made).timing.frame_map == (1011, 1011, 1012, 1014)


def test_avids_constant_speed_is_a_speed() -> None:
    made = ramped((10, 3, 24), ramp(AAF={"Parameters": {"Speed Ratio": "2/1"}}))
    assert (only(made).timing.frame_map, only(made).timing.speed) == ((1011, 1013, 1015), 2)


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({}, "has no keyframes in the cut"),
        ({"lookup": []}, "holds no frames"),
        ({"lookup": ["fast"]}, "cannot be read"),
        ({"keyframes": [[0.0, 0.0], [0.0, 1.0]]}, "do not follow each other"),
        ({"keyframes": [[0.0, 0.0]]}, "do not follow each other"),
        ({"lookup": [1e300]}, "cannot be read"),
    ],
)
def test_a_ramp_without_usable_keys_is_refused_for_its_clip_alone(
    metadata: dict[str, Any], sentence: str
) -> None:
    bad = ramped((10, 4, 24), ramp("slow in", **metadata))
    refused, good = shots(timeline(track(bad, clip((0, 2, 24), (0, 9, 24)))))
    assert (refused.timing.frame_map, refused.timing.refused[:24]) == ((), "The speed ramp slow in h")
    assert sentence in refused.warnings[0]
    assert refused.to_json()["media_last"] is None
    assert good.timing.frame_map == (1001, 1002)


def test_a_retime_that_is_switched_off_does_not_count() -> None:
    off = otio.schema.LinearTimeWarp("speed", 2.0)
    off.enabled = False
    shot = only(ramped((10, 3, 24), off))
    assert shot.timing.frame_map == (1011, 1012, 1013)
    assert "switched off" in shot.warnings[0]


def test_effects_that_do_not_change_time_do_not_count() -> None:
    shot = only(ramped((10, 2, 24), otio.schema.Effect(name="blur", effect_name="Blur")))
    assert shot.timing.frame_map == (1011, 1012)
