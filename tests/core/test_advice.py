"""Advice about a take: the frame it names is the one whose painting really helps most, and it says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from photodouble.engine.tasks import run_task
from photodouble.image.encoding import encode
from photodouble.ops.inpaint.advice import advise
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.study import study_plates
from photodouble.ops.inpaint.unseen import Invention
from photodouble.ops.operation import Reporter
from photodouble.takes.advice import ADVICE, advice_of, keep_advice
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

FRAMES, SIZE = 9, (72, 112)


def truth(frame: int) -> np.ndarray:
    """Give a wall that pans by four pixels a frame."""
    wall = np.random.default_rng(8).random((SIZE[0], 220, 3)).astype(np.float32)
    wall = np.clip((cv2.GaussianBlur(wall, (0, 0), 3) - 0.5) * 3 + 0.4, 0.02, 0.9).astype(np.float32)
    return np.ascontiguousarray(wall[:, 4 * frame : 4 * frame + SIZE[1]])


def hole(frame: int) -> np.ndarray:
    """Give the matte of a poster on the wall, which comes in at the right: the last frames show all of it."""
    matte = np.zeros((SIZE[0], 220), np.float32)
    matte[20:52, 96:134] = 1
    return np.ascontiguousarray(matte[:, 4 * frame : 4 * frame + SIZE[1]])


def shot(painted: int | None = None) -> ArrayPlates:
    plates = [np.where(hole(at)[..., None] > 0, np.float32(0.9), truth(at)) for at in range(FRAMES)]
    if painted is not None:
        plates[painted] = truth(painted)
    known = frozenset() if painted is None else frozenset({painted})
    return ArrayPlates(plates, [hole(at) for at in range(FRAMES)], first=1001, painted=known)


def studied(plates: ArrayPlates) -> MemoryScratch:
    scratch = MemoryScratch()
    study_plates(plates, scratch, Settings(), Invention(), Silent())
    return scratch


def error(plates: ArrayPlates) -> float:
    """Give the true squared error of the whole shot's fill."""
    scratch, total = studied(plates), 0.0
    for index in plates.targets:
        record = filled(scratch, index)
        x0, y0, x1, y1 = record["box"]
        inside = hole(index)[y0:y1, x0:x1] > 0
        total += float(((record["base"] - encode(truth(index))[y0:y1, x0:x1])[inside] ** 2).sum())
    return total


def test_painting_the_frame_it_names_helps_about_as_much_as_painting_the_best_one() -> None:
    plates = shot()
    record = studied(plates).load("advice", 0)
    named = int(record["frame"][np.argmax(record["relief"])]) - 1001
    before = error(plates)
    gains = [before - error(shot(painted=at)) for at in range(FRAMES)]
    assert gains[named] > 0.85 * max(gains)
    assert gains[named] > 1.5 * min(gains), "the negative control: another frame is much worse"


def test_it_says_what_no_frame_shows_and_where() -> None:
    record = studied(shot()).load("advice", 0)
    last = FRAMES - 1
    assert record["frame"].tolist() == list(range(1001, 1001 + FRAMES))
    assert record["unseen"][last] == record["hole"][last] == 32 * 38
    assert record["unseen_box"][last].tolist() == [96 - 4 * last, 20, 134 - 4 * last, 52]


def test_a_shot_without_a_matte_has_nothing_to_advise() -> None:
    empty = ArrayPlates([truth(at) for at in range(3)], [np.zeros(SIZE, np.float32)] * 3)
    scratch = MemoryScratch()
    advise(empty, scratch, Settings(), Silent())
    assert scratch.load("advice", 0)["frame"].size == 0


def kept(folder: Path, **rows: list[object]) -> Take:
    """Give a take folder that holds the advice of rows, which all have one length."""
    count = len(rows["frame"])
    arrays = {name: np.zeros(count, np.int32) for name in ("unseen", "doubtful")}
    arrays |= {name: np.zeros((count, 4), np.int32) for name in ("unseen_box", "doubtful_box")}
    arrays |= {"hole": np.full(count, 100, np.int32), "error": np.ones(count), "relief": np.zeros(count)}
    scratch = MemoryScratch()
    scratch.save("advice", 0, **{**arrays, **{name: np.array(value) for name, value in rows.items()}})
    take = Take(folder, "a" * 32, 1, "plate_inpaint_v001")
    keep_advice(take, {"": scratch})
    return take


def test_neighbouring_frames_are_told_as_one_stretch_worst_first(tmp_path: Path) -> None:
    frames = [1, 2, 3, 20, 21]
    take = kept(tmp_path, frame=frames, unseen=[10, 30, 20, 90, 80], unseen_box=[[n] * 4 for n in frames])
    told = advice_of(take).troubles
    assert [(one.frames.to_text(), one.worst, one.box) for one in told] == [
        ("20-21", 20, (20,) * 4),
        ("1-3", 2, (2,) * 4),
    ]
    assert "90 % of the matte" in told[0].message
    assert "20" in told[0].fix


def test_a_speck_is_no_trouble_and_no_frame_is_named_that_helps_little(tmp_path: Path) -> None:
    take = kept(tmp_path, frame=[1, 2], unseen=[1, 0], relief=[0.02, 0.01])
    advice = advice_of(take)
    assert advice.troubles == ()
    assert advice.paint is None


@pytest.mark.parametrize(
    "content",
    [None, "", "[]", "{}", '{"schema": 1, "views": 3}', '{"schema": 1, "views": {"": {"frame": [1]}}}'],
)
def test_advice_that_is_missing_or_damaged_is_one_clear_error(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / ADVICE).write_text(content)
    with pytest.raises(ArtistError) as caught:
        advice_of(Take(tmp_path, "a" * 32, 1, "plate_inpaint_v001"))
    assert caught.value.code in ("engine.no_take", "input.bad_request")


def test_a_finished_take_tells_its_advice_by_command_and_by_task(
    tiny_shot: Callable[..., object],
    photodouble: Callable[..., object],
    settings: object,
    tmp_path: Path,
) -> None:
    shot = tiny_shot(range(1001, 1004))
    done = photodouble(
        "inpaint", "--plate", shot.plate, "--matte", shot.matte, "--root", tmp_path / "takes", "--json"
    )
    assert done.returncode == 0, done.stderr
    asked = photodouble("takes", "advise", "v001", "--root", tmp_path / "takes", "--json")
    answer = json.loads(asked.stdout)
    folder = next((tmp_path / "takes").rglob("manifest.json")).parent
    told = run_task("takes.advise", {"take": str(folder), "root": ""}, settings, Reporter())
    assert {**told} == answer
    assert set(answer) == {"take", "troubles", "paint", "relief"}
    words = photodouble("takes", "advise", "v001", "--root", tmp_path / "takes")
    assert words.returncode == 0
    assert words.stdout.strip()
    page = tmp_path / "page.html"
    photodouble("takes", "review", "v001", "--root", tmp_path / "takes", "--output", page)
    text = page.read_text(encoding="utf-8")
    assert text.count("data-jump=") == len(answer["troubles"]) + (answer["paint"] is not None)
    assert "What to look at" in text
