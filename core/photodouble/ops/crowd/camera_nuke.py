"""Read a camera from a Nuke script or a .chan file, as text: no Nuke is needed.

Rotations are Nuke's: with the order ZXY around z first, then x, then y. The film back fills the picture's
width; `win_translate` counts in halves of that width.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.documents import bad_document
from photodouble.image.nuke_script import Node, nodes_of
from photodouble.ops.crowd.camera import Camera, CameraMove, axes_of
from photodouble.ops.crowd.camera_files import ORDERS, CameraOptions, joined
from photodouble_client.errors import ArtistError

_FILM = (24.576, 18.672)
"""Nuke's own film back in millimetres, which .chan files take for granted."""

_CAMERA = re.compile(r"Camera\d*")
_MOVED_BY = re.compile(r"(Axis\d*|TransformGeo|GeoTransform)")
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class _Curve:
    """The keys of one number: `frames` is empty where it never changes."""

    frames: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, frame: float) -> float:
        if not self.frames:
            return self.values[0]
        return float(np.interp(frame, self.frames, self.values))


def read_script(path: Path, options: CameraOptions) -> CameraMove:
    """Read the camera of a Nuke script, or of what was copied from one.

    Raises ArtistError `input.bad_document` when there is none, several, or one driven by expressions.
    """
    nodes = list(nodes_of(_text(path), path))
    cameras = [at for at, node in enumerate(nodes) if _CAMERA.fullmatch(node.kind)]
    if options.node is not None:
        cameras = [at for at in cameras if nodes[at].name == options.node]
    if len(cameras) != 1:
        names = ", ".join(nodes[at].name for at in cameras)
        reason = (
            f"It holds several cameras: {names}. Say which one." if cameras else "It holds no such camera."
        )
        raise bad_document(path, reason)
    node = nodes[cameras[0]]
    notes = []
    if str(node.knobs.get("inputs", "1")) != "0":
        above = [one.name for one in nodes[: cameras[0]] if _MOVED_BY.fullmatch(one.kind)]
        notes += [
            f"What {name} does to the camera is not followed; bake it into the camera." for name in above
        ]
    return _move(node, path, options, notes)


def read_chan(path: Path, options: CameraOptions) -> CameraMove:
    """Read a .chan file: frame, place, rotation and, in the eighth column, the vertical angle of view.

    Raises ArtistError `input.bad_document`.
    """
    width, height = options.aperture or _FILM[0], options.aperture_height or _FILM[1]
    order = _checked_order(options.order or "zxy", path)
    moments = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            values = [float(word) for word in line.split()]
        except ValueError as problem:
            raise bad_document(path, f"Line {number} holds something that is no number.") from problem
        if len(values) < 7 or not all(math.isfinite(value) for value in values):
            raise bad_document(path, f"Line {number} needs a frame, three places and three angles.")
        if options.focal is None and not (len(values) > 7 and 0 < values[7] < 180):
            raise _no_focal(path, number)
        focal = options.focal or height / 2 / math.tan(math.radians(values[7]) / 2)
        axes = axes_of(np.array(values[4:7]), order)
        moments[values[0]] = Camera(np.array(values[1:4]), axes, focal, width)
    if not moments:
        raise bad_document(path, "It holds no frames.")
    notes = []
    if options.focal is None and options.aperture_height is None:
        notes.append(f"The film back is taken to be {width:g} x {height:g} mm, as .chan files do not say it.")
    return joined(moments, options, path=path, notes=notes)


def _move(node: Node, path: Path, options: CameraOptions, notes: list[str]) -> CameraMove:
    knobs = {key: _curves(value, f"{node.name}.{key}", path) for key, value in _wanted(node.knobs).items()}
    frames = sorted({frame for curves in knobs.values() for curve in curves for frame in curve.frames}) or [
        1.0
    ]
    if any(len(curve.frames) > 1 and _gaps(curve) for curves in knobs.values() for curve in curves):
        notes.append("Some keys of the camera are apart; between them it is taken to move evenly.")

    def at(key: str, frame: float, default: tuple[float, ...]) -> list[float]:
        found = [curve.at(frame) for curve in knobs[key]] if key in knobs else list(default)
        found = found * len(default) if len(found) == 1 else found
        if len(found) != len(default):
            raise bad_document(path, f"{node.name}.{key} has {len(found)} numbers, and needs {len(default)}.")
        return found

    order = _checked_order(str(node.knobs.get("rot_order", "ZXY")), path)
    moments = {}
    for frame in frames:
        position, axes = np.array(at("translate", frame, (0, 0, 0))), np.eye(3)
        if str(node.knobs.get("useMatrix", "false")).lower() in ("true", "1"):
            matrix = np.array(at("matrix", frame, tuple(np.eye(4).ravel()))).reshape(4, 4)
            position = matrix[:3, 3]
            axes = matrix[:3, :3] / np.maximum(np.linalg.norm(matrix[:3, :3], axis=0), 1e-12)
            if np.linalg.det(axes) < 0.99:
                raise bad_document(path, f"{node.name}.matrix is mirrored or squashed at frame {frame:g}.")
        else:
            axes = axes_of(np.array(at("rotate", frame, (0, 0, 0))), order)
        axes = axes @ axes_of(np.array([0, 0, -at("winroll", frame, (0,))[0]]))
        film = at("haperture", frame, (_FILM[0],))[0]
        moments[frame] = Camera(
            position,
            axes,
            at("focal", frame, (50,))[0],
            film * at("win_scale", frame, (1, 1))[0],
            np.array(at("win_translate", frame, (0, 0))) * film / 2,
            at("focal_point", frame, (0,))[0],
            at("fstop", frame, (0,))[0],
        )
    return joined(moments, _shuttered(node, knobs, options), path=path, notes=notes)


def _checked_order(order: str, path: Path) -> str:
    if order.lower() not in ORDERS:
        raise bad_document(
            path, f"The order of rotations is {order!r}, and has to be one of {', '.join(ORDERS)}."
        )
    return order.lower()


def _wanted(knobs: Mapping[str, Any]) -> dict[str, Any]:
    known = ("translate", "rotate", "matrix", "focal", "haperture", "win_translate", "win_scale", "winroll")
    return {key: knobs[key] for key in (*known, "focal_point", "fstop", "shutter") if key in knobs}


def _shuttered(node: Node, knobs: Mapping[str, list[_Curve]], options: CameraOptions) -> CameraOptions:
    """Take the shutter from the camera where it says one and nobody else does."""
    if "shutter" not in knobs or options.shutter_angle is not None:
        return options
    angle = 360 * knobs["shutter"][0].at(0)
    offset = str(node.knobs.get("shutteroffset", "start"))
    phase = {"start": 0.0, "end": -angle}.get(offset, -angle / 2)
    return replace(options, shutter_angle=angle, shutter_phase=phase)


def _gaps(curve: _Curve) -> bool:
    return bool(np.any(np.diff(curve.frames) > 1))


def _curves(value: Any, what: str, path: Path) -> list[_Curve]:
    """Read a knob's value: a number, several, or an animation curve for each."""
    if isinstance(value, str):
        return [_Curve((), (_number(value, what, path),))]
    found: list[_Curve] = []
    for one in value:
        found += (
            _curves(one, what, path) if isinstance(one, list) and _nested(one) else [_curve(one, what, path)]
        )
    return found


def _nested(value: list[Any]) -> bool:
    return all(isinstance(one, list) for one in value) or (
        len(value) > 1 and all(isinstance(one, str) and _is_number(one) for one in value)
    )


def _curve(value: Any, what: str, path: Path) -> _Curve:
    """Read `curve x1001 1.5 1.6 x1010 2`: values follow each other frame by frame from the last x."""
    if isinstance(value, str):
        return _Curve((), (_number(value, what, path),))
    words = [str(word) for word in value]
    if len(words) == 1 and _is_number(words[0]):
        return _Curve((), (float(words[0]),))
    keys: dict[float, float] = {}
    frame = 1.0
    for word in words:
        if re.fullmatch(r"x-?\d+(\.\d+)?", word):
            frame = float(word[1:])
        elif _is_number(word):
            keys[frame] = float(word)
            frame += 1
        elif not re.fullmatch(r"curve|[a-zA-Z]|[stuv]-?[\d.e+-]+", word):
            raise bad_document(path, f"{what} follows an expression ({word}). Bake the camera, then save it.")
    if not keys:
        raise bad_document(path, f"{what} has an animation without keys.")
    frames = tuple(sorted(keys))
    return _Curve(frames, tuple(keys[one] for one in frames))


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def _number(word: str, what: str, path: Path) -> float:
    if not _is_number(word):
        raise bad_document(path, f"{what} is {word[:40]!r} and no number. Bake the camera, then save it.")
    return float(word)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise bad_document(path, f"It is larger than {_LARGEST >> 20} MB; save the camera alone.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise bad_document(path, f"It cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise bad_document(path, "It is no text.") from problem


def _no_focal(path: Path, line: int) -> ArtistError:
    return ArtistError(
        "input.bad_document",
        "The camera has no focal length",
        f"{path}: Line {line} has no angle of view, and no focal length is given.",
        "Give it once, in millimetres: photodouble crowd camera FILE --to camera.json --focal 35.",
    )
