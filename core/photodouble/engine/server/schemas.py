"""JSON schemas of what crosses the wire, named as the description names them."""

from __future__ import annotations

from typing import Any

from photodouble.generate.schema import FRAMES_PATTERN, request_schema
from photodouble_client.errors import CODES
from photodouble_client.wire import PRIORITIES, STATES

from .host_sessions import STATES as ACTION_STATES

Json = dict[str, Any]
ID: Json = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
ID_OR_NONE: Json = {"type": "string", "pattern": "^([0-9a-f]{32})?$"}
TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
ANYTHING: Json = {"type": "object"}
PRIORITY: Json = {"type": "integer", "minimum": PRIORITIES[0], "maximum": PRIORITIES[1]}
NAME: Json = {"type": "string", "pattern": "^[a-z0-9_.-]{1,64}$"}


def record(required: str = "", /, **properties: Json) -> Json:
    """Describe an object with these fields and no others; `required` names those that must be there."""
    described: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**described, "required": required.split()} if required else described


def listed(items: Json) -> Json:
    """Describe a list."""
    return {"type": "array", "items": items}


def named(name: str) -> Json:
    """Point to a schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_COUNT: Json = {"type": "integer", "minimum": 0}
_SCHEMA: Json = {"const": 1}
_REQUEST = {key: part for key, part in request_schema().items() if key != "$schema"}

SCHEMAS: dict[str, Json] = {
    "Request": _REQUEST,
    "ArtistError": record(
        "code title message fix",
        code={"enum": sorted(CODES)},
        title={"type": "string", "maxLength": 60},
        message=TEXT,
        fix=TEXT,
        detail=TEXT,
        action={"type": ["string", "null"]},
    ),
    "Error": record("error", error=named("ArtistError")),
    "Submission": record(
        "request schema",
        request=named("Request"),
        schema=_SCHEMA,
        job=ID_OR_NONE,
        frames={"type": "string", "pattern": FRAMES_PATTERN},
        output=TEXT,
        overwrite=FLAG,
        layers=FLAG,
        resume=FLAG,
        priority=PRIORITY,
        session=TEXT,
    ),
    "PreviewWanted": record(
        "request frame schema",
        request=named("Request"),
        frame={"type": "integer", "minimum": -(10**9), "maximum": 10**9},
        schema=_SCHEMA,
        preview=ID_OR_NONE,
        slot=TEXT,
        scale={"type": "integer", "minimum": 0, "maximum": 64},
        session=TEXT,
    ),
    "Job": record(
        "job state",
        **dict.fromkeys(("operation", "shot", "take", "take_label", "take_folder", "manifest"), TEXT),
        **dict.fromkeys(("contact_sheet", "note", "submitted", "host", "script", "node", "session"), TEXT),
        **dict.fromkeys(("done", "frames", "order"), _COUNT),
        **dict.fromkeys(("copies", "warnings"), listed(TEXT)),
        job=ID,
        state={"enum": list(STATES)},
        priority=PRIORITY,
        error={"anyOf": [named("ArtistError"), {"type": "null"}]},
        schema=_SCHEMA,
    ),
    "Jobs": record("jobs", jobs=listed(named("Job"))),
    "Action": record(
        "action name arguments state",
        action=ID,
        name=NAME,
        arguments=ANYTHING,
        state={"enum": list(ACTION_STATES)},
        answer={},
        error={"anyOf": [named("ArtistError"), {"type": "null"}]},
    ),
    "Session": record("session host actions", session=ID, host=TEXT, host_version=TEXT, actions=listed(NAME)),
    "Event": {
        "type": "object",
        "properties": {"event": TEXT, "seq": {"type": "integer"}, "job": ID, "schema": {"type": "integer"}},
        "required": ["event", "seq", "job"],
    },
}
