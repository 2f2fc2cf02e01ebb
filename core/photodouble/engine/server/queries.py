"""Reading what follows the `?` of an address, by the schemas of the route."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from photodouble_client.stored import bad_request, refuse_unknown

_NUMBERS: dict[str, tuple[Callable[[str], float], re.Pattern[str]]] = {
    "integer": (int, re.compile(r"[0-9]{1,16}")),
    "number": (float, re.compile(r"[0-9]{1,9}(\.[0-9]{0,9})?")),
}


def read_query(schemas: Mapping[str, Mapping[str, Any]], text: bytes) -> dict[str, Any]:
    """Read the query of an address; raises ArtistError `input.bad_request`."""
    try:
        given = parse_qsl(
            text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=len(schemas) + 1
        )
    except ValueError as problem:
        raise bad_request(f"The query cannot be read: {problem}.", "Write it as name=value.") from problem
    found = dict(given)
    if len(found) < len(given):
        raise bad_request("The query names something twice.", "Name each once.")
    refuse_unknown(found, schemas, "query")
    return {
        name: _value(name, schema, found[name]) if name in found else schema["default"]
        for name, schema in schemas.items()
    }


def _value(name: str, schema: Mapping[str, Any], text: str) -> Any:
    if schema["type"] == "string":
        if "enum" in schema and text not in schema["enum"]:
            raise bad_request(f"{name} was given {text!r:.100}.", "Give one of: " + ", ".join(schema["enum"]))
        return text
    low, high = schema["minimum"], schema["maximum"]
    kind, pattern = _NUMBERS[schema["type"]]
    if not pattern.fullmatch(text) or not low <= kind(text) <= high:
        raise bad_request(f"{name} was given {text!r:.100}.", f"Give a number from {low} to {high}.")
    return kind(text)
