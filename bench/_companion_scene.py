"""Render one scene with and without what is to be removed, inside Blender's own Python (bpy).

    PYTHON_WITH_BPY bench/_companion_scene.py FOLDER shadow|reflection --frames 20 --size 480x270

Writes FOLDER/with.####.exr, clean.####.exr and matte.####.exr (RGBA, half, scene-linear; the matte is the
alpha of the thing alone). Camera and light are the same in all three, so with minus clean is exactly what
the thing does to the picture: its pixels, its shadow or its reflection, and the light it throws.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path
from typing import Any

import bpy
from mathutils import Vector


def main() -> None:
    """Build the scene and render every frame three times."""
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("kind", choices=("shadow", "reflection"))
    options.add_argument("--frames", type=int, default=20)
    options.add_argument("--size", default="480x270")
    options.add_argument("--samples", type=int, default=12)
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    background, thing, camera = build(scene, given.kind)
    prepare(scene, given, camera)
    for frame in range(1, given.frames + 1):
        pose(frame / given.frames, thing, camera)
        for name in ("with", "clean", "matte"):
            for part in thing.children:
                part.hide_render = name == "clean"
            for part in background:
                part.is_holdout = name == "matte"
            scene.render.film_transparent = name == "matte"
            scene.render.filepath = str(given.folder / f"{name}.{frame:04d}.exr")
            bpy.ops.render.render(write_still=True)
    sys.stdout.flush()
    os._exit(0)  # the module can hang while it takes itself down


def build(scene: Any, kind: str) -> tuple[list[Any], Any, Any]:
    """Make a floor, a wall, a row of posts, a light, a camera, and the walking thing."""
    shiny = kind == "reflection"
    floor = plane("floor", 60, (0, 0, 0), (0, 0, 0), material("floor", 1.4, 0.12 if shiny else 0.7))
    wall = plane("wall", 40, (0, 9, 6), (math.radians(90), 0, 0), material("wall", 2.3, 0.8))
    background = [floor, wall]
    for number in range(6):
        bpy.ops.mesh.primitive_cylinder_add(radius=0.25, depth=2.2, location=(-6 + 2.4 * number, 4.5, 1.1))
        post = bpy.context.object
        post.data.materials.append(material(f"post{number}", 3 + number, 0.5))
        background.append(post)
    thing = bpy.data.objects.new("thing", None)
    scene.collection.objects.link(thing)
    paint = material("paint", 5, 0.4, (0.7, 0.08, 0.05))
    for add, where, scale in (
        (bpy.ops.mesh.primitive_uv_sphere_add, (0, 0, 1.75), 0.28),
        (bpy.ops.mesh.primitive_cone_add, (0, 0, 0.85), 0.75),
    ):
        add(location=where)
        part = bpy.context.object
        part.scale = (scale,) * 3
        part.data.materials.append(paint)
        part.parent = thing
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.data.angle = (1.2 if shiny else 3.5), 0.05
    sun.rotation_euler = (0.75, 0.3, 0.4)
    scene.collection.objects.link(sun)
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    sky = scene.world.node_tree.nodes["Background"]
    sky.inputs[0].default_value, sky.inputs[1].default_value = (0.5, 0.6, 0.8, 1), 0.7
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.lens = 34
    scene.collection.objects.link(camera)
    scene.camera = camera
    return background, thing, camera


def plane(name: str, size: float, where: tuple[float, ...], turned: tuple[float, ...], paint: Any) -> Any:
    """Add a plane."""
    bpy.ops.mesh.primitive_plane_add(size=size, location=where, rotation=turned)
    made = bpy.context.object
    made.name = name
    made.data.materials.append(paint)
    return made


def material(
    name: str, scale: float, rough: float, tone: tuple[float, float, float] = (0.45, 0.42, 0.38)
) -> Any:
    """Make an uneven material, so that there is something to follow."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    tree = made.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Roughness"].default_value = rough
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 4 * scale, 6
    place = tree.nodes.new("ShaderNodeTexCoord")
    tree.links.new(place.outputs["Object"], noise.inputs["Vector"])
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].position, ramp.color_ramp.elements[1].position = 0.35, 0.65
    ramp.color_ramp.elements[0].color = (*(0.35 * part for part in tone), 1)
    ramp.color_ramp.elements[1].color = (*tone, 1)
    tree.links.new(noise.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], shader.inputs["Base Color"])
    return made


def prepare(scene: Any, given: argparse.Namespace, camera: Any) -> None:
    """Set the renderer: the same noise in all three pictures, half float, linear."""
    width, height = (int(side) for side in given.size.split("x"))
    render = scene.render
    render.resolution_x, render.resolution_y, render.engine = width, height, "CYCLES"
    render.use_persistent_data = True
    scene.cycles.device, scene.cycles.samples, scene.cycles.seed = "CPU", given.samples, 0
    scene.cycles.use_denoising, scene.cycles.max_bounces = True, 4
    scene.view_settings.view_transform = "Raw"
    render.image_settings.file_format, render.image_settings.color_depth = "OPEN_EXR", "16"
    render.image_settings.color_mode = "RGBA"
    scene.camera = camera


def pose(done: float, thing: Any, camera: Any) -> None:
    """Walk the thing across and carry the camera along by hand."""
    thing.location = (-3.6 + 7.0 * done, 0.4 + 0.5 * math.sin(5 * done), 0)
    thing.rotation_euler = (0, 0, 2 * done)
    camera.location = (-0.8 + 1.5 * done, -8.0 + 0.3 * math.sin(4 * done), 2.4 + 0.1 * math.sin(7 * done))
    aim = Vector((0.3 * done, 2.0, 0.9)) - Vector(camera.location)
    camera.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()


if __name__ == "__main__":
    main()
