"""Learn one shot from end to end: lessons, trainings, verdict, and every frame corrected where that helps.

Records: `learn` 0 (`words`, `steps`, `weights` as safetensors, `share`, `judged` (n, 3) frame, dB before and
after, `paint` the hashes of what was learned from), `learned` per frame (`factor` (s, s) on the carried
paint, `rest` (s, s, 3) scene-linear, both in the study's face space) and, while it learns, `learn_state`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from photodouble.image.pictures import write_png
from photodouble.ops.deage.face import Picture
from photodouble.ops.deage.gain import Cap
from photodouble.ops.deage.keys import PaintedKey
from photodouble.ops.deage.learn import net
from photodouble.ops.deage.learn.judge import Verdict, judged, verdict_on
from photodouble.ops.deage.learn.lessons import Eyes, Lesson, Sight, folds_of, lessons_of
from photodouble.ops.deage.learn.train import STATE, Schooling, train
from photodouble.ops.deage.measured import Measured, reduced
from photodouble.ops.deage.motion import Motions
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.training import packed, preview_path

LEARN, LEARNED = "learn", "learned"
WORKING_STAGES = frozenset({STATE})
FEWEST = 3
"""With fewer painted frames nothing is left to learn from when one is kept apart."""


@dataclass(frozen=True)
class Class:
    """What there is to learn from, and on: `taught` are the frames that the artist painted, `frames` those
    that are made; `found(frame)` is what was measured, `row(frame)` where it is kept.
    """

    eyes: Eyes
    motions: Motions
    taught: tuple[int, ...]
    frames: tuple[int, ...]
    found: Callable[[int], Measured]
    row: Callable[[int], int]
    cap: Cap


def learn(
    school: Class, scratch: Scratch, schooling: Schooling, report: Reporter, tell: Callable[[str], None]
) -> None:
    """Learn a shot and write the records of what is used; what is there already is kept.

    `tell` gets plain sentences about what came of it. Needs torch (see `training.require_torch`).
    """
    if scratch.has(LEARN, 0):
        tell(str(scratch.load(LEARN, 0)["words"]))
        return
    if len(school.taught) < FEWEST:
        words = f"Learning is not used: it takes at least {FEWEST} frames that the artist painted."
        scratch.save(LEARN, 0, words=np.array(words), steps=np.array(0), share=np.array(0.0))
        tell(words)
        return
    lessons = lessons_of(school.eyes, school.motions, taught=school.taught, cap=school.cap, report=report)
    path = preview_path(scratch)
    if path is not None:
        tell(f"While it learns, this picture shows paint as carried, as learned and as painted: {path}")
    model, verdict = _taught(school, lessons, scratch, schooling, report)
    if verdict.helps:
        _correct(school, scratch, model, verdict, schooling.where, report)
    scratch.save(
        LEARN,
        0,
        words=np.array(verdict.words()),
        steps=np.array(schooling.steps),
        weights=np.frombuffer(packed(model), np.uint8),
        share=np.array(verdict.share),
        judged=np.array(verdict.frames, np.float64),
        paint=np.array(marks_of(school.eyes.ring.keys, school.taught)),
    )
    tell(verdict.words())


def marks_of(keys: Sequence[PaintedKey], taught: Sequence[int]) -> tuple[str, ...]:
    """Return a hash of the paint of each taught frame, so that it is known again."""
    return tuple(
        hashlib.sha256(np.ascontiguousarray(key.delta).tobytes()).hexdigest()
        for key in keys
        if key.frame in taught
    )


def _taught(
    school: Class, lessons: Sequence[Lesson], scratch: Scratch, schooling: Schooling, report: Reporter
) -> tuple[Any, Verdict]:
    """Train once without each frame that is kept apart and judge on it, then train on all."""
    apart = folds_of(school.taught)
    go = partial(
        train,
        schooling=schooling,
        records=scratch,
        report=report,
        show=partial(_keep_preview, school, lessons, scratch, schooling.where),
        of=len(apart) + 1,
    )
    rows = []
    for number, key in enumerate(apart):
        model = go([one for one in lessons if key != one.key and key not in one.used], number=number)
        exam = next(one for one in lessons if one.key == key and len(one.used) == _most(lessons, key))
        rows.append(judged(exam, *meant(model, exam.sight, schooling.where, school.cap)))
    return go(lessons, number=len(apart)), verdict_on(rows)


def meant(model: Any, sight: Sight, where: str, cap: Cap) -> tuple[Picture, Picture]:
    """Return factor and rest as the network means them, within what the artist allows."""
    factor, rest = net.ask(model, sight, where)
    bounded = np.clip(factor, 1 / cap.most, cap.most)
    return np.asarray(1 + cap.follow * (bounded - 1), np.float32), rest


def _most(lessons: Sequence[Lesson], key: int) -> int:
    return max(len(one.used) for one in lessons if one.key == key)


def _correct(
    school: Class, scratch: Scratch, model: Any, verdict: Verdict, where: str, report: Reporter
) -> None:
    """Write what is used of the correction for every frame that is no key."""
    wanted = [frame for frame in school.frames if frame not in school.eyes.ring.frames]
    size = school.eyes.ring.track.size
    for done, frame in enumerate(wanted):
        report.progress(done, len(wanted), "correcting the paint")
        if scratch.has(LEARNED, school.row(frame)):
            continue
        sight = school.eyes.sight(school.found(frame), reduced(school.motions.picture(frame), size))
        factor, rest = meant(model, sight, where, school.cap)
        share = np.float32(verdict.share)
        scratch.save(
            LEARNED,
            school.row(frame),
            factor=(1 + share * (factor - 1)).astype(np.float16),
            rest=(share * rest * sight.light).astype(np.float16),
        )


def _keep_preview(
    school: Class, lessons: Sequence[Lesson], scratch: Scratch, where: str, model: Any, _step: int
) -> None:
    """Show the middle lesson as carried, as learned so far and as painted, to look at meanwhile."""
    path = preview_path(scratch)
    if path is None:
        return
    lesson = lessons[len(lessons) // 2]
    sight = lesson.sight
    face = reduced(school.motions.picture(lesson.key), school.eyes.ring.track.size)
    factor, rest = meant(model, sight, where, school.cap)
    shown = (sight.given, sight.given * factor[..., None] + rest, lesson.truth)
    row = [face + relative * sight.light for relative in shown]
    write_png(path, np.concatenate(row, axis=1).astype(np.float32))
