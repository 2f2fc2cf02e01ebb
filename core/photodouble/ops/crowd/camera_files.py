"""Read a shot's camera: Nuke scripts and .chan files, USD, and our own JSON.

Our JSON is `{"schema": 1, "kind": "camera", "frames": {"1001": {"position": [x, y, z], "rotation": [x, y, z],
"focal": 35}}}` with degrees and millimetres. Beside `frames`, or for each of them, may stand `focal`,
`aperture` (film back width), `shift` [right, up] in millimetres, `focus_distance` in metres, `f_stop`,
`order` of the rotations; beside `frames` only: `units` (metres per unit, or m, cm, mm, ft, in), `up` (y or
z), `first_frame`, `shutter_angle` and `shutter_phase` in degrees. `matrix`, 16 numbers row by row, may
replace position and rotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.documents import bad_document, read_document
from photodouble.ops.crowd.camera import Camera, CameraMove, axes_of
from photodouble.ops.crowd.fields import Fields
from photodouble_client.errors import ArtistError

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "km": 1000.0, "ft": 0.3048, "in": 0.0254}

FOCAL, FILM_BACK = (0.1, 10_000.0), (0.1, 1000.0)
"""Millimetres."""
FARTHEST = 1e7
"""Metres; what is farther away is a slip."""

_MOMENT = {
    "position",
    "rotation",
    "order",
    "matrix",
    "focal",
    "aperture",
    "shift",
    "focus_distance",
    "f_stop",
}
_WHOLE = {"schema", "kind", "units", "up", "first_frame", "shutter_angle", "shutter_phase", "frames", "name"}
ORDERS = ("xyz", "xzy", "yxz", "yzx", "zxy", "zyx")
_TURNED = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""Takes a world with z up to one with y up."""


@dataclass(frozen=True)
class CameraOptions:
    """What a camera file does not say, or says wrongly; None leaves it to the file.

    `units`: metres per unit. `up`: y or z. `first_frame`: where the move begins in the shot. `focal` and
    `aperture` in millimetres, `order` of the rotations of a .chan file, `node`: which camera of several.
    `aperture_height` is the film back's, from which the angle of view of a .chan file counts.
    """

    units: float | None = None
    up: str | None = None
    first_frame: int | None = None
    focal: float | None = None
    aperture: float | None = None
    shutter_angle: float | None = None
    shutter_phase: float | None = None
    order: str | None = None
    node: str | None = None
    aperture_height: float | None = None


def read_camera(path: Path, options: CameraOptions | None = None) -> CameraMove:
    """Read a camera; raises ArtistError `input.bad_document` or `input.unsupported_format`."""
    wanted = options or CameraOptions()
    ending = path.suffix.lower()
    if ending == ".json":
        return camera_from_json(read_document(path), path, wanted)
    if ending in (".nk", ".nknc", ".nkind", ".chan"):
        from photodouble.ops.crowd.camera_nuke import read_chan, read_script

        return read_chan(path, wanted) if ending == ".chan" else read_script(path, wanted)
    if ending in (".usd", ".usda", ".usdc", ".usdz"):
        from photodouble.ops.crowd.camera_usd import read_usd

        return read_usd(path, wanted)
    raise ArtistError(
        "input.unsupported_format",
        "This kind of camera file cannot be read",
        f"{path.name} ends in {ending or 'nothing'!r}.",
        "Export the camera as a Nuke script (.nk), .chan, USD or our JSON. In Blender and Maya USD does it.",
    )


def camera_from_json(
    stored: Any, path: Path | str = "camera", options: CameraOptions | None = None
) -> CameraMove:
    """Read our own camera document; raises ArtistError `input.bad_document`."""
    fields = Fields.of(stored, "camera", path)
    fields.only(_WHOLE | _MOMENT)
    if fields.whole("schema", 1, 1, 10**6) != 1 or fields.text("kind", "camera") != "camera":
        raise fields.fault("It is no camera document of schema 1.")
    frames = Fields.of(fields.stored.get("frames"), "frames", path).stored
    if not frames:
        raise fields.fault("It holds no frames.")
    known = {key: value for key, value in fields.stored.items() if key in _MOMENT}
    moments = {}
    for text, one in frames.items():
        frame = _frame(text, fields)
        own = Fields.of(one, f"frames.{text}", path)
        own.only(_MOMENT)
        moments[frame] = _moment(replace(own, stored={**known, **own.stored}), options)
    given = options or CameraOptions()
    return joined(
        moments,
        replace(
            given,
            units=given.units or _units(fields),
            up=given.up or fields.text("up", "y"),
            first_frame=_first(given, fields),
            shutter_angle=_or(given.shutter_angle, fields.number("shutter_angle", 180.0, 0, 720)),
            shutter_phase=_or(given.shutter_phase, fields.number("shutter_phase", -90.0, -720, 720)),
        ),
        path=path,
    )


def camera_to_json(move: CameraMove) -> dict[str, Any]:
    """Write a camera as plain JSON values, with a matrix per frame so that nothing is lost."""
    frames = {}
    for at, frame in enumerate(move.frames):
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = move.axes[at], move.position[at]
        frames[f"{frame:g}"] = {
            "matrix": matrix.ravel().tolist(),
            "focal": float(move.focal[at]),
            "aperture": float(move.aperture[at]),
            "shift": move.shift[at].tolist(),
            "focus_distance": float(move.focus_distance[at]),
            "f_stop": float(move.f_stop[at]),
        }
    shutter = {"shutter_angle": move.shutter_angle, "shutter_phase": move.shutter_phase}
    return {"schema": 1, "kind": "camera", **shutter, "frames": frames}


def joined(
    moments: dict[float, Camera], options: CameraOptions, *, path: Path | str, notes: Sequence[str] = ()
) -> CameraMove:
    """Join the moments of a file in its own units into a camera in metres with y up.

    Raises ArtistError `input.bad_document` for a camera that cannot be.
    """
    up = (options.up or "y").lower()
    if up not in ("y", "z"):
        raise ArtistError(
            "input.bad_document", "The up axis is not known", f"{path}: up is {up!r}.", "Write y or z."
        )
    frames = sorted(moments)
    cameras = [moments[frame] for frame in frames]
    times = np.array(frames, np.float64)
    if options.first_frame is not None:
        times = times - times[0] + options.first_frame
    turn = _TURNED if up == "z" else np.eye(3)
    units = 1.0 if options.units is None else options.units
    focus = np.array([camera.focus_distance for camera in cameras])
    move = CameraMove(
        times,
        np.stack([turn @ camera.position * units for camera in cameras]),
        np.stack([turn @ camera.axes for camera in cameras]),
        np.array([options.focal or camera.focal for camera in cameras]),
        np.array([options.aperture or camera.aperture for camera in cameras]),
        np.stack([np.asarray(camera.shift, np.float64) for camera in cameras]),
        focus * units,
        np.array([camera.f_stop for camera in cameras]),
        _or(options.shutter_angle, 180.0),
        _or(options.shutter_phase, -90.0),
        tuple(notes),
    )
    _check_sense(move, path)
    return move


def _check_sense(move: CameraMove, path: Path | str) -> None:
    """Refuse what no camera has, whichever file it came from: a broken one would draw nobody in silence."""
    limits = (
        ("focal length in millimetres", move.focal, *FOCAL),
        ("film back in millimetres", move.aperture, *FILM_BACK),
        ("lens shift in millimetres", move.shift, -1000.0, 1000.0),
        ("position in metres", move.position, -FARTHEST, FARTHEST),
        ("rotation", move.axes, -1.001, 1.001),
        ("distance of focus", move.focus_distance, 0.0, 1e30),
        ("f-stop", move.f_stop, 0.0, 1000.0),
        ("shutter angle", np.array([move.shutter_angle]), 0.0, 720.0),
        ("shutter phase", np.array([move.shutter_phase]), -720.0, 720.0),
        ("frame", move.frames, -1e7, 1e7),
    )
    for what, values, low, high in limits:
        wrong = np.flatnonzero(~((values >= low) & (values <= high)).reshape(len(values), -1).all(axis=1))
        if len(wrong):
            at = f" at frame {move.frames[wrong[0]]:g}" if len(values) == len(move.frames) else ""
            found = np.ravel(values[wrong[0]])
            said = ", ".join(f"{one:g}" for one in found[:3])
            raise bad_document(path, f"Its {what}{at} is {said}, and has to lie from {low:g} to {high:g}.")


def _moment(fields: Fields, options: CameraOptions | None) -> Camera:
    shift = fields.pair("shift") if fields.stored.get("shift") is not None else (0.0, 0.0)
    if fields.stored.get("focal") is None and not (options and options.focal):
        raise fields.fault("It has no focal length.")
    if "matrix" in fields.stored:
        position, axes = _from_matrix(fields)
    else:
        order = fields.text("order", "zxy").lower()
        if order not in ORDERS:
            raise fields.fault(f"order is {order!r}, and has to be one of {', '.join(ORDERS)}.")
        position = np.array(fields.place("position") or _missing(fields, "position"))
        axes = axes_of(np.array(fields.place("rotation") or (0.0, 0.0, 0.0)), order)
    return Camera(
        position,
        axes,
        fields.number("focal", 35.0, *FOCAL),
        fields.number("aperture", 36.0, *FILM_BACK),
        np.array(shift),
        fields.number("focus_distance", 0.0, 0),
        fields.number("f_stop", 0.0, 0, 1000),
    )


def _from_matrix(fields: Fields) -> tuple[Any, Any]:
    values = fields.several("matrix")
    if len(values) != 16:
        raise fields.fault(f"matrix has {len(values)} numbers, and needs 16.")
    one = Fields({str(at): value for at, value in enumerate(values)}, f"{fields.where}.matrix", fields.path)
    matrix = np.array([one.number(str(at), 0.0) for at in range(16)]).reshape(4, 4)
    size = np.linalg.norm(matrix[:3, :3], axis=0)
    axes = matrix[:3, :3] / np.maximum(size, 1e-12)
    if size.min() < 1e-9 or abs(np.linalg.det(axes) - 1) > 1e-3:
        raise fields.fault("matrix is no rotation with a position in its last column.")
    return matrix[:3, 3], axes


def _missing(fields: Fields, key: str) -> Any:
    raise fields.fault(f"It has no {key}.")


def _frame(text: str, fields: Fields) -> float:
    try:
        return float(int(text))
    except (ValueError, OverflowError) as problem:
        raise fields.fault(f"{text!r} is no frame number.") from problem


def _units(fields: Fields) -> float:
    found = fields.stored.get("units", 1.0)
    if isinstance(found, str):
        if found.lower() not in UNITS:
            raise fields.fault(f"units is {found!r}, and has to be a number or one of {', '.join(UNITS)}.")
        return UNITS[found.lower()]
    return fields.number("units", 1.0, 1e-9, 1e9)


def _first(options: CameraOptions, fields: Fields) -> int | None:
    if options.first_frame is not None or fields.stored.get("first_frame") is None:
        return options.first_frame
    return fields.whole("first_frame", 1, -(10**7), 10**7)


def _or(given: float | None, default: float) -> float:
    return default if given is None else given
