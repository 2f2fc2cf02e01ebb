"""`photodouble ledger` and `photodouble person`: what they say, and what they return when all is not well."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from photodouble.provenance.keys import PublicKey
from photodouble.provenance.ledger import FILE, Ledger

Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    """Give the ledger of the command line's user, with three rows in it."""
    import platform

    folder = tmp_path / "own" / "photodouble" / (platform.node() or "machine")
    folder.mkdir(parents=True)
    with Ledger(folder) as ledger:
        for name in ("t1", "t2", "t3"):
            ledger.append("review.viewed", {"take": name, "person": "ada"}, by="ada")
    return folder / FILE


def test_an_intact_ledger_is_said_to_be_intact(photodouble: Run, ledger_file: Path) -> None:
    done = photodouble("ledger", "verify")
    assert done.returncode == 0
    assert "3 rows, every one as it was written." in done.stdout
    assert "No signed head and no manifest stands for them yet" in done.stdout


def test_a_changed_ledger_is_said_to_be_changed_and_the_status_says_so(
    photodouble: Run, ledger_file: Path
) -> None:
    base = sqlite3.connect(ledger_file, isolation_level=None)
    base.execute("DROP TRIGGER rows_update")
    base.execute("UPDATE rows SET by = 'eve' WHERE seq = 2")
    base.close()
    done = photodouble("ledger", "verify")
    assert done.returncode == 3
    assert "CHANGED: ledger: row 2 (review.viewed) was changed" in done.stdout
    assert "Row 1 is as written, later ones not proved." in done.stdout
    assert json.loads(photodouble("ledger", "verify", "--json").stdout)["faults"][-1]["row"] == 2


def test_a_ledger_that_is_no_database_is_told_in_plain_words(photodouble: Run, ledger_file: Path) -> None:
    ledger_file.write_bytes(b"rubbish" * 1000)
    done = photodouble("ledger", "verify")
    assert done.returncode == 5
    assert "The ledger cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_happened_is_listed_by_kind_and_take(photodouble: Run, ledger_file: Path) -> None:
    assert photodouble("ledger", "show", "--take", "t2").stdout.count("review.viewed") == 1
    assert photodouble("ledger", "show", "--last", "2").stdout.count("by ada") == 2
    assert "Nothing of that kind" in photodouble("ledger", "show", "--kind", "run.").stdout
    rows = json.loads(photodouble("ledger", "show", "--json").stdout)
    assert [row["payload"]["take"] for row in rows] == ["t1", "t2", "t3"]


def test_history_is_written_out_once_and_taken_in_once(
    photodouble: Run, ledger_file: Path, tmp_path: Path
) -> None:
    assert "Wrote 3 rows" in photodouble("ledger", "export", "out.jsonl").stdout
    assert photodouble("ledger", "export", "out.jsonl").returncode == 3
    for path in ledger_file.parent.iterdir():
        if path.is_file():
            path.unlink()
    assert "3 rows new" in photodouble("ledger", "import", "out.jsonl").stdout
    assert "Nothing in it is new" in photodouble("ledger", "import", "out.jsonl").stdout


def test_something_else_is_no_history(photodouble: Run, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("one\ntwo\n", encoding="utf-8")
    done = photodouble("ledger", "import", "list.txt")
    assert done.returncode == 3
    assert "no copy of a ledger" in done.stderr


def test_a_person_gets_a_key_and_the_lines_for_the_show(photodouble: Run, tmp_path: Path) -> None:
    done = photodouble("person", "add", "ada", "--name", "Ada King", "--role", "supervisor")
    assert done.returncode == 0
    assert "[people.ada]" in done.stdout
    assert (tmp_path / "keys" / "ada.pem").stat().st_mode & 0o077 == 0
    assert photodouble("person", "add", "ada").returncode == 3


def test_a_person_is_put_into_the_show(photodouble: Run, tmp_path: Path) -> None:
    (tmp_path / "photodouble.toml").write_text('name = "moth"', encoding="utf-8")
    assert photodouble("person", "add", "ada", "--name", "Ada King", "--show", ".").returncode == 0
    (ada,) = json.loads(photodouble("person", "list", "--json").stdout)
    assert (ada["id"], ada["name"], ada["held"], ada["counts"]) == ("ada", "Ada King", True, True)
    assert len(PublicKey.from_text("ada", ada["key"]).raw) == 32


def test_a_passphrase_is_read_from_the_standard_input(photodouble: Run, tmp_path: Path) -> None:
    done = photodouble("person", "add", "ada", "--passphrase", input="open sesame\n")
    assert done.returncode == 0
    assert b"ENCRYPTED" in (tmp_path / "keys" / "ada.pem").read_bytes()
    assert "sesame" not in done.stdout + done.stderr


def test_an_empty_passphrase_makes_no_open_key(photodouble: Run, tmp_path: Path) -> None:
    done = photodouble("person", "add", "ada", "--passphrase", input="\n")
    assert done.returncode == 2
    assert not (tmp_path / "keys" / "ada.pem").exists()
