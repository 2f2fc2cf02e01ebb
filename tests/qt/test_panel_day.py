"""A day with the panel, by mouse and keys, against a real engine: make, watch, stop, go on, decide."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photodouble_client import launcher
from photodouble_client.request import JobRequest

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

from panel_hand import Hand, StudioDesk, address_of

pytestmark = pytest.mark.qt


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    made = Hand()
    yield made
    made.close_all()


@pytest.fixture
def desk_of(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], engine_environment: dict[str, str]
) -> Callable[..., StudioDesk]:
    def make(frames: int = 3) -> StudioDesk:
        request = request_for(tiny_shot(frames=range(1001, 1001 + frames)))
        where = {"takes_root": request.output_root, "shot": "sh010", "operation": "inpaint"}
        return StudioDesk(engine_environment, request, **where)

    return make


def test_no_engine_is_started_to_be_looked_at_and_one_click_starts_it(
    hand: Hand, desk_of: Callable[..., StudioDesk]
) -> None:
    desk = desk_of()
    panel = hand.open(desk)
    hand.until(panel.start.isVisible, "for the button that starts the engine")
    assert "not running" in panel.away.text()
    assert not address_of(desk.environment).exists()
    hand.click(panel.start)
    hand.until(lambda: not panel.start.isVisible(), "for the engine")
    assert address_of(desk.environment).exists()
    assert panel.error.error is None


def test_a_take_is_made_watched_listed_and_looked_at(hand: Hand, desk_of: Callable[..., StudioDesk]) -> None:
    desk = desk_of()
    panel = hand.open(desk)
    hand.keys(panel, "Return", "Control")
    row = hand.row(panel, "running")
    hand.until(lambda: row.bar.value() > 0 or row.job.has_ended, "for a frame")
    row = hand.row(panel, "finished")
    assert row.bar.maximum() == 3
    assert not row.cancel.isVisible()
    take = hand.until(lambda: panel.takes.take() if panel.takes.takes() else None, "for the take")
    assert (take.version, take.frames) == ("v001", (1001, 1002, 1003))
    hand.until(lambda: panel.compare.picture.is_wipe, "for the wipe")
    hand.until(lambda: not panel.takes.without_picture(), "for the picture in the list")
    assert desk.place is not None and desk.place.take == take.take
    assert panel.decide.said.text() == "suggestion, not approved"
    hand.click(panel.use)
    assert desk.used == [take.folder]


def test_a_job_is_stopped_and_goes_on(hand: Hand, desk_of: Callable[..., StudioDesk]) -> None:
    panel = hand.open(desk_of(frames=12))
    hand.click(panel.submit)
    hand.click(hand.row(panel, "running").cancel)
    row = hand.row(panel, "cancelled")
    assert not row.error.isVisible()
    hand.click(row.resume)
    assert hand.row(panel, "finished").job.frames == 12


def test_why_a_job_failed_is_told_in_its_row_and_it_goes_on_when_that_is_put_right(
    hand: Hand, desk_of: Callable[..., StudioDesk]
) -> None:
    desk = desk_of()
    assert desk.request is not None
    lost = Path(desk.request.inputs["matte"].path.replace("####", "1002"))
    aside = lost.rename(lost.with_suffix(".aside"))
    panel = hand.open(desk)
    hand.click(panel.submit)
    row = hand.row(panel, "failed")
    assert row.error.isVisible()
    assert "1002" in row.error.message.text()
    assert row.error.fix.text()
    aside.rename(lost)
    hand.click(row.resume)
    hand.row(panel, "finished")
    hand.until(lambda: not row.error.isVisible(), "for the error to be gone")


def test_an_engine_that_hangs_is_told_and_one_click_restarts_it(
    hand: Hand, desk_of: Callable[..., StudioDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "HELLO_TIMEOUT", 0.5)
    desk = desk_of()
    panel = hand.open(desk)
    hand.until(panel.start.isVisible, "for the button")
    hand.click(panel.start)
    hand.until(lambda: not panel.start.isVisible(), "for the engine")
    pid = json.loads(address_of(desk.environment).read_text())["pid"]
    os.kill(pid, signal.SIGSTOP)
    panel.hide()
    panel.show()
    hand.until(panel.error.repair_button.isVisible, "for the error")
    assert panel.error.repair_button.text() == "Restart the Engine"
    hand.click(panel.error.repair_button)
    hand.until(lambda: not panel.error.isVisible(), "for the engine that was started anew")
    assert json.loads(address_of(desk.environment).read_text())["pid"] != pid
    assert desk.repaired == ["restart_engine"]


def test_an_engine_that_ends_while_it_is_looked_at_is_away_and_not_started_again(
    hand: Hand, desk_of: Callable[..., StudioDesk]
) -> None:
    desk = desk_of()
    panel = hand.open(desk)
    hand.until(panel.start.isVisible, "for the button")
    hand.click(panel.start)
    hand.until(lambda: not panel.start.isVisible(), "for the engine")
    address = json.loads(address_of(desk.environment).read_text())
    os.kill(address["pid"], signal.SIGKILL)
    hand.until(panel.start.isVisible, "for the button to come back")
    assert json.loads(address_of(desk.environment).read_text())["nonce"] == address["nonce"]
    assert panel.error.error is None


@pytest.fixture
def shown(
    hand: Hand, made: Any, engine_environment: dict[str, str], tmp_path: Path
) -> tuple[Any, StudioDesk, Any]:
    """Give a panel with a finished take, in a show whose keys lie with the engine's user."""
    engine_environment["PHOTODOUBLE_USER"] = str(tmp_path / "site" / "user.toml")
    lines = [
        f'{name} = "{(tmp_path / "site" / name).as_posix()}"\n' for name in ("cache_folder", "engine_folder")
    ]
    (tmp_path / "site" / "user.toml").write_text("".join(lines))
    desk = StudioDesk(engine_environment, takes_root=str(made.show / "takes"))
    panel = hand.open(desk)
    hand.until(panel.start.isVisible, "for the button")
    hand.click(panel.start)
    hand.until(lambda: panel.takes.take(), "for the take")
    hand.until(lambda: panel.decide.said.text(), "for where it stands")
    return panel, desk, made


def test_a_take_is_approved_in_the_name_of_a_person_who_is_remembered(
    hand: Hand, shown: tuple[Any, StudioDesk, Any]
) -> None:
    panel, desk, made = shown
    made.decided_by("Ada", "supervisor")
    hand.type(panel.decide.person, "ada")
    hand.type(panel.decide.reason, "the wire is gone")
    hand.click(panel.decide.approve)
    hand.until(lambda: panel.takes.take().review == "approved", f"for the approval: {panel.error.error}")
    hand.until(lambda: told(panel, "approved by Ada", "the wire is gone"), "for who said it")
    assert panel.decide.reason.text() == ""
    assert desk.refreshed > 0
    hand.close(panel)
    assert hand.open(desk).decide.person.text() == "ada"


def test_a_note_needs_words_and_leaves_the_take_where_it_stands(
    hand: Hand, shown: tuple[Any, StudioDesk, Any]
) -> None:
    panel, _desk, made = shown
    made.decided_by("Ada")
    hand.type(panel.decide.person, "ada")
    assert not panel.decide.note.isEnabled()
    hand.type(panel.decide.reason, "look at the edge")
    hand.click(panel.decide.note)
    hand.until(lambda: panel.decide.reason.text() == "", f"for the note: {panel.error.error}")
    hand.until(lambda: told(panel, "note by Ada", "look at the edge"), "for the note's words")
    assert panel.takes.take().review == "suggestion"


def test_a_decision_without_a_key_is_refused_where_the_artist_looks(
    hand: Hand, shown: tuple[Any, StudioDesk, Any]
) -> None:
    panel, _desk, _made = shown
    hand.type(panel.decide.person, "nobody-here")
    hand.click(panel.decide.reject)
    hand.until(panel.error.isVisible, "for the refusal")
    assert panel.error.error.code == "policy.no_person"
    assert panel.decide.reject.isEnabled()
    hand.click(panel.error.dismiss_button)
    assert not panel.error.isVisible()


def test_a_key_with_a_passphrase_leads_to_the_review_page_by_one_click(
    hand: Hand, shown: tuple[Any, StudioDesk, Any]
) -> None:
    panel, desk, made = shown
    key = made.key_of("ada", "open sesame")
    (made.show / "photodouble.toml").write_text(f'[people.ada]\nkey = "{key}"\n')
    hand.type(panel.decide.person, "ada")
    hand.click(panel.decide.approve)
    hand.until(panel.error.repair_button.isVisible, "for the repair")
    assert panel.error.repair_button.text() == "Open the Review Page"
    hand.click(panel.error.repair_button)
    [address] = hand.until(lambda: desk.visited, "for the page")
    assert address.startswith("http://127.0.0.1:")


def told(panel: Any, who: str, why: str) -> bool:
    """Whether a decision is told in one line, with its reason."""
    return any(line.startswith(who) and line.endswith(why) for line in panel.decide.said.text().splitlines())
