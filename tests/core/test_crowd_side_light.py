"""Light from one side: against a round body lit exactly, from every side, and only where shadows show it."""

from __future__ import annotations

import numpy as np
import pytest
from crowd_splats import splats
from numpy.typing import NDArray

from photodouble.ops.crowd.camera import Camera, CameraMove, Screen
from photodouble.ops.crowd.cards import deck_of
from photodouble.ops.crowd.people import People, reduced
from photodouble.ops.crowd.project import View, project
from photodouble.ops.crowd.raster import raster
from photodouble.ops.crowd.shading import side_light
from photodouble.ops.crowd.splats import Splats

SIZE = (120, 160)
BODY = 0.13
"""Half the width of the body, of its height."""
SKY = 0.5
Picture = NDArray[np.float32]


def seen_from(bearing: float) -> tuple[People, Splats]:
    """Put one person of 1.8 m before a camera that looks at them along a bearing on the ground."""
    angle = np.radians(bearing)
    back = np.array([np.sin(angle), 0.0, np.cos(angle)])
    axes = np.stack([[np.cos(angle), 0.0, -np.sin(angle)], [0.0, 1.0, 0.0], back], axis=1)
    camera = Camera(back * 10 + (0, 0.9, 0), axes, 50.0, 36.0)
    view = View(CameraMove.still(camera), Screen(SIZE[1], SIZE[0], 1.0))
    foot = np.zeros((1, 3))
    seen = project(foot, view, 1.0, height=1.8, width=0.6)
    none = np.zeros(1, np.int32)
    people = People(none, none, none, np.zeros(1, bool), foot, np.array([1.8]), seen, view)
    return people, splats(seen.foot, 1, seen.depth, right=seen.right, up=seen.up)


def body(to_light: NDArray[np.float64] | None) -> Picture:
    """Draw an upright cylinder as a card: its light by Lambert from a sun and a sky, or flat."""
    wide, tall = 64, 96
    side = (np.arange(wide) + 0.5 - wide / 2) / (wide / 2)
    light = np.ones(wide)
    if to_light is not None:
        normal = np.stack([side, np.zeros(wide), np.sqrt(np.maximum(1 - side**2, 0))], axis=1)
        light = SKY + np.maximum(normal @ to_light, 0)
        light /= light.mean()
    card = np.zeros((tall, wide, 4), np.float32)
    card[..., :3] = 0.2 * light[:, None]
    card[..., 3] = 1
    return card


def drawn(card: Picture, people: Splats, mirror: bool = False) -> Picture:
    tall, wide = card.shape[:2]
    ppm = tall / 1.8
    assert abs(wide / ppm - 2 * BODY * 1.8) < 0.75
    deck = deck_of([card], [(wide / 2, tall)], [ppm])
    shown = Splats(**{**vars(people), "mirror": np.array([mirror])})
    return raster(shown, deck, SIZE).beauty


def sun(bearing: float, direction: float, length: float) -> NDArray[np.float64]:
    """Return where the light comes from as the camera sees it: right, up, towards the camera."""
    high, turn = np.arctan2(1, length), np.radians(direction + 180 - bearing)
    return np.array([np.sin(turn) * np.cos(high), np.sin(high), np.cos(turn) * np.cos(high)])


def sides(picture: Picture) -> tuple[float, float]:
    covered = picture[..., 3] > 0.99
    columns = np.flatnonzero(covered.any(axis=0))
    left, right = np.array_split(columns, 2)
    return tuple(float(picture[:, part, 1][covered[:, part]].mean()) for part in (left, right))  # type: ignore[return-value]


@pytest.mark.parametrize("bearing", [0.0, 70.0, 200.0])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_round_body_comes_nearer_to_its_true_light(bearing: float, mirror: bool) -> None:
    people, flat = seen_from(bearing)
    for turn in (90.0, -90.0, 60.0):
        direction = bearing + 180 + turn
        truth = drawn(body(sun(bearing, direction, 1.2)), flat)
        card = body(None)
        plain = drawn(card, flat)
        errors = {}
        for name, asked in (("right", direction), ("wrong", direction + 180)):
            shade = side_light(people, 1.0, direction=asked, length=1.2, strength=0.5)
            made = drawn(card, Splats(**{**vars(flat), "shade": shade}), mirror)
            errors[name] = float(np.abs(made - truth)[..., :3].mean())
        unlit = float(np.abs(plain - truth)[..., :3].mean())
        assert errors["right"] < 0.75 * unlit
        assert errors["wrong"] > 1.2 * unlit


def test_the_light_is_on_the_side_the_shadow_falls_away_from() -> None:
    people, flat = seen_from(0.0)
    shade = side_light(people, 1.0, direction=90.0, length=2.0, strength=1.0)
    left, right = sides(drawn(body(None), Splats(**{**vars(flat), "shade": shade})))
    assert left > 1.2 * right
    assert abs((left + right) / 2 - 0.2) < 0.01


def test_short_shadows_light_nobody_from_a_side() -> None:
    people, flat = seen_from(0.0)
    shade = side_light(people, 1.0, direction=90.0, length=0.3, strength=1.0)
    assert shade.shape == (0, 3)
    shaded = Splats(**{**vars(flat), "shade": shade})
    assert np.array_equal(drawn(body(None), shaded), drawn(body(None), flat))


def test_a_smaller_picture_is_lit_the_same_way() -> None:
    people, flat = seen_from(0.0)
    shade = side_light(people, 1.0, direction=90.0, length=2.0, strength=1.0)
    whole = Splats(**{**vars(flat), "shade": shade})
    small = raster(reduced(whole, 2), deck_of([body(None)], [(32, 96)], [96 / 1.8]), (60, 80)).beauty
    mean = drawn(body(None), whole).reshape(60, 2, 80, 2, 4).mean(axis=(1, 3))
    inside = np.minimum(mean[..., 3], small[..., 3]) > 0.999
    assert np.abs(small - mean)[inside].max() < 0.01
