# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes that are rendered frame by frame while Blender stays usable between the frames.

A frame holds Blender up as long as it renders; between two frames the panel is drawn and Cancel is heard.
What was rendered before a cancel is kept.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from . import compat, listening
from ._vendor.photodouble_client.errors import ArtistError
from .listening import Heard, Listener

_BYTES = 100
"""Bytes of a pixel of all passes of a frame, as far as they can be packed."""
GONE = "gone"
"""What `end` of a rendering is told where its stage was deleted or undone."""


@dataclass
class Rendering:
    """A stage on its way to disk. `after` gets every frame, `end` what went wrong, or an empty text.

    `make` makes the stage anew where an undo took it away, or gives None.
    """

    name: str
    stage: Any
    left: list[int]
    after: Callable[[int], None]
    end: Callable[[str], None]
    folder: Path
    is_own: bool = True
    make: Callable[[], Any] | None = None
    uid: int = field(init=False)
    of: int = field(init=False)

    def __post_init__(self) -> None:
        """Note how many frames there are in all, and which scene the stage is."""
        self.uid = self.stage.session_uid
        self.of = len(self.left)

    @property
    def done(self) -> int:
        """How many frames are rendered."""
        return self.of - len(self.left)


_renderings: dict[str, Rendering] = {}


def render(rendering: Rendering) -> None:
    """Begin to render a stage; one of a name at a time."""
    _renderings[rendering.name] = rendering
    listening.listen()


def of_name(name: str) -> Rendering | None:
    """Give the stage that is being rendered under a name."""
    return _renderings.get(name)


def stop(name: str) -> None:
    """Stop a stage after the frame that is done; finished frames are kept."""
    rendering = _renderings.pop(name, None)
    if rendering is not None:
        _clear(rendering)


def copy_of(scene: Any, name: str) -> Any:
    """Make a scene with the settings of another one, and nothing in it: no collection, pass or compositor."""
    stage = scene.copy()
    stage.name = name
    root = stage.collection
    for child in list(root.children):
        root.children.unlink(child)
    for thing in list(root.objects):
        root.objects.unlink(thing)
    if compat.IS_5:
        stage.compositing_node_group = None
    compat.ensured_tree(stage).nodes.clear()
    stage.render.use_compositing, stage.render.use_sequencer = True, False
    stage.render.use_motion_blur = False
    stage.render.use_border = stage.render.use_multiview = False
    stage.camera = scene.camera
    if stage.rigidbody_world is not None:
        stage.rigidbody_world.enabled = False  # two scenes must not simulate the same bodies: Blender crashes
    return stage


def new_collection(stage: Any, name: str, things: Any) -> Any:
    """Give a stage a collection of its own with these objects."""
    made = bpy.data.collections.new(f"{stage.name} {name}")
    stage.collection.children.link(made)
    for thing in things:
        made.objects.link(thing)
    return made


def new_layers(stage: Any, names: tuple[str, ...]) -> list[Any]:
    """Give a stage these view layers and no others."""
    before = list(stage.view_layers)
    for number, layer in enumerate(before):
        layer.name = f"before {number}"
    made = [stage.view_layers.new(name) for name in names]
    for layer in before:
        stage.view_layers.remove(layer)
    return made


def layer_collection(layer: Any, collection: Any) -> Any:
    """Give how a view layer shows a collection that lies directly in its scene."""
    return next(one for one in layer.layer_collection.children if one.collection == collection)


def rendered_objects(layer: Any) -> list[Any]:
    """List what a view layer renders: neither excluded nor hidden from renders, collections included."""
    found: dict[str, Any] = {}
    _collect(layer.layer_collection, found)
    return list(found.values())


def remove(stage: Any) -> None:
    """Remove a stage with its collections and its compositor; objects stay where they were."""
    tree = compat.compositor_tree(stage)
    own = [one for one in stage.collection.children if one.name.startswith(stage.name)]
    bpy.data.scenes.remove(stage)
    for collection in own:
        bpy.data.collections.remove(collection)
    if compat.IS_5 and tree is not None and tree.users == 0:
        bpy.data.node_groups.remove(tree)


def _collect(layer_collection: Any, found: dict[str, Any]) -> None:
    if layer_collection.exclude or layer_collection.collection.hide_render:
        return
    for thing in layer_collection.collection.objects:
        if not thing.hide_render:
            found.setdefault(f"{thing.library} {thing.name}", thing)
    for child in layer_collection.children:
        _collect(child, found)


def _poll() -> Heard:
    """Render one frame of every stage that is on its way; what the artist renders goes first."""
    for rendering in [] if compat.is_rendering() else list(_renderings.values()):
        try:
            _step(rendering)
        except ReferenceError:
            _find_again(rendering)
        except (RuntimeError, OSError) as problem:
            _renderings.pop(rendering.name, None)
            _clear(rendering)
            rendering.end(str(problem).removeprefix("Error: ").strip().rstrip(".") or "it gave up")
    return Heard(False, bool(_renderings))


def _find_again(rendering: Rendering) -> None:
    """Go on after an undo: the stage is another object of Python's now, or has to be made anew."""
    found = next((one for one in bpy.data.scenes if one.session_uid == rendering.uid), None)
    if found is None and rendering.make is not None:
        found = rendering.make()
    if found is None:
        _renderings.pop(rendering.name, None)
        rendering.end(GONE)
        return
    rendering.stage, rendering.uid = found, found.session_uid


def gone(title: str) -> ArtistError:
    """Make the error for a stage that was deleted or undone while it was rendered."""
    return ArtistError(
        "usage.arguments",
        title,
        "What was being rendered was deleted, or undone. Finished frames are kept.",
        "Bring it back, then render again.",
    )


def _see_to_room(rendering: Rendering) -> None:
    """Stop before the disk is full: Blender says that it saved what it could not write."""
    place = next((one for one in (rendering.folder, *rendering.folder.parents) if one.is_dir()), None)
    render = rendering.stage.render
    pixels = render.resolution_x * render.resolution_y * (render.resolution_percentage / 100) ** 2
    if place is not None and shutil.disk_usage(place).free < pixels * _BYTES:
        raise OSError("the disk is full")


def _step(rendering: Rendering) -> None:
    """An animation of one frame: a still would show the window's frame, and write no passes."""
    if rendering.left:
        frame, stage = rendering.left[0], rendering.stage
        _see_to_room(rendering)
        first, last = stage.frame_start, stage.frame_end
        stage.frame_start = stage.frame_end = frame
        try:
            bpy.ops.render.render(animation=True, scene=stage.name)
        finally:  # the file may be saved before the next frame: a farm renders the whole range
            stage.frame_start, stage.frame_end = first, last
        rendering.left.pop(0)
        rendering.after(frame)
        return
    _renderings.pop(rendering.name, None)
    _clear(rendering)
    rendering.end("")


def _clear(rendering: Rendering) -> None:
    if not rendering.is_own:
        return
    with contextlib.suppress(ReferenceError):  # another file was opened: the scene is gone already
        remove(rendering.stage)


def _forget() -> None:
    for name in list(_renderings):
        stop(name)


def register() -> None:
    """Be looked at by the timer."""
    listening.add(Listener(_poll, _forget))


def unregister() -> None:
    """Give every rendering up."""
    _forget()
