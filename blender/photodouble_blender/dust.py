# SPDX-License-Identifier: GPL-3.0-or-later
"""Dust as cards that face the camera: they rise where the building comes down, spread, and thin out.

All of it is keys, a constraint and a shader, so it renders anywhere.
"""

from __future__ import annotations

import math
import random
from typing import Any

import bpy
from mathutils import Vector

from .collapse_looks import new_material


def build(place: Any, wish: Any, site: Any, camera: Any) -> None:
    """Put the cards around the foot of the building."""
    if not wish.dust:
        return
    mesh, dice = _card(place.name), random.Random(f"{wish.seed} dust")
    mesh.materials.append(_material(f"{place.name}"))
    for number in range(wish.dust):
        card = bpy.data.objects.new(f"{place.name} {number:03d}", mesh)
        place.objects.link(card)
        card.display_type = "WIRE"
        if camera is not None:
            facing = card.constraints.new("COPY_ROTATION")
            facing.target = camera
        for ray in ("visible_diffuse", "visible_glossy", "visible_transmission", "visible_shadow"):
            setattr(card, ray, False)
        _key(card, number / wish.dust, wish, site, dice)


def _key(card: Any, turn: float, wish: Any, site: Any, dice: random.Random) -> None:
    """Let a card rise from the foot of the building: thin, thick when the mass comes down, thin again."""
    angle = 2 * math.pi * (turn + dice.uniform(-0.05, 0.05))
    half = (site.high - site.low) / 2
    foot = (site.low + site.high) / 2
    round_it = Vector((math.cos(angle) * half.x, math.sin(angle) * half.y, 0.0))
    foot = Vector((foot.x, foot.y, site.low.z)) + round_it * dice.uniform(0.4, 1.1)
    size = site.height * dice.uniform(0.35, 0.6)
    drift = (round_it.normalized() * 0.25 + wish.way * 0.3) * site.height * (0.5 + wish.violence)
    lands = math.sqrt(site.height / site.fall) * site.fps
    begin = wish.start + round(dice.uniform(0.0, 0.6) * wish.spread + 0.15 * lands)
    thick = begin + max(2, round(lands * dice.uniform(0.7, 1.2)))
    end = max(thick + 4, wish.end)
    strong = dice.uniform(0.5, 0.9)
    for frame, part, alpha in ((begin, 0.0, 0.0), (thick, 0.5, strong), (end, 1.0, 0.0)):
        grown = size * (0.3 + 0.9 * part**0.5)
        card.location = foot + drift * part + Vector((0, 0, grown * 0.45))
        card.scale = (grown, grown, grown)
        card.color = (1.0, 1.0, 1.0, alpha)
        for path in ("location", "scale", "color"):
            card.keyframe_insert(path, frame=frame)
    for frame, hidden in ((begin - 1, True), (begin, False), (end, True)):
        card.hide_render = card.hide_viewport = hidden
        card.keyframe_insert("hide_render", frame=frame)
        card.keyframe_insert("hide_viewport", frame=frame)


def _card(name: str) -> Any:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
    return mesh


def _material(name: str) -> Any:
    """A cloud of noise that fades to the rim of the card; every card has its own, and its object's alpha."""
    material = new_material(name)
    material.diffuse_color = (0.55, 0.5, 0.43, 0.3)
    tree = material.node_tree
    new, link = tree.nodes.new, tree.links.new
    place, card, noise = new("ShaderNodeTexCoord"), new("ShaderNodeObjectInfo"), new("ShaderNodeTexNoise")
    noise.noise_dimensions = "4D"
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 1.8, 8.0
    link(place.outputs["Object"], noise.inputs["Vector"])
    link(_math(tree, "MULTIPLY", card.outputs["Random"], 50.0), noise.inputs["W"])
    away = new("ShaderNodeVectorMath")
    away.operation = "LENGTH"
    link(place.outputs["Object"], away.inputs[0])
    rim = _math(tree, "SUBTRACT", 1.0, away.outputs["Value"])
    cloud = _math(tree, "MULTIPLY_ADD", noise.outputs[0], 3.5, -2.0)
    torn = _clamped(tree, _math(tree, "MULTIPLY_ADD", rim, 1.3, cloud))
    thick = _math(tree, "MULTIPLY", torn, _clamped(tree, _math(tree, "MULTIPLY", rim, 3.0)))
    alpha = _math(tree, "MULTIPLY", thick, card.outputs["Alpha"])
    clear, light = new("ShaderNodeBsdfTransparent"), new("ShaderNodeEmission")
    mixed = new("ShaderNodeMixShader")
    light.inputs["Color"].default_value = (0.55, 0.5, 0.43, 1.0)
    link(alpha, mixed.inputs[0])
    link(clear.outputs[0], mixed.inputs[1])
    link(light.outputs[0], mixed.inputs[2])
    link(mixed.outputs[0], new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def _math(tree: Any, operation: str, *values: Any) -> Any:
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, values, strict=False):
        if isinstance(value, float):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return node.outputs[0]


def _clamped(tree: Any, socket: Any) -> Any:
    made = _math(tree, "MULTIPLY", socket, 1.0)
    made.node.use_clamp = True
    return made
