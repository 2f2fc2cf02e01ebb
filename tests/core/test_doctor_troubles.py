"""Planted troubles: the doctor names each one, says what to do, and goes on to the next."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from photodouble.doctor import colour, disks, engine, history, libraries, machine, models, people, settings
from photodouble.doctor.examine import Check, look_at
from photodouble.doctor.place import place_near
from photodouble.doctor.row import BAD, GOOD, LOOK, NOTE, Row
from photodouble.models.card import Attestation, ModelCard, TrainingData
from photodouble_client.runtime import runtime_place

needs_rights = pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights as on POSIX")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home: no settings, no state, no models, no engine."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PHOTODOUBLE_RUNTIME", str(tmp_path / "run"))
    for name in (
        "PHOTODOUBLE_USER",
        "PHOTODOUBLE_STUDIO",
        "PHOTODOUBLE_CLIENT",
        "PHOTODOUBLE_ENGINE",
        "OCIO",
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def seen(home: Path) -> Callable[..., list[Row]]:
    """Give the rows of one look in that home, guarded as the doctor guards it."""

    def look(call: Callable[..., object], near: Path | None = None, **more: bool) -> list[Row]:
        place = place_near(near or home, **more)
        return look_at(place, (Check("program", "Planted", call),))  # type: ignore[arg-type]

    return look


def only(rows: list[Row], state: str) -> Row:
    (found,) = [row for row in rows if row.state == state]
    return found


def write_user(home: Path, text: str) -> Path:
    path = home / "xdg_config_home" / "photodouble" / "photodouble.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_card(home: Path, name: str, **more: object) -> Path:
    folder = home / "xdg_data_home" / "photodouble" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    until = date.today() + timedelta(days=9)
    known: dict[str, object] = {
        "licence": "Apache-2.0",
        "commercial": "yes",
        "training": (TrainingData("plates", "own"),),
        "attestation": Attestation("Vendor", "Ada", "", until.isoformat()),
        "uses": ("final",),
    }
    card = ModelCard(name, f"{name}.onnx", "0" * 64, 4, "onnx", **{**known, **more})  # type: ignore[arg-type]
    (folder / f"{name}.json").write_text(json.dumps(card.to_json()), encoding="utf-8")
    (folder / f"{name}.onnx").write_bytes(b"1234")
    return folder


def test_a_mistake_in_the_settings_is_told_and_built_in_ones_serve_the_other_rows(
    home: Path, seen: Callable[..., list[Row]]
) -> None:
    write_user(home, "workers = 'many'\n")
    assert "'workers' must be a whole number" in only(seen(settings.look), BAD).found
    assert [row.state for row in seen(disks.look) if row.name == "Cache"] != [BAD]


def test_settings_that_are_in_order_are_good(home: Path, seen: Callable[..., list[Row]]) -> None:
    write_user(home, "workers = 2\n")
    assert [row.state for row in seen(settings.look)] == [GOOD, GOOD]


@needs_rights
def test_settings_that_everybody_may_change_are_named(home: Path, seen: Callable[..., list[Row]]) -> None:
    path = write_user(home, "workers = 2\n")
    path.chmod(0o666)
    assert only(seen(settings.look), LOOK).fix == f"Take that right away: chmod o-w '{path}'"


def test_a_studio_file_that_is_gone_is_bad(
    home: Path, seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_STUDIO", str(home / "gone.toml"))
    assert "gone.toml is not there" in only(seen(settings.look), BAD).found


def test_a_damaged_file_of_the_hosts_is_bad(home: Path, seen: Callable[..., list[Row]]) -> None:
    path = home / "xdg_config_home" / "photodouble" / "client.json"
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    assert str(path) in only(seen(settings.look), BAD).found
    assert str(path) in only(seen(engine.interpreter), BAD).found


def test_hosts_that_know_no_engine_are_told_how(seen: Callable[..., list[Row]]) -> None:
    assert "photodouble engine use" in only(seen(engine.interpreter), LOOK).fix


def test_an_engine_python_that_is_gone_is_bad(
    seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_ENGINE", "/no/such/python")
    assert "/no/such/python" in only(seen(engine.interpreter), BAD).found


def test_a_python_without_the_program_is_bad(
    home: Path, seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = home / "python"
    stub.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    stub.chmod(0o755)
    monkeypatch.setenv("PHOTODOUBLE_ENGINE", str(stub))
    assert "without Photo Double" in only(seen(engine.interpreter), BAD).found


def test_the_engine_s_own_python_is_good(
    seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_ENGINE", sys.executable)
    assert only(seen(engine.interpreter), GOOD).found.startswith(sys.executable)


def test_no_engine_is_no_fault_and_none_is_started(home: Path, seen: Callable[..., list[Row]]) -> None:
    assert [row.state for row in seen(engine.running)] == [NOTE]
    assert not (home / "run").exists()


@needs_rights
def test_a_runtime_folder_open_to_others_is_bad(home: Path, seen: Callable[..., list[Row]]) -> None:
    (home / "run").mkdir()
    (home / "run").chmod(0o755)
    assert "Other users may look into it" in only(seen(engine.folder), BAD).found


def test_a_runtime_folder_that_cannot_be_made_is_bad(
    home: Path, seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PHOTODOUBLE_RUNTIME", str(home / "file" / "run"))
    assert runtime_place() in only(seen(engine.folder), BAD).found


def test_a_state_folder_that_cannot_be_is_bad(home: Path, seen: Callable[..., list[Row]]) -> None:
    (home / "file").write_text("", encoding="utf-8")
    write_user(home, f'engine_folder = "{home / "file" / "state"}"\n')
    assert [row.name for row in seen(disks.look) if row.state == BAD] == ["Jobs and ledger"]


def test_a_full_disk_is_bad_and_a_small_one_wants_attention(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(free: int) -> str:
        monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": free}))
        return disks.disk(disks.TAKES, home).state

    assert [left(10**6), left(3 * 10**9), left(10**12)] == [BAD, LOOK, GOOD]


def test_a_limit_of_memory_that_is_too_low_is_bad(
    seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photodouble.engine.room._limit", lambda: 10**8)
    assert "ulimit" in only(seen(machine.memory), BAD).fix


def test_a_colour_configuration_that_is_gone_is_bad(
    home: Path, seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCIO", str(home / "gone.ocio"))
    assert "gone.ocio" in only(seen(colour.look), BAD).found


def test_a_display_that_the_configuration_lacks_is_named(home: Path, seen: Callable[..., list[Row]]) -> None:
    write_user(home, 'display = "Holodeck"\n')
    assert "'Holodeck'" in only(seen(colour.look), LOOK).found


def test_a_good_card_an_expired_one_and_the_missing_are_told_apart(
    home: Path, seen: Callable[..., list[Row]]
) -> None:
    write_card(home, "good")
    write_card(home, "late", attestation=Attestation("Vendor", "Ada", "", "2020-01-01"))
    write_card(home, "unsaid", attestation=None)
    folder = write_card(home, "gone")
    (folder / "gone.onnx").unlink()
    (folder / "broken.json").write_text("[", encoding="utf-8")
    (folder / "stray.safetensors").write_bytes(b"1")
    found = {row.name: row for row in seen(models.look)}
    states = {name: row.state for name, row in found.items()}
    assert states == {
        "good": GOOD,
        "late": LOOK,
        "unsaid": NOTE,
        "gone": BAD,
        "broken": BAD,
        "stray.safetensors": LOOK,
    }
    assert "expired on 2020-01-01" in found["late"].found
    assert "no card" in found["stray.safetensors"].found


def test_changed_weights_are_found_by_a_thorough_look(home: Path, seen: Callable[..., list[Row]]) -> None:
    write_card(home, "good")
    assert [row.state for row in seen(models.look)] == [GOOD]
    assert "content is another one" in only(seen(models.look, is_thorough=True), BAD).found


def test_a_ledger_that_was_changed_is_bad(home: Path, seen: Callable[..., list[Row]]) -> None:
    from photodouble.engine.queue.folder import state_place
    from photodouble.provenance.ledger import Ledger
    from photodouble.settings import Settings

    assert [row.state for row in seen(history.look)] == [NOTE]
    folder = state_place(Settings())
    folder.mkdir(parents=True)
    with Ledger(folder) as ledger:
        ledger.sign_head(ledger.key)
    assert [row.state for row in seen(history.look)] == [GOOD]
    base = sqlite3.connect(folder / "ledger.sqlite3")
    base.execute("DROP TRIGGER rows_update")
    base.execute("UPDATE rows SET kind = 'run.finished'")
    base.commit()
    base.close()
    assert "the guard rows_update is missing" in only(seen(history.look), BAD).found


def test_a_ledger_without_its_key_is_bad_and_no_new_key_is_made(
    home: Path, seen: Callable[..., list[Row]]
) -> None:
    from photodouble.engine.queue.folder import state_place
    from photodouble.provenance.ledger import Ledger
    from photodouble.settings import Settings

    folder = state_place(Settings())
    folder.mkdir(parents=True)
    Ledger(folder).close()
    assert "the engine's key is not" in only(seen(history.look), BAD).found
    assert not (folder / "engine.pem").exists()


@needs_rights
def test_a_key_that_others_may_read_is_bad(home: Path, seen: Callable[..., list[Row]]) -> None:
    from photodouble.provenance.keys import new_person_key, person_file

    assert [row.state for row in seen(people.keys)] == [NOTE]
    new_person_key("ada")
    assert [row.state for row in seen(people.keys)] == [GOOD]
    person_file("ada").chmod(0o644)
    assert "chmod 600" in only(seen(people.keys), BAD).fix


def test_a_show_without_keys_wants_attention(home: Path, seen: Callable[..., list[Row]]) -> None:
    show = home / "show"
    show.mkdir()
    (show / "photodouble.toml").write_text('name = "wall"\n[people.ada]\nname = "Ada"\n', encoding="utf-8")
    assert "nobody can approve" in only(seen(people.show, show), LOOK).found


def test_a_record_that_was_changed_is_bad(home: Path, seen: Callable[..., list[Row]]) -> None:
    from photodouble.provenance.keys import new_person_key

    key = new_person_key("ada")
    show = home / "show"
    (show / "records").mkdir(parents=True)
    text = f'name = "wall"\n[people.ada]\nkey = "{key.public_text()}"\n'
    (show / "photodouble.toml").write_text(text, encoding="utf-8")
    assert only(seen(people.show, show), NOTE).name == "Consents"
    (show / "records" / "0123456789abcdef.jsonl").write_text("{}\n", encoding="utf-8")
    assert only(seen(people.show, show), BAD).fix


def test_a_picture_library_that_kills_its_process_is_named(
    seen: Callable[..., list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "PICTURES", ("json", "no_such_library_of_pictures"))
    assert "no_such_library_of_pictures does not load" in only(seen(libraries.load), BAD).found


def test_nvidia_s_tool_that_lists_nothing_wants_attention() -> None:
    assert machine._no_card(True, None).state == LOOK
    assert machine._no_card(True, "").state == NOTE
    assert machine._no_card(False, None).state == NOTE
