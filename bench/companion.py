"""Bench the companion matte on plates with and without the removed thing: how much of what it does is found.

    python bench/companion.py [--frames 16] [--size 480x270] [--blender PYTHON | --rendered DIR]

`walk` is the demo's own person with a shadow; `shadow` and `reflection` are rendered by Blender where
`--blender` names a Python that has bpy, or read from `--rendered` (a folder with folders shadow and
reflection). Influence is where |with - clean| in the working encoding is above 0.02. Overlap is intersection
over union with it, outside the given matte and with the matte; beside it the best of all plain dilations of
the matte, chosen with the truth in hand. The control is the same plate whose thing throws no shadow: share
of the picture that is marked all the same. The constants were chosen on these very scenes and one more; no
scene is held out. The last line is JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.foreground import draw_matte
from photodouble.demo.plate import person_plate
from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.inpaint.companion import Search, companion_of, estimate
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.views import grow

Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]
INFLUENCE = 0.02
WIDEST = 80
SCENES = ("shadow", "reflection")


@dataclass(frozen=True)
class Pair:
    """A shot with and without the thing, (H, W, 3) scene-linear, and the thing's own matte (H, W)."""

    name: str
    plates: list[Picture]
    cleans: list[Picture]
    mattes: list[Picture]


def main() -> None:
    """Run the rows there are and print the table."""
    options = _options()
    rows, summary = [], {}
    for pair in _pairs(options):
        found, cpu = companions(pair)
        ours, wide = overlaps(pair, found), dilated(pair)
        rows.append((pair.name, ours, wide, cpu))
        summary[pair.name] = {
            "outside": round(ours[0], 3), "with_matte": round(ours[1], 3),
            "dilation_outside": round(wide[0], 3), "dilation_with_matte": round(wide[1], 3),
        }  # fmt: skip
        if options.pictures:
            _picture(options.pictures / f"companion_{pair.name}.png", pair, found)
    print("row          outside  best dilation   with matte  best dilation   CPU s/frame")
    for name, ours, wide, cpu in rows:
        print(f"{name:12s} {ours[0]:7.3f} {wide[0]:14.3f} {ours[1]:12.3f} {wide[1]:14.3f} {cpu:13.2f}")
    control = _control(options)
    print(f"control, no shadow: {100 * control:.3f} % of the picture marked")
    print(json.dumps({**summary, "control_share": round(control, 6)}))


def companions(pair: Pair) -> tuple[list[Mask], float]:
    """Estimate the companion of every frame; also the processor seconds a frame."""
    plates, scratch = ArrayPlates(pair.plates, pair.mattes), MemoryScratch()
    before = os.times()
    estimate(plates, scratch, Settings(), Search(), Silent())
    found = []
    for index in range(plates.count):
        made = companion_of(plates, scratch, index, Search())
        whole = np.zeros(plates.canvas.size, np.float32)
        if not made.box.is_empty:
            whole[made.box.slices_in(plates.canvas)] = made.matte
        found.append(whole > 0.5)
    after = os.times()
    return found, (sum(after[:2]) - sum(before[:2])) / plates.count


def influence(pair: Pair, index: int) -> Mask:
    """Mark what the thing changes."""
    change = np.abs(encode(pair.plates[index]) - encode(pair.cleans[index])).mean(axis=2)
    return np.asarray(cv2.GaussianBlur(change, (0, 0), 1.0) > INFLUENCE)


def overlaps(pair: Pair, found: list[Mask]) -> tuple[float, float]:
    """Give the mean overlap with the influence outside the matte, and with the matte included."""
    outside, whole = [], []
    for index, one in enumerate(found):
        matte, true = pair.mattes[index] > 0, influence(pair, index)
        outside.append(_overlap(one & ~matte, true & ~matte))
        whole.append(_overlap(one | matte, true | matte))
    return float(np.mean(outside)), float(np.mean(whole))


def dilated(pair: Pair) -> tuple[float, float]:
    """Give what the best plain dilation of the matte reaches, the best for each figure by itself."""
    reached = [
        overlaps(pair, [grow((matte > 0).astype(np.uint8), by) > 0 for matte in pair.mattes])
        for by in range(2, WIDEST, 2)
    ]
    return max(each[0] for each in reached), max(each[1] for each in reached)


def _overlap(one: Mask, other: Mask) -> float:
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 1.0


def _pairs(options: argparse.Namespace) -> Iterator[Pair]:
    yield walk(options.frames, options.size)
    if options.rendered is not None:
        for scene in SCENES:
            yield _read(scene, options.rendered / scene)
    elif options.blender:
        script = Path(__file__).resolve().parent / "_companion_scene.py"
        for scene in SCENES:
            with tempfile.TemporaryDirectory() as folder:
                size = f"{options.size[0]}x{options.size[1]}"
                asked = [
                    options.blender,
                    script,
                    folder,
                    scene,
                    "--frames",
                    str(options.frames),
                    "--size",
                    size,
                ]
                subprocess.run([str(word) for word in asked], check=True, stdout=subprocess.DEVNULL)
                yield _read(scene, Path(folder))
    else:
        print("shadow, reflection: not run, no --blender and no --rendered")


def walk(frames: int, size: tuple[int, int], *, shadow: bool = True) -> Pair:
    """Photograph the demo's person; the matte is the person alone, drawn tightly."""
    plate = person_plate(size=size, frames=frames)
    plates, cleans, mattes = [], [], []
    for number in plate.numbers:
        seconds = plate.seconds(number)
        _, element = plate.action.photograph(plate.camera(number), seconds, 0.5 / 24)
        frame = plate.frame(number)
        whole = frame.plate
        if not shadow:
            lit = frame.truth * (1 - element.cover[..., None]) + element.colour
            whole = np.where(element.cover[..., None] > 0, lit, frame.truth)
        plates.append(whole.astype(np.float32))
        cleans.append(frame.truth)
        mattes.append(draw_matte(element.cover, margin=1, feather=1))
    return Pair("walk", plates, cleans, mattes)


def _read(name: str, folder: Path) -> Pair:
    sequences = {key: Sequence.find(folder / f"{key}.####.exr") for key in ("with", "clean", "matte")}
    plates, cleans, mattes = [], [], []
    for frame in sequences["with"].frames:
        picture = sequences["with"].read(frame)
        window: Box = picture.data_window
        plates.append(picture.linear(window))
        cleans.append(sequences["clean"].read(frame).linear(window))
        alpha = sequences["matte"].read(frame).alpha(window)
        mattes.append(draw_matte(np.where(alpha > 1 / 512, alpha, 0).astype(np.float32), margin=1, feather=1))
    return Pair(name, plates, cleans, mattes)


def _control(options: argparse.Namespace) -> float:
    pair = walk(options.frames, options.size, shadow=False)
    found, _ = companions(pair)
    return float(np.mean([(one & (matte <= 0)).mean() for one, matte in zip(found, pair.mattes)]))


def _picture(path: Path, pair: Pair, found: list[Mask]) -> None:
    """Show plate, and over it the matte in blue, what was found in red and what there is in green."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(2, len(found), max(len(found) // 4, 1)):
        shown = np.clip(encode(pair.plates[index]), 0, 1)
        masks = np.stack([found[index], influence(pair, index), pair.mattes[index] > 0], axis=2)
        rows.append(np.hstack([shown, 0.4 * shown + 0.6 * masks]))
    cv2.imwrite(str(path), np.rint(255 * np.vstack(rows)[..., ::-1]).astype(np.uint8))


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--frames", type=int, default=16)
    options.add_argument("--size", default="480x270")
    options.add_argument("--blender", default="", help="a Python that has bpy")
    options.add_argument("--rendered", type=Path, help="rendered before: a folder with shadow and reflection")
    options.add_argument("--pictures", type=Path)
    given = options.parse_args(sys.argv[1:])
    width, _, height = given.size.partition("x")
    given.size = (int(width), int(height))
    return given


if __name__ == "__main__":
    main()
