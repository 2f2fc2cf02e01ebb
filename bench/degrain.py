"""Bench the taking off of grain where the plate without grain is known, beside peers.

    python bench/degrain.py [--rows person] [--frames 7] [--size 640x360] [--grain 1,3]

A rendered plate (moving camera, a person who walks, exposure that drifts) is developed with grain by the film
of the demo, coarse and stronger in blue, and again without. `gain` is the rise of the PSNR in the working
encoding over the plate's own, in decibels; `smooth` and `busy` the same in the quarter of the picture with
least and most detail; `detail` the slope of the result's fine detail on the true one where it is busy (1 is
all kept, less is lost); `left` the part of the error's variance that is still there where it is smooth. The
peers are OpenCV's fastNlMeans (8 bits, from black to the brightest pixel), a plain temporal median of five
frames, and a median of five frames brought over by the same motion. NLM has the best of four strengths, over
frames and frame by frame, as the truth says, which flatters it. `adds up` says whether result and removed
grain give the plate bit for bit in every file. The last line is JSON.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.plate import Plate, person_plate, wire_plate
from photodouble.demo.slate import write_plate
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence
from photodouble.ops.degrain.motion import brought, moved
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]
ROWS: dict[str, Callable[..., Plate]] = {"person": person_plate, "wire": wire_plate}
_NLM = (0.3, 0.5, 0.7, 1.0)
"""Strengths that are tried, in deviations of the grain."""


@dataclasses.dataclass(frozen=True)
class Figures:
    """What is measured of one method over the frames of a shot."""

    gain: float
    smooth: float
    busy: float
    detail: float
    left: float
    seconds: float


def main() -> None:
    """Run the rows asked for, print the tables, then the figures as JSON."""
    options = _options()
    told: dict[str, dict[str, dict[str, float]]] = {}
    exact = True
    for name in options.rows.split(","):
        for strength in (float(one) for one in options.grain.split(",")):
            folder = Path(tempfile.mkdtemp(prefix="photodouble-degrain-"))
            try:
                found, adds_up = _row(name, strength, folder, options)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            told[f"{name} x{strength:g}"] = {one: dataclasses.asdict(row) for one, row in found.items()}
            exact &= adds_up
    print(json.dumps({"rows": _rounded(told), "adds_up": exact}))


def _row(
    name: str, strength: float, folder: Path, options: argparse.Namespace
) -> tuple[dict[str, Figures], bool]:
    plate = ROWS[name](size=options.size, frames=options.frames)
    plate = dataclasses.replace(
        plate, step=1.0, stock=dataclasses.replace(plate.stock, grain=strength, drift=0.15)
    )
    files = write_plate(plate, folder / "plate", kinds=("plate",))
    silent = dataclasses.replace(plate, stock=dataclasses.replace(plate.stock, grain=0.0))
    truth = [encode(frame.plate) for frame in silent]
    seen = [_colours(files.path("plate", number)) for number in plate.numbers]
    coded = [encode(one) for one in seen]
    print(f"\n{name}, grain x{strength:g}: PSNR of the plate {np.mean(_psnr(coded, truth)):.2f} dB")
    print("  method               gain  smooth    busy  detail    left  s/frame")
    made: dict[str, tuple[list[Picture], float]] = {}
    ours, adds_up = _ours(files.plate, plate, seen, folder, {})
    made["photodouble"] = ours
    made["one frame alone"] = _ours(files.plate, plate, seen, folder / "alone", {"neighbours": 0})[0]
    sigma = float(np.std(np.stack(coded) - np.stack(truth)))
    tried = [_timed(partial(_nlm, coded, h * sigma, reach)) for h in _NLM for reach in (0, 2)]
    made["fastNlMeans"] = max(tried, key=lambda one: float(np.mean(_psnr(one[0], truth))))
    made["temporal median"] = _timed(lambda: _median(coded))
    made["motion median"] = _timed(lambda: _moved_median(files.plate, plate, seen))
    found = {one: _figures(pictures, coded, truth, seconds) for one, (pictures, seconds) in made.items()}
    for one, row in found.items():
        print(
            f"  {one:18s} {row.gain:6.2f} {row.smooth:7.2f} {row.busy:7.2f} {row.detail:7.3f} {row.left:7.3f}"
            f" {row.seconds:8.2f}",
            flush=True,
        )
    print(f"  adds up: {'yes' if adds_up else 'no'}")
    return found, adds_up


def _ours(
    pattern: str, plate: Plate, seen: list[Picture], folder: Path, values: dict[str, object]
) -> tuple[tuple[list[Picture], float], bool]:
    request = JobRequest(
        "degrain",
        {"plate": PortInput(pattern)},
        values,
        FrameRange(plate.numbers),
        output_root=str(folder / "takes"),
        shot="bench",
        host="bench",
    )
    settings = Settings(cache_folder=str(folder / "cache"), contact_sheet=False)
    began = time.perf_counter()
    take = run_job(request, JobOptions(settings=settings)).take
    seconds = (time.perf_counter() - began) / len(seen)
    results = [_colours(take.picture("result", number, "exr")) for number in plate.numbers]
    grains = [_colours(take.picture("grain", number, "exr")) for number in plate.numbers]
    adds_up = all(np.array_equal(r + g, p) for r, g, p in zip(results, grains, seen, strict=True))
    return ([encode(one) for one in results], seconds), adds_up


def _nlm(coded: list[Picture], strength: float, reach: int) -> list[Picture]:
    white = 255 / max(float(one.max()) for one in coded)
    codes = [np.rint(np.clip(one[..., ::-1] * white, 0, 255)).astype(np.uint8) for one in coded]
    h = max(strength * white, 0.5)
    made = []
    for at in range(len(codes)):
        window = 2 * min(at, len(codes) - 1 - at, reach) + 1
        if window == 1:
            found = cv2.fastNlMeansDenoisingColored(codes[at], None, h, h, 7, 21)
        else:
            found = cv2.fastNlMeansDenoisingColoredMulti(codes, at, window, None, h, h, 7, 21)
        made.append(np.asarray(found[..., ::-1], np.float32) / np.float32(white))
    return made


def _median(coded: list[Picture]) -> list[Picture]:
    around = [coded[max(at - 2, 0) : at + 3] for at in range(len(coded))]
    return [np.asarray(np.median(np.stack(few), axis=0), np.float32) for few in around]


def _moved_median(pattern: str, plate: Plate, seen: list[Picture]) -> list[Picture]:
    sequence, made = Sequence.find(pattern), []
    frames = {number: sequence.read(number) for number in plate.numbers}
    for at, number in enumerate(plate.numbers):
        here, window = frames[number], frames[number].data_window
        stack = [encode(seen[at])]
        for other in plate.numbers:
            if 0 < abs(other - number) <= 2:
                picture, known = brought(frames[other], moved(here, frames[other], window, 1), window)
                stack.append(np.where(known[..., None], encode(picture), stack[0]))
        made.append(np.asarray(np.median(np.stack(stack), axis=0), np.float32))
    return made


def _timed(call: Callable[[], list[Picture]]) -> tuple[list[Picture], float]:
    began = time.perf_counter()
    made = call()
    return made, (time.perf_counter() - began) / len(made)


def _figures(made: list[Picture], coded: list[Picture], truth: list[Picture], seconds: float) -> Figures:
    detail = [np.abs(_fine(one)).mean(axis=2) for one in truth]
    busyness = [cv2.GaussianBlur(one, (0, 0), 4) for one in detail]
    smooth = [one <= np.quantile(one, 0.25) for one in busyness]
    busy = [one >= np.quantile(one, 0.75) for one in busyness]
    slope = [
        float((_fine(m)[b] * _fine(t)[b]).sum() / (_fine(t)[b] ** 2).sum())
        for m, t, b in zip(made, truth, busy)
    ]
    left = [
        float(((m - t)[s] ** 2).mean() / ((c - t)[s] ** 2).mean())
        for m, c, t, s in zip(made, coded, truth, smooth)
    ]

    def gained(where: list[Mask] | None = None) -> float:
        return float(np.mean(_psnr(made, truth, where)) - np.mean(_psnr(coded, truth, where)))

    return Figures(
        gained(), gained(smooth), gained(busy), float(np.mean(slope)), float(np.mean(left)), seconds
    )


def _psnr(
    made: list[Picture], truth: list[Picture], where: list[NDArray[np.bool_]] | None = None
) -> list[float]:
    chosen = where or [np.ones(one.shape[:2], np.bool_) for one in truth]
    squares = [np.mean((m - t)[w].astype(np.float64) ** 2) for m, t, w in zip(made, truth, chosen)]
    return [float(-10 * np.log10(max(one, 1e-12))) for one in squares]


def _fine(picture: Picture) -> Picture:
    return np.asarray(picture - cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)


def _colours(path: Path) -> Picture:
    frame = Sequence.find(str(path)).read(int(path.name.split(".")[-2]))
    return np.asarray(frame.linear(frame.display_window), np.float32)


def _rounded(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _rounded(one) for name, one in told.items()}
    return round(told, 3)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="person")
    parser.add_argument("--frames", type=int, default=7)
    parser.add_argument("--size", default=(640, 360), type=lambda t: tuple(int(one) for one in t.split("x")))
    parser.add_argument("--grain", default="1,3")
    return parser.parse_args()


if __name__ == "__main__":
    main()
