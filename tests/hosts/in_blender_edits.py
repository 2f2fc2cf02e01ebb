"""Scenes about cuts in the Sequencer, for `in_blender.py`."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from typing import Any

import bpy

Facts = dict[str, Any]


def cut_way(given: Mapping[str, Any], wait: Any, part: Any) -> Facts:
    """Import a cut, look at frames of it, change strips as an artist does, and write it."""
    scene = bpy.context.scene
    scene.photodouble.takes_root = given["root"]
    scene.photodouble_edits.cut = given["cut"]
    pressed = sorted(bpy.ops.photodouble.edit_import())
    wait()
    found = {"pressed": pressed, **_said(part), "rate": [scene.render.fps, scene.render.fps_base]}
    found["frames"] = [scene.frame_start, scene.frame_end]
    found["strips"] = _strips(scene, part)
    found["pixels"] = {frame: _seen(scene, frame, part) for frame in given["frames"]}
    for change in given.get("changes", ()):
        _change(scene, part, **change)
    if given.get("blend"):
        bpy.ops.wm.save_as_mainfile(filepath=given["blend"])
        bpy.ops.wm.open_mainfile(filepath=given["blend"])
        scene = bpy.context.scene
    bpy.ops.photodouble.edit_export()
    wait()
    found["changed"] = {frame: _seen(scene, frame, part) for frame in given.get("later", ())}
    return {**found, "written": _said(part), "after": _strips(scene, part)}


def cut_work(given: Mapping[str, Any], made_take: Any, wait: Any, part: Any, drawn: Any) -> Facts:
    """Work on one strip of a cut from the plate to the new cut."""
    scene = bpy.context.scene
    scene.photodouble.takes_root = given["root"]
    state = scene.photodouble_edits
    state.cut, state.handles = given["cut"], given["handles"]
    bpy.ops.photodouble.edit_import()
    wait()
    found: Facts = {"imported": _said(part)}
    strips = part("compat").strips_of(scene.sequence_editor)
    scene.sequence_editor.active_strip = strips[given["strip"]]
    bpy.ops.photodouble.edit_pull()
    wait()
    inpaint = scene.photodouble.inpaint
    found["pulled"] = {
        **_said(part),
        "plate": inpaint.inputs.plate,
        "frames": inpaint.frames,
        "starts": inpaint.plate_starts,
        "shot": scene.photodouble.name,
    }
    found["take"] = made_take({"inputs": {"matte": given["matte"]}})["listed"]
    bpy.context.window_manager.photodouble_take_index = 0
    wait()
    found["above"] = [sorted(bpy.ops.photodouble.edit_take_above()), _said(part)]
    found["strips"] = _strips(scene, part)
    state.temp = True
    bpy.ops.photodouble.edit_push()
    wait()
    found["pushed"] = _said(part)
    bpy.ops.photodouble.edit_check()
    wait()
    found["checked"] = _said(part)
    found["drawn"] = drawn()
    state.new_cut = given["new_cut"]
    bpy.ops.photodouble.edit_conform()
    wait()
    found["conformed"] = _said(part)
    if part("edit_words").requests():
        bpy.ops.photodouble.edit_make_missing()
        wait()
        found["made"] = _said(part)
    found["scenes"] = {one.name: _strips(one, part) for one in bpy.data.scenes}
    return found


def _said(part: Any) -> Facts:
    words = part("edit_words")
    problem = words.error()
    return {"lines": list(words.lines()), "error": problem and problem.to_json()}


def _strips(scene: Any, part: Any) -> list[Facts]:
    facts, compat = part("strip_facts"), part("compat")
    if scene.sequence_editor is None:
        return []
    return [
        {
            "name": strip.name,
            "type": strip.type,
            "channel": strip.channel,
            "span": list(compat.span_of(strip)),
            "frames": facts.shown_files(strip) if strip.type == "IMAGE" else [],
            "files": len(strip.elements) if strip.type == "IMAGE" else 0,
            "is_take": facts.is_take(strip),
            "carries": bool(facts.note_of(strip).get("clip_text")),
            "mute": strip.mute,
        }
        for strip in compat.strips_of(scene.sequence_editor)
    ]


def _change(scene: Any, part: Any, strip: str, do: str, by: Any) -> None:
    compat = part("compat")
    if do == "meta":
        _group(scene, part, strip, by)
        return
    one = compat.strips_of(scene.sequence_editor)[strip]
    first, end = compat.span_of(one)
    content = compat.content_start(one)
    if do == "slip":
        compat.place_strip(one, content - by, first, end)
    elif do == "trim":
        compat.place_strip(one, content, first + by, end)
    elif do == "reverse":
        one.use_reverse_frames = True
    elif do == "retime":
        _retime(scene, one, by)
    elif do == "hide":
        one.mute = bool(by)
    elif do == "move":
        one.channel = by
    elif do == "speed":
        strips = compat.strips_of(scene.sequence_editor)
        known = strips.bl_rna.functions["new_effect"].parameters
        given = {"input1" if "input1" in known else "seq1": one}
        given |= {"length": 1} if "length" in known else {"frame_end": first + 1}
        made = strips.new_effect(
            name=f"{strip} speed", type="SPEED", channel=one.channel + 20, frame_start=first, **given
        )
        for key, value in by.items():
            setattr(made, key, value)


def _group(scene: Any, part: Any, name: str, given: Mapping[str, Any]) -> None:
    """Put strips into a meta strip, and let only a part of it be seen, or more than it has."""
    compat, editor = part("compat"), scene.sequence_editor
    for one in compat.all_strips_of(editor):
        one.select = one.name in given["strips"]
    before = {one.name for one in compat.strips_of(editor)}
    with _in_sequencer():
        bpy.ops.sequencer.meta_make()
    meta = next(one for one in compat.strips_of(editor) if one.name not in before)
    meta.name = name
    meta.channel = given["channel"]
    if "span" in given:
        compat.place_strip(meta, compat.content_start(meta), *given["span"])
    for key, value in given.get("more", {}).items():
        setattr(meta, key, value)


def _retime(scene: Any, strip: Any, percent: int) -> None:
    """Set the speed of a strip with Blender's own retiming keys."""
    editor = scene.sequence_editor
    for other in editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all:
        other.select = other == strip
    editor.active_strip = strip
    with _in_sequencer():
        bpy.ops.sequencer.retiming_segment_speed_set(speed=float(percent))


def _in_sequencer() -> Any:
    """Let buttons be pressed in a Sequencer."""
    area = bpy.context.window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=bpy.context.window, area=area, region=region)


def _seen(scene: Any, frame: int, part: Any) -> list[float]:
    """Render what the Sequencer shows at a frame, and read the pixel in its middle."""
    scene.frame_set(frame)
    with _in_sequencer():
        # 5.2 keeps what a speed effect asked for, and shows it at the frame of that number.
        bpy.ops.sequencer.refresh_all()
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = 64, 48, 100
    scene.view_settings.view_transform = "Standard"
    part("compat").write_exr(render.image_settings, depth="32", mode="RGBA")
    render.filepath = os.path.join(bpy.app.tempdir, f"seen{frame}.exr")  # noqa: PTH118
    bpy.ops.render.render(write_still=True, scene=scene.name)
    image = bpy.data.images.load(render.filepath)
    values = array("f", bytes(4 * len(image.pixels)))
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    at = 4 * (24 * 64 + 32)
    return values.tolist()[at : at + 4]
