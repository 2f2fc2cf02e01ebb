"""A watcher that is closed while the engine is looked for: the host goes on, and nothing is sent."""

from __future__ import annotations

import threading
from typing import Any

import pytest

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


def test_a_number_of_thousands_of_digits_is_no_frame() -> None:
    with pytest.raises(ArtistError) as caught:
        FrameRange.from_text("9" * 5000)
    assert caught.value.code == "usage.frames"


def test_settings_nested_without_end_are_said(tmp_path: Any) -> None:
    path = tmp_path / "client.json"
    path.write_text("[" * 100000, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_client_settings(str(path))
    assert str(path) in caught.value.message
