"""Bench the motion fill on real clips: ours and the peers, same frames, same mattes, one run.

    python bench/inpaint.py [--rows bmx-trees-480/moving,...] [--frames 40] [--footage DIR] [--quick]
                            [--learn MINUTES] [--pictures DIR]

`--learn` adds a row of its own, whose CPU seconds are those of the learning alone, and its mean to the JSON.
Named rows leave the native-size clips out; `--quick` also the outside programs and the default look.

The hole is greyed before any method sees it. CPU seconds are user and system time of this process and
its children by frames, analysis included, files excluded, compiled code warm. Our constants were chosen
on bmx-trees-480, bear and schoolgirls; the other clips are held out. The last line is JSON; its
`psnr_m_8` is of the fill before detail and grain, `psnr_m_8_final` of what the product gives by default.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _clips
import _final
import _learned
import _metrics
import _peers
import _strips

from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.confidence import confidence_from_error
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings

OURS = "photodouble"
FINAL = "  with the default look"
LEARNED = "  after learning"
SLOW = ("pypatchmatch", "G'MIC")
Clip = list[NDArray[np.uint8]]


@dataclass(frozen=True)
class Result:
    """One method on one row."""

    row: _clips.Row
    method: str
    score: _metrics.Score
    cpu: float


def main() -> None:
    """Run the rows asked for and print the tables."""
    options = _options()
    cv2.setNumThreads(1)
    results: list[Result] = []
    tenths: list[NDArray[np.float64]] = []
    strips: list[_strips.Strip] = []
    _warm_up()
    for clip, matte in options.rows:
        row = _clips.read_row(options.footage, clip, matte, options.frames)
        flows = _metrics.true_flows(row.truth)
        scratch = MemoryScratch()
        ours = partial(_ours, truth=row.truth, tenths=tenths, scratch=scratch)
        results.append(_run(row, flows, OURS, ours, strips if options.pictures else None))
        if not options.quick:
            results.append(_run(row, flows, FINAL, partial(_final.finish, scratch=scratch)))
        if options.learn:
            results.append(
                _run(row, flows, LEARNED, partial(_learned.learned, scratch=scratch, minutes=options.learn))
            )
        for name, method in _peers.available().items():
            if options.quick and name in SLOW:
                continue
            results.append(_run(row, flows, name, method))
        _print_row(results, row)
    if strips:
        _strips.write(strips, options.pictures)
    _print_halves(results)
    _print_calibration(tenths)
    native = _native_rows(options)
    print(json.dumps({**_summary(results), **native}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default="")
    parser.add_argument("--frames", type=int, default=40)
    default = Path(__file__).resolve().parents[1].parent / "shared" / "footage"
    parser.add_argument("--footage", type=Path, default=default)
    parser.add_argument("--quick", action="store_true", help="reference rows, no slow peers, no native size")
    parser.add_argument(
        "--learn", type=float, default=0.0, metavar="MINUTES", help="also the fill corrected by learning"
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="each row's worst frame, to look at")
    options = parser.parse_args()
    clips = _clips.REFERENCE if options.quick else (*_clips.REFERENCE, "schoolgirls", "vp-beach-1080")
    options.native = not (options.quick or options.rows)
    names = options.rows.split(",") if options.rows else [f"{c}/{m}" for c in clips for m in _clips.MATTES]
    options.rows = [tuple(name.split("/")) for name in names]
    return options


def _ours(
    frames: Clip, holes: Clip, *, truth: Clip, tenths: list[NDArray[np.float64]], scratch: MemoryScratch
) -> Clip:
    pictures = [f.astype(np.float32) / 255 for f in frames]
    pipeline.analyse(ArrayFootage(pictures, holes), scratch, Settings(), pipeline.Silent())
    filled = []
    for i, frame in enumerate(frames):
        out = frame.copy()
        if holes[i].any():
            record = scratch.load("fill", i)
            x0, y0, x1, y1 = record["box"]
            inside = holes[i][y0:y1, x0:x1] > 0
            out[y0:y1, x0:x1][inside] = np.clip(np.rint(record["base"][inside] * 255), 0, 255)
            true = ((record["base"] - truth[i][y0:y1, x0:x1] / 255.0) ** 2).mean(2)
            sure = confidence_from_error(record["error"], record["kind"])
            tenths.append(np.stack([sure[inside], true[inside]], 1))
        filled.append(out)
    return filled


def _run(
    row: _clips.Row,
    flows: tuple[list[_metrics.Flow], list[_metrics.Flow]],
    name: str,
    method: Callable[[Clip, Clip], Clip],
    strips: list[_strips.Strip] | None = None,
) -> Result:
    greyed = row.greyed
    before = os.times()
    filled = method(greyed, row.holes)
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    if strips is not None:
        strips.append(_strips.worst(row, filled))
    kept = [np.where(m[..., None] > 0, f, g) for f, m, g in zip(filled, row.holes, row.truth)]
    return Result(row, name, _metrics.score(row.truth, kept, row.holes, flows), cpu / len(row.truth))


def _warm_up() -> None:
    picture = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32)
    hole = np.zeros((64, 64), np.uint8)
    hole[24:40, 24:40] = 1
    frames = [np.ascontiguousarray(np.roll(picture, 2 * i, 1)) for i in range(4)]
    pipeline.analyse(ArrayFootage(frames, [hole] * 4), MemoryScratch(), Settings(), pipeline.Silent())


def _print_row(results: list[Result], row: _clips.Row) -> None:
    print(f"\n{row.name}  matte {100 * np.mean([m.mean() for m in row.holes]):.1f} %")
    print("  method                    masked PSNR   SSIM  whole PSNR  warp x1e-3  CPU s/frame")
    for r in results:
        if r.row is row:
            s = r.score
            print(
                f"  {r.method:24s} {s.psnr_m:12.2f} {s.ssim_m:6.3f} {s.psnr:11.2f}"
                f" {s.warp * 1e3:11.3f} {r.cpu:12.3f}",
                flush=True,
            )


def _print_halves(results: list[Result]) -> None:
    print("\nGain over the homography median, mean masked PSNR")
    for title, tuned in (("clips tuned on", True), ("clips held out", False)):
        rows = {r.row.name for r in results if (r.row.clip in _clips.TUNED_ON) == tuned}
        if rows:
            ours, median = _mean(results, OURS, rows), _mean(results, "homography median", rows)
            print(
                f"  {title}: {ours:.2f} dB, median {median:.2f} dB,"
                f" gain {ours - median:+.2f} dB, {len(rows)} rows"
            )


def _mean(results: list[Result], method: str, rows: set[str]) -> float:
    return float(np.mean([r.score.psnr_m for r in results if r.method == method and r.row.name in rows]))


def _print_calibration(tenths: list[NDArray[np.float64]]) -> None:
    pairs = np.concatenate(tenths)
    order = np.argsort(pairs[:, 0], kind="stable")
    print("\nTrue root-mean-square error (of 255) per tenth of confidence, least sure first")
    parts = [255 * np.sqrt(pairs[part, 1].mean()) for part in np.array_split(order, 10)]
    print("  " + "  ".join(f"{part:.1f}" for part in parts))


def _native_rows(options: argparse.Namespace) -> dict[str, float]:
    if not options.native:
        return {}
    try:
        import native
    except ImportError:
        return {}
    return dict(native.native_rows(options.footage))


def _summary(results: list[Result]) -> dict[str, float]:
    reference = {f"{c}/{m}" for c in _clips.REFERENCE for m in _clips.MATTES}
    ours = [r for r in results if r.method == OURS and r.row.name in reference]
    if not ours:
        return {}
    peers = {(r.row.name, r.method): r.score.psnr_m for r in results}
    gaps = [
        max(peers[r.row.name, "NS"], peers[r.row.name, "homography median"]) - r.score.psnr_m for r in ours
    ]
    final = [r.score.psnr_m for r in results if r.method == FINAL and r.row.name in reference]
    taught = [r for r in results if r.method == LEARNED and r.row.name in reference]
    return {
        "rows": len(ours),
        "psnr_m_8": round(float(np.mean([r.score.psnr_m for r in ours])), 3),
        "warp_8": round(float(np.mean([r.score.warp for r in ours])), 7),
        "worst_gap_db": round(max(gaps), 3),
        "cpu_s_8": round(float(np.mean([r.cpu for r in ours])), 3),
        **(
            {"psnr_m_8_learned": round(float(np.mean([r.score.psnr_m for r in taught])), 3)} if taught else {}
        ),
        **({"psnr_m_8_final": round(float(np.mean(final)), 3)} if final else {}),
    }


if __name__ == "__main__":
    main()
