"""Leave out what only its own program reads: an unknown object makes others refuse the whole file."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .aside import Aside
from .note import Note
from .schemas import ASIDE, LABEL, Json

_LISTS = ("effects", "markers")


def known_only(document: Any, aside: Aside, reader: str, where: str) -> tuple[Any, tuple[Note, ...]]:
    """Return a document without what was set aside on reading, and notes that name what was left out.

    Effects and markers go; a clip or a reference leaves its stand-in, which lasts as long; too large numbers
    become hexadecimal text.
    """
    left_out: Counter[str] = Counter()
    cleaned = _cleaned(document, aside, left_out)
    fix = "It stays in the cut that was read, and in one written with the profile otio."
    notes = [
        Note("dropped", where, f"{count} {label} left out: {reader} would not open the file with it.", fix)
        for label, count in left_out.items()
    ]
    return cleaned, tuple(notes)


def _cleaned(value: Any, aside: Aside, left_out: Counter[str]) -> Any:
    if isinstance(value, list):
        return [_cleaned(one, aside, left_out) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and ASIDE in value:
        return _metadata_value(aside.whole.get(value[ASIDE]), left_out)
    cleaned = {}
    for name, one in value.items():
        if name in _LISTS and isinstance(one, list):
            one = [inner for inner in one if not _is_left_out(inner, aside, left_out)]
        cleaned[name] = _cleaned(one, aside, left_out)
    _note_stand_in(cleaned, aside, left_out)
    return cleaned


def _is_left_out(thing: Any, aside: Aside, left_out: Counter[str]) -> bool:
    original = aside.whole.get(_key(thing))
    if original is None:
        return False
    left_out[_label(original)] += 1
    return True


def _note_stand_in(thing: Json, aside: Aside, left_out: Counter[str]) -> None:
    """Take our key off an object, and count what it stands for."""
    key = _key(thing)
    if not key:
        return
    del thing["metadata"][ASIDE]
    if key in aside.whole:
        left_out[_label(aside.whole[key])] += 1


def _metadata_value(original: Any, left_out: Counter[str]) -> Any:
    if isinstance(original, int):
        return hex(original)
    if original is not None:
        left_out[_label(original)] += 1
    return None


def _key(thing: Any) -> str:
    metadata = thing.get("metadata") if isinstance(thing, dict) and LABEL in thing else None
    found = metadata.get(ASIDE) if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""


def _label(original: Any) -> str:
    return str(original.get(LABEL, "object"))[:80] if isinstance(original, dict) else "value"
