# SPDX-License-Identifier: GPL-3.0-or-later
"""A take as a strip above its plate in the Sequencer, frame for frame; 5.0 and later key it once.

From 5.0 strips take a compositor as a modifier: there the take is the plate's strip again, with the fill
keyed over it. Before, the strip shows the result, which is the plate outside the matte.
"""

from __future__ import annotations

from typing import Any

import bpy

from . import asking, compat, fill_node, fill_tree, preferences, props, take_list, takes
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.specs import SPECS

MARK = "photodouble"
"""The property of a strip in which the take is noted."""


class PHOTODOUBLE_OT_add_take_strip(bpy.types.Operator):
    """Put the chosen take above its plate in the Sequencer, at the same frames. The plate's strip stays"""

    bl_idname = "photodouble.add_take_strip"
    bl_label = "Put above the Plate"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Only a take that is chosen can be put anywhere."""
        cls.poll_message_set("Choose a take in the list: refresh it first")
        return take_list.chosen() is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make the strip."""
        row, scene = take_list.chosen(), compat.sequencer_scene(context)
        state = props.state_of(context.scene, row.operation if row.operation in SPECS else "inpaint")
        try:
            strip = put(scene, row.folder, row.name, row.take, state)
        except ArtistError as problem:
            take_list.refuse(problem)
            return {"CANCELLED"}
        compat.show_in_sequencer(context, scene)
        take_list.tell(f"{row.name} is in channel {strip.channel} of the Sequencer.")
        return {"FINISHED"}


class PHOTODOUBLE_OT_key_take_strip(bpy.types.Operator):
    """Key the chosen take over the strip that is active, as a modifier: what is below stays as graded"""

    bl_idname = "photodouble.key_take_strip"
    bl_label = "Key over This Strip"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Strips take a compositor from Blender 5.0 on."""
        scene = compat.sequencer_scene(context)
        strip = scene.sequence_editor.active_strip if scene.sequence_editor else None
        if not compat.IS_5:
            cls.poll_message_set("Strips take a compositor from Blender 5.0 on: put the take above the plate")
        elif strip is None:
            cls.poll_message_set("Choose the strip of the plate in the Sequencer")
        else:
            cls.poll_message_set("Choose a take in the list: refresh it first")
        return compat.IS_5 and strip is not None and take_list.chosen() is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the engine for the whole-frame pictures; the modifier comes when they are there."""
        row, scene = take_list.chosen(), compat.sequencer_scene(context)
        state = props.state_of(context.scene, row.operation if row.operation in SPECS else "inpaint")
        name, folder, strip = row.name, row.folder, scene.sequence_editor.active_strip.name
        starts, read_as, uid = state.plate_starts, state.plate_space, scene.session_uid

        def show(answer: Any) -> None:
            found = next((one for one in bpy.data.scenes if one.session_uid == uid), None)
            target = compat.strips_of(found.sequence_editor).get(strip) if found is not None else None
            if target is not None:
                pictures = fill_node.pictures_of(folder, name, answer, starts, read_as)
                key(target, name, pictures)
                take_list.tell(f"{name} is keyed over {strip}.")

        try:
            settings, given = preferences.client_settings(), take_list.arguments(context.scene, take=row.take)
        except ArtistError as problem:
            take_list.refuse(problem)
            return {"CANCELLED"}
        asking.ask_task(fill_node.WHOLE, given, settings, show, take_list.refuse)
        return {"FINISHED"}


def put(scene: Any, folder: str, name: str, take: str, state: Any) -> Any:
    """Make an image strip of a take's result in the lowest channel that is free above its plate."""
    found = takes.result_of(folder, state.plate_starts, state.plate_space)
    read_as = takes.space_for(found.plate, found.space)
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = compat.strips_of(editor)
    first, last = found.starts, found.starts + found.frames.last - found.frames.first
    channel = 1 + max((one.channel for one in strips if compat.overlaps(one, first, last)), default=0)
    strip = strips.new_image(name, str(found.first_file), channel, first)
    for number in range(found.frames.first + 1, found.frames.last + 1):
        strip.elements.append(takes.name_of(found, number))
    compat.set_strip_length(strip, len(strip.elements))
    if read_as:
        strip.colorspace_settings.name = read_as
    strip[MARK] = {"take": take, "label": name, "folder": folder}
    editor.active_strip = strip
    return strip


def key(strip: Any, name: str, pictures: fill_tree.Pictures) -> Any:
    """Give a strip a compositor that keys a take over it (Blender 5.0 and later)."""
    tree = fill_tree.make_tree(f"Photo Double {name}", pictures, comes_in="Image")
    fill_tree.mix_inside(tree)
    modifier = strip.modifiers.new(name, "COMPOSITOR")
    modifier.node_group = tree
    return modifier


CLASSES = (PHOTODOUBLE_OT_add_take_strip, PHOTODOUBLE_OT_key_take_strip)
