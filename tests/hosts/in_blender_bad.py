"""Scenes about what goes wrong around an artist, for `in_blender.py`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import bpy

Facts = dict[str, Any]


def undo_in_a_job(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any) -> Facts:
    """Press undo and redo while a job is at work."""
    bpy.context.preferences.edit.use_global_undo = True
    fill_in(given)
    bpy.ops.ed.undo_push(message="filled in")
    bpy.ops.photodouble.preset(operation="inpaint", preset="Wire")
    bpy.ops.ed.undo_push(message="preset")
    bpy.ops.photodouble.inpaint_submit()
    poll_until(lambda now: now.state == "running" or not now.is_at_work)
    pressed = [sorted(bpy.ops.ed.undo()), sorted(bpy.ops.ed.redo())]
    poll_until(lambda now: not now.is_at_work)
    return {"pressed": pressed, **shown(), "job": bpy.context.scene.photodouble.inpaint.job}


def off_in_a_job(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any, module: str) -> Facts:
    """Switch the extension off while a job is at work, and on again; the job is found."""
    import addon_utils

    fill_in(given)
    bpy.ops.photodouble.inpaint_submit()
    poll_until(lambda now: now.state == "running" or not now.is_at_work)
    job = bpy.context.scene.photodouble.inpaint.job
    addon_utils.disable(module, default_set=True)
    threads = [one.name for one in threading.enumerate() if "photodouble" in one.name]
    addon_utils.enable(module, default_set=True)
    again = bpy.context.scene.photodouble.inpaint.job
    bpy.ops.photodouble.inpaint_connect()
    poll_until(lambda now: not now.is_at_work)
    return {"threads": threads, "jobs": [job, again], **shown()}


def two_scenes(given: Mapping[str, Any], fill_in: Any, wait: Any, part: Any) -> Facts:
    """Make a take in one scene and another in a second one, at the same time."""
    fill_in(given)
    first = bpy.context.scene
    second = bpy.data.scenes.new("Zwei")
    with bpy.context.temp_override(scene=second):
        bpy.context.window.scene = second
        fill_in({**given, "shot": {**given["shot"], "name": "other"}})
        bpy.ops.photodouble.inpaint_submit()
    bpy.context.window.scene = first
    bpy.ops.photodouble.inpaint_submit()
    wait()
    jobs = part("jobs")
    return {"labels": [jobs.shown(scene, "inpaint").take_label for scene in (first, second)]}


def rendering_in_a_job(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any) -> Facts:
    """Render a frame of Blender's own while a job is at work."""
    fill_in(given)
    scene = bpy.context.scene
    scene.render.engine, scene.render.filepath = "BLENDER_WORKBENCH", given["render"]
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    bpy.ops.photodouble.inpaint_submit()
    poll_until(lambda now: now.state == "running" or not now.is_at_work)
    bpy.ops.render.render(write_still=True)
    poll_until(lambda now: not now.is_at_work)
    return shown()


def linked(given: Mapping[str, Any], fill_in: Any, poll_until: Any, shown: Any) -> Facts:
    """Work in a scene that is linked from another file and cannot be changed."""
    fill_in(given)
    bpy.context.scene.name = "Linked"
    bpy.ops.wm.save_as_mainfile(filepath=given["blend"])
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(given["blend"], link=True) as (there, here):
        here.scenes = [name for name in there.scenes if name == "Linked"]
    bpy.context.window.scene = bpy.data.scenes["Linked", given["blend"]]
    assert bpy.context.scene.library is not None
    pressed = sorted(bpy.ops.photodouble.inpaint_submit())
    poll_until(lambda now: not now.is_at_work)
    return {"pressed": pressed, **shown()}


def faulty_listener(_given: Mapping[str, Any], part: Any) -> Facts:
    """Put a fault beside the modules that are looked at, and look at all of them."""
    listening, forgot = part("listening"), []

    def fail() -> Any:
        raise ValueError("planted")

    listening.add(listening.Listener(fail, lambda: forgot.append(True)))
    looked: list[bool] = []
    listening.add(
        listening.Listener(lambda: looked.append(True) or listening.Heard(False, True), lambda: None)
    )
    more = listening.poll()
    return {"more": more, "forgot": len(forgot), "looked": len(looked)}
