"""Measure what Photo Double adds to the start of Nuke: init.py and menu.py in fresh processes.

    python bench/nuke_start.py [--python ~/.pyenv/versions/3.7.16/bin/python] [--runs 15]

The made-up Nuke of the tests stands for the real one; its own start is not counted. The last line is JSON:
milliseconds of the best, the middle and the worst run, with and without compiled files beside the sources.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START = """
import sys, time
folder, fakes, core = sys.argv[1:4]
sys.path[:0] = [fakes, core]
import nuke_host
nuke_host.install()
import nuke, nukescripts, os
sys.path.insert(0, folder)
began = time.perf_counter()
for name in ("init.py", "menu.py"):
    path = os.path.join(folder, name)
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), {"__file__": path, "__name__": name[:-3]})
print((time.perf_counter() - began) * 1000)
"""


def main() -> None:
    """Start it many times and print the times."""
    options = _options()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "nuke"
        skip = shutil.ignore_patterns("__pycache__", "_vendor")
        shutil.copytree(ROOT / "nuke", folder, ignore=skip)
        cold = [_milliseconds(options.python, folder, "-B") for _ in range(options.runs)]
        _milliseconds(options.python, folder)
        warm = [_milliseconds(options.python, folder) for _ in range(options.runs)]
    told = {"compiled": _told(warm), "not compiled": _told(cold)}
    for name, (best, middle, worst) in told.items():
        print(f"{name:<13} {best} ms at best, {middle} ms in the middle, {worst} ms at worst")
    print(json.dumps(told))


def _milliseconds(python: str, folder: Path, *flags: str) -> float:
    places = [str(folder), str(ROOT / "tests/fakes"), str(ROOT / "core")]
    command = [python, *flags, "-c", START, *places]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=clean)
    return float(ran.stdout)


def _told(runs: list[float]) -> tuple[float, float, float]:
    return round(min(runs), 1), round(statistics.median(runs), 1), round(max(runs), 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="The Python to start it in.")
    parser.add_argument("--runs", type=int, default=15, help="How often.")
    return parser.parse_args()


if __name__ == "__main__":
    main()
