"""The gate asks for models as it asks for consent: at submit, at run, at approval and at export."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import likeness
import pytest
from likeness import MODEL, PERFORMER, Likely

from photodouble.engine.runner import JobOptions, run_job
from photodouble.models.card import Attestation, ModelCard
from photodouble.models.filing import card_from
from photodouble.models.registry import ModelRegistry
from photodouble.provenance import gate
from photodouble.provenance.ledger import Ledger
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Warned
from photodouble_client.request import JobRequest

TODAY = date(2026, 11, 21)
PLACES = ("submit", "run", "approval", "export")
KNOWN = {
    "licence": "Apache-2.0",
    "commercial": "yes",
    "uses": ["ideation", "temp"],
    "training": [{"category": "films", "rights": "licensed"}],
    "attestation": {"vendor": "Acme", "signatory": "B. Roth", "valid_to": "2099-12-31"},
}


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    likeness.register(monkeypatch)
    settings = Settings(
        engine_folder=str(tmp_path / "state"),
        cache_folder=str(tmp_path / "cache"),
        models_folder=str(tmp_path / "cards"),
        contact_sheet=False,
        threads=1,
    )
    made = Likely(tmp_path / "show", settings, 'mode = "deliverable"\n')
    made.file()
    return made


@pytest.fixture
def card(likely: Likely, tmp_path: Path) -> ModelCard:
    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "net.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    return ModelRegistry.of(likely.settings).add(tmp_path / "net.safetensors", card_from(MODEL, KNOWN))


@pytest.fixture
def request_of(likely: Likely, tiny_shot: Callable[..., Any], request_for: Callable[..., Any]) -> JobRequest:
    root = str(likely.folder / "takes")
    given = {
        "operation": "likeness",
        "performers": (PERFORMER,),
        "values": {"face_model": MODEL},
        "use": "temp",
    }
    found: JobRequest = request_for(tiny_shot((1, 2)), output_root=root, **given)
    return found


def check(request: JobRequest, likely: Likely, at: str, **more: Any) -> gate.GateMark:
    return gate.check(request, likely.show, likely.settings, at, use="temp", on=TODAY, **more)


def code(request: JobRequest, likely: Likely, at: str, **more: Any) -> str:
    with pytest.raises(ArtistError) as refused:
        check(request, likely, at, **more)
    return refused.value.code


def rewrite(likely: Likely, card: ModelCard, **changes: Any) -> None:
    changed = dataclasses.replace(card, **changes)
    path = Path(likely.settings.models_folder) / f"{card.name}.json"
    path.write_text(json.dumps(changed.to_json()), encoding="utf-8")


@pytest.mark.parametrize("at", PLACES)
def test_a_model_with_a_good_card_passes_everywhere(
    at: str, likely: Likely, card: ModelCard, request_of: JobRequest
) -> None:
    mark = check(request_of, likely, at)
    assert mark.models == {MODEL: card.sha256} and mark.flags == ()


@pytest.mark.parametrize("at", PLACES)
def test_a_model_without_a_card_is_refused_for_a_deliverable_and_flagged_in_an_exploration(
    at: str, likely: Likely, request_of: JobRequest
) -> None:
    assert code(request_of, likely, at) == "model.unknown"
    likely.write('mode = "exploration"\n')
    assert "nobody wrote a card" in check(request_of, likely, at).flags[0]


@pytest.mark.parametrize("at", PLACES)
def test_an_attestation_that_expires_in_between_refuses_from_then_on(
    at: str, likely: Likely, card: ModelCard, request_of: JobRequest
) -> None:
    rewrite(likely, card, attestation=Attestation("Acme", "B. Roth", valid_to="2026-11-20"))
    assert code(request_of, likely, at) == "model.refused"
    likely.write('mode = "exploration"\n')
    assert "expired on 2026-11-20" in check(request_of, likely, at).flags[0]


def test_a_use_beyond_the_card_is_refused(likely: Likely, card: ModelCard, request_of: JobRequest) -> None:
    rewrite(likely, card, uses=("ideation",))
    assert code(request_of, likely, "submit") == "model.refused"


def test_changed_weights_stop_the_run(likely: Likely, card: ModelCard, request_of: JobRequest) -> None:
    path = Path(card.path)
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    assert code(request_of, likely, "run") == "model.refused"


def test_the_manifest_names_the_model_and_approval_asks_for_that_very_one(
    likely: Likely, card: ModelCard, request_of: JobRequest
) -> None:
    said: list[Event] = []
    take = run_job(request_of, JobOptions(settings=likely.settings), on_event=said.append).take
    assert take.manifest()["models"] == [{"name": MODEL, "sha256": card.sha256}]
    assert not [event for event in said if isinstance(event, Warned) and "model" in event.message]
    assert check(request_of, likely, "approval", take=take.folder).models == {MODEL: card.sha256}
    rewrite(likely, card, sha256="0" * 64)
    assert code(request_of, likely, "approval", take=take.folder) == "model.unknown"


def test_a_run_tells_what_is_not_known_of_its_model(likely: Likely, request_of: JobRequest) -> None:
    likely.write('mode = "exploration"\n')
    said: list[Event] = []
    take = run_job(request_of, JobOptions(settings=likely.settings), on_event=said.append).take
    told = [event.message for event in said if isinstance(event, Warned)]
    assert f"Of the model {MODEL}: nobody wrote a card of this model." in told
    assert take.manifest()["models"] == [{"name": MODEL, "sha256": ""}]


def test_the_history_names_the_model_from_the_first_moment_on(
    likely: Likely, card: ModelCard, request_of: JobRequest
) -> None:
    run_job(request_of, JobOptions(settings=likely.settings))
    with Ledger.open(likely.settings) as ledger:
        (began,) = ledger.rows("run.started")
    assert began.payload["models"] == [{"name": MODEL, "sha256": card.sha256}]


def test_work_without_models_asks_for_no_registry(
    likely: Likely, tiny_shot: Callable[..., Any], request_for: Callable[..., Any]
) -> None:
    folder = Path(likely.settings.models_folder)
    folder.mkdir()
    (folder / "damaged.json").write_text("{", encoding="utf-8")
    request = request_for(tiny_shot((1, 2)), output_root=str(likely.folder / "takes"))
    assert check(request, likely, "run") == gate.NO_MARK
