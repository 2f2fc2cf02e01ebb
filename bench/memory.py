"""Show that memory does not grow with the length of a shot.

    python bench/memory.py [--frames 50,500] [--size 960x540] [--folder DIR]

The same shot with a moving camera and a matte of about a tenth of the picture, at two lengths. The plate is
rendered by another process beforehand; each length is then done by the command line in a fresh process.
Counted is the largest resident size, sampled ten times a second and summed over the process and all its
children, and never less than the largest that the kernel saw. The last line is JSON. Linux only.
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
from pathlib import Path

_COMMAND = "import sys; from photodouble.cli.main import main; sys.exit(main())"


def main() -> None:
    """Measure every length and print a table."""
    options = _options()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="photodouble-memory-"))
    try:
        plates = _plates(folder, max(options.frames), options.size)
        figures = {}
        print(f"{'frames':>8}{'largest MB':>13}{'seconds':>10}{'s/frame':>10}")
        for frames in options.frames:
            largest, seconds = _measure(plates, folder / f"run{frames}", frames, options.values)
            figures[f"mb_{frames}"] = round(largest, 1)
            print(f"{frames:8d}{largest:13.1f}{seconds:10.1f}{seconds / frames:10.2f}", flush=True)
        print(json.dumps(figures))
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def _plates(folder: Path, frames: int, size: str) -> Path:
    """Render the longest shot once; a shorter one is its beginning."""
    plates = folder / "plates"
    if len(list(plates.glob("matte/*.exr"))) < frames:
        writer = Path(__file__).with_name("long_plates.py")
        words = [sys.executable, str(writer), str(plates), "--frames", str(frames), "--size", size]
        subprocess.run([*words, "--only", "plate,matte"], check=True, stdout=subprocess.DEVNULL)
    return plates


def _measure(plates: Path, folder: Path, frames: int, values: list[str]) -> tuple[float, float]:
    """Run one job on the first frames; give the largest resident size in MB and the seconds it took."""
    shutil.rmtree(folder, ignore_errors=True)
    for kind in ("plate", "matte"):
        (folder / kind).mkdir(parents=True)
        for path in sorted((plates / kind).iterdir())[:frames]:
            os.link(path, folder / kind / path.name)
    words = [sys.executable, "-c", _COMMAND, "inpaint", "--quiet", "--root", str(folder / "takes")]
    words += ["--plate", str(folder / "plate" / "plate.####.exr")]
    words += ["--matte", str(folder / "matte" / "matte.####.exr"), *values]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    began = time.monotonic()
    job = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    largest, trace = 0, []
    while job.poll() is None:
        now = _resident(job.pid)
        largest = max(largest, now)
        trace.append((time.monotonic() - began, now))
        time.sleep(0.1)
    if job.returncode:
        raise SystemExit(f"the job ended with {job.returncode}")
    _show(trace)
    return largest / 1e6, time.monotonic() - began


def _resident(pid: int) -> int:
    """Sum the resident bytes of a process and all its children, by what the kernel saw at most of each."""
    total, waiting = 0, [pid]
    while waiting:
        here = waiting.pop()
        try:
            status = Path(f"/proc/{here}/status").read_text()
            children = Path(f"/proc/{here}/task/{here}/children").read_text().split()
        except OSError:
            continue
        lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
        total += sum(int(line.split()[1]) * 1024 for line in lines)
        waiting += [int(child) for child in children]
    return total


def _show(trace: list[tuple[float, int]]) -> None:
    """Print the course of the resident size in ten steps, to see where it grows."""
    steps = [trace[int(part * (len(trace) - 1) / 9)] for part in range(10)] if trace else []
    print("   course: " + "  ".join(f"{second:.0f}s {size / 1e6:.0f}" for second, size in steps), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=lambda text: [int(n) for n in text.split(",")], default=[50, 500])
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--folder", type=Path, help="keep plates and takes here")
    parser.add_argument("values", nargs="*", help="further flags of the job, after --")
    return parser.parse_args()


if __name__ == "__main__":
    main()
