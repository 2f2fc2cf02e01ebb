"""A ledger on a disk that is mounted read-only is read, checked and given out, and nothing is added to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_takes import Made, make_show_of_ada

from photodouble.provenance.history import pins_of
from photodouble.provenance.keys import load_person_key
from photodouble.provenance.ledger import FILE, HEADS, Ledger
from photodouble.provenance.report import make_report, newest_takes
from photodouble.provenance.verify import verify
from photodouble.takes.review import Wish, decide
from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., object]) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "site"
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        made, _ = make_show_of_ada(folder, shot_writer)
        return made


@pytest.fixture
def made(tmp_path: Path, original: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A site whose state folder the system says cannot be written to; the last rows lie in the log beside."""
    site = original.copied(tmp_path / "site")
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    (tmp_path / "site" / "user.toml").write_text(f'engine_folder = "{site.folder / "state"}"\n', "utf-8")
    decide(site.store, site.take, Wish("approve"), load_person_key("ada"), site.settings)
    usual = os.access
    state = site.folder / "state"

    def access(path: str | Path, mode: int) -> bool:
        return False if mode & os.W_OK and Path(path) == state else usual(path, mode)

    monkeypatch.setattr(os, "access", access)
    return site


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("ledger*")}


def test_everything_is_read_and_not_a_byte_is_changed(made: Made) -> None:
    before = contents(made.folder / "state")
    with Ledger.open(made.settings) as ledger:
        assert ledger.verify(pins_of(made.store.all())) == ()
        assert [row.by for row in ledger.rows("decision.approved")] == ["ada"]
    assert verify(str(made.take.folder), made.store, made.settings).is_intact
    report = make_report(newest_takes(made.store), made.store, made.settings, "2026-05-31")
    assert [shot.is_approved for shot in report.shots] == [True]
    assert contents(made.folder / "state") == before


def test_rows_that_only_the_log_beside_holds_are_read_too(made: Made, tmp_path: Path) -> None:
    writer = Ledger(tmp_path)
    writer.append("review.viewed", {"take": "t", "person": "ada"}, by="ada")
    for path in (tmp_path / FILE, tmp_path / f"{FILE}-wal"):
        (made.folder / "state" / path.name).write_bytes(path.read_bytes())
    writer.close()
    with Ledger.open(made.settings) as ledger:
        assert [row.kind for row in ledger.rows()] == ["review.viewed"]


def test_nothing_is_added_to_it(made: Made) -> None:
    with Ledger.open(made.settings) as ledger:
        with pytest.raises(ArtistError) as caught:
            ledger.append("review.viewed", {"take": "t", "person": "ada"})
        assert (caught.value.code, caught.value.title) == ("engine.ledger", "The ledger cannot be written")
        with pytest.raises(ArtistError):
            ledger.sign_head(ledger.key)


def test_an_emptied_one_is_found_there_too(made: Made) -> None:
    (made.folder / "state" / FILE).write_bytes(b"")
    (made.folder / "state" / f"{FILE}-wal").unlink(missing_ok=True)
    assert (made.folder / "state" / HEADS).is_file()
    with Ledger.open(made.settings) as ledger:
        assert ledger.verify() != ()


def test_an_export_of_it_is_whole(made: Made, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Ledger.open(made.settings) as ledger:
        count = ledger.export(tmp_path / "out.jsonl")
    with Ledger(tmp_path / "other") as other:
        heads = 1
        assert other.import_(tmp_path / "out.jsonl") == count - heads
