"""Bench the propagation of painted keys on clips whose true delta is known, beside plain ways to do it.

    python bench/deage.py [--second PICTURE] [--network] [--learn] [--clips] [--cost] [--strips FOLDER]

The bar clip (`_deage_clip.BAR`) has 48 frames and even keys 6, 22, 40; the tool chooses three of its own.
A second face, which no constant was tuned on, is scored apart when its picture is there. `--network` trains
a plain U-Net for as many CPU seconds as the propagation took, `--learn` lets the keys teach the propagation,
`--clips` goes through other sizes, motions, expressions, lights, grain, ages, counts of keys and a hand
before the face, `--cost` measures 1K, 2K and 4K as the command line runs, `--strips` writes flipbook strips.
Last line: JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _deage_peers as peers
from _deage_acting import performance
from _deage_clip import BAR, EVEN_KEYS, SECOND, Array, Clip, Recipe, hopper_path
from _deage_grain import grain, passes
from _deage_parametric import parametric
from _deage_score import held_out, key_fidelity, outside_changed, score, shown, slip
from _deage_strips import write_slices, write_strips

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.keys import key_of_delta
from photodouble.ops.deage.landmarks import track_faces
from photodouble.ops.deage.measured import Measured, motion_track
from photodouble.ops.deage.merge import merged
from photodouble.ops.deage.motion import Motions
from photodouble.ops.deage.open_shutter import find_shutter
from photodouble.ops.deage.propagate import drawn, key_ring, measured
from photodouble.ops.deage.suggest import suggest_keys

_HALF = replace(BAR, frames=26, blink=1.0)
"""Clips of the axes have 26 frames, the even keys 6 and 22 among them, and close their eyes as well."""
CLIPS = {
    "290 with pores": replace(_HALF, pores=0.06),
    "700 with pores": replace(_HALF, face_px=700.0, pores=0.06, frames=16),
    "small face": replace(_HALF, face_px=120.0),
    "still": replace(_HALF, motion=0.0, expression=0.3),
    "fast and blurred": replace(_HALF, motion=2.0, blur=0.5),
    "head turn": replace(_HALF, turn=2.5),
    "strong expression": replace(_HALF, expression=1.5),
    "flat light": replace(_HALF, light=0.0),
    "wild light": replace(_HALF, light=2.0),
    "no grain": replace(_HALF, grain=0.0),
    "double grain": replace(_HALF, grain=2.0),
    "hand": replace(_HALF, occluder="hand"),
    "strong age": replace(_HALF, age=1.6),
}
COUNTS = {1: (22,), 2: (12, 35), 6: (4, 12, 20, 28, 36, 44)}
"""Other counts of even keys on the bar clip."""


@dataclass(frozen=True)
class Run:
    """What a propagation gave: one delta and one result a frame, its keys and its CPU and wall seconds."""

    keys: tuple[int, ...]
    deltas: list[Array]
    results: list[Array]
    cpu_s: float
    wall_s: float
    found: dict[int, Measured]


def main() -> int:
    """Print a table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--second", type=Path, default=hopper_path())
    parser.add_argument("--network", action="store_true")
    parser.add_argument("--learn", action="store_true", help="also learn from the keys of the bar clip")
    parser.add_argument("--clips", nargs="*", default=None, help="names, or none for all")
    parser.add_argument("--apart", action="store_true", help="without the bar clip")
    parser.add_argument("--cost", action="store_true")
    parser.add_argument("--strips", type=Path)
    options = parser.parse_args()
    figures = {} if options.apart else _bar(options)
    if options.second is not None:
        figures |= _second(options.second)
    if options.clips is not None:
        figures["clips"] = {name: _clip(name, options.strips) for name in options.clips or CLIPS}
    if options.cost:
        from _deage_cost import costs

        figures["cost"] = costs()
    print(json.dumps(figures))
    return 0


def _bar(options: argparse.Namespace) -> dict[str, object]:
    clip = Clip(BAR)
    print(f"bar clip {clip.fingerprint}", flush=True)
    track = tracked(clip)
    chosen = suggested(clip, track)
    even, auto = propagated(clip, track, EVEN_KEYS), propagated(clip, track, chosen)
    rows = {
        "nothing": peers.nothing(clip),
        "nearest key, true motion": peers.true_motion(clip, EVEN_KEYS),
        "nearest key, similarity": peers.by_similarity(clip, EVEN_KEYS, track),
        "nearest key, dense flow (256)": peers.by_flow(clip, EVEN_KEYS, track),
    }
    if options.network:
        made = peers.by_network(clip, EVEN_KEYS, even.cpu_s)
        rows |= {} if made is None else {"plain U-Net, equal CPU s": made}
    learning: dict[str, object] = {}
    if options.learn:
        from _deage_learn import learned

        for name, keys, run in (("even", EVEN_KEYS, even), ("tool-chosen", chosen, auto)):
            taught = learned(clip, track, keys, run.found)
            print(f"{f'learned, {name} {keys}':34s} {score(clip, taught.deltas, keys).line()}", flush=True)
            learning[f"learn_{name.replace('tool-chosen', 'auto')}3"] = taught.told(clip, keys)
    both = score(clip, even.deltas, EVEN_KEYS), score(clip, auto.deltas, chosen)
    scores = {name: score(clip, deltas) for name, deltas in rows.items()}
    scores |= {f"ours, even {EVEN_KEYS}": both[0], f"ours, tool-chosen {chosen}": both[1]}
    for name, found in scores.items():
        print(f"{name:34s} {found.line()}", flush=True)
    if options.clips is not None:
        for keys in COUNTS.values():
            scores[f"ours, even {keys}"] = score(clip, propagated(clip, track, keys).deltas, keys)
    if options.strips is not None:
        write_strips(options.strips, "bar", clip, (even.results, auto.results))
        write_slices(options.strips, "bar", clip, (even.results, auto.results))
    figures = {
        "fingerprint": clip.fingerprint,
        "keys_auto3": chosen,
        "snr_auto3": round(both[1].snr, 2),
        "snr_even3": round(both[0].snr, 2),
        "excess_flicker": round(max(one.excess for one in both), 2),
        "key_fidelity_db": round(
            min(key_fidelity(clip, even.deltas, EVEN_KEYS), key_fidelity(clip, auto.deltas, chosen)), 1
        ),
        "outside_changed": outside_changed(clip, even.results) + outside_changed(clip, auto.results),
        **learning,
        **_touch(clip, auto),
        **performance(clip, track, auto.results),
        **parametric(clip, track),
        "peers": {name: [round(s.snr, 2), round(s.excess, 2)] for name, s in scores.items()},
        "propagate_cpu_s_frame": round(even.cpu_s / len(clip.frames), 2),
        "propagate_wall_s_frame": round(even.wall_s / len(clip.frames), 2),
    }
    print("   ", json.dumps(figures), flush=True)
    return figures


def _second(picture: Path) -> dict[str, object]:
    clip = Clip(SECOND, picture)
    track = tracked(clip)
    chosen = suggested(clip, track)
    run = propagated(clip, track, chosen)
    found = score(clip, run.deltas, chosen)
    print(f"{'second face, tool-chosen ' + str(chosen):34s} {found.line()}", flush=True)
    told = _touch(clip, run) | performance(clip, track, run.results, controls=False)
    print("   ", json.dumps(told), flush=True)
    return {
        "second_snr_auto3": round(found.snr, 2),
        "second_excess_flicker": round(found.excess, 2),
        "second_outside_changed": outside_changed(clip, run.results),
        **{f"second_{name}": value for name, value in told.items()},
    }


def _clip(name: str, strips: Path | None) -> dict[str, object]:
    recipe: Recipe = CLIPS[name]
    clip = Clip(recipe)
    track = tracked(clip)
    keys = tuple(k for k in EVEN_KEYS if k in clip.frames)
    run = propagated(clip, track, keys)
    found = score(clip, run.deltas, keys)
    told: dict[str, object] = {
        "snr": round(found.snr, 2),
        "worst": round(found.worst, 2),
        "excess": round(found.excess, 2),
        "outside_changed": outside_changed(clip, run.results),
        **_touch(clip, run),
        **performance(clip, track, run.results, controls=False),
    }
    print(f"{name + ', even':34s} {found.line()}\n    {json.dumps(told)}", flush=True)
    if strips is not None:
        write_strips(strips, name.replace(" ", "_"), clip, (run.results,))
        write_slices(strips, name.replace(" ", "_"), clip, (run.results,))
    return told


def _touch(clip: Clip, run: Run) -> dict[str, float]:
    """Tell whether the delta sticks (pixels of a face 290 wide), and what is left of pores and grain."""
    frames = held_out(clip, run.keys)
    some = [t for place, t in enumerate(frames) if place % 6 < 2]
    patch = 2 * round(24 * clip.recipe.unit)
    away = slip(clip, run.deltas, frames[::3], patch=patch)
    found = grain(clip, run.results, some)
    stuck = {name: round(value / clip.recipe.unit, 3) for name, value in away.items()}
    return {**stuck, **found, "fine_passes": passes(found)}


def tracked(clip: Clip) -> FaceTrack:
    """Track the clip's face by itself."""
    return track_faces(lambda t: clip.plate[t], list(clip.frames))[0]


def suggested(clip: Clip, track: FaceTrack, count: int = 3) -> tuple[int, ...]:
    """Let the tool choose the keys, looking at the plate alone."""
    motions = Motions(motion_track(track), lambda t: clip.plate[t], memory_mb=512)
    found = suggest_keys(motions, count)
    print("suggested", [(one.frame, one.gain_db) for one in found], flush=True)
    return tuple(sorted(one.frame for one in found))


def propagated(clip: Clip, track: FaceTrack, keys: Sequence[int]) -> Run:
    """Carry the true deltas of the keys through the clip, frames spread over the cores."""
    start = (time.process_time(), time.perf_counter())
    crew = max(os.cpu_count() or 1, 1)

    def picture(frame: int) -> Array:
        return clip.plate[frame]

    eyes = Motions(motion_track(track), picture, memory_mb=512)
    shutter = find_shutter(track, eyes, list(clip.frames))
    ring = key_ring([key_of_delta(k, clip.delta[k]) for k in keys], track, picture, shutter=shutter)

    def look(part: Sequence[int]) -> list[Measured]:
        motions = Motions(motion_track(track), picture, memory_mb=512)
        return [measured(ring, t, motions) for t in part]

    parts = np.array_split(np.array(clip.frames), crew)
    with ThreadPoolExecutor(crew) as pool:
        found = {m.frame: m for part in pool.map(look, [p.tolist() for p in parts]) for m in part}
    box = Box(0, 0, clip.recipe.side, clip.recipe.side)
    deltas, results = [], []
    for t in clip.frames:
        near = {u: found[u] for u in range(t - 2, t + 3) if u in found}
        delta = drawn(ring, near, t, box).delta
        matte = shown(clip, t)
        deltas.append(delta * matte[..., None])
        results.append(merged(clip.plate[t], delta, matte))
    spent = (time.process_time() - start[0], time.perf_counter() - start[1])
    return Run(tuple(keys), deltas, results, *spent, found)


if __name__ == "__main__":
    sys.exit(main())
