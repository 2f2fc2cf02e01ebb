"""The crowd as the artist edits it, in one file: ground, areas, waves, looks and the stack of edits.

`crowd.json` is `{"schema": 1, "name": "stadium", "ground": {...}, "areas": [...], "waves": [...],
"edits": [...], "look": {"*": {...}, "north": {...}}}`; everything but schema and areas may be left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document, read_document
from photodouble.image.storage import write_whole
from photodouble.ops.crowd.areas import Area, GroundRectangle
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.edits import Edit
from photodouble.ops.crowd.look import Look, look_json, read_look
from photodouble.ops.crowd.waves import Wave

SCHEMA = 1
UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From each older schema to the next one."""

_FIELDS = {"schema", "name", "ground", "areas", "waves", "edits", "look"}
_MOST = {"areas": 1000, "waves": 1000, "edits": 100_000}
_ID = re.compile(r"[\w.\- ]{1,64}")


@dataclass(frozen=True)
class CrowdDocument:
    """One crowd. `look`: for the id of an area, or "*" for all, the fields of `Look` that are set there."""

    areas: tuple[Area, ...]
    name: str = ""
    ground: GroundRectangle | None = None
    waves: tuple[Wave, ...] = ()
    edits: tuple[Edit, ...] = ()
    look: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def look_of(self, area: str) -> Look:
        """Return how the people of an area vary: as set for all, then for the area."""
        return Look(**{**self.look.get("*", {}), **self.look.get(area, {})})

    def with_edits(self, *edits: Edit) -> CrowdDocument:
        """Return the document with further edits on top of its stack."""
        return replace(self, edits=(*self.edits, *edits))

    def to_json(self) -> dict[str, Any]:
        """Write the document as plain JSON values."""
        stored: dict[str, Any] = {"schema": SCHEMA, "areas": [area.to_json() for area in self.areas]}
        if self.name:
            stored["name"] = self.name
        if self.ground is not None:
            stored["ground"] = self.ground.to_json()
        if self.look:
            stored["look"] = {area: look_json(look) for area, look in self.look.items()}
        if self.waves:
            stored["waves"] = [wave.to_json() for wave in self.waves]
        if self.edits:
            stored["edits"] = [edit.to_json() for edit in self.edits]
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], path: Path | str = "crowd.json") -> CrowdDocument:
        """Read a document; raises ArtistError `input.bad_document` naming the place in the file."""
        stored = _upgraded(dict(stored), path)
        unknown = sorted(set(stored) - _FIELDS)
        if unknown:
            raise bad_document(path, f"It has {unknown[0]!r}, which is none of {', '.join(sorted(_FIELDS))}.")
        areas = tuple(
            area_from_json(one, path, f"areas[{at}]") for at, one in enumerate(_list(stored, "areas", path))
        )
        _check_ids(areas, path)
        ids = [area.id for area in areas]
        waves = [
            Wave.from_json(one, path, f"waves[{at}]") for at, one in enumerate(_list(stored, "waves", path))
        ]
        edits = [
            Edit.from_json(one, path, f"edits[{at}]") for at, one in enumerate(_list(stored, "edits", path))
        ]
        for at, wave in enumerate(waves):
            _check_area(wave.area, ids, path, f"waves[{at}].area")
        for at, edit in enumerate(edits):
            if edit.region is not None:
                _check_area(edit.region.area, ids, path, f"edits[{at}].region.area")
        ground = stored.get("ground")
        return cls(
            areas,
            _name(stored, path),
            None if ground is None else GroundRectangle.from_json(ground, path, "ground"),
            tuple(waves),
            tuple(edits),
            _looks(stored.get("look", {}), ids, path),
        )


def read_crowd(path: Path) -> CrowdDocument:
    """Read a crowd file; raises ArtistError `input.bad_document`."""
    return CrowdDocument.from_json(read_document(path), path)


def write_crowd(document: CrowdDocument, path: Path) -> None:
    """Write a crowd file in one piece, so that a crash leaves the old one."""
    text = json.dumps(document.to_json(), indent=1, ensure_ascii=False) + "\n"
    write_whole(path, text.encode())


def _upgraded(stored: dict[str, Any], path: Path | str) -> dict[str, Any]:
    schema = stored.get("schema")
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise bad_document(path, f"Its schema is {schema!r} and not a whole number such as {SCHEMA}.")
    if schema > SCHEMA:
        raise bad_document(path, f"Its schema is {schema}, made by a newer version; this one reads {SCHEMA}.")
    while schema < SCHEMA:
        stored = UPGRADES[schema](stored)
        schema += 1
    return stored


def _list(stored: Mapping[str, Any], key: str, path: Path | str) -> list[Any]:
    found = stored.get(key, [])
    if not isinstance(found, list) or len(found) > _MOST[key]:
        raise bad_document(path, f"{key} is no list of at most {_MOST[key]}.")
    if key == "areas" and not found:
        raise bad_document(path, "It needs `areas`, a list with at least one area.")
    return found


def _name(stored: Mapping[str, Any], path: Path | str) -> str:
    name = stored.get("name", "")
    if not isinstance(name, str):
        raise bad_document(path, f"name is {name!r} and no text.")
    return name


def _check_ids(areas: tuple[Area, ...], path: Path | str) -> None:
    seen: dict[str, int] = {}
    for at, area in enumerate(areas):
        if not _ID.fullmatch(area.id) or area.id != area.id.strip():
            raise bad_document(
                path, f"areas[{at}].id is {area.id!r}; take up to 64 letters, digits, spaces, _ - and dots."
            )
        if area.id in seen:
            raise bad_document(
                path, f"areas[{at}].id is {area.id!r}, and so is that of areas[{seen[area.id]}]."
            )
        seen[area.id] = at


def _check_area(name: str, ids: list[str], path: Path | str, what: str) -> None:
    if name != "*" and name not in ids:
        raise bad_document(path, f"{what} is {name!r}, and the areas are {', '.join(ids)}.")


def _looks(stored: Any, ids: list[str], path: Path | str) -> dict[str, dict[str, Any]]:
    if not isinstance(stored, dict):
        raise bad_document(path, "look is no object with the names of areas as fields.")
    for name in stored:
        _check_area(name, ids, path, f"look[{name!r}]")
    return {name: read_look(part, path, f"look[{name!r}]") for name, part in stored.items()}
