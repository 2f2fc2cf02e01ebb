"""Signed records of a show: exchanged as files, counted in order, and every change in them found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from photodouble.provenance import records as records_module
from photodouble.provenance.keys import PersonKey, engine_key, load_person_key, new_person_key
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.persons import add_person, people_near
from photodouble.provenance.reading import verified
from photodouble.provenance.show import Show
from photodouble.provenance.signed import check_whole, gone, record, take_in
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

KIND = "decision.approved"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a show with one person in it, Ada, whose key is here."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "own" / "user.toml"))
    show = tmp_path / "show"
    show.mkdir()
    (show / "photodouble.toml").write_text('name = "moth"\n\n[policy]\nmode = "deliverable"\n')
    add_person("ada", name="Ada King", role="supervisor", show=show)
    return show


def machine(folder: Path, name: str) -> Settings:
    return Settings(engine_folder=str(folder.parent / name))


def ada() -> PersonKey:
    return load_person_key("ada")


def file_of(folder: Path, name: str) -> Path:
    return Show.find(folder).records_folder / f"{engine_key(machine(folder, name)).engine}.jsonl"


def test_a_show_says_who_its_people_are_and_what_its_policy_is(folder: Path) -> None:
    show = Show.find(folder / "shots" / "sh010")
    assert (show.folder, show.name, show.is_named) == (folder, "moth", True)
    assert show.person("ada").name == "Ada King"
    assert show.policy == {"mode": "deliverable"}
    assert list(show.keys) == [ada().keyid]


def test_somebody_unknown_is_nobody_of_the_show(folder: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        Show.find(folder).person("eve")
    assert caught.value.code == "policy.no_person"


def test_without_a_show_the_people_are_those_whose_keys_one_holds(folder: Path, tmp_path: Path) -> None:
    lonely = Show.find(tmp_path / "elsewhere")
    assert (lonely.is_named, list(lonely.people)) == (False, ["ada"])


@pytest.mark.parametrize(
    "text",
    [
        "[people]\nada = 3\n",
        "[people.ada]\nage = 3\n",
        "[people.ada]\nname = 3\n",
        "[people.Ada]\n",
        "people = 3\n",
        "policy = 3\n",
        "[people",
    ],
)
def test_a_mistake_in_the_show_is_told(folder: Path, text: str) -> None:
    (folder / "photodouble.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        Show.find(folder)
    assert caught.value.code == "usage.bad_value"


def test_a_record_is_read_by_every_machine_of_the_show(folder: Path) -> None:
    made = Show.find(folder).add(KIND, {"take": "t"}, ada(), machine(folder, "one"))
    assert Show.find(folder).records(KIND) == (made,)
    assert (made.person, made.payload, made.seq) == ("ada", {"take": "t"}, 1)


def test_a_family_of_kinds_is_read_together(folder: Path) -> None:
    show, here = Show.find(folder), machine(folder, "one")
    show.add("consent.recorded", {"consent": "c"}, ada(), here)
    show.add(KIND, {"take": "t"}, ada(), here)
    show.add("consent.revoked", {"consent": "c"}, ada(), here)
    assert [each.kind for each in show.records("consent.")] == ["consent.recorded", "consent.revoked"]


def test_the_order_is_who_saw_what_and_not_the_clock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = Show.find(folder)
    monkeypatch.setattr(records_module, "now_text", lambda: "2030-01-01T00:00:00Z")
    show.add("consent.recorded", {"consent": "c"}, ada(), machine(folder, "two"))
    show.add("consent.recorded", {"consent": "d"}, ada(), machine(folder, "two"))
    monkeypatch.setattr(records_module, "now_text", lambda: "2001-01-01T00:00:00Z")
    show.add("consent.revoked", {"consent": "c"}, ada(), machine(folder, "one"))
    assert show.records()[-1].kind == "consent.revoked"
    assert [each.order for each in show.records()] == [1, 2, 3]


def test_a_key_that_is_not_of_the_show_signs_nothing(folder: Path) -> None:
    eve = new_person_key("eve")
    with pytest.raises(ArtistError) as caught:
        Show.find(folder).add(KIND, {"take": "t"}, eve, machine(folder, "one"))
    assert caught.value.code == "policy.no_person"
    assert Show.find(folder).records() == ()


def test_the_key_of_an_engine_approves_nothing(folder: Path) -> None:
    here = machine(folder, "one")
    with pytest.raises(ArtistError) as caught:
        Show.find(folder).add(KIND, {"take": "t"}, engine_key(here), here)
    assert caught.value.code == "policy.no_person"


def test_a_record_of_an_unknown_key_is_named_and_does_not_count(folder: Path) -> None:
    here, eve = machine(folder, "one"), new_person_key("eve")
    keys = {eve.keyid: eve.public}
    records_module.add_record(folder / "records", KIND, {"take": "t"}, eve, keys, here)
    show = Show.find(folder)
    assert show.records() == ()
    assert [each.where for each in show.strangers()] == [f"{file_of(folder, 'one').name}, line 1"]


def test_a_known_record_after_one_of_an_unknown_key_still_counts(folder: Path) -> None:
    here, eve = machine(folder, "one"), new_person_key("eve")
    records_module.add_record(folder / "records", KIND, {"take": "t"}, eve, {eve.keyid: eve.public}, here)
    made = Show.find(folder).add(KIND, {"take": "u"}, ada(), here)
    assert Show.find(folder).records() == (made,)


def three(folder: Path) -> Path:
    for take in ("t1", "t2", "t3"):
        Show.find(folder).add(KIND, {"take": take}, ada(), machine(folder, "one"))
    return file_of(folder, "one")


def test_a_line_nested_without_end_is_named_as_well(folder: Path) -> None:
    path = three(folder)
    path.write_text("[" * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(ArtistError, match="Line 1 of") as caught:
        Show.find(folder).records()
    assert caught.value.code == "input.tampered"


@pytest.mark.parametrize(
    "edit, line",
    [
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
        (lambda lines: [*lines, lines[0]], 4),
        (lambda lines: [lines[0].replace("approved", "rejected", 1), *lines[1:]], 1),
        (lambda lines: [lines[0], lines[1][:-30], lines[2]], 2),
        (lambda lines: ["", *lines], 1),
    ],
    ids=["taken out", "swapped", "replayed", "other kind", "cut short", "an empty line"],
)
def test_an_edited_file_of_records_is_named_with_the_line(
    folder: Path, edit: Callable[[list[str]], list[str]], line: int
) -> None:
    path = three(folder)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(edit(lines)) + "\n", encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        Show.find(folder).records()
    assert caught.value.code == "input.tampered"
    assert f"Line {line} of {path}" in caught.value.message


def test_a_record_copied_to_another_machine_s_file_does_not_count(folder: Path) -> None:
    path = three(folder)
    path.with_name("0123456789abcdef.jsonl").write_text(
        path.read_text(encoding="utf-8").splitlines()[0] + "\n"
    )
    with pytest.raises(ArtistError, match="Line 1"):
        Show.find(folder).records()


def test_a_line_that_is_still_being_written_is_passed_over_and_then_replaced(folder: Path) -> None:
    path = three(folder)
    path.write_bytes(path.read_bytes() + b'{"envelope": {"pay')
    assert len(Show.find(folder).records()) == 3
    Show.find(folder).add(KIND, {"take": "t4"}, ada(), machine(folder, "one"))
    assert [each.payload["take"] for each in Show.find(folder).records()] == ["t1", "t2", "t3", "t4"]


def test_a_record_and_its_row_in_the_ledger_name_each_other(folder: Path) -> None:
    here = machine(folder, "one")
    made = record(KIND, {"take": "t"}, ada(), show=Show.find(folder), settings=here)
    with Ledger.open(here) as ledger:
        row = next(iter(ledger.rows(KIND)))
        assert row.payload["record"] == made.hash
        assert (row.by, row.payload["person"]) == ("ada", "ada")
        assert ledger.pinned() == row.seq
        assert ledger.verify() == ()


def test_an_event_that_is_not_of_its_kind_is_refused_before_it_is_signed(folder: Path) -> None:
    with pytest.raises(ArtistError, match="lacks take"):
        record(KIND, {"note": "t"}, ada(), show=Show.find(folder), settings=machine(folder, "one"))
    assert Show.find(folder).records() == ()


def test_records_hold_no_name_but_the_id(folder: Path) -> None:
    path = three(folder)
    text = path.read_text(encoding="utf-8")
    assert json.loads(text.splitlines()[0])["schema"] == 1
    assert "King" not in text


def test_a_person_is_added_to_a_show_once(folder: Path) -> None:
    with pytest.raises(ArtistError, match="in the show already"):
        add_person("ada", show=folder)
    assert [each["id"] for each in people_near(folder)] == ["ada"]


def test_a_person_of_no_show_gets_no_key(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="no show there"):
        add_person("bob", show=tmp_path / "elsewhere")
    assert [each["id"] for each in people_near(folder)] == ["ada"]


def test_a_key_outside_the_show_is_listed_as_not_counting(folder: Path) -> None:
    add_person("bob", name="Bob")
    assert [(each["id"], each["held"], each["counts"]) for each in people_near(folder)] == [
        ("ada", True, True),
        ("bob", True, False),
    ]


def test_what_another_machine_recorded_is_remembered_here(folder: Path) -> None:
    one, two, show = machine(folder, "one"), machine(folder, "two"), Show.find(folder)
    record(KIND, {"take": "t"}, ada(), show=show, settings=one)
    assert take_in(show, two) == 0
    Ledger.open(two).close()
    assert take_in(show, two) == 1
    assert take_in(show, two) == 0
    assert take_in(show, one) == 0
    with Ledger.open(two) as ledger:
        (row,) = ledger.rows("decision.")
        assert row.payload["imported"]["engine"] == engine_key(one).engine
        assert row.by == "ada"


def test_a_record_cut_off_the_end_is_missed_by_every_machine_that_saw_it(folder: Path) -> None:
    one, two, show = machine(folder, "one"), machine(folder, "two"), Show.find(folder)
    record("consent.recorded", {"consent": "c"}, ada(), show=show, settings=one)
    record("consent.revoked", {"consent": "c"}, ada(), show=show, settings=one)
    Ledger.open(two).close()
    take_in(show, two)
    path = file_of(folder, "one")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert len(show.records()) == 1
    for settings in (one, two):
        assert [each.kind for each in gone(show, settings)] == ["consent.revoked"]
        with pytest.raises(ArtistError) as caught:
            check_whole(show, settings)
        assert caught.value.code == "input.tampered"
        assert "consent.revoked by ada" in verified(settings, str(folder / "takes"))["faults"][0]["what"]
    assert gone(show, machine(folder, "three")) == ()


def test_records_of_other_shows_are_not_missed_in_this_one(folder: Path, tmp_path: Path) -> None:
    one = machine(folder, "one")
    record(KIND, {"take": "t"}, ada(), show=Show.find(folder), settings=one)
    assert gone(Show.find(tmp_path / "elsewhere"), one) == ()
    check_whole(Show.find(folder), one)


def test_an_edited_record_is_a_fault_of_the_history(folder: Path) -> None:
    path = three(folder)
    path.write_text(path.read_text(encoding="utf-8").replace("approved", "rejected", 1), encoding="utf-8")
    facts = verified(machine(folder, "one"), str(folder / "takes"))
    assert not facts["intact"]
    assert "Line 1" in facts["faults"][0]["what"]


@pytest.mark.parametrize("cut", ["emptied", "taken away", "its tail"])
def test_a_ledger_that_was_cut_itself_vouches_for_nothing(folder: Path, cut: str) -> None:
    show, one = Show.find(folder), machine(folder, "one")
    for number in range(3):
        record(KIND, {"take": str(number)}, ada(), show=show, settings=one)
    check_whole(show, one)
    with Ledger.open(one) as ledger:
        path = ledger.path
    beside = [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]
    if cut == "its tail":
        with sqlite3.connect(path) as base:
            base.execute("DROP TRIGGER rows_delete")
            base.execute("DELETE FROM rows WHERE seq > 3")
    else:
        for each in beside:
            each.unlink(missing_ok=True)
        if cut == "emptied":
            path.touch()
    for _ in range(2):
        with pytest.raises(ArtistError) as caught:
            check_whole(show, one)
        assert caught.value.code == "input.tampered"


def test_a_copy_of_the_show_is_known_again_by_what_it_still_has(folder: Path, tmp_path: Path) -> None:
    one = machine(folder, "one")
    for kind in (KIND, "decision.rejected"):
        record(kind, {"take": "t"}, ada(), show=Show.find(folder), settings=one)
    shutil.copytree(folder, tmp_path / "copy")
    copied = Show.find(tmp_path / "copy")
    assert gone(copied, one) == ()
    (path,) = copied.records_folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert [each.kind for each in gone(copied, one)] == ["decision.rejected"]
    assert gone(Show.find(folder), one) == ()


def test_one_key_under_two_names_is_refused(folder: Path) -> None:
    path = folder / "photodouble.toml"
    key = Show.find(folder).person("ada").key
    path.write_text(path.read_text(encoding="utf-8") + f'\n[people.zed]\nkey = "{key}"\n', encoding="utf-8")
    with pytest.raises(ArtistError, match="both ada and zed"):
        Show.find(folder)


def test_people_without_keys_are_no_doubles(folder: Path) -> None:
    path = folder / "photodouble.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[people.eve]\n[people.zed]\n", encoding="utf-8")
    assert list(Show.find(folder).people) == ["ada", "eve", "zed"]


def test_a_key_made_before_is_put_into_a_show(folder: Path) -> None:
    made = new_person_key("bob")
    assert add_person("bob", show=folder)["is_new"] is False
    assert Show.find(folder).person("bob").key == made.public_text()


def test_a_show_written_with_a_mark_at_its_beginning_is_read(folder: Path) -> None:
    path = folder / "photodouble.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert Show.find(folder).name == "moth"
