"""Read a camera from a USD file, in its units, up axis and time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from photodouble.image.documents import bad_document
from photodouble.ops.crowd.camera import Camera, CameraMove
from photodouble.ops.crowd.camera_files import CameraOptions, joined
from photodouble_client.errors import ArtistError

_MOST = 100_000
"""Frames; a longer range is a slip."""


def read_usd(path: Path, options: CameraOptions) -> CameraMove:
    """Read the camera of a stage; raises ArtistError `input.bad_document` or `input.unsupported_format`."""
    usd, geometry = _libraries()
    if not path.is_file():
        raise bad_document(path, "There is no such file.")
    try:
        stage = usd.Stage.Open(str(path))
    except Exception as problem:
        said = next((line.strip() for line in str(problem).splitlines() if line.strip()), "it cannot be read")
        raise bad_document(path, f"It is no USD file: {said[:200]}") from problem
    lost = [name for name in stage.GetRootLayer().subLayerPaths if not layer_is_there(stage, name)]
    if lost:
        raise bad_document(path, f"Its sublayer {lost[0]} is not there.")
    cameras = [prim for prim in stage.Traverse() if prim.IsA(geometry.Camera)]
    if options.node is not None:
        cameras = [one for one in cameras if options.node in (one.GetName(), str(one.GetPath()))]
    if len(cameras) != 1:
        names = ", ".join(str(one.GetPath()) for one in cameras)
        raise bad_document(
            path,
            f"It holds several cameras: {names}. Say which one." if names else "It holds no such camera.",
        )
    return _move(geometry, stage, geometry.Camera(cameras[0]), path, options)


def _move(geometry: Any, stage: Any, camera: Any, path: Path, options: CameraOptions) -> CameraMove:
    """Sample the camera where its own keys are, and those of what carries it, and on whole frames between."""
    frames = _frames(geometry, stage, camera, path)
    units, up = geometry.GetStageMetersPerUnit(stage), str(geometry.GetStageUpAxis(stage)).lower()
    moments = {}
    for frame in frames:
        seen = camera.GetCamera(frame)
        matrix = np.array(seen.transform).T
        if not np.isfinite(matrix).all():
            raise bad_document(path, f"The camera's position or rotation at frame {frame:g} is no number.")
        size = np.linalg.norm(matrix[:3, :3], axis=0)
        if size.min() < 1e-9 or np.linalg.det(matrix[:3, :3] / size) < 0.99:
            raise bad_document(path, f"The camera is mirrored or squashed at frame {frame:g}.")
        film = _millimetres(float(seen.horizontalAperture), float(units))
        shift = np.array([seen.horizontalApertureOffset, seen.verticalApertureOffset]) * film
        moments[frame] = Camera(
            matrix[:3, 3],
            matrix[:3, :3] / size,
            float(seen.focalLength) * film,
            float(seen.horizontalAperture) * film,
            shift,
            float(seen.focusDistance),
            float(seen.fStop),
        )
    if str(camera.GetProjectionAttr().Get()) == "orthographic":
        raise bad_document(path, "The camera is orthographic, and a plate is not.")
    opened, closed = (
        float(one.Get() or 0) for one in (camera.GetShutterOpenAttr(), camera.GetShutterCloseAttr())
    )
    angle, phase = options.shutter_angle, options.shutter_phase
    if closed > opened and angle is None:
        angle, phase = (closed - opened) * 360, opened * 360
    given = CameraOptions(
        options.units or float(units),
        options.up or up,
        options.first_frame,
        options.focal,
        options.aperture,
        shutter_angle=angle,
        shutter_phase=phase,
    )
    return joined(moments, given, path=path)


def _millimetres(aperture: float, units: float) -> float:
    """Return the millimetres of one step of film: a tenth of a unit, unless that makes no film back.

    The schema counts in tenths of the scene's unit; programs that write millimetres all the same are
    known by film backs of metres.
    """
    step = units * 100
    return step if 1 <= aperture * step <= 200 else 1.0


def _frames(geometry: Any, stage: Any, camera: Any, path: Path) -> list[float]:
    """Return the times at which something about the camera is known, and the whole frames between them."""
    times: set[float] = set()
    for attribute in camera.GetPrim().GetAttributes():
        times.update(attribute.GetTimeSamples())
    prim = camera.GetPrim()
    while prim and prim.GetPath() != prim.GetPath().absoluteRootPath:
        times.update(geometry.Xformable(prim).GetTimeSamples() if prim.IsA(geometry.Xformable) else ())
        prim = prim.GetParent()
    if not times:
        return [stage.GetStartTimeCode() if stage.HasAuthoredTimeCodeRange() else 1.0]
    first, last = min(times), max(times)
    if last - first > _MOST:
        raise bad_document(path, f"The camera moves for more than {_MOST} frames.")
    times.update(float(one) for one in range(int(np.ceil(first)), int(last) + 1))
    return sorted(times)


def layer_is_there(stage: Any, name: str) -> bool:
    """Tell whether a layer that a stage's file names can be found from it."""
    from pxr import Sdf

    return Sdf.Layer.FindOrOpenRelativeToLayer(stage.GetRootLayer(), name) is not None


def _libraries() -> tuple[Any, Any]:
    try:
        from pxr import Usd, UsdGeom
    except ImportError as problem:
        raise ArtistError(
            "input.unsupported_format",
            "USD cannot be read here",
            "The library that reads USD is not installed.",
            'Install it (pip install "photodouble[crowd]"), or export the camera as .nk, .chan or JSON.',
        ) from problem
    return Usd, UsdGeom
