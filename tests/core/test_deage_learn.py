"""What painted frames teach: how deep carried paint must be, used only where that is proved."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.gain import FOLLOWING, Cap
from photodouble.ops.deage.learn import net
from photodouble.ops.deage.learn.document import KIND, NETWORK, read_learned
from photodouble.ops.deage.learn.judge import Judged, judged, verdict_on
from photodouble.ops.deage.learn.lessons import CHANNELS, Lesson, Sight, folds_of, taught_of
from photodouble.ops.deage.learn.shot import LEARN, LEARNED, Class, learn, meant
from photodouble.ops.deage.learn.train import STATE, Schooling, train
from photodouble.ops.deage.learn.used import added, deepened
from photodouble.ops.deage.measured import Measured
from photodouble.ops.deage.smooth import along_motion
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.operation import Reporter, Stopped
from photodouble_client.errors import ArtistError

SIDE = 32


def lesson(key: int, deeper: float = 1.5) -> Lesson:
    """Make a lesson whose paint must be deeper by one factor everywhere."""
    chance = np.random.default_rng(key)
    given = (0.1 + 0.03 * chance.standard_normal((SIDE, SIDE, 3))).astype(np.float32)
    seen = (0.3 * chance.standard_normal((CHANNELS, SIDE, SIDE))).astype(np.float32)
    seen[:3] = given.transpose(2, 0, 1) / 0.1
    ones = np.ones((SIDE, SIDE), np.float32)
    sight = Sight(seen, given, np.full((SIDE, SIDE, 3), 0.4, np.float32), ones)
    return Lesson(key, (key + 1,), sight, (deeper * given).astype(np.float32), ones)


def silent(_model: object, _step: int) -> None:
    """Show nothing."""


def taught(
    lessons: list[Lesson], scratch: MemoryScratch, steps: int, report: Reporter | None = None
) -> object:
    return train(lessons, Schooling(steps), records=scratch, report=report or Reporter(), show=silent)


def test_the_network_is_small_and_begins_by_leaving_the_paint_alone() -> None:
    model = net.build(3)
    sight = lesson(1).sight
    factor, rest = net.ask(model, sight, "cpu")
    assert (factor == 1).all() and not rest.any()
    odd = Sight(sight.seen[:, :21, :30], sight.given[:21, :30], sight.light[:21, :30], sight.near[:21, :30])
    assert net.ask(model, odd, "cpu")[1].shape == (21, 30, 3)


def test_it_learns_how_deep_the_paint_must_be_and_is_proved_on_a_frame_it_never_saw() -> None:
    model = taught([lesson(1), lesson(2)], MemoryScratch(), 40)
    rows = [judged(exam, *meant(model, exam.sight, "cpu", FOLLOWING)) for exam in (lesson(8), lesson(9))]
    verdict = verdict_on(rows)
    assert verdict.helps and verdict.after > verdict.before + 3
    assert "Learning is used: 9.5 -> " in verdict.words() and "2 painted frames" in verdict.words()


def test_the_artist_s_cap_and_wish_to_follow_bound_what_is_learned() -> None:
    model = taught([lesson(1), lesson(2)], MemoryScratch(), 40)
    sight = lesson(8).sight
    free, capped, off = (meant(model, sight, "cpu", Cap(most=most, follow=follow))[0]
                         for most, follow in ((2.2, 1.0), (1.05, 1.0), (2.2, 0.0)))  # fmt: skip
    assert np.median(free) > 1.2 and capped.max() <= 1.05 + 1e-6 and (off == 1).all()


def test_a_stopped_training_goes_on_to_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photodouble.ops.deage.learn.train._EVERY", 3)
    whole, broken = MemoryScratch(), MemoryScratch()
    lessons = [lesson(1), lesson(2)]
    taught(lessons, whole, 7)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 2 * 4

    with pytest.raises(Stopped):
        taught(lessons, broken, 7, Reporter(should_stop=stop))
    assert int(broken.load(STATE, 0)["step"]) == 3
    taught(lessons, broken, 7)
    assert np.array_equal(whole.load(STATE, 0)["weights"], broken.load(STATE, 0)["weights"])


def row(key: int, gain: float) -> Judged:
    """Make a judged frame with 10 dB, whose correction takes `gain` of the error away."""
    return Judged(key, 10.0, 1.0, gain**2, gain)


def test_what_does_not_help_is_not_used_and_it_says_so() -> None:
    verdict = verdict_on([row(1, 0.0), row(2, 0.001), row(3, 0.0)])
    assert not verdict.helps and verdict.share == 0
    assert verdict.words().startswith("Learning is not used: 10.0 -> 10.0 dB on 3 painted frames")


def test_one_frame_that_loses_is_enough_to_doubt_it() -> None:
    rows = [row(1, 0.6), row(2, 0.6), Judged(3, 10.0, 1.0, 0.36, -0.1)]
    verdict = verdict_on(rows)
    assert verdict.after > verdict.before + 0.2 and not verdict.helps
    assert verdict_on(rows[:2]).helps


def test_frames_are_kept_apart_in_turn_and_spread_over_all() -> None:
    assert folds_of((3, 9, 12)) == (3, 9, 12)
    assert folds_of(tuple(range(10))) == (0, 3, 6, 9)
    assert taught_of((1, 5)) == (1, 5) and len(taught_of(range(40))) == 8


def measured_at(frame: int, keys: tuple[int, ...] = (0,)) -> Measured:
    still = np.dstack([np.zeros((8, 8, 2)), np.ones((8, 8))]).astype(np.float32)
    return Measured(
        frame,
        keys,
        np.zeros((len(keys), 8, 8, 2), np.float32),
        np.ones((len(keys), 8, 8, 3), np.float32),
        np.ones((8, 8), np.float32),
        {frame - 1: still, frame + 1: still},
    )


def test_what_is_learned_goes_through_the_smoothing_along_the_motion() -> None:
    near = {frame: measured_at(frame) for frame in range(3, 8)}
    planes = {frame: np.full((8, 8, 3), float(frame == 5), np.float32) for frame in near}
    assert np.allclose(along_motion(near, 5, planes), 1 / (1 + 2 * 0.67 + 2 * 0.33), atol=1e-6)
    even = {frame: np.full((8, 8, 3), 0.25, np.float32) for frame in near}
    assert np.allclose(along_motion(near, 5, even), 0.25)


def test_a_painted_frame_has_no_record_and_stays_as_it_was_painted() -> None:
    count = 9
    track = FaceTrack(
        tuple(range(count)),
        np.zeros((count, 2, 3)),
        8,
        np.zeros((count, 0, 2)),
        (),
        np.ones(count, bool),
        "points",
    )
    scratch = MemoryScratch()
    scratch.save(
        LEARNED, 5, factor=np.full((8, 8), 1.5, np.float16), rest=np.full((8, 8, 3), 0.1, np.float16)
    )
    assert (deepened(measured_at(5), scratch, track).amount == 1.5).all()
    assert (deepened(measured_at(0), scratch, track).amount == 1).all()
    assert added({0: measured_at(0)}, scratch, track, 0, None) is None  # type: ignore[arg-type]


def test_two_painted_frames_are_too_few_to_learn_from() -> None:
    scratch, told = MemoryScratch(), list[str]()
    school = Class(None, None, (1, 2), (1, 2, 3), None, None, FOLLOWING)  # type: ignore[arg-type]
    learn(school, scratch, Schooling(5), Reporter(), told.append)
    assert told == ["Learning is not used: it takes at least 3 frames that the artist painted."]
    assert float(scratch.load(LEARN, 0)["share"]) == 0


def stored(path: Path, **changes: object) -> Path:
    plain = {"schema": 1, "kind": KIND, "network": NETWORK, "performer": "zoltan", "shot": "sh010"}
    path.write_text(json.dumps({**plain, "paint": ["ab"], "weights": "AAEC", **changes}))
    return path


def test_what_was_learned_is_read_for_the_same_performer(tmp_path: Path) -> None:
    found = read_learned(stored(tmp_path / "learned.json"), "zoltan")
    assert found.weights == b"\x00\x01\x02" and found.paint == ("ab",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"performer": "ada"}, "face of ada"),
        ({"kind": "deage look"}, "nothing that was learned"),
        ({"network": "painter 0"}, "another version"),
        ({"weights": "???"}, "incomplete"),
    ],
)
def test_what_cannot_be_begun_with_is_refused(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(ArtistError) as refused:
        read_learned(stored(tmp_path / "learned.json", **changes), "zoltan")
    assert refused.value.code == "input.bad_document" and said in refused.value.message
