"""A likeness is asked for from a node as from anywhere: only while the consent for it lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import likeness
import OpenEXR
import pytest
from likeness import PERFORMER, Likely
from node_requests import answer, leave, note, request_text
from short_queue import ShortQueue

from photodouble.engine.inbox import door, open_inbox
from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.engine.server.inbox_watch import InboxWatch
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.node_text import StageWish
from photodouble.takes.staged import write_staged
from photodouble_client.request import JobRequest


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    likeness.register(monkeypatch)
    settings = Settings(
        engine_folder=str(tmp_path / "state"),
        cache_folder=str(tmp_path / "cache"),
        contact_sheet=False,
        threads=1,
    )
    return Likely(tmp_path / "show", settings)


@pytest.fixture
def staged(
    likely: Likely, tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest]
) -> Callable[..., Path]:
    def make(operation: str = "likeness") -> Path:
        request = request_for(
            tiny_shot((1, 2)),
            operation=operation,
            performers=(PERFORMER,) if operation == "likeness" else (),
            output_root=str(likely.folder / "takes"),
        )
        take = run_job(request, JobOptions(settings=likely.settings)).take
        return write_staged(take, StageWish("ACEScct"), Reporter(), door=door(likely.settings)).folder

    return make


def asked(likely: Likely, folder: Path) -> ShortQueue:
    """Let a node ask for a take again, and an engine look."""
    queue, inbox = ShortQueue(), open_inbox(likely.settings)
    leave(inbox, request_text(folder))
    asyncio.run(InboxWatch(queue, likely.settings).round(inbox))
    return queue


def test_under_a_live_consent_the_take_is_made_again(likely: Likely, staged: Callable[..., Path]) -> None:
    likely.file(models=())
    folder = staged()
    assert len(asked(likely, folder).submissions) == 1
    assert answer(folder)["state"] == "queued"


def test_a_consent_that_was_taken_back_refuses_and_says_so(
    likely: Likely, staged: Callable[..., Path]
) -> None:
    ident = likely.file(models=())
    folder = staged()
    likely.revoke(ident)
    assert asked(likely, folder).submissions == {}
    said = answer(folder)
    assert said["state"] == "refused" and "consent" in said["note"].lower()
    assert list((open_inbox(likely.settings) / "taken").iterdir()) == []


def test_what_is_not_cleared_is_marked_in_every_staged_file(
    likely: Likely, staged: Callable[..., Path]
) -> None:
    folder = staged("extras")
    header = OpenEXR.File(str(folder / "frame.0001.exr")).header()
    assert header["photodouble/consent"] == "not cleared"
    assert "not cleared" in note(folder)["note"]
