"""A frame of a plate to draw on, and outlines whose keys are carried by a track."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import pytest

from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

TRACK = {
    "schema": 1,
    "kind": "plane",
    "reference": 1001,
    "frames": {
        str(1001 + at): {"corners": [[10 + at, 10], [20 + at, 10], [20 + at, 20], [10 + at, 20]]}
        for at in range(6)
    },
}
"""A square that walks a pixel a frame."""


def ask(settings: Settings, name: str, **arguments: Any) -> Any:
    return run_task(name, arguments, settings, Reporter())


def test_the_picture_has_the_plates_size_and_says_it(
    tiny_shot: Callable[..., Any], settings: Settings
) -> None:
    shot = tiny_shot()
    told = ask(settings, "pictures.plate", path=shot.plate, frame=1003)
    assert (told["width"], told["height"], told["scale"]) == (64, 48, 1)
    picture = cv2.imread(told["picture"])
    assert picture is not None and picture.shape == (48, 64, 3)
    assert picture.std() > 5


def test_a_large_plate_is_reduced(tiny_shot: Callable[..., Any], settings: Settings) -> None:
    told = ask(settings, "pictures.plate", path=tiny_shot().plate, frame=1003, size=32)
    assert (told["width"], told["scale"]) == (64, 2)
    picture = cv2.imread(told["picture"])
    assert picture is not None and picture.shape == (24, 32, 3)


def test_a_frame_that_is_not_there_is_said(tiny_shot: Callable[..., Any], settings: Settings) -> None:
    with pytest.raises(ArtistError) as caught:
        ask(settings, "pictures.plate", path=tiny_shot().plate, frame=1050)
    assert caught.value.code == "input.missing_frames"


def centre(path: Path) -> tuple[float, float]:
    """Give the middle of a matte."""
    with OpenEXR.File(str(path)) as file:
        matte = file.channels()["A"].pixels
    rows, columns = np.nonzero(matte > 0.5)
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


@pytest.mark.parametrize(("keyed", "wanted"), [(True, 36.0), (False, 40.0)])
def test_a_key_counts_on_its_own_frame_where_that_is_said(
    tiny_shot: Callable[..., Any], settings: Settings, tmp_path: Path, keyed: bool, wanted: float
) -> None:
    """A box drawn on 1005, where the square has walked four pixels: it stays, or is carried once more."""
    shot = tiny_shot()
    box = [[30, 20], [42, 20], [42, 30], [30, 30]]
    shapes = {"schema": 1, "shapes": [{"name": "a", "kind": "polygon", "keys": {"1005": {"points": box}}}]}
    (tmp_path / "shapes.json").write_text(json.dumps(shapes), encoding="utf-8")
    (tmp_path / "track.json").write_text(json.dumps(TRACK), encoding="utf-8")
    ask(
        settings,
        "shapes",
        shapes=str(tmp_path / "shapes.json"),
        plate=shot.plate,
        output=str(tmp_path / "drawn" / "matte.####.exr"),
        track=str(tmp_path / "track.json"),
        keyed=keyed,
    )
    drawn = {frame: centre(tmp_path / "drawn" / f"matte.{frame}.exr") for frame in (1001, 1005)}
    assert drawn[1005][0] == pytest.approx(wanted, abs=0.01)
    assert drawn[1005][0] - drawn[1001][0] == pytest.approx(4.0, abs=0.01)
