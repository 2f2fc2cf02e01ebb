"""What stands in an edit under our one key: where a take comes from, by ids and hashes, never who or why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import opentimelineio as otio

KEY = "photodouble"
"""The only key of ours in the metadata of clips, references, markers, tracks and timelines."""

SCHEMA = 1
NOT_APPROVED = "temp, not approved"
MARK = f" ({NOT_APPROVED})"
"""What follows the name of a clip that shows a take which nobody has approved."""

_LARGEST = 2**63 - 1
_DEEPEST = 40

Holder: TypeAlias = otio.core.SerializableObjectWithMetadata


def stamp(holder: Holder, facts: Mapping[str, Any]) -> None:
    """Write facts under our key, in place of what stood there; other keys are not touched."""
    holder.metadata[KEY] = plain({"schema": SCHEMA, **facts})


def stamped(holder: Holder) -> dict[str, Any]:
    """Return a copy of the facts under our key; empty where there are none, or what stands there is not ours.

    The copy lives on when the clip is gone, which a view of its metadata does not.
    """
    found = own_copy(holder.metadata.get(KEY))
    return found if isinstance(found, dict) else {}


def unstamp(holder: Holder) -> None:
    """Take our key away."""
    if KEY in holder.metadata:
        del holder.metadata[KEY]


def plain_name(name: str) -> str:
    """Return a clip's name without our mark that its take is not approved."""
    while name.endswith(MARK):
        name = name.removesuffix(MARK)
    return name


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as every OTIO reader keeps it.

    Numbers beyond 64 bits and bytes become hexadecimal text, NaN and infinity are left empty, sets sorted.
    """
    if depth > _DEEPEST:
        return str(value)[:200]
    if isinstance(value, Mapping):
        return {str(key): plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(one, depth + 1) for one in sorted(value, key=str)]
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(one, depth + 1) for one in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else hex(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def own_copy(value: Any, depth: int = 0) -> Any:
    """Return metadata as plain dicts and lists, cut off from the object that it belongs to."""
    if depth > _DEEPEST:
        return None
    if hasattr(value, "items"):
        return {str(key): own_copy(one, depth + 1) for key, one in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [own_copy(one, depth + 1) for one in value]
    return value
