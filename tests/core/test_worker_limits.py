"""The limits of a worker: set before any library reads them, and only where they are asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from photodouble.engine.queue.trouble import ending_of
from photodouble.engine.worker import limits


def test_every_library_that_makes_threads_is_told_its_share(monkeypatch):
    for name in limits.THREAD_POOLS:
        monkeypatch.setenv(name, "64")
    limits.limit_thread_pools(0)
    assert os.environ["OMP_NUM_THREADS"] == "64"
    limits.limit_thread_pools(3)
    assert {os.environ[name] for name in limits.THREAD_POOLS} == {"3"}


@pytest.mark.parametrize(("writable", "expected"), [(True, ""), (False, "compiled")])
def test_compiled_loops_are_kept_with_the_engine_where_the_installation_is_locked(
    writable, expected, monkeypatch, tmp_path
):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(limits.os, "access", lambda path, mode: writable)
    limits.keep_compiled_code(tmp_path)
    kept = os.environ.get("NUMBA_CACHE_DIR", "")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    assert kept == (str(tmp_path / expected) if expected else "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a worker")
@pytest.mark.parametrize(("gigabytes", "fits"), [(0.2, False), (0, True)])
def test_memory_beyond_the_limit_is_refused_to_this_process_alone(gigabytes, fits):
    code = (
        "import sys; from photodouble.engine.worker.limits import limit_memory\n"
        "limit_memory(float(sys.argv[1]))\n"
        "try:\n    held = bytearray(300_000_000)\n    print('fits')\n"
        "except MemoryError:\n    print('refused')\n"
    )
    command = [sys.executable, "-c", code, str(gigabytes)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == ("fits" if fits else "refused")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_worker_whose_engine_died_before_it_could_look_ends_at_once():
    code = "from photodouble.engine.worker.limits import die_with_parent\ndie_with_parent(1)\nprint('lives')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.skipif(sys.platform == "win32", reason="no signals end a process there")
@pytest.mark.parametrize("code", [-signal.SIGKILL, -signal.SIGABRT])
def test_a_worker_that_a_lack_of_memory_ended_is_told_as_such(code):
    assert "memory" in ending_of(code, "")


def test_the_module_that_sets_the_limits_loads_no_library_that_would_miss_them():
    code = (
        "import sys, photodouble.engine.worker.start\n"
        "print([name for name in ('numpy', 'cv2', 'numba', 'OpenImageIO') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
