"""Scenes about a building that falls down, for `in_blender.py`."""

from __future__ import annotations

import hashlib
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
from recorded_layout import RecordedLayout

Facts = dict[str, Any]
MODULE = "bl_ext.user_default.photodouble_blender"
SIZE = (4.0, 3.0, 6.0)


def part(name: str) -> Any:
    """Give one module of the installed extension."""
    return sys.modules[f"{MODULE}.{name}"]


def make_shot(unit: float = 1.0) -> Any:
    """A box of a house on the ground, a sun, and a camera; give the house, which is active."""
    scene = bpy.context.scene
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    scene.unit_settings.scale_length = unit
    metre = 1 / unit
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.rotation_euler, sun.data.energy = (0.9, 0.2, 0.5), 3.0
    scene.collection.objects.link(sun)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (2 * metre, -18 * metre, 4 * metre), (1.5, 0, 0.1)
    camera.data.lens, camera.data.clip_end = 28, 1000 * metre
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = 64, 36
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, SIZE[2] / 2 * metre))
    house = bpy.context.object
    house.name, house.scale = "Müllers Haus", [side * metre for side in SIZE]
    bpy.context.view_layer.update()
    return house


def _set(given: Mapping[str, Any]) -> Any:
    controls = bpy.context.scene.photodouble_collapse
    for key, value in {"pieces": 20, "lasts": 40, "debris": 30, "dust": 4, **given}.items():
        setattr(controls, key, value)
    return controls


def collapse(given: Mapping[str, Any]) -> Facts:
    """Set a collapse up, watch it fall frame by frame, and bake it."""
    house = make_shot(given.get("unit", 1.0))
    controls = _set(given["controls"])
    grey = _grey("collapse_bake")
    pressed = [sorted(bpy.ops.photodouble.collapse_setup())]
    drawn = [_drawn()]
    made = controls.made
    pieces = part("collapse").pieces_of(made)
    found = {"volumes": [_volume(piece) for piece in pieces], "hidden": house.hide_render, "grey": grey}
    found["loose"] = [piece["photodouble_loose"] for piece in pieces]
    simulated = {frame: _places(pieces, frame) for frame in range(1, controls.start + controls.lasts + 1)}
    bpy.context.scene.frame_set(1)
    pressed.append(sorted(bpy.ops.photodouble.collapse_bake()))
    drawn.append(_drawn())
    crushed = [piece["photodouble_crushed"] for piece in pieces]
    order = [controls.start + controls.lasts, 1, controls.start + 9, controls.start, controls.start + 20]
    found["crushed"] = crushed
    found["baked_differs"] = max(_apart_above(simulated[frame], _places(pieces, frame)) for frame in order)
    found["moved"] = {frame: _moved(simulated[1], places) for frame, places in simulated.items()}
    found["end"] = simulated[max(simulated)]
    found["hash"] = _hash(simulated)
    found["debris"] = {frame: _debris(made, frame) for frame in given.get("debris_at", ())}
    return {**found, "pressed": pressed, "drawn": drawn, "names": [piece.name for piece in pieces]}


def collapse_file(given: Mapping[str, Any]) -> Facts:
    """Bake and set the passes up, save; open it without the extension and render a frame as a farm would."""
    import addon_utils

    make_shot()
    scene = bpy.context.scene
    scene.photodouble.takes_root, scene.photodouble.name = given["root"], "sh 010"
    controls = _set(given["controls"])
    controls.samples, controls.picture = 2, _picture() if given.get("picture") else None
    bpy.ops.photodouble.collapse_setup()
    grey = _grey("collapse_passes")
    bpy.ops.photodouble.collapse_bake()
    bpy.ops.photodouble.collapse_passes()
    stage = controls.made["photodouble_passes"]
    pieces = part("collapse").pieces_of(controls.made)
    before = _places(pieces, given["frame"])
    controls.made["photodouble_passes"].frame_end = stage.frame_start + 1
    bpy.ops.photodouble.collapse_render()
    drawn = []
    while part("listening").poll():
        drawn.append(_drawn())
        time.sleep(0.01)
    drawn.append(_drawn())
    bpy.ops.wm.save_as_mainfile(filepath=given["blend"])
    addon_utils.disable(MODULE, default_set=True)
    bpy.ops.wm.open_mainfile(filepath=given["blend"])
    names = [thing.name for thing in bpy.data.objects if " piece " in thing.name]
    after = _places([bpy.data.objects[name] for name in sorted(names)], given["frame"])
    stage = next(one for one in bpy.data.scenes if one.name.endswith("passes"))
    stage.frame_start = stage.frame_end = given["frame"]
    bpy.ops.render.render(animation=True, scene=stage.name)
    folder = Path(stage.render.filepath).parent
    return {
        "grey": grey,
        "drawn": drawn,
        "apart": _apart(before, after),
        "folder": str(folder),
        "files": sorted(path.name for path in folder.iterdir()),
        "handlers": len(bpy.app.handlers.frame_change_post) + len(bpy.app.handlers.frame_change_pre),
        "texts": len(bpy.data.texts),
        "range": [given["controls"].get("start", 10), stage.frame_start],
    }


def collapse_undo(given: Mapping[str, Any]) -> Facts:
    """Set up and undo once; set up and remove; free a bake. Nothing may be left."""
    make_shot()
    controls = _set(given["controls"])
    bpy.ops.ed.undo_push(message="before")
    before = _everything()
    bpy.ops.photodouble.collapse_setup("EXEC_DEFAULT", True)
    during = _everything()
    bpy.ops.ed.undo()
    undone, shown = _everything(), not bpy.data.objects["Müllers Haus"].hide_render
    bpy.ops.ed.redo()
    redone = _everything()
    bpy.ops.ed.undo()
    bpy.context.view_layer.objects.active = bpy.data.objects["Müllers Haus"]
    bpy.ops.photodouble.collapse_setup()
    controls = bpy.context.scene.photodouble_collapse
    pieces = part("collapse").pieces_of(controls.made)
    first = [_places(pieces, frame) for frame in range(1, controls.start + 21)][-1]
    bpy.context.scene.frame_set(1)
    bpy.ops.photodouble.collapse_bake()
    bpy.ops.photodouble.collapse_free()
    freed = _apart(first, [_places(pieces, frame) for frame in range(1, controls.start + 21)][-1])
    again = _grey("collapse_setup")
    bpy.ops.photodouble.collapse_bake()
    bpy.context.scene.photodouble.takes_root = bpy.app.tempdir
    bpy.ops.photodouble.collapse_passes()
    stage = controls.made["photodouble_passes"]
    simulates = stage.rigidbody_world is not None and stage.rigidbody_world.enabled
    bpy.context.scene.frame_set(3)
    bpy.ops.photodouble.collapse_remove()
    bpy.context.scene.frame_set(4)
    house = bpy.data.objects["Müllers Haus"]
    return {
        "before": before,
        "during": during,
        "undone": undone,
        "redone": redone,
        "removed": _everything(),
        "shown": [shown, not house.hide_render],
        "freed": freed,
        "again": again,
        "simulates": simulates,
        "world": bpy.context.scene.rigidbody_world is not None,
    }


def collapse_refused(_given: Mapping[str, Any]) -> Facts:
    """Try an open mesh, and nothing at all."""
    house = make_shot()
    house.data.polygons[0].select = True
    import bmesh

    mesh = bmesh.new()
    mesh.from_mesh(house.data)
    bmesh.ops.delete(mesh, geom=[next(iter(mesh.faces))], context="FACES_ONLY")
    mesh.to_mesh(house.data)
    mesh.free()
    pressed = sorted(bpy.ops.photodouble.collapse_setup())
    drawn = _drawn()
    bpy.context.view_layer.objects.active = bpy.data.objects["sun"]
    return {
        "pressed": pressed,
        "drawn": drawn,
        "grey": _grey("collapse_setup"),
        "objects": len(bpy.data.objects),
    }


def _places(pieces: list[Any], frame: int) -> list[list[float]]:
    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    return [[*_flat(piece.evaluated_get(graph).matrix_world)] for piece in pieces]


def _flat(matrix: Any) -> list[float]:
    return [value for row in matrix[:3] for value in row]


def _moved(first: list[list[float]], now: list[list[float]]) -> list[bool]:
    return [_apart([a], [b]) > 1e-4 for a, b in zip(first, now, strict=True)]


def _apart(first: list[list[float]], second: list[list[float]]) -> float:
    pairs = zip(first, second, strict=True)
    return max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))


def _picture() -> Any:
    """Make a plate whose red says how far to the right a pixel lies, and whose green how far up."""
    from array import array

    wide, high = 64, 36
    image = bpy.data.images.new("plate", wide, high, float_buffer=True, is_data=True)
    rows = ((x, y) for y in range(high) for x in range(wide))
    values = [value for x, y in rows for value in ((x + 0.5) / wide, (y + 0.5) / high, 0.0, 1.0)]
    image.pixels.foreach_set(array("f", values))
    image.pack()
    return image


def _apart_above(first: list[list[float]], second: list[list[float]]) -> float:
    """Compare what is seen: a piece that is under the ground stops there."""
    seen = [pair for pair in zip(first, second, strict=True) if pair[0][11] > 0]
    return max(_apart([one], [other]) for one, other in seen)


def _hash(simulated: Mapping[int, list[list[float]]]) -> str:
    values = [value for frame in sorted(simulated) for place in simulated[frame] for value in place]
    return hashlib.sha256(struct.pack(f"{len(values)}d", *values)).hexdigest()


def _volume(piece: Any) -> float:
    import bmesh

    mesh = bmesh.new()
    mesh.from_mesh(piece.data)
    volume = mesh.calc_volume(signed=True)
    mesh.free()
    return float(volume)


def _debris(made: Any, frame: int) -> Facts:
    """Say how many chunks are seen at a frame, and how low the lowest lies."""
    bpy.context.scene.frame_set(frame)
    thing = made["photodouble_debris"].objects[0]
    graph = bpy.context.evaluated_depsgraph_get()
    seen = [
        one.matrix_world.copy()
        for one in graph.object_instances
        if one.is_instance and one.parent.original == thing
    ]
    shown = [matrix for matrix in seen if matrix.to_scale().x > 1e-6]
    return {"all": len(seen), "shown": len(shown), "low": min((m.translation.z for m in shown), default=0.0)}


def _grey(name: str) -> str:
    try:
        getattr(bpy.ops.photodouble, name)()
    except RuntimeError as why:
        return str(why).split(".poll() ")[-1].strip()
    return ""


def _everything() -> dict[str, int]:
    kinds = ("scenes", "collections", "objects", "meshes", "materials", "node_groups", "actions")
    return {kind: len(getattr(bpy.data, kind)) for kind in kinds}


def _drawn() -> str:
    layout = RecordedLayout()
    bpy.types.PHOTODOUBLE_PT_collapse_view.draw(
        SimpleNamespace(layout=layout),
        SimpleNamespace(
            scene=bpy.context.scene, object=bpy.context.object, region=SimpleNamespace(width=300)
        ),
    )
    return " | ".join([*layout.labels, *layout.buttons])


SCENES = {
    "collapse": collapse,
    "collapse_file": collapse_file,
    "collapse_undo": collapse_undo,
    "collapse_refused": collapse_refused,
}
