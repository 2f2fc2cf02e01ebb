"""Propagation corrected by what its keys teach, beside propagation alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from _deage_clip import Array, Clip
from _deage_score import key_fidelity, score, shown

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.gain import FOLLOWING
from photodouble.ops.deage.keys import key_of_delta
from photodouble.ops.deage.learn.lessons import Eyes
from photodouble.ops.deage.learn.shot import LEARN, Class, learn
from photodouble.ops.deage.learn.train import Schooling
from photodouble.ops.deage.learn.used import added, deepened
from photodouble.ops.deage.measured import Measured, motion_track
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.propagate import drawn, key_ring
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.operation import Reporter


@dataclass(frozen=True)
class Learned:
    """What learning gave: one delta a frame, what it tells the artist, its figures and CPU seconds."""

    deltas: list[Array]
    words: str
    judged: list[list[float]]
    cpu_s: float

    def told(self, clip: Clip, keys: Sequence[int]) -> dict[str, object]:
        """Give the figures on frames that are no keys, and those it was judged by."""
        found = score(clip, self.deltas, keys)
        return {
            "snr": round(found.snr, 2),
            "excess_flicker": round(found.excess, 2),
            "key_fidelity_db": round(key_fidelity(clip, self.deltas, keys), 1),
            "words": self.words,
            "judged": self.judged,
            "cpu_s": round(self.cpu_s, 1),
        }


def learned(
    clip: Clip, track: FaceTrack, keys: Sequence[int], found: dict[int, Measured], steps: int = 300
) -> Learned:
    """Learn from the keys' true deltas and draw every frame; `found` is what propagation measured."""
    start = time.process_time()

    def picture(frame: int) -> Array:
        return clip.plate[frame]

    ring = key_ring([key_of_delta(k, clip.delta[k]) for k in keys], track, picture)
    school = Class(
        Eyes(ring, picture),
        Motions(motion_track(track), picture, memory_mb=512),
        ring.frames,
        tuple(clip.frames),
        found.__getitem__,
        track.at,
        FOLLOWING,
    )
    scratch = MemoryScratch()
    learn(school, scratch, Schooling(steps), Reporter(), lambda words: print(f"  {words}", flush=True))
    record = scratch.load(LEARN, 0)
    deep = {t: deepened(one, scratch, track) for t, one in found.items()}
    box = Box(0, 0, clip.recipe.side, clip.recipe.side)
    deltas = []
    for t in clip.frames:
        near = {u: deep[u] for u in range(t - 2, t + 3) if u in deep}
        delta = drawn(ring, near, t, box).delta
        more = None if t in keys else added(near, scratch, track, t, box)
        deltas.append((delta if more is None else delta + more) * shown(clip, t)[..., None])
    judged = np.round(record["judged"], 2).tolist() if "judged" in record else []
    return Learned(deltas, str(record["words"]), judged, time.process_time() - start)
