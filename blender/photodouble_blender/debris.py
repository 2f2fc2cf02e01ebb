# SPDX-License-Identifier: GPL-3.0-or-later
"""Debris: hundreds of small chunks on throws that are reckoned, not simulated.

A point carries when it is thrown, how fast, and when it lands; geometry nodes put a chunk where it is
by then: p + v t + g t² / 2. Nothing is cached, and any frame can be rendered without those before it.
"""

from __future__ import annotations

import math
import random
from typing import Any

import bmesh
import bpy
from mathutils import Vector

from . import compat

CHUNKS = 3


def build(place: Any, wish: Any, site: Any, material: Any) -> None:
    """Put an object with the thrown points and their nodes into a collection."""
    if not wish.debris:
        return
    dice = random.Random(f"{wish.seed} debris")
    points = bpy.data.objects.new(place.name, _throws(place.name, wish, site, dice))
    place.objects.link(points)
    chunks = _chunks(place.name, material, dice)
    modifier = points.modifiers.new("Debris", "NODES")
    modifier.node_group = _nodes(place.name, chunks, site)
    points["photodouble_chunks"] = chunks


def chunks_of(made: Any) -> Any:
    """Give the collection with the shapes that are thrown, which lies in no scene."""
    return next((one.get("photodouble_chunks") for one in made["photodouble_debris"].objects), None)


def _throws(name: str, wish: Any, site: Any, dice: random.Random) -> Any:
    """Throw points from within the building; each lands on the ground after a time that is reckoned here."""
    mesh = bpy.data.meshes.new(name)
    places, speeds, begins, lives, spins, sizes, kinds = [], [], [], [], [], [], []
    middle, size = (site.low + site.high) / 2, site.high - site.low
    for _ in range(wish.debris):
        part = Vector([dice.random() for _ in range(3)])
        start = site.low + Vector([part[axis] * size[axis] for axis in range(3)])
        outward = Vector((start.x - middle.x, start.y - middle.y, 0.0)).normalized()
        speed = (wish.way * dice.uniform(0, 0.4) + outward * dice.uniform(0, 0.3)) * wish.violence
        speed.z = dice.uniform(-0.05, 0.35) * (0.2 + wish.violence)
        speed *= site.speed
        drop = start.z - site.low.z
        places.append(start)
        speeds += list(speed)
        begins.append(wish.start + 1 + wish.spread * dice.random())
        lives.append((speed.z + math.sqrt(speed.z**2 + 2 * site.fall * drop)) / site.fall)
        spins += [dice.uniform(-8, 8) for _ in range(3)]
        sizes.append(site.height * 0.012 * (0.3 + dice.random() ** 3 * 2))
        kinds.append(dice.randrange(CHUNKS))
    mesh.from_pydata(places, [], [])
    for key, kind, field, values in (
        ("speed", "FLOAT_VECTOR", "vector", speeds),
        ("begin", "FLOAT", "value", begins),
        ("life", "FLOAT", "value", lives),
        ("spin", "FLOAT_VECTOR", "vector", spins),
        ("size", "FLOAT", "value", sizes),
        ("kind", "INT", "value", kinds),
    ):
        mesh.attributes.new(key, kind, "POINT").data.foreach_set(field, values)
    return mesh


def _chunks(name: str, material: Any, dice: random.Random) -> Any:
    """Make the shapes that are thrown: hulls of a few points, about a unit across."""
    chunks = bpy.data.collections.new(f"{name} chunks")
    for number in range(CHUNKS):
        shape = bmesh.new()
        for _ in range(10):
            shape.verts.new([dice.uniform(-1, 1) * wide for wide in (1.0, 0.7, 0.5)])
        made = bmesh.ops.convex_hull(shape, input=shape.verts)
        inner = [one for one in made["geom_interior"] if isinstance(one, bmesh.types.BMVert)]
        bmesh.ops.delete(shape, geom=inner, context="VERTS")
        mesh = bpy.data.meshes.new(f"{name} chunk {number:02d}")
        shape.to_mesh(mesh)
        shape.free()
        mesh.materials.append(material)
        chunks.objects.link(bpy.data.objects.new(mesh.name, mesh))
    return chunks


def _nodes(name: str, chunks: Any, site: Any) -> Any:
    """Wire the throw: where a chunk is at a frame, how it has turned, and that it is not seen before."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    tree.is_modifier = True
    compat.add_socket(tree, "Geometry", "INPUT", "NodeSocketGeometry")
    compat.add_socket(tree, "Geometry", "OUTPUT", "NodeSocketGeometry")
    link, new = tree.links.new, tree.nodes.new
    points, result = new("NodeGroupInput"), new("NodeGroupOutput")
    frame = new("GeometryNodeInputSceneTime").outputs["Frame"]
    since = _math(tree, "SUBTRACT", frame, _named(tree, "begin", "FLOAT"))
    since = _math(tree, "DIVIDE", since, site.fps)
    time = _math(tree, "MINIMUM", _math(tree, "MAXIMUM", since, 0.0), _named(tree, "life", "FLOAT"))
    thrown = _scaled(tree, _named(tree, "speed", "FLOAT_VECTOR"), time)
    fallen = new("ShaderNodeCombineXYZ")
    link(_math(tree, "MULTIPLY", _math(tree, "MULTIPLY", time, time), -site.fall / 2), fallen.inputs["Z"])
    way = new("ShaderNodeVectorMath")
    link(thrown, way.inputs[0])
    link(fallen.outputs[0], way.inputs[1])
    moved, placed = new("GeometryNodeSetPosition"), new("GeometryNodeInstanceOnPoints")
    link(points.outputs[0], moved.inputs["Geometry"])
    link(way.outputs[0], moved.inputs["Offset"])
    link(moved.outputs[0], placed.inputs["Points"])
    shapes = new("GeometryNodeCollectionInfo")
    shapes.inputs["Collection"].default_value = chunks
    shapes.inputs["Separate Children"].default_value = True
    shapes.inputs["Reset Children"].default_value = True
    link(shapes.outputs[0], placed.inputs["Instance"])
    placed.inputs["Pick Instance"].default_value = True
    link(_named(tree, "kind", "INT"), placed.inputs["Instance Index"])
    link(_scaled(tree, _named(tree, "spin", "FLOAT_VECTOR"), time), placed.inputs["Rotation"])
    is_out = _math(tree, "GREATER_THAN", since, 0.0)
    link(_math(tree, "MULTIPLY", _named(tree, "size", "FLOAT"), is_out), placed.inputs["Scale"])
    link(placed.outputs[0], result.inputs[0])
    return tree


def _named(tree: Any, name: str, kind: str) -> Any:
    node = tree.nodes.new("GeometryNodeInputNamedAttribute")
    node.data_type = kind
    node.inputs["Name"].default_value = name
    return next(socket for socket in node.outputs if socket.enabled and socket.name == "Attribute")


def _scaled(tree: Any, vector: Any, factor: Any) -> Any:
    node = tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "SCALE"
    tree.links.new(vector, node.inputs[0])
    tree.links.new(factor, node.inputs["Scale"])
    return node.outputs[0]


def _math(tree: Any, operation: str, first: Any, second: Any) -> Any:
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, (first, second), strict=False):
        if isinstance(value, float):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return node.outputs[0]
