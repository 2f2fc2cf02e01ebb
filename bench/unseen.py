"""Bench what is invented: clips cut so that a known part is never seen, ours beside the peers.

    python bench/unseen.py [--rows bear/pinned,...] [--seeds 0,1,2] [--footage DIR] [--pictures DIR] [--quick]

Rows: `held` is a frame that stands still under a stationary matte; `pinned` a moving camera whose matte
moves with the background (see _unseen_rows.py). The hole is greyed before any method sees it. A fill has
a masked PSNR, which likes smooth fills, and two distances of texture, which do not (_texture.py): both
must be read together. `spread` is the mean difference of two seeds' fills in codes: variants must differ.
CPU seconds are by frames and count analysis and synthesis. A peer program that is not here is named and
left out. `tiny model` is a network drawn at random: it shows that a studio's model is asked and carried, and
its figures say nothing of what a trained one does. Tuned on bmx-trees-480, bear and schoolgirls; the
other clips are held out. The last line is JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _clips
import _metrics
import _peers
import _texture
import _unseen_ours
import _unseen_rows

Clip = list[NDArray[np.uint8]]
PEERS = ("NS", "pypatchmatch", "G'MIC")
TINY = "tiny model"


@dataclass(frozen=True)
class Result:
    """One method on one row."""

    row: str
    method: str
    score: _metrics.Score
    texture: _texture.Texture
    cpu: float
    spread: float = float("nan")


def main() -> None:
    """Run the rows asked for, print the tables and write the pictures."""
    options = _options()
    cv2.setNumThreads(1)
    _unseen_ours.warm_up()
    asked = () if options.ours else PEERS
    peers = {name: method for name, method in _peers.available().items() if name in asked}
    for name in asked:
        if name not in peers:
            print(f"{name}: not on this machine, left out")
    results: list[Result] = []
    folder = tempfile.TemporaryDirectory()
    options.model = _unseen_ours.tiny_card(Path(folder.name))
    if options.model is None:
        print(f"{TINY}: torch is not on this machine, left out")
    for clip, kind in options.rows:
        row = _unseen_rows.unseen_row(options.footage, clip, kind)
        flows = _metrics.true_flows(row.truth)
        sheet: dict[str, Clip] = {}
        for result, filled in itertools.chain(
            _ours(row, flows, options),
            (_run(row, flows, name, partial(peers[name], row.greyed, row.holes)) for name in peers),
        ):
            results.append(result)
            sheet[result.method] = filled
        _print_row(results, row)
        if options.pictures:
            _write_sheet(row, sheet, options.pictures)
    summary = _summary(results)
    _print_means(summary)
    print(json.dumps(summary))


def _ours(
    row: _clips.Row, flows: tuple[list[_metrics.Flow], list[_metrics.Flow]], options: argparse.Namespace
) -> Iterator[tuple[Result, Clip]]:
    """Give the smooth fill, the exemplar fill of every seed as one result, and what was asked for besides."""
    shot = _unseen_ours.Studied(row.greyed, row.holes)
    yield _run(row, flows, "smooth", shot.smooth)
    made = [_run(row, flows, "exemplar", partial(shot.exemplar, seed)) for seed in options.seeds]
    mean = lambda values: float(np.mean(list(values)))  # noqa: E731
    parts = [result for result, _ in made]
    score = _metrics.Score(
        *(mean(getattr(p.score, key) for p in parts) for key in ("psnr_m", "ssim_m", "psnr", "warp"))
    )
    texture = _texture.Texture(
        mean(p.texture.spectrum for p in parts), mean(p.texture.gradients for p in parts)
    )
    spread = _spread([clip for _, clip in made], row.holes)
    cpu = shot.cpu / len(row.truth) + mean(p.cpu for p in parts)
    for seed, part in zip(options.seeds, parts):
        print(
            f"    {row.name} seed {seed}: {part.score.psnr_m:.2f} dB, spectrum {part.texture.spectrum:.3f},"
            f" gradients {part.texture.gradients:.3f}"
        )
    yield Result(row.name, "exemplar", score, texture, cpu, spread), made[0][1]
    if options.model is not None:
        yield _run(row, flows, TINY, partial(shot.tiny_model, options.model))


def _run(
    row: _clips.Row,
    flows: tuple[list[_metrics.Flow], list[_metrics.Flow]],
    name: str,
    method: Callable[[], Clip],
) -> tuple[Result, Clip]:
    before = os.times()
    filled = method()
    after = os.times()
    cpu = (sum(after[:4]) - sum(before[:4])) / len(row.truth)
    kept = [np.where(m[..., None] > 0, f, g) for f, m, g in zip(filled, row.holes, row.truth)]
    score = _metrics.score(row.truth, kept, row.holes, None if row.matte.startswith("held") else flows)
    return Result(row.name, name, score, _texture.distance(row.truth, kept, row.holes), cpu), kept


def _spread(clips: list[Clip], holes: Clip) -> float:
    """Mean absolute difference, in codes inside the holes, of every two variants."""
    pairs = [
        np.abs(a.astype(np.float32) - b)[hole > 0].mean()
        for first, second in itertools.combinations(clips, 2)
        for a, b, hole in zip(first, second, holes)
        if hole.any()
    ]
    return float(np.mean(pairs)) if pairs else float("nan")


def _print_row(results: list[Result], row: _clips.Row) -> None:
    print(f"\n{row.name}  matte {100 * np.mean([m.mean() for m in row.holes]):.1f} %")
    print("  method          masked PSNR   SSIM  spectrum  gradients  warp x1e-3  spread  CPU s/frame")
    for r in results:
        if r.row == row.name:
            print(
                f"  {r.method:14s} {r.score.psnr_m:12.2f} {r.score.ssim_m:6.3f} {r.texture.spectrum:9.3f}"
                f" {r.texture.gradients:10.3f} {r.score.warp * 1e3:11.3f} {r.spread:7.1f} {r.cpu:12.3f}",
                flush=True,
            )


def _summary(results: list[Result]) -> dict[str, dict[str, dict[str, float]]]:
    """Mean of every figure by method, over the clips tuned on, held out, and all."""
    summary: dict[str, dict[str, dict[str, float]]] = {}
    for group, tuned in (("tuned", (True,)), ("held_out", (False,)), ("all", (True, False))):
        rows = [r for r in results if (r.row.split("/")[0] in _clips.TUNED_ON) in tuned]
        for method in dict.fromkeys(r.method for r in rows):
            mine = [r for r in rows if r.method == method]
            figures = {
                "rows": len(mine),
                "psnr_m": np.mean([r.score.psnr_m for r in mine]),
                "spectrum": np.mean([r.texture.spectrum for r in mine]),
                "gradients": np.mean([r.texture.gradients for r in mine]),
                "cpu_s": np.mean([r.cpu for r in mine]),
            }
            spread = [r.spread for r in mine if not np.isnan(r.spread)]
            figures |= {"spread": np.mean(spread)} if spread else {}
            warp = [r.score.warp for r in mine if not np.isnan(r.score.warp)]
            figures |= {"warp_1e3": 1e3 * np.mean(warp)} if warp else {}
            summary.setdefault(group, {})[method] = {k: round(float(v), 3) for k, v in figures.items()}
    return summary


def _print_means(summary: dict[str, dict[str, dict[str, float]]]) -> None:
    for group, methods in summary.items():
        print(f"\nMeans, {group.replace('_', ' ')}")
        for method, figures in methods.items():
            print(f"  {method:14s} " + "  ".join(f"{key} {value:g}" for key, value in figures.items()))


def _write_sheet(row: _clips.Row, sheet: dict[str, Clip], folder: Path) -> None:
    """Write truth and every fill of the middle frame, cut around the matte, with their names."""
    folder.mkdir(parents=True, exist_ok=True)
    middle = len(row.truth) // 2
    left, top, width, height = cv2.boundingRect(row.holes[middle])
    cut = (slice(max(top - 24, 0), top + height + 24), slice(max(left - 24, 0), left + width + 24))
    tiles = []
    for name, clip in {"truth": row.truth, "plate": row.greyed, **sheet}.items():
        tile = cv2.resize(clip[middle][cut], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        tile = np.ascontiguousarray(tile[..., ::-1])
        cv2.putText(tile, name, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3)
        cv2.putText(tile, name, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
        tiles.append(tile)
    columns = 4
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    lines = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    cv2.imwrite(str(folder / f"{row.clip}_{row.matte}.png"), np.vstack(lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default="")
    parser.add_argument("--seeds", default="0,1,2", type=lambda text: [int(n) for n in text.split(",")])
    default = Path(__file__).resolve().parents[1].parent / "shared" / "footage"
    parser.add_argument("--footage", type=Path, default=default)
    parser.add_argument("--pictures", type=Path, help="write contact sheets here")
    parser.add_argument("--ours", action="store_true", help="leave the peers out")
    parser.add_argument("--quick", action="store_true", help="only the clips tuned on")
    options = parser.parse_args()
    clips = _clips.TUNED_ON if options.quick else _unseen_rows.CLIPS
    names = (
        options.rows.split(",") if options.rows else [f"{c}/{k}" for c in clips for k in _unseen_rows.KINDS]
    )
    options.rows = [tuple(name.split("/")) for name in names]
    return options


if __name__ == "__main__":
    main()
