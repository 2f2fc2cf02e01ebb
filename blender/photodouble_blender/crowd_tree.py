# SPDX-License-Identifier: GPL-3.0-or-later
"""The geometry nodes that put a card, or a figure of the artist's, on every point of a crowd.

Per frame they work out which card everybody shows, whom a wave has up and what they play then, bring who
walks further, and turn cards to the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from . import compat

NAME = "Photo Double crowd"
VERSION = 3
_MARK = "photodouble_version"
_WAVES = "photodouble_waves"
_HAIR = 1e-4
"""Cards; keeps a moment that rounding puts just below a whole card on that card."""

ONE = "One Person"
"""The input that makes an object's own mesh of a person: what a Cryptomatte calls by the object's name."""

_INPUTS = (
    ("Geometry", "NodeSocketGeometry", None),
    ("Cards", "NodeSocketCollection", None),
    ("Camera", "NodeSocketObject", None),
    ("First Frame", "NodeSocketFloat", 1.0),
    ("Use Figures", "NodeSocketBool", False),
    ("Figures", "NodeSocketCollection", None),
    ("Moments", "NodeSocketInt", 1),
    (ONE, "NodeSocketBool", False),
)


def is_ours(group: Any) -> bool:
    """Whether a node group is a crowd's, of whichever version."""
    return group is not None and _MARK in group


def inputs_of(group: Any) -> dict[str, str]:
    """Give the identifiers of the modifier's inputs by their names."""
    return {
        item.name: item.identifier
        for item in group.interface.items_tree
        if getattr(item, "in_out", "") == "INPUT"
    }


def group(waves: int = 0) -> Any:
    """Give the node group of this version for so many waves, made where the file has none."""
    for known in bpy.data.node_groups:
        if known.library is None and known.get(_MARK) == VERSION and known.get(_WAVES) == waves:
            return known
    made = bpy.data.node_groups.new(NAME, "GeometryNodeTree")
    made[_MARK], made[_WAVES] = VERSION, waves
    made.is_modifier = True
    for name, kind, default in _INPUTS:
        socket = compat.add_socket(made, name, "INPUT", kind)
        if default is not None:
            socket.default_value = default
    compat.add_socket(made, "Geometry", "OUTPUT", "NodeSocketGeometry")
    _Maker(made).whole(waves)
    return made


@dataclass(frozen=True)
class _Played:
    """What somebody shows on a frame: element, card of its tiles, and whether they are flipped."""

    element: Any
    card: Any
    mirror: Any


class _Maker:
    """Puts the nodes together."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.given = tree.nodes.new("NodeGroupInput").outputs

    def whole(self, waves: int) -> None:
        """Make everything, from the points to the instances."""
        now = self.node("GeometryNodeInputSceneTime").outputs["Frame"]
        time = self.math("SUBTRACT", now, self.given["First Frame"])
        points = self.walked(self.given["Geometry"], time)
        played = self.dealt(time)
        for number in range(1, waves + 1):
            played = self.risen(f"wave{number}_", time, played)
        points = self.stored(points, "card", played.card)
        points = self.stored(points, "playing", played.element)
        points = self.stored(points, "flipped", played.mirror)
        cards = self.put(points, "Cards", self.own("playing"), self.to_camera())
        figures = self.put(points, "Figures", self.figure(), self.math("RADIANS", self.own("facing")))
        chosen = self.node("GeometryNodeSwitch", input_type="GEOMETRY")
        self.link(self.given["Use Figures"], _input(chosen, "Switch"))
        self.link(cards, _input(chosen, "False"))
        self.link(figures, _input(chosen, "True"))
        out = self.node("NodeGroupOutput")
        self.link(self.as_one(_output(chosen)), out.inputs[0])

    def as_one(self, instances: Any) -> Any:
        """Make plain geometry of instances, where an object is one person's own."""
        plain = self.node("GeometryNodeRealizeInstances")
        self.link(instances, plain.inputs["Geometry"])
        chosen = self.node("GeometryNodeSwitch", input_type="GEOMETRY")
        self.link(self.given[ONE], _input(chosen, "Switch"))
        self.link(instances, _input(chosen, "False"))
        self.link(plain.outputs[0], _input(chosen, "True"))
        return _output(chosen)

    def dealt(self, time: Any) -> _Played:
        """Give what everybody plays who is in no wave: their loop, from their own moment on."""
        at = self.math("MULTIPLY_ADD", self.own("pace"), time, self.own("offset"))
        inside = self.math("FLOORED_MODULO", self.math("ADD", at, _HAIR), self.own("cards"))
        card = self.math("FLOOR", self.math("ADD", self.own("intro"), inside))
        return _Played(self.own("element", "INT"), card, self.own("mirror", "INT"))

    def risen(self, wave: str, time: Any, before: _Played) -> _Played:
        """Give what is played where a wave has somebody up: from the first card on, then round the loop."""
        since = self.math("SUBTRACT", time, self.own(f"{wave}at"))
        lap = self.math("FLOOR", self.math("DIVIDE", since, self.own(f"{wave}period")))
        up = self.math("SUBTRACT", since, self.math("MULTIPLY", lap, self.own(f"{wave}period")))
        begun, goes_on = (
            self.math("GREATER_THAN", lap, -0.5),
            self.math("LESS_THAN", lap, self.own(f"{wave}rounds")),
        )
        stays = self.math("LESS_THAN", up, self.own(f"{wave}up"))
        is_up = self.math("MULTIPLY", self.math("MULTIPLY", begun, goes_on), stays)
        at = self.math("MULTIPLY_ADD", up, self.own(f"{wave}pace"), _HAIR)
        intro = self.own(f"{wave}intro")
        looped = self.math("FLOORED_MODULO", self.math("SUBTRACT", at, intro), self.own(f"{wave}cards"))
        # Before the loop the time is smaller than the loop's first card, and after it never larger.
        card = self.math("FLOOR", self.math("MINIMUM", at, self.math("ADD", intro, looped)))
        return _Played(
            self.either(is_up, self.own(f"{wave}element", "INT"), before.element),
            self.either(is_up, card, before.card),
            self.either(is_up, self.own(f"{wave}mirror", "INT"), before.mirror),
        )

    def either(self, is_first: Any, first: Any, second: Any) -> Any:
        """Choose between two whole numbers."""
        gone = self.math("SUBTRACT", first, second)
        return self.math("MULTIPLY_ADD", is_first, gone, second)

    def walked(self, geometry: Any, time: Any) -> Any:
        """Bring who walks to where they are now."""
        way = self.node("ShaderNodeVectorMath", operation="SCALE")
        self.link(self.own("velocity", "FLOAT_VECTOR"), way.inputs[0])
        self.link(time, way.inputs["Scale"])
        made = self.node("GeometryNodeSetPosition")
        self.link(geometry, made.inputs["Geometry"])
        self.link(way.outputs[0], made.inputs["Offset"])
        return made.outputs[0]

    def to_camera(self) -> Any:
        """Give the turn around the up axis with which a card faces the camera."""
        camera = self.node("GeometryNodeObjectInfo", transform_space="RELATIVE")
        self.link(self.given["Camera"], camera.inputs["Object"])
        away = self.node("ShaderNodeVectorMath", operation="SUBTRACT")
        self.link(camera.outputs["Location"], away.inputs[0])
        self.link(self.node("GeometryNodeInputPosition").outputs[0], away.inputs[1])
        parts = self.node("ShaderNodeSeparateXYZ")
        self.link(away.outputs[0], parts.inputs[0])
        return self.math("ARCTAN2", parts.outputs["X"], self.math("MULTIPLY", parts.outputs["Y"], -1.0))

    def figure(self) -> Any:
        """Give the number of a figure: by element, and by how far the loop has come."""
        moments = self.given["Moments"]
        come = self.math("SUBTRACT", self.own("card"), self.own("intro"))
        share = self.math("DIVIDE", self.math("FLOORED_MODULO", come, self.own("cards")), self.own("cards"))
        moment = self.math("FLOOR", self.math("MULTIPLY", share, moments))
        return self.math("MULTIPLY_ADD", self.own("playing"), moments, moment)

    def put(self, points: Any, collection: str, number: Any, turn: Any) -> Any:
        """Put one of a collection onto every point."""
        info = self.node("GeometryNodeCollectionInfo")
        self.link(self.given[collection], info.inputs["Collection"])
        info.inputs["Separate Children"].default_value = True
        made = self.node("GeometryNodeInstanceOnPoints")
        self.link(points, made.inputs["Points"])
        self.link(self.math("LESS_THAN", self.own("named", "INT"), 0.5), made.inputs["Selection"])
        self.link(info.outputs[0], made.inputs["Instance"])
        made.inputs["Pick Instance"].default_value = True
        self.link(number, made.inputs["Instance Index"])
        self.link(self.turned(turn), made.inputs["Rotation"])
        self.link(self.size(), made.inputs["Scale"])
        return made.outputs[0]

    def turned(self, angle: Any) -> Any:
        """Turn around the up axis."""
        parts = self.node("ShaderNodeCombineXYZ")
        self.link(angle, parts.inputs["Z"])
        made = self.node("FunctionNodeEulerToRotation")
        self.link(parts.outputs[0], made.inputs[0])
        return made.outputs[0]

    def size(self) -> Any:
        """Scale everybody, and flip who is flipped."""
        side = self.math("MULTIPLY_ADD", self.own("flipped"), -2.0, 1.0)
        parts = self.node("ShaderNodeCombineXYZ")
        self.link(self.math("MULTIPLY", self.own("scale"), side), parts.inputs["X"])
        self.link(self.own("scale"), parts.inputs["Y"])
        self.link(self.own("scale"), parts.inputs["Z"])
        return parts.outputs[0]

    def stored(self, geometry: Any, name: str, value: Any) -> Any:
        """Write a number to every point under a name."""
        made = self.node("GeometryNodeStoreNamedAttribute", data_type="FLOAT", domain="POINT")
        self.link(geometry, made.inputs["Geometry"])
        made.inputs["Name"].default_value = name
        self.link(value, _input(made, "Value"))
        return made.outputs[0]

    def own(self, name: str, kind: str = "FLOAT") -> Any:
        """Read a named attribute of the points."""
        made = self.node("GeometryNodeInputNamedAttribute", data_type=kind)
        made.inputs["Name"].default_value = name
        return next(one for one in made.outputs if one.enabled and one.name == "Attribute")

    def math(self, operation: str, *values: Any) -> Any:
        """Reckon with numbers, linked or fixed."""
        made = self.node("ShaderNodeMath", operation=operation)
        for number, value in enumerate(values):
            if isinstance(value, float):
                made.inputs[number].default_value = value
            else:
                self.link(value, made.inputs[number])
        return made.outputs[0]

    def node(self, kind: str, **facts: Any) -> Any:
        """Make a node."""
        made = self.tree.nodes.new(kind)
        for name, value in facts.items():
            setattr(made, name, value)
        return made

    def link(self, output: Any, given: Any) -> None:
        """Link two sockets."""
        self.tree.links.new(output, given)


def _input(node: Any, name: str) -> Any:
    return next(one for one in node.inputs if one.enabled and one.name == name)


def _output(node: Any) -> Any:
    return next(one for one in node.outputs if one.enabled)
