"""Scenes about an engine that hangs, and about files and names that are damaged, for `in_blender.py`."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import bpy

Facts = dict[str, Any]
SQUARE = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))


def _in_blender() -> Any:
    return sys.modules["__main__"]


def _jobs() -> Any:
    return _in_blender().part("jobs")


def engine_hangs(given: Mapping[str, Any]) -> Facts:
    """Stop the engine's process, press everything, and say how long each press held Blender up."""
    blender = _in_blender()
    bpy.ops.photodouble.check_engine()
    blender._wait()
    blender._fill_in(given)
    engine = int(json.loads(Path(given["engine"]).read_text(encoding="utf-8"))["pid"])
    os.kill(engine, signal.SIGSTOP)
    try:
        bpy.ops.photodouble.inpaint_submit()
        job = _jobs().shown(bpy.context.scene, "inpaint").job
        time.sleep(0.3)
        buttons = ("inpaint_cancel", "refresh_takes", "refresh_jobs", "check_engine")
        held = {name: _seconds(getattr(bpy.ops.photodouble, name)) for name in (*buttons, *buttons[1:])}
        state = _jobs().shown(bpy.context.scene, "inpaint").state
        held["new file"] = _seconds(lambda: bpy.ops.wm.read_homefile(use_empty=True))
    finally:
        os.kill(engine, signal.SIGCONT)
    bpy.ops.photodouble.refresh_jobs()
    blender._wait()
    known = [one.job for one in blender.part("job_list").known()]
    return {"held": held, "state": state, "was_sent": job in known, "job": job}


def damaged_notes(given: Mapping[str, Any]) -> Facts:
    """Draw the panel and press its buttons with damaged notes in the file."""
    blender = _in_blender()
    blender._fill_in(given)
    state, found = bpy.context.scene.photodouble.inpaint, {}
    for text in ("{", "[]", "null", "3", '{"a": "b"}', '{"1001": 5}'):
        state.locks = text
        drawn = blender._drawn()["VIEW_3D"]["text"]
        found[text] = ["kept" in drawn, sorted(bpy.ops.photodouble.inpaint_submit())]
        blender._poll_until(lambda now: not now.is_at_work)
        found[text].append(blender._shown()["state"])
    state.locks, state.job = "", "no job at all"
    bpy.ops.photodouble.inpaint_connect()
    return {"found": found, "error": blender._shown()["error"]}


def damaged_take(given: Mapping[str, Any]) -> Facts:
    """Load a take whose request is damaged, then as it was."""
    blender = _in_blender()
    blender._made_take(given)
    folder = Path(_jobs().shown(bpy.context.scene, "inpaint").take_folder)
    request, said = folder / "request.json", {}
    whole = request.read_bytes()
    stored = json.loads(whole)
    broken = {
        "half": whole[: len(whole) // 2],
        "bytes": b"\xff\xfe\x00",
        "no plate": json.dumps({**stored, "inputs": {}}).encode(),
        "newer": json.dumps({**stored, "schema": 99}).encode(),
    }
    for name, content in broken.items():
        request.write_bytes(content)
        bpy.ops.photodouble.inpaint_load_take()
        said[name] = blender._shown()["error"]
    request.write_bytes(whole)
    bpy.ops.photodouble.inpaint_load_take()
    picture = next((folder / "result").glob("*.1001.exr"))
    picture.write_bytes(picture.read_bytes()[:200])
    pressed = sorted(bpy.ops.photodouble.add_take_strip())
    return {"said": said, "after": blender._shown()["error"], "strip": pressed}


def mask_in_trouble(given: Mapping[str, Any]) -> Facts:
    """While a mask is drawn: undo, delete the mask, delete the scene, open a new file; then make a take."""
    blender, found = _in_blender(), {}
    bpy.context.preferences.edit.use_global_undo = True
    for trouble in (_undo, _delete_mask, _delete_scene, _new_file):
        bpy.ops.wm.read_homefile(use_empty=True)
        mask = _new_mask()
        blender._fill_in(given)
        inputs = bpy.context.scene.photodouble.inpaint.inputs
        inputs.matte_from, inputs.matte_mask = "mask", mask
        bpy.ops.ed.undo_push(message="filled in")
        bpy.context.scene.frame_end += 1
        bpy.ops.ed.undo_push(message="longer")
        bpy.ops.photodouble.inpaint_submit()
        blender._poll_until(lambda now: now.done >= 2 or not now.is_at_work)
        trouble(mask)
        blender._poll_until(lambda now: not now.is_at_work)
        blender._wait()
        shown, scenes = blender._shown(), [one.name for one in bpy.data.scenes]
        blender._fill_in(given)
        bpy.context.scene.photodouble.inpaint.inputs.matte_from = "file"
        bpy.ops.photodouble.inpaint_submit()
        blender._poll_until(lambda now: not now.is_at_work)
        name = trouble.__name__.strip("_")
        found[name] = {**shown, "scenes": scenes, "again": blender._shown()["state"]}
    return found


def mask_name(given: Mapping[str, Any]) -> Facts:
    """Draw a mask into a folder with signs that Blender would read as variables or frame numbers."""
    blender = _in_blender()
    blender._fill_in(given)
    inputs = bpy.context.scene.photodouble.inpaint.inputs
    inputs.matte_from, inputs.matte_mask = "mask", _new_mask("{mask} #1")
    bpy.ops.photodouble.inpaint_submit()
    blender._poll_until(lambda now: not now.is_at_work)
    return dict(blender._shown())


def colour_unknown(given: Mapping[str, Any]) -> Facts:
    """Load a take whose plate was read in a colour space that this Blender does not know."""
    blender = _in_blender()
    blender._made_take(given)
    bpy.context.scene.photodouble.inpaint.plate_space = "Gone With The Config"
    said, images = {}, len(bpy.data.images)
    bpy.ops.photodouble.inpaint_load_take()
    said["load"] = blender._shown()["error"]
    for name in ("show_take", "add_take_strip", "add_take_node"):
        getattr(bpy.ops.photodouble, name)()
        blender._wait()
        said[name] = blender.part("take_list").error().to_json()
    plate = bpy.data.images.load(given["inputs"]["plate"])
    plate.colorspace_settings.name = "ACEScg"
    bpy.ops.photodouble.inpaint_load_take()
    taken = [one.colorspace_settings.name for one in bpy.data.images if "inpaint" in one.name]
    return {"said": said, "left": len(bpy.data.images) - images - 2, "spaces": taken, **blender._shown()}


def plates_undone(given: Mapping[str, Any]) -> Facts:
    """Undo while a clean-plate test is rendered, under a shot's name that would lead elsewhere, in stereo."""
    import in_blender_plates

    blender = _in_blender()
    bpy.context.preferences.edit.use_global_undo = True
    subject, scene = in_blender_plates.make_shot((32, 24), (1, 3)), bpy.context.scene
    scene.photodouble.takes_root, scene.photodouble.name = given["root"], "../../else\nwhere"
    scene.photodouble_plate_test.subject, scene.photodouble_plate_test.samples = subject, 1
    scene.render.use_multiview = True
    bpy.ops.ed.undo_push(message="filled in")
    scene.frame_step = 1
    bpy.ops.ed.undo_push(message="step")
    bpy.ops.photodouble.plate_test()
    stages, test = blender.part("stages"), blender.part("plate_test")
    while stages.of_name(test.NAME).done < 1:
        blender.part("listening").poll()
    bpy.ops.ed.undo()
    blender._wait()
    error = test._said["error"]
    return {"error": error and error.to_json(), "scenes": [one.name for one in bpy.data.scenes]}


def take_of_nothing(_given: Mapping[str, Any]) -> Facts:
    """Press the buttons of a take that has no frames."""
    takes, found = _in_blender().part("take_list"), {}
    takes._fill([{"name": "a", "take": "b", "folder": "", "status": "", "review": "", "range": ""}])
    for name in ("show_take", "compare_take", "keep_frame"):
        getattr(bpy.ops.photodouble, name)()
        found[name] = takes.error().code
    return found


def busy_or_full(given: Mapping[str, Any]) -> Facts:
    """Draw a mask while the artist renders, and render a test and a mask onto a disk that is full."""
    import shutil

    import in_blender_plates

    blender = _in_blender()
    compat, listening, test = (blender.part(name) for name in ("compat", "listening", "plate_test"))
    blender._fill_in(given)
    inputs = bpy.context.scene.photodouble.inpaint.inputs
    inputs.matte_from, inputs.matte_mask = "mask", _new_mask()
    renders, compat.is_rendering = compat.is_rendering, lambda: True
    bpy.ops.photodouble.inpaint_submit()
    more = [listening.poll() for _ in range(5)]
    waited = _jobs().shown(bpy.context.scene, "inpaint").done
    compat.is_rendering = renders
    blender._poll_until(lambda now: not now.is_at_work)
    found = {"more": more, "waited": waited, "made": blender._shown()["state"]}
    usage, shutil.disk_usage = shutil.disk_usage, lambda path: usage(path)._replace(free=100)
    try:
        bpy.ops.photodouble.inpaint_submit()
        blender._poll_until(lambda now: not now.is_at_work)
        found["mask"] = blender._shown()["error"]
        bpy.context.scene.photodouble_plate_test.subject = in_blender_plates.make_shot((32, 24), (1, 2))
        bpy.ops.photodouble.plate_test()
        blender._wait()
        found["plates"] = test._said["error"].to_json()
    finally:
        shutil.disk_usage = usage
    return found


def _undo(_mask: Any) -> None:
    bpy.ops.ed.undo()


def _delete_mask(mask: Any) -> None:
    bpy.data.masks.remove(mask)


def _delete_scene(_mask: Any) -> None:
    before = bpy.context.scene
    bpy.context.window.scene = bpy.data.scenes.new("other")
    bpy.data.scenes.remove(before)


def _new_file(_mask: Any) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)


def _new_mask(name: str = "Mask") -> Any:
    mask = bpy.data.masks.new(name)
    spline = mask.layers.new(name="one").splines.new()
    spline.points.add(len(SQUARE))
    for point, place in zip(spline.points, SQUARE, strict=False):
        point.co = point.handle_left = point.handle_right = place
    spline.use_cyclic = True
    return mask


def _seconds(press: Callable[[], Any]) -> float:
    begun = time.monotonic()
    press()
    return time.monotonic() - begun


SCENES = {
    "engine_hangs": engine_hangs,
    "damaged_notes": damaged_notes,
    "damaged_take": damaged_take,
    "mask_in_trouble": mask_in_trouble,
    "mask_name": mask_name,
    "colour_unknown": colour_unknown,
    "plates_undone": plates_undone,
    "take_of_nothing": take_of_nothing,
    "busy_or_full": busy_or_full,
}
