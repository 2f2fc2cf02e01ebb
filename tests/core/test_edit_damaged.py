"""Damaged cuts: each is read, or is one clear error; the process lives, and the file is as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "edit"
DAMAGE = Path(__file__).parents[1] / "fakes" / "damage.py"


def read_damaged(sample: str, seed: int, count: int, *raw: str) -> tuple[int, list[str], str]:
    """Read damaged copies of a sample in a process of their own: its exit status, the outcomes, its words."""
    command = [sys.executable, str(DAMAGE), str(GOLDEN / sample), str(seed), str(count), *raw]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, [json.loads(line)["outcome"] for line in done.stdout.splitlines()], done.stderr


@pytest.mark.parametrize("sample", ["transition.otio", "nested_example.otio", "screening_example.otio"])
def test_damaged_cuts_are_errors_and_never_faults(sample: str) -> None:
    status, outcomes, words = read_damaged(sample, 0, 250)
    assert status == 0, words[-2000:]
    assert len(outcomes) == 250
    assert set(outcomes) == {"read", "input.bad_edit"} | ({"input.edit_rate"} & set(outcomes))


def test_the_same_damage_ends_a_reader_without_precautions() -> None:
    """The control: without the look beforehand, one of these files ends the process or raises."""
    status, outcomes, _ = read_damaged("transition.otio", 0, 250, "raw")
    assert status != 0 and len(outcomes) < 250
