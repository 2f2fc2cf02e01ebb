"""The list of a library: `library.json`, read strictly and written whole."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document, number, place, read_document
from photodouble.image.storage import write_whole
from photodouble_client.errors import ArtistError

from .element import Element

LIST = "library.json"
SCHEMA = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TEXTS = ("person", "state", "consent", "source")
_NUMBERS = ("rate", "height", "pixels_per_metre", "facing")
_WHOLES = ("frames", "loop_first", "loop_last", "source_first")
_FACTS = ("has_wardrobe", "identifiable")
_MOST = {"rate": 1000.0, "height": 1000.0, "pixels_per_metre": 1e6, "cloth": 1e3}
_FASTEST = 20.0
_FARTHEST = 1e6
"""Pixels or degrees; what is beyond these is a slip of the pen."""


@dataclass(frozen=True)
class Listed:
    """One element in the list, with the sha256 of each of its cards' pixels."""

    element: Element
    cards: tuple[str, ...]


def read_list(folder: Path) -> tuple[Listed, ...]:
    """Read the list; raises ArtistError `input.missing_sequence` or `input.bad_document`."""
    path = folder / LIST
    if not path.is_file():
        raise ArtistError(
            "input.missing_sequence",
            "The element library was not found",
            f"There is no {LIST} in {folder}.",
            "Name the folder of a library, or make one with: photodouble crowd ingest.",
            detail=str(path),
        )
    document = read_document(path)
    if document.get("schema") != SCHEMA:
        raise bad_document(path, f"Its schema is {document.get('schema')!r}; this version reads {SCHEMA}.")
    elements = document.get("elements")
    if not isinstance(elements, list):
        raise bad_document(path, "elements is no list.")
    if not elements:
        raise bad_document(path, "It holds no element, so there is nobody to deal.")
    listed = tuple(_listed(one, path, f"elements[{index}]") for index, one in enumerate(elements))
    names = [one.element.name for one in listed]
    for name in names:
        if names.count(name) > 1:
            raise bad_document(path, f"Two elements are called {name}.")
    return listed


def write_list(folder: Path, listed: tuple[Listed, ...]) -> None:
    """Write the list, whole or not at all; raises ArtistError `input.bad_document`."""
    for at, one in enumerate(listed):
        _check_sense(one.element, len(one.cards), folder / LIST, f"elements[{at}]")
    elements = [{**dataclasses.asdict(one.element), "cards": list(one.cards)} for one in listed]
    text = json.dumps({"schema": SCHEMA, "elements": elements}, indent=1, sort_keys=True, ensure_ascii=False)
    write_whole(folder / LIST, (text + "\n").encode())


def checked_name(name: str) -> str:
    """Return the name of an element as it is; raises ArtistError for one that cannot be a folder's."""
    if not _NAME.fullmatch(name):
        raise ArtistError(
            "usage.bad_value",
            "The name of an element cannot be used",
            f"{name!r} is no name for an element.",
            "Use letters, digits, - and _, starting with a letter or digit, at most 64.",
        )
    return name


def _listed(stored: Any, path: Path, where: str) -> Listed:
    if not isinstance(stored, Mapping):
        raise bad_document(path, f"{where} is no object.")
    known = {field.name for field in dataclasses.fields(Element)} | {"cards"}
    for key in sorted(set(stored) - known):
        raise bad_document(path, f"{where} has an unknown field {key!r}.")
    for key in sorted(known - set(stored) - {"cloth", "pace"}):
        raise bad_document(path, f"{where} lacks {key}.")
    values = {
        "name": _name(stored["name"], path, f"{where}.name"),
        "size": _size(stored["size"], path, f"{where}.size"),
        "foot": place(stored["foot"], path, f"{where}.foot"),
        **{key: _typed(stored[key], str, path, f"{where}.{key}") for key in _TEXTS},
        **{key: _typed(stored[key], bool, path, f"{where}.{key}") for key in _FACTS},
        **{key: number(stored[key], path, f"{where}.{key}") for key in _NUMBERS},
        **{key: _whole(stored[key], path, f"{where}.{key}") for key in _WHOLES},
        "cloth": number(stored.get("cloth", Element.cloth), path, f"{where}.cloth"),
        "pace": number(stored.get("pace", Element.pace), path, f"{where}.pace"),
    }
    element = Element(**values)
    cards = stored["cards"]
    if not isinstance(cards, list) or not all(isinstance(one, str) for one in cards):
        raise bad_document(path, f"{where}.cards is no list of fingerprints.")
    _check_sense(element, len(cards), path, where)
    return Listed(element, tuple(cards))


def _check_sense(element: Element, cards: int, path: Path, where: str) -> None:
    if element.frames != cards or cards < 1:
        raise bad_document(path, f"{where} says {element.frames} frames and lists {cards} cards.")
    if not 0 <= element.loop_first <= element.loop_last < cards:
        raise bad_document(path, f"{where} loops from {element.loop_first} to {element.loop_last}.")
    if not all(map(math.isfinite, (*element.foot, element.facing))):
        raise bad_document(path, f"{where}.foot or facing is no number.")
    if not 0 <= element.pace <= _FASTEST:
        raise bad_document(path, f"{where}.pace must be from 0 to {_FASTEST:g} metres a second.")
    for key, most in _MOST.items():
        if not 0 < getattr(element, key) <= most:
            raise bad_document(path, f"{where}.{key} must be above 0 and at most {most:g}.")
    for key, value in (("foot", max(map(abs, element.foot))), ("facing", abs(element.facing))):
        if value > _FARTHEST:
            raise bad_document(path, f"{where}.{key} is farther off than {_FARTHEST:g}.")
    for key in _TEXTS:
        if not getattr(element, key).isprintable():
            raise bad_document(
                path, f"{where}.{key} is {getattr(element, key)!r}, with signs nobody can read."
            )


def _name(value: Any, path: Path, where: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise bad_document(path, f"{where} is {value!r} and no name of an element.")
    return value


def _size(value: Any, path: Path, where: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise bad_document(path, f"{where} is {value!r} and no width and height.")
    wide, tall = (_whole(side, path, where) for side in value)
    if not (0 < wide <= 16384 and 0 < tall <= 16384):
        raise bad_document(path, f"{where} is {value!r}.")
    return wide, tall


def _whole(value: Any, path: Path, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad_document(path, f"{where} is {value!r} and no whole number.")
    return value


def _typed(value: Any, kind: type, path: Path, where: str) -> Any:
    if not isinstance(value, kind):
        raise bad_document(path, f"{where} is {value!r}.")
    return value
