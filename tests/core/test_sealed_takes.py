"""A take that was edited after it was sealed is neither approved nor delivered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import likeness
import pytest
from likeness import MODEL, PERFORMER, Likely

from photodouble.engine.runner import JobOptions, run_job
from photodouble.provenance.override import override
from photodouble.settings import Settings
from photodouble.takes.delivery_check import check_export
from photodouble.takes.finding import store_at
from photodouble.takes.review import Wish, decide, status
from photodouble.takes.session import status_csv
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

CLEARED = {"override": "", "permit": "", "records": [], "state": "cleared"}


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "state"))
    likeness.register(monkeypatch)
    state, cache = str(tmp_path / "state"), str(tmp_path / "cache")
    return Likely(
        tmp_path / "show",
        Settings(engine_folder=state, cache_folder=cache, contact_sheet=False, threads=1),
    )


@pytest.fixture
def asked(likely: Likely, tiny_shot: Callable, request_for: Callable) -> JobRequest:
    more = {
        "operation": "likeness",
        "performers": (PERFORMER,),
        "values": {"face_model": MODEL},
        "use": "final",
    }
    made: JobRequest = request_for(tiny_shot((1, 2)), output_root=str(likely.folder / "takes"), **more)
    return made


@pytest.fixture
def take(likely: Likely, asked: JobRequest) -> Take:
    """A take that was made under an override; the consent was filed only afterwards."""
    override(asked, "For a look.", likely.show, likely.keys["ada"], likely.settings)
    made = run_job(asked, JobOptions(settings=likely.settings)).take
    likely.file()
    return made


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def approve(likely: Likely, take: Take) -> None:
    decide(store_at("", str(take.folder)), take, Wish("approve"), likely.keys["ada"], likely.settings)


def deliver(likely: Likely, take: Take, use: str = "final") -> None:
    from photodouble.ops.operation import Reporter

    check_export(take, store_at("", str(take.folder)), use, likely.settings, Reporter())


def code(call: Callable[[], object]) -> str:
    try:
        call()
    except ArtistError as error:
        return error.code
    return "passed"


def codes(likely: Likely, take: Take) -> list[str]:
    return [
        code(lambda: approve(likely, take)),
        code(lambda: deliver(likely, take, "temp")),
        code(lambda: deliver(likely, take, "final")),
    ]


def test_a_take_that_nobody_edited_passes_as_it_was_made(likely: Likely, take: Take) -> None:
    assert codes(likely, take) == ["passed", "passed", "policy.forbidden"]


def test_a_manifest_that_was_edited_to_be_cleared_is_refused(likely: Likely, take: Take) -> None:
    edit(take.folder / "manifest.json", consent=CLEARED)
    assert codes(likely, take) == ["input.tampered"] * 3


def test_the_ledger_s_word_counts_where_the_records_of_frames_were_edited_too(
    likely: Likely, take: Take
) -> None:
    edit(take.folder / "manifest.json", consent=CLEARED)
    for path in (take.folder / "frames").glob("*.json"):
        edit(path, basis={})
    assert codes(likely, take) == ["input.tampered"] * 3
    edit(take.folder / "manifest.json", ledger={"engine": "f" * 16, "seq": 1, "hash": "0" * 64})
    assert codes(likely, take) == ["input.tampered"] * 3


def test_the_pictures_speak_where_no_ledger_knows_the_take(
    likely: Likely, take: Take, tmp_path: Path
) -> None:
    edit(take.folder / "manifest.json", consent=CLEARED)
    shutil.rmtree(tmp_path / "state")
    assert codes(likely, take) == ["input.tampered"] * 3
    for path in (take.folder / "frames").glob("*.json"):
        edit(path, basis={})
    assert code(lambda: deliver(likely, take, "final")) in ("policy.forbidden", "input.tampered")


def test_a_picture_that_was_changed_with_all_that_names_it_is_refused(likely: Likely, take: Take) -> None:
    for path in (take.folder / "manifest.json", take.folder / "frames" / "1.json"):
        old = json.loads((take.folder / "frames" / "2.json").read_text())["files"]["result"]
        path.write_text(path.read_text().replace(old["file_sha256"], "e" * 64))
    manifest = json.loads((take.folder / "manifest.json").read_text())
    record = take.folder / "frames" / "1.json"
    manifest["frames"]["1"]["files"]["result"]["pixel_sha256"] = "e" * 64
    (take.folder / "manifest.json").write_text(json.dumps(manifest))
    edit(record, files=manifest["frames"]["1"]["files"])
    edit(take.folder / "frames" / "2.json", files=manifest["frames"]["2"]["files"])
    assert codes(likely, take) == ["input.tampered"] * 3


def test_a_tracker_never_hears_final_of_a_take_under_an_override(likely: Likely, take: Take) -> None:
    approve(likely, take)
    assert "override" in status(take).text
    assert "Pending Review" in status_csv(store_at("", str(take.folder)), "shotgrid")


def test_a_take_is_not_approved_any_more_when_its_consent_was_revoked(
    likely: Likely, asked: JobRequest
) -> None:
    ident = likely.file()
    made = run_job(asked, JobOptions(settings=likely.settings)).take
    approve(likely, made)
    assert (status(made).state, status(made).text) == ("approved", "approved")
    likely.revoke(ident)
    assert (status(made).state, status(made).is_approved) == ("in_review", False)
    assert "revoked" in status(made).text
    told = status_csv(store_at("", str(made.folder)), "shotgrid")
    assert "Final Approved" not in told
    assert "revoked" in told
    likely.file(document_sha256="2" * 64)
    assert status(made).state == "approved"
