"""Who the engine is, what it can do, and its ends: hello, describe, the description, memory, shutdown."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError

from .answers import Answer, answer, plain
from .bodies import fields
from .memory import memory_facts
from .schemas import ANYTHING, FLAG, TEXT, listed, record
from .table import Answered, Asked, Route

if TYPE_CHECKING:
    from .reception import Reception


def hello(reception: Reception, _asked: Asked) -> Answered:
    """Say who this engine is."""
    return answer(reception.hello())


async def describe(reception: Reception, _asked: Asked) -> Answered:
    """Say what this engine can do, and what it does now."""
    from photodouble.engine.describe import models_now

    known, models = await _known(), await asyncio.to_thread(models_now)
    return Answer(body=known[:-1] + b"," + plain({**_now(reception), "models": models})[1:])


def description(reception: Reception, _asked: Asked) -> Answered:
    """Describe all that can be asked, as OpenAPI."""
    from .openapi import written

    return Answer(body=written(reception.links.cookie))


def free(reception: Reception, _asked: Asked) -> Answered:
    """Let workers drop all that they keep warm."""
    reception.queue.free_memory()
    return answer({"memory": memory_facts(reception.settings)})


def shutdown(reception: Reception, asked: Asked) -> Answered:
    """End the engine; its jobs go on when the next one starts."""
    if not fields(asked.body, force=False)["force"] and not reception.queue.is_idle:
        raise ArtistError(
            "engine.refused",
            "The engine is still needed",
            "Jobs are at work.",
            "Wait for them, cancel them, or end it all the same with: photodouble engine stop --force. "
            "They go on when an engine starts again.",
        )
    reception.end()
    return answer({"ending": True})


def _now(reception: Reception) -> dict[str, Any]:
    return {
        "workers": reception.queue.workers(),
        "queue": reception.queue.counts(),
        "memory": memory_facts(reception.settings),
    }


async def _known() -> bytes:
    """Describe what never changes while the engine lives: found once, in a thread of its own."""
    if _written.cache_info().currsize:
        return _written()
    return await asyncio.to_thread(_written)


@functools.cache
def _written() -> bytes:
    from photodouble.engine.describe import lasting as facts

    return plain(facts())


_INTEGER = {"type": "integer"}
_HELLO = record(
    "schema protocol version nonce pid machine code_version",
    **dict.fromkeys(("version", "nonce", "machine", "code_version"), TEXT),
    **dict.fromkeys(("schema", "protocol", "pid"), _INTEGER),
)
_DESCRIBED = {
    "type": "object",
    "properties": {
        "workers": listed(ANYTHING),
        "queue": {"type": "object", "additionalProperties": _INTEGER},
        "memory": ANYTHING,
        "operations": ANYTHING,
        "devices": listed(ANYTHING),
        "models": listed(ANYTHING),
    },
    "required": ["schema", "version", "operations", "devices", "models", "workers", "queue", "memory"],
}
ROUTES = (
    Route("GET", "/hello", "Say who this engine is.", hello, {200: _HELLO}),
    Route(
        "GET", "/describe", "Say what this engine can do, and what it does now.", describe, {200: _DESCRIBED}
    ),
    Route("GET", "/openapi.json", "Describe all that can be asked.", description, {200: ANYTHING}),
    Route(
        "POST",
        "/memory/free",
        "Let workers drop all that they keep warm.",
        free,
        {200: record("memory", memory=ANYTHING)},
    ),
    Route(
        "POST",
        "/shutdown",
        "End the engine; its jobs go on when the next one starts.",
        shutdown,
        {200: record("ending", ending=FLAG)},
        body=record(force=FLAG),
        failures=(409,),
    ),
)
