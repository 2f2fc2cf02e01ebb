"""A model is used only by its card: what it is, what it may be used for, and until when."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from photodouble.engine.tasks import run_task
from photodouble.models.card import Attestation, ModelCard, TrainingData
from photodouble.models.filing import card_from, file_model, model_rows
from photodouble.models.registry import ModelRegistry
from photodouble.models.use import may_use, required
from photodouble.ops.operation import Reporter, Stopped
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

TODAY = date(2026, 11, 21)
GOOD = {
    "licence": "Apache-2.0",
    "commercial": "yes",
    "uses": ["ideation", "temp", "final"],
    "training": [{"category": "stock photographs", "rights": "licensed"}],
    "attestation": {"vendor": "Acme", "signatory": "B. Roth", "valid_to": "2027-12-31"},
}


@dataclasses.dataclass(frozen=True)
class Policy:
    models: tuple[str, ...] | None = None


def safetensors(value: int = 1) -> bytes:
    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes([value] * 4)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        cache_folder=str(tmp_path / "cache"),
        models_folder=str(tmp_path / "cards"),
        engine_folder=str(tmp_path / "state"),
    )


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    path.write_bytes(safetensors())
    return path


@pytest.fixture
def registry(settings: Settings) -> ModelRegistry:
    return ModelRegistry.of(settings)


@pytest.fixture
def card(registry: ModelRegistry, weights: Path) -> ModelCard:
    return registry.add(weights, card_from("net", GOOD))


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ArtistError) as refused:
        call()
    return refused.value.code


def test_a_card_comes_back_from_json_as_it_was(card: ModelCard) -> None:
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json()))) == card
    assert card.training == (TrainingData("stock photographs", "licensed"),)


@pytest.mark.parametrize(
    "fault",
    [
        {"colour": "red"},
        {"uses": ["war"]},
        {"commercial": "perhaps"},
        {"training": [{"category": "faces"}]},
        {"attestation": {"vendor": "Acme", "signatory": "B. Roth", "valid_to": "next year"}},
        {"attestation": {"vendor": "Acme", "signatory": " ", "valid_to": "2027-12-31"}},
        {"schema": 9},
        {"licence": 3},
        {"inputs": "image"},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_a_card_with_a_mistake_is_refused(fault: dict[str, Any]) -> None:
    assert code_of(lambda: card_from("net", {**GOOD, **fault})) == "input.bad_request"


@pytest.mark.parametrize("name", ["", "../net", "a/b", ".hidden", "x" * 101])
def test_a_name_never_leads_out_of_the_folder(name: str) -> None:
    assert code_of(lambda: card_from(name, GOOD)) == "input.bad_request"


def test_a_good_card_may_be_used_for_a_deliverable(card: ModelCard) -> None:
    assert may_use(card, "final", "deliverable", Policy(), TODAY).ok


def attested(**days: str) -> dict[str, Any]:
    return {"attestation": Attestation("Acme", "B. Roth", **days)}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"attestation": None}, "no vendor"),
        (attested(valid_to="2026-11-20"), "expired on 2026-11-20"),
        (attested(valid_from="2026-11-22", valid_to="2027-01-01"), "from 2026-11-22"),
        (attested(), "no last day"),
        ({"licence": ""}, "licence is not known"),
        ({"commercial": "no"}, "forbids commercial"),
        ({"commercial": "unknown"}, "not known to permit"),
        ({"training": ()}, "training data"),
    ],
)
def test_what_is_unknown_or_expired_refuses_a_deliverable_and_is_flagged_in_an_exploration(
    card: ModelCard, change: dict[str, Any], word: str
) -> None:
    doubtful = dataclasses.replace(card, **change)
    refused = may_use(doubtful, "final", "deliverable", Policy(), TODAY)
    flagged = may_use(doubtful, "final", "exploration", Policy(), TODAY)
    assert not refused.ok and word in refused.reasons[0]
    assert flagged.ok and word in flagged.flags[0] and flagged.reasons == ()


def test_a_model_without_a_card_is_refused_or_flagged() -> None:
    assert not may_use(None, "final", "deliverable").ok
    assert may_use(None, "ideation", "exploration").flags == ("nobody wrote a card of this model",)


@pytest.mark.parametrize("mode", ["exploration", "deliverable"])
def test_a_use_or_a_model_that_is_not_named_is_refused_in_both_modes(card: ModelCard, mode: str) -> None:
    narrow = dataclasses.replace(card, uses=("ideation",))
    assert "permits ideation and not final" in may_use(narrow, "final", mode, on=TODAY).reasons[0]
    assert not may_use(card, "final", mode, Policy(("other",)), TODAY).ok
    assert not may_use(card, "final", mode, Policy(()), TODAY).ok
    assert may_use(card, "final", mode, Policy((card.sha256,)), TODAY).ok


def test_the_last_day_of_an_attestation_counts(card: ModelCard) -> None:
    last = dataclasses.replace(card, **attested(valid_from="2026-11-21", valid_to="2026-11-21"))
    assert may_use(last, "final", "deliverable", on=TODAY).ok


def test_weights_that_changed_after_their_card_are_refused(
    registry: ModelRegistry, card: ModelCard, weights: Path
) -> None:
    assert required(registry, "net", "final", "deliverable", on=TODAY)[1].ok
    weights.write_bytes(safetensors(2))
    assert "content" in registry.fault(card)
    assert code_of(lambda: required(registry, "net", "ideation", "exploration", on=TODAY)) == "model.refused"
    weights.unlink()
    assert "not at" in registry.fault(card)


def test_a_changed_file_with_its_old_time_is_still_noticed(
    registry: ModelRegistry, card: ModelCard, weights: Path
) -> None:
    before = weights.stat()
    assert registry.fault(card) == ""
    weights.write_bytes(safetensors(2))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "content" in registry.fault(card)


def test_the_fingerprint_is_remembered_while_the_file_is_untouched(
    registry: ModelRegistry, card: ModelCard, weights: Path
) -> None:
    file = registry.fingerprints.file
    planted = file.read_text(encoding="utf-8").replace(card.sha256, "0" * 64)
    file.write_text(planted, encoding="utf-8")
    assert "content" in registry.fault(card)
    assert registry.fault(card, anew=True) == ""
    assert registry.fault(card) == ""


def test_reading_a_big_file_can_be_stopped(registry: ModelRegistry, weights: Path) -> None:
    with pytest.raises(Stopped):
        registry.fingerprints.of_file(weights, Reporter(should_stop=lambda: True))
    assert not registry.fingerprints.file.exists()


def test_a_model_is_found_by_its_content(registry: ModelRegistry, card: ModelCard, tmp_path: Path) -> None:
    other = tmp_path / "renamed.bin"
    other.write_bytes(safetensors())
    assert registry.card_of(other) == card
    other.write_bytes(safetensors(3))
    assert registry.card_of(other) is None


@pytest.mark.parametrize("keep", ["path", "link", "copy"])
def test_removing_a_card_leaves_the_weights_where_they_lie(
    registry: ModelRegistry, weights: Path, keep: str
) -> None:
    card = registry.add(weights, card_from("net", GOOD), keep=keep)
    assert Path(card.path).read_bytes() == weights.read_bytes()
    assert (Path(card.path) == weights) == (keep == "path")
    registry.remove("net")
    assert weights.is_file() and not [*registry.folders[-1].iterdir()]


def test_weights_that_lie_beside_their_card_stay_too(registry: ModelRegistry) -> None:
    folder = registry.folders[-1]
    folder.mkdir()
    (folder / "net.safetensors").write_bytes(safetensors())
    registry.add(folder / "net.safetensors", card_from("net", GOOD))
    registry.remove("net")
    assert [path.name for path in folder.iterdir()] == ["net.safetensors"]


def test_a_model_that_the_ledger_does_not_know_is_not_filed(
    settings: Settings, weights: Path, tmp_path: Path, registry: ModelRegistry
) -> None:
    (tmp_path / "state").write_text("no folder", encoding="utf-8")
    with pytest.raises((ArtistError, OSError)):
        file_model(weights, card_from("net", GOOD), settings, near=tmp_path)
    assert registry.cards() == ()


def test_a_name_is_given_once(registry: ModelRegistry, card: ModelCard, weights: Path) -> None:
    assert code_of(lambda: registry.add(weights, card_from("net", GOOD))) == "input.output_exists"


def test_the_card_of_the_show_is_believed_before_the_users(
    settings: Settings, registry: ModelRegistry, card: ModelCard, weights: Path, tmp_path: Path
) -> None:
    show = ModelRegistry.of(settings, tmp_path / "show")
    show.add(weights, card_from("net", {**GOOD, "licence": "studio"}), folder=show.folders[0])
    assert [one.licence for one in show.cards()] == ["studio"]
    assert registry.card("net").licence == "Apache-2.0"


def test_a_damaged_card_is_named(registry: ModelRegistry, card: ModelCard) -> None:
    path = registry.folders[-1] / "net.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"net"', '"ten"'), encoding="utf-8")
    assert code_of(registry.cards) == "input.bad_request"
    assert "net.json" in model_rows(registry)[0]["fault"]


def test_filing_a_model_is_noted_in_the_ledger(settings: Settings, weights: Path, tmp_path: Path) -> None:
    from photodouble.provenance.ledger import Ledger

    card = file_model(weights, card_from("net", GOOD), settings, near=tmp_path)
    with Ledger.open(settings) as ledger:
        rows = list(ledger.rows())
    assert [row.kind for row in rows] == ["model.registered", "attestation.received"]
    assert {row.payload["sha256"] for row in rows} == {card.sha256}
    assert str(tmp_path) not in json.dumps([dict(row.payload) for row in rows])


def test_the_tasks_file_list_verify_and_remove(settings: Settings, weights: Path) -> None:
    def ask(task: str, **arguments: Any) -> Any:
        return run_task(task, arguments, settings, Reporter())

    ask("models.add", weights=str(weights), name="net", card=GOOD)
    assert [(row["name"], row["deliverable"]) for row in ask("models.list")] == [("net", True)]
    assert ask("models.verify") == [{"name": "net", "fault": ""}]
    weights.write_bytes(safetensors(9))
    assert "content" in ask("models.verify", name="net")[0]["fault"]
    ask("models.remove", name="net")
    assert ask("models.list") == []
