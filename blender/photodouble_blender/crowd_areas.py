# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn in the scene as areas of a crowd: faces to stand on, curves as rows or streets, strokes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from . import compat, crowd_faces, crowd_space
from ._vendor.photodouble_client.errors import ArtistError
from .crowd_space import Place

Json = dict[str, Any]
Line = list[Place]


@dataclass(frozen=True)
class Wish:
    """What the artist wants of an area: how lines are meant, how dense, and where people look.

    `look` is CAMERA, ROW or ANGLE; `facing` counts for ROW and ANGLE. `camera` is where the camera stands in
    the crowd's metres.
    """

    lines: str = "ROWS"
    spacing: float = 0.8
    fill: float = 0.9
    look: str = "CAMERA"
    facing: float = 0.0
    camera: Place | None = None


def name_of(drawn: Any) -> str:
    """Name the area of an object as a crowd file takes it."""
    name = "".join("_" if sign in '/,"*~?[]' else sign for sign in drawn.name).strip()
    return name[:56] or "area"


def pattern_of(drawn: Any) -> str:
    """Name everything that was ever written of an object, so that what is gone from it goes."""
    return f"{name_of(drawn)},{name_of(drawn)}.[0-9]*"


def areas_of(drawn: Any, scene: Any, wish: Wish) -> dict[str, Json]:
    """Give the areas of an object by their ids; raises ArtistError where nothing can be made of it."""
    found = _shapes(drawn, scene, wish)
    if not found:
        raise _nothing(drawn)
    name = name_of(drawn)
    names = [name] if len(found) == 1 else [f"{name}.{number}" for number in range(1, len(found) + 1)]
    return {one: {"kind": area.pop("kind"), **area, **_looking(wish)} for one, area in zip(names, found)}


def _shapes(drawn: Any, scene: Any, wish: Wish) -> list[Json]:
    if drawn.type == "MESH":
        drawn.update_from_editmode()
        if len(drawn.data.polygons):
            return [_standing(island, wish) for island in crowd_faces.islands(drawn, scene)]
    if drawn.type in compat.STROKES:
        strokes = compat.strokes_of(drawn, scene.frame_current)
        lines = [[crowd_space.to_crowd(drawn.matrix_world @ at, scene) for at in one] for one in strokes]
    elif drawn.type in ("MESH", "CURVE", "CURVES"):
        lines = _lines(drawn, scene)
    else:
        return []
    lines = [line for line in lines if len(set(line)) > 1]
    if not lines:
        return []
    if wish.lines == "GROUND":
        return [_standing(crowd_faces.ground(line), wish) for line in lines if len(line) > 2]
    return [_street(lines, wish)] if wish.lines == "STREET" else [_rows(lines, wish)]


def _standing(island: crowd_faces.Island, wish: Wish) -> Json:
    area = {"kind": "standing", "polygon": island.outline, "height": island.height}
    holes: Json = {"obstacles": island.holes} if island.holes else {}
    return {**area, **holes, "spacing": wish.spacing, "density": wish.fill}


def _rows(lines: list[Line], wish: Wish) -> Json:
    rows = [[list(map(_short, point)) for point in line] for line in lines]
    return {"kind": "rows", "rows": rows, "seat_width": wish.spacing, "fill": wish.fill}


def _street(lines: list[Line], wish: Wish) -> Json:
    curves = [[[_short(x), _short(z)] for x, _y, z in line] for line in lines]
    height = sum(point[1] for line in lines for point in line) / sum(map(len, lines))
    return {
        "kind": "street",
        "curves": curves,
        "height": _short(height),
        "spacing": wish.spacing,
        "density": wish.fill,
    }


def _looking(wish: Wish) -> Mapping[str, Any]:
    if wish.look == "CAMERA" and wish.camera is not None:
        return {"look_at": list(map(_short, wish.camera))}
    return {"facing": _short(wish.facing)}


def _lines(drawn: Any, scene: Any) -> list[Line]:
    """Give the lines of a curve as Blender draws them, in the order they were drawn in."""
    evaluated = drawn.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = evaluated.to_mesh()
    if mesh is None:
        return []
    places = [crowd_space.to_crowd(drawn.matrix_world @ vertex.co, scene) for vertex in mesh.vertices]
    edges = [tuple(edge.vertices) for edge in mesh.edges]
    evaluated.to_mesh_clear()
    return [[places[at] for at in chain] for chain in crowd_faces.chains(edges)]


def _short(value: float) -> float:
    """Round to a tenth of a millimetre: more is not drawn."""
    return round(float(value), 4)


def _nothing(drawn: Any) -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "Nobody can stand there",
        f"{drawn.name} has no faces, curves or strokes that make an area.",
        "Select faces of a mesh, a curve, or grease pencil strokes.",
    )
