"""Ctrl-C is told in words by every command that asks whether to stop."""

from __future__ import annotations

import os
import signal

import pytest

from photodouble.cli.jobs import stopping
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError


def test_work_that_was_asked_to_stop_says_so_and_gives_the_signals_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ArtistError) as told, stopping() as stop:
        report = Reporter(should_stop=stop.is_set)
        report.progress(1, 2, "looking")
        os.kill(os.getpid(), signal.SIGINT)
        report.progress(2, 2, "looking")
    assert told.value.code == "engine.stopped" and told.value.fix.endswith(".")
    assert signal.getsignal(signal.SIGINT) is before


def test_any_other_fault_passes_through() -> None:
    with pytest.raises(KeyError), stopping():
        raise KeyError("a fault")
