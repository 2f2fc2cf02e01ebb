"""Scenes about plates with known truth, for `in_blender.py`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import bpy
from recorded_layout import RecordedLayout

Facts = dict[str, Any]
MODULE = "bl_ext.user_default.photodouble_blender"


def part(name: str) -> Any:
    """Give one module of the installed extension."""
    return sys.modules[f"{MODULE}.{name}"]


def make_shot(size: tuple[int, int], frames: tuple[int, int]) -> Any:
    """A box walks over a floor under a sun from the left, so its shadow falls to the right of it."""
    scene = bpy.context.scene
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    bpy.ops.mesh.primitive_plane_add(size=40)
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, 1))
    box = bpy.context.object
    for frame in (frames[0] - 1, frames[0], frames[1], frames[1] + 1):
        box.location.x = 0.25 * (frame - frames[0])
        box.keyframe_insert("location", frame=frame)
    subject = bpy.data.collections.new("Läufer")
    scene.collection.children.link(subject)
    for collection in list(box.users_collection):
        collection.objects.unlink(box)
    subject.objects.link(box)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.rotation_euler, sun.data.angle, sun.data.energy = (0, -1.0, 0), 0.0, 3.0
    scene.collection.objects.link(sun)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.data.type, camera.data.ortho_scale = (0, 0, 10), "ORTHO", 8.0
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.world = None
    scene.cycles.max_bounces, scene.cycles.pixel_filter_type = 0, "BOX"
    scene.frame_start, scene.frame_end = frames
    scene.frame_set(frames[0])
    return subject


def plates(given: Mapping[str, Any]) -> Facts:
    """Render a clean-plate test; stop after some frames where that is asked for."""
    scene = bpy.context.scene
    subject = make_shot(tuple(given["size"]), tuple(given["frames"]))
    scene.photodouble.takes_root, scene.photodouble.name = given["root"], "shot é"
    wanted = scene.photodouble_plate_test
    poll = _grey("plate_test")
    wanted.subject, wanted.samples, wanted.ending = (
        subject,
        given.get("samples", 4),
        given.get("ending", "exr"),
    )
    before = _everything()
    pressed = sorted(bpy.ops.photodouble.plate_test())
    drawn, again = [], _grey("plate_test")
    for count in range(40):
        drawn.append(_drawn())
        if count == given.get("stop", -1):
            bpy.ops.photodouble.plate_test_cancel()
        if not part("listening").poll():
            break
        time.sleep(0.01)
    drawn.append(_drawn())
    problem = part("plate_test")._said["error"]
    return {
        "pressed": pressed,
        "grey": [poll, again],
        "drawn": drawn,
        "before": before,
        "after": _everything(),
        "frame": scene.frame_current,
        "error": problem and problem.to_json(),
        "four": part("compat").CARRIES_FOUR,
    }


def _grey(name: str) -> str:
    try:
        getattr(bpy.ops.photodouble, name)()
    except RuntimeError as why:
        return str(why).split(".poll() ")[-1].strip()
    return ""


def _everything() -> dict[str, int]:
    """Count what a file holds, so that nothing is left behind."""
    kinds = ("scenes", "collections", "objects", "node_groups", "images", "worlds", "actions")
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}


def _drawn() -> str:
    layout = RecordedLayout()
    panel = bpy.types.PHOTODOUBLE_PT_plate_test_view
    context = SimpleNamespace(scene=bpy.context.scene, region=SimpleNamespace(width=300))
    panel.draw(SimpleNamespace(layout=layout), context)
    return " ".join(layout.labels)


SCENES = {"plates": plates}
