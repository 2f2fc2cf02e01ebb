"""Read 100,000 damaged EXR and node.txt files by the node's own reader, under the sanitizers.

    python bench/ofx_fuzz.py [--count 100000] [--first 0]

Every file must give the source picture or a sound one, and none may take the reader down. Says how far it
is; the last line is JSON: files, takes_opened, frames_shown, faults, seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "fakes"))

from ofx_fuzzing import build_fuzz, run_fuzz, told, write_seeds

BATCH = 10000


def main() -> int:
    """Read damaged files batch by batch; the last line is what was counted, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--first", type=int, default=0, help="the first file, to go on or repeat")
    given = parser.parse_args()
    counted: Counter[str] = Counter()
    begun, faults = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        program = build_fuzz(Path(folder))
        seeds = write_seeds(Path(folder) / "seeds")
        for first in range(given.first, given.first + given.count, BATCH):
            many = min(BATCH, given.first + given.count - first)
            done = run_fuzz(program, seeds, many, first)
            if done.returncode:
                faults += 1
                print(done.stderr, file=sys.stderr)
                continue
            counted.update(told(done))
            print(f"{first + many - given.first} of {given.count}: {dict(counted)}", flush=True)
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({**counted, "faults": faults, "seconds": seconds}))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
