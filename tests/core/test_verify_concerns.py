"""A fault is told where it belongs: beside what was asked about, or apart, as a fault of the store."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_takes import Made, make_show_of_ada

from photodouble.engine.runner import JobOptions, run_job
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.verify import Verified, verify
from photodouble.takes.export import ExportWish, export_take
from photodouble.takes.review import Wish, decide
from photodouble.takes.store import Take

OTHER = "cd34" * 8


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., object]) -> Made:
    """Two shots of one show, of which ada rejected the first and approved the second."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "site"
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        made, key = make_show_of_ada(folder, shot_writer)
        first = made.take
        request = dataclasses.replace(first.request(), shot="sh020", take=OTHER)
        run_job(request, JobOptions(settings=made.settings))
        decide(made.store, first, Wish("reject"), key, made.settings)
        decide(made.store, second(made), Wish("approve"), key, made.settings)
        return made


@pytest.fixture
def made(tmp_path: Path, original: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    return original.copied(tmp_path / "site")


def first(made: Made) -> Take:
    return next(take for take in made.store.all() if take.take_id != OTHER)


def second(made: Made) -> Take:
    return next(take for take in made.store.all() if take.take_id == OTHER)


def looked(made: Made, given: object) -> Verified:
    return verify(str(given), made.store, made.settings)


def rewrite_manifest(take: Take) -> None:
    path = take.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "use": "final"}))


def change_rows(made: Made, line: str) -> None:
    """Change the ledger behind its guards, and put these back."""
    base = sqlite3.connect(made.folder / "state" / "ledger.sqlite3")
    guards = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        base.execute(f"DROP TRIGGER {name}")
    base.execute(line)
    for _, sql in guards:
        base.execute(sql)
    base.commit()
    base.close()


def cut_last_record(made: Made) -> None:
    (path,) = (made.show / "records").glob("*.jsonl")
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def test_a_site_as_it_was_made_has_no_fault_anywhere(made: Made) -> None:
    for given in (first(made).folder, second(made).folder, made.show):
        found = looked(made, given)
        assert (found.is_intact, found.faults, found.elsewhere) == (True, (), ())


def test_the_manifest_of_another_take_is_told_apart(made: Made) -> None:
    rewrite_manifest(second(made))
    found = looked(made, first(made).folder)
    assert found.is_intact
    assert [what.partition(":")[0] for what in found.elsewhere] == ["sh020/inpaint/v001"]
    assert not looked(made, second(made).folder).is_intact


def test_the_whole_store_answers_for_every_take_in_it(made: Made) -> None:
    rewrite_manifest(second(made))
    for given in (made.show, made.show / "takes"):
        found = looked(made, given)
        assert (found.is_intact, found.elsewhere) == (False, ())


def test_an_unreadable_manifest_stands_against_its_own_take_only(made: Made) -> None:
    (second(made).folder / "manifest.json").write_text("{")
    assert looked(made, first(made).folder).is_intact
    assert looked(made, first(made).folder).elsewhere
    assert not looked(made, second(made).folder).is_intact


def test_a_request_that_cannot_be_read_stands_against_its_own_folder(made: Made) -> None:
    folder = second(made).folder
    (folder / "request.json").write_text("{")
    assert looked(made, first(made).folder).is_intact
    assert not looked(made, folder).is_intact
    assert not looked(made, next((folder / "result").glob("*.1001.exr"))).is_intact


def test_a_decision_that_was_cut_out_stands_against_the_take_it_speaks_of(made: Made) -> None:
    cut_last_record(made)
    found = looked(made, second(made).folder)
    assert any("decision.approved" in fault for fault in found.faults)
    other = looked(made, first(made).folder)
    assert (other.is_intact, len(other.elsewhere)) == (True, 1)


def test_records_that_cannot_be_read_touch_every_take_of_the_show(made: Made) -> None:
    (path,) = (made.show / "records").glob("*.jsonl")
    path.write_text(path.read_text().replace("A", "B", 5), encoding="utf-8")
    assert not looked(made, first(made).folder).is_intact
    assert not looked(made, second(made).folder).is_intact


def test_a_lost_revocation_does_not_touch_a_take_that_needs_no_consent(made: Made) -> None:
    with Ledger.open(made.settings) as ledger:
        facts = {"consent": "c1", "record": "0" * 64, "person": "ada", "records": str(made.show / "records")}
        ledger.append("consent.revoked", facts, by="ada")
    found = looked(made, first(made).folder)
    assert found.is_intact
    assert "consent.revoked" in found.elsewhere[0]


@pytest.mark.parametrize("what", ["below", "above"])
def test_a_changed_row_of_the_ledger_touches_every_take_it_knows(made: Made, what: str) -> None:
    """The row may have been the one that took an approval back, so no place in the chain is harmless."""
    with Ledger.open(made.settings) as ledger:
        seqs = [row.seq for row in ledger.rows(take=first(made).take_id)]
        last = ledger.head()[0]
    seq = min(seqs) if what == "below" else last - 1
    change_rows(made, f"UPDATE rows SET by = 'somebody' WHERE seq = {seq}")
    found = looked(made, first(made).folder)
    assert [fault.partition(":")[0] for fault in found.faults] == ["ledger"]


def test_a_cut_tail_stands_against_the_takes_whose_manifests_remember_it(made: Made) -> None:
    (made.folder / "state" / "ledger.heads.jsonl").unlink()
    seq = second(made).manifest()["ledger"]["seq"]
    change_rows(made, f"DELETE FROM rows WHERE seq >= {seq}")
    found = looked(made, second(made).folder)
    assert any("cut off" in fault for fault in found.faults)


def test_a_broken_ledger_says_nothing_against_pictures_that_it_never_knew(made: Made, tmp_path: Path) -> None:
    strange = tmp_path / "plates"
    strange.mkdir()
    plate = next((made.folder / "in").rglob("*.exr"))
    shutil.copy(plate, strange / "plate.1001.exr")
    change_rows(made, "UPDATE rows SET by = 'somebody' WHERE seq = 1")
    found = looked(made, strange)
    assert found.is_intact
    assert found.elsewhere[0].startswith("ledger: ")


def test_a_delivery_is_not_blamed_for_the_delivery_beside_it(made: Made) -> None:
    done = []
    for take in (first(made), second(made)):
        wish = ExportWish(made.folder / "out" / take.take_id, "temp")
        done.append(export_take(take, made.store, wish, made.settings))
    path = done[1].manifest
    path.write_text(path.read_text().replace("temp", "final"))
    assert looked(made, done[0].manifest.parent).is_intact
    assert not looked(made, done[1].manifest.parent).is_intact
    assert not looked(made, done[1].files[0]).is_intact
    assert not looked(made, made.folder / "out").is_intact


def test_the_command_tells_the_rest_of_the_store_in_a_line_of_its_own(
    made: Made, photodouble: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (second(made).folder / "manifest.json").write_text("{")
    said = photodouble("verify", first(made).folder)
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines()[-1].startswith("Also, in this store: sh020/inpaint/v001: ")
    told = json.loads(photodouble("verify", first(made).folder, "--json").stdout)
    assert (told["intact"], told["faults"], len(told["elsewhere"])) == (True, [], 1)
