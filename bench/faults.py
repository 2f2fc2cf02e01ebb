"""Show that nothing can make the engine lose work.

    python bench/faults.py [--kills 200] [--jobs 1000] [--shots 4] [--folder DIR] [--plant FAULT...]

Hosts submit small jobs to an engine that they start themselves, with two workers. Meanwhile workers, engines
and hosts are killed by SIGKILL at random moments, and workers and engines are stopped and go on. Then a disk
fills up, another becomes read-only (both need root), and the clock is set back (needs faketime); what cannot
be done here is skipped by name. At the end an undisturbed engine ends what is left, and every picture of
every take is compared with a run that nothing disturbed. `--plant` does what must never happen, to see that
it is counted: row, torn, missing, swapped. The last line is JSON; lost, torn and stuck must be 0. Linux only.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _fault_disks as disks
from _fault_checks import (
    Counts,
    count,
    count_leftovers,
    count_processes,
    count_start,
    plant,
    settle,
)
from _fault_kills import Faults
from _fault_site import Site

DISKS = {"full_disk": disks.full_disk, "read_only": disks.read_only, "clock": disks.clock_set_back}
_SUBREAPER = 36


def main() -> None:
    """Run every fault and print what came of it."""
    options = _options()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="photodouble-faults-"))
    figures = run(
        Site(folder, options.frames),
        kills=options.kills,
        jobs=options.jobs,
        shots=options.shots,
        seed=options.seed,
        pause=options.pause,
        skip=options.skip,
        planted=options.plant,
    )
    if options.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))


def run(
    site: Site,
    *,
    kills: int,
    jobs: int,
    shots: int,
    seed: int = 1,
    pause: float = 0.5,
    skip: Iterable[str] = (),
    planted: Iterable[str] = (),
) -> dict[str, object]:
    """Run the faults on a site and return what was counted."""
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    faults, counts = Faults(site, seed, pause=pause), Counts()
    try:
        site.prepare(shots)
        faults.run(kills, most_jobs=jobs)
        counts.add(count_start(site))
        settle(site)
        skipped = _machine(site, counts, skip)
        for fault in planted:
            plant(site, fault)
        counts.add(count_processes(site))
        counts.add(count(site))
        with site.engine() as engine:
            engine.shutdown(force=True)
        counts.add(count_leftovers())
    finally:
        site.close()
    first = {name: getattr(counts, name) for name in ("lost", "torn", "stuck")}
    return {
        "kills": faults.kills,
        **first,
        **asdict(counts),
        "stops": faults.stops,
        "killed": faults.of,
        "jobs": len(site.accepted()),
        "skipped": skipped,
        "seconds": round(time.monotonic() - began),
    }


def _machine(site: Site, counts: Counts, skip: Iterable[str]) -> dict[str, str]:
    """Give the machine its faults, and return those that it could not be given."""
    skipped: dict[str, str] = {}
    for name, fault in DISKS.items():
        if name in skip:
            skipped[name] = "not wanted"
            continue
        try:
            counts.add(fault(site))
        except disks.Skipped as why:
            skipped[name] = str(why)
            print(f"skipped {name}: {why}")
    return skipped


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1000, help="at most so many jobs")
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--frames", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds of a short wait, on average")
    parser.add_argument("--skip", nargs="*", default=[], choices=sorted(DISKS))
    parser.add_argument("--folder", type=Path, help="keep everything here")
    parser.add_argument("--plant", nargs="*", default=[], choices=["row", "torn", "missing", "swapped"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
