"""Bench the fill where there is no ceiling: scene-linear, high highlights, drifting exposure, grain.

    python bench/hdr.py [--rows bmx-trees-480/moving,...] [--frames 16] [--stops 1.0] [--footage DIR]

The clip's codes are made scene-linear, its highlights lifted up to 8 times, its exposure ramped over the
clip (plus and minus half of `--stops`) and white grain laid on, fresh on every frame. Errors are in stops
inside the matte against the truth without grain: the mean of |log2((fill + 0.01) / (truth + 0.01))|, and
of where the truth lies above 1 by itself. `grain` is the variance of the fill's grain over the hidden
plate's, the mean of the channels: each fill is made twice with the same analysis, from plates whose grain
was drawn anew, and what differs between the two is grain, fresh or a source's own, and nothing else is.
(A clip's own texture is as strong as the grain laid on, so one fill's finest band cannot tell.) `peak` is
the fill's 99.9th hundredth beside the truth's in stops; `flat` the share of fill pixels above 0.9
that stand on the highest value of all (a clipped picture has many). The peers are 8-bit programs: they see
the codes of an encoding that ends at 1 and lose what lies above. The last line is JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _clips
import _grain
import _peers

from photodouble.image.encoding import decode, encode
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.study import study_plates
from photodouble.ops.inpaint.unseen import Invention

Linear = NDArray[np.float32]
ROWS = ("bmx-trees-480/moving", "bear/moving", "schoolgirls/moving", "tennis/moving", "rollercoaster/moving")
PEERS = ("NS", "homography median")
_LIFT = 8.0
_SHOULDER = 0.4
_GRAIN = 0.02
_FLOOR = 0.01


@dataclass(frozen=True)
class Plate:
    """One clip without a ceiling: truth without grain, plate with it, both (h, w, 3) scene-linear."""

    truth: list[Linear]
    plate: list[Linear]
    holes: list[NDArray[np.uint8]]
    seed: int = 0


@dataclass(frozen=True)
class Figures:
    """What is measured of one fill."""

    stops: float
    stops_above_1: float
    grain: float
    peak: float
    flat: float
    broken: int
    cpu_s: float


def main() -> None:
    """Run the rows asked for, print the tables, then the means as JSON."""
    options = _options()
    cv2.setNumThreads(1)
    found: dict[str, list[Figures]] = {}
    for name in options.rows.split(","):
        row = _clips.read_row(options.footage, *name.split("/"), options.frames)
        plate, twin = (lifted(row, options.stops, seed) for seed in (20, 21))
        brightest = max(float(p[h > 0].max()) for p, h in zip(plate.truth, plate.holes))
        print(f"\n{name}: brightest hidden value {brightest:.1f}")
        print("  method             stops  above 1   grain   peak   flat  broken  CPU s/frame")
        for method in ("photodouble", *PEERS):
            before = sum(os.times()[:4])
            fill = _ours(plate) if method == "photodouble" else partial(_peer, method)
            filled = fill(plate)
            cpu = (sum(os.times()[:4]) - before) / len(filled)
            f = measure(plate, filled, cpu, grain_ratio(plate, filled, twin, fill(twin)))
            found.setdefault(method, []).append(f)
            print(
                f"  {method:17s} {f.stops:6.3f} {f.stops_above_1:8.3f} {f.grain:7.2f} {f.peak:6.2f}"
                f" {f.flat:6.3f} {f.broken:7d} {f.cpu_s:10.2f}",
                flush=True,
            )
    print(json.dumps({method: _means(rows) for method, rows in found.items()}))


def lifted(row: _clips.Row, stops: float, seed: int = 20) -> Plate:
    """Make a clip scene-linear, lift its highlights, ramp its exposure and lay grain on, drawn by a seed."""
    rng = np.random.default_rng(seed)
    truth, plate = [], []
    for index, frame in enumerate(row.truth):
        linear = decode(frame.astype(np.float32) / 255)
        high = np.clip((linear - _SHOULDER) / (1 - _SHOULDER), 0, 1)
        linear = linear * (1 + (_LIFT - 1) * high**2)
        linear = linear * np.float32(2 ** (stops * (index / max(len(row.truth) - 1, 1) - 0.5)))
        truth.append(linear.astype(np.float32))
        noise = rng.standard_normal(linear.shape).astype(np.float32)
        plate.append((linear + _GRAIN * np.sqrt(linear + 0.02) * noise).astype(np.float32))
    return Plate(truth, plate, row.holes, seed)


def grain_ratio(plate: Plate, filled: list[Linear], twin: Plate, filled_twin: list[Linear]) -> float:
    """Give the variance of a fill's grain over the hidden plate's, in the smoothest fifth of the truth."""
    parts: list[tuple[Linear, Linear, Linear]] = []
    for truth, *pairs, hole in zip(plate.truth, filled, filled_twin, plate.plate, twin.plate, plate.holes):
        if hole.any():
            shown = _grain.Shown(
                *(encode(p) for p in pairs[:2]), (hole > 0).astype(np.float32), encode(truth)
            )
            fill, other, seen, anew = (encode(p) for p in pairs)
            parts.append(_grain.apart(shown, fill - other, seen - anew))
    return float(np.nanmean(_grain.ratios(*(np.concatenate(part) for part in zip(*parts)))))


def measure(plate: Plate, filled: list[Linear], cpu: float, grain: float = float("nan")) -> Figures:
    """Compare a fill, scene-linear whole frames, with the truth inside the matte."""
    stops, above, pairs = [], [], []
    for truth, fill, hole in zip(plate.truth, filled, plate.holes):
        inside = hole > 0
        if not inside.any():
            continue
        off = np.abs(np.log2((np.maximum(fill, 0) + _FLOOR) / (truth + _FLOOR)))[inside]
        stops.append(off.mean())
        bright = truth[inside] > 1
        above += [off[bright].mean()] if bright.any() else []
        pairs.append((fill[inside], truth[inside]))
    fill, truth = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    high = fill[fill > 0.9]
    peak = np.log2(np.quantile(fill, 0.999) / np.quantile(truth, 0.999))
    return Figures(
        stops=float(np.mean(stops)),
        stops_above_1=float(np.mean(above)) if above else float("nan"),
        grain=grain,
        peak=float(peak),
        flat=float((high >= high.max() * 0.999).mean()) if len(high) else 0.0,
        broken=int((~np.isfinite(fill)).sum()),
        cpu_s=cpu,
    )


def _ours(plate: Plate) -> Callable[[Plate], list[Linear]]:
    """Analyse as the product does by default; what the matte hides is grey before anything sees it."""
    scratch = MemoryScratch()
    study_plates(_hidden(plate), scratch, Settings(), Invention(), Silent())
    return partial(_rendered, scratch)


def _hidden(plate: Plate) -> ArrayPlates:
    greyed = [np.where(h[..., None] > 0, np.float32(0.2), p) for p, h in zip(plate.plate, plate.holes)]
    return ArrayPlates(greyed, [hole.astype(np.float32) for hole in plate.holes])


def _rendered(scratch: MemoryScratch, plate: Plate) -> list[Linear]:
    plates = _hidden(plate)
    filled = []
    for index, (picture, hole) in enumerate(zip(plates.plates, plate.holes)):
        done = picture.copy()
        if hole.any():
            made = render_frame(plates, scratch, index, Look(seed=plate.seed))
            cut = (slice(made.box.y0, made.box.y1), slice(made.box.x0, made.box.x1))
            done[cut] = np.where(hole[cut][..., None] > 0, made.fill, done[cut])
        filled.append(done)
    return filled


def _peer(name: str, plate: Plate) -> list[Linear]:
    codes = [np.rint(np.clip(encode(p), 0, 1) * 255).astype(np.uint8) for p in plate.plate]
    greyed = [np.where(h[..., None] > 0, 127, c).astype(np.uint8) for c, h in zip(codes, plate.holes)]
    return [decode(f.astype(np.float32) / 255) for f in _peers.available()[name](greyed, plate.holes)]


def _means(rows: list[Figures]) -> dict[str, float]:
    return {
        key: round(float(np.nanmean([asdict(row)[key] for row in rows])), 4)
        for key in ("stops", "stops_above_1", "grain", "peak", "flat", "broken", "cpu_s")
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--stops", type=float, default=1.0, help="change of exposure over the clip")
    default = Path(__file__).resolve().parents[1].parent / "shared" / "footage"
    parser.add_argument("--footage", type=Path, default=default)
    return parser.parse_args()


if __name__ == "__main__":
    main()
