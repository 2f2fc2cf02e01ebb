# SPDX-License-Identifier: GPL-3.0-or-later
"""People who are objects of their own, so that Blender's Cryptomatte calls them as the take's does.

Instances have no names; a Cryptomatte calls them all by the card they show. Who is named leaves the instancer
and becomes one point in an object of that name, with the same nodes: the picture stays as it is.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from typing import Any

import bpy

from . import compat, crowd_points, crowd_tree
from ._vendor.photodouble_client.errors import ArtistError

PERSON = "photodouble_person"
"""The property of an object that is one person: what they are called."""
MOST = 500
"""So many people are objects of their own at most."""
_CHOSEN = "photodouble_named"
_OWN = "named"
_WIDE = {"FLOAT": ("value", "f", 1), "INT": ("value", "i", 1), "FLOAT_VECTOR": ("vector", "f", 3)}


def chosen(shown: Any) -> list[str]:
    """List who is to be an object of their own, there or not."""
    return [name for name in str(shown.get(_CHOSEN, "")).split("\n") if name]


def choose(shown: Any, names: Sequence[str]) -> int:
    """Make objects of these people and of nobody else; return how many. Raises ArtistError."""
    names = list(dict.fromkeys(names))
    _check(shown, names)
    shown[_CHOSEN] = "\n".join(names)
    return refresh(shown)


def refresh(shown: Any) -> int:
    """Make the objects of those who are chosen and there; return how many there are."""
    crowd_points.leave_edit_mode(shown)
    for one in [one for one in bpy.data.objects if PERSON in one and one.parent == shown]:
        _remove(one)
    places = {name: place for place, name in enumerate(crowd_points.people(shown))}
    rows = {row: at for at, row in enumerate(crowd_points.numbers(shown.data, "person", "INT"))}
    found = {name: rows[places[name]] for name in chosen(shown) if places.get(name) in rows}
    own = array("i", bytes(4 * len(shown.data.vertices)))
    for at in found.values():
        own[at] = 1
    _mark(shown.data, own)
    for name, at in found.items():
        _make(shown, name, at)
    shown.update_tag()
    return len(found)


def in_matte(shown: Any, name: str) -> str:
    """Give the name of a person in a Cryptomatte; another one only where two would share an id."""
    return str(json.loads(shown.get(crowd_points.RENAMED, "{}")).get(name, name))


def _check(shown: Any, names: Sequence[str]) -> None:
    if len(names) > MOST:
        raise _refusal("Too many people at once", f"{len(names)} would be objects; {MOST} can be.")
    for name in (in_matte(shown, one) for one in names):
        there = bpy.data.objects.get(name)
        if there is not None and there.get(PERSON) is None:
            raise _refusal("An object has that name", f"There is an object {name}, and two cannot share it.")
        if len(name.encode()) > compat.LONGEST_NAME:
            raise _refusal("The name is too long", f"{name} has more than {compat.LONGEST_NAME} letters.")


def _make(shown: Any, name: str, at: int) -> None:
    """Make the object of one person: a mesh of one point that knows what the crowd's point knows."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(1)
    mesh.vertices[0].co = shown.data.vertices[at].co
    for known in shown.data.attributes:
        if known.data_type in _WIDE and known.domain == "POINT" and known.name not in ("position", _OWN):
            _copy(known, mesh, at)
    _mark(mesh, array("i", [0]))
    made = bpy.data.objects.new(in_matte(shown, name), mesh)
    made[PERSON], made.parent = name, shown
    for collection in shown.users_collection:
        collection.objects.link(made)
    ours = crowd_points.instancer(shown)
    modifier = made.modifiers.new(ours.name, "NODES")
    modifier.node_group = ours.node_group
    for title, identifier in crowd_tree.inputs_of(ours.node_group).items():
        if title != "Geometry":
            value = True if title == crowd_tree.ONE else compat.modifier_input(ours, identifier)
            compat.set_modifier_input(modifier, identifier, value)


def _copy(known: Any, mesh: Any, at: int) -> None:
    key, code, wide = _WIDE[known.data_type]
    value = getattr(known.data[at], key)
    made = mesh.attributes.new(known.name, known.data_type, "POINT")
    made.data.foreach_set(key, array(code, value if wide > 1 else [value]))


def _mark(mesh: Any, own: array[Any]) -> None:
    made = mesh.attributes.get(_OWN) or mesh.attributes.new(_OWN, "INT", "POINT")
    if len(own):
        made.data.foreach_set("value", own)


def _remove(one: Any) -> None:
    mesh = one.data
    bpy.data.objects.remove(one)
    if mesh.users == 0:
        bpy.data.meshes.remove(mesh)


def _refusal(title: str, message: str) -> ArtistError:
    return ArtistError(
        "usage.arguments", title, message, "Select fewer people, or rename what is in the way."
    )
