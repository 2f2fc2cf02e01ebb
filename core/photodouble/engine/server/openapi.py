"""The description of all that can be asked, as OpenAPI 3.1: made from the same table as the routing."""

from __future__ import annotations

import functools
import re
from typing import Any

import photodouble

from .answers import JSON, plain
from .routes import TABLE
from .schemas import ID, SCHEMAS, named
from .table import Route

Json = dict[str, Any]
ALWAYS = (400, 401, 403, 413, 421, 500, 503)
_DOORS: dict[str, list[Json]] = {"token": [{"token": []}], "page": [{"page": []}], "open": []}
_SAID = {
    200: "Done.",
    201: "Taken in.",
    303: "To the page.",
    400: "The message is malformed.",
    401: "The token or the cookie is missing or wrong.",
    403: "It comes from a foreign page.",
    404: "There is no such thing.",
    409: "It does not fit what is there.",
    413: "The message is too large.",
    421: "It was sent to another name.",
    422: "What is asked cannot be done; the error says how to put it right.",
    500: "The engine failed.",
    503: "The engine cannot do it now.",
    507: "The disk is full.",
}
_PLACES: dict[str, Json] = {
    "name": {"type": "string", "pattern": r"^[a-z0-9_]+\.[a-z0-9_]+$"},
    "code": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
    "file": {"type": "string", "pattern": "^[a-z]+[.][a-z]+$"},
    "picture": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.png$"},
}


@functools.cache
def written(cookie: str) -> bytes:
    """Write the description as it goes over the wire."""
    return plain(described(cookie))


def described(cookie: str) -> Json:
    """Describe every route of the table; `cookie` is the name of the cookie that opens pages."""
    paths: dict[str, Json] = {}
    for route in TABLE:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Photo Double engine", "version": photodouble.__version__},
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "page": {"type": "apiKey", "in": "cookie", "name": cookie},
            },
        },
    }


def _operation(route: Route) -> Json:
    name = re.sub(r"[^a-z]+", "_", f"{route.method} {route.path}".lower()).strip("_")
    described: Json = {
        "operationId": name,
        "summary": route.help,
        "parameters": [*_in_path(route), *_in_query(route)],
        "security": _DOORS[route.door],
        "responses": {**_successes(route), **_failures(route)},
    }
    if route.body is not None:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": route.body}}}
    return described


def _in_path(route: Route) -> list[Json]:
    names = re.findall(r"{(\w+)}", route.path)
    return [{"name": each, "in": "path", "required": True, "schema": _PLACES.get(each, ID)} for each in names]


def _in_query(route: Route) -> list[Json]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in route.query.items()]


def _successes(route: Route) -> Json:
    return {
        str(status): {"description": _SAID[status], "content": {route.kind: {"schema": schema}}}
        for status, schema in route.answers.items()
    }


def _failures(route: Route) -> Json:
    kinds = {JSON: {"schema": named("Error")}}
    if route.door != "token":
        kinds["text/html"] = {"schema": {"type": "string"}}
    statuses = sorted({*ALWAYS, *route.failures})
    return {str(status): {"description": _SAID[status], "content": kinds} for status in statuses}
