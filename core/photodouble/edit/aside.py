"""Set aside what our OpenTimelineIO cannot read in a cut, and put it back unchanged on writing.

One object of an unknown kind makes OpenTimelineIO refuse the whole file, and a whole number of more than 63
bits in metadata is silently lost. Stand-ins of the same length take such places; each is known by a key.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from photodouble_client.errors import ArtistError

from .note import Note
from .schemas import ASIDE, LABEL, Json, known, name_and_version, older, stand_in

DEEPEST = 200
"""Levels of JSON: OpenTimelineIO itself ends the process at some ten thousand."""

_LONGEST = 10**15
_LARGEST = 2**63
_PLACES = {
    "effects": "effects",
    "markers": "markers",
    "children": "children",
    "media_reference": "references",
    "media_references": "references",
}
_PLAIN = (str, bool)
_WORDS = {
    "effects": "effect",
    "markers": "marker",
    "references": "media reference",
    "children": "item",
    "metadata": "note in its metadata",
    "newer": "object of a newer OpenTimelineIO",
    "number": "number that is too large",
}


@dataclass(frozen=True)
class Aside:
    """Hold what was set aside, by the key that its stand-in carries.

    `whole` things replace their stand-in; `fields` go back into the object that carries the key, together
    with what stood there meanwhile, so that a change made since then wins.
    """

    whole: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, tuple[Json, Json]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.whole or self.fields)


def set_aside(document: Any, where: str) -> tuple[Any, Aside, tuple[Note, ...]]:
    """Return a document that can be read, what was set aside, and notes that say so.

    Raises ArtistError `input.bad_edit` for nesting without end, references in a circle and numbers that
    cannot be times.
    """
    sifter = _Sifter(where)
    sifted = sifter.value(document, "root", 0)
    notes = tuple(_note(where, kind, label, count) for (kind, label), count in sifter.counted.items())
    return sifted, sifter.aside, notes


def put_back(document: Any, aside: Aside) -> Any:
    """Return a document with everything that was set aside in its place again."""
    if isinstance(document, list):
        return [put_back(one, aside) for one in document]
    if not isinstance(document, dict):
        return document
    if ASIDE in document and len(document) == 1:
        return aside.whole.get(document[ASIDE], document)
    metadata = document.get("metadata")
    key = metadata.get(ASIDE) if isinstance(metadata, dict) and LABEL in document else None
    if isinstance(key, str) and key in aside.whole:
        return aside.whole[key]
    put = {name: put_back(value, aside) for name, value in document.items()}
    if isinstance(key, str):
        put["metadata"].pop(ASIDE, None)
    if key in aside.fields:
        stood, original = aside.fields[key]
        if all(put.get(name) == value for name, value in stood.items() if name != LABEL):
            put.update(original)
    return put


class _Sifter:
    """Walk through a document once; `counted` tells what was found."""

    def __init__(self, where: str) -> None:
        self.aside = Aside()
        self.counted: Counter[tuple[str, str]] = Counter()
        self._where = where
        self._above: list[Any] = []

    def value(self, value: Any, place: str, depth: int) -> Any:
        """Return what stands for a value in its place: metadata, root, plain, or one of `_PLACES`."""
        if type(value) is float and -_LONGEST < value < _LONGEST:
            return value
        if isinstance(value, dict):
            return self._thing(value, place, self._deeper(depth))
        if isinstance(value, list):
            deeper = self._deeper(depth)
            return [self.value(one, place, deeper) for one in value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if place == "metadata":
            return self._metadata_number(value)
        if not math.isfinite(value) or abs(value) > _LONGEST:
            raise self._bad("an impossible number", f"The number {str(value)[:40]} stands in {self._where}.")
        return value

    def _deeper(self, depth: int) -> int:
        if depth >= DEEPEST:
            raise self._bad("nested too deeply", f"{self._where} has more than {DEEPEST} levels.")
        return depth + 1

    def _metadata_number(self, value: float) -> Any:
        if isinstance(value, float) or -_LARGEST <= value < _LARGEST:
            return value
        return {ASIDE: self._keep(value, "number", "")}

    def _thing(self, thing: Json, place: str, depth: int) -> Any:
        label = thing.get(LABEL)
        if label is None:
            inner = place if place in ("metadata", "references") else "plain"
            return {key: self.value(one, inner, depth) for key, one in thing.items()}
        found = name_and_version(label)
        if found is None:
            return self._malformed(thing, place)
        name, version = found
        if name == "SerializableObjectRef":
            self._check_circle(thing.get("id"))
        if version > known().get(name, version):
            return self._newer(thing, name, place, depth)
        if name not in known():
            return self._unknown(thing, place, depth)
        return self._inside(thing, place, depth)

    def _inside(self, thing: Json, place: str, depth: int) -> Json:
        """Look into a thing that is known; a collection may hold things of any kind."""
        self._above.append(thing.get("OTIO_REF_ID"))
        collection = str(thing[LABEL]).startswith("Seriali")
        sifted = {}
        for key, one in thing.items():
            if one is None or type(one) in _PLAIN:
                sifted[key] = one
                continue
            inner = "metadata" if "metadata" in (place, key) else _PLACES.get(key, "plain")
            if collection and inner == "children":
                inner = "root"
            sifted[key] = self.value(one, inner, depth)
        self._above.pop()
        return sifted

    def _unknown(self, thing: Json, place: str, depth: int) -> Any:
        if place in ("metadata", "root", "plain"):
            return {key: self.value(one, "metadata", depth) for key, one in thing.items()}
        key = str(len(self.aside.whole) + len(self.aside.fields) + 1)
        made = stand_in(place, thing, key)
        if made is None:
            return thing
        self.aside.whole[key] = thing
        self.counted[(place, str(thing[LABEL]))] += 1
        return made

    def _newer(self, thing: Json, name: str, place: str, depth: int) -> Any:
        if place == "metadata":
            return {ASIDE: self._keep(thing, "metadata", str(thing[LABEL]))}
        key = str(len(self.aside.whole) + len(self.aside.fields) + 1)
        made, original = older(thing, name, key)
        self.aside.fields[key] = ({name: made[name] for name in original}, original)
        self.counted[("newer", str(thing[LABEL]))] += 1
        return self._inside(made, place, depth)

    def _malformed(self, thing: Json, place: str) -> Any:
        if place == "metadata":
            return {ASIDE: self._keep(thing, "metadata", str(thing[LABEL])[:80])}
        raise self._bad("an object of no kind", f"{str(thing[LABEL])[:80]!r} stands where a kind is named.")

    def _keep(self, value: Any, kind: str, label: str) -> str:
        key = str(len(self.aside.whole) + len(self.aside.fields) + 1)
        self.aside.whole[key] = value
        self.counted[(kind, label)] += 1
        return key

    def _check_circle(self, ident: Any) -> None:
        if ident is not None and ident in self._above:
            raise self._bad("goes round in a circle", f"{self._where} holds an object inside itself.")

    def _bad(self, title: str, message: str) -> ArtistError:
        return ArtistError(
            "input.bad_edit",
            f"The cut is damaged: {title}",
            message,
            "Export the cut again from the editing program.",
        )


def _note(where: str, kind: str, label: str, count: int) -> Note:
    things = f"{count} {_WORDS[kind]}{'s' if count > 1 and kind not in ('newer', 'number') else ''}"
    if kind == "newer":
        things = f"{count} {label} of a newer OpenTimelineIO"
        return Note("unknown", where, f"{things} was read as an older one; it is written back as it was.")
    if kind == "number":
        return Note("unknown", where, f"{count} numbers of more than 63 bits are kept as they are.")
    fix = "If it changes speed, the frames of that clip are wrong." if kind == "effects" else ""
    return Note("unknown", where, f"{things} ({label}) not understood; kept and written back as it was.", fix)
