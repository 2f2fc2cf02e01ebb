"""Carry painted keys: exact on keys, as deep as the expression, nothing outside the matte."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack, apply
from photodouble.ops.deage.gain import Cap
from photodouble.ops.deage.keys import PaintedKey, key_of_delta, painted_key
from photodouble.ops.deage.measured import Measured, motion_track, study_track
from photodouble.ops.deage.merge import merged
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.propagate import KeyRing, drawn, key_ring, measured
from photodouble.ops.deage.smooth import smoothed
from photodouble_client.errors import ArtistError

Picture = NDArray[np.float32]
SIDE = 120
BOX = Box(0, 0, SIDE, SIDE)


@dataclass(frozen=True)
class Shot:
    """A textured skin that drifts, with one dark line as deep as `depth` says on each frame."""

    plates: tuple[Picture, ...]
    deltas: tuple[Picture, ...]
    track: FaceTrack

    def picture(self, frame: int) -> Picture:
        return self.plates[frame]


def shot(depths: tuple[float, ...], step: float = 1.3, grain: float = 0.0) -> Shot:
    noise = np.random.default_rng(4)
    texture = cv2.GaussianBlur(noise.normal(size=(240, 240)).astype(np.float32), (0, 0), 2.0)
    skin = 0.3 * np.exp(0.25 * texture / texture.std())
    y, x = np.mgrid[0:240, 0:240].astype(np.float32)
    line = np.exp(-((y - 118 - 6 * np.sin(x / 17)) ** 2) / (2 * 2.2**2)) * np.exp(-(((x - 120) / 34) ** 4))
    plates, deltas, moves = [], [], []
    for frame, depth in enumerate(depths):
        away = np.float32([[1, 0, -60 + step * frame], [0, 1, -60 + 0.4 * step * frame]])
        young = cv2.warpAffine(skin, away, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
        old = cv2.warpAffine(skin * np.exp(-depth * line), away, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
        old, young = (np.repeat(one[..., None], 3, axis=-1).astype(np.float32) for one in (old, young))
        plates.append((old + grain * noise.normal(size=old.shape)).astype(np.float32))
        deltas.append(young - old)
        moves.append([[1.0, 0.0, -step * frame + 4], [0.0, 1.0, -0.4 * step * frame + 4]])
    count = len(depths)
    track = FaceTrack(
        frames=tuple(range(count)),
        similarity=np.array(moves) * 1.0,
        size=SIDE,
        points=np.zeros((count, 0, 2)),
        names=(),
        valid=np.ones(count, bool),
        kind="points",
        density=1.0,
    )
    return Shot(tuple(plates), tuple(deltas), track)


def carried(
    made: Shot, keys: tuple[PaintedKey, ...], frames: tuple[int, ...], cap: Cap | None = None
) -> dict[int, Picture]:
    ring, motions = key_ring(keys, made.track, made.picture), Motions(made.track, made.picture)
    near = {frame: measured(ring, frame, motions, cap=cap or Cap()) for frame in frames}
    return {frame: drawn(ring, near, frame, BOX).delta for frame in frames}


def painted(made: Shot, *frames: int) -> tuple[PaintedKey, ...]:
    return tuple(key_of_delta(frame, made.deltas[frame]) for frame in frames)


def decibel(true: Picture, found: Picture) -> float:
    return float(10 * np.log10((true**2).sum() / ((found - true) ** 2).sum()))


def test_a_keyed_frame_shows_the_paint_to_the_bit() -> None:
    made = shot((0.5, 0.6, 0.5))
    found = carried(made, painted(made, 0, 2), (0, 1, 2))
    assert np.array_equal(found[0], made.deltas[0])
    assert np.array_equal(found[2], made.deltas[2])


def test_the_delta_follows_the_skin() -> None:
    made = shot((0.5,) * 4)
    assert decibel(made.deltas[3], carried(made, painted(made, 0), (3,))[3]) > 20


def test_a_delta_that_does_not_follow_is_found_out() -> None:
    made = shot((0.5,) * 4)
    assert decibel(made.deltas[3], made.deltas[0]) < 6


def test_a_deeper_wrinkle_gets_more_of_the_paint() -> None:
    made = shot((0.4, 0.4, 0.7))
    found = carried(made, painted(made, 0), (2,))[2]
    flat = carried(made, painted(made, 0), (2,), Cap(follow=0.0))[2]
    assert decibel(made.deltas[2], found) > decibel(made.deltas[2], flat) + 4


def test_the_artist_caps_what_follows() -> None:
    made = shot((0.4, 0.4, 0.8))
    held = carried(made, painted(made, 0), (2,), Cap(least=1.0, most=1.0))[2]
    flat = carried(made, painted(made, 0), (2,), Cap(follow=0.0))[2]
    assert np.array_equal(held, flat)


def test_the_light_of_the_frame_falls_on_the_delta() -> None:
    made = shot((0.5, 0.5, 0.5))
    brighter = replace(made, plates=(*made.plates[:2], made.plates[2] * np.float32(1.4)))
    found = carried(brighter, painted(brighter, 0), (2,))[2]
    assert decibel(made.deltas[2] * np.float32(1.4), found) > 18


def test_frames_in_any_order_and_on_any_cores_give_the_same_pixels() -> None:
    made = shot((0.4, 0.5, 0.6, 0.5), grain=0.005)
    keys = painted(made, 0)
    once = carried(made, keys, (1, 2, 3))
    ring, motions = key_ring(keys, made.track, made.picture), Motions(made.track, made.picture)
    near = {frame: measured(ring, frame, motions) for frame in (3, 2, 1)}
    for frame in (3, 1, 2):
        assert np.array_equal(drawn(ring, near, frame, BOX, threads=3).delta, once[frame])


def test_a_part_of_the_plate_is_drawn_as_the_whole() -> None:
    made = shot((0.4, 0.5, 0.6))
    ring, motions = key_ring(painted(made, 0), made.track, made.picture), Motions(made.track, made.picture)
    near = {2: measured(ring, 2, motions)}
    part = drawn(ring, near, 2, Box(30, 41, 77, 90)).delta
    assert np.array_equal(part, drawn(ring, near, 2, BOX).delta[41:90, 30:77])


def test_what_was_measured_is_the_same_after_storing() -> None:
    made = shot((0.4, 0.5, 0.6))
    ring, motions = key_ring(painted(made, 0), made.track, made.picture), Motions(made.track, made.picture)
    one = measured(ring, 1, motions)
    again = Measured.from_planes(one.planes())
    assert np.array_equal(again.shift, one.shift)
    assert np.array_equal(again.amount, one.amount)
    assert again.steps.keys() == one.steps.keys() == {0, 2}


def test_a_key_that_says_what_is_shown_changes_little() -> None:
    made = shot((0.4, 0.5, 0.6, 0.5))
    before = carried(made, painted(made, 0), (1, 2, 3))
    agreeing = (*painted(made, 0), key_of_delta(2, before[2]))
    after = carried(made, agreeing, (1, 3))
    assert decibel(before[3], after[3]) > 20
    assert decibel(before[1], after[1]) > 20


def test_a_key_that_differs_on_the_left_leaves_the_right() -> None:
    made = shot((0.5,) * 4)
    before = carried(made, painted(made, 0), (1, 2, 3))
    other = before[2].copy()
    other[:, : SIDE // 3] += np.float32(0.1)
    after = carried(made, (*painted(made, 0), key_of_delta(2, other)), (3,))[3]
    right = (slice(None), slice(SIDE * 2 // 3, None))
    assert np.abs(after - before[3])[right].max() < 0.02
    assert np.abs(after - before[3])[:, 8 : SIDE // 4].mean() > 0.02


def test_a_key_has_no_say_where_it_was_not_shown() -> None:
    made = shot((0.5,) * 3)
    shown = np.zeros((SIDE, SIDE), np.float32)
    shown[:, :60] = 1
    empty = key_of_delta(2, np.zeros_like(made.deltas[2]), shown=shown)
    found = carried(made, (*painted(made, 0), empty), (1,))[1]
    alone = carried(made, painted(made, 0), (1,))[1]
    right = (slice(None), slice(75, None))
    assert decibel(alone[right], found[right]) > 25
    assert np.abs(found[:, 20:50]).sum() < 0.9 * np.abs(alone[:, 20:50]).sum()


def test_calming_takes_noise_off_the_amounts_and_leaves_a_key_alone() -> None:
    made = shot((0.5,) * 6, grain=0.01)
    ring, motions = key_ring(painted(made, 0), made.track, made.picture), Motions(made.track, made.picture)
    near = {frame: measured(ring, frame, motions) for frame in range(6)}
    middle = (0, slice(40, 80), slice(40, 80))
    calm = smoothed(near, 3)
    assert calm.amount[middle].std() < 0.9 * near[3].amount[middle].std()
    assert smoothed(near, 0) is near[0]


def test_where_the_skin_is_hidden_confidence_falls_and_nothing_is_painted() -> None:
    made = shot((0.5,) * 3)
    hidden = made.plates[2].copy()
    noise = np.random.default_rng(1).uniform(0.02, 0.9, (36, 36, 1)).astype(np.float32)
    hidden[40:76, 40:76] = cv2.GaussianBlur(noise, (0, 0), 1.5)[..., None]
    covered = replace(made, plates=(*made.plates[:2], hidden))
    trust, paint = [], []
    for one in (made, covered):
        ring, motions = key_ring(painted(one, 0), one.track, one.picture), Motions(one.track, one.picture)
        found = drawn(ring, {2: measured(ring, 2, motions)}, 2, BOX)
        trust.append(found.confidence[46:70, 46:70].mean())
        paint.append(np.abs(found.delta[46:70, 46:70]).mean())
    assert trust[0] > 0.8
    assert trust[1] < 0.5 * trust[0]
    assert paint[1] < 0.25 * paint[0]


def test_outside_the_matte_every_bit_is_the_plates() -> None:
    noise = np.random.default_rng(0)
    plate = noise.normal(0.5, 2, (20, 20, 3)).astype(np.float32)
    plate[2, 3], plate[4, 5], plate[6, 7] = np.nan, np.inf, -0.0
    delta = noise.normal(size=plate.shape).astype(np.float32)
    matte = np.zeros((20, 20), np.float32)
    matte[10:] = 1
    result = merged(plate, delta, matte)
    assert np.array_equal(result[:10].view(np.int32), plate[:10].view(np.int32))
    assert np.allclose(result[10:], plate[10:] + delta[10:], atol=1e-6)
    assert result[10:].max() > 1
    assert result[10:].min() < 0


def test_strength_scales_the_delta() -> None:
    plate, delta = np.full((4, 4, 3), 0.5, np.float32), np.full((4, 4, 3), 0.2, np.float32)
    matte = np.ones((4, 4), np.float32)
    assert np.allclose(merged(plate, delta, matte, 0.5), 0.6)
    assert np.array_equal(merged(plate, delta, matte, 0.0), plate)


@pytest.mark.parametrize("case", ["size", "same", "space"])
def test_a_key_that_cannot_be_used_says_why(case: str) -> None:
    before = np.abs(np.random.default_rng(2).normal(0.3, 0.2, (48, 64, 3))).astype(np.float32)
    after = {"size": before[:40], "same": before.copy(), "space": before ** np.float32(1 / 2.2)}[case]
    with pytest.raises(ArtistError) as caught:
        painted_key(7, before, after)
    assert caught.value.code == "input.bad_key"
    assert "7" in caught.value.message


def test_real_paint_is_no_other_colour_space() -> None:
    made = shot((0.5,))
    key = painted_key(0, made.plates[0], made.plates[0] + made.deltas[0])
    rows, columns = key.box.slices_in(BOX)
    assert np.allclose(key.delta, made.deltas[0][rows, columns], atol=1e-6)


def test_two_keys_on_a_frame_are_refused() -> None:
    made = shot((0.5, 0.5))
    with pytest.raises(ArtistError):
        key_ring(painted(made, 0, 0), made.track, made.picture)


def test_no_key_is_refused() -> None:
    made = shot((0.5, 0.5))
    with pytest.raises(ArtistError):
        key_ring((), made.track, made.picture)


def test_a_smaller_face_space_is_the_same_square_of_the_plate() -> None:
    track = replace(shot((0.5, 0.5)).track, size=1300, density=1.5)
    for small in (motion_track(track), study_track(track)):
        assert small.size < track.size
        edges = [np.array([[-0.5, -0.5], [one.size - 0.5, one.size - 0.5]]) for one in (track, small)]
        ends = [apply(one.to_plate(1), edge) for one, edge in zip((track, small), edges)]
        assert np.allclose(ends[0], ends[1])


def test_the_ring_knows_its_frames() -> None:
    made = shot((0.5, 0.5, 0.5))
    ring: KeyRing = key_ring(painted(made, 2, 0), made.track, made.picture)
    assert ring.frames == (0, 2)
