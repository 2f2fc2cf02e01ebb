# SPDX-License-Identifier: GPL-3.0-or-later
"""The node of a take in Blender's compositor, and the buttons that make it and turn it into a plain group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from . import asking, compat, fill_tree, preferences, props, take_list, takes, text
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.frames import FrameRange
from ._vendor.photodouble_client.specs import SPECS

WHOLE = "layers.whole"
LINEAR = "Linear Rec.709"
"""Blender's scene-linear space, in which the fill of a plate with a curve (sRGB) is stored."""


def _change_view(node: Any, _context: Any) -> None:
    if node.node_tree is not None:
        fill_tree.set_view(node.node_tree, node.view)


class PhotoDoubleTakeNode(bpy.types.CompositorNodeCustomGroup):
    """Key the fill of a take over what comes in, once, by the take's own matte"""

    bl_idname = "PhotoDoubleTakeNode"
    bl_label = "Photo Double Take"
    bl_icon = "RENDER_RESULT"

    take: bpy.props.StringProperty(name="Take", description="The take that the node shows")
    folder: bpy.props.StringProperty(description="The folder of the take")
    stale: bpy.props.StringProperty(description="What changed since the take was made")
    view: bpy.props.EnumProperty(name="View", items=fill_tree.VIEWS, update=_change_view)

    def copy(self, node: Any) -> None:
        """Give a copied node a group of its own: its view is its own, too."""
        if node.node_tree is not None:
            self.node_tree = node.node_tree.copy()

    def free(self) -> None:
        """Take the group away with its node."""
        if self.node_tree is not None and self.node_tree.users <= 1:
            bpy.data.node_groups.remove(self.node_tree)

    def draw_label(self) -> str:
        """Name the take in the head of the node, and say there if it is stale."""
        return f"{self.take} (stale)" if self.stale else self.take or self.bl_label

    def draw_buttons(self, _context: Any, layout: Any) -> None:
        """Show which take it is, whether it is stale, what comes out, and how to part from the extension."""
        row = layout.row(align=True)
        row.label(text=self.take or "No take", icon="RENDER_RESULT")
        row.operator("photodouble.check_take_node", text="", icon="FILE_REFRESH")
        if self.stale:
            text.draw_lines(layout, f"Stale: {self.stale}", int(self.width), icon="ERROR")
        layout.prop(self, "view", text="")
        layout.operator("photodouble.plain_group", icon="NODETREE")


class PHOTODOUBLE_OT_add_take_node(bpy.types.Operator):
    """Put the chosen take into the compositor, keyed once over its plate, or into the active take node"""

    bl_idname = "photodouble.add_take_node"
    bl_label = "Put into the Compositor"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only a take that is chosen can be put anywhere."""
        cls.poll_message_set("Choose a take in the list: refresh it first")
        return take_list.chosen() is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine for the whole-frame pictures; the node comes when they are there."""
        row, scene = take_list.chosen(), context.scene
        name, folder, uid = row.name, row.folder, scene.session_uid
        state = props.state_of(scene, row.operation if row.operation in SPECS else "inpaint")
        starts, read_as = state.plate_starts, state.plate_space

        def show(answer: Any) -> None:
            found = next((one for one in bpy.data.scenes if one.session_uid == uid), None)
            if found is not None:
                put(found, name, folder, answer, starts, read_as)
                take_list.tell(f"{name} is in the compositor of {found.name}.")

        try:
            settings, given = preferences.client_settings(), take_list.arguments(scene, take=row.take)
        except ArtistError as problem:
            take_list.refuse(problem)
            return {"CANCELLED"}
        asking.ask_task(WHOLE, given, settings, show, take_list.refuse)
        return {"FINISHED"}


class PHOTODOUBLE_OT_check_take_node(bpy.types.Operator):
    """Compare the takes in the compositor with their plates and mattes, and say on each node what changed"""

    bl_idname = "photodouble.check_take_node"
    bl_label = "Check the Take Nodes"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only take nodes can be checked."""
        cls.poll_message_set("There is no take node in the compositor of this scene")
        return bool(nodes_of(context.scene))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine about every take; it is said on the node, and nothing is made again by itself."""
        uid = context.scene.session_uid
        try:
            settings = preferences.client_settings()
        except ArtistError as problem:
            take_list.refuse(problem)
            return {"CANCELLED"}
        for folder in {node.folder for node in nodes_of(context.scene)}:
            asking.ask(
                f"check {folder}",
                settings,
                lambda engine, folder=folder: engine.task(take_list.CHECK, {"take": folder}),
                lambda answer, folder=folder: _say(uid, folder, answer),
                take_list.refuse,
            )
        return {"FINISHED"}


class PHOTODOUBLE_OT_plain_group(bpy.types.Operator):
    """Turn the active take node into a plain group with the same picture, where the extension is missing"""

    bl_idname = "photodouble.plain_group"
    bl_label = "Make a Plain Group"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only a take node can be turned into a group."""
        cls.poll_message_set("Choose a take node in the compositor")
        tree = compat.compositor_tree(context.scene)
        return tree is not None and isinstance(tree.nodes.active, PhotoDoubleTakeNode)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Put a group with the same tree and links in the place of the node."""
        tree = compat.compositor_tree(context.scene)
        _plain(tree, tree.nodes.active)
        return {"FINISHED"}


def nodes_of(scene: Any) -> list[Any]:
    """Give the take nodes in the compositor of a scene."""
    tree = compat.compositor_tree(scene)
    return [] if tree is None else [node for node in tree.nodes if isinstance(node, PhotoDoubleTakeNode)]


def _say(uid: int, folder: str, answer: Any) -> None:
    """Write on the nodes of a take what changed since it was made."""
    said = "; ".join(row["message"] for row in answer["changes"])
    for scene in bpy.data.scenes:
        for node in nodes_of(scene) if scene.session_uid == uid else ():
            if node.folder == folder:
                node.stale = said


def put(scene: Any, name: str, folder: str, whole: Any, starts: int, read_as: str = "") -> Any:
    """Show a take in the active take node of a scene's compositor, or in a new one behind its plate."""
    pictures = pictures_of(folder, name, whole, starts, read_as)
    tree = compat.ensured_tree(scene)
    node = tree.nodes.active
    if isinstance(node, PhotoDoubleTakeNode):
        fill_tree.show_pictures(node.node_tree, pictures)
    else:
        node = _new_node(tree, name, pictures, folder, starts)
    node.take, node.folder, node.label, node.stale = name, folder, "", ""
    return node


def pictures_of(folder: str, name: str, whole: Any, starts: int, read_as: str = "") -> fill_tree.Pictures:
    """Load the whole-frame pictures of a take, in the colour space that the plate is read in."""
    result = takes.result_of(folder, starts)
    numbers = FrameRange(whole["frames"])
    place = {
        "frame_start": result.starts,
        "frame_offset": numbers.first - 1,
        "frame_duration": numbers.last - numbers.first + 1,
        "use_auto_refresh": True,
    }
    space = _space_of_fill(folder, read_as)
    fill = _image(whole["fill"], numbers.first, f"{name} fill")
    fill.alpha_mode = "CHANNEL_PACKED"
    fill.colorspace_settings.name = space
    told = _image(whole["told"], numbers.first, f"{name} told")
    told.alpha_mode = "NONE"
    told.colorspace_settings.is_data = True
    return fill_tree.Pictures(fill, told, place)


def _image(pattern: str, frame: int, name: str) -> Any:
    path = pattern.replace("####", f"{frame:04d}")
    image = bpy.data.images.load(path, check_existing=True)
    image.name, image.source = name, "SEQUENCE"
    image.reload()
    return image


def _space_of_fill(folder: str, read_as: str) -> str:
    """The fill is scene-linear with the plate's primaries: a linear plate's own space, or Blender's own."""
    plate = takes.request_of(folder).inputs["plate"].path
    is_linear = Path(plate).suffix.lower() in (".exr", ".hdr")
    return takes.space_for(plate if is_linear else "", (read_as if is_linear else "") or LINEAR)


def _new_node(tree: Any, name: str, pictures: fill_tree.Pictures, folder: str, starts: int) -> Any:
    source = _incoming(tree)
    node = tree.nodes.new(PhotoDoubleTakeNode.bl_idname)
    node.node_tree = fill_tree.make_tree(f"Photo Double {name}", pictures)
    node.width = 220
    target = compat.output_of(tree)
    if source is None:
        source = _plate_node(tree, folder, starts).outputs["Image"]
    node.location = (source.node.location.x + 300, source.node.location.y)
    target.node.location.x = max(target.node.location.x, node.location.x + 300)
    tree.links.new(source, node.inputs["Plate"])
    tree.links.new(node.outputs["Image"], target)
    tree.nodes.active = node
    return node


def _incoming(tree: Any) -> Any:
    """Give the picture that the compositor ends with so far; the default tree's empty render is none."""
    target = compat.output_of(tree)
    source = target.links[0].from_socket if target.links else None
    while source is not None and source.node.bl_idname == "NodeReroute":
        before = source.node.inputs[0].links
        source = before[0].from_socket if before else None
    return source if source is None or source.node.bl_idname != "CompositorNodeRLayers" else None


def _plate_node(tree: Any, folder: str, starts: int) -> Any:
    """Make the node that shows the plate of a take, frame for frame."""
    plate = takes.plate_of(folder, starts)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = takes.load_plate(plate)
    node.label = "Plate"
    takes.place(node, plate)
    return node


def _plain(tree: Any, node: Any) -> Any:
    group = tree.nodes.new("CompositorNodeGroup")
    group.node_tree, group.location, group.width = node.node_tree, node.location, node.width
    group.label = node.take
    for socket in node.inputs:
        for link in list(socket.links):
            tree.links.new(link.from_socket, group.inputs[socket.name])
        if not socket.is_linked:
            group.inputs[socket.name].default_value = socket.default_value
    for socket in node.outputs:
        for link in list(socket.links):
            tree.links.new(group.outputs[socket.name], link.to_socket)
    tree.nodes.remove(node)
    tree.nodes.active = group
    return group


CLASSES = (
    PhotoDoubleTakeNode,
    PHOTODOUBLE_OT_add_take_node,
    PHOTODOUBLE_OT_check_take_node,
    PHOTODOUBLE_OT_plain_group,
)
