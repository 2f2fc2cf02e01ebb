"""Analyse a shot: find out, for every pixel of the matte, what was behind it.

Stages, each a scratch record per index, skipped where the record is there already:
`motion`, `motion_check` (see motion.py) -> `light_step`, `light` (see lighting.py) -> `candidates`,
`ring` -> `draft` -> `motion_second` (where the matte stands still: second_pass.py) -> `blend` -> `fill`.
`motion_check`, `candidates`, `ring`, `draft`, `motion_second` and `blend` belong to this package alone.

A `fill` record (arrays over `box`, working pixels; what its sources lack of blur: focus_match.py):
`box` int32[4] x0 y0 x1 y1; `base` (h, w, 3) float32, encoded, complete inside the hole; `source` (h, w)
int16 footage index of the best single real frame or -1; `map` (h, w, 2) float32 x, y in that frame;
`kind` (h, w) uint8: 1 real, 2 interpolated, 3 unseen (base is smooth there), 4 artist's; `error` (h, w)
float32 expected squared error of `base`, encoded; `gain` (h, w, 3) float32, the offset that brings the
source to the target's level in the encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint import blend as blending
from photodouble.ops.inpaint import candidates, focus_match, lighting, motion_layer, second_pass, validate
from photodouble.ops.inpaint.footage import Footage, Picture
from photodouble.ops.inpaint.lighting_step import Meter
from photodouble.ops.inpaint.motion import Motion, hole_box, measure_pair
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.smooth import Smoother
from photodouble.ops.inpaint.views import CODE, View

_MARGIN = 6
_TRIED = 4
"""Frames on which it is tried whether following the light pays."""


class Report(Protocol):
    """Tell how far the work is, and stop it when asked."""

    def progress(self, done: int, of: int, note: str) -> None:
        """Say that `done` steps of `of` are finished."""

    def check(self) -> None:
        """Raise if the artist asked to stop."""


class Silent:
    """Report nothing and never stop."""

    def progress(self, done: int, of: int, note: str) -> None:
        """Do nothing."""

    def check(self) -> None:
        """Do nothing."""


class Artist(Protocol):
    """Give what an artist decided by hand; None where what was measured holds."""

    def light(self, index: int, box: Box) -> lighting.Light | None:
        """Return the light that falls on a frame's fill, over a box of working pixels."""

    def places(self, index: int, measured: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32] | None:
        """Return where a frame's pixels are in the next one, (h, w, 2) working pixels, NaN where the
        `measured` places hold."""


def analyse(
    footage: Footage,
    scratch: Scratch,
    settings: Settings,
    report: Report,
    artist: Artist | None = None,
) -> None:
    """Run every stage that is not in the scratch yet; see the module's head for the records.

    `artist` says what was decided by hand about motion and light.
    """
    with one_thread():
        Analysis(footage, scratch, settings, report, artist).run()


class Analysis:
    """One run over a shot: its two views, their motion, and the stages in order."""

    def __init__(
        self,
        footage: Footage,
        scratch: Scratch,
        settings: Settings,
        report: Report,
        artist: Artist | None = None,
    ) -> None:
        self._footage, self._scratch, self._settings, self._report = footage, scratch, settings, report
        self._artist = artist
        self._fill = View(footage, scratch=scratch)
        self._check = View(footage, settings.ring, share=self._fill)
        self._meter = Meter(self._check)
        self._motion, self._check_motion = Motion(scratch, "motion"), Motion(scratch, "motion_check")
        self._targets = tuple(
            t for t in footage.targets if t not in footage.painted and footage.hole(t).any()
        )
        self._tried: dict[int, dict[str, candidates.Candidate]] = {}
        """Fills of the known ring that were made for the trial of the light already."""
        self._second = Motion(scratch, second_pass.MOTION)
        self._twice = second_pass.is_wanted(footage, settings)

    def run(self) -> None:
        """Go through the stages; every one resumes where it was stopped."""
        stages = (
            ("motion", self._pairs(), self._measure),
            (lighting.STEP_STAGE, self._lit_pairs(), self._measure_light),
            ("candidates", self._targets, self._candidates),
            (second_pass.DRAFT, self._targets if self._twice else (), self._draft),
            (second_pass.MOTION, self._pairs() if self._twice else (), self._measure_again),
            ("blend", self._targets, self._blend),
            ("fill", self._targets, self._finish),
        )
        of = sum(len(indices) for _, indices, _ in stages)
        done = 0
        for stage, indices, work in stages:
            if stage == "candidates":
                self._follow_light()
            for index in indices:
                self._report.check()
                if not self._scratch.has(stage, index):
                    work(index)
                done += 1
                self._report.progress(done, of, stage.replace("_", " "))

    def _pairs(self) -> tuple[int, ...]:
        """Give every index whose step to the next frame may be walked from some target."""
        needed: set[int] = set()
        for t in self._targets:
            lowest = max(t - self._settings.reach, 0)
            needed.update(range(lowest, min(t + self._settings.reach, self._footage.count - 1)))
        return tuple(sorted(needed))

    def _lit_pairs(self) -> tuple[int, ...]:
        return () if self._settings.light == "steady" else self._pairs()

    def _measure(self, index: int) -> None:
        fill, check = measure_pair((self._fill, self._check), index, self._settings)
        if self._artist is not None:
            measured = partial(motion_layer.recorded_places, fill, Box.of_size(*self._footage.size))
            by_hand = self._artist.places(index, measured)
            if by_hand is not None:
                hole = self._fill.hole(index)
                fill, check = (motion_layer.edited(each, by_hand, hole) for each in (fill, check))
        self._scratch.save("motion_check", index, **check)
        self._scratch.save("motion", index, **fill)

    def _measure_light(self, index: int) -> None:
        lighting.measure(self._meter, self._motion, index, self._scratch)

    def _follow_light(self) -> None:
        """Look at all frames in one light from here on, where a change of light was found."""
        always = self._settings.light == "follow"
        self._lighting = lighting.choose(
            self._meter, self._scratch, self._lit_pairs(), self._trial, always=always
        )
        if not self._lighting.is_steady:
            self._tried.clear()
            relit = lighting.Relit(self._footage, self._lighting)
            self._fill = View(relit, scratch=self._scratch, stage="lit")
            self._check = View(relit, self._settings.ring, share=self._fill)
        followed = self._second if self._twice else self._motion
        self._smoother = Smoother(self._fill, followed, self._scratch, self._settings)

    def _candidates(self, index: int) -> None:
        spot, tested = self._spots(self._fill, self._check, index)
        box = spot.box
        made = self._tried.pop(index, None)
        if made is None:
            made, _ = candidates.make_all(self._check, self._check_motion, tested, self._settings)
        ring = (tested.hole > 0) & (spot.blind == 0)
        self._scratch.save(
            "ring", index, **validate.ring_record(made, tested, spot.known, ring, self._settings.error_cap)
        )
        tested_fills = made
        made, offsets = candidates.make_all(self._fill, self._motion, spot, self._settings)
        if self._settings.match_blur:
            moved = focus_match.ground_motion(self._motion, self._fill, index, box)
            blur = focus_match.measure_base(tested, spot, (tested_fills, made), ring, moved)
            self._scratch.save(focus_match.STAGE, index, base=blur.to_array())
        self._scratch.save("candidates", index, offsets=offsets, **candidates.packed(made, box))

    def _spots(self, fill: View, check: View, index: int) -> tuple[candidates.Spot, candidates.Spot]:
        """Cut out what is to be filled in a frame, and the ring around it that fills are tested on."""
        box = hole_box(check.hole(index)).grow(_MARGIN).intersect(Box.of_size(*self._footage.size))
        spot = candidates.spot_of(fill, index, box, self._settings)
        return spot, candidates.spot_of(check, index, box, self._settings, skip=spot.hole)

    def _trial(self, lit: lighting.Relit | None) -> float:
        """Give the squared error that fills of some frames make on the known ring, the best candidate's.

        The fills come from frames in one light, and are judged in their own.
        """
        fill = View(lit) if lit else self._fill
        check = View(lit, self._settings.ring, share=fill) if lit else self._check
        total = 0.0
        for index in self._targets[:: -(-len(self._targets) // _TRIED)]:
            self._report.check()
            spot, tested = self._spots(fill, check, index)
            made, _ = candidates.make_all(check, self._check_motion, tested, self._settings)
            if lit is None:
                self._tried[index] = made
            ring = (tested.hole > 0) & (spot.blind == 0)
            own = lit.lighting.at(index, spot.box, chosen=True).lay_on if lit else np.asarray
            truth = own(spot.known)[ring]
            total += min(
                float(
                    np.minimum(((own(each.fill)[ring] - truth) ** 2).mean(1), self._settings.error_cap).sum()
                )
                for each in made.values()
            )
        return total

    def _draft(self, index: int) -> None:
        record = self._scratch.load("candidates", index)
        made, box = candidates.unpacked(record)
        self._scratch.save(second_pass.DRAFT, index, box=record["box"], base=self._mixed(index, made, box)[0])

    def _measure_again(self, index: int) -> None:
        record = second_pass.measure_again(self._fill, self._scratch, index, self._settings)
        self._scratch.save(second_pass.MOTION, index, **record)

    def _blend(self, index: int) -> None:
        record = self._scratch.load("candidates", index)
        made, box = candidates.unpacked(record)
        if self._twice:
            again = second_pass.follow_again(self._fill, self._second, index, box, self._settings)
            made[second_pass.AGAIN] = again
        base, mixed = self._mixed(index, made, box)
        gain = np.where((mixed.source >= 0)[..., None], record["offsets"][mixed.source], 0)
        self._scratch.save(
            "blend", index, box=record["box"], base=base, kind=mixed.kind, error=mixed.error,
            source=mixed.source, map=mixed.place, flow_share=mixed.flow_share, gain=gain.astype(np.float32),
        )  # fmt: skip

    def _mixed(
        self, index: int, made: dict[str, candidates.Candidate], box: Box
    ) -> tuple[Picture, blending.Blend]:
        """Blend the candidates by what the ring says of them; the known surroundings stay as they are."""
        near = range(index - self._settings.ring_time, index + self._settings.ring_time + 1)
        rings = [self._scratch.load("ring", t) for t in near if self._scratch.has("ring", t)]
        tested = [name for name in made if name != second_pass.AGAIN]
        errors = validate.expected_errors(rings, tested, box, self._footage.size, self._settings)
        again = errors["flow"].copy() if second_pass.AGAIN in made else None
        hole = self._fill.hole(index)[box.y0 : box.y1, box.x0 : box.x1]
        validate.deepen(errors, hole, self._settings)
        if again is not None:
            second_pass.doubt(errors, again, made)
        by_hand = motion_layer.said_by_hand(self._scratch, index, box, Box.of_size(*self._footage.size))
        if by_hand is not None:
            validate.believe("flow", errors, by_hand)
        mixed = blending.blend(made, errors, self._footage.painted, self._settings)
        around = self._fill.codes(index)[box.y0 : box.y1, box.x0 : box.x1] * CODE
        return np.where(hole[..., None] > 0, mixed.base, around).astype(np.float32), mixed

    def _finish(self, index: int) -> None:
        record = self._scratch.load("blend", index)
        base, box = self._smoother.fill(index, self._settings.smooth_passes), Box(*map(int, record["box"]))
        blurs: Record = {}
        if self._settings.match_blur:
            hole = self._fill.hole(index)[box.y0 : box.y1, box.x0 : box.x1]
            base = focus_match.blur_base(self._scratch, index, base, hole)
            blurs = focus_match.source_blurs(self._fill, self._motion, index, record)
        light = self._light(index, box)
        if light is not None:
            base, record["error"] = light.lay_on(base), light.on_error(record["error"])
        kept = {name: record[name] for name in ("box", "source", "map", "kind", "error", "gain")}
        self._scratch.save("fill", index, base=base, **kept, **blurs)

    def _light(self, index: int, box: Box) -> lighting.Light | None:
        """Give the light that falls on a frame's fill, the artist's first; None where nothing changes."""
        light = self._artist.light(index, box) if self._artist is not None else None
        if light is None and not self._lighting.is_steady:
            return self._lighting.at(index, box)
        return light


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep OpenCV on one thread: its dense flow gives other pixels at other thread counts."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
