"""The fault run in small: whatever is killed, nothing is lost, torn or stuck; a fault would be counted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "faults.py"
SMALL = ("--jobs", "8", "--shots", "1", "--frames", "4", "--skip", "full_disk", "read_only", "clock")
NOUGHT = ("lost", "torn", "stuck", "zombies", "leftovers", "stale")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the fault run reads what Linux says of processes"),
]


def fault_run(folder: Path, *words: object) -> dict[str, Any]:
    """Run the bench in a process of its own and return its last line."""
    command = [sys.executable, str(BENCH), *SMALL, "--folder", str(folder), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_lost_when_workers_engines_and_hosts_are_killed(tmp_path: Path) -> None:
    figures = fault_run(tmp_path, "--kills", 10)
    assert figures["kills"] == 10
    assert {name: figures[name] for name in NOUGHT} == dict.fromkeys(NOUGHT, 0)
    assert figures["jobs"] > 0


def test_a_lost_job_and_a_torn_frame_would_be_counted(tmp_path: Path) -> None:
    figures = fault_run(tmp_path, "--kills", 2, "--plant", "row", "torn", "missing", "swapped")
    # The job struck off is lost, and so is the picture; its take is one that no job asked for.
    assert (figures["lost"], figures["torn"], figures["stuck"]) == (2, 3, 0)
