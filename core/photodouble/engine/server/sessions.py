"""Host sessions: an open host offers a closed list of actions, and polls for those it is asked to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError
from photodouble_client.stored import bad_request

from .answers import answer
from .bodies import fields
from .host_sessions import LONGEST_WAIT
from .schemas import ANYTHING, ID, ID_OR_NONE, NAME, TEXT, listed, named, record
from .table import Answered, Asked, Route

if TYPE_CHECKING:
    from .reception import Reception

_NAME = re.compile(NAME["pattern"][:-1] + r"\Z")
_MOST_NAMES = 200


def begin(reception: Reception, asked: Asked) -> Answered:
    """Register an open host with all that it can be asked to do."""
    told = fields(asked.body, host=str, host_version="", actions=list, session="")
    names = tuple(_name(name) for name in told["actions"][: _MOST_NAMES + 1])
    if len(names) > _MOST_NAMES or not told["host"]:
        raise bad_request("The host or its actions are wrong.", "Name the host, and at most 200 actions.")
    session = reception.sessions.begin(told["host"], told["host_version"], names, told["session"])
    return answer({"session": session.session}, 201)


def sessions(reception: Reception, _asked: Asked) -> Answered:
    """List the open hosts."""
    return answer({"sessions": [session.to_json() for session in reception.sessions.open()]})


def alive(reception: Reception, asked: Asked) -> Answered:
    """Say that a host is still open."""
    return answer(reception.sessions.alive(asked.places["session"]).to_json())


def end(reception: Reception, asked: Asked) -> Answered:
    """Say that a host is closed."""
    return answer(reception.sessions.end(asked.places["session"]).to_json())


async def wanted(reception: Reception, asked: Asked) -> Answered:
    """Ask what the host is to do, and wait a while for it."""
    given = await reception.sessions.wanted(asked.places["session"], asked.query["wait"])
    return answer({"actions": [action.to_json() for action in given]})


def ask(reception: Reception, asked: Asked) -> Answered:
    """Ask a host to do one of the things it offers."""
    told = fields(asked.body, name=str, arguments={})
    action = reception.sessions.ask(asked.places["session"], told["name"], told["arguments"])
    return answer(action.to_json(), 201)


def look(reception: Reception, asked: Asked) -> Answered:
    """See what came of an action."""
    return answer(reception.sessions.action(asked.places["session"], asked.places["action"]).to_json())


def settle(reception: Reception, asked: Asked) -> Answered:
    """Tell what came of an action: an answer, or an error."""
    body = asked.body
    if not isinstance(body, dict) or len(body) != 1 or not set(body) <= {"answer", "error"}:
        raise bad_request("An action ends with an answer or an error.", "Send one of the two.")
    error = _error(body["error"]) if "error" in body else None
    session, action = asked.places["session"], asked.places["action"]
    return answer(reception.sessions.settle(session, action, body.get("answer"), error).to_json())


def _name(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise bad_request(f"{name!r:.100} is no name of an action.", "Use small letters, digits, _ . and -.")
    return name


def _error(stored: Any) -> ArtistError:
    try:
        return ArtistError.from_json(stored)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise bad_request("The error of the action is incomplete.", "Send an ArtistError.") from problem


_HERE = "/sessions/{session}"
_SESSION, _ACTION = named("Session"), named("Action")
_ENDING = {
    "oneOf": [record("answer", answer={}), record("error", error=named("ArtistError"))],
    "type": "object",
}
_WAIT = {"wait": {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT, "default": 0}}
ROUTES = (
    Route(
        "POST",
        "/sessions",
        "Register an open host with all that it can be asked to do.",
        begin,
        {201: record("session", session=ID)},
        body=record(
            "host actions",
            host={"type": "string", "minLength": 1},
            host_version=TEXT,
            actions={**listed(NAME), "maxItems": _MOST_NAMES},
            session=ID_OR_NONE,
        ),
        failures=(409,),
    ),
    Route("GET", "/sessions", "List the open hosts.", sessions, {200: record(sessions=listed(_SESSION))}),
    Route("DELETE", _HERE, "Say that a host is closed.", end, {200: _SESSION}, failures=(404,)),
    Route(
        "POST", _HERE + "/alive", "Say that a host is still open.", alive, {200: _SESSION}, failures=(404,)
    ),
    Route(
        "GET",
        _HERE + "/actions",
        "Ask what the host is to do, and wait a while for it.",
        wanted,
        {200: record("actions", actions=listed(_ACTION))},
        query=_WAIT,
        failures=(404,),
        waits=True,
    ),
    Route(
        "POST",
        _HERE + "/actions",
        "Ask a host to do one of the things it offers.",
        ask,
        {201: _ACTION},
        body=record("name", name=NAME, arguments=ANYTHING),
        failures=(404, 409),
    ),
    Route(
        "GET",
        _HERE + "/actions/{action}",
        "See what came of an action.",
        look,
        {200: _ACTION},
        failures=(404,),
    ),
    Route(
        "POST",
        _HERE + "/actions/{action}/answer",
        "Tell what came of an action: an answer, or an error.",
        settle,
        {200: _ACTION},
        body=_ENDING,
        failures=(404, 409),
    ),
)
