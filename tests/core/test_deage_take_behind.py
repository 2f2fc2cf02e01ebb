"""A slimmed jaw sets background free: it stands still, and what comes free is what is behind."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from little_face import FIRST, write
from young_job import Desk, linear, planes

from photodouble.ops.deage.face import FaceTrack, apply, inverse
from photodouble.ops.deage.face_document import face_document
from photodouble.ops.inpaint.confidence import ARTIST, REAL
from photodouble_client.errors import ArtistError

COUNT = 9
FRAME = 1005
SIZE = (150, 190)
SIDE = 180
FACE = {
    10: (90, 30), 152: (90, 140), 1: (90, 92), 61: (74, 112), 291: (106, 112), 172: (50, 108), 136: (55, 118),
    150: (64, 128), 149: (74, 136), 397: (130, 108), 365: (125, 118), 379: (116, 128), 378: (106, 136),
    205: (64, 98), 425: (116, 98), 159: (70, 72), 386: (110, 72), 145: (70, 77), 374: (110, 77), 0: (90, 107),
    17: (90, 120), 13: (90, 112), 14: (90, 114), 234: (44, 85), 454: (136, 85),
}  # fmt: skip
"""Landmarks in face space; the outline of the head runs through those of the jaw."""


def step(frame: int) -> float:
    """Say how far right the head has gone: it walks, and comes back."""
    return 20.0 * np.sin((frame - FIRST) / (COUNT - 1) * 2 * np.pi)


def to_face(frame: int) -> np.ndarray:
    """Return (2, 3) from the plate to face space: 1.5 times the plate, the head in the middle."""
    return np.array([[1.5, 0, -1.5 * (35 + step(frame))], [0, 1.5, -1.5 * 15]])


def background() -> np.ndarray:
    chance = np.random.default_rng(3)
    layers = [cv2.GaussianBlur(chance.normal(size=(*SIZE, 3)), (0, 0), sigma) * sigma for sigma in (1.5, 4)]
    return (0.3 * np.exp2(0.5 * sum(layers))).astype(np.float32)


def head(frame: int) -> np.ndarray:
    """Return the head's matte (h, w): an oval through the jaw, with a soft edge of about a pixel."""
    middle = apply(inverse(to_face(frame)), np.array([[90.0, 88.0]]))[0]
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    far = np.hypot((x - middle[0]) / 29.0, (y - middle[1]) / 37.0)
    return np.clip((1 - far) * 29 + 0.5, 0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Write a head that walks before a background that stands still, and one painted frame of it."""
    folder, behind = tmp_path_factory.mktemp("scene"), background()
    chance = np.random.default_rng(4)
    texture = cv2.GaussianBlur(chance.normal(size=(300, 300)).astype(np.float32), (0, 0), 2.0)
    frames = range(FIRST, FIRST + COUNT)
    for frame in frames:
        way = np.array([[1.0, 0, step(frame) - 40], [0, 1, -60]])
        skin = 0.7 * np.exp2(cv2.warpAffine(texture, way, (SIZE[1], SIZE[0]), flags=cv2.INTER_CUBIC))
        matte = head(frame)[..., None]
        plate = skin[..., None] * np.array([1.0, 0.75, 0.6]) * matte + behind * (1 - matte)
        write(folder / f"plate.{frame}.exr", plate.astype(np.float32))
        write(folder / f"head.{frame}.exr", head(frame))
    stored = plate.astype(np.float16).astype(np.float32)
    stored[60:64, 80:90] += 0.05
    write(folder / f"keys.{frames[-1]}.exr", stored)
    write(folder / "clean.exr", behind)
    places = np.array(list(FACE.values()), float)
    track = FaceTrack(
        tuple(frames),
        np.stack([to_face(frame) for frame in frames]),
        SIDE,
        np.stack([apply(inverse(to_face(frame)), places) for frame in frames]),
        tuple(FACE),
        np.ones(COUNT, bool),
        "auto",
    )
    (folder / "face.json").write_text(json.dumps(face_document(track)))
    ports = {"plate": "plate.####.exr", "keys": "keys.####.exr", "track": "face.json"}
    found = {key: str(folder / name) for key, name in ports.items()}
    return {**found, "head": str(folder / "head.####.exr"), "behind": str(folder / "clean.exr")}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    return Desk.below(tmp_path)


def slimmed(scene: dict[str, str], desk: Desk, *ports: str, **values: object) -> Path:
    wanted = {key: scene[key] for key in ("plate", "keys", "track", *ports)}
    return desk.make(desk.request(wanted, count=COUNT, **{"shape_jaw": 1.0, **values})).folder


def came_free(take: Path, kind: int) -> np.ndarray:
    """Return where the background came free: below the paint, by the kind of its origin."""
    free: np.ndarray = planes(take, "origin", FRAME)["kind"] == kind
    free[:70] = False
    return free


def apart(take: Path | str, where: np.ndarray) -> float:
    return float(np.abs(linear(take, FRAME) - background())[where].mean())


def test_what_comes_free_is_the_background_of_other_frames(scene: dict[str, str], desk: Desk) -> None:
    take = slimmed(scene, desk, "head")
    free = came_free(take, REAL)
    assert np.count_nonzero(free) > 20
    # At half cover, half of the skin stays.
    assert apart(take, free) < 0.5 * apart(scene["plate"], free)
    beyond = head(FRAME) == 0
    assert np.array_equal(linear(take, FRAME)[beyond], linear(scene["plate"], FRAME)[beyond])
    assert (planes(take, "origin", FRAME)["frame"][free] != FRAME).all()


def test_a_clean_plate_shows_where_the_background_comes_free(scene: dict[str, str], desk: Desk) -> None:
    take = slimmed(scene, desk, "head", "behind")
    free = came_free(take, ARTIST)
    assert np.count_nonzero(free) > 20
    assert apart(take, free) < 0.5 * apart(scene["plate"], free)


def test_without_a_head_the_background_is_drawn_along(scene: dict[str, str], desk: Desk) -> None:
    take = slimmed(scene, desk)
    beyond = head(FRAME) == 0
    assert not np.array_equal(linear(take, FRAME)[beyond], linear(scene["plate"], FRAME)[beyond])
    assert not came_free(take, REAL).any()


def test_turning_a_dial_fills_nothing_anew(scene: dict[str, str], desk: Desk) -> None:
    said: list[str] = []
    wanted = {key: scene[key] for key in ("plate", "keys", "track", "head")}
    for jaw in (0.5, 0.9):
        said.clear()
        request = desk.request(wanted, count=COUNT, shape_jaw=jaw)
        desk.make(request, on_event=lambda event: said.append(getattr(event, "note", "")))
    assert not {"motion", "candidates", "fill"} & {*said}


def test_a_clean_plate_without_a_head_is_refused(scene: dict[str, str], desk: Desk) -> None:
    with pytest.raises(ArtistError, match="needs the head"):
        slimmed(scene, desk, "behind")
