# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's camera as a camera document: the same pixels for the same point, on every frame of the plate."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from . import crowd_space
from ._vendor.photodouble_client.errors import ArtistError

Json = dict[str, Any]


def write(path: Path, scene: Any, camera: Any, frames: Mapping[int, int]) -> None:
    """Write the document; `frames` are the plate's frames by the scene's. Raises ArtistError."""
    text = json.dumps(document(scene, camera, frames), indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The camera cannot be written",
            f"{path} cannot be written.",
            "Choose a folder under Takes that can be written to.",
            detail=str(problem),
        ) from problem


def document(scene: Any, camera: Any, frames: Mapping[int, int]) -> Json:
    """Describe a camera on every frame of the plate; one that stands still is written once."""
    if camera is None or camera.type != "CAMERA" or camera.data.type != "PERSP":
        raise _no_camera(camera)
    now = scene.frame_current, scene.frame_subframe
    moments: dict[str, Json] = {}
    for shown, frame in sorted(frames.items()):
        scene.frame_set(shown)
        moments[str(frame)] = _moment(scene, camera)
    scene.frame_set(now[0], subframe=now[1])
    first = next(iter(moments))
    if all(one == moments[first] for one in moments.values()):
        moments = {first: moments[first]}
    # Where Blender and the crowd disagree about which way is up, the reader of the document turns it.
    facts = {"schema": 1, "kind": "camera", "name": camera.name, "up": "z"}
    return {**facts, "frames": moments, **_shutter(scene)}


def film_width(scene: Any, lens: Any) -> float:
    """Give how many millimetres of film fill the picture's width, whichever side Blender fits."""
    wide, tall = _sides(scene)
    if lens.sensor_fit == "VERTICAL":
        return float(lens.sensor_height * wide / tall)
    if lens.sensor_fit == "HORIZONTAL" or wide >= tall:
        return float(lens.sensor_width)
    return float(lens.sensor_width * wide / tall)


def _moment(scene: Any, camera: Any) -> Json:
    evaluated = camera.evaluated_get(bpy.context.evaluated_depsgraph_get())
    place, turn, _scale = evaluated.matrix_world.decompose()
    matrix = turn.to_matrix().to_4x4()
    unit = crowd_space.metres(scene)
    matrix.translation = place * unit
    lens, width = evaluated.data, film_width(scene, evaluated.data)
    wide, tall = _sides(scene)
    fit = wide if _fits_width(lens, wide, tall) else tall
    shift = [lens.shift_x * fit / wide * width, lens.shift_y * fit / wide * width]
    focus = _focus(evaluated, lens, place) * unit if lens.dof.use_dof else 0.0
    return {
        "matrix": [value for row in matrix for value in row],
        "focal": lens.lens,
        "aperture": width,
        "shift": shift,
        "focus_distance": focus,
        "f_stop": lens.dof.aperture_fstop if lens.dof.use_dof else 0.0,
    }


def _sides(scene: Any) -> tuple[float, float]:
    render = scene.render
    return (
        render.resolution_x * render.pixel_aspect_x,
        render.resolution_y * render.pixel_aspect_y,
    )


def _fits_width(lens: Any, wide: float, tall: float) -> bool:
    return bool(lens.sensor_fit == "HORIZONTAL" or (lens.sensor_fit == "AUTO" and wide >= tall))


def _focus(camera: Any, lens: Any, place: Any) -> float:
    """Give the distance of focus along the view; an object that is focused on comes first."""
    target = lens.dof.focus_object
    if target is None:
        return float(lens.dof.focus_distance)
    ahead = camera.matrix_world.to_quaternion() @ _mathutils_down()
    return max(float((target.matrix_world.translation - place).dot(ahead)), 0.0)


def _mathutils_down() -> Any:
    from mathutils import Vector

    return Vector((0.0, 0.0, -1.0))


def _shutter(scene: Any) -> Json:
    """Give the shutter where the scene blurs; otherwise the crowd's own half turn stands."""
    if not scene.render.use_motion_blur:
        return {}
    angle = min(math.fabs(scene.render.motion_blur_shutter) * 360, 720.0)
    phase = {"START": 0.0, "CENTER": -angle / 2, "END": -angle}[scene.render.motion_blur_position]
    return {"shutter_angle": angle, "shutter_phase": phase}


def _no_camera(camera: Any) -> ArtistError:
    what = "The scene has no camera." if camera is None else f"{camera.name} is no perspective camera."
    return ArtistError(
        "usage.arguments",
        "There is no camera to see the crowd through",
        what,
        "Choose a perspective camera that is matched to the plate.",
    )
