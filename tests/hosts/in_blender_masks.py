"""Scenes about masks of Blender's mask editor, for `in_blender.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

Facts = dict[str, Any]


def make_mask(box: tuple[float, float, float, float], size: tuple[int, int], fades: bool) -> Any:
    """Make a mask with one box in pixels from the left upper edge, that becomes opaque over four frames."""
    mask = bpy.data.masks.new("Wire Müll")
    layer = mask.layers.new(name="box")
    spline = layer.splines.new()
    spline.points.add(3)
    spline.use_cyclic = True
    for point, (x, y) in zip(spline.points, _corners(box), strict=True):
        _put(point, x, y, size)
    for frame in range(1, 5) if fades else ():
        layer.alpha = frame / 4
        layer.keyframe_insert("alpha", frame=frame)
    bpy.context.scene.frame_set(1)
    return mask


def _corners(box: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    left, top, right, bottom = box
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _put(point: Any, x: float, y: float, size: tuple[int, int]) -> None:
    """Blender's mask space: the longer side is 1, y goes up."""
    width, height = size
    longer = max(size)
    place = ((x - width / 2) / longer + 0.5, ((height - y) - height / 2) / longer + 0.5)
    point.handle_type = "VECTOR"
    point.co = point.handle_left = point.handle_right = place


def mask_job(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any, part: Any) -> Facts:
    """Draw a mask, make a take with it, make another one with the same mask, and one with a changed one."""
    fill_in(given)
    size = tuple(given["size"])
    mask = make_mask(tuple(given["box"]), size, given["fades"])
    inputs = bpy.context.scene.photodouble.inpaint.inputs
    inputs.matte_from, inputs.matte_mask = "mask", mask
    takes, states = [], []
    for number in range(given["times"]):
        if number == 2:
            mask.layers[0].splines[0].points[0].co.y += 0.1
        bpy.ops.photodouble.inpaint_submit()
        states.append(poll_until(lambda now: not now.is_at_work))
        takes.append(shown())
    return {
        "takes": takes,
        "states": states,
        "scenes": len(bpy.data.scenes),
        "trees": len(bpy.data.node_groups),
    }


def mask_cancel(given: Mapping[str, Any], fill_in: Any, shown: Any, part: Any) -> Facts:
    """Stop while the mask is being drawn."""
    fill_in(given)
    inputs = bpy.context.scene.photodouble.inpaint.inputs
    inputs.matte_from, inputs.matte_mask = "mask", make_mask((8, 8, 20, 20), tuple(given["size"]), False)
    bpy.ops.photodouble.inpaint_submit()
    part("listening").poll()
    during = part("jobs").shown(bpy.context.scene, "inpaint").words
    bpy.ops.photodouble.inpaint_cancel()
    part("listening").poll()
    return {"during": during, **shown(), "scenes": len(bpy.data.scenes)}


def keyed_job(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any) -> Facts:
    """Key a control over the scene and make a take."""
    fill_in(given)
    scene = bpy.context.scene
    controls = scene.photodouble.inpaint.controls
    for frame, value in given["keys"]:
        setattr(controls, given["key"], value)
        controls.keyframe_insert(given["key"], frame=frame)
    fixed = controls.bl_rna.properties["seed"].is_animatable
    bpy.ops.photodouble.inpaint_submit()
    poll_until(lambda now: not now.is_at_work)
    return {**shown(), "seed can be keyed": fixed}


def driven_job(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any) -> Facts:
    """Drive one control by the frame and one by an object that is keyed, in a scene no window shows too."""
    fill_in(given)
    scene = bpy.context.scene
    controls = scene.photodouble.inpaint.controls
    lamp = bpy.data.objects.new("lamp", None)
    scene.collection.objects.link(lamp)
    for frame, x in given["lamp"]:
        lamp.location.x = x
        lamp.keyframe_insert("location", index=0, frame=frame)
    _drive(controls, "matte_feather", lamp, given["driver"])
    broken = _drive(controls, "matte_grow", lamp, "nothing_of_that_name + 1")
    scene.frame_set(given["stands"], subframe=0.25)
    if given["away"]:
        bpy.context.window.scene = bpy.data.scenes.new("another")
        with bpy.context.temp_override(scene=scene):
            bpy.ops.photodouble.inpaint_submit()
        bpy.context.window.scene = scene
    else:
        bpy.ops.photodouble.inpaint_submit()
    poll_until(lambda now: not now.is_at_work)
    stands = [scene.frame_current, scene.frame_subframe]
    return {**shown(), "stands": stands, "broken": broken.is_valid}


def _drive(controls: Any, key: str, lamp: Any, expression: str) -> Any:
    driver = controls.driver_add(key).driver
    variable = driver.variables.new()
    variable.name, variable.targets[0].id = "x", lamp
    variable.targets[0].data_path = "location.x"
    driver.expression = expression
    bpy.context.view_layer.update()
    return driver
