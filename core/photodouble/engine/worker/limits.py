"""What a worker may use, and how it ends with its engine: set before any pixel library is loaded."""

from __future__ import annotations

import os
import sys
from pathlib import Path

THREAD_POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_SET_DEATH_SIGNAL = 1
_KILL = 9


def die_with_parent(parent: int = 0) -> None:
    """Let the system kill this worker when its engine dies, even while it is halted (Linux).

    Elsewhere, and in any case, a worker also ends as soon as its input closes. An engine that died before
    this call is noticed by its process id, which is `parent` or, when that is 0, the present one.
    """
    if sys.platform != "linux":
        return
    import ctypes

    expected = parent or os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, _KILL, 0, 0, 0)
    if os.getppid() != expected:
        os._exit(1)


def limit_thread_pools(threads: int) -> None:
    """Let the libraries that read their limit while loading use so many threads; 0 leaves them alone."""
    if threads <= 0:
        return
    for name in THREAD_POOLS:
        os.environ[name] = str(threads)


def limit_memory(gigabytes: float) -> None:
    """Let this process hold so much memory of its own, so that only its own job fails; 0 is no limit (Linux).

    Mapped files do not count. What does not fit raises MemoryError in Python and in most libraries.
    """
    if gigabytes <= 0 or sys.platform != "linux":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(gigabytes * 1_000_000_000)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if most < 0 else min(wanted, most), most))


def keep_compiled_code(folder: Path) -> None:
    """Give compiled loops a place to be kept where the installation cannot be written to.

    Compiling them takes six seconds; without any place the libraries refuse to load at all.
    """
    if "NUMBA_CACHE_DIR" not in os.environ and not os.access(Path(__file__).parents[2], os.W_OK):
        os.environ["NUMBA_CACHE_DIR"] = str(folder / "compiled")
