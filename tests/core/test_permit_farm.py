"""The permit of a farm job: what makes a chunk go on without a ledger, and everything that stops it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import likeness
import pytest
from likeness import MODEL, OTHER, PERFORMER, Likely

from photodouble.engine.runner import JobOptions, JobResult, run_job
from photodouble.farm.bundle import write_bundle
from photodouble.models.card import ModelCard
from photodouble.models.filing import card_from
from photodouble.models.registry import ModelRegistry
from photodouble.provenance import dsse
from photodouble.provenance.override import override
from photodouble.provenance.permit import FILE, check_permit
from photodouble.provenance.reading import imported
from photodouble.settings import Settings
from photodouble.takes.store import read_request
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "state"))
    likeness.register(monkeypatch)
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False, threads=1)
    return Likely(tmp_path / "show", settings)


@pytest.fixture
def bundle(likely: Likely, tiny_shot: Callable, request_for: Callable, tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a bundle, signed by ada."""

    def write(name: str = "job", person: str = "ada", **more: object) -> Path:
        given = {"operation": "likeness", "performers": (PERFORMER,), "values": {"face_model": MODEL}}
        root = str(likely.folder / "takes")
        request: JobRequest = request_for(tiny_shot((1, 2)), output_root=root, **{**given, **more})
        write_bundle(request, tmp_path / name, replace=True, key=likely.keys[person])
        return tmp_path / name

    return write


def step(folder: Path, likely: Likely, step: str = "analyse", permit: Path | None = None) -> JobResult:
    request = read_request(folder / "request.json")
    options = JobOptions(settings=likely.settings, step=step, permit=permit or folder / FILE)
    return run_job(request, options)


def refused(folder: Path, likely: Likely, **more: object) -> str:
    with pytest.raises(ArtistError) as caught:
        step(folder, likely, **more)  # type: ignore[arg-type]
    assert caught.value.code == "policy.permit"
    assert caught.value.exit_code == 6
    assert not (likely.folder / "takes").exists()
    return caught.value.message


@pytest.fixture
def blade(likely: Likely, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this the machine of a farm: another state, no ledger, no key of anybody."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "blade" / "photodouble.toml"))
    monkeypatch.setenv("PHOTODOUBLE_STATE", str(tmp_path / "blade-state"))


def test_a_chunk_goes_on_by_its_permit_without_a_ledger(
    likely: Likely, bundle: Callable[..., Path], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ident = likely.file()
    folder = bundle()
    request.getfixturevalue("blade")
    step(folder, likely)
    step(folder, likely, "frames")
    done = step(folder, likely, "finish")
    manifest = json.loads(done.manifest.read_text(encoding="utf-8"))
    permit = json.loads(base64.b64decode(json.loads((folder / FILE).read_text())["payload"]))
    assert (manifest["consent"]["state"], manifest["consent"]["records"]) == ("cleared", [ident])
    assert manifest["consent"]["permit"].startswith("p")
    assert permit["performers"] == [PERFORMER]
    assert (permit["shot"], permit["use"]) == ("sh010", "temp")
    assert (permit["models"], permit["cards"]) == ({MODEL: ""}, {MODEL: ""})
    assert (done.take.folder / FILE).read_bytes() == (folder / FILE).read_bytes()
    assert not (tmp_path / "blade-state" / "ledger.sqlite3").exists()


def test_no_bundle_without_consent(likely: Likely, bundle: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        bundle()
    assert caught.value.code == "consent.missing"
    assert not (tmp_path / "job").exists()


def test_a_blade_without_a_permit_refuses(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.file()
    folder = bundle()
    (folder / FILE).unlink()
    assert "there is none" in refused(folder, likely)


def test_a_permit_of_another_request_does_not_count(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.file(shots=("*",))
    first, second = bundle("one"), bundle("two", shot="sh011")
    assert "another request" in refused(first, likely, permit=second / FILE)


CHANGES = {
    "performer": {"performers": (PERFORMER, OTHER)},
    "use": {"use": "final"},
    "model": {"values": {"face_model": "other"}},
    "age": {"values": {"face_model": MODEL, "target_age": 44.0}},
    "shot": {"shot": "sh011"},
    "take": {"take": "f" * 32},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_request_that_was_edited_does_not_fit_its_permit(
    likely: Likely, bundle: Callable[..., Path], change: str
) -> None:
    likely.file()
    folder = bundle()
    request = dataclasses.replace(read_request(folder / "request.json"), **CHANGES[change])
    (folder / "request.json").write_text(request.to_text(), encoding="utf-8")
    assert "another request" in refused(folder, likely)


def test_the_same_request_on_a_machine_that_sees_other_paths_is_the_same(
    likely: Likely, bundle: Callable[..., Path]
) -> None:
    likely.file()
    folder = bundle()
    request = read_request(folder / "request.json")
    moved = {
        key: dataclasses.replace(one, path="/elsewhere/" + Path(one.path).name)
        for key, one in request.inputs.items()
    }
    there = dataclasses.replace(request, inputs=moved, output_root="/elsewhere/takes")
    assert check_permit(there, folder / FILE, likely.show, likely.settings).state == "cleared"


def test_a_permit_ends_at_its_moment(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.write("permit_hours = 2\n")
    likely.file()
    folder = bundle()
    request = read_request(folder / "request.json")
    soon = datetime.now(UTC) + timedelta(hours=1, minutes=58)
    late = datetime.now(UTC) + timedelta(hours=2)
    assert check_permit(request, folder / FILE, likely.show, likely.settings, now=soon).permit
    with pytest.raises(ArtistError) as caught:
        check_permit(request, folder / FILE, likely.show, likely.settings, now=late)
    assert (caught.value.code, "expired" in caught.value.message) == ("policy.permit", True)
    assert check_permit(request, folder / FILE, likely.show, likely.settings, now=late, ended=True).permit


@pytest.mark.parametrize("at", range(0, 1200, 97))
def test_a_permit_with_one_changed_byte_does_not_count(
    likely: Likely, bundle: Callable[..., Path], at: int
) -> None:
    likely.file()
    folder = bundle()
    stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
    payload = bytearray(base64.b64decode(stored["payload"]))
    payload[at % len(payload)] ^= 1
    stored["payload"] = base64.b64encode(bytes(payload)).decode("ascii")
    (folder / FILE).write_text(json.dumps(stored), encoding="utf-8")
    assert "not as it was signed" in refused(folder, likely)


def test_a_permit_signed_by_nobody_of_the_show_does_not_count(
    likely: Likely, bundle: Callable[..., Path]
) -> None:
    likely.file()
    folder = bundle("job", "eve")
    del likely.keys["eve"]
    likely.write("")
    assert "nobody known here" in refused(folder, likely)


def test_only_those_whom_the_policy_names_sign_permits(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.file()
    folder = bundle("job", "bo")
    likely.write('permits = ["supervisor"]\n')
    assert "bo may not sign" in refused(folder, likely)
    with pytest.raises(ArtistError) as caught:
        bundle("other", "bo")
    assert caught.value.code == "policy.permit"


def test_a_statement_of_another_kind_is_no_permit(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.file()
    folder = bundle()
    stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
    content = json.loads(base64.b64decode(stored["payload"]))
    other = dsse.sign(content, "decision.approved", likely.keys["ada"])
    (folder / FILE).write_text(json.dumps(other), encoding="utf-8")
    assert "not as it was signed" in refused(folder, likely)


def test_a_revocation_reaches_a_job_that_is_on_the_farm(likely: Likely, bundle: Callable[..., Path]) -> None:
    ident = likely.file()
    folder = bundle()
    likely.revoke(ident)
    assert "was revoked" in refused(folder, likely)


def test_a_machine_that_sees_too_few_records_refuses(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.file()
    likely.file(performer=OTHER)
    folder = bundle()
    path = next((likely.folder / "records").glob("*.jsonl"))
    whole = path.read_bytes()
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert "does not see all" in refused(folder, likely)
    path.unlink()
    assert "does not see all" in refused(folder, likely)


@pytest.fixture
def card(likely: Likely, tmp_path: Path) -> ModelCard:
    """File a model with the show, as everybody sees it."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    weights = tmp_path / "net.safetensors"
    weights.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    known = card_from(MODEL, {"licence": "Apache-2.0", "uses": ["temp"]})
    return ModelRegistry.of(likely.settings, likely.folder).add(
        weights, known, folder=likely.folder / "models"
    )


def rewrite(card: ModelCard, likely: Likely, **changes: object) -> None:
    changed = dataclasses.replace(card, **changes)  # type: ignore[arg-type]
    (likely.folder / "models" / f"{MODEL}.json").write_text(json.dumps(changed.to_json()), encoding="utf-8")


def test_a_blade_that_finds_the_model_and_its_card_as_they_were_signed_goes_on(
    likely: Likely, bundle: Callable[..., Path], card: ModelCard, tmp_path: Path
) -> None:
    likely.file(models=(MODEL,))
    folder = bundle()
    elsewhere = tmp_path / "other disk" / "net.safetensors"
    elsewhere.parent.mkdir()
    Path(card.path).rename(elsewhere)
    rewrite(card, likely, path=str(elsewhere))
    step(folder, likely)
    step(folder, likely, "frames")
    done = step(folder, likely, "finish")
    manifest = json.loads(done.manifest.read_text(encoding="utf-8"))
    assert manifest["models"] == [{"name": MODEL, "sha256": card.sha256}]


def test_a_blade_with_another_model_under_the_name_refuses(
    likely: Likely, bundle: Callable[..., Path], card: ModelCard
) -> None:
    likely.file()
    folder = bundle()
    weights = Path(card.path)
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    rewrite(card, likely, sha256=hashlib.sha256(weights.read_bytes()).hexdigest())
    assert "a model is not the same" in refused(folder, likely)


@pytest.mark.parametrize("change", [{"licence": "MIT"}, {"commercial": "yes"}, {"uses": ("temp", "final")}])
def test_a_blade_whose_card_of_the_model_says_something_else_refuses(
    likely: Likely, bundle: Callable[..., Path], card: ModelCard, change: dict[str, object]
) -> None:
    likely.file()
    folder = bundle()
    rewrite(card, likely, **change)
    assert "the card of a model is not the one" in refused(folder, likely)


def test_a_blade_without_the_card_refuses(
    likely: Likely, bundle: Callable[..., Path], card: ModelCard
) -> None:
    likely.file()
    folder = bundle()
    (likely.folder / "models" / f"{MODEL}.json").unlink()
    assert "a model is not the same" in refused(folder, likely)


def test_a_permit_under_an_override_marks_the_take(likely: Likely, bundle: Callable[..., Path]) -> None:
    likely.file(uses=("ideation",))
    asked = JobRequest("likeness", shot="sh010", performers=(PERFORMER,), values={"face_model": MODEL})
    override(asked, "For the director.", likely.show, likely.keys["ada"], likely.settings)
    folder = bundle()
    for each in ("analyse", "frames"):
        step(folder, likely, each)
    done = step(folder, likely, "finish")
    assert json.loads(done.manifest.read_text(encoding="utf-8"))["consent"]["state"] == "override"
    likely.write("override = []\n")
    with pytest.raises(ArtistError) as caught:
        step(folder, likely)
    assert "override" in caught.value.message


def test_work_without_a_likeness_has_no_permit_and_needs_none(
    likely: Likely, bundle: Callable[..., Path], request: pytest.FixtureRequest
) -> None:
    folder = bundle(operation="inpaint", values={})
    assert not (folder / FILE).exists()
    assert FILE not in (folder / "asset_references.json").read_text(encoding="utf-8")
    request.getfixturevalue("blade")
    assert step(folder, likely).take.folder.is_dir()


def test_the_command_takes_the_permit_beside_the_request(
    likely: Likely, bundle: Callable[..., Path], request: pytest.FixtureRequest, capsys: pytest.CaptureFixture
) -> None:
    from photodouble.cli.main import main

    likely.file()
    folder = bundle()
    assert FILE in (folder / "asset_references.json").read_text(encoding="utf-8")
    request.getfixturevalue("blade")
    words = ["run", str(folder / "request.json"), "--step", "analyse", "--engine", "--openjd"]
    assert main(words) == 0
    (folder / FILE).unlink()
    assert main(words) == 6
    assert "openjd_fail" in capsys.readouterr().out


def test_a_take_of_a_farm_is_asked_for_its_permit_again_where_its_history_is_taken_in(
    likely: Likely, bundle: Callable[..., Path]
) -> None:
    ident = likely.file()
    folder = bundle()
    for each in ("analyse", "frames"):
        step(folder, likely, each)
    take = step(folder, likely, "finish").take.folder
    assert imported(likely.settings, take) > 0
    kept = (take / FILE).read_bytes()
    (take / FILE).unlink()
    with pytest.raises(ArtistError) as caught:
        imported(likely.settings, take)
    assert (caught.value.code, "there is none" in caught.value.message) == ("policy.permit", True)
    (take / FILE).write_bytes(kept)
    likely.revoke(ident)
    with pytest.raises(ArtistError) as caught:
        imported(likely.settings, take)
    assert (caught.value.code, "was revoked" in caught.value.message) == ("policy.permit", True)
