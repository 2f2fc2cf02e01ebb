"""A worker waits behind a host that is open, whichever way the system shares out its processors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from photodouble.engine.queue import share

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that waits in a session of its own, as a worker is."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as waiting:
        yield waiting
        waiting.kill()


def switch(folder: Path, text: str) -> Path:
    path = folder / "sched_autogroup_enabled"
    path.write_text(text)
    return path


def test_where_sessions_are_scheduled_the_session_steps_back_and_comes_forward(
    process: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Path(f"/proc/{process.pid}/autogroup")
    if not session.is_file():
        pytest.skip("this system does not schedule whole sessions")
    monkeypatch.setattr(share, "AUTOGROUP", switch(tmp_path, "1\n"))
    assert share.step_back(process.pid, True)
    assert session.read_text().split()[-1] == str(share.LOWER)
    assert share.step_back(process.pid, False)
    assert session.read_text().split()[-1] == "0"


def test_elsewhere_every_thread_steps_back(
    process: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "AUTOGROUP", switch(tmp_path, "0\n"))
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert share.step_back(process.pid, True)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(own + share.LOWER, share.LOWEST)


def test_a_process_that_is_gone_needs_no_priority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for text in ("0", "1"):
        monkeypatch.setattr(share, "AUTOGROUP", switch(tmp_path, text))
        assert share.step_back(gone.pid, True)
