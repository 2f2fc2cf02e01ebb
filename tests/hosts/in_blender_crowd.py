"""Scenes about crowds, for `in_blender.py`."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import bpy
from recorded_layout import RecordedLayout

Facts = dict[str, Any]


def cameras(given: Mapping[str, Any], part: Any) -> Facts:
    """Describe cameras of every kind, and say where Blender itself sees some points."""
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    found, shake = [], random.Random(7)
    for setting in given["cameras"]:
        scene = bpy.context.scene
        camera = _camera(scene, (3.0, -9.0, 2.5), (80.0, 4.0, 18.0))
        parent = bpy.data.objects.new("dolly", None)
        scene.collection.objects.link(parent)
        camera.parent, parent.scale = parent, (2.0, 2.0, 2.0)
        for frame, x in ((1, 0.0), (3, 1.0)):
            parent.location.x = x
            parent.keyframe_insert("location", frame=frame)
        for path, value in setting["lens"].items():
            setattr(camera.data, path, value)
        for path, value in setting["render"].items():
            setattr(scene.render, path, value)
        scene.unit_settings.scale_length = setting["unit"]
        document = part("crowd_camera").document(scene, camera, {1: 1001, 2: 1002, 3: 1003})
        points, seen = [], {}
        for _ in range(12):
            ahead = Vector((shake.uniform(-2, 2), shake.uniform(-1, 1), shake.uniform(-30, -4)))
            points.append(camera.matrix_world @ ahead)
        for frame in (1, 2, 3):
            scene.frame_set(frame)
            seen[frame] = [list(world_to_camera_view(scene, camera, point)) for point in points]
        told = [part("crowd_space").to_crowd(point, scene) for point in points]
        found.append({"document": document, "points": told, "seen": seen})
        bpy.data.objects.remove(camera)
        bpy.data.objects.remove(parent)
    return {"found": found}


def crowd(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Draw areas, show people, change some of them in every way, save, and open the file again."""
    scene = bpy.context.scene
    set_stage(given, fill_in)
    drawn = [make_floor(scene), _curve(scene)]
    press(drawn, wait)
    found = {"areas": what_is_said(part), "file": scene.photodouble.crowd.inputs.crowd}
    bpy.ops.photodouble.crowd_show()
    wait()
    found["shown"], shown = what_is_said(part), part("crowd_points").shown_in(scene)
    found["instances"] = [_instances(shown, frame) for frame in (1, 2, 3)]
    found["counts"] = [len(shown.data.vertices)]
    names = part("crowd_points").people(shown)

    def edited(rows: list[int], **wish: Any) -> None:
        choose(shown, rows)
        bpy.ops.photodouble.crowd_edit(**wish)
        wait()
        found.setdefault("said", []).append(what_is_said(part))
        found["counts"].append(len(shown.data.vertices))

    found["first"] = names[:3]
    edited([0, 1, 2], do="kill")
    part("crowd_props").of(scene).element = "man_1"
    edited([0, 1], do="swap")
    found["swapped"] = [part("crowd_points").people(shown)[at] for at in (0, 1)]
    edited([4, 5], do="redeal")
    edited([6], do="lock")
    edited([], do="kill")
    found["moved"] = [part("crowd_points").people(shown)[at] for at in (3, 7)]
    _move(shown, 3, (0.0, -0.5, 0.0))
    found["placed"] = list(shown.data.vertices[3].co)
    _delete(shown, 7)
    bpy.ops.photodouble.crowd_keep()
    wait()
    found["kept"], found["counts"] = what_is_said(part), [*found["counts"], len(shown.data.vertices)]
    at = part("crowd_points").people(shown).index(found["moved"][0])
    found["replaced"] = list(shown.data.vertices[at].co)
    for _ in range(2):
        bpy.ops.photodouble.crowd_undo()
        wait()
    found["counts"].append(len(shown.data.vertices))
    found["drawn"] = _drawn()
    bpy.ops.wm.save_as_mainfile(filepath=given["blend"])
    bpy.ops.wm.open_mainfile(filepath=given["blend"])
    again = part("crowd_points").shown_in(bpy.context.scene)
    found["again"] = [_instances(again, frame) for frame in (1, 3)]
    return found


def press(drawn: list[Any], wait: Any) -> None:
    """Select objects and make areas of them."""
    for one in bpy.context.scene.objects:
        one.select_set(one in drawn)
    bpy.context.view_layer.objects.active = drawn[0]
    bpy.ops.photodouble.crowd_areas()
    wait()


def picture(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Show the crowd of a file, and render it with the plate's camera in one engine or another."""
    scene = bpy.context.scene
    set_stage(given, fill_in)
    bpy.ops.photodouble.crowd_camera()
    bpy.ops.photodouble.crowd_show()
    wait()
    assert part("crowd_desk").error() is None, part("crowd_desk").error()
    bpy.ops.photodouble.crowd_render()
    ground = next(one for one in scene.objects if "Photo Double ground" in one)
    found = {"catcher": ground.is_shadow_catcher, "passes": [one.name for one in bpy.context.view_layer.aovs]}
    ground.hide_render = True
    shown = part("crowd_points").shown_in(scene)
    compat = part("compat")
    scene.render.engine = compat.eevee() if given["engine"] == "EEVEE" else "CYCLES"
    if given["engine"] == "EEVEE":
        scene.eevee.taa_render_samples = 1
    else:
        scene.cycles.samples, scene.cycles.use_denoising = 16, False
    scene.render.resolution_x, scene.render.resolution_y = given["size"]
    scene.render.resolution_percentage = 100
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format, settings.color_depth = "OPEN_EXR_MULTILAYER", "32"
    files = {}
    for frame in given["frames"]:
        scene.frame_set(frame)
        scene.render.filepath = os.path.join(given["renders"], f"crowd_{frame}.exr")  # noqa: PTH118
        bpy.ops.render.render(write_still=True)
        files[frame] = scene.render.filepath
    return {**found, "files": files, "people": shown["photodouble_crowd"], "count": len(shown.data.vertices)}


def figures(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Put 3D people in the place of the cards, and take that back by undo."""
    scene = bpy.context.scene
    set_stage(given, fill_in)
    bpy.ops.photodouble.crowd_camera()
    bpy.ops.photodouble.crowd_show()
    wait()
    own, people = part("crowd_props").of(scene), bpy.data.collections.new("people")
    for number in range(8):
        mesh = bpy.data.meshes.new(f"figure {number}")
        mesh.from_pydata([(0, 0, 0), (0.4, 0, 0), (0, 0, 1.7)], [], [(0, 1, 2)])
        people.objects.link(bpy.data.objects.new(f"figure {number:02d}", mesh))
    own.figures, own.moments = people, 2
    shown = part("crowd_points").shown_in(scene)
    cards = _names(shown, 1)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.photodouble.crowd_figures()
    bpy.ops.ed.undo_push(message="figures")
    found = {"cards": cards, "figures": [_names(shown, frame) for frame in (1, 2, 3)]}
    bpy.ops.ed.undo()
    shown = part("crowd_points").shown_in(bpy.context.scene)
    return {**found, "undone": _names(shown, 1)}


def painted(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Make areas of a painted floor, of steps with a hole, of a street and of a stroke."""
    scene = bpy.context.scene
    set_stage(given, fill_in)
    floor, own = make_floor(scene), part("crowd_props").of(scene)
    group = floor.vertex_groups.new(name="density")
    for vertex in floor.data.vertices:
        group.add([vertex.index], 1.0 if vertex.co.x < 0 else 0.0, "REPLACE")
    own.painted, own.fill = True, 1.0
    press([floor], wait)
    bpy.ops.photodouble.crowd_show()
    wait()
    shown = part("crowd_points").shown_in(scene)
    found = {"said": what_is_said(part), "sides": [vertex.co.x for vertex in shown.data.vertices]}
    own.painted = False
    press([_steps(scene)], wait)
    found["steps"] = what_is_said(part)
    own.lines = "STREET"
    press([_curve(scene)], wait)
    found["street"] = what_is_said(part)
    own.lines = "GROUND"
    press([_stroke(scene)], wait)
    found["stroke"] = what_is_said(part)
    return found


def refused(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Ask for what cannot be, and say what is answered."""
    found = {}
    scene, desk = bpy.context.scene, part("crowd_desk")
    for one in list(scene.objects):
        bpy.data.objects.remove(one)
    _try(found, "no plate", bpy.ops.photodouble.crowd_camera, desk)
    fill_in(given)
    _try(found, "no camera", bpy.ops.photodouble.crowd_camera, desk)
    _camera(scene, (0, 0, 1.7), (86.0, 0, 0))
    empty = bpy.data.objects.new("empty", bpy.data.meshes.new("empty"))
    scene.collection.objects.link(empty)
    empty.select_set(True)
    _try(found, "no faces", bpy.ops.photodouble.crowd_areas, desk)
    _try(found, "no crowd", lambda: bpy.ops.photodouble.crowd_edit(do="kill"), desk)
    _try(found, "no take", lambda: bpy.ops.photodouble.crowd_show(take=True), desk)
    bpy.ops.photodouble.crowd_show()
    wait()
    found["drawn"] = _drawn()["text"]
    found["no file"] = desk.error() and desk.error().title
    return found


def _drawn() -> Facts:
    """Draw the panel into a layout that remembers."""
    layout, area = RecordedLayout(), bpy.context.window.screen.areas[0]
    area.ui_type = "VIEW_3D"
    region = next(region for region in area.regions if region.type == "UI")
    with bpy.context.temp_override(window=bpy.context.window, area=area, region=region):
        bpy.types.PHOTODOUBLE_PT_crowd_scene_view.draw(SimpleNamespace(layout=layout), bpy.context)
    return {"text": " ".join(layout.labels), "properties": layout.properties, "buttons": layout.buttons}


def _try(found: Facts, name: str, wish: Any, desk: Any) -> None:
    try:
        wish()
        found[name] = desk.error() and desk.error().title
    except RuntimeError as why:
        found[name] = str(why).split(".poll() ")[-1].strip()


def set_stage(given: Mapping[str, Any], fill_in: Any) -> None:
    """Fill the panel in, and put the shot's camera into an empty scene."""
    fill_in(given)
    scene = bpy.context.scene
    for one in list(scene.objects):
        bpy.data.objects.remove(one)
    unit = given.get("unit", 1.0)
    scene.unit_settings.scale_length = unit
    camera = _camera(scene, (0, 0, 1.7 / unit), (86.0, 0, 0))
    camera.data.clip_end = 1000 / unit
    camera.data.lens, camera.data.sensor_width = 24.0, 36.0
    scene.render.resolution_x, scene.render.resolution_y = given.get("size", (96, 54))


def _camera(scene: Any, place: Any, turn: Any) -> Any:
    camera = bpy.data.objects.new("shot", bpy.data.cameras.new("shot"))
    scene.collection.objects.link(camera)
    camera.location, camera.rotation_euler = place, [math.radians(angle) for angle in turn]
    scene.camera = camera
    bpy.context.view_layer.update()
    return camera


def make_floor(scene: Any) -> Any:
    """Make ground of two by one faces, of which the farther one is selected."""
    points = [(x, y, 0.0) for y in (8.0, 11.0, 14.0) for x in (-6.0, -0.01, 0.01, 6.0)]
    faces = [(r * 4 + c, r * 4 + c + 1, r * 4 + c + 5, r * 4 + c + 4) for r in (0, 1) for c in (0, 1, 2)]
    mesh = bpy.data.meshes.new("floor")
    mesh.from_pydata(points, [], faces)
    floor = bpy.data.objects.new("north/floor", mesh)
    scene.collection.objects.link(floor)
    for face in mesh.polygons:
        face.select = face.index >= 3
    return floor


def _steps(scene: Any) -> Any:
    """Make a step around a hole, and a step above it."""
    points = [(x, y, 0.5) for y in (15.0, 16.0, 17.0, 18.0) for x in (-3.0, -1.0, 1.0, 3.0)]
    faces = [(r * 4 + c, r * 4 + c + 1, r * 4 + c + 5, r * 4 + c + 4) for r in range(3) for c in range(3)]
    faces.remove((5, 6, 10, 9))
    points += [(-3.0, 18.0, 1.0), (3.0, 18.0, 1.0), (3.0, 19.0, 1.0), (-3.0, 19.0, 1.0)]
    mesh = bpy.data.meshes.new("steps")
    mesh.from_pydata(points, [], [*faces, (16, 17, 18, 19)])
    steps = bpy.data.objects.new("steps", mesh)
    scene.collection.objects.link(steps)
    for face in mesh.polygons:
        face.select = True
    return steps


def _curve(scene: Any) -> Any:
    """Make two rows, the second one bent."""
    data = bpy.data.curves.new("rows", "CURVE")
    data.dimensions = "3D"
    for line in ([(-4, 16, 1), (4, 16, 1)], [(-4, 17, 1.4), (0, 17.5, 1.4), (4, 17, 1.4)]):
        spline = data.splines.new("POLY")
        spline.points.add(len(line) - 1)
        for point, place in zip(spline.points, line):
            point.co = (*place, 1.0)
    curve = bpy.data.objects.new("rows", data)
    scene.collection.objects.link(curve)
    return curve


def _stroke(scene: Any) -> Any:
    """Draw one stroke of grease pencil around some ground, which each version makes in its own way."""
    line = [(-2, 20, 0), (2, 20, 0), (2, 23, 0), (-2, 23, 0)]
    if bpy.app.version < (4, 3, 0):
        data = bpy.data.grease_pencils.new("stroke")
        made = data.layers.new("around").frames.new(1).strokes.new()
        made.points.add(len(line))
        for point, place in zip(made.points, line):
            point.co = place
    else:
        kinds = getattr(bpy.data, "grease_pencils_v3", None)
        data = (bpy.data.grease_pencils if kinds is None else kinds).new("stroke")
        drawing = data.layers.new("around").frames.new(1).drawing
        drawing.add_strokes([len(line)])
        for point, place in zip(drawing.strokes[0].points, line):
            point.position = place
    stroke = bpy.data.objects.new("stroke", data)
    scene.collection.objects.link(stroke)
    return stroke


def _instances(shown: Any, frame: int) -> int:
    return len(_names(shown, frame))


def _names(shown: Any, frame: int) -> list[str]:
    """Name what is instanced at a frame."""
    bpy.context.scene.frame_set(frame)
    made = bpy.context.evaluated_depsgraph_get().object_instances
    return [one.object.name for one in made if one.is_instance and one.parent.original == shown]


def choose(shown: Any, rows: list[int]) -> None:
    """Select the points of some people, and nobody else's."""
    for vertex in shown.data.vertices:
        vertex.select = vertex.index in rows


def _move(shown: Any, at: int, by: Any) -> None:
    vertex = shown.data.vertices[at]
    vertex.co = [place + way for place, way in zip(vertex.co, by)]


def _delete(shown: Any, at: int) -> None:
    """Delete a point as an artist does, in Edit Mode."""
    bpy.context.view_layer.objects.active = shown
    choose(shown, [at])
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.delete(type="VERT")


def what_is_said(part: Any) -> str:
    """Give what the panel says of the latest wish."""
    problem = part("crowd_desk").error()
    return f"{problem.title}: {problem.message}" if problem else part("crowd_desk").said()
