"""The engine's door and its previews: a likeness without consent does not even enter the queue."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import likeness
import pytest
from likeness import MODEL, PERFORMER, Likely
from open_door import Door, opened

from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.wire import PreviewWanted, Submission, new_id


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    likeness.register(monkeypatch)
    return Likely(tmp_path / "show", Settings(engine_folder=str(tmp_path / "state")))


@pytest.fixture
def door(likely: Likely) -> Iterator[Door]:
    with opened(likely.settings) as found:
        yield found


@pytest.fixture
def request_for(likely: Likely, tiny_shot: Callable, request_for: Callable) -> Callable[..., JobRequest]:
    def make(**more: object) -> JobRequest:
        given = {"operation": "likeness", "performers": (PERFORMER,), "values": {"face_model": MODEL}}
        root = str(likely.folder / "takes")
        return request_for(tiny_shot((1, 2)), output_root=root, **{**given, **more})

    return make


def test_a_job_without_consent_is_refused_at_the_door(
    likely: Likely, door: Door, request_for: Callable[..., JobRequest]
) -> None:
    wanted = Submission(request_for(), job=new_id()).to_json()
    refused = door.ask("POST", "/jobs", wanted)
    assert (refused.status, refused.code) == (422, "consent.missing")
    assert door.queue.submissions == {}
    ident = likely.file()
    assert door.ask("POST", "/jobs", wanted).status == 201
    likely.revoke(ident)
    again = door.ask("POST", "/jobs", {**wanted, "job": new_id()})
    assert (again.status, again.code) == (422, "consent.not_valid")


def test_a_job_of_a_wrong_shot_is_refused_at_the_door(
    likely: Likely, door: Door, request_for: Callable[..., JobRequest]
) -> None:
    likely.file()
    wanted = Submission(request_for(shot="sh999"), job=new_id()).to_json()
    refused = door.ask("POST", "/jobs", wanted)
    assert (refused.status, refused.code) == (422, "consent.not_valid")


def test_work_without_a_likeness_enters_as_before(
    door: Door, likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    request = dataclasses.replace(request_for(), operation="inpaint", values={}, performers=())
    assert door.ask("POST", "/jobs", Submission(request, job=new_id()).to_json()).status == 201
    assert not Path(likely.settings.engine_folder).exists()


def test_a_preview_of_a_likeness_needs_consent_at_the_door_and_in_the_worker(
    likely: Likely, door: Door, request_for: Callable[..., JobRequest], tmp_path: Path
) -> None:
    wanted = PreviewWanted(request_for(), 1)
    refused = door.ask("POST", "/previews", wanted.to_json())
    assert (refused.status, refused.code) == (422, "consent.missing")

    def make() -> object:
        return make_preview(wanted, tmp_path / "previews", likely.settings, Reporter(), PreviewStore(10**8))

    with pytest.raises(ArtistError) as caught:
        make()
    assert caught.value.code == "consent.missing"
    assert not (tmp_path / "previews").exists()
    likely.file()
    assert door.ask("POST", "/previews", wanted.to_json()).status == 201
    assert make()
