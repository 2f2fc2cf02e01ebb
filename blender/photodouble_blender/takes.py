# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished takes as Blender's images and clips, at the frames of the plate and in its colour space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import frames
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.frames import FrameRange
from ._vendor.photodouble_client.request import JobRequest


@dataclass(frozen=True)
class Sequence:
    """Pictures on disk and their place in time: `starts` is the scene's frame that shows the first one.

    `plate` is the plate that they belong to, and `space` how it was read where it is loaded no more.
    """

    first_file: Path
    frames: FrameRange
    starts: int
    plate: str = ""
    space: str = ""


def result_of(folder: str, plate_starts: int, space: str = "") -> Sequence:
    """Find the result of a take, the plate with the fill; raises ArtistError `engine.no_take`.

    `plate_starts` is the scene's frame that shows the first frame of the plate, `space` the colour space in
    which it was read.
    """
    request = request_of(folder)
    files = sorted(path for path in (Path(folder) / "result").glob("*.*") if not path.name.startswith("."))
    if not files:
        raise _no_take(folder, "its result folder is empty")
    found = frames.frames_on_disk(frames.pattern_of(str(files[0])))
    there = found if len(found) else request.range
    plate_first = request.source_range.first if len(request.source_range) else there.first
    first = next((path for path in files if frames.number_of(path.name) == there.first), files[0])
    starts = plate_starts + there.first - plate_first
    return Sequence(first, there, starts, request.inputs["plate"].path, space)


def name_of(sequence: Sequence, frame: int) -> str:
    """Give the name of the file of one frame; a frame that is not there is named all the same."""
    pattern = frames.pattern_of(str(sequence.first_file))
    return Path(frames.file_of(pattern, frame)).name


def plate_of(folder: str, plate_starts: int) -> Sequence:
    """Find the plate that a take was made from; raises ArtistError as `result_of` does."""
    path = request_of(folder).inputs["plate"].path
    numbers = frames.plate_frames(path)
    return Sequence(Path(frames.file_of(path, numbers.first)), numbers, plate_starts, path)


def load_plate(sequence: Sequence) -> bpy.types.Image:
    """Give the plate as Blender has it loaded, or load it."""
    there = _of_path(bpy.data.images, sequence.plate)
    return there if there is not None else load_image(sequence, sequence.first_file.stem)


def space_of(plate: str) -> str:
    """Name the colour space in which Blender reads a plate; empty where it is not loaded."""
    for loaded in (_of_path(bpy.data.images, plate), _of_path(bpy.data.movieclips, plate)):
        if loaded is not None:
            return str(loaded.colorspace_settings.name)
    return ""


def space_for(plate: str, noted: str) -> str:
    """Name the colour space in which a take is read: its plate's, or the one noted where that is not loaded.

    Raises ArtistError `input.unknown_colourspace` where the colour configuration has no such space: the file
    was made under another one, and the take would be shown in wrong colours.
    """
    read_as = space_of(plate) or noted
    if not read_as or read_as in known_spaces():
        return read_as
    raise ArtistError(
        "input.unknown_colourspace",
        "The colour space of the plate is not there",
        f"The plate was read as {read_as}, which the colour configuration of this Blender does not have.",
        "Start Blender with the configuration that the file was made with ($OCIO), or load the plate and "
        "choose its colour space here.",
    )


def known_spaces() -> tuple[str, ...]:
    """List the colour spaces of the configuration that Blender was started with."""
    settings = bpy.types.ColorManagedInputColorspaceSettings.bl_rna.properties["name"]
    return tuple(one.identifier for one in settings.enum_items)


def picture_of(folder: str, frame: int) -> str:
    """Find the result of one frame of a take; raises ArtistError `engine.no_take`."""
    found = sorted((Path(folder) / "result").glob(f"*.{frame:04d}.*"))
    if found:
        return str(found[0])
    raise _no_take(folder, f"its result has no frame {frame}")


def load(space: Any, folder: str, label: str, state: Any) -> None:
    """Load the result of a take, and show it where the artist is; raises ArtistError `engine.no_take`.

    `state` is what the scene holds of the operation: where the plate starts and how it was read.
    """
    found = result_of(folder, state.plate_starts, state.plate_space)
    load_image(found, label)
    if space is not None:
        show(space, found, label)


def load_image(sequence: Sequence, name: str) -> bpy.types.Image:
    """Load pictures as an image that plays as a sequence; one that is loaded already is read again."""
    read_as = space_for(sequence.plate, sequence.space)
    image = _opened(bpy.data.images, sequence.first_file)
    image.name = name
    if len(sequence.frames) > 1:
        image.source = "SEQUENCE"
    _copy_colour(sequence, image, read_as)
    image.reload()
    return image


def load_clip(sequence: Sequence, name: str) -> bpy.types.MovieClip:
    """Load pictures as a movie clip that stands where the plate's does."""
    read_as = space_for(sequence.plate, sequence.space)
    clip = _opened(bpy.data.movieclips, sequence.first_file)
    clip.name = name
    clip.frame_start = sequence.starts
    clip.frame_offset = 0
    if read_as:
        clip.colorspace_settings.name = read_as
    return clip


def show(space: Any, sequence: Sequence, name: str) -> None:
    """Show a loaded take in an Image or Movie Clip editor."""
    if space.type == "CLIP_EDITOR":
        space.clip = load_clip(sequence, name)
    elif space.type == "IMAGE_EDITOR":
        space.image = load_image(sequence, name)
        place(space.image_user, sequence)


def place(user: Any, sequence: Sequence) -> None:
    """Set an image user so that every frame of the scene shows the picture with the plate's number.

    Blender shows the file numbered `scene frame - frame_start + 1 + frame_offset`.
    """
    user.frame_start = sequence.starts
    user.frame_offset = sequence.frames.first - 1
    user.frame_duration = sequence.frames.last - sequence.frames.first + 1
    user.use_auto_refresh = True


def _opened(loaded: Any, path: Path) -> Any:
    """Open a picture; Blender refuses one that vanished meanwhile."""
    try:
        return loaded.load(str(path), check_existing=True)
    except RuntimeError as problem:
        raise _no_take(str(path.parent.parent), str(problem)) from problem


def _copy_colour(sequence: Sequence, image: bpy.types.Image, read_as: str) -> None:
    """Read the take as the plate is read, or was: outside the matte the two are the same."""
    if read_as:
        image.colorspace_settings.name = read_as
    plate = _of_path(bpy.data.images, sequence.plate)
    if plate is not None:
        image.alpha_mode = plate.alpha_mode


def _of_path(loaded: Any, pattern: str) -> Any:
    """Find the image or clip that was loaded from a plate."""
    named = (one for one in loaded if one.filepath)
    return next((one for one in named if frames.pattern_of(bpy.path.abspath(one.filepath)) == pattern), None)


def request_of(folder: str) -> JobRequest:
    """Read what a take was made from; raises ArtistError `engine.no_take`, saying which file is at fault."""
    path = Path(folder) / "request.json"
    try:
        request = JobRequest.from_text(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise _no_take(folder, str(problem)) from problem
    except (ValueError, RecursionError) as problem:
        raise _damaged(path, str(problem)) from problem
    except ArtistError as problem:
        raise _damaged(path, problem.message, problem.fix if "newer" in problem.fix else "") from problem
    if "plate" not in request.inputs:
        raise _damaged(path, "It names no plate.")
    return request


def _damaged(path: Path, why: str, fix: str = "") -> ArtistError:
    return ArtistError(
        "engine.no_take",
        "The take cannot be loaded",
        f"{path} cannot be read. {why}",
        fix or "Bring the file back from a backup, or make the take again.",
        detail=why,
    )


def _no_take(folder: str, why: str) -> ArtistError:
    return ArtistError(
        "engine.no_take",
        "The take cannot be loaded",
        f"There is no finished take in {folder}.",
        "Make the take again, or bring its folder back.",
        detail=why,
    )
