# SPDX-License-Identifier: GPL-3.0-or-later
"""The compositor group of a take: the fill is keyed once over whatever comes in, by the take's own matte.

The pictures are those of the engine's task `layers.whole`: fill in R, G, B and matte in A over the whole
frame, and beside them what is known of origin (kind in R) and confidence (B). Built-in nodes only: the group
renders wherever the pictures are, without the extension.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from . import compat

VIEWS = (
    ("result", "Result", "The fill keyed over what comes in"),
    ("fill", "Fill", "The fill alone"),
    ("matte", "Matte", "The take's matte: white is filled"),
    (
        "origin",
        "Origin",
        "Where pixels come from: green are real frames, orange is invented, blue is painted",
    ),
    ("confidence", "Confidence", "How sure the fill is: white is sure"),
)
KINDS = (
    (0.0, 0.0, 0.0, 1.0),
    (0.05, 0.5, 0.1, 1.0),
    (0.5, 0.5, 0.05, 1.0),
    (0.8, 0.2, 0.02, 1.0),
    (0.05, 0.2, 0.8, 1.0),
    (0.5, 0.05, 0.5, 1.0),
)
"""Colours of the kinds of origin: plate, real frame, interpolated, synthesised, the artist's, crowd."""


@dataclass(frozen=True)
class Pictures:
    """The two images of a take and where they stand in time."""

    fill: Any
    told: Any
    place: Mapping[str, int]


def make_tree(name: str, pictures: Pictures, comes_in: str = "Plate") -> Any:
    """Make the group; the plate and Mix go in, Image and Matte come out.

    As the compositor of a strip the plate has to be called Image: Blender 5.0 finds it by that name only.
    """
    tree = bpy.data.node_groups.new(name, "CompositorNodeTree")
    compat.add_socket(tree, comes_in, "INPUT", "NodeSocketColor")
    mix = compat.add_socket(tree, "Mix", "INPUT", "NodeSocketFloat")
    mix.default_value, mix.min_value, mix.max_value = 1.0, 0.0, 1.0
    compat.add_socket(tree, "Image", "OUTPUT", "NodeSocketColor")
    compat.add_socket(tree, "Matte", "OUTPUT", "NodeSocketFloat")
    _wire(tree, _nodes(tree, pictures))
    set_view(tree, "result")
    return tree


def mix_inside(tree: Any) -> None:
    """Make Mix a value in the group: Blender 5.0 gives the compositor of a strip nothing but its picture."""
    mix = tree.nodes.new("ShaderNodeValue")
    mix.name = mix.label = "Mix"
    mix.location = (-220, -260)
    mix.outputs[0].default_value = 1.0
    tree.links.new(mix.outputs[0], tree.nodes["factor"].inputs[1])
    tree.interface.remove(tree.interface.items_tree["Mix"])


def show_pictures(tree: Any, pictures: Pictures) -> None:
    """Let the group show another take."""
    for name, image in (("fill", pictures.fill), ("told", pictures.told)):
        node = tree.nodes[name]
        node.image = image
        for key, value in pictures.place.items():
            setattr(node, key, value)


def set_view(tree: Any, view: str) -> None:
    """Choose what comes out as Image."""
    sources = {
        "result": ("keyed", 0),
        "fill": ("fill", 0),
        "matte": ("grey matte", 0),
        "origin": ("kinds", 0),
        "confidence": ("grey confidence", 0),
    }
    node, socket = sources[view]
    tree.links.new(tree.nodes[node].outputs[socket], tree.nodes["out"].inputs["Image"])


def _nodes(tree: Any, pictures: Pictures) -> dict[str, Any]:
    made = {
        "in": tree.nodes.new("NodeGroupInput"),
        "out": tree.nodes.new("NodeGroupOutput"),
        "fill": tree.nodes.new("CompositorNodeImage"),
        "told": tree.nodes.new("CompositorNodeImage"),
        "factor": compat.new_math(tree, "MULTIPLY"),
        "mix": compat.new_mix(tree),
        "alpha of plate": tree.nodes.new("CompositorNodeSeparateColor"),
        "keyed": compat.new_set_alpha(tree),
        "parts": tree.nodes.new("CompositorNodeSeparateColor"),
        "kind": compat.new_math(tree, "MULTIPLY"),
        "kinds": compat.new_ramp(tree),
        "grey matte": tree.nodes.new("CompositorNodeCombineColor"),
        "grey confidence": tree.nodes.new("CompositorNodeCombineColor"),
    }
    for column, (name, node) in enumerate(made.items()):
        node.name = node.label = name
        node.location = (220 * (column % 5), -260 * (column // 5))
    show_pictures(tree, pictures)
    _colour_kinds(made["kinds"].color_ramp, made["kind"])
    return made


def _colour_kinds(ramp: Any, kind: Any) -> None:
    """Give every kind of origin its colour: kinds are whole numbers, the ramp goes from 0 to 1."""
    kind.inputs[1].default_value = 1 / len(KINDS)
    ramp.interpolation = "CONSTANT"
    for number, colour in enumerate(KINDS):
        place = max(0.0, (number - 0.5) / len(KINDS))
        stop = ramp.elements[0] if number == 0 else ramp.elements.new(place)
        stop.color = colour
    ramp.elements[-1].color = KINDS[-1]


def _wire(tree: Any, nodes: Mapping[str, Any]) -> None:
    link, fill, told = tree.links.new, nodes["fill"], nodes["told"]
    plate, mix = nodes["in"].outputs[0], compat.mix_sockets(nodes["mix"])
    link(fill.outputs["Alpha"], nodes["factor"].inputs[0])
    link(nodes["in"].outputs["Mix"], nodes["factor"].inputs[1])
    link(nodes["factor"].outputs[0], mix.factor)
    link(plate, mix.first)
    link(fill.outputs["Image"], mix.second)
    link(plate, nodes["alpha of plate"].inputs[0])
    link(mix.result, nodes["keyed"].inputs["Image"])
    link(nodes["alpha of plate"].outputs["Alpha"], nodes["keyed"].inputs["Alpha"])
    link(fill.outputs["Alpha"], nodes["out"].inputs["Matte"])
    link(told.outputs["Image"], nodes["parts"].inputs[0])
    link(nodes["parts"].outputs["Red"], nodes["kind"].inputs[0])
    link(nodes["kind"].outputs[0], nodes["kinds"].inputs[0])
    for grey, source in (
        (nodes["grey matte"], fill.outputs["Alpha"]),
        (nodes["grey confidence"], nodes["parts"].outputs["Blue"]),
    ):
        for name in ("Red", "Green", "Blue"):
            link(source, grey.inputs[name])
