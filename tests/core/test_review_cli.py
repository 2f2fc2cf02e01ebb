"""Review from the command line: a key, a decision, a page, a session, and states for a tracker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LABEL = "sh010/inpaint/v001"


@pytest.fixture
def ask(tiny_shot: Callable[..., Any], photodouble: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Make a show with a take and a coordinator, and give a function that asks about it."""
    shot = tiny_shot(frames=(1,))
    made = photodouble("inpaint", "--plate", shot.plate, "--matte", shot.matte, "--shot", "sh010")
    assert made.returncode == 0, made.stderr
    told = photodouble("person", "add", "ada", "--name", "Ada Berg", "--role", "coordinator")
    lines = told.stdout[told.stdout.index("[people.ada]") :]
    other = '\n[people.ben]\nname = "Ben Oduya"\nrole = "supervisor"\n'
    root = next(tmp_path.rglob("request.json")).parents[3]
    (root / "photodouble.toml").write_text(lines + other)

    def ask(*words: object) -> Any:
        return photodouble(*words, "--root", root)

    return ask


def test_a_decision_is_told_and_asked_for(ask: Callable[..., Any]) -> None:
    said = ask("takes", "approve", LABEL, "--reason", "Good.")
    assert said.stdout.startswith(f"{LABEL}: approved by Ada Berg, "), said.stderr
    assert said.stdout.rstrip().endswith("It is now: approved.")
    found = json.loads(ask("takes", "status", LABEL, "--json").stdout)
    assert (found["state"], found["decisions"][0]["reason"]) == ("approved", "Good.")
    assert "finished, approved" in ask("takes", "list").stdout
    assert "approve, by ada" in ask("takes", "show", LABEL).stdout


def test_approving_a_stale_take_says_so(ask: Callable[..., Any], tmp_path: Path) -> None:
    plate = Path(json.loads(next(tmp_path.rglob("request.json")).read_text())["inputs"]["plate"]["path"])
    picture = next(plate.parent.glob(plate.name.replace("####", "*").replace("%04d", "*")))
    assert "Notice" not in ask("takes", "approve", LABEL).stdout
    picture.write_bytes(picture.read_bytes() + b" ")
    said = ask("takes", "approve", LABEL)
    assert f"Notice: {LABEL} is stale: the plate has other content at frame 1." in said.stdout
    assert "Notice" not in ask("takes", "retake", LABEL, "--reason", "Edge.").stdout
    found = json.loads(ask("takes", "approve", LABEL, "--json").stdout)
    assert "is stale" in found["notices"][0]


def test_nobody_decides_without_a_key(ask: Callable[..., Any]) -> None:
    refused = ask("takes", "approve", LABEL, "--by", "ben")
    assert refused.returncode == 6
    assert "no key of ben" in refused.stderr
    assert ask("takes", "status", LABEL).stdout == f"{LABEL}: suggestion, not approved\n"


def test_a_session_comes_in_and_the_states_go_out(ask: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "session.csv"
    path.write_text(f"take,decision,by,note\n{LABEL},retake,Ben Oduya,Edge\n")
    missing = ask("review", "import", path)
    assert missing.returncode == 2 and "needs the date" in missing.stderr
    done = ask("review", "import", path, "--date", "2026-05-30", "--reference", "dailies 12")
    assert done.stdout.splitlines() == [
        f"{LABEL}: retake wanted by Ben Oduya, noted by Ada Berg, 2026-05-30, dailies 12",
        "1 decision recorded.",
    ]
    states = ask("review", "export", "--style", "kitsu").stdout.splitlines()
    assert states == ["Entity,Task Type,Task Status,Comment", "sh010,inpaint,retake,Edge"]


def test_a_page_is_written_once_unless_told(ask: Callable[..., Any], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert ask("takes", "review", LABEL, "--output", page).stdout == f"{page}\n"
    again = ask("takes", "review", LABEL, "--output", page)
    assert again.returncode == 3 and "exists" in again.stderr
    beside = Path(ask("takes", "review", LABEL).stdout.strip())
    assert beside.name == "sh010_inpaint_v001.review.html"
    assert beside.read_bytes() == page.read_bytes()
