"""Learn one shot from end to end: lessons, training, verdict, and the fill corrected where that helps.

Records: `learn` 0 (`steps`, `weights`, and the verdict's arrays), `learned` per target (`base` (h, w, 3)
float32 over the fill record's box), `learn_preview` 0 (`picture` (h, w, 3)
float32, fill beside learned fill; on a disk also `learning.png`, to look at meanwhile).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import decode
from photodouble.image.pictures import write_png
from photodouble.image.window import Box
from photodouble.ops.inpaint.confidence import SYNTHESISED
from photodouble.ops.inpaint.footage import Footage, Picture
from photodouble.ops.inpaint.learn import net
from photodouble.ops.inpaint.learn.judge import Verdict, judge, kinds_of
from photodouble.ops.inpaint.learn.lessons import (
    Pretence,
    Shift,
    prepare,
    pretence_of,
    seen_by_net,
    targets_of,
)
from photodouble.ops.inpaint.learn.steady import Steady
from photodouble.ops.inpaint.learn.train import STEPS_A_MINUTE, bank_of, train
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.training import PREVIEW, one_thread, preview_path, require_torch, weights_of

DONE, LEARNED = "learn", "learned"


@dataclass(frozen=True)
class Learning:
    """Say how long to learn, in minutes of one core, and with which seed."""

    minutes: float
    seed: int = 0

    @property
    def steps(self) -> int:
        """Number of training steps: fixed by the request, so that it means the same pixels everywhere."""
        return max(round(self.minutes * STEPS_A_MINUTE), 1)


def learn_shot(
    footage: Footage,
    scratch: Scratch,
    settings: Settings,
    learning: Learning,
    report: Report,
    tell: Callable[[str], None],
) -> None:
    """Correct the fill of every target by what the shot teaches, where that is proved to help.

    Runs after `pipeline.analyse`; records that are there already are kept. `tell` gets one plain sentence
    about what came of it. Raises ArtistError `model.support` where torch is not installed.
    """
    require_torch()
    if scratch.has(DONE, 0):
        tell(str(scratch.load(DONE, 0)["words"]))
        return
    made = pretence_of(footage)
    if made is None:
        _conclude(
            scratch, tell, "The matte leaves no room in the frame for lessons, so nothing was learned.", 0
        )
        return
    pretence, shifts = made
    apart = prepare(pretence, scratch, settings, report)
    bank = bank_of(footage, pretence, apart, shifts[:-1], learning.seed, report)
    if bank is None:
        _conclude(scratch, tell, "Too little of the shot is known around the matte to learn from it.", 0)
        return
    path = preview_path(scratch)
    if path is not None:
        tell(f"While it learns, this picture shows the fill beside what is learned: {path}")
    show = partial(_keep_preview, footage, scratch)
    model = train(bank, scratch, steps=learning.steps, seed=learning.seed, report=report, show=show)
    with one_thread():
        verdict = judge(_judged(model, footage, pretence, apart, shifts[-1], report))
        if verdict.helps:
            steady = Steady(model, footage, scratch)
            for index in _targets(footage, scratch):
                report.check()
                if not scratch.has(LEARNED, index):
                    scratch.save(LEARNED, index, base=_corrected(steady, footage, scratch, index, verdict))
    _conclude(scratch, tell, verdict.words(), learning.steps, weights_of(model), verdict)


def _conclude(
    scratch: Scratch,
    tell: Callable[[str], None],
    words: str,
    steps: int,
    weights: int = 0,
    verdict: Verdict | None = None,
) -> None:
    found = {} if verdict is None else {
        "share": verdict.share, "before": verdict.before, "after": verdict.after, "count": verdict.count,
    }  # fmt: skip
    numbers = {"steps": np.array(steps), "weights": np.array(weights)}
    scratch.save(DONE, 0, words=np.array(words), **numbers, **found)
    tell(words)


def _judged(
    model: Any, footage: Footage, pretence: Pretence, scratch: Scratch, shift: Shift, report: Report
) -> Iterator[tuple[Picture, Picture, Picture, NDArray[np.intp]]]:
    """Give input, residual, truth and kind of the pixels under the matte that was kept apart."""
    frame = Box.of_size(*footage.size)
    steady = Steady(model, pretence, scratch)
    for index in targets_of(pretence, scratch):
        report.check()
        box = _box(scratch, index)
        asked = pretence.truth(index, shift)[box.slices_in(frame)] > 0
        if not asked.any():
            continue
        fill = scratch.load("fill", index)
        truth = np.nan_to_num(footage.picture(index))[box.slices_in(frame)]
        kinds = _kinds(pretence, scratch, index, box)
        yield fill["base"][asked], steady.residual(index)[asked], truth[asked], kinds[asked]


def _corrected(steady: Steady, footage: Footage, scratch: Scratch, index: int, verdict: Verdict) -> Picture:
    """Add the useful share of the residual to a target's fill."""
    box = _box(scratch, index)
    share = verdict.share_at(_kinds(footage, scratch, index, box))
    hole = footage.hole(index)[box.slices_in(Box.of_size(*footage.size))] > 0
    added = steady.residual(index) * np.where(hole, share, 0)[:, :, None]
    return np.asarray(scratch.load("fill", index)["base"] + added, np.float32)


def _kinds(footage: Footage, scratch: Scratch, index: int, box: Box) -> NDArray[np.intp]:
    fill = scratch.load("fill", index)
    hole = footage.hole(index)[box.slices_in(Box.of_size(*footage.size))] > 0
    return kinds_of(hole, fill["error"], fill["kind"] == SYNTHESISED)


def _box(scratch: Scratch, index: int) -> Box:
    return Box(*(int(v) for v in scratch.load("fill", index)["box"]))


def _targets(footage: Footage, scratch: Scratch) -> list[int]:
    return [index for index in footage.targets if scratch.has("fill", index)]


def _keep_preview(footage: Footage, scratch: Scratch, model: Any, step: int) -> None:
    """Keep a picture of the middle target, as filled and as learned so far, to look at meanwhile."""
    targets = _targets(footage, scratch)
    index = targets[len(targets) // 2]
    seen, _ = seen_by_net(footage, scratch, index)
    given = seen[:3].transpose(1, 2, 0) + 0.5
    learned = given + net.residual(model, seen) * seen[-3][:, :, None]
    both = np.concatenate([given, learned], axis=1).astype(np.float32)
    scratch.save(PREVIEW, 0, picture=both, step=np.array(step), at=np.array(index))
    path = preview_path(scratch)
    if path is not None:
        write_png(path, decode(both))
