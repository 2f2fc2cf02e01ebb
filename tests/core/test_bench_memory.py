"""The memory bench sees memory that grows, in the process and in its children."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

HOLD = (
    "import sys, time; held = bytearray({0}); held[::4096] = b'x' * len(held[::4096]); "
    "print('held', flush=True); "
)
WAIT = HOLD + "time.sleep(60)"
PARENT = HOLD + "import subprocess; subprocess.Popen([sys.executable, '-c', {1!r}], stdout=sys.stdout).wait()"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """Load bench/memory.py, which is no package."""
    path = Path(__file__).parents[2] / "bench" / "memory.py"
    spec = importlib.util.spec_from_file_location("_memory", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def resident(bench: ModuleType, code: str, *, lines: int) -> int:
    """Start a program, wait until it says that it holds its memory, and ask the bench."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        for _ in range(lines):
            assert job.stdout.readline().strip() == "held"
        time.sleep(0.05)
        found = int(bench._resident(job.pid))
        children = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split()
        for child in children:
            subprocess.run(["kill", child], check=False)
        job.kill()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_memory_of_a_process_is_seen(bench: ModuleType) -> None:
    little = resident(bench, WAIT.format(10**6), lines=1)
    much = resident(bench, WAIT.format(10**8), lines=1)
    assert 0.95e8 < much - little < 1.15e8


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_memory_of_a_child_counts_too(bench: ModuleType) -> None:
    child = WAIT.format(5 * 10**7)
    alone = resident(bench, WAIT.format(10**6), lines=1)
    both = resident(bench, PARENT.format(10**6, child), lines=2)
    assert both - alone > 5e7
