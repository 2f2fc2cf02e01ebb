"""Scenes about the compositor, for `in_blender.py`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import Any

import bpy

Facts = dict[str, Any]


def render(path: str, frame: int, size: tuple[int, int]) -> str:
    """Render one frame of the compositor as a float EXR, without a camera; return the file."""
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.use_sequencer = False
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_depth, settings.color_mode = "OPEN_EXR", "32", "RGBA"
    scene.frame_set(frame)
    scene.render.filepath = path
    bpy.ops.render.render(write_still=True)
    return path if path.endswith(".exr") else f"{path}.exr"


def take_node(given: Mapping[str, Any], made_take: Any, wait: Any, part: Any) -> Facts:
    """Make a take, put it into the compositor, and render it in every way."""
    found = made_take(given)
    folder = given["renders"]
    bpy.context.window_manager.photodouble_take_index = 0
    wait()
    bpy.ops.photodouble.add_take_node()
    wait()
    scene = bpy.context.scene
    tree = part("compat").compositor_tree(scene)
    node = tree.nodes.active
    found |= {"node": node.bl_idname, "take": node.take, "said": part("take_list").said()}
    size = tuple(given["size"])
    renders = {}
    for view in ("result", "fill", "matte", "origin", "confidence"):
        node.view = view
        renders[view] = render(os.path.join(folder, view), given["frame"], size)  # noqa: PTH118
    node.view = "result"
    bpy.ops.photodouble.check_take_node()
    wait()
    found["current"] = [node.stale, node.draw_label()]
    shutil.copyfile(given["inputs"]["plate"].replace("1001", "1004"), given["inputs"]["plate"])
    bpy.ops.photodouble.check_take_node()
    wait()
    found["stale"] = [node.stale, node.draw_label()]
    node.inputs["Mix"].default_value = 0.0
    renders["plate"] = render(os.path.join(folder, "plate"), given["frame"], size)  # noqa: PTH118
    node.inputs["Mix"].default_value = 1.0
    blend = os.path.join(folder, "comp.blend")  # noqa: PTH118
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    bpy.ops.wm.open_mainfile(filepath=blend)
    renders["reloaded"] = render(os.path.join(folder, "reloaded"), given["frame"], size)  # noqa: PTH118
    tree = part("compat").compositor_tree(bpy.context.scene)
    groups = len(bpy.data.node_groups)
    node = next(node for node in tree.nodes if node.bl_idname == "PhotoDoubleTakeNode")
    twice = tree.nodes.new("PhotoDoubleTakeNode")
    tree.nodes.remove(twice)
    tree.nodes.active = node
    bpy.ops.photodouble.plain_group()
    found["plain"] = [one.bl_idname for one in tree.nodes]
    renders["plain"] = render(os.path.join(folder, "plain"), given["frame"], size)  # noqa: PTH118
    return {**found, "renders": renders, "groups": [groups, len(bpy.data.node_groups)]}


def acescg(given: Mapping[str, Any], made_take: Any, part: Any) -> Facts:
    """Read the plate as ACEScg, make a take, throw the plate out, load the take and read its pixels."""
    plate = bpy.data.images.load(given["inputs"]["plate"])
    plate.colorspace_settings.name = "ACEScg"
    wanted = _first_pixels(plate)
    found = made_take(given)
    bpy.data.images.remove(plate)
    area = bpy.context.window.screen.areas[0]
    area.type = "IMAGE_EDITOR"
    with bpy.context.temp_override(window=bpy.context.window, area=area, region=area.regions[0]):
        bpy.ops.photodouble.inpaint_load_take()
        image = bpy.context.space_data.image
    clip = part("takes").load_clip(
        part("takes").result_of(found["listed"][0]["folder"], 1, "ACEScg"), "take clip"
    )
    still = bpy.data.images.load(bpy.path.abspath(image.filepath))
    plain = _first_pixels(still)
    still.colorspace_settings.name = image.colorspace_settings.name
    return {
        "spaces": [image.colorspace_settings.name, clip.colorspace_settings.name],
        "wanted": wanted,
        "take": _first_pixels(still),
        "plain": plain,
    }


def _first_pixels(image: Any) -> list[float]:
    """Give a few pixels of the lowest row, which no matte of the tests reaches, in the scene's own space."""
    return [round(value, 6) for value in image.pixels[: 4 * 6]]


def take_strip(given: Mapping[str, Any], made_take: Any, wait: Any, part: Any) -> Facts:
    """Put a take above its plate in the Sequencer, and key it over the plate where Blender can."""
    compat, scene = part("compat"), bpy.context.scene
    editor = scene.sequence_editor_create()
    scene.photodouble.inpaint.plate_starts = given["starts"]
    strips = compat.strips_of(editor)
    plate = given["inputs"]["plate"]
    below = strips.new_image("plate", plate, 2, given["starts"])
    for number in range(1002, 1005):
        below.elements.append(os.path.basename(plate).replace("1001", str(number)))  # noqa: PTH119
    compat.set_strip_length(below, 4)
    found = made_take(given)
    bpy.context.window_manager.photodouble_take_index = 0
    wait()
    bpy.ops.photodouble.add_take_strip()
    above = editor.active_strip
    scene.view_settings.view_transform = "Standard"
    found["strip"] = [
        above.channel,
        above.frame_final_start,
        above.frame_final_duration,
        dict(above["photodouble"]),
    ]
    found["shown"] = _sequenced(given["renders"], "above", given["frame"], tuple(given["size"]))
    if compat.IS_5:
        above.mute = True
        editor.active_strip = below
        bpy.ops.photodouble.key_take_strip()
        wait()
        found["said"] = part("take_list").said()
        found["keyed"] = _sequenced(given["renders"], "keyed", given["frame"], tuple(given["size"]))
    return found


def _sequenced(folder: str, name: str, frame: int, size: tuple[int, int]) -> str:
    """Render a frame of the Sequencer as a float EXR."""
    scene = bpy.context.scene
    render_size = scene.render
    render_size.resolution_x, render_size.resolution_y = size
    render_size.resolution_percentage = 100
    render_size.use_sequencer, render_size.use_compositing = True, False
    settings = render_size.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_depth, settings.color_mode = "OPEN_EXR", "32", "RGB"
    scene.frame_set(frame)
    scene.render.filepath = os.path.join(folder, f"{name}.exr")  # noqa: PTH118
    bpy.ops.render.render(write_still=True)
    return str(scene.render.filepath)


def config(given: Mapping[str, Any], part: Any) -> Facts:
    """Say what is sent for a colour space under Blender's own configuration and under a studio's."""
    colours, found = part("colours"), {}
    own = os.path.join(bpy.utils.system_resource("DATAFILES", path="colormanagement"), "config.ocio")  # noqa: PTH118
    for name, path in (("none", ""), ("blender", own), ("studio", given["studio"])):
        os.environ.pop("OCIO", None)
        if path:
            os.environ["OCIO"] = path
        found[name] = {
            "config": colours.studio_config(),
            "started with": colours.environment().get("OCIO", ""),
            "exr": colours.engine_space("ACEScg", "/shots/plate.####.exr"),
            "png": colours.engine_space("sRGB", "/shots/plate.####.png"),
        }
    return found


def assets(given: Mapping[str, Any], part: Any) -> Facts:
    """Write the asset library, then use it in a new file as an artist does."""
    from pathlib import Path

    import bl_ext.user_default.photodouble_blender.assets as library

    path = library.write(Path(given["folder"]))
    bpy.ops.wm.read_homefile(use_empty=True)
    with bpy.data.libraries.load(str(path), assets_only=True) as (there, here):
        names = sorted(there.node_groups)
        here.node_groups = there.node_groups
    groups = {group.name: group for group in bpy.data.node_groups}
    sockets = {
        name: [item.name for item in groups[name].interface.items_tree if item.item_type == "SOCKET"]
        for name in names
    }
    return {
        "names": names,
        "sockets": sockets,
        "catalogues": (Path(given["folder"]) / "blender_assets.cats.txt").read_text(),
    }
