# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks of Blender's mask editor as matte sequences: Blender itself draws them, a frame at a time.

A mask is drawn in a scene of its own with feather, at the size of the plate and for each of its frames, so
that animated and tracked masks come out as they are seen. The sequence carries the plate's frame numbers. If
it is the same as the one before, that one is used again, and the engine has nothing new to analyse. Each
picture is compared as it is drawn: to compare all of them at the end would hold Blender up.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from . import compat, listening
from ._vendor.photodouble_client.errors import ArtistError
from .listening import Heard, Listener

DRAWN = "drawn"
_STAGE = "Photo Double mask"
_BYTES = 6
"""Bytes of a pixel of three half floats: what a matte takes at most."""


@dataclass(frozen=True)
class Wish:
    """What is to be drawn: a mask, the size of the plate, and plate frames by the scene's frames."""

    mask: Any
    folder: Path
    size: tuple[int, int]
    frames: Mapping[int, int]


@dataclass
class Drawing:
    """A mask on its way to disk; `left` are pairs of a scene's frame and the plate's."""

    wish: Wish
    then: Callable[[str], None]
    refused: Callable[[ArtistError], None]
    said: Callable[[int, int], None]
    left: list[tuple[int, int]] = field(default_factory=list)
    stage: Any = None
    is_new: bool = False
    name: str = field(init=False)
    mask: int = field(init=False)
    fresh: Path = field(init=False)

    def __post_init__(self) -> None:
        """Note what the mask is: after an undo it is another object of Python's, or gone."""
        self.name, self.mask = self.wish.mask.name, self.wish.mask.session_uid
        self.fresh = self.wish.folder / f".{_plain(self.name)}.new"


_drawings: list[Drawing] = []


def draw(
    wish: Wish,
    then: Callable[[str], None],
    refused: Callable[[ArtistError], None],
    said: Callable[[int, int], None],
) -> Drawing:
    """Begin to draw a mask; `then` gets the pattern of the sequence, `said` how far it is."""
    drawing = Drawing(wish, then, refused, said, sorted(wish.frames.items()))
    _drawings.append(drawing)
    listening.listen()
    return drawing


def stop(drawing: Drawing) -> None:
    """Give a drawing up; what was drawn of it goes."""
    if drawing in _drawings:
        _drawings.remove(drawing)
        _clear(drawing)


def size_of(plate: str) -> tuple[int, int]:
    """Give width and height of a plate's pictures; raises ArtistError `input.missing_sequence`."""
    try:
        image = bpy.data.images.load(plate)
    except RuntimeError as problem:
        raise _unreadable(plate) from problem
    size = (int(image.size[0]), int(image.size[1]))
    bpy.data.images.remove(image)
    if 0 in size:
        raise _unreadable(plate)
    return size


def _poll() -> Heard:
    """Draw one frame of every mask that is on its way; what the artist renders goes first."""
    for drawing in [] if compat.is_rendering() else list(_drawings):
        try:
            _step(drawing)
        except ReferenceError:
            drawing.stage = None  # undone: it is made again, and the frame is drawn again
        except (RuntimeError, OSError) as problem:
            stop(drawing)
            drawing.refused(_not_drawn(drawing, problem))
        except ArtistError as problem:
            stop(drawing)
            drawing.refused(problem)
    return Heard(False, bool(_drawings))


def _step(drawing: Drawing) -> None:
    if drawing.stage is None:
        _begin(drawing)
    if drawing.left:
        _draw_frame(drawing, *drawing.left[0])
        drawing.left.pop(0)
        drawing.said(len(drawing.wish.frames) - len(drawing.left), len(drawing.wish.frames))
        return
    _drawings.remove(drawing)
    pattern = _kept(drawing)
    _clear(drawing)
    drawing.then(pattern)


def _draw_frame(drawing: Drawing, scene_frame: int, plate_frame: int) -> None:
    """An animation of one frame: a still is drawn with the mask as the window's scene shows it now."""
    _mask_of(drawing)
    stage, width, height = drawing.stage, *drawing.wish.size
    # Blender says that it saved a picture even where the disk is full.
    if shutil.disk_usage(drawing.fresh).free < width * height * _BYTES:
        raise _full(drawing)
    stage.frame_start = stage.frame_end = scene_frame
    bpy.ops.render.render(animation=True, scene=stage.name)
    drawn = drawing.fresh / f"matte.{plate_frame:04d}.exr"
    Path(stage.render.frame_path(frame=scene_frame)).replace(drawn)
    versions = _versions(drawing)
    drawing.is_new = drawing.is_new or not versions or not _are_alike(drawn, versions[-1] / drawn.name)


def _begin(drawing: Drawing) -> None:
    """Make the scene; after an undo it is made again, and what was drawn before is kept."""
    mask = _mask_of(drawing)
    if len(drawing.left) == len(drawing.wish.frames):
        shutil.rmtree(drawing.fresh, ignore_errors=True)
        drawing.fresh.mkdir(parents=True)
    drawing.stage = _make_stage(mask, drawing.wish.size, drawing.fresh)


def _mask_of(drawing: Drawing) -> Any:
    """Find the mask; one that was deleted would be drawn as an empty matte."""
    mask = next((one for one in bpy.data.masks if one.session_uid == drawing.mask), None)
    if mask is None:
        raise _gone(drawing)
    return mask


def _make_stage(mask: Any, size: tuple[int, int], folder: Path) -> Any:
    """Make the scene in which a mask is drawn: its compositor gives the mask, and nothing is rendered."""
    stage = bpy.data.scenes.new(_STAGE)
    stage.render.engine = compat.workbench()
    stage.render.resolution_x, stage.render.resolution_y = size
    stage.render.resolution_percentage = 100
    stage.render.filepath = compat.as_path(str(folder / "drawn.####"))
    compat.write_exr(stage.render.image_settings, depth="16", mode="RGB")
    compat.compose_on_processor(stage)
    tree = compat.ensured_tree(stage)
    tree.nodes.clear()
    node = tree.nodes.new("CompositorNodeMask")
    node.mask = mask
    compat.set_mask_size(node, size)
    tree.links.new(node.outputs["Mask"], compat.output_of(tree))
    return stage


def _clear(drawing: Drawing) -> None:
    shutil.rmtree(drawing.fresh, ignore_errors=True)
    stage, drawing.stage = drawing.stage, None
    if stage is None:
        return
    with contextlib.suppress(ReferenceError):  # another file was opened: the scene is gone already
        tree = compat.compositor_tree(stage)
        bpy.data.scenes.remove(stage)
        if compat.IS_5 and tree is not None:
            bpy.data.node_groups.remove(tree)


def _kept(drawing: Drawing) -> str:
    """Keep what was drawn as a new version, or give the newest one where the pictures are the same."""
    versions = _versions(drawing)
    if drawing.is_new or not versions or _names(versions[-1]) != _names(drawing.fresh):
        number = int(versions[-1].name[1:]) + 1 if versions else 1
        kept = drawing.wish.folder / _plain(drawing.name)
        kept.mkdir(parents=True, exist_ok=True)
        versions.append(drawing.fresh.rename(kept / f"v{number:03d}"))
    return str(versions[-1] / "matte.####.exr")


def _versions(drawing: Drawing) -> list[Path]:
    kept = drawing.wish.folder / _plain(drawing.name)
    return sorted(kept.glob("v[0-9][0-9][0-9]*")) if kept.is_dir() else []


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("matte.*.exr")}


def _are_alike(drawn: Path, before: Path) -> bool:
    """Whether two pictures were packed from the same pixels, whatever date and time Blender noted in them."""
    try:
        return _rows(drawn.read_bytes()) == _rows(before.read_bytes())
    except (OSError, IndexError):
        return False


def _rows(stored: bytes) -> bytes:
    """Give an EXR file without its header: the place of its first row stands behind its attributes.

    Source: OpenEXR, "File Layout": each attribute is a name, a type, both ended by a zero, a length, a value.
    """
    at = 8  # magic number and version
    while stored[at]:
        at = _after_zero(stored, _after_zero(stored, at))
        at += 4 + int.from_bytes(stored[at : at + 4], "little")
    first = int.from_bytes(stored[at + 1 : at + 9], "little")
    _ = stored[first]  # what was cut short is like nothing
    return stored[first:]


def _after_zero(stored: bytes, at: int) -> int:
    while stored[at]:
        at += 1
    return at + 1


def _plain(name: str) -> str:
    """Turn the name of a mask into one that every file system takes."""
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name) or "mask"


def _unreadable(plate: str) -> ArtistError:
    return ArtistError(
        "input.missing_sequence",
        "The size of the plate cannot be read",
        f"Blender cannot read {plate}, so the mask cannot be drawn to its size.",
        "Choose the first file of the plate again, or give a matte sequence.",
    )


def _gone(drawing: Drawing) -> ArtistError:
    return ArtistError(
        "input.missing_sequence",
        "The mask is gone",
        f"The mask {drawing.name} was deleted, or undone, while it was drawn.",
        "Bring it back or choose another one under the matte, then make the take again.",
    )


def _full(drawing: Drawing) -> ArtistError:
    return ArtistError(
        "engine.disk_full",
        "The disk is full",
        f"There is no room left to draw {drawing.name} into {drawing.wish.folder}.",
        "Make room on the disk, or choose another folder under Takes, then make the take again.",
    )


def _not_drawn(drawing: Drawing, problem: Exception) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The mask could not be drawn",
        f"Blender could not draw {drawing.name} into {drawing.wish.folder}.",
        "Choose a folder under Takes that can be written to, then make the take again.",
        detail=str(problem),
    )


def _forget() -> None:
    for drawing in list(_drawings):
        stop(drawing)


def register() -> None:
    """Be looked at by the timer."""
    listening.add(Listener(_poll, _forget))


def unregister() -> None:
    """Give every drawing up."""
    _forget()
