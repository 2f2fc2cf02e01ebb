"""A watcher that is closed while the engine is looked for: the host goes on, and nothing is sent."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.settings import read_client_settings
from photodouble_client.watch import Watcher


class _Engine:
    def close(self) -> None:
        """Nothing is open."""


def test_what_is_closed_before_the_engine_was_found_is_never_asked() -> None:
    found, asked = threading.Event(), []

    def connect(_say: Any, _stop: Any) -> Any:
        found.wait(10.0)
        return _Engine()

    watcher = Watcher("", connect, lambda engine: asked.append(engine) or iter(()))  # type: ignore[arg-type,func-returns-value,return-value]
    watcher.close(0.0)
    assert (watcher.has_asked, watcher.is_done) == (False, False)
    found.set()
    watcher.close()
    assert (asked, watcher.poll(), watcher.is_done) == ([], [], True)


def refused(work: Callable[[], object]) -> ArtistError:
    """Give what is raised; the client is tested without pytest, too."""
    try:
        work()
    except ArtistError as error:
        return error
    raise AssertionError("nothing was refused")


def test_a_number_of_thousands_of_digits_is_no_frame() -> None:
    assert refused(lambda: FrameRange.from_text("9" * 5000)).code == "usage.frames"


def test_settings_nested_without_end_are_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "client.json"
        path.write_text("[" * 100000, encoding="utf-8")
        assert str(path) in refused(lambda: read_client_settings(str(path))).message
