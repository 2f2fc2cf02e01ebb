"""Bench every kernel that a graphics card can take over: compiled on the processor, and by torch.

    python bench/devices.py [--size 540x960] [--devices torch,cuda,mps] [--rounds 3] [--footage DIR]

Time is the best of the rounds on the clock, transfers to and from the device included; a ratio above 1 means
that the device is faster. `apart` is the largest difference of a result, colours where 1 is white, places in
pixels. `torch` is the same code on the processor: it tells about pixels, not about a card's speed. Devices
that are not here are named and left out. The last line is JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _clips
import _torch_flow

from photodouble.models.devices import NoDeviceError
from photodouble.ops.compute import Use, computing_on, use_of
from photodouble.ops.inpaint import gather, pipeline, plane_sources
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.flow import dense_motion
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.resample import sample_sharp
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.warp import warp

Arrays = tuple[NDArray[Any], ...]
Stage = Callable[[], Arrays]
PLANE = np.array([[1.004, 0.012, -6.3], [-0.011, 0.997, 3.6], [3e-6, -2e-6, 1.0]])
FRAMES = 6


def main() -> None:
    """Run every stage on every device that is here."""
    options = _options()
    cv2.setNumThreads(1)
    uses = _uses(options.devices)
    scene = Scene(options.size)
    stages = {**scene.stages(), "whole analysis": _analysis(options)}
    found: dict[str, dict[str, float]] = {}
    print(f"{options.size[1]}x{options.size[0]}, {len(scene.xs)} points under the matte")
    print(
        f"{'stage':22s} {'compiled ms':>12s}" + "".join(f" {name:>10s} ms  ratio    apart" for name in uses)
    )
    for name, stage in stages.items():
        seconds, wanted = _timed(stage, options.rounds)
        line, row = f"{name:22s} {seconds * 1e3:12.2f}", {"compiled_ms": round(seconds * 1e3, 3)}
        for device, use in uses.items():
            with computing_on(use):
                there, made = _timed(stage, options.rounds)
            if use.is_lost:
                raise SystemExit(f"{name}: {device} failed, {use.lost}")
            apart = _apart(wanted, made)
            line += f" {there * 1e3:13.2f} {seconds / there:6.2f} {apart:8.1e}"
            row.update({f"{device}_ratio": round(seconds / there, 3), f"{device}_apart": apart})
        print(line, flush=True)
        found[name] = row
    found["dense flow, tried"] = _flow(scene, uses)
    print(json.dumps(found))


class Scene:
    """Two frames of a textured wall, a matte over a tenth of it, and the motion between them."""

    def __init__(self, size: tuple[int, int]) -> None:
        height, width = size
        chance = np.random.default_rng(0)
        wall = sum(
            cv2.resize(chance.random((height // k + 2, width // k + 2, 3)), (width, height)) * k
            for k in (1, 2, 4, 8, 16, 32)
        )
        self.picture = np.ascontiguousarray(wall / np.max(wall), np.float32)
        self.coded = np.rint(self.picture * 4096).astype(np.int16)
        self.hole = np.zeros(size, np.uint8)
        axes = (int(width * 0.17), int(height * 0.19))
        cv2.ellipse(self.hole, (width // 2, height // 2), axes, 0, 0, 360, 1, -1)
        self.closed = np.roll(self.hole, width // 6, 1)
        rows, columns = np.nonzero(self.hole)
        self.xs, self.ys = columns.astype(np.float64), rows.astype(np.float64)
        self.field = chance.integers(-80, 80, (*size, 2)).astype(np.int16)
        grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), 2)
        self.place = (grid + chance.normal(0, 1.5, (*size, 2))).astype(np.float32)

    def stages(self) -> dict[str, Stage]:
        """Return the kernels with their arrays, by name."""
        return {
            "along the plane": self._look,
            "along the flow": self._follow,
            "membrane": lambda: (continue_inwards(self.picture, self.hole),),
            "sharp resample": self._resample,
            "warp": lambda: (warp(self.picture, self.place),),
        }

    def _look(self) -> Arrays:
        count = len(self.xs)
        colour, kind = np.zeros((count, 3), np.float32), np.zeros(count, np.uint8)
        place = np.zeros((count, 2), np.float32)
        wanted = np.ones(count, bool)
        plane_sources._look(self.xs, self.ys, PLANE, self.coded, self.closed, wanted, colour, kind, place)
        return colour, kind, place

    def _follow(self) -> Arrays:
        count, corner = len(self.xs), np.zeros(2, np.int64)
        at, drift = np.stack([self.xs, self.ys], 1), np.zeros(count)
        alive, found = np.ones(count, np.uint8), np.zeros(count, np.int32)
        back = np.linalg.inv(PLANE)
        size = (self.hole.shape[0], self.hole.shape[1])
        gather._hop(at, drift, alive, PLANE, self.field, corner, back, self.field, corner, size)
        total, weight, best = np.zeros((count, 3)), np.zeros(count), np.zeros(count)
        source, place = np.full(count, -1, np.int16), np.zeros((count, 2), np.float32)
        gather._collect(
            at, drift, alive, found, 1.0, 1, self.coded, self.closed, 3, total, weight, source, place, best
        )
        return at, total, weight, place

    def _resample(self) -> Arrays:
        x, y = self.place[..., 0].copy(), self.place[..., 1].copy()
        return sample_sharp(self.picture, 1 - self.closed, x, y)

    def greys(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the wall and the wall moved by the homography, 8 bit."""
        grey = np.rint(self.picture.mean(2) * 255).astype(np.uint8)
        height, width = grey.shape
        moved = cv2.warpPerspective(grey, PLANE, (width, height), borderMode=cv2.BORDER_REFLECT)
        return grey, np.asarray(moved, np.uint8)


def _analysis(options: argparse.Namespace) -> Stage:
    """Return the whole analysis of a few frames: of a clip where there is one, else of a panned wall."""
    footage = _clip(options.footage)

    def work() -> Arrays:
        scratch = MemoryScratch()
        pipeline.analyse(footage, scratch, Settings(), pipeline.Silent())
        return tuple(scratch.load("fill", index)["base"] for index in footage.targets)

    return work


def _clip(folder: Path) -> ArrayFootage:
    if (folder / "bear").is_dir():
        row = _clips.read_row(folder, "bear", "moving", FRAMES)
        return ArrayFootage([f.astype(np.float32) / 255 for f in row.greyed], row.holes)
    scene = Scene((240, 480))
    pictures = [np.ascontiguousarray(scene.picture[:, 8 * i : 8 * i + 432]) for i in range(FRAMES)]
    holes = [np.ascontiguousarray(np.roll(scene.hole, 12 * i, 1)[:, :432]) for i in range(FRAMES)]
    return ArrayFootage(pictures, holes)


def _flow(scene: Scene, uses: dict[str, Use]) -> dict[str, float]:
    """Say how far a card's dense flow lies from DIS, in pixels, and how far each lies from the truth."""
    here, there = scene.greys()
    height, width = here.shape
    ys, xs = np.mgrid[:height, :width].astype(np.float64)
    z = PLANE[2, 0] * xs + PLANE[2, 1] * ys + PLANE[2, 2]
    truth = np.stack([(PLANE[k, 0] * xs + PLANE[k, 1] * ys + PLANE[k, 2]) / z for k in (0, 1)], 2)
    truth -= np.stack([xs, ys], 2)
    inner = (slice(24, -24), slice(24, -24))
    seconds, (dis,) = _timed(lambda: (dense_motion(here, there),), 2)
    row = {"compiled_ms": round(seconds * 1e3, 2), "dis_off_truth": _middle(dis - truth, inner)}
    for name, use in uses.items():
        device = use.device
        took, (flow,) = _timed(
            lambda device=device: (_torch_flow.dense_flow(device.torch, device.where, here, there),), 2
        )
        row[f"{name}_ratio"] = round(seconds / took, 3)
        row[f"{name}_off_truth"] = _middle(flow - truth, inner)
        far = np.hypot(*np.moveaxis((flow - dis)[inner], 2, 0))
        row[f"{name}_off_dis_median"] = round(float(np.median(far)), 4)
        row[f"{name}_off_dis_95"] = round(float(np.percentile(far, 95)), 4)
    print("dense flow, tried: " + ", ".join(f"{key} {value}" for key, value in row.items()))
    return row


def _middle(off: NDArray[np.floating[Any]], inner: tuple[slice, slice]) -> float:
    return round(float(np.median(np.hypot(*np.moveaxis(off[inner], 2, 0)))), 4)


def _timed(stage: Stage, rounds: int) -> tuple[float, Arrays]:
    """Return the least seconds of some rounds, after one to warm up, and the result."""
    made, best = stage(), float("inf")
    for _ in range(rounds):
        before = time.perf_counter()
        made = stage()
        best = min(best, time.perf_counter() - before)
    return best, made


def _apart(wanted: Arrays, made: Arrays) -> float:
    return max(float(np.abs(np.subtract(a, b, dtype=np.float64)).max()) for a, b in zip(wanted, made))


def _uses(names: list[str]) -> dict[str, Use]:
    uses = {}
    for name in names:
        try:
            uses[name] = use_of(name)
        except NoDeviceError as error:
            print(f"{name}: not run, {error}")
    return uses


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", default="540x960")
    parser.add_argument("--devices", default="torch,cuda,mps")
    parser.add_argument("--rounds", type=int, default=3)
    default = Path(__file__).resolve().parents[1].parent / "shared" / "footage"
    parser.add_argument("--footage", type=Path, default=default)
    options = parser.parse_args()
    options.size = tuple(int(side) for side in options.size.split("x"))
    options.devices = options.devices.split(",")
    return options


if __name__ == "__main__":
    main()
