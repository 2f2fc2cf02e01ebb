# SPDX-License-Identifier: GPL-3.0-or-later
"""Every difference between Blender 4.2 and 5.2 that the extension meets, in one place.

Source: the change logs of Blender's Python API, and what each version did when it was tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bpy

IS_5 = bpy.app.version >= (5, 0, 0)


def strips_of(editor: Any) -> Any:
    """Give all strips of a sequence editor; an empty collection is falsy, so `or` must not choose here."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def sequencer_scene(context: Any) -> Any:
    """Give the scene whose strips the Sequencer shows: from 5.0 it may be another one than the window's."""
    return getattr(context, "sequencer_scene", None) or context.scene


def show_in_sequencer(context: Any, scene: Any) -> None:
    """Let the Sequencer show a scene where it shows none: from 5.0 the workspace says which one it is."""
    workspace = context.workspace
    if workspace is not None and getattr(workspace, "sequencer_scene", scene) is None:
        workspace.sequencer_scene = scene


def all_strips_of(editor: Any) -> Any:
    """Give all strips of a sequence editor, those in meta strips too."""
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def is_retimed(strip: Any) -> bool:
    """Whether a strip plays in another way than one picture a frame, by itself."""
    steps = getattr(strip, "strobe", 1.0) > 1
    return bool(
        steps or getattr(strip, "use_reverse_frames", False) or len(getattr(strip, "retiming_keys", ()))
    )


def content_of(strip: Any) -> tuple[int, int]:
    """Give the first and the last frame at which a strip has pictures, whether it is seen or not."""
    return content_start(strip), content_start(strip) + length_of(strip) - 1


def length_of(strip: Any) -> int:
    """Say how many pictures a strip has, whether they are seen or not."""
    return int(strip.content_duration if hasattr(strip, "content_duration") else strip.frame_duration)


def trimmed_before(strip: Any) -> int:
    """Say how many pictures of a strip lie before the first one that is seen."""
    return span_of(strip)[0] - content_start(strip)


def compositor_tree(scene: Any) -> Any:
    """Give the compositor's node tree of a scene, or None where it has none yet."""
    if IS_5:
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def set_modifier_input(modifier: Any, identifier: str, value: Any) -> None:
    """Set an input of a geometry-nodes modifier by its identifier, such as `Socket_2`."""
    inputs = getattr(getattr(modifier, "properties", None), "inputs", None)
    if inputs is not None:
        getattr(inputs, identifier).value = value
    else:
        modifier[identifier] = value


def modifier_input(modifier: Any, identifier: str) -> Any:
    """Give an input of a geometry-nodes modifier by its identifier."""
    inputs = getattr(getattr(modifier, "properties", None), "inputs", None)
    return modifier[identifier] if inputs is None else getattr(inputs, identifier).value


LONGEST_NAME = 255 if IS_5 else 63
"""How many bytes the name of an object may have."""


def workbench() -> str:
    """Name the engine that draws plainly and quickly."""
    return "BLENDER_WORKBENCH"


def eevee() -> str:
    """Name EEVEE."""
    return "BLENDER_EEVEE" if IS_5 else "BLENDER_EEVEE_NEXT"


@dataclass(frozen=True)
class MixSockets:
    """The sockets of a node that mixes two pictures."""

    factor: Any
    first: Any
    second: Any
    result: Any


def add_socket(tree: Any, name: str, direction: str, kind: str) -> Any:
    """Give a node group a socket; `direction` is INPUT or OUTPUT."""
    return tree.interface.new_socket(name, in_out=direction, socket_type=kind)


def new_mix(tree: Any) -> Any:
    """Make a compositor node that mixes two pictures: 5.0 has the shaders' one only."""
    if not IS_5:
        return tree.nodes.new("CompositorNodeMixRGB")
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type = "RGBA"
    return node


def mix_sockets(node: Any) -> MixSockets:
    """Give the sockets of what `new_mix` made."""
    if node.bl_idname == "CompositorNodeMixRGB":
        return MixSockets(node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0])
    colours = [socket for socket in node.inputs if socket.type == "RGBA"]
    result = next(socket for socket in node.outputs if socket.type == "RGBA")
    return MixSockets(node.inputs[0], colours[0], colours[1], result)


def new_math(tree: Any, operation: str) -> Any:
    """Make a compositor node that reckons with two numbers."""
    node = tree.nodes.new("ShaderNodeMath" if IS_5 else "CompositorNodeMath")
    node.operation = operation
    return node


def new_ramp(tree: Any) -> Any:
    """Make a compositor node that turns a number into a colour."""
    return tree.nodes.new("ShaderNodeValToRGB" if IS_5 else "CompositorNodeValToRGB")


def new_set_alpha(tree: Any) -> Any:
    """Make a compositor node that puts another alpha in the place of a picture's own."""
    node = tree.nodes.new("CompositorNodeSetAlpha")
    if IS_5:
        node.inputs["Type"].default_value = "Replace Alpha"
    else:
        node.mode = "REPLACE_ALPHA"
    return node


def ensured_tree(scene: Any) -> Any:
    """Give the compositor's node tree of a scene, made where it has none yet."""
    if IS_5:
        if scene.compositing_node_group is None:
            scene.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        return scene.compositing_node_group
    scene.use_nodes = True
    return scene.node_tree


def output_of(tree: Any) -> Any:
    """Give the socket that is the picture of the whole compositor, made where it is missing."""
    if not IS_5:
        found = [node for node in tree.nodes if node.bl_idname == "CompositorNodeComposite"]
        return (found[0] if found else tree.nodes.new("CompositorNodeComposite")).inputs["Image"]
    outputs = [one for one in tree.interface.items_tree if getattr(one, "in_out", "") == "OUTPUT"]
    if not outputs:
        add_socket(tree, "Image", "OUTPUT", "NodeSocketColor")
    found = [node for node in tree.nodes if node.bl_idname == "NodeGroupOutput"]
    return (found[0] if found else tree.nodes.new("NodeGroupOutput")).inputs[0]


def write_exr(settings: Any, *, depth: str, mode: str) -> None:
    """Let a scene write EXR pictures, packed without loss; `depth` is 16 or 32, `mode` RGB or RGBA."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_depth, settings.color_mode = "OPEN_EXR", depth, mode
    settings.exr_codec = "ZIPS"


def compose_on_processor(scene: Any) -> None:
    """Let a small compositor not wait for the graphics card; 4.2 chooses by itself."""
    if hasattr(scene.render, "compositor_device"):
        scene.render.compositor_device = "CPU"


def set_mask_size(node: Any, size: tuple[int, int]) -> None:
    """Let a mask node draw at a fixed size, with feather: 4.2 has properties, later ones have sockets."""
    if "Size X" not in node.inputs:
        node.size_source, node.size_x, node.size_y, node.use_feather = "FIXED", *size, True
        return
    if "Size Source" in node.inputs:
        node.inputs["Size Source"].default_value = "Fixed"
    else:
        node.size_source = "FIXED"
    node.inputs["Size X"].default_value, node.inputs["Size Y"].default_value = size
    node.inputs["Feather"].default_value = True


def as_path(path: str) -> str:
    """Give a path to be rendered to as letters: from 4.5 on, braces in it would stand for variables."""
    return path.replace("{", "{{").replace("}", "}}") if bpy.app.version >= (4, 5, 0) else path


def from_path(path: str) -> str:
    """Read a path that `as_path` made."""
    return path.replace("{{", "{").replace("}}", "}") if bpy.app.version >= (4, 5, 0) else path


def is_rendering() -> bool:
    """Whether the artist renders at this moment: a second render beside it may crash Blender."""
    return bool(bpy.app.is_job_running("RENDER"))


def write_layers(settings: Any, *, depth: str) -> None:
    """Let a scene write EXR files with all its view layers and passes."""
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format, settings.color_depth, settings.exr_codec = "OPEN_EXR_MULTILAYER", depth, "ZIP"


CARRIES_FOUR = bpy.app.version >= (4, 5, 0)
"""Whether the compositor carries the four numbers of a Vector pass; 4.2 drops the last."""


def write_pass(tree: Any, socket: Any, folder: str, name: str) -> Any:
    """Let the compositor write a socket as `folder/name.####.ending`; gives the format to be set."""
    node = tree.nodes.new("CompositorNodeOutputFile")
    if IS_5:
        node.format.media_type = "IMAGE"
        node.directory, node.file_name = folder, f"{name}."
        node.file_output_items.new({"VALUE": "FLOAT"}.get(socket.type, socket.type), "")
    else:
        node.base_path = folder
        node.file_slots[0].path = f"{name}.####"
    tree.links.new(socket, node.inputs[0])
    return node.format


def as_grey(tree: Any, socket: Any) -> Any:
    """Give a number as a grey picture: 4.2 would write it as a channel `V` that few programs read."""
    if CARRIES_FOUR:
        return socket
    mix = new_mix(tree)
    sockets = mix_sockets(mix)
    sockets.factor.default_value = 0.0
    tree.links.new(socket, sockets.first)
    return sockets.result


def new_layers_node(tree: Any, scene: Any, layer: str) -> Any:
    """Make a compositor node that gives the passes of one view layer."""
    node = tree.nodes.new("CompositorNodeRLayers")
    node.scene, node.layer = scene, layer
    return node


def add_rigid_body(world: Any, body: Any) -> Any:
    """Let an object take part in a simulation, and give its rigid body."""
    world.collection.objects.link(body)
    return body.rigid_body


def overlaps(strip: Any, first: int, last: int) -> bool:
    """Whether a strip shows anything between two frames of the scene."""
    begin = getattr(strip, "left_handle", None)
    begin = strip.frame_final_start if begin is None else begin
    end = getattr(strip, "right_handle", None)
    end = strip.frame_final_end if end is None else end
    return bool(begin <= last and end > first)


def set_strip_length(strip: Any, length: int) -> None:
    """Let an image strip show all of its pictures, one a frame."""
    strip.frame_final_duration = length


STROKES = ("GREASEPENCIL", "GPENCIL")
"""What objects of drawn strokes are called: the newer kind is there from 4.3 on."""


def strokes_of(drawn: Any, frame: int) -> list[list[Any]]:
    """Give the strokes that a grease-pencil object shows at a frame, as lists of places."""
    found = []
    for layer in drawn.data.layers:
        if layer.hide:
            continue
        if drawn.type == "GPENCIL":
            shown = [one for one in layer.frames if one.frame_number <= frame]
            strokes = shown[-1].strokes if shown else ()
            found += [[point.co.copy() for point in stroke.points] for stroke in strokes]
            continue
        shown = [one for one in layer.frames if one.frame_number <= frame]
        strokes = shown[-1].drawing.strokes if shown else ()
        found += [[point.position.copy() for point in stroke.points] for stroke in strokes]
    return found


def use_nodes(material: Any) -> None:
    """Let a material have nodes: from 5.0 on it always has."""
    if not IS_5:
        material.use_nodes = True


def name_pass(node: Any, name: str) -> None:
    """Say into which pass an AOV node writes; it was the node's own name once."""
    if hasattr(node, "aov_name"):
        node.aov_name = name
    else:
        node.name = name


def lights_nothing(material: Any) -> None:
    """Keep a material that glows from being a lamp for Cycles, which may not be there."""
    if hasattr(material, "cycles") and hasattr(material.cycles, "emission_sampling"):
        material.cycles.emission_sampling = "NONE"


def span_of(strip: Any) -> tuple[int, int]:
    """Give the first frame at which a strip is seen, and the first at which it is not any more."""
    if hasattr(strip, "left_handle"):
        return int(strip.left_handle), int(strip.right_handle)
    return int(strip.frame_final_start), int(strip.frame_final_end)


def content_start(strip: Any) -> int:
    """Give the frame at which the first picture of a strip lies, whether it is seen or not."""
    return round(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def place_strip(strip: Any, content: int, first: int, end: int) -> None:
    """Let a strip's first picture lie at `content`, and let it be seen from `first` until before `end`."""
    if hasattr(strip, "left_handle"):
        strip.content_start = content
        strip.left_handle, strip.right_handle = first, end
        return
    strip.frame_start = content
    strip.frame_offset_start = first - content
    strip.frame_offset_end = content + strip.frame_duration - end


def new_cross(strips: Any, name: str, channel: int, before: Any, after: Any) -> Any:
    """Make a dissolve between two strips that overlap."""
    first, end = span_of(after)[0], span_of(before)[1]
    known = strips.bl_rna.functions["new_effect"].parameters
    inputs = ("input1", "input2") if "input1" in known else ("seq1", "seq2")
    given = dict(zip(inputs, (before, after), strict=True))
    given |= {"length": end - first} if "length" in known else {"frame_end": end}
    return strips.new_effect(name=name, type="CROSS", channel=channel, frame_start=first, **given)


def inputs_of_effect(strip: Any) -> tuple[Any, Any]:
    """Give the strips that an effect works on; None where it has no second one."""
    return strip.input_1, (strip.input_2 if strip.input_count > 1 else None)


def show_sequence(context: Any, scene: Any) -> None:
    """Show the strips of a scene in the Sequencer of the window."""
    if context.window is not None:
        context.window.scene = scene
    if hasattr(context.workspace, "sequencer_scene"):
        context.workspace.sequencer_scene = scene


def drivers_of(owner: Any) -> list[Any]:
    """Give the drivers of a data-block."""
    return list(owner.animation_data.drivers) if owner.animation_data is not None else []


def look_through(scene: Any, cards: int) -> None:
    """Let Cycles see through so many cards one behind the other; it may not be there."""
    if hasattr(scene, "cycles"):
        scene.cycles.transparent_max_bounces = max(scene.cycles.transparent_max_bounces, cards)


def curves_of(owner: Any) -> list[Any]:
    """Give the animation curves of a data-block: in its action, or from 4.4 on in its slot of it."""
    data = owner.animation_data
    if data is None or data.action is None:
        return []
    if hasattr(data.action, "fcurves"):
        return list(data.action.fcurves)
    bags = (strip.channelbag(data.action_slot) for layer in data.action.layers for strip in layer.strips)
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def driven_paths(owner: Any) -> list[str]:
    """Name the properties of a data-block that drivers move; one that is muted or broken moves nothing."""
    data = owner.animation_data
    drivers = () if data is None else data.drivers
    return [curve.data_path for curve in drivers if not curve.mute and curve.driver.is_valid]


def stepped(scene: Any, frames: Iterable[int]) -> Iterator[Any]:
    """Give the scene as it is evaluated at each of these frames, and leave it where it stood.

    What is evaluated is read: Blender writes it back only to the scene that the window shows.
    """
    stood = (scene.frame_current, scene.frame_subframe)
    try:
        for frame in frames:
            scene.frame_set(frame)
            yield scene.evaluated_get(scene.view_layers[0].depsgraph)
    finally:
        scene.frame_set(stood[0], subframe=stood[1])
