"""A report names what it cannot read, tells each delivery, and blames each shot for its own faults only."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_takes import Made, make_show_of_ada

from photodouble.engine.runner import JobOptions, run_job
from photodouble.provenance.keys import load_person_key
from photodouble.provenance.known import store_around
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.report import Report, ReportShot, make_report, newest_takes
from photodouble.provenance.report_pages import as_html, summary
from photodouble.provenance.verify import verify
from photodouble.takes.export import ExportWish, export_take
from photodouble.takes.readable import left_out
from photodouble.takes.review import Wish, decide
from photodouble.takes.session import status_csv
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

SECOND, NEWER = "cd34" * 8, "ef56" * 8


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., object]) -> Made:
    """Shots sh010, in two versions, and sh020."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "site"
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        made, _ = make_show_of_ada(folder, shot_writer)
        request = made.take.request()
        for shot, ident in (("sh020", SECOND), ("sh010", NEWER)):
            run_job(dataclasses.replace(request, shot=shot, take=ident), JobOptions(settings=made.settings))
        return made


@pytest.fixture
def made(tmp_path: Path, original: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    return original.copied(tmp_path / "site")


def take_of(made: Made, label: str) -> Take:
    return next(take for take in made.store.all() if take.label == label)


def decided(made: Made, label: str, word: str) -> None:
    decide(made.store, take_of(made, label), Wish(word), load_person_key("ada"), made.settings)


def exported(made: Made, name: str, **facts: str) -> None:
    told = {"use": "final", "status": "approved", "label": "sidecar", **facts}
    with Ledger.open(made.settings) as ledger:
        ledger.append("export.signed", {"take": take_of(made, name).take_id, "files": {}, **told})


def report_of(made: Made) -> Report:
    return make_report(newest_takes(made.store), made.store, made.settings, "2026-05-31")


def shot_of(made: Made, label: str) -> ReportShot:
    (shot,) = make_report([take_of(made, label)], made.store, made.settings, "2026-05-31").shots
    return shot


def of_another_version(made: Made, label: str) -> None:
    """Make of a take one of an operation that only a later version knows."""
    path = take_of(made, label).folder / "request.json"
    text = path.read_text("utf-8").replace('"operation": "inpaint"', '"operation": "likeness"')
    path.write_text(text, encoding="utf-8")
    target = path.parent.parent.with_name("likeness") / path.parent.name
    target.parent.mkdir()
    shutil.move(path.parent, target)


def test_every_delivery_of_a_take_stands_in_its_row(made: Made) -> None:
    exported(made, "sh020/inpaint/v001")
    exported(made, "sh020/inpaint/v001", use="temp", status="suggestion", label="none")
    exported(made, "sh020/inpaint/v001", use="temp", status="suggestion", label="none")
    assert shot_of(made, "sh020/inpaint/v001").c2pa == (
        "for final as approved: signed label beside the frames",
        "for temp as suggestion: no label (2 times)",
    )
    assert shot_of(made, "sh010/inpaint/v001").c2pa == ("not exported yet",)


@pytest.mark.parametrize("word", ["retake", "reject"])
def test_a_take_that_was_turned_down_is_an_open_point(made: Made, word: str) -> None:
    before = report_of(made).open_points
    decided(made, "sh020/inpaint/v001", word)
    assert report_of(made).open_points == before + 1


def test_a_final_that_was_superseded_since_is_an_open_point(made: Made) -> None:
    decided(made, "sh010/inpaint/v001", "approve")
    exported(made, "sh010/inpaint/v001")
    assert not [need for need in shot_of(made, "sh010/inpaint/v001").needs if not need[2]]
    decided(made, "sh010/inpaint/v002", "approve")
    old = shot_of(made, "sh010/inpaint/v001")
    assert [what for what, _, met in old.needs if not met] == ["delivered as final, and superseded since"]
    new = shot_of(made, "sh010/inpaint/v002")
    assert [what for what, _, met in new.needs if not met] == ["v001 was delivered as final"]
    exported(made, "sh010/inpaint/v002")
    assert not [need for need in shot_of(made, "sh010/inpaint/v002").needs if not need[2]]


def test_a_superseded_take_is_no_final_and_the_newer_one_is_named(made: Made, tmp_path: Path) -> None:
    for label in ("sh010/inpaint/v001", "sh010/inpaint/v002"):
        decided(made, label, "approve")
    with pytest.raises(ArtistError) as caught:
        wish = ExportWish(tmp_path / "out", "final")
        export_take(take_of(made, "sh010/inpaint/v001"), made.store, wish, made.settings)
    assert caught.value.code == "policy.approval"
    assert caught.value.fix.startswith("Export the newer take.")


def test_the_fault_of_one_shot_stands_in_its_own_row(made: Made) -> None:
    path = take_of(made, "sh020/inpaint/v001").folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "use": "final"}))
    shots = {shot.label: shot for shot in report_of(made).shots}
    assert shots["sh010/inpaint/v002"].is_intact
    assert "saw sealed" in shots["sh020/inpaint/v001"].intact
    assert report_of(made).also == ()


def test_a_fault_of_a_take_that_is_not_in_the_report_is_told_at_its_end(made: Made) -> None:
    path = take_of(made, "sh010/inpaint/v001").folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "use": "final"}))
    report = report_of(made)
    assert all(shot.is_intact for shot in report.shots)
    assert [fault.partition(":")[0] for fault in report.also] == ["sh010/inpaint/v001"]
    assert "Also, in this store" in as_html(report)


def test_a_take_of_an_unknown_operation_is_named_and_left_out(made: Made) -> None:
    of_another_version(made, "sh020/inpaint/v001")
    report = report_of(made)
    assert [shot.label for shot in report.shots] == ["sh010/inpaint/v002"]
    assert [one.label for one in report.left_out] == ["sh020/likeness/v001"]
    assert "likeness" in report.left_out[0].why
    assert report.open_points == 1
    assert "1 left out" in summary(report)
    assert "sh020/likeness/v001" in as_html(report)
    assert "sh020" not in status_csv(made.store, "shotgrid")


@pytest.mark.parametrize("text", ["{", "[]", '{"frames": 1}'])
def test_a_take_with_an_unreadable_manifest_is_named_and_left_out(made: Made, text: str) -> None:
    (take_of(made, "sh020/inpaint/v001").folder / "manifest.json").write_text(text)
    report = report_of(made)
    assert [shot.label for shot in report.shots] == ["sh010/inpaint/v002"]
    assert [one.label for one in report.left_out] == ["sh020/inpaint/v001"]


def test_what_can_be_read_is_not_left_out(made: Made) -> None:
    assert left_out(made.store.all()) == ()
    assert report_of(made).left_out == ()


def test_verify_says_what_it_can_of_a_take_of_an_unknown_operation(made: Made) -> None:
    of_another_version(made, "sh020/inpaint/v001")
    folder = take_of(made, "sh020/likeness/v001").folder
    found = verify(str(folder), store_around("", str(folder)), made.settings)
    assert found.first_bad is None
    assert any("request was changed" in fault for fault in found.faults)


def test_the_commands_go_on_and_say_by_their_exit_status_that_something_is_left_out(
    made: Made, photodouble: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    of_another_version(made, "sh020/inpaint/v001")
    root = made.show / "takes"
    said = photodouble("report", "--root", root, "--to", tmp_path / "r.html")
    assert (said.returncode, said.stderr) == (1, "")
    assert "sh020/likeness/v001 is left out" in said.stdout
    states = photodouble("review", "export", "--root", root)
    assert states.returncode == 1
    assert "sh010" in states.stdout
    assert "sh020/likeness/v001 is left out" in states.stderr
    looked = photodouble("verify", root)
    assert (looked.returncode, "Traceback" in looked.stderr) == (1, False)
    assert "sh020/likeness/v001: made by" in looked.stdout
