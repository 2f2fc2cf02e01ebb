"""Open hosts: they offer a closed list of actions, poll for them, and are let go of when they fall silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from open_door import TOKEN, Door, opened

from photodouble.engine.server.host_sessions import HostSessions
from photodouble_client.errors import ArtistError
from photodouble_client.wire import new_id

OFFER = {"host": "resolve", "host_version": "20", "actions": ["reload_node", "place.take"]}


@pytest.fixture
def door() -> Iterator[Door]:
    with opened() as found:
        yield found


def begin(door: Door) -> str:
    return "/sessions/" + str(door.ask("POST", "/sessions", OFFER).json["session"])


def test_an_action_is_asked_given_once_done_and_told(door: Door) -> None:
    here = begin(door)
    asked = door.ask("POST", here + "/actions", {"name": "reload_node", "arguments": {"node": "A"}})
    assert (asked.status, asked.json["state"]) == (201, "waiting")
    given = door.ask("GET", here + "/actions").json["actions"]
    assert [(each["action"], each["name"], each["arguments"]) for each in given] == [
        (asked.json["action"], "reload_node", {"node": "A"})
    ]
    assert door.ask("GET", here + "/actions").json["actions"] == []
    action = f"{here}/actions/{asked.json['action']}"
    door.ask("POST", action + "/answer", {"answer": [1, 2]})
    told = door.ask("GET", action).json
    assert (told["state"], told["answer"], told["error"]) == ("answered", [1, 2], None)
    assert door.ask("POST", action + "/answer", {"answer": 3}).status == 409


def test_an_action_that_failed_tells_its_error(door: Door) -> None:
    here = begin(door)
    asked = door.ask("POST", here + "/actions", {"name": "reload_node"}).json["action"]
    error = ArtistError("input.corrupt_file", "Title", "What happened.", "Do this.").to_json()
    door.ask("POST", f"{here}/actions/{asked}/answer", {"error": error})
    told = door.ask("GET", f"{here}/actions/{asked}").json
    assert (told["state"], told["error"]) == ("failed", error)


@pytest.mark.parametrize(
    "answer", [{}, {"answer": 1, "error": 2}, {"error": {}}, {"error": 5}, [], {"reply": 1}]
)
def test_an_answer_that_is_none_is_refused(door: Door, answer: Any) -> None:
    here = begin(door)
    asked = door.ask("POST", here + "/actions", {"name": "reload_node"}).json["action"]
    assert door.ask("POST", f"{here}/actions/{asked}/answer", answer).status == 400


def test_a_host_is_asked_only_for_what_it_offered(door: Door) -> None:
    refused = door.ask("POST", begin(door) + "/actions", {"name": "run_script"})
    assert (refused.status, refused.code) == (409, "engine.refused")


def test_a_host_that_waits_is_told_at_once(door: Door) -> None:
    here, found = begin(door), []
    poll = threading.Thread(target=lambda: found.append(door.ask("GET", here + "/actions?wait=20")))
    poll.start()
    asked = door.ask("POST", here + "/actions", {"name": "place.take"}).json
    poll.join(15)
    assert [each["action"] for each in found[0].json["actions"]] == [asked["action"]]


def test_a_host_that_hangs_up_while_it_waits_takes_no_action_with_it(door: Door) -> None:
    here = begin(door)
    connection = door.connect()
    connection.request("GET", here + "/actions?wait=20", headers={"Authorization": f"Bearer {TOKEN}"})
    door.ask("GET", "/hello")
    connection.close()
    door.ask("GET", "/hello")
    asked = door.ask("POST", here + "/actions", {"name": "reload_node"}).json["action"]
    given = door.ask("GET", here + "/actions?wait=5").json["actions"]
    assert [each["action"] for each in given] == [asked]


def test_work_is_modest_while_a_host_is_open(door: Door) -> None:
    here = begin(door)
    assert door.queue.hosts_open == [True]
    assert [each["host"] for each in door.ask("GET", "/sessions").json["sessions"]] == ["resolve"]
    door.ask("DELETE", here)
    assert door.queue.hosts_open == [True, False]
    assert door.ask("GET", "/sessions").json["sessions"] == []


def test_a_host_keeps_its_id_when_the_engine_was_started_anew(door: Door) -> None:
    ident = new_id()
    assert door.ask("POST", "/sessions", {**OFFER, "session": ident}).json == {"session": ident}
    door.ask("POST", f"/sessions/{ident}/actions", {"name": "reload_node"})
    assert door.ask("POST", "/sessions", {**OFFER, "session": ident}).status == 201
    assert len(door.ask("GET", f"/sessions/{ident}/actions").json["actions"]) == 1


@pytest.mark.parametrize(
    "offer",
    [
        {"host": "resolve"},
        {"host": "", "actions": []},
        {"host": "a", "actions": ["Reload Node"]},
        {"host": "a", "actions": ["../x"]},
        {"host": "a", "actions": [5]},
        {"host": "a", "actions": ["a"] * 201},
        {"host": "a", "actions": [], "session": "../../etc"},
    ],
)
def test_an_offer_that_is_none_is_refused(door: Door, offer: dict[str, Any]) -> None:
    assert door.ask("POST", "/sessions", offer).status == 400


def test_a_silent_host_has_ended_after_a_minute() -> None:
    now, changes = [0.0], []
    sessions = HostSessions(changes.append, clock=lambda: now[0])
    silent = sessions.begin("nuke", "16", ()).session
    heard = sessions.begin("blender", "4.5", ()).session
    now[0] = 40
    sessions.alive(heard)
    now[0] = 61
    sessions.sweep()
    assert [each.session for each in sessions.open()] == [heard]
    assert changes[-1] is True
    with pytest.raises(ArtistError, match="open host"):
        sessions.find(silent)
    now[0] = 200
    sessions.sweep()
    assert changes[-1] is False


def test_a_host_cannot_be_given_endless_things_to_do(door: Door) -> None:
    here = begin(door)
    statuses = [door.ask("POST", here + "/actions", {"name": "reload_node"}).status for _ in range(65)]
    assert statuses == [201] * 64 + [409]


def test_a_host_that_waits_is_told_when_the_engine_ends(door: Door) -> None:
    here, found = begin(door), []
    poll = threading.Thread(target=lambda: found.append(door.ask("GET", here + "/actions?wait=25")))
    poll.start()
    for _ in range(20):
        door.ask("GET", "/hello")
    door.ask("POST", "/shutdown", {})
    poll.join(15)
    assert (found[0].status, found[0].code) == (503, "engine.unreachable")
    door.wait()
