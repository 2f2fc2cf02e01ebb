"""A shot teaches a small network what its fill lacks; it is used only where that is proved to help."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from photodouble.ops import training
from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.learn import net
from photodouble.ops.inpaint.learn.judge import KINDS, judge, kinds_of
from photodouble.ops.inpaint.learn.lessons import prepare, pretence_of, seen_by_net, shifted
from photodouble.ops.inpaint.learn.shot import Learning, learn_shot
from photodouble.ops.inpaint.learn.train import STATE, Bank, train
from photodouble.ops.inpaint.scratch import FolderScratch, MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.operation import Reporter, Stopped
from photodouble_client.errors import ArtistError

SIZE = (72, 112)
COUNT = 5
SETTINGS = Settings(reach=4, context=12)


def shot() -> ArrayFootage:
    """Pan over speckle behind a hole that stays in the middle."""
    noise = np.random.default_rng(2).standard_normal((SIZE[0], SIZE[1] + 40, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2)
    wall = (0.5 + 0.15 * soft / soft.std()).astype(np.float32)
    pictures = [np.ascontiguousarray(wall[:, 4 * i : 4 * i + SIZE[1]]) for i in range(COUNT)]
    hole = np.zeros(SIZE, np.uint8)
    hole[28:46, 46:66] = 1
    return ArrayFootage(pictures, [hole] * COUNT)


def bank() -> Bank:
    """Make lessons whose truth lies halfway between the fill and the previous frame."""
    rng = np.random.default_rng(5)
    seen = 0.3 * rng.standard_normal((12, 24, 24, 24)).astype(np.float32)
    truth = seen[:, :3] + 0.5 + 0.5 * seen[:, 3:6]
    return Bank(*(part.astype(np.float16) for part in (seen, truth, np.ones((12, 1, 24, 24)))))


def no_preview(model: object, step: int) -> None:
    """Show nothing."""


def test_the_network_is_small_and_begins_by_leaving_the_fill_alone() -> None:
    model = net.build(seed=3)
    assert 200_000 <= training.weights_of(model) <= 500_000
    assert not net.residual(model, np.ones((net.CHANNELS, 21, 30), np.float32)).any()


def test_it_learns_what_the_lessons_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.ops.inpaint.learn.train._RATE", 0.003)
    lessons = bank()
    model = train(lessons, MemoryScratch(), steps=70, seed=1, report=Reporter(), show=no_preview)
    given = lessons.seen[0, :3].astype(np.float32).transpose(1, 2, 0) + 0.5
    truth = lessons.truth[0].astype(np.float32).transpose(1, 2, 0)
    learned = given + net.residual(model, lessons.seen[0].astype(np.float32))
    assert ((learned - truth) ** 2).mean() < 0.7 * ((given - truth) ** 2).mean()


def test_a_stopped_training_goes_on_to_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.ops.inpaint.learn.train._EVERY", 5)
    whole, broken = MemoryScratch(), MemoryScratch()
    train(bank(), whole, steps=8, seed=1, report=Reporter(), show=no_preview)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2 * 6

    with pytest.raises(Stopped):
        train(bank(), broken, steps=8, seed=1, report=Reporter(should_stop=stop), show=no_preview)
    assert int(broken.load(STATE, 0)["step"]) == 5
    train(bank(), broken, steps=8, seed=1, report=Reporter(), show=no_preview)
    assert np.array_equal(whole.load(STATE, 0)["weights"], broken.load(STATE, 0)["weights"])


def test_only_kinds_of_place_that_gain_take_the_residual() -> None:
    rng = np.random.default_rng(0)

    def frame() -> tuple[np.ndarray, ...]:
        truth = rng.random((4000, 3)).astype(np.float32)
        wrong = 0.1 * rng.standard_normal((4000, 3)).astype(np.float32)
        kinds = np.repeat([0, 1], 2000)
        residual = np.where(kinds[:, None] == 0, -wrong, rng.standard_normal((4000, 3)) * 0.1)
        return truth + wrong, residual.astype(np.float32), truth, kinds

    verdict = judge([frame() for _ in range(4)])  # type: ignore[misc]
    assert verdict.share[0] > 0.95 and not verdict.share[1:].any()
    assert verdict.after[0] < 0.1 * verdict.before[0] and verdict.after[1] == verdict.before[1]
    assert "1 of 2 kinds" in verdict.words()


def test_kinds_of_place_tell_seen_from_unseen_and_shallow_from_deep() -> None:
    hole = np.ones((30, 30), bool)
    seen, unseen = (
        kinds_of(hole, np.zeros((30, 30), np.float32), np.full((30, 30), u)) for u in (False, True)
    )
    assert (unseen - seen == KINDS // 2).all()
    assert seen[15, 15] != seen[1, 1]


def test_a_pretended_matte_hides_its_pixels_from_the_lesson() -> None:
    footage = shot()
    made = pretence_of(footage)
    assert made is not None
    pretence, shifts = made
    assert len(shifts) >= 2
    changed = [
        np.where(
            shifted(footage.hole(i), shifts[0])[:, :, None] > 0, np.float32(0.9), footage.picture(i)
        ).astype(np.float32)
        for i in range(COUNT)
    ]
    other = pretence_of(ArrayFootage(changed, footage.holes))
    assert other is not None
    for index in range(COUNT):
        hidden = pretence.truth(index, shifts[0])
        assert hidden.any() and (pretence.banned(index) >= hidden).all()
    first, second = (prepare(p, MemoryScratch(), SETTINGS, Reporter()) for p in (pretence, other[0]))
    assert np.array_equal(first.load("fill", 2)["base"], second.load("fill", 2)["base"])


def test_a_neighbour_that_is_not_filled_shows_the_network_nothing() -> None:
    made = pretence_of(shot())
    assert made is not None
    scratch = MemoryScratch()
    apart = prepare(made[0], scratch, SETTINGS, Reporter())
    before = seen_by_net(made[0], apart, 2)[0]
    scratch.drop("lesson_fill", 3)
    after = seen_by_net(made[0], apart, 2)[0]
    assert before[6:9].any() and not after[6:9].any()
    assert np.array_equal(before[:6], after[:6]) and np.array_equal(before[9:], after[9:])


def test_a_shot_is_learned_the_same_twice_and_says_what_came_of_it(tmp_path: Path) -> None:
    footage = shot()
    found = []
    for scratch in (MemoryScratch(), FolderScratch(tmp_path)):
        pipeline.analyse(footage, scratch, SETTINGS, Reporter())
        told: list[str] = []
        learn_shot(footage, scratch, SETTINGS, Learning(0.02, seed=4), Reporter(), told.append)
        assert "known pixels kept apart" in told[-1]
        found.append([filled(scratch, index)["base"] for index in range(COUNT)])
        outside = footage.hole(0) == 0
        x0, y0, x1, y1 = scratch.load("fill", 0)["box"]
        untouched = outside[y0:y1, x0:x1]
        assert np.array_equal(found[-1][0][untouched], scratch.load("fill", 0)["base"][untouched])
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))
    assert (tmp_path / "learn_preview" / "learning.png").is_file()


def test_without_the_library_learning_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ArtistError) as refused:
        learn_shot(shot(), MemoryScratch(), SETTINGS, Learning(1.0), Reporter(), print)
    assert refused.value.code == "model.support" and "torch" in refused.value.fix
