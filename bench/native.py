"""Bench the whole command at the plate's own size: sharpness, grain, seconds a frame, peak memory.

    python bench/native.py [--footage DIR] [--only beach,wide] [--frames 40] [--keep DIR]

`beach` is vp-beach-1080 with its matte enlarged to 1920x1080 and greyed (real detail, compressed
grain); `wide` a rendered half-float clip of 4096x2160 whose grain-free truth is known. Each is done by
the command line in a fresh process, with an empty cache (Linux and Windows). Last line JSON; the bars are
detail_ratio 0.9-1.1, grain_ratio 0.9-1.1 in every channel, grain_corr below 0.1, and CPU seconds a frame of
the whole command with its children, analysis and writing included: cpu_s_1080 1.5, cpu_s_4k 6.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _grain

from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence

Picture = NDArray[np.float32]
_COMMAND = "import sys; from photodouble.cli.main import main; sys.exit(main())"
_MATTE = "stationary_0"
_SIZES = {"beach": "1080", "wide": "4k"}


@dataclass(frozen=True)
class Clip:
    """One prepared clip: patterns for the command, and its truths by frame number."""

    name: str
    plate: str
    matte: str
    numbers: tuple[int, ...]
    truth: Callable[[int], Picture]
    clean: Callable[[int], Picture] | None = None


def native_rows(
    footage: Path, *, only: str = "beach,wide", frames: int = 40, keep: Path | None = None
) -> dict[str, float]:
    """Run the clips and give all figures by name; the plain names are the worst of both clips."""
    folder = keep or Path(tempfile.mkdtemp(prefix="photodouble-native-"))
    figures: dict[str, float] = {}
    try:
        for name in only.split(","):
            made = beach(footage, folder / name, frames) if name == "beach" else wide(folder / name)
            figures.update({f"{key}_{name}": value for key, value in _row(made, folder / name).items()})
            figures[f"cpu_s_{_SIZES[name]}"] = figures.pop(f"cpu_s_per_frame_{name}")
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    for key in ("detail_ratio", "grain_ratio"):
        values = [value for name, value in figures.items() if name.startswith(key)]
        figures[key] = max(values, key=lambda value: abs(value - 1))
    figures["grain_corr"] = max(value for name, value in figures.items() if name.startswith("grain_corr"))
    return figures


def beach(footage: Path, folder: Path, frames: int) -> Clip:
    """Write vp-beach-1080 as PNG with the hole greyed before anything sees it."""
    paths = sorted((footage / "vp-beach-1080" / "frames").iterdir())[:frames]
    small = cv2.imread(
        str(footage / "vp-beach-1080" / "mattes_432x240" / f"{_MATTE}.png"), cv2.IMREAD_GRAYSCALE
    )
    size = cv2.imread(str(paths[0])).shape[1::-1]
    matte = np.where(cv2.resize(small, size, interpolation=cv2.INTER_NEAREST) > 0, 255, 0).astype(np.uint8)
    (folder / "plate").mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "matte.png"), matte)
    for number, path in enumerate(paths, 1):
        greyed = np.where(matte[..., None] > 0, 127, cv2.imread(str(path))).astype(np.uint8)
        cv2.imwrite(
            str(folder / "plate" / f"plate.{number:04d}.png"), greyed, [cv2.IMWRITE_PNG_COMPRESSION, 1]
        )

    def truth(number: int) -> Picture:
        return np.ascontiguousarray(
            cv2.imread(str(paths[number - 1]))[..., ::-1] / np.float32(255), np.float32
        )

    pattern = str(folder / "plate" / "plate.####.png")
    return Clip("beach", pattern, str(folder / "matte.png"), tuple(range(1, len(paths) + 1)), truth)


def wide(folder: Path) -> Clip:
    """Render the 4096x2160 clip in another process, so that this one stays small."""
    if not (folder / "clean").is_dir():
        writer = Path(__file__).with_name("long_plates.py")
        words = [sys.executable, str(writer), str(folder), "--kind", "wide"]
        subprocess.run([*words, "--only", "plate,matte,truth,clean"], check=True, stdout=subprocess.DEVNULL)
    numbers = Sequence.find(folder / "plate" / "plate.####.exr").frames

    def read(kind: str) -> Callable[[int], Picture]:
        found = Sequence.find(folder / kind / f"{kind}.####.exr")
        return lambda number: encode(found.read(number).linear())

    plate, matte = (str(folder / kind / f"{kind}.####.exr") for kind in ("plate", "matte"))
    return Clip("wide", plate, matte, numbers, read("truth"), read("clean"))


def _row(clip: Clip, folder: Path) -> dict[str, float]:
    suffix = Path(clip.plate).suffix
    output = folder / "result" / f"result.####{suffix}"
    seconds, cpu, megabytes = _run(clip, folder, output)
    found = Sequence.find(output)
    matte = Sequence.find(clip.matte)

    def shown(number: int) -> _grain.Shown:
        result = encode(found.read(number).linear())
        hole = matte.read(matte.frames[0] if matte.still else number)
        covered = _grain.matte_of(hole)
        clean = clip.clean(number) if clip.clean is not None else None
        return _grain.Shown(result, clip.truth(number), covered, clean)

    places = [len(clip.numbers) * part // 8 for part in (1, 3, 5, 7)]
    figures = _grain.measure(
        [(shown(clip.numbers[place]), shown(clip.numbers[place + 1])) for place in places]
    )
    count = len(clip.numbers)
    figures.update(
        s_per_frame=round(seconds / count, 3),
        cpu_s_per_frame=round(cpu / count, 3),
        peak_mb=round(megabytes, 1),
    )
    print(f"{clip.name:8}" + "".join(f"{key:>18} {value:8.3f}" for key, value in figures.items()), flush=True)
    return figures


def _run(clip: Clip, folder: Path, output: Path) -> tuple[float, float, float]:
    """Run the command in a fresh process: seconds, CPU seconds, largest resident megabytes."""
    shutil.rmtree(folder / "takes", ignore_errors=True)
    shutil.rmtree(folder / "result", ignore_errors=True)
    words = [sys.executable, "-c", _COMMAND, "inpaint", "--plate", clip.plate, "--matte", clip.matte]
    words += ["--output", str(output), "--root", str(folder / "takes"), "--quiet", "--overwrite"]
    environment = {**os.environ, **_own_cache(folder / "cache"), "OMP_NUM_THREADS": "1"}
    shutil.rmtree(folder / "cache", ignore_errors=True)
    began = time.perf_counter()
    child = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"the command failed on {clip.name}: exit code {child.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _own_cache(folder: Path) -> dict[str, str]:
    """Name a user cache of its own to the command: with yesterday's analysis in it, seconds mean nothing."""
    return {name: str(folder) for name in ("XDG_CACHE_HOME", "LOCALAPPDATA")}


def main() -> None:
    """Run the clips asked for and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = Path(__file__).resolve().parents[1].parent / "shared" / "footage"
    parser.add_argument("--footage", type=Path, default=default)
    parser.add_argument("--only", default="beach,wide")
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--keep", type=Path, default=None)
    options = parser.parse_args()
    print(
        json.dumps(native_rows(options.footage, only=options.only, frames=options.frames, keep=options.keep))
    )


if __name__ == "__main__":
    main()
