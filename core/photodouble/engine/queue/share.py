"""What each worker may use: its share of threads and memory, its graphics card, its place behind a host."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from photodouble.engine.devices import gpu_environment, gpus
from photodouble.settings import Settings

LOWER, LOWEST = 10, 19
AUTOGROUP = Path("/proc/sys/kernel/sched_autogroup_enabled")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Share:
    """What one worker may use; 0 GB means no limit of its own. `card` is the variable that shows a card."""

    threads: int
    memory_gb: float
    gpu_memory_gb: float
    card: Mapping[str, str] = field(default_factory=dict)

    def arguments(self) -> list[str]:
        """Write the share as the words of a worker's command line."""
        return [
            *("--threads", str(self.threads)),
            *("--memory-gb", f"{self.memory_gb:g}"),
            *("--gpu-memory-gb", f"{self.gpu_memory_gb:g}"),
        ]

    def environment(self) -> dict[str, str]:
        """Return the variables of a worker: thread counts must be there before a library is loaded."""
        return {**os.environ, **dict.fromkeys(_THREADS, str(self.threads)), **self.card}


def share_of(lane: str, number: int, settings: Settings) -> Share:
    """Return the share of the worker with a number (from 0) in a lane.

    The batch workers divide the threads and the memory that the settings allow. A preview has every thread,
    because batch work waits for it; tasks need no graphics card.
    """
    total = settings.threads or _cores()
    workers = max(settings.workers, 1)
    threads = total if lane == "preview" else max(total // workers, 1)
    cards = () if lane == "desk" else gpus()
    card = gpu_environment(number, cards)
    return Share(threads, settings.memory_gb / workers, settings.gpu_memory_gb, card)


def step_back(pid: int, low: bool) -> bool:
    """Let a process and its threads wait behind a host, or not; False if the system does not allow it.

    On Linux every thread has a priority of its own. Who is not root can lower a priority and never raise it.
    Where the system schedules whole sessions (autogroup, sched(7)), only the priority of the worker's session
    counts, and that can be raised again.
    """
    if sys.platform == "win32":
        return True
    if AUTOGROUP.is_file() and AUTOGROUP.read_text().strip() == "1":
        return _set_session_priority(Path(f"/proc/{pid}/autogroup"), LOWER if low else 0)
    threads = Path(f"/proc/{pid}/task")
    try:
        numbers = [int(path.name) for path in threads.iterdir()] if threads.is_dir() else [pid]
    except OSError:
        return True
    own = os.getpriority(os.PRIO_PROCESS, 0)
    return all(_set_priority(number, min(own + LOWER, LOWEST) if low else own) for number in numbers)


def _set_session_priority(autogroup: Path, priority: int) -> bool:
    """Set the priority of a worker's session; the kernel takes one change in a tenth of a second."""
    for _ in range(5):
        try:
            autogroup.write_text(f"{priority}\n")
        except BlockingIOError:
            time.sleep(0.05)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        else:
            return True
    return False


def _set_priority(number: int, priority: int) -> bool:
    if sys.platform != "win32":
        try:
            os.setpriority(os.PRIO_PROCESS, number, priority)
        except ProcessLookupError:
            return True
        except OSError:
            return False
    return True


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
