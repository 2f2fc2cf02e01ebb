# SPDX-License-Identifier: GPL-3.0-or-later
"""The cards of filmed people: an upright rectangle each, whose picture is moved by whole UDIM tiles.

Tile 1001 is the first card of the loop. A person's own number of the card, which the instancer works out for
the frame, moves the picture, so that everybody is at their own moment with one material per element.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy

from . import compat

COLLECTION = "Photo Double cards"
PERSON_PASS = "person"
"""The pass that holds the number of the person at each pixel, counted from 1."""
_INSET = 1e-4
"""How far the picture stays inside its tile, so that the neighbouring moment does not shine through."""
_PLACE = "place"
"""The UV map of a card; none of the names that a person's own facts have."""
_ROW = 10.0
"""Tiles in a row, as UDIM counts."""


def collection(elements: Sequence[Mapping[str, Any]], folder: Path) -> Any:
    """Give the collection of a shot's cards; it lies in no scene. What was made before is made anew."""
    known = (
        one for one in bpy.data.collections if one.library is None and one.get(COLLECTION) == str(folder)
    )
    found = next(known, None)
    if found is None:
        found = bpy.data.collections.new(COLLECTION)
        found[COLLECTION] = str(folder)
    for one in list(found.objects):
        _remove(one)
    for number, element in enumerate(elements):
        # Instances are picked by name, in the order of the alphabet.
        name = f"{number:04d} {element['name']}"
        found.objects.link(bpy.data.objects.new(name, _mesh(name, element)))
    return found


def _remove(card: Any) -> None:
    """Remove a card with its rectangle and its look, where nothing else uses them."""
    mesh, looks = card.data, list(card.data.materials)
    bpy.data.objects.remove(card)
    if mesh.users == 0:
        bpy.data.meshes.remove(mesh)
    for look in looks:
        if look is not None and look.users == 0:
            bpy.data.materials.remove(look)


def _mesh(name: str, element: Mapping[str, Any]) -> Any:
    """Make the rectangle: the foot is its origin, and it looks along -y."""
    (wide, tall), (foot_x, foot_y) = element["size"], element["foot"]
    metre = element["pixels_per_metre"]
    left, right = -foot_x / metre, (wide - foot_x) / metre
    bottom, top = -(tall - foot_y) / metre, foot_y / metre
    mesh = bpy.data.meshes.new(name)
    corners = [(left, 0, bottom), (right, 0, bottom), (right, 0, top), (left, 0, top)]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    places = mesh.uv_layers.new(name=_PLACE)
    near, far = _INSET, 1 - _INSET
    for loop, place in zip(places.data, [(near, near), (far, near), (far, far), (near, far)]):
        loop.uv = place
    mesh.materials.append(_material(name, element))
    return mesh


def _material(name: str, element: Mapping[str, Any]) -> Any:
    """Make what a card looks like: as it was filmed, times the light, the wardrobe dyed."""
    material = bpy.data.materials.new(f"card {name}")
    compat.use_nodes(material)
    tree = material.node_tree
    tree.nodes.clear()
    make = _Maker(tree)
    place = make.place()
    picture = make.picture(_tiled(element["cards"], element["tiles"], ""), place)
    colour = picture.outputs["Color"]
    if element["wardrobe"]:
        share = make.picture(_tiled(element["wardrobe"], element["tiles"], "Non-Color"), place)
        colour = make.dyed(colour, share.outputs["Color"])
    colour = make.vector("MULTIPLY", colour, make.own("gain", "Vector"))
    light = make.node("ShaderNodeEmission", Color=colour)
    air = make.node("ShaderNodeBsdfTransparent")
    mixed = make.node("ShaderNodeMixShader")
    tree.links.new(picture.outputs["Alpha"], mixed.inputs[0])
    tree.links.new(air.outputs[0], mixed.inputs[1])
    tree.links.new(light.outputs[0], mixed.inputs[2])
    make.node("ShaderNodeOutputMaterial", Surface=mixed.outputs[0])
    make.person(picture.outputs["Alpha"])
    compat.lights_nothing(material)
    return material


def _tiled(pattern: str, tiles: int, space: str) -> Any:
    """Load a sequence of tiles; a copy of the same files is shared."""
    for known in bpy.data.images:
        if known.source == "TILED" and known.filepath == pattern and len(known.tiles) == tiles:
            known.reload()
            return known
    image = bpy.data.images.load(pattern.replace("<UDIM>", "1001"))
    image.source = "TILED"
    image.filepath = pattern
    known = {tile.number for tile in image.tiles}
    for number in range(1001, 1001 + tiles):
        if number not in known:
            image.tiles.new(number)
    image.alpha_mode = "PREMUL"
    if space:
        image.colorspace_settings.name = space
    return image


class _Maker:
    """Puts the nodes of one material together."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def node(self, kind: str, **inputs: Any) -> Any:
        """Make a node and link its inputs by name."""
        made = self.tree.nodes.new(kind)
        for name, output in inputs.items():
            self.tree.links.new(output, made.inputs[name])
        return made

    def own(self, name: str, output: str = "Fac") -> Any:
        """Read what is a person's own: of the instance, or of a named person's own mesh; the other is 0."""
        sides = []
        for kind in ("INSTANCER", "GEOMETRY"):
            made = self.node("ShaderNodeAttribute")
            made.attribute_type, made.attribute_name = kind, name
            sides.append(made.outputs[output])
        if output == "Vector":
            return self.vector("ADD", *sides)
        total = self.tree.nodes.new("ShaderNodeMath")
        for side, place in zip(sides, total.inputs):
            self.tree.links.new(side, place)
        return total.outputs[0]

    def math(self, operation: str, first: Any, second: float) -> Any:
        """Reckon with a number."""
        made = self.tree.nodes.new("ShaderNodeMath")
        made.operation = operation
        self.tree.links.new(first, made.inputs[0])
        made.inputs[1].default_value = second
        return made.outputs[0]

    def vector(self, operation: str, first: Any, second: Any) -> Any:
        """Reckon with two colours or places; SCALE takes a number as the second."""
        made = self.tree.nodes.new("ShaderNodeVectorMath")
        made.operation = operation
        self.tree.links.new(first, made.inputs[0])
        self.tree.links.new(second, made.inputs["Scale"] if operation == "SCALE" else made.inputs[1])
        return made.outputs[0]

    def place(self) -> Any:
        """Give the place in the tiles that shows a person's card of this frame."""
        card = self.own("card")
        across = self.math("FLOORED_MODULO", card, _ROW)
        down = self.math("FLOOR", self.math("DIVIDE", card, _ROW), 0.0)
        moved = self.node("ShaderNodeCombineXYZ", X=across, Y=down)
        there = self.node("ShaderNodeUVMap")
        there.uv_map = _PLACE
        return self.vector("ADD", there.outputs[0], moved.outputs[0])

    def picture(self, image: Any, place: Any) -> Any:
        """Look a picture up."""
        made = self.node("ShaderNodeTexImage", Vector=place)
        made.image = image
        return made

    def dyed(self, colour: Any, share: Any) -> Any:
        """Give the wardrobe's share of a colour the tint, at the same brightness."""
        grey = self.node("ShaderNodeRGBToBW", Color=colour)
        tinted = self.vector("SCALE", self.own("tint", "Vector"), grey.outputs[0])
        other = self.vector("SUBTRACT", tinted, colour)
        amount = self.vector("SCALE", share, self.own("tint_amount"))
        return self.vector("ADD", colour, self.vector("MULTIPLY", other, amount))

    def person(self, alpha: Any) -> None:
        """Write who is there into a pass where they cover half of it: what lies behind is written too."""
        is_there = self.math("GREATER_THAN", alpha, 0.5)
        number = self.tree.nodes.new("ShaderNodeMath")
        number.operation = "MULTIPLY"
        self.tree.links.new(self.math("ADD", self.own("person"), 1.0), number.inputs[0])
        self.tree.links.new(is_there, number.inputs[1])
        made = self.tree.nodes.new("ShaderNodeOutputAOV")
        compat.name_pass(made, PERSON_PASS)
        self.tree.links.new(number.outputs[0], made.inputs["Value"])
