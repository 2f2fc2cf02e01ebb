"""From the engine's door to the delivery: consent is asked for at every step, by what does the work."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import likeness
import pytest
from likeness import MODEL, PERFORMER, Likely
from open_door import Door, opened

from photodouble.engine.runner import JobOptions, run_job
from photodouble.provenance.override import override
from photodouble.provenance.sign import make_studio, signing_folder
from photodouble.settings import Settings
from photodouble.takes.export import ExportWish, export_take
from photodouble.takes.finding import store_at
from photodouble.takes.review import Wish, decide, status
from photodouble.takes.store import Take, TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest
from photodouble_client.wire import Submission, new_id

pytest.importorskip("c2pa")


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    likeness.register(monkeypatch)
    state, cache = str(tmp_path / "state"), str(tmp_path / "cache")
    settings = Settings(engine_folder=state, cache_folder=cache, contact_sheet=False, threads=1)
    return Likely(tmp_path / "show", settings)


@pytest.fixture
def asked(likely: Likely, tiny_shot: Callable, request_for: Callable) -> JobRequest:
    root, values = str(likely.folder / "takes"), {"face_model": MODEL}
    more = {"operation": "likeness", "performers": (PERFORMER,), "values": values, "use": "final"}
    made: JobRequest = request_for(tiny_shot((1, 2)), output_root=root, **more)
    return made


@pytest.fixture
def door(likely: Likely) -> Iterator[Door]:
    with opened(likely.settings) as found:
        yield found


@pytest.fixture
def store(likely: Likely) -> TakeStore:
    return store_at(str(likely.folder / "takes"))


def hand_in(door: Door, asked: JobRequest) -> str:
    answer = door.ask("POST", "/jobs", Submission(asked, job=new_id()).to_json())
    return "taken" if answer.status == 201 else answer.code


def make(likely: Likely, asked: JobRequest) -> Take:
    return run_job(asked, JobOptions(settings=likely.settings)).take


def approve(likely: Likely, store: TakeStore, take: Take) -> None:
    decide(store, take, Wish("approve"), likely.keys["ada"], likely.settings)


def deliver(likely: Likely, store: TakeStore, take: Take, folder: Path, use: str = "final") -> Path:
    return export_take(take, store, ExportWish(folder, use), likely.settings).manifest


def code(call: Callable[[], object]) -> str:
    with pytest.raises(ArtistError) as caught:
        call()
    return caught.value.code


def card(likely: Likely, tmp_path: Path) -> None:
    """File the model that the likeness is made with, as a studio would."""
    from photodouble.models.filing import card_from
    from photodouble.models.registry import ModelRegistry

    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    weights = tmp_path / "net.safetensors"
    weights.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    known = {
        "licence": "Apache-2.0",
        "commercial": "yes",
        "uses": ["ideation", "temp", "final"],
        "training": [{"category": "films", "rights": "licensed"}],
        "attestation": {"vendor": "Acme", "signatory": "B. Roth", "valid_to": "2099-12-31"},
    }
    ModelRegistry.of(likely.settings, likely.folder).add(
        weights, card_from(MODEL, known), folder=likely.folder / "models"
    )


def test_with_consent_a_likeness_goes_all_the_way(
    likely: Likely, door: Door, asked: JobRequest, store: TakeStore, tmp_path: Path
) -> None:
    card(likely, tmp_path)
    make_studio(signing_folder(), "Test Studio")
    likely.file()
    assert hand_in(door, asked) == "taken"
    take = make(likely, asked)
    assert code(lambda: deliver(likely, store, take, tmp_path / "early")) == "policy.approval"
    approve(likely, store, take)
    delivery = deliver(likely, store, take, tmp_path / "out")
    assert status(take, store).is_approved
    for path in delivery.parent.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        assert PERFORMER.encode() not in content, path
        assert b"ten years younger" not in content, path


def test_without_consent_nothing_begins(likely: Likely, door: Door, asked: JobRequest) -> None:
    assert hand_in(door, asked) == "consent.missing"
    assert code(lambda: make(likely, asked)) == "consent.missing"
    assert not (likely.folder / "takes").exists()


def test_consent_revoked_on_the_way_stops_each_next_step(
    likely: Likely, door: Door, asked: JobRequest, store: TakeStore, tmp_path: Path
) -> None:
    card(likely, tmp_path)
    make_studio(signing_folder(), "Test Studio")
    first = likely.file()
    assert hand_in(door, asked) == "taken"
    likely.revoke(first)
    assert code(lambda: make(likely, asked)) == "consent.not_valid"
    second = likely.file(document_sha256="2" * 64)
    take = make(likely, asked)
    likely.revoke(second)
    assert code(lambda: approve(likely, store, take)) == "consent.not_valid"
    third = likely.file(document_sha256="3" * 64)
    approve(likely, store, take)
    likely.revoke(third)
    assert code(lambda: deliver(likely, store, take, tmp_path / "out")) == "consent.not_valid"
    assert not list((tmp_path / "out").glob("*"))


def test_an_override_goes_as_far_as_a_temp_and_stays_visible(
    likely: Likely, door: Door, asked: JobRequest, store: TakeStore, tmp_path: Path
) -> None:
    card(likely, tmp_path)
    make_studio(signing_folder(), "Test Studio")
    asked = dataclasses.replace(asked, use="temp")
    override(asked, "For the director's eyes.", likely.show, likely.keys["ada"], likely.settings)
    assert hand_in(door, asked) == "taken"
    take = make(likely, asked)
    approve(likely, store, take)
    temp = deliver(likely, store, take, tmp_path / "temp", "temp")
    pictures = list(temp.parent.rglob("*.exr"))
    assert pictures
    assert all(b"photodouble/consent" in path.read_bytes()[:8192] for path in pictures)
    assert code(lambda: deliver(likely, store, take, tmp_path / "final")) == "policy.forbidden"
    likely.file()
    assert code(lambda: deliver(likely, store, take, tmp_path / "final")) == "policy.forbidden"
    assert not list((tmp_path / "final").glob("*"))


def test_every_step_is_in_a_ledger_that_holds(
    likely: Likely, asked: JobRequest, store: TakeStore, tmp_path: Path
) -> None:
    from photodouble.provenance.ledger import Ledger

    likely.revoke(likely.file(performer="somebody"))
    likely.file()
    override(asked, "To be sure.", likely.show, likely.keys["ada"], likely.settings)
    take = make(likely, asked)
    approve(likely, store, take)
    with Ledger.open(likely.settings) as ledger:
        assert ledger.verify() == ()
        kinds = [row.kind for row in ledger.rows() if row.kind != "ledger.head"]
    assert kinds == [
        "consent.recorded",
        "consent.revoked",
        "consent.recorded",
        "decision.overridden",
        "run.started",
        "run.finished",
        "suggestion.created",
        "decision.approved",
    ]
