"""Reading what a host sends: JSON of a bounded size and depth, and nothing that could not be stored."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive

from photodouble_client.errors import ArtistError
from photodouble_client.stored import bad_request, refuse_unknown

DEEPEST = 64
LONGEST_WAIT = 60.0
_LARGE = 256 * 1024
_FIX = "Send one JSON object in UTF-8."


class HostGoneError(Exception):
    """Say that the host went away while it was still talking."""


async def read_json(receive: Receive) -> Any:
    """Read the body of a message as JSON; raises ArtistError `input.bad_request`, HostGoneError."""
    body = await read_body(receive)
    if len(body) > _LARGE:
        return await asyncio.to_thread(parsed, body)
    return parsed(body)


async def read_body(receive: Receive) -> bytes:
    """Read all that a host says in bounded time; raises ArtistError `input.bad_request`, HostGoneError."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            return await _read(receive)
    except TimeoutError:
        raise bad_request("The message did not arrive in time.", "Send it again.") from None


def parsed(body: bytes) -> Any:
    """Read JSON strictly: UTF-8, finite numbers, at most 64 levels deep, text that can be a file name."""
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_number)
        _check(content)
    except ArtistError:
        raise
    except RecursionError:
        raise _too_deep() from None
    except ValueError as problem:
        raise bad_request(f"The message is not JSON: {str(problem)[:200]}.", _FIX) from problem
    return content


def fields(body: Any, **defaults: Any) -> dict[str, Any]:
    """Read the named fields of a small message, each of the kind of its default.

    A default of type `type` names a kind without a default: that field must be there.
    """
    if not isinstance(body, Mapping):
        raise bad_request("The message is no set of named fields.", "Send a JSON object.")
    refuse_unknown(body, defaults, "message")
    return {name: _field(body, name, default) for name, default in defaults.items()}


def _field(body: Mapping[str, Any], name: str, default: Any) -> Any:
    kind = default if isinstance(default, type) else type(default)
    if name not in body and not isinstance(default, type):
        return default
    value = body.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise bad_request(f"{name} was given {value!r:.100}.", f"Give {_KINDS[kind]}.")
    return value


_KINDS = {bool: "true or false", dict: "a JSON object", int: "a whole number", list: "a list", str: "text"}


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HostGoneError
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _check(content: Any) -> None:
    level = [content]
    for _ in range(DEEPEST):
        if not level:
            return
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise _too_deep()


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        if "\0" in value:
            raise bad_request("A text holds a NUL.", "Leave it out.")
        if not value.isascii():
            value.encode("utf-8")
    elif isinstance(value, float) and not math.isfinite(value):
        raise bad_request("A number is too large.", "Send finite numbers.")
    return []


def _no_number(text: str) -> Any:
    raise bad_request(f"{text} is no number.", "Send finite numbers.")


def _too_deep() -> ArtistError:
    return bad_request(f"The message is nested more than {DEEPEST} levels deep.", "Send it flatter.")
