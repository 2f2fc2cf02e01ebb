"""`photodouble models`: what it prints, and what it returns when all is not well."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
KNOWN = ("--licence", "Apache-2.0", "--commercial", "yes", "--use", "temp", "--training", "films=licensed")
ATTESTED = ("--vendor", "Acme", "--signatory", "B. Roth", "--valid-to", "2099-12-31")


@pytest.fixture
def run(photodouble: Run, tmp_path: Path) -> Run:
    with (tmp_path / "user.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'models_folder = "{(tmp_path / "cards").as_posix()}"\n')
    return photodouble


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "net.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    return path


def test_a_model_is_filed_listed_verified_and_removed(run: Run, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"signed")
    filed = run("models", "add", weights, *KNOWN, *ATTESTED, "--document", tmp_path / "letter.pdf")
    assert filed.returncode == 0 and "not for a deliverable" not in filed.stdout, filed.stderr
    [row] = json.loads(run("models", "list", "--json").stdout)
    assert (row["name"], row["deliverable"], row["attested_to"]) == ("net", True, "2099-12-31")
    assert json.loads(run("describe").stdout)["models"] == [row]
    assert run("models", "verify").stdout == "net: as its card says\n"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    changed = run("models", "verify", "net")
    assert changed.returncode == 1 and "the weights changed" in changed.stdout
    assert run("models", "remove", "net").returncode == 0
    assert "There are no models" in run("models", "list").stdout and weights.is_file()


def test_what_is_missing_on_a_card_is_told_at_once(run: Run, weights: Path) -> None:
    told = run("models", "add", weights, "--name", "bare").stdout
    assert "no vendor attests what it was trained on" in told and "permits no use" in told
    assert run("models", "add", weights, "--name", "bare").returncode == 3
    assert run("models", "verify", "other").returncode == 4


def test_a_file_that_could_run_a_program_is_not_filed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(pickle.dumps(print, 2))
    refused = run("models", "add", tmp_path / "net.pt")
    assert refused.returncode == 4 and "not safe" in refused.stderr
    assert not list((tmp_path / "cards").glob("*"))


def test_a_card_of_the_show_is_seen_in_the_show_only(run: Run, weights: Path, tmp_path: Path) -> None:
    away = run("models", "add", weights, *KNOWN, "--show")
    assert away.returncode == 2 and "no show" in away.stderr
    (tmp_path / "photodouble.toml").write_text('name = "moonfall"\n', encoding="utf-8")
    assert run("models", "add", weights, *KNOWN, *ATTESTED, "--show", "--keep", "copy").returncode == 0
    kept = sorted(path.name for path in (tmp_path / "models").iterdir())
    assert kept == ["net.json", "net.kept.safetensors"]
    assert "net" in run("models", "list").stdout
    (tmp_path / "photodouble.toml").unlink()
    assert "There are no models" in run("models", "list").stdout


def test_a_card_is_read_from_a_file_and_flags_have_the_last_word(
    run: Run, weights: Path, tmp_path: Path
) -> None:
    card = {
        "licence": "MIT",
        "version": "1",
        "inputs": [{"name": "image", "shape": "1,3,H,W", "kind": "float16"}],
    }
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    flags = ("--card", tmp_path / "card.json", "--version", "2", "--json")
    told = json.loads(run("models", "add", weights, *flags).stdout)
    assert (told["licence"], told["version"], told["inputs"][0]["name"]) == ("MIT", "2", "image")
    (tmp_path / "card.json").write_text('{"colour": "red"}', encoding="utf-8")
    assert run("models", "add", weights, "--name", "b", "--card", tmp_path / "card.json").returncode == 3
