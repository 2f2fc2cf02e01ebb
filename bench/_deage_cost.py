"""Measure what a de-aged take costs: seconds a frame and peak memory at 1K, 2K and 4K, and over a long shot.

Every figure is of the whole command in a fresh process: finding the face, looking at every frame for three
painted keys, drawing, and writing all pictures of the take. Plates are the bar clip enlarged (the face is
45 % of their width), there and back again where a shot is longer than the clip. Memory is the largest
resident size, summed over the process and its children. How busy the machine was is told along: other work on
it makes the wall clock worse, the CPU's seconds hardly.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = {"1K": (1024, 12), "2K": (2048, 8), "4K": (4096, 6)}
LONG = (320, (50, 200))
_FIRST, _CLIP, _AGE, _PERFORMER = 1001, 24, 35.0, "demo-portrait"
_COMMAND = "import sys; from photodouble.cli.main import main; sys.exit(main())"


def costs() -> dict[str, object]:
    """Measure every size and both lengths."""
    found: dict[str, object] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    for name, (side, count) in SIZES.items():
        found[name] = _measured(side, (count,))[0]
        print(name, found[name], flush=True)
    for count, figures in zip(LONG[1], _measured(*LONG), strict=True):
        found[f"frames_{count}"] = figures
        print(count, "frames", figures, flush=True)
    return found


def _measured(side: int, counts: tuple[int, ...]) -> list[dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="photodouble-cost-") as kept:
        folder = Path(kept)
        line = [sys.executable, str(Path(__file__).resolve()), str(folder), str(side), str(max(counts))]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=1800)
        return [_run(folder, count) for count in counts]


def _run(folder: Path, count: int) -> dict[str, float]:
    """Run one command over the first frames; each has a cache of its own."""
    (folder / f"user{count}.toml").write_text(
        f'cache_folder = "{folder / f"cache{count}"}"\nengine_folder = "{folder / "engine"}"\n'
    )
    words = [sys.executable, "-c", _COMMAND, "deage", "render", "--quiet"]
    words += ["--plate", str(folder / "plate/plate.####.exr"), "--keys", str(folder / "paint/paint.####.exr")]
    words += ["--frames", f"{_FIRST}-{_FIRST + count - 1}", "--root", str(folder / "show/takes")]
    words += ["--shot", "demo", "--use", "ideation", "--performer", _PERFORMER, "--target-age", str(_AGE)]
    environment = {**os.environ, "PHOTODOUBLE_USER": str(folder / f"user{count}.toml")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    job = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    largest = 0
    while job.poll() is None:
        largest = max(largest, _resident(job.pid))
        time.sleep(0.1)
    if job.returncode:
        raise SystemExit(job.stderr.read().decode() if job.stderr else "the job failed")
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "frames": count,
        "wall_s_frame": round(wall / count, 2),
        "cpu_s_frame": round(spent / count, 2),
        "cores_used": round(spent / wall, 2),
        "peak_mb": round(largest / 1e6),
        "load": round(os.getloadavg()[0], 1),
    }


def _resident(pid: int) -> int:
    """Sum the largest resident bytes of a process and its children."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1]) * 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += _resident(int(child))
    except (OSError, ValueError):
        return total
    return total


def _write(folder: Path, side: int, count: int) -> None:
    """Write plates, three painted frames and a show with consent."""
    from dataclasses import replace

    import cv2
    import numpy as np
    from _deage_clip import BAR, Clip

    from photodouble.demo.deage_consent import write_demo_show
    from photodouble.demo.slate import write_frame
    from photodouble.settings import Settings

    clip = Clip(replace(BAR, frames=min(_CLIP, count)))
    settings = Settings(cache_folder=str(folder / "cache"), engine_folder=str(folder / "engine"))
    write_demo_show(folder / "show", settings, performer=_PERFORMER, age=_AGE)
    for kind in ("plate", "paint"):
        (folder / kind).mkdir()
    last = len(clip.frames) - 1
    for step in range(count):
        place = last - abs(last - step % (2 * last)) if last else 0
        frame, shown = _FIRST + step, folder / f"plate/plate.{_FIRST + step:04d}.exr"
        if step > last:
            os.link(folder / f"plate/plate.{_FIRST + place:04d}.exr", shown)
            continue
        picture = cv2.resize(clip.plate[place], (side, side), interpolation=cv2.INTER_CUBIC)
        picture = picture.astype(np.float16).astype(np.float32)
        write_frame(shown, picture, frame)
        if place in (1, last // 2, last - 1):
            delta = cv2.resize(clip.delta[place], (side, side), interpolation=cv2.INTER_CUBIC)
            write_frame(folder / f"paint/paint.{frame:04d}.exr", picture + delta, frame)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    _write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
