# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pieces wear: the plate as the camera saw it on the building, and rubble where they broke.

The place of every corner in the picture is stored at rest as (x, y, depth). Its shader divides by the depth,
so the picture lies on the building exactly as on the plate, and stays on the pieces as they fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

PLACE = "photodouble_picture"


@dataclass(frozen=True)
class Looks:
    """The materials of the building's skin, that of the breaks, and how the camera saw the building."""

    skin: tuple[Any, ...]
    inside: Any
    seen: Any = None


def looks_of(context: Any, building: Any, wish: Any) -> Looks:
    """Give what pieces wear: the picture where there is one and a camera, otherwise the building's own."""
    name = f"Collapse {building.name}"
    inside = _rubble(f"{name} inside")
    if wish.picture is not None and context.scene.camera is not None:
        skin = (_picture(f"{name} picture", wish.picture, wish.start),)
        return Looks(skin, inside, _camera_view(context, wish.start))
    worn = tuple(slot.material for slot in building.material_slots if slot.material is not None)
    return Looks(worn or (_rubble(f"{name} skin"),), inside)


def project(mesh: Any, middle: Any, looks: Looks) -> None:
    """Note where the camera saw every corner of a piece while it stood."""
    if looks.seen is None:
        return
    values: list[float] = []
    for vertex in mesh.vertices:
        place = looks.seen @ (vertex.co + middle).to_4d()
        values += [(place.x + place.w) / 2, (place.y + place.w) / 2, place.w]
    mesh.attributes.new(PLACE, "FLOAT_VECTOR", "POINT").data.foreach_set("vector", values)


def new_material(name: str) -> Any:
    """Make a material with nothing in it but its output."""
    material = bpy.data.materials.new(name)
    if material.node_tree is None:
        material.use_nodes = True
    material.node_tree.nodes.clear()
    return material


def _camera_view(context: Any, frame: int) -> Any:
    scene, now = context.scene, context.scene.frame_current
    scene.frame_set(frame)
    graph = context.evaluated_depsgraph_get()
    camera = scene.camera.evaluated_get(graph)
    render = scene.render
    lens = camera.calc_matrix_camera(
        graph,
        x=render.resolution_x,
        y=render.resolution_y,
        scale_x=render.pixel_aspect_x,
        scale_y=render.pixel_aspect_y,
    )
    seen = lens @ camera.matrix_world.inverted()
    scene.frame_set(now)
    return seen


def _picture(name: str, picture: Any, frame: int) -> Any:
    """Make the material that shows the plate's picture of one frame, with the light that is in it."""
    material = new_material(name)
    tree = material.node_tree
    place = tree.nodes.new("ShaderNodeAttribute")
    place.attribute_name = PLACE
    parts, joined = tree.nodes.new("ShaderNodeSeparateXYZ"), tree.nodes.new("ShaderNodeCombineXYZ")
    tree.links.new(place.outputs["Vector"], parts.inputs[0])
    for axis in range(2):
        divided = tree.nodes.new("ShaderNodeMath")
        divided.operation = "DIVIDE"
        tree.links.new(parts.outputs[axis], divided.inputs[0])
        tree.links.new(parts.outputs[2], divided.inputs[1])
        tree.links.new(divided.outputs[0], joined.inputs[axis])
    image = tree.nodes.new("ShaderNodeTexImage")
    image.image, image.extension = picture, "EXTEND"
    if picture.source in ("SEQUENCE", "MOVIE"):
        image.image_user.frame_duration, image.image_user.frame_start = 1, 1
        image.image_user.frame_offset = frame - 1
    light, output = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(joined.outputs[0], image.inputs[0])
    tree.links.new(image.outputs["Color"], light.inputs["Color"])
    tree.links.new(light.outputs[0], output.inputs["Surface"])
    return material


def _rubble(name: str) -> Any:
    """Make a broken concrete: grey with lighter and darker grains."""
    material = new_material(name)
    material.diffuse_color = (0.36, 0.34, 0.31, 1.0)
    tree = material.node_tree
    noise, ramp = tree.nodes.new("ShaderNodeTexNoise"), tree.nodes.new("ShaderNodeValToRGB")
    noise.inputs["Scale"].default_value = 4.0
    ramp.color_ramp.elements[0].color = (0.12, 0.11, 0.1, 1.0)
    ramp.color_ramp.elements[1].color = (0.5, 0.47, 0.42, 1.0)
    surface, output = tree.nodes.new("ShaderNodeBsdfDiffuse"), tree.nodes.new("ShaderNodeOutputMaterial")
    place = tree.nodes.new("ShaderNodeTexCoord")
    tree.links.new(place.outputs["Object"], noise.inputs["Vector"])
    tree.links.new(noise.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], surface.inputs["Color"])
    tree.links.new(surface.outputs[0], output.inputs["Surface"])
    return material
