"""The rasteriser against truths it cannot know: sums, the algebra of over, places, another library's warp."""

from __future__ import annotations

import dataclasses
import hashlib

import cv2
import numpy as np
import pytest
from crowd_splats import figure, splats

from photodouble.ops.crowd.cards import deck_of
from photodouble.ops.crowd.deck import Deck
from photodouble.ops.crowd.raster import Drawn, raster

PERSON = figure()


@pytest.fixture(scope="module")
def deck() -> Deck:
    return deck_of([figure(seed=seed) for seed in range(4)], [(32.0, 128.0)] * 4, [128.0] * 4)


def full_card(alpha: float, size: int = 32) -> Deck:
    card = np.full((size, size, 4), alpha, np.float32)
    return deck_of([card], [(size / 2, float(size))], [float(size)])


def crowd_of(count: int, size: tuple[int, int], seed: int = 1, **columns: object) -> object:
    make = np.random.default_rng(seed)
    foot = make.uniform((-10, 10), (size[1] + 10, size[0] + 20), (count, 2))
    return splats(
        foot,
        make.uniform(6, 60, count),
        make.uniform(5, 100, count),
        card=make.integers(0, 4, count).astype(np.int32),
        mirror=make.random(count) < 0.5,
        gain=make.uniform(0.7, 1.3, (count, 3)).astype(np.float32),
        element=make.integers(0, 9, count).astype(np.int32),
        section=make.integers(0, 3, count).astype(np.int32),
        **columns,
    )


def alpha_error(deck: Deck, height: float) -> float:
    """Draw 400 people apart from each other at random sub-pixel places; give the error of their alpha."""
    make = np.random.default_rng(7)
    cell = int(height) + 8
    rows, columns = np.divmod(np.arange(400), 20)
    foot = np.stack([(columns + 0.5) * cell, (rows + 1) * cell - 4.0], 1) + make.random((400, 2))
    drawn = raster(splats(foot, height, 10.0), deck, (20 * cell + 8, 20 * cell + 8), ranks=0, group_ranks=0)
    truth = 400 * PERSON[..., 3].sum(dtype=np.float64) * (height / 128) ** 2
    return float(drawn.beauty[..., 3].sum(dtype=np.float64) / truth - 1)


def clamped(deck: Deck) -> Deck:
    """Plant the fault: fill every gutter with its neighbours, as taps clamped to the edge would see them."""
    texels = deck.texels.copy()
    rows = deck.rows.copy()
    for card in range(len(deck.start)):
        for start, width, height in zip(deck.start[card], deck.width[card], deck.height[card], strict=True):
            level = texels[start : start + (width + 2) * (height + 2)].reshape(height + 2, width + 2, 5)
            level[:] = np.pad(level[1:-1, 1:-1], ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows[:, 0], rows[:, 1] = 0, 1 << 10
    return dataclasses.replace(deck, texels=texels, rows=rows)


@pytest.mark.parametrize(
    ("height", "allowed"), [(6, 0.007), (8, 0.001), (12, 0.001), (17.3, 0.001), (48, 0.001), (100, 0.001)]
)
def test_small_people_keep_their_alpha(height: float, allowed: float) -> None:
    deck = deck_of([PERSON], [(32.0, 128.0)], [128.0])
    assert abs(alpha_error(deck, height)) < allowed


def test_taps_clamped_to_the_edge_would_be_noticed() -> None:
    deck = clamped(deck_of([PERSON], [(32.0, 128.0)], [128.0]))
    assert alpha_error(deck, 6) > 0.007
    assert alpha_error(deck, 8) > 0.001


@pytest.mark.parametrize("layers", [1, 2, 5, 12])
def test_equal_layers_add_up_as_over_says(layers: int) -> None:
    deck = full_card(0.25)
    stack = splats([[32.0, 48.0]] * layers, 32, np.arange(1, layers + 1))
    drawn = raster(stack, deck, (64, 64))
    assert drawn.beauty[32, 32, 3] == pytest.approx(1 - 0.75**layers, abs=1e-6)


def over(near: Drawn, far: Drawn) -> np.ndarray:
    return near.beauty + far.beauty * (1 - near.beauty[..., 3:])


@pytest.mark.parametrize("at", [10.0, 40.0, 90.0])
def test_parts_split_at_any_depth_compose_to_the_whole(deck: Deck, at: float) -> None:
    whole = crowd_of(300, (120, 160))
    near, far = whole.depth < at, whole.depth >= at
    parts = [
        dataclasses.replace(
            whole, **{name: column[chosen] for name, column in vars(whole).items() if len(column)}
        )
        for chosen in (near, far)
    ]
    drawn = [raster(part, deck, (120, 160)) for part in parts]
    open_pixels = raster(whole, deck, (120, 160)).beauty
    closed = drawn[0].beauty[..., 3] > 1 - 1 / 2048
    difference = np.abs(over(*drawn) - open_pixels).max(axis=2)
    assert difference[~closed].max() < 1e-6 + 1 / 4096
    thin = open_pixels[..., 3] < 0.999
    assert difference[thin].max() < 1e-6


def test_nearest_first_equals_farthest_first(deck: Deck) -> None:
    crowd = crowd_of(200, (100, 140))
    painted = np.zeros((100, 140, 4))
    for row in np.argsort(-crowd.depth):
        one = dataclasses.replace(
            crowd, **{f.name: getattr(crowd, f.name)[row : row + 1] for f in dataclasses.fields(crowd)}
        )
        layer = raster(one, deck, (100, 140), ranks=0, group_ranks=0).beauty
        painted = layer + painted * (1 - layer[..., 3:])
    drawn = raster(crowd, deck, (100, 140)).beauty
    assert np.abs(drawn - painted).max() < 1.5 / 4096
    thin = drawn[..., 3] < 0.999
    assert np.abs(drawn - painted)[thin].max() < 2e-6


@pytest.mark.parametrize("height", [9.0, 30.0, 77.0])
def test_a_person_moves_as_far_as_its_place(height: float) -> None:
    """A soft blob: the detail of a sharp edge is finer than a pixel, and no filter puts its place right."""
    v, u = np.mgrid[0:128, 0:128] + 0.5
    blob = np.exp(-((u - 64) ** 2 + (v - 64) ** 2) / 2 / 18**2) * (np.hypot(u - 64, v - 64) < 63)
    deck = deck_of([np.repeat(blob[..., None], 4, 2).astype(np.float32)], [(64.0, 128.0)], [128.0])
    y, x = np.mgrid[0:96, 0:96] + 0.5
    centres = []
    steps = np.linspace(0, 1, 11)
    for step in steps:
        alpha = raster(splats([[48 + step, 88 + 0.5 * step]], height, 5.0), deck, (96, 96)).beauty[..., 3]
        centres.append([(x * alpha).sum() / alpha.sum(), (y * alpha).sum() / alpha.sum()])
    moved = np.array(centres) - centres[0]
    assert np.abs(moved - np.stack([steps, 0.5 * steps], 1)).max() < 0.01


def test_a_whole_pixel_further_is_the_same_picture_shifted(deck: Deck) -> None:
    crowd = crowd_of(60, (80, 80))
    shifted = dataclasses.replace(crowd, foot=crowd.foot + np.float32([3, 2]))
    one, other = (raster(people, deck, (120, 120)).beauty for people in (crowd, shifted))
    assert np.abs(one[10:90, 10:90] - other[12:92, 13:93]).max() < 2e-5


def fingerprint(drawn: Drawn) -> str:
    mark = hashlib.sha256()
    ranked = [r for r in (drawn.people, drawn.elements, drawn.sections) if r]
    for plane in (
        drawn.beauty,
        drawn.depth,
        drawn.motion,
        drawn.front,
        *(p for r in ranked for p in (r.ids, r.coverage)),
    ):
        mark.update(plane.tobytes())
    return mark.hexdigest()


def test_threads_tiles_and_order_change_no_bit(deck: Deck) -> None:
    make = np.random.default_rng(3)
    slant = make.uniform(-8, 8, (500, 2)).astype(np.float32)
    crowd = crowd_of(500, (150, 210), smear=slant * (make.random((500, 1)) < 0.3), motion=slant)
    crowd = dataclasses.replace(
        crowd, right=crowd.right + slant * (make.random((500, 1)) < 0.5).astype(np.float32)
    )
    crowd = dataclasses.replace(
        crowd, smear=crowd.smear.astype(np.float32), tint_amount=make.random(500).astype(np.float32)
    )
    marks = {
        fingerprint(raster(crowd, deck, (150, 210), tile=tile, threads=threads))
        for tile in (32, 64, 128)
        for threads in (1, 2, 8)
    }
    turned = make.permutation(500)
    mixed = dataclasses.replace(
        crowd, **{name: column[turned] for name, column in vars(crowd).items() if len(column)}
    )
    assert len(marks) == 1
    assert (
        raster(mixed, deck, (150, 210)).beauty.tobytes() == raster(crowd, deck, (150, 210)).beauty.tobytes()
    )


def warped(card: np.ndarray, matrix: np.ndarray, size: tuple[int, int], finer: int = 8) -> np.ndarray:
    """Draw a card by OpenCV on a grid `finer` times as fine, and average."""
    grown = np.diag([finer, finer, 1.0]) @ np.vstack([matrix, [0, 0, 1]])
    grown[:2, 2] += grown[:2, :2] @ [0.5, 0.5] - 0.5
    shape = (size[1] * finer, size[0] * finer)
    fine = cv2.warpAffine(
        card[..., :4], grown[:2], shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    )
    return cv2.resize(fine, size[::-1], interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize(
    ("right", "up"),
    [
        ((40, 0), (0, -40)),
        ((-40, 0), (0, -40)),
        ((20, 0), (0, -40)),
        ((38, 12), (-12, -38)),
        ((30, 5), (9, -55)),
    ],
)
def test_cards_lie_where_another_library_puts_them(
    right: tuple[float, float], up: tuple[float, float]
) -> None:
    deck = deck_of([PERSON], [(32.0, 128.0)], [128.0])
    one = splats([[50.3, 80.6]], 1, 5.0, right=np.float32([right]), up=np.float32([up]))
    a, b = np.array(right) / 128, np.array(up) / 128
    origin = np.array([50.3, 80.6]) - a * 32 + b * 128
    truth = warped(PERSON, np.stack([a, -b, origin], 1), (100, 100))
    drawn = raster(one, deck, (100, 100)).beauty
    assert np.abs(drawn - truth).mean() < 2e-3
    assert np.abs(drawn - truth).max() < 0.13
    assert drawn[..., 3].sum() == pytest.approx(truth[..., 3].sum(), rel=3e-3)


def test_the_mirror_turns_a_card_around_its_foot() -> None:
    card = np.zeros((32, 32, 4), np.float32)
    card[:, 20:28] = 1
    deck = deck_of([card], [(10.0, 32.0)], [32.0])
    plain, mirrored = (
        raster(splats([[40.0, 40.0]], 32, 5.0, mirror=np.array([m])), deck, (48, 80)) for m in (False, True)
    )
    assert np.array_equal(plain.beauty[:, :, 3][:, 40:], mirrored.beauty[:, :, 3][:, :40][:, ::-1])
    assert plain.beauty[20, 54, 3] == 1


def test_depth_is_that_of_whom_half_of_the_pixel_is_reached_with() -> None:
    deck = full_card(0.3)
    drawn = raster(splats([[32.0, 48.0]] * 3, 32, [20.0, 10.0, 30.0]), deck, (64, 64))
    assert drawn.depth[32, 32] == 20.0
    assert np.isinf(drawn.depth[2, 2])
    single = raster(splats([[32.0, 48.0]], 32, 20.0), deck, (64, 64))
    assert np.isinf(single.depth[32, 32])


def test_motion_is_that_of_whom_a_pixel_shows_most() -> None:
    deck = full_card(0.6)
    move = np.float32([[1, 2], [3, 4]])
    drawn = raster(splats([[32.0, 48.0]] * 2, 32, [9.0, 4.0], motion=move), deck, (64, 64))
    assert drawn.motion[32, 32].tolist() == [3, 4]
    assert drawn.front[32, 32] == 1
    assert drawn.front[0, 0] == -1


def test_a_matte_in_front_holds_everybody_out() -> None:
    matte = np.zeros((64, 64), np.float32)
    matte[:, :32], matte[:, 32:40] = 1, 0.5
    drawn = raster(splats([[32.0, 48.0]], 32, 20.0), full_card(1.0), (64, 64), holdout=matte)
    assert drawn.beauty[32, 20:44, 3].tolist() == [0.0] * 12 + [0.5] * 8 + [1.0] * 4


def test_a_matte_at_a_depth_holds_out_who_is_behind_it() -> None:
    crowd = splats([[20.0, 48.0], [44.0, 48.0]], 16, [5.0, 15.0])
    matte = np.ones((64, 64), np.float32)
    drawn = raster(crowd, full_card(1.0), (64, 64), holdout=matte, holdout_depth=10.0)
    assert drawn.beauty[40, 20, 3] == 1
    assert drawn.beauty[40, 44, 3] == 0


def test_several_mattes_act_in_the_order_of_their_depth() -> None:
    crowd = splats([[32.0, 48.0]] * 2, 32, [5.0, 15.0])
    mattes = np.stack([np.full((64, 64), 0.5), np.full((64, 64), 0.2)]).astype(np.float32)
    depths = np.stack([np.full((64, 64), 10.0), np.full((64, 64), 1.0)]).astype(np.float32)
    drawn = raster(crowd, full_card(0.5), (64, 64), holdout=mattes, holdout_depth=depths)
    assert drawn.beauty[32, 32, 3] == pytest.approx(0.8 * 0.5 + 0.8 * 0.5 * 0.5 * 0.5, abs=1e-6)


def test_defocus_and_smear_spread_alpha_and_keep_its_sum() -> None:
    deck = deck_of([PERSON], [(32.0, 128.0)], [128.0])
    place = [[64.3, 100.2]]
    sharp = raster(splats(place, 50, 5.0), deck, (128, 128)).beauty[..., 3]
    soft = raster(splats(place, 50, 5.0, defocus=np.float32([6])), deck, (128, 128)).beauty[..., 3]
    moved = raster(splats(place, 50, 5.0, smear=np.float32([[16, 0]])), deck, (128, 128)).beauty[..., 3]
    assert soft.sum() == pytest.approx(sharp.sum(), rel=5e-3)
    assert moved.sum() == pytest.approx(sharp.sum(), rel=5e-3)
    box = cv2.blur(sharp, (17, 1)) * 17 / 16
    assert np.abs(moved - box).mean() < 0.01
    assert (soft > 0.01).sum() > 1.3 * (sharp > 0.01).sum()


def test_the_wardrobe_takes_the_tint_at_its_own_luminance() -> None:
    card = np.zeros((32, 32, 5), np.float32)
    card[..., :3], card[..., 3] = 0.4, 1
    card[:, :16, 4] = 1
    deck = deck_of([card], [(16.0, 32.0)], [32.0])
    tint = np.float32([[2, 0.5, 0.5]])
    drawn = raster(splats([[32.0, 48.0]], 32, 5.0, tint=tint, tint_amount=np.float32([0.5])), deck, (64, 64))
    assert drawn.beauty[32, 24, :3] == pytest.approx([0.6, 0.3, 0.3], abs=1e-6)
    assert drawn.beauty[32, 44, :3] == pytest.approx([0.4, 0.4, 0.4], abs=1e-6)


def test_people_with_a_broken_place_are_left_out() -> None:
    deck = full_card(1.0)
    crowd = splats([[32.0, 48.0]] * 4, [32, 32, 0, 32], [np.nan, -3, 4, 7])
    crowd = dataclasses.replace(crowd, foot=crowd.foot * np.float32([[1], [1], [1], [np.nan]]))
    assert raster(crowd, deck, (64, 64)).beauty.max() == 0


def test_nobody_gives_an_empty_picture() -> None:
    drawn = raster(splats(np.zeros((0, 2)), 1, 1.0), full_card(1.0), (40, 70))
    assert drawn.beauty.shape == (40, 70, 4)
    assert not drawn.beauty.any()
    assert (drawn.front == -1).all()
