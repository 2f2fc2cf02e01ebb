"""Consent: what it covers, what it does not, and that every single reason is found."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import likeness
import pytest
from likeness import CONSENT, MODEL, OTHER, PERFORMER, Likely

from photodouble.provenance.consent import consent_for, filed
from photodouble.provenance.consent_record import ConsentRecord
from photodouble.provenance.ledger import Ledger
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

TODAY = date(2026, 11, 21)


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    likeness.register(monkeypatch)
    return Likely(tmp_path / "show", Settings(engine_folder=str(tmp_path / "state")))


def asked(**more: object) -> JobRequest:
    given = {"operation": "likeness", "shot": "sh010", "use": "final", "performers": (PERFORMER,)}
    values = {"face_model": MODEL, "target_age": 40.0}
    return JobRequest(**{**given, "values": values, **more})  # type: ignore[arg-type]


def test_a_consent_covers_what_it_names(likely: Likely) -> None:
    ident = likely.file()
    verdict = consent_for(asked(), likely.show, TODAY)
    assert (verdict.ok, verdict.records) == (True, (ident,))


FAULTS = {
    "expired": ({"valid_to": "2026-11-20"}, {}, "expired on 2026-11-20"),
    "not begun": ({"valid_from": "2026-11-22"}, {}, "begins on 2026-11-22"),
    "production": ({"production": "sunrise"}, {}, "given for the production sunrise"),
    "kind": ({"kind": "cosmetic"}, {}, "cosmetic work only"),
    "shot": ({}, {"shot": "sh110"}, "this is sh110"),
    "no shot": ({}, {"shot": ""}, "no named shot"),
    "use": ({"uses": ("ideation",)}, {}, "this is final"),
    "model": ({}, {"values": {"face_model": "other"}}, "does not allow the model other"),
    "no models": ({"models": ()}, {}, "does not allow the model"),
    "too young": ({}, {"values": {"target_age": 29.0}}, "asks for 29"),
    "one frame too old": (
        {},
        {"values": {"target_age": {"frames": {"1": 40.0, "2": 46.0}}}},
        "asks for 40 to 46",
    ),
    "no age": ({"age_range": None}, {}, "no change of age"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_thing_that_does_not_fit_is_found_and_said(likely: Likely, fault: str) -> None:
    consent, request, words = FAULTS[fault]
    likely.file(**consent)
    verdict = consent_for(asked(**request), likely.show, TODAY)
    assert (verdict.ok, verdict.found) == (False, True)
    assert words in verdict.reasons[0]
    assert verdict.reasons[0].count(";") == 0, "one fault, one reason"


def test_the_first_and_the_last_day_count(likely: Likely) -> None:
    likely.file(valid_from="2026-11-21", valid_to="2026-11-21")
    assert consent_for(asked(), likely.show, TODAY).ok
    assert not consent_for(asked(), likely.show, date(2026, 11, 22)).ok


def test_every_performer_must_have_agreed(likely: Likely) -> None:
    likely.file()
    verdict = consent_for(asked(performers=(PERFORMER, OTHER)), likely.show, TODAY)
    assert verdict.reasons == (f"There is no consent of {OTHER}.",)
    likely.file(performer=OTHER)
    assert consent_for(asked(performers=(PERFORMER, OTHER)), likely.show, TODAY).ok


def test_nobody_named_is_nobody_who_agreed(likely: Likely) -> None:
    likely.file()
    assert not consent_for(asked(performers=()), likely.show, TODAY).ok


def test_a_scene_is_a_pattern_with_its_name(likely: Likely) -> None:
    likely.file(shots=("sc12/*",))
    assert consent_for(asked(sequence="sc12"), likely.show, TODAY).ok
    assert not consent_for(asked(sequence="sc13"), likely.show, TODAY).ok
    assert not consent_for(asked(sequence=""), likely.show, TODAY).ok


def test_what_is_revoked_stays_revoked_even_when_filed_again(likely: Likely) -> None:
    ident = likely.file()
    likely.revoke(ident)
    assert "revoked by bo" in consent_for(asked(), likely.show, TODAY).reasons[0]
    assert likely.file() == ident
    assert not consent_for(asked(), likely.show, TODAY).ok
    likely.file(document_sha256="e" * 64)
    assert consent_for(asked(), likely.show, TODAY).ok


def test_a_revocation_names_a_consent_that_is_there(likely: Likely) -> None:
    with pytest.raises(ArtistError) as caught:
        likely.revoke("c000")
    assert caught.value.code == "input.bad_request"


def test_consents_and_revocations_are_in_the_ledger(likely: Likely) -> None:
    ident = likely.file()
    likely.revoke(ident)
    with Ledger.open(likely.settings) as ledger:
        rows = [(row.kind, row.payload["consent"], row.by) for row in ledger.rows("consent.")]
    assert rows == [("consent.recorded", ident, "ada"), ("consent.revoked", ident, "bo")]


def test_only_people_of_the_show_file_consents(likely: Likely) -> None:
    del likely.keys["eve"]
    likely.write("")
    from photodouble.provenance.consent import add
    from photodouble.provenance.keys import load_person_key

    with pytest.raises(ArtistError) as caught:
        add(CONSENT, likely.show, load_person_key("eve"), likely.settings)
    assert caught.value.code == "policy.no_person"
    assert filed(likely.show) == ()


def test_a_changed_record_stops_everything(likely: Likely) -> None:
    likely.file()
    path = next((likely.folder / "records").glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"payload":"', b'"payload":"AA', 1))
    with pytest.raises(ArtistError) as caught:
        consent_for(asked(), likely.show, TODAY)
    assert caught.value.code == "input.tampered"


def test_a_consent_survives_storing() -> None:
    assert ConsentRecord.from_json(CONSENT.to_json()) == CONSENT
    assert dataclasses.replace(CONSENT, training=True).id != CONSENT.id


@pytest.mark.parametrize(
    "change",
    [
        {"performer": "Zoltan Hornblower"},
        {"production": " "},
        {"use_described": ""},
        {"kind": "everything"},
        {"uses": ()},
        {"uses": ("forever",)},
        {"shots": ()},
        {"valid_to": "2019-01-01"},
        {"valid_from": "soon"},
        {"document_sha256": "d" * 63},
        {"age_range": (45, 30)},
        {"age_range": (30,)},
        {"training": 1},
        {"representation": "uncle"},
    ],
)
def test_an_unclear_consent_is_not_filed(likely: Likely, change: dict[str, object]) -> None:
    with pytest.raises(ArtistError) as caught:
        likely.file(**change)
    assert caught.value.exit_code in (2, 3)
    assert filed(likely.show) == ()


def test_a_model_is_allowed_by_its_hash_and_by_no_other(likely: Likely) -> None:
    likely.file(models=("a" * 64,))
    assert consent_for(asked(), likely.show, TODAY, models={MODEL: "a" * 64}).ok
    assert not consent_for(asked(), likely.show, TODAY, models={MODEL: "b" * 64}).ok
    assert not consent_for(asked(), likely.show, TODAY).ok
