"""Hand a crowd on as columns of cards in one JSON file, as Nuke's node reads it, and read it back."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.documents import bad_document, read_document
from photodouble.image.storage import write_whole
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.crowd import TRIPLES, HandedOn, columns_of, from_columns, words_of

SCHEMA = 1
KIND = "photodouble cards"
_TYPES = {"f": "float64", "i": "int32", "u": "uint64", "b": "bool"}


def write_cards(crowd: HandedOn, path: Path) -> Path:
    """Write a crowd as JSON: the elements with their pictures, and one list per column over all people.

    Metres, y up; `yaw` in degrees turns a card to the camera. Ids are 16 hexadecimal digits, since 64 bits
    do not fit into a number of JSON.
    """
    columns = columns_of(crowd.agents, crowd.cast)
    stored = {
        "kind": KIND,
        "schema": SCHEMA,
        "rate": crowd.rate,
        "first": crowd.first,
        "last": crowd.last,
        "camera": list(crowd.camera),
        "library": str(crowd.library),
        "elements": [_element(crowd, element) for element in crowd.elements],
        "words": words_of(crowd.agents, crowd.cast),
        "crowd": crowd.document.to_json(),
        "people": {
            "name": crowd.names,
            "yaw": np.round(crowd.yaw(), 6).tolist(),
            "columns": {name: _stored(name, column) for name, column in columns.items()},
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(stored, separators=(",", ":"), allow_nan=False).encode())
    return path


def read_cards(path: Path, elements: tuple[Element, ...], library: Path) -> HandedOn:
    """Read a crowd that `write_cards` wrote; raises ArtistError `input.bad_document` naming what is wrong."""
    stored = read_document(path)
    if stored.get("kind") != KIND or stored.get("schema") != SCHEMA:
        raise bad_document(path, "It holds no cards of a crowd, or a newer version wrote them.")
    try:
        names = [str(one["name"]) for one in stored["elements"]]
        columns = {name: _column(name, one) for name, one in dict(stored["people"]["columns"]).items()}
        camera = [float(value) for value in stored["camera"]]
        agents, cast = from_columns(columns, stored["words"])
        times = float(stored["rate"]), int(stored["first"]), int(stored["last"])
        x, y, z = camera
        if not 1 <= times[0] <= 1000:
            raise ValueError(f"the rate is {times[0]:g} frames a second")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise bad_document(path, f"Its people cannot be read: {error}.") from None
    cast = dataclasses.replace(cast, element=_renumbered(cast.element, names, elements, path))
    document = CrowdDocument.from_json(stored.get("crowd", {}), path)
    return HandedOn(agents, cast, elements, document, library, *times, (x, y, z))


def _renumbered(chosen: Any, names: list[str], elements: tuple[Element, ...], path: Path) -> Any:
    """Find the elements by name: the library may have got more of them since."""
    if len(chosen) and not 0 <= int(chosen.min()) <= int(chosen.max()) < len(names):
        raise bad_document(path, "Someone is played by an element that is not in its list.")
    there = {element.name: place for place, element in enumerate(elements)}
    missing = [name for name in names if name not in there]
    if missing:
        raise bad_document(path, f"The library holds no element called {missing[0]}.")
    return np.array([there[name] for name in names], np.int32)[chosen]


def _element(crowd: HandedOn, element: Element) -> dict[str, Any]:
    return {
        "name": element.name,
        "pictures": str(crowd.library / element.name / "card.####.exr"),
        "state": element.state,
        "rate": element.rate,
        "loop": [element.loop_first, element.loop_last],
        "size": list(element.size),
        "foot": list(element.foot),
        "pixels_per_metre": element.pixels_per_metre,
    }


def _stored(name: str, column: Any) -> dict[str, Any]:
    if name == "agent.ident":
        return {"type": "uint64", "values": [f"{one:016x}" for one in column.tolist()]}
    return {"type": _TYPES[column.dtype.kind], "values": column.tolist()}


def _column(name: str, stored: Any) -> Any:
    values = stored["values"]
    if name == "agent.ident":
        return np.array([int(one, 16) for one in values], np.uint64)
    if name == "cast.repeat":
        return np.array(values, np.int8)
    if stored["type"] not in _TYPES.values():
        raise ValueError(f"{name} holds values of another kind")
    column = np.array(values, dtype=np.dtype(str(stored["type"])))
    return column if len(values) or name not in TRIPLES else column.reshape(0, 3)
