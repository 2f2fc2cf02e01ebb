"""The gate: submit, run, approval and export of work that touches a likeness, and what it leaves behind."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import likeness
import OpenEXR
import pytest
from likeness import MODEL, OTHER, PERFORMER, Likely

from photodouble.engine.runner import JobOptions, JobResult, run_job
from photodouble.provenance import gate
from photodouble.provenance.override import override
from photodouble.provenance.show import Show
from photodouble.settings import Settings
from photodouble.takes.export import ExportWish, export_take
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Warned
from photodouble_client.request import JobRequest

PLACES = ("submit", "run", "approval", "export")


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
def request_for(likely: Likely, tiny_shot: Callable, request_for: Callable) -> Callable[..., JobRequest]:
    def make(**more: object) -> JobRequest:
        given = {"operation": "likeness", "performers": (PERFORMER,), "values": {"face_model": MODEL}}
        root = str(likely.folder / "takes")
        return request_for(tiny_shot((1, 2)), output_root=root, **{**given, **more})

    return make


def run(request: JobRequest, likely: Likely, said: list[Event] | None = None) -> JobResult:
    return run_job(request, JobOptions(settings=likely.settings), on_event=(said or []).append)


def header(path: Path) -> str | None:
    with OpenEXR.File(str(path), header_only=True) as file:
        found = file.header().get("photodouble/consent")
        return None if found is None else str(found)


def pictures(result: JobResult) -> list[Path]:
    return sorted(result.take.folder.glob("*/*.exr"))


def manifest(result: JobResult) -> dict:
    return json.loads((result.take.folder / "manifest.json").read_text(encoding="utf-8"))


def code_at(place: str, request: JobRequest, likely: Likely, **more: object) -> str:
    try:
        gate.check(request.checked(), likely.show, likely.settings, place, **more)
    except ArtistError as error:
        return error.code
    return "passed"


@pytest.mark.parametrize("place", PLACES)
def test_a_likeness_passes_every_gate_with_consent_and_none_without(
    likely: Likely, request_for: Callable[..., JobRequest], place: str
) -> None:
    assert code_at(place, request_for(), likely) == "consent.missing"
    likely.file()
    assert code_at(place, request_for(), likely) == "passed"


FAULTS = {
    "expired": ({"valid_to": "2026-01-01"}, {}),
    "wrong shot": ({"shots": ("sh020",)}, {}),
    "wrong use": ({"uses": ("ideation",)}, {}),
    "wrong model": ({}, {"values": {"face_model": "other"}}),
    "wrong age": ({}, {"values": {"face_model": MODEL, "target_age": 20.0}}),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_refused_at_each_gate(
    likely: Likely, request_for: Callable[..., JobRequest], fault: str, place: str
) -> None:
    consent, request = FAULTS[fault]
    likely.file(**consent)
    assert code_at(place, request_for(**request), likely) == "consent.not_valid"


@pytest.mark.parametrize("place", PLACES)
def test_another_performer_s_consent_is_none(
    likely: Likely, request_for: Callable[..., JobRequest], place: str
) -> None:
    likely.file(performer=OTHER)
    assert code_at(place, request_for(), likely) == "consent.missing"


def test_a_take_under_consent_is_not_marked_and_its_manifest_names_the_consent(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    ident = likely.file()
    result = run(request_for(), likely)
    assert {header(path) for path in pictures(result)} == {None}
    assert manifest(result)["consent"] == {
        "state": "cleared",
        "records": [ident],
        "override": "",
        "permit": "",
    }


def test_consent_revoked_between_submit_and_run_leaves_no_take(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    ident, request = likely.file(), request_for()
    assert code_at("submit", request, likely) == "passed"
    likely.revoke(ident)
    with pytest.raises(ArtistError) as caught:
        run(request, likely)
    assert caught.value.code == "consent.not_valid"
    assert "revoked by bo" in caught.value.message
    assert not (likely.folder / "takes").exists()


def test_consent_revoked_between_run_and_approval_stops_approval_and_export(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    ident = likely.file()
    result = run(request_for(), likely)
    asked = result.take.request()
    assert code_at("approval", asked, likely, take=result.take.folder) == "passed"
    likely.revoke(ident)
    assert code_at("approval", asked, likely, take=result.take.folder) == "consent.not_valid"
    assert code_at("export", asked, likely, take=result.take.folder) == "consent.not_valid"


def test_a_revocation_counts_even_when_the_show_s_file_lost_it(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    ident, request = likely.file(), request_for()
    path = next((likely.folder / "records").glob("*.jsonl"))
    before = path.read_bytes()
    likely.revoke(ident)
    path.write_bytes(before)
    assert code_at("run", request, likely) == "consent.not_valid"


def test_a_consent_that_ends_tomorrow_is_refused_the_day_after(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    likely.file(valid_to="2030-06-01")
    assert code_at("approval", request_for(), likely, on=date(2030, 6, 1)) == "passed"
    assert code_at("approval", request_for(), likely, on=date(2030, 6, 2)) == "consent.not_valid"


def test_an_override_marks_every_picture_and_the_manifest_and_is_never_final(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    request = request_for()
    override(
        request, "Test for the director, agent informed.", likely.show, likely.keys["ada"], likely.settings
    )
    said: list[Event] = []
    result = run_job(request, JobOptions(settings=likely.settings), on_event=said.append)
    assert pictures(result)
    assert {header(path) for path in pictures(result)} == {"override"}
    assert manifest(result)["consent"]["state"] == "override"
    assert [event for event in said if isinstance(event, Warned) and "'override'" in event.message]
    asked = result.take.request()
    assert code_at("approval", asked, likely, take=result.take.folder) == "passed"
    assert code_at("export", asked, likely, take=result.take.folder, use="temp") == "passed"
    assert code_at("export", asked, likely, take=result.take.folder) == "policy.forbidden"
    likely.file()
    assert code_at("export", asked, likely, take=result.take.folder) == "policy.forbidden"


def test_frames_made_under_an_override_are_made_again_under_consent(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    request = request_for()
    override(request, "For a look.", likely.show, likely.keys["ada"], likely.settings)
    first = run(request, likely)
    likely.file()
    second = run(dataclasses.replace(request, parent=first.take.take_id), likely)
    assert {header(path) for path in pictures(second)} == {None}
    third = run(dataclasses.replace(request, parent=second.take.take_id), likely)
    assert third.take.record(1).linked_from == second.take.take_id


def test_pictures_carry_no_name_of_anybody(likely: Likely, request_for: Callable[..., JobRequest]) -> None:
    request = request_for(person="bo")
    override(request, "Because Zoltan said so.", likely.show, likely.keys["ada"], likely.settings)
    result = run(request, likely)
    assert PERFORMER.encode() in (result.take.folder / "request.json").read_bytes(), "it can be found"
    for path in pictures(result):
        content = path.read_bytes().lower()
        for word in (PERFORMER, "zoltan", "name of", "said so", MODEL):
            assert word.encode() not in content


@pytest.mark.parametrize("person", ["bo", "eve"])
def test_only_those_whom_the_policy_names_override(
    likely: Likely, request_for: Callable[..., JobRequest], person: str
) -> None:
    with pytest.raises(ArtistError) as caught:
        override(request_for(), "I want it.", likely.show, likely.keys[person], likely.settings)
    assert caught.value.code == "policy.forbidden"
    assert code_at("run", request_for(), likely) == "consent.missing"


def test_an_override_needs_a_reason(likely: Likely, request_for: Callable[..., JobRequest]) -> None:
    with pytest.raises(ArtistError) as caught:
        override(request_for(), "  ", likely.show, likely.keys["ada"], likely.settings)
    assert caught.value.code == "policy.no_person"


def test_an_override_ends_when_the_policy_no_longer_names_the_person(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    override(request_for(), "For a look.", likely.show, likely.keys["ada"], likely.settings)
    assert code_at("run", request_for(), likely) == "passed"
    likely.write("override = []\n")
    assert code_at("run", request_for(), likely) == "consent.missing"


@pytest.mark.parametrize(
    "change", [{"shot": "sh020"}, {"use": "ideation"}, {"performers": (PERFORMER, OTHER)}]
)
def test_an_override_is_for_one_shot_use_and_performer(
    likely: Likely, request_for: Callable[..., JobRequest], change: dict[str, object]
) -> None:
    override(request_for(), "For a look.", likely.show, likely.keys["ada"], likely.settings)
    assert code_at("run", request_for(**change), likely) == "consent.missing"


def test_a_crowd_runs_is_marked_and_is_neither_approved_nor_final(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    result = run(request_for(operation="extras", values={}, performers=()), likely)
    assert {header(path) for path in pictures(result)} == {"not cleared"}
    assert manifest(result)["consent"]["state"] == "not cleared"
    asked = result.take.request()
    assert code_at("approval", asked, likely, take=result.take.folder) == "consent.missing"
    assert code_at("export", asked, likely, take=result.take.folder) == "consent.missing"


def test_a_crowd_of_people_who_agreed_is_cleared(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    likely.file(kind="background")
    result = run(request_for(operation="extras", values={}), likely)
    assert {header(path) for path in pictures(result)} == {None}
    assert code_at("export", result.take.request(), likely, take=result.take.folder) == "passed"


def test_a_copy_says_how_it_stands_with_consent_when_it_leaves(
    likely: Likely, request_for: Callable[..., JobRequest], tmp_path: Path
) -> None:
    result = run(request_for(operation="extras", values={}), likely)
    likely.file(kind="background")
    folder = tmp_path / "temp"
    done = export_take(result.take, TakeStore(likely.folder / "takes"), ExportWish(folder), likely.settings)
    assert {header(path) for path in pictures(result)} == {"not cleared"}
    assert {header(path) for path in done.files} == {"cleared"}


def test_work_without_a_likeness_needs_nothing_and_says_nothing(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    request = request_for(operation="inpaint", values={})
    (likely.folder / "records").mkdir()
    (likely.folder / "records" / "broken.jsonl").write_text("broken\n", encoding="utf-8")
    result = run(request, likely)
    assert "consent" not in manifest(result)
    assert {header(path) for path in pictures(result)} == {None}
    assert [code_at(place, request, likely) for place in PLACES] == ["passed"] * 4


def test_the_show_s_policy_holds_for_every_operation(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    likely.write("uses = {ideation = []}\n")
    with pytest.raises(ArtistError) as caught:
        run(request_for(operation="inpaint", values={}), likely)
    assert caught.value.code == "policy.forbidden"


def test_working_on_a_likeness_once_more_does_not_clear_it(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    override(request_for(), "For a look.", likely.show, likely.keys["ada"], likely.settings)
    first = run(request_for(), likely)
    request = request_for(operation="inpaint", values={})
    plate = next((first.take.folder / "result").glob("*.0001.exr"))
    plates = dataclasses.replace(request.inputs["plate"], path=str(plate).replace(".0001.", ".####."))
    request = dataclasses.replace(request, inputs={**request.inputs, "plate": plates})
    second = run(request, likely)
    assert code_at("export", request, likely, take=second.take.folder) == "policy.forbidden"
    likely.write("override = []\n")
    assert code_at("approval", request, likely, take=second.take.folder) == "consent.missing"
    likely.file()
    assert code_at("approval", request, likely, take=second.take.folder) == "passed"
    assert code_at("export", request, likely, take=second.take.folder) == "policy.forbidden"
    assert {header(path) for path in (second.take.folder / "result").glob("*.exr")} == {"override"}


def test_takes_made_under_consent_may_be_worked_on_until_it_is_revoked(
    likely: Likely, request_for: Callable[..., JobRequest]
) -> None:
    ident = likely.file()
    first = run(request_for(), likely)
    request = request_for(operation="inpaint", values={})
    plate = next((first.take.folder / "result").glob("*.0001.exr"))
    plates = dataclasses.replace(request.inputs["plate"], path=str(plate).replace(".0001.", ".####."))
    request = dataclasses.replace(request, inputs={**request.inputs, "plate": plates})
    second = run(request, likely)
    assert code_at("export", request, likely, take=second.take.folder) == "passed"
    likely.revoke(ident)
    assert code_at("export", request, likely, take=second.take.folder) == "consent.not_valid"


def test_takes_outside_of_any_show_are_named_as_the_reason(
    request_for: Callable[..., JobRequest], likely: Likely, tmp_path: Path
) -> None:
    nowhere = Show.find(tmp_path / "comp" / "takes")
    with pytest.raises(ArtistError) as refused:
        gate.check(request_for().checked(), nowhere, likely.settings, "submit")
    assert refused.value.code == "consent.missing"
    assert f"{tmp_path / 'comp' / 'takes'}, which lies in no show" in refused.value.message
    assert "--root" in refused.value.fix
    with pytest.raises(ArtistError) as inside:
        gate.check(request_for().checked(), likely.show, likely.settings, "submit")
    assert "no show" not in inside.value.message
