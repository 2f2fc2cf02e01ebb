"""The ledger only grows: every way of changing it that we know is stopped, or found out and named."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from photodouble.provenance import ledger as ledger_module
from photodouble.provenance import rows as rows_module
from photodouble.provenance.canonical import canonical, digest
from photodouble.provenance.ledger import FILE, HEADS, Ledger
from photodouble.provenance.rows import FIRST, Pin, row_hash
from photodouble_client.errors import ArtistError

GUARDS = ("rows_update", "rows_delete", "rows_insert")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger of ten rows."""
    with Ledger(tmp_path) as opened:
        for number in range(10):
            viewed(opened, number)
        yield opened


def viewed(ledger: Ledger, number: int) -> None:
    ledger.append("review.viewed", {"take": f"take{number}", "person": "ada"}, by="ada")


def behind(ledger: Ledger, *lines: str, guarded: bool = False) -> None:
    """Change the file through a connection of our own, the guards taken away first."""
    base = sqlite3.connect(ledger.path, isolation_level=None)
    for name in () if guarded else GUARDS:
        base.execute(f"DROP TRIGGER {name}")
    for line in lines:
        base.execute(line)
    base.close()


def put_guards_back(ledger: Ledger) -> None:
    from photodouble.provenance.tables import GUARDS as TEXTS

    base = sqlite3.connect(ledger.path, isolation_level=None)
    for text in TEXTS.values():
        base.execute(text)
    base.close()


def test_an_untouched_ledger_has_no_faults(ledger: Ledger) -> None:
    assert ledger.verify() == ()
    assert [row.seq for row in ledger.rows()] == list(range(1, 11))


@pytest.mark.parametrize(
    "line",
    [
        "UPDATE rows SET by = 'eve' WHERE seq = 4",
        "UPDATE OR REPLACE rows SET seq = 5 WHERE seq = 4",
        "DELETE FROM rows WHERE seq = 10",
        "INSERT OR REPLACE INTO rows SELECT seq, ts, kind, 'eve', payload, prev, hash FROM rows "
        "WHERE seq = 4",
        "REPLACE INTO rows SELECT seq, ts, kind, 'eve', payload, prev, hash FROM rows WHERE seq = 10",
        "INSERT OR IGNORE INTO rows SELECT 4, ts, kind, by, payload, prev, hash FROM rows WHERE seq = 4",
        "INSERT INTO rows SELECT 12, ts, kind, by, payload, prev, hash FROM rows WHERE seq = 10",
        "INSERT INTO rows SELECT NULL, ts, kind, by, payload, prev, hash FROM rows WHERE seq = 10",
        "INSERT INTO rows SELECT 11, ts, kind, by, payload, 'x', hash FROM rows WHERE seq = 10",
        "INSERT INTO rows SELECT 4, ts, kind, by, payload, prev, hash FROM rows WHERE seq = 4 "
        "ON CONFLICT DO UPDATE SET by = 'eve'",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_no_statement_changes_a_row(ledger: Ledger, line: str, recursive: str) -> None:
    before = [row.line() for row in ledger.rows()]
    with pytest.raises(sqlite3.DatabaseError, match=r"a ledger is never|a row follows"):
        behind(ledger, f"PRAGMA recursive_triggers = {recursive}", line, guarded=True)
    assert [row.line() for row in ledger.rows()] == before


def test_a_guard_on_deletes_alone_is_walked_round_by_replace(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "trap", isolation_level=None)
    base.execute("CREATE TABLE rows (seq INTEGER PRIMARY KEY, by TEXT)")
    base.execute("CREATE TRIGGER kept BEFORE DELETE ON rows BEGIN SELECT RAISE(ABORT, 'no'); END")
    base.execute("INSERT INTO rows VALUES (1, 'ada')")
    base.execute("INSERT OR REPLACE INTO rows VALUES (1, 'eve')")
    assert base.execute("SELECT by FROM rows").fetchone() == ("eve",)


@pytest.mark.parametrize(
    "column, value",
    [
        ("by", "'eve'"),
        ("kind", "'run.failed'"),
        ("ts", "'2001-01-01T00:00:00Z'"),
        ("payload", "replace(payload, 'take3', 'take9')"),
        ("payload", "payload || ' '"),
        ("hash", "hex(randomblob(32))"),
        ("prev", "hex(randomblob(32))"),
    ],
)
def test_a_row_edited_behind_the_guards_is_named(ledger: Ledger, column: str, value: str) -> None:
    behind(ledger, f"UPDATE rows SET {column} = {value} WHERE seq = 4")
    put_guards_back(ledger)
    faults = ledger.verify()
    assert [fault.seq for fault in faults] == [4]


def test_guards_that_are_gone_are_noticed_though_no_row_changed(ledger: Ledger) -> None:
    behind(ledger)
    assert sorted(fault.what for fault in ledger.verify()) == sorted(
        f"the guard {name} is missing" for name in GUARDS
    )


def test_a_guard_that_does_nothing_is_no_guard(ledger: Ledger) -> None:
    behind(ledger)
    put_guards_back(ledger)
    base = sqlite3.connect(ledger.path, isolation_level=None)
    base.execute("DROP TRIGGER rows_update")
    base.execute("CREATE TRIGGER rows_update BEFORE UPDATE ON rows BEGIN SELECT 1; END")
    base.close()
    assert [fault.what for fault in ledger.verify()] == ["the guard rows_update is missing"]


def test_opening_a_ledger_does_not_put_guards_back_in_silence(ledger: Ledger, tmp_path: Path) -> None:
    behind(ledger)
    with Ledger(tmp_path) as again:
        assert len(again.verify()) == len(GUARDS)


def test_a_row_taken_out_leaves_a_gap_that_is_named(ledger: Ledger) -> None:
    behind(ledger, "DELETE FROM rows WHERE seq = 6")
    put_guards_back(ledger)
    assert [(fault.seq, fault.what) for fault in ledger.verify()] == [
        (6, "row 6 is missing; row 7 comes next")
    ]


def test_two_rows_that_change_places_are_noticed(ledger: Ledger) -> None:
    behind(
        ledger,
        "UPDATE rows SET seq = -1 WHERE seq = 4",
        "UPDATE rows SET seq = 4 WHERE seq = 5",
        "UPDATE rows SET seq = 5 WHERE seq = -1",
    )
    put_guards_back(ledger)
    assert [fault.seq for fault in ledger.verify()] == [4]


def cut(ledger: Ledger, after: int) -> None:
    behind(ledger, f"DELETE FROM rows WHERE seq > {after}")
    put_guards_back(ledger)


def test_a_cut_tail_is_seen_by_a_signed_head(ledger: Ledger) -> None:
    ledger.sign_head(ledger.key)
    cut(ledger, 7)
    assert [(fault.seq, fault.what) for fault in ledger.verify()] == [
        (10, "row 10, which signed head 1 names, was cut off")
    ]


def test_a_cut_tail_is_seen_by_what_a_manifest_remembers(ledger: Ledger) -> None:
    seq, last = ledger.head()
    cut(ledger, 7)
    assert ledger.verify() == ()
    pin = Pin(seq, last, "the manifest of sh010/inpaint/v001", ledger.key.engine)
    assert [fault.seq for fault in ledger.verify([pin])] == [10]


def test_a_tail_written_anew_after_a_cut_is_seen(ledger: Ledger) -> None:
    pin = Pin(*ledger.head(), "a manifest")
    cut(ledger, 7)
    for number in range(5):
        viewed(ledger, number)
    assert ledger.verify() == ()
    assert "row 10 is not the one that a manifest names" in ledger.verify([pin])[0].what


def test_what_another_ledger_remembers_says_nothing_about_this_one(ledger: Ledger) -> None:
    assert ledger.verify([Pin(999, "0" * 64, "a manifest", "another")]) == ()


def test_rows_after_the_last_signed_head_are_counted_apart(ledger: Ledger) -> None:
    ledger.sign_head(ledger.key)
    viewed(ledger, 11)
    assert ledger.pinned() == 10
    assert ledger.head()[0] == 12


def test_a_forged_head_is_no_head(ledger: Ledger) -> None:
    envelope = ledger.sign_head(ledger.key)
    envelope["signatures"][0]["sig"] = envelope["signatures"][0]["sig"][:-8] + "AAAAAA=="
    ledger.heads.write_text(json.dumps(envelope) + "\n", encoding="utf-8")
    assert [fault.what for fault in ledger.verify()] == [f"signed head 1 in {HEADS} does not hold"]


def test_every_so_many_rows_the_head_is_signed_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "HEAD_EVERY", 5)
    with Ledger(tmp_path) as ledger:
        for number in range(12):
            viewed(ledger, number)
        assert ledger.pinned() == 10
        assert [row.seq for row in ledger.rows("ledger.head")] == [6, 11]
        assert ledger.verify() == ()


def test_a_clock_put_back_harms_neither_order_nor_proof(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "now_text", lambda: "1999-12-31T23:59:59Z")
    viewed(ledger, 11)
    last = list(ledger.rows())[-1]
    assert (last.seq, last.ts) == (11, "1999-12-31T23:59:59Z")
    assert ledger.verify() == ()


WRITER = """
import sys
from pathlib import Path
from photodouble.provenance.ledger import Ledger
with Ledger(Path(sys.argv[1])) as ledger:
    for number in range(40):
        ledger.append("review.viewed", {"take": f"take{number}", "person": "ada"})
"""

FILLER = """
import resource, sys
from pathlib import Path
from photodouble.provenance.ledger import Ledger
from photodouble_client.errors import ArtistError
with Ledger(Path(sys.argv[1])) as ledger:
    ledger.append("review.viewed", {"take": "first", "person": "ada"})
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    try:
        for number in range(1000):
            ledger.append("review.viewed", {"take": f"{number}", "person": "ada", "note": "x" * 2000})
            print(number, flush=True)
    except ArtistError as error:
        print(error.code)
"""


def start(script: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)


def test_several_processes_write_at_once_and_no_row_is_lost(tmp_path: Path) -> None:
    writers = [start(WRITER, tmp_path) for _ in range(4)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0, 0]
    with Ledger(tmp_path) as ledger:
        assert len(list(ledger.rows("review.viewed"))) == 160
        assert ledger.verify() == ()


OPENER = """
import sys, time
from pathlib import Path
from photodouble.provenance.ledger import Ledger
print("ready", flush=True)
begin = float(sys.stdin.readline())
for number in range(40):
    time.sleep(max(begin + number * 0.05 - time.time(), 0))
    folder = Path(sys.argv[1]) / str(number)
    folder.mkdir(exist_ok=True)
    Ledger(folder).close()
"""


def test_a_new_ledger_is_opened_by_several_processes_in_the_same_moment(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENER, str(tmp_path)]
    openers = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(5)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    begin = time.time() + 0.2
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write(f"{begin}\n")
        opener.stdin.flush()
    said = [opener.communicate(timeout=120)[1] for opener in openers]
    assert said == [""] * len(openers)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1: "a"}, "\ud800", {1, 2}])
def test_what_has_no_one_way_to_be_written_is_refused(ledger: Ledger, value: object) -> None:
    with pytest.raises(ArtistError) as caught:
        ledger.append("review.viewed", {"take": "t", "person": "ada", "note": value})
    assert caught.value.code == "input.bad_request"
    assert ledger.head()[0] == 10


@pytest.mark.parametrize("seed", [2**53, 2**63, -(2**64), 2**200])
def test_a_large_whole_number_survives_as_text(ledger: Ledger, seed: int) -> None:
    row = ledger.append("review.viewed", {"take": "t", "person": "ada", "deep": [{"seed": seed}]})
    assert row.payload["deep"] == [{"seed": str(seed)}]
    assert ledger.verify() == ()


def test_equal_content_has_one_hash_whatever_the_order_and_the_way_numbers_are_written() -> None:
    assert digest({"b": 1.0, "a": [1e2, "ä"]}) == digest(json.loads('{"a": [100, "\\u00e4"], "b": 1}'))
    assert canonical({"b": 2**53 - 1, "a": True}) == b'{"a":true,"b":9007199254740991}'


def test_the_hash_of_a_row_is_that_of_its_canonical_json(ledger: Ledger) -> None:
    row = ledger.append("review.viewed", {"take": 'a "quoted" take', "person": "ada", "x": 0.1}, by="ada")
    whole = {name: getattr(row, name) for name in ("by", "kind", "payload", "prev", "seq", "ts")}
    assert row.hash == digest(whole)


def test_the_first_row_follows_nothing() -> None:
    assert row_hash(1, "t", "k", "{}", FIRST, "") == digest(
        {"by": "", "kind": "k", "payload": {}, "prev": FIRST, "seq": 1, "ts": "t"}
    )


@pytest.mark.parametrize(
    "kind, payload",
    [
        ("run.juggled", {"take": "t"}),
        ("review.viewed", {"take": "t"}),
        ("decision.approved", {"take": "t", "person": "ada", "record": ""}),
    ],
)
def test_an_event_that_nobody_could_read_later_is_refused(
    ledger: Ledger, kind: str, payload: dict[str, str]
) -> None:
    with pytest.raises(ArtistError, match="event"):
        ledger.append(kind, payload)
    assert ledger.head()[0] == 10


@pytest.mark.parametrize("content", [b"this is no database" * 300, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_ledger_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ArtistError) as caught:
        Ledger(tmp_path)
    assert caught.value.code == "engine.ledger"
    assert (tmp_path / FILE).read_bytes() == content


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        for number in range(300):
            viewed(ledger, number)
    path = tmp_path / FILE
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = os.urandom(4096)
    path.write_bytes(content)
    with Ledger(tmp_path) as ledger:
        assert ledger.verify() != ()


def test_a_write_that_fails_is_told_and_what_was_answered_is_kept(tmp_path: Path) -> None:
    said, _ = start(FILLER, tmp_path).communicate(timeout=120)
    *written, code = said.split()
    assert code == "engine.ledger"
    assert len(written) > 10
    with Ledger(tmp_path) as ledger:
        assert ledger.verify() == ()
        assert ledger.head()[0] >= 1 + len(written)


def test_an_error_of_a_full_database_says_that_the_disk_is_full(
    ledger: Ledger,
) -> None:
    ledger._base.execute("PRAGMA max_page_count = 1")
    with pytest.raises(ArtistError) as caught:
        for number in range(500):
            viewed(ledger, number)
    assert caught.value.code == "engine.disk_full"
    assert ledger.verify() == ()


def test_rows_travel_to_another_ledger_and_say_where_they_came_from(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.export(tmp_path / "out.jsonl") == 10
    (tmp_path / "other").mkdir()
    with Ledger(tmp_path / "other") as other:
        assert other.import_(tmp_path / "out.jsonl") == 10
        assert other.import_(tmp_path / "out.jsonl") == 0
        first = next(iter(other.rows()))
        assert first.payload["take"] == "take0"
        assert first.by == "ada"
        assert first.payload["imported"]["engine"] == ledger.key.engine
        assert other.verify() == ()


def test_rows_that_travel_round_in_a_circle_are_taken_once(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ledger.export(tmp_path / "out.jsonl")
    with Ledger(tmp_path / "other") as other:
        other.import_(tmp_path / "out.jsonl")
        other.export(tmp_path / "back.jsonl")
        assert ledger.import_(tmp_path / "back.jsonl") == 0
        assert len(list(ledger.rows("review."))) == 10


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("take4", "take5", 1),
        lambda text: "\n".join(line for line in text.split("\n") if '"seq":4,' not in line),
        lambda text: text.replace('"by":"ada"', '"by":"eve"', 1),
    ],
)
def test_an_edited_export_is_refused_whole(
    ledger: Ledger, tmp_path: Path, edit: Callable[[str], str]
) -> None:
    path = tmp_path / "out.jsonl"
    ledger.export(path)
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    (tmp_path / "other").mkdir()
    with Ledger(tmp_path / "other") as other:
        with pytest.raises(ArtistError) as caught:
            other.import_(path)
        assert caught.value.code == "input.tampered"
        assert other.head()[0] == 0


def test_an_export_of_one_take_holds_that_take_only(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.export(tmp_path / "one.jsonl", take="take4") == 1
    (tmp_path / "other").mkdir()
    with Ledger(tmp_path / "other") as other:
        assert other.import_(tmp_path / "one.jsonl") == 1


def test_an_export_overwrites_nothing(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine", encoding="utf-8")
    with pytest.raises(ArtistError, match="already exists"):
        ledger.export(tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "mine"


def test_an_old_export_that_no_longer_fits_its_own_ledger_is_named(ledger: Ledger, tmp_path: Path) -> None:
    ledger.export(tmp_path / "out.jsonl")
    cut(ledger, 7)
    with pytest.raises(ArtistError, match="row 8"):
        ledger.import_(tmp_path / "out.jsonl")


def test_the_ledger_and_its_key_are_for_their_user_only(ledger: Ledger) -> None:
    ledger.sign_head(ledger.key)
    modes = {path.name: path.stat().st_mode & 0o077 for path in ledger.path.parent.iterdir()}
    assert {name: mode for name, mode in modes.items() if mode} == {}


def without_rows(lines: list[str]) -> list[str]:
    return lines[:-3] + lines[-1:]


def without_end(lines: list[str]) -> list[str]:
    return lines[:-1]


def without_rows_and_end(lines: list[str]) -> list[str]:
    return lines[:-3]


def half_an_end(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1][: len(lines[-1]) // 2]]


def called_a_part(lines: list[str]) -> list[str]:
    return [lines[0].replace('"whole": true', '"whole": false'), *lines[1:5], *lines[6:]]


def signed_by_another(lines: list[str]) -> list[str]:
    """Cut the tail and sign the rest with a key of one's own."""
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from photodouble.provenance import copies, dsse
    from photodouble.provenance.keys import EngineKey, PublicKey
    from photodouble.provenance.rows import Row

    engine = json.loads(lines[0])["engine"]
    rows = [Row.from_line(line) for line in lines[1:-3]]
    private = Ed25519PrivateKey.generate()
    key = EngineKey(PublicKey(engine, private.public_key().public_bytes_raw()), private)
    summed = hashlib.sha256("".join(row.hash for row in rows).encode()).hexdigest()
    facts = copies._end_facts(engine, True, (rows[-1].seq, rows[-1].hash), len(rows), summed)
    end = {"end": dsse.sign(facts, copies.KIND, key), "key": key.public_text()}
    return [*lines[:-3], json.dumps(end, sort_keys=True)]


@pytest.mark.parametrize(
    "cut_it",
    [without_rows, without_end, without_rows_and_end, half_an_end, called_a_part, signed_by_another],
)
def test_an_export_whose_tail_was_cut_is_refused(
    ledger: Ledger, tmp_path: Path, cut_it: Callable[[list[str]], list[str]]
) -> None:
    path = tmp_path / "out.jsonl"
    ledger.export(path)
    path.write_text("\n".join(cut_it(path.read_text("utf-8").splitlines())) + "\n", encoding="utf-8")
    (tmp_path / "other").mkdir()
    with Ledger(tmp_path / "other") as other:
        with pytest.raises(ArtistError) as caught:
            other.import_(path)
        assert caught.value.code == "input.tampered"
        assert other.head()[0] == 0


def test_a_row_left_out_of_an_export_of_one_take_is_seen(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("review.viewed", {"take": "take4", "person": "bea"}, by="bea")
    path = tmp_path / "one.jsonl"
    assert ledger.export(path, take="take4") == 2
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1], lines[3]]) + "\n", encoding="utf-8")
    (tmp_path / "other").mkdir()
    with Ledger(tmp_path / "other") as other, pytest.raises(ArtistError, match="signed with 2 rows"):
        other.import_(path)


def test_a_ledger_that_is_cut_itself_is_not_given_out(ledger: Ledger, tmp_path: Path) -> None:
    ledger.sign_head(ledger.key)
    cut(ledger, 7)
    with pytest.raises(ArtistError, match="cut off"):
        ledger.export(tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
