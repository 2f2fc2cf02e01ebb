"""A look is kept whole, fits another shot of the performer, and tells how far a shot drifts from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from photodouble.ops.deage.bands import Dials, Region
from photodouble.ops.deage.figures import Figures, figures_of
from photodouble.ops.deage.look import Look, age_map_for, drift, read_look, write_look
from photodouble.ops.deage.shape import ShapeDials
from photodouble_client.errors import ArtistError

SIZE = 160
WIDTH = 120.0
SKIN = np.pad(np.ones((SIZE - 20, SIZE - 20), np.float32), 10)
LEFT = np.repeat((np.arange(SIZE) < SIZE // 2).astype(np.float32)[None], SIZE, axis=0)
POINTS = {33: (0.3, 0.4), 263: (0.7, 0.4), 152: (0.5, 0.8), 1: (0.5, 0.55)}


def face(lines: float = 0.3, *, red: float = 0.0, light: float = 1.0, seed: int = 0) -> np.ndarray:
    y = np.mgrid[0:SIZE, 0:SIZE][0].astype(np.float32)
    fresh = np.random.default_rng(seed).normal(size=(SIZE, SIZE)).astype(np.float32)
    relief = 0.04 * cv2.GaussianBlur(fresh, (0, 0), 1.2) - lines * np.exp(-((y % 24 - 12) ** 2) / 4) * LEFT
    colour = np.array([0.5, 0.33, 0.25]) * np.exp2([red, 0, 0])
    return (light * colour * np.exp2(relief)[..., None]).astype(np.float32)


def figures(picture: np.ndarray) -> Figures:
    return figures_of(picture, SKIN, WIDTH, regions={"left": LEFT, "right": 1 - LEFT})


@pytest.fixture
def look() -> Look:
    age_map = np.ones((64, 64), np.float32)
    age_map[:32] = 0.25
    return Look(
        "young pilot", "E. C.", "sc010", 1012,
        Dials(wrinkle=0.7, regions={"forehead": Region(wrinkle=0.5)}), ShapeDials(jaw=0.3), 0.04,
        figures(face(0.3)), figures(face(0.1)), {1012: figures(face(0.05))}, POINTS, age_map,
    )  # fmt: skip


def test_a_look_comes_back_as_it_was(tmp_path: Path, look: Look) -> None:
    path = write_look(tmp_path, look, face())
    read = read_look(path)
    assert (tmp_path / "young pilot.png").is_file()
    assert read.age_map is not None and look.age_map is not None
    assert np.array_equal(read.age_map, look.age_map)
    assert (read.dials, read.shape, read.points) == (look.dials, look.shape, look.points)
    assert read.result.relief == pytest.approx(look.result.relief, abs=1e-6)
    assert set(read.keys) == {1012}


def test_the_hero_frame_does_not_drift_from_itself(look: Look) -> None:
    none = drift(look, look.plate, look.result)
    assert abs(none.worst[1]) < 1e-9


def test_lines_left_in_a_shot_are_told_where_they_are(look: Look) -> None:
    told = drift(look, figures(face(0.3, seed=3)), figures(face(0.2, seed=3)))
    assert told.relief["left"] == pytest.approx(1.0, abs=0.15)
    assert told.removed["left"] == pytest.approx(1.0, abs=0.15)
    assert abs(told.relief["right"]) < 0.15
    assert told.worst[0].endswith("left")
    assert json.loads(json.dumps(told.to_json()))["worst"]["stops"] > 0.5


def test_another_exposure_is_no_drift_but_another_colour_is(look: Look) -> None:
    bright = drift(look, figures(face(0.3, light=4)), figures(face(0.1, light=4)))
    assert bright.tone < 0.05
    red = drift(look, figures(face(0.3, red=0.3)), figures(face(0.1, red=0.3)))
    assert red.tone == pytest.approx(0.3, abs=0.05)


def test_the_age_map_goes_with_the_face(look: Look) -> None:
    moved = {i: (0.5 * x + 0.25, 0.5 * y + 0.3) for i, (x, y) in POINTS.items()}
    carried = age_map_for(look, moved, 128)
    assert carried is not None
    # The edge at half the height of the hero's face space lies at .5 * .5 + .3 of the other's.
    edge = 0.55 * 128
    assert np.allclose(carried[: int(edge) - 3], 0.25, atol=1e-3)
    assert np.allclose(carried[int(edge) + 3 :], 1, atol=1e-3)


def test_without_shared_points_the_map_is_brought_to_size(look: Look) -> None:
    carried = age_map_for(look, {}, 128)
    assert carried is not None
    assert carried[:60].max() < 0.3 and carried[68:].min() > 0.95
    assert age_map_for(replace(look, age_map=None), {}, 128) is None


@pytest.mark.parametrize("name", ["", "../young", "a/b", "young."])
def test_a_name_that_is_no_file_name_is_refused(tmp_path: Path, look: Look, name: str) -> None:
    with pytest.raises(ArtistError) as raised:
        write_look(tmp_path, replace(look, name=name), face())
    assert raised.value.code == "usage.bad_value"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("key", "value"),
    [("kind", "points"), ("dials", {"wrinkles": 1}), ("plate", {}), ("calm", None), ("points", {"1": [2]}),
     ("name", 3), ("keys", []), ("dials", 3)],
)  # fmt: skip
def test_a_broken_look_is_refused(tmp_path: Path, look: Look, key: str, value: object) -> None:
    path = write_look(tmp_path, look, face())
    stored = json.loads(path.read_text())
    stored[key] = value
    path.write_text(json.dumps(stored))
    with pytest.raises(ArtistError) as raised:
        read_look(path)
    assert raised.value.code == "input.bad_document"
