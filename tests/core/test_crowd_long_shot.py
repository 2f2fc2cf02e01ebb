"""A long shot takes no more memory than a short one, and the bench reads its own figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench" / "crowd.py"
_SHOT = """
import json, resource, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from crowd_splats import figure, splats
from photodouble.ops.crowd.cards import deck_of
from photodouble.ops.crowd.raster import raster

make = np.random.default_rng(1)
deck = deck_of([figure()], [(32.0, 128.0)], [128.0])
peaks = []
for frame in range(90):
    foot = make.uniform((0, 0), (480, 270), (4000, 2))
    people = splats(foot, make.uniform(5, 40, 4000), make.uniform(5, 90, 4000))
    drawn = raster(people, deck, (270, 480), threads=2)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(json.dumps({"early": peaks[29], "late": peaks[-1]}))
"""


def test_memory_does_not_grow_with_the_shot() -> None:
    fakes = Path(__file__).resolve().parents[1] / "fakes"
    done = subprocess.run(
        [sys.executable, "-c", _SHOT, str(fakes)], capture_output=True, text=True, timeout=300, check=True
    )
    peak = json.loads(done.stdout)
    assert peak["late"] - peak["early"] < 0.02 * peak["early"]


def test_the_bench_of_the_crowd_ends_with_its_figures() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCH), "--counts", "200", "--sample", "20", "--rounds", "1"],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={**os.environ, "PYTHONPATH": str(BENCH.parents[1] / "core")},
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert list(figures) == [
        "agents_per_cpu_s_hd_100k",
        "cv2_agents_per_cpu_s_hd_100k",
        "wall_s_4k_100k_ids",
        "layout_cpu_s_100k",
    ]
    assert figures["layout_cpu_s_100k"] > 0
