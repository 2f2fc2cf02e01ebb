# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of a crowd as points of a mesh: everything that is known of them is a named attribute.

Nothing here needs the extension once it is built: the file renders on any machine that has the cards.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import compat, crowd_cards, crowd_space, crowd_tree
from ._vendor.photodouble_client.errors import ArtistError

MARK = "photodouble_crowd"
"""The property of an object that shows a crowd: the file it was read from."""
NAMES = "photodouble_people"
RENAMED = "photodouble_renamed"
_VECTORS = {"velocity": True, "gain": False, "tint": False, "position": True}
_FIELDS = {"FLOAT": ("value", "f"), "INT": ("value", "i"), "FLOAT_VECTOR": ("vector", "f")}


@dataclass(frozen=True)
class Crowd:
    """A crowd that the engine handed on: facts, and a column of numbers for each of them."""

    file: Path
    facts: Mapping[str, Any]
    columns: Mapping[str, array[Any]]

    @property
    def count(self) -> int:
        """Count the people."""
        return int(self.facts["count"])


def read(file: Path) -> Crowd:
    """Read `people.json` and the columns beside it; raises ArtistError `input.bad_document`."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        whole = file.with_name("people.bin").read_bytes()
        if facts["kind"] != "photodouble points" or facts["schema"] != 2:
            raise ValueError("another kind of file")
        columns = {one["name"]: _column(one, whole, facts["count"]) for one in facts["columns"]}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ArtistError(
            "input.bad_document",
            "The crowd cannot be shown",
            f"{file} is no crowd that this extension reads.",
            "Show the crowd again; plugin and engine may be of different versions.",
            detail=str(problem),
        ) from problem
    return Crowd(file, facts, columns)


def build(crowd: Crowd, scene: Any, *, camera: Any, first_frame: int, place: Any = None) -> Any:
    """Show a crowd in the scene, in the place of the object that shows it already; return that object."""
    shown = place or _new_object(scene)
    old, mesh = shown.data, bpy.data.meshes.new("Photo Double crowd")
    _fill(mesh, crowd, scene)
    leave_edit_mode(shown)
    shown.data = mesh
    if old is not None and old.users == 0:
        bpy.data.meshes.remove(old)
    shown[MARK], shown[NAMES] = str(crowd.file), "\n".join(crowd.facts["names"])
    shown[RENAMED] = json.dumps(crowd.facts["renamed"])
    cards = crowd_cards.collection(crowd.facts["elements"], crowd.file.parent)
    _instancer(shown, crowd, cards, camera, first_frame)
    return shown


def shown_in(scene: Any) -> Any:
    """Give the object that shows a crowd in a scene, or None; the active one comes first."""
    objects = [one for one in scene.objects if MARK in one]
    active = bpy.context.view_layer.objects.active if bpy.context.view_layer else None
    return active if active in objects else (objects[0] if objects else None)


def people(shown: Any) -> list[str]:
    """List the names of everybody who was there when the crowd was shown."""
    return str(shown[NAMES]).split("\n") if shown.get(NAMES) else []


def instancer(shown: Any) -> Any:
    """Give the modifier that puts cards onto the points, or None."""
    nodes = (one for one in shown.modifiers if one.type == "NODES")
    return next((one for one in nodes if crowd_tree.is_ours(one.node_group)), None)


def leave_edit_mode(shown: Any) -> None:
    """Leave Edit Mode, in which Blender keeps what is known of the points to itself."""
    if shown.mode == "EDIT":
        bpy.ops.object.mode_set(mode="OBJECT")


def numbers(mesh: Any, name: str, kind: str) -> array[Any]:
    """Read a named attribute of every point."""
    key, code = _FIELDS[kind]
    wide = 3 if kind == "FLOAT_VECTOR" else 1
    found = array(code, bytes(4 * wide * len(mesh.vertices)))
    if len(mesh.vertices):
        mesh.attributes[name].data.foreach_get(key, found)
    return found


def selected(shown: Any) -> list[int]:
    """List the numbers of the people whose points are selected; Edit Mode is left for it."""
    leave_edit_mode(shown)
    mesh = shown.data
    chosen = array("b", bytes(len(mesh.vertices)))
    mesh.vertices.foreach_get("select", chosen)
    person = numbers(mesh, "person", "INT")
    return [number for number, is_chosen in zip(person, chosen) if is_chosen]


def changes(shown: Any) -> tuple[list[int], dict[tuple[float, float, float], list[int]]]:
    """Tell who was deleted, and who was moved by how much in the crowd's metres; leaves Edit Mode."""
    leave_edit_mode(shown)
    mesh, scene = shown.data, bpy.context.scene
    person = numbers(mesh, "person", "INT")
    there = array("f", bytes(12 * len(mesh.vertices)))
    mesh.vertices.foreach_get("co", there)
    before = numbers(mesh, "placed", "FLOAT_VECTOR")
    moved: dict[tuple[float, float, float], list[int]] = {}
    for number, now, was in zip(person, _triples(there), _triples(before)):
        if max(abs(a - b) for a, b in zip(now, was)) > 1e-4:
            by = crowd_space.moved_in_crowd([a - b for a, b in zip(now, was)], scene)
            moved.setdefault(by, []).append(number)
    gone = sorted(set(range(len(people(shown)))) - set(person))
    return gone, moved


def _triples(values: array[Any]) -> Iterator[tuple[float, float, float]]:
    return zip(values[0::3], values[1::3], values[2::3])


def _new_object(scene: Any) -> Any:
    mesh = bpy.data.meshes.new("Photo Double crowd")
    shown = bpy.data.objects.new("Photo Double crowd", mesh)
    scene.collection.objects.link(shown)
    return shown


def _column(one: Mapping[str, Any], whole: bytes, count: int) -> array[Any]:
    column = array({"float32": "f", "int32": "i"}[one["type"]])
    column.frombytes(whole[one["start"] : one["start"] + one["bytes"]])
    if len(column) != count * one["wide"]:
        raise ValueError(f"{one['name']} has another length")
    return column


def _fill(mesh: Any, crowd: Crowd, scene: Any) -> None:
    mesh.vertices.add(crowd.count)
    columns = dict(crowd.columns)
    position = crowd_space.to_scene(columns.pop("position"), scene)
    if crowd.count:
        mesh.vertices.foreach_set("co", position)
        mesh.vertices.foreach_set("select", array("b", bytes(crowd.count)))
    _attribute(mesh, "placed", "FLOAT_VECTOR", position)
    _attribute(mesh, "person", "INT", array("i", range(crowd.count)))
    _attribute(mesh, "velocity", "FLOAT_VECTOR", crowd_space.to_scene(columns.pop("velocity"), scene))
    unit = 1.0 / crowd_space.metres(scene)
    columns["scale"] = array("f", (value * unit for value in columns["scale"]))
    for name, column in list(columns.items()):
        if name.endswith("element"):
            before = name[: -len("element")]
            columns[f"{before}intro"] = _of_elements(crowd, column, lambda one: one["intro"])
            columns[f"{before}cards"] = _of_elements(crowd, column, lambda one: one["tiles"] - one["intro"])
    for name, column in columns.items():
        kind = "FLOAT_VECTOR" if name in _VECTORS else ("INT" if column.typecode == "i" else "FLOAT")
        _attribute(mesh, name, kind, column)
    mesh.update()


def _of_elements(crowd: Crowd, column: array[Any], fact: Callable[[Any], int]) -> array[Any]:
    """Give everybody a number of the element that they play."""
    values = [float(fact(one)) for one in crowd.facts["elements"]]
    return array("f", (values[one] for one in column))


def _attribute(mesh: Any, name: str, kind: str, values: array[Any]) -> None:
    made = mesh.attributes.new(name, kind, "POINT")
    if len(values):
        made.data.foreach_set(_FIELDS[kind][0], values)


def _instancer(shown: Any, crowd: Crowd, cards: Any, camera: Any, first_frame: int) -> None:
    modifier = instancer(shown) or shown.modifiers.new("Photo Double crowd", "NODES")
    group = crowd_tree.group(len(crowd.facts["waves"]))
    modifier.node_group = group
    inputs = crowd_tree.inputs_of(group)
    for name, value in (("Cards", cards), ("Camera", camera), ("First Frame", float(first_frame))):
        compat.set_modifier_input(modifier, inputs[name], value)
