"""Scenes about the people of a crowd, what they play and how they are changed, for `in_blender.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
from in_blender_crowd import choose, make_floor, press, set_stage, what_is_said

Facts = dict[str, Any]


def changed(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Change people in every way, one after the other, and say each time what everybody shows."""
    show_crowd(given, fill_in, wait)
    scene, points = bpy.context.scene, part("crowd_points")
    found = [told(given, part)]
    for step in given["steps"]:
        shown = points.shown_in(scene)
        names = points.people(shown)
        choose(shown, [names.index(name) if isinstance(name, str) else name for name in step["who"]])
        for key, value in step.get("own", {}).items():
            setattr(part("crowd_props").of(scene), key, value)
        bpy.ops.photodouble.crowd_edit(do=step["do"], **step.get("more", {}))
        wait()
        found.append(told(given, part))
    return {"told": found}


def show_crowd(given: Mapping[str, Any], fill_in: Any, wait: Any) -> None:
    """Put the crowd of a file into the scene, seen through the scene's camera."""
    set_stage(given, fill_in)
    bpy.ops.photodouble.crowd_camera()
    bpy.ops.photodouble.crowd_show()
    wait()


def told(given: Mapping[str, Any], part: Any) -> Facts:
    """Say what the crowd file holds, what would be asked for, and what everybody shows at some frames."""
    scene, desk = bpy.context.scene, part("crowd_desk")
    assert desk.error() is None, desk.error()
    return {
        "said": what_is_said(part),
        "file": Path(given["inputs"]["crowd"]).read_text(encoding="utf-8"),
        "request": desk._request(scene),
        "people": part("crowd_points").people(part("crowd_points").shown_in(scene)),
        "frames": {frame: instances(frame, part) for frame in given["frames"]},
    }


def instances(frame: int, part: Any) -> list[Facts]:
    """List what stands on every point at a frame: card, place, size, side; from 4.5 on its number, too."""
    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    shown = part("crowd_points").shown_in(bpy.context.scene)
    found = []
    for one in graph.object_instances:
        if one.is_instance and one.parent.original == shown:
            at, size = one.matrix_world.translation, one.matrix_world.to_3x3()
            side = -1 if size.determinant() < 0 else 1
            found.append({"card": one.object.name, "at": list(at), "size": size.col[2].length, "side": side})
    own = shown.evaluated_get(graph)
    if hasattr(own, "evaluated_geometry"):
        geometry = own.evaluated_geometry()
        cloud = geometry.instances_pointcloud()
        for name in ("card", "person"):
            for fact, value in zip(found, cloud.attributes[name].data, strict=True):
                fact[f"{name} number"] = round(value.value)
    return found


def named(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Let Cryptomatte call some people by name, render, and put them back among the others."""
    show_crowd(given, fill_in, wait)
    scene, points = bpy.context.scene, part("crowd_points")
    shown = points.shown_in(scene)
    names = points.people(shown)
    before = told(given, part)
    choose(shown, [names.index(name) for name in given["names"]] if given["names"] else given["rows"])
    bpy.ops.photodouble.crowd_name()
    said = what_is_said(part)
    bpy.ops.photodouble.crowd_render()
    ground = next(one for one in scene.objects if "Photo Double ground" in one)
    bpy.data.objects.remove(ground)
    objects = sorted(one["photodouble_person"] for one in scene.objects if "photodouble_person" in one)
    left = len(instances(given["frame"], part))
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 64, False
    scene.cycles.pixel_filter_type = "BOX"
    scene.render.resolution_x, scene.render.resolution_y = given["size"]
    part("compat").write_layers(scene.render.image_settings, depth="32")
    scene.frame_set(given["frame"])
    scene.render.filepath = given["picture"]
    bpy.ops.render.render(write_still=True)
    bpy.ops.photodouble.crowd_show()
    wait()
    again = sorted(one["photodouble_person"] for one in scene.objects if "photodouble_person" in one)
    bpy.ops.photodouble.crowd_name(nobody=True)
    return {
        "told": before,
        "said": [said, what_is_said(part)],
        "objects": objects,
        "again": again,
        "left": [left, len(instances(given["frame"], part))],
    }


def undone(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Change people as an artist does, in Edit Mode, and press Ctrl-Z and Ctrl-Shift-Z."""
    bpy.context.preferences.edit.use_global_undo = True
    set_stage(given, fill_in)
    bpy.ops.photodouble.crowd_camera()
    bpy.ops.ed.undo_push(message="Use the Scene's Camera")
    bpy.ops.photodouble.crowd_show()
    wait()
    points = part("crowd_points")
    found: Facts = {"told": [told(given, part)], "modes": []}

    def in_edit_mode(rows: list[int]) -> Any:
        shown = points.shown_in(bpy.context.scene)
        bpy.context.view_layer.objects.active = shown
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_mode(type="VERT")
        bpy.ops.object.mode_set(mode="OBJECT")
        choose(shown, rows)
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.ed.undo_push(message="Select")
        return shown

    in_edit_mode([0, 1, 2])
    bpy.ops.photodouble.crowd_edit(do="kill")
    wait()
    found["told"].append(told(given, part))
    in_edit_mode([4])
    bpy.ops.transform.translate(value=(0.5, 0.25, 0))
    bpy.ops.ed.undo_push(message="Move")
    bpy.ops.photodouble.crowd_keep()
    wait()
    found["told"].append(told(given, part))
    bpy.ops.photodouble.crowd_undo()
    wait()
    found["told"].append(told(given, part))

    def press(what: Any) -> None:
        """Press undo or redo until another crowd file is shown, as an artist presses Ctrl-Z."""
        state = part("crowd_props").of(bpy.context.scene).state
        for _ in range(8):
            what()
            shown = points.shown_in(bpy.context.scene)
            if shown is None or part("crowd_props").of(bpy.context.scene).state != state:
                break
        found["modes"].append(shown and shown.mode)

    found["back"], found["said"] = [], []
    for what in (bpy.ops.ed.undo, bpy.ops.ed.undo, bpy.ops.ed.undo, bpy.ops.ed.redo, bpy.ops.ed.undo):
        press(what)
        found["said"].append(what_is_said(part))
        gone, moved = points.changes(points.shown_in(bpy.context.scene))
        found["back"].append({**told(given, part), "pending": [len(gone), len(moved)]})
    return found


def undone_elsewhere(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Undo after somebody else changed the crowd file, after areas were made, and while the engine works."""
    bpy.context.preferences.edit.use_global_undo = True
    show_crowd(given, fill_in, wait)
    file, points = Path(given["inputs"]["crowd"]), part("crowd_points")
    choose(points.shown_in(bpy.context.scene), [0])
    bpy.ops.photodouble.crowd_edit(do="kill")
    wait()
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    theirs = file.read_text(encoding="utf-8")
    bpy.ops.ed.undo()
    found = {"said": what_is_said(part), "kept": file.read_text(encoding="utf-8") == theirs}
    bpy.ops.photodouble.crowd_show()
    wait()
    choose(points.shown_in(bpy.context.scene), [1])
    bpy.ops.photodouble.crowd_edit(do="kill")
    bpy.ops.ed.undo()
    found["at work"] = what_is_said(part)
    wait()
    shown = points.shown_in(bpy.context.scene)
    kills = file.read_text(encoding="utf-8").count('"kill"')
    return {**found, "kills": kills, "people": len(points.people(shown)), "then": what_is_said(part)}


def areas_undone(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Make an area where there was no crowd file, undo it, redo it; from a timer without a window."""
    bpy.context.preferences.edit.use_global_undo = True
    set_stage(given, fill_in)
    floor = make_floor(bpy.context.scene)
    bpy.ops.ed.undo_push(message="Floor")
    press([floor], lambda: None)
    with bpy.context.temp_override(window=None):
        wait()
    found = {"said": [what_is_said(part)], "file": bpy.context.scene.photodouble.crowd.inputs.crowd}
    file = Path(found["file"])
    found["there"] = [file.is_file()]
    for what in (bpy.ops.ed.undo, bpy.ops.ed.redo):
        what()
        found["there"].append(file.is_file())
        found["said"].append(what_is_said(part))
    return found
