# SPDX-License-Identifier: GPL-3.0-or-later
"""Break a closed mesh into the cells of points that lie in it: a Voronoi cut by planes, the same by seed.

A cell is what of the mesh lies nearer to its point than to every other one, so it is cut by the planes half
way to the others, the nearest first, until the next one lies farther away than the cell reaches. Every cut
is closed with a face of its own, so the volumes of the cells sum to the volume of the mesh.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bmesh
from mathutils import Vector
from mathutils.bvhtree import BVHTree

_TRIES = 200
_DOUBLE = 1e-5
"""Corners closer than this part of a cell's size are one: cuts that nearly meet leave such pairs."""


@dataclass(frozen=True)
class Piece:
    """A piece: its mesh around its own middle, where that is, and its volume."""

    mesh: Any
    middle: Any
    volume: float


def broken(solid: Any, count: int, seed: int, inside: int = 0) -> Iterator[Piece]:
    """Break a closed bmesh into `count` cells; loose parts of a cell are pieces of their own.

    Faces of the skin keep their material; those that the break made get the one numbered `inside`.
    """
    points = points_in(solid, count, random.Random(seed))
    for number, point in enumerate(points):
        cell = _cell(solid, point, points[:number] + points[number + 1 :], inside)
        for part in _loose_parts(cell):
            yield from _centred(part)


def is_closed(solid: Any) -> bool:
    """Whether a mesh has an inside: every edge lies between two faces."""
    return bool(solid.faces) and all(edge.is_manifold for edge in solid.edges)


def points_in(solid: Any, count: int, dice: random.Random) -> list[Any]:
    """Throw points into a mesh; one that falls beside it is thrown again."""
    tree = BVHTree.FromBMesh(solid)
    low, high = bounds(solid)
    points: list[Any] = []
    for _ in range(count * _TRIES):
        if len(points) == count:
            break
        point = Vector([dice.uniform(low[axis], high[axis]) for axis in range(3)])
        if _is_inside(tree, point, (high - low).length):
            points.append(point)
    return points


def bounds(solid: Any) -> tuple[Any, Any]:
    """Give the lowest and the highest corner of the box around a mesh."""
    places = [vertex.co for vertex in solid.verts]
    low = Vector([min(place[axis] for place in places) for axis in range(3)])
    return low, Vector([max(place[axis] for place in places) for axis in range(3)])


def _is_inside(tree: Any, point: Any, far: float) -> bool:
    """Count the faces on the way out, along a line that no wall of a building runs along."""
    way, start, crossed = Vector((0.5773, 0.4131, 0.7043)).normalized(), point, 0
    while True:
        hit, _normal, _index, distance = tree.ray_cast(start, way, far * 2)
        if hit is None:
            return crossed % 2 == 1
        crossed += 1
        start = hit + way * max(1e-6 * far, distance * 1e-6)


def _cell(solid: Any, point: Any, others: list[Any], inside: int) -> Any:
    cell = solid.copy()
    for other in sorted(others, key=lambda one: (one - point).length_squared):
        if not cell.verts:
            break
        reach = max((vertex.co - point).length_squared for vertex in cell.verts)
        if (other - point).length_squared > 4 * reach:
            break
        _cut(cell, (point + other) / 2, (other - point).normalized(), inside)
    if cell.verts:
        low, high = bounds(cell)
        bmesh.ops.remove_doubles(cell, verts=cell.verts, dist=_DOUBLE * (high - low).length)
    return cell


def _cut(cell: Any, place: Any, normal: Any, inside: int) -> None:
    """Cut away what lies in front of a plane, and close the cut; faces of the skin keep what they are."""
    everything = [*cell.verts, *cell.edges, *cell.faces]
    made = bmesh.ops.bisect_plane(
        cell, geom=everything, dist=1e-7, plane_co=place, plane_no=normal, clear_outer=True
    )
    rim = [one for one in made["geom_cut"] if isinstance(one, bmesh.types.BMEdge) and one.is_boundary]
    if not rim:
        return
    caps = _filled(cell, rim, normal)
    for face in caps:
        face.material_index = inside
        face.smooth = False
        if face.normal.dot(normal) < 0:
            face.normal_flip()


def _filled(cell: Any, rim: list[Any], normal: Any) -> list[Any]:
    """A single loop becomes one face; several, as a cut through a courtyard gives, are filled together."""
    if _is_one_loop(rim):
        caps = bmesh.ops.contextual_create(cell, geom=rim)["faces"]
    else:
        filled = bmesh.ops.triangle_fill(cell, edges=rim, use_beauty=False, normal=normal)["geom"]
        caps = [one for one in filled if isinstance(one, bmesh.types.BMFace)]
    for face in caps:
        face.normal_update()
    return caps


def _is_one_loop(rim: list[Any]) -> bool:
    edges = set(rim)
    first = rim[0]
    seen, vertex = {first}, first.verts[1]
    while True:
        following = [edge for edge in vertex.link_edges if edge in edges and edge not in seen]
        if len(following) != 1:
            return not following and len(seen) == len(edges) and vertex == first.verts[0]
        seen.add(following[0])
        vertex = following[0].other_vert(vertex)


def _loose_parts(cell: Any) -> Iterator[Any]:
    cell.faces.index_update()
    left = set(cell.faces)
    groups = []
    while left:
        group, edge_of = set(), [next(face for face in cell.faces if face in left)]
        while edge_of:
            face = edge_of.pop()
            if face in left:
                left.discard(face)
                group.add(face.index)
                edge_of += [near for edge in face.edges for near in edge.link_faces if near in left]
        groups.append(group)
    for group in groups:
        part = cell.copy() if len(groups) > 1 else cell
        if len(groups) > 1:
            part.faces.index_update()
            gone = [face for face in part.faces if face.index not in group]
            bmesh.ops.delete(part, geom=gone, context="FACES")
        yield part


def _centred(part: Any) -> Iterator[Piece]:
    """Put a piece around its middle; slivers without a volume are no pieces."""
    volume = part.calc_volume(signed=False)
    low, high = bounds(part) if part.verts else (Vector(), Vector())
    if volume <= 1e-9 * max((high - low).length, 1e-9) ** 3:
        part.free()
        return
    middle = _middle(part)
    bmesh.ops.translate(part, vec=-middle, verts=part.verts)
    yield Piece(part, middle, volume)


def _middle(part: Any) -> Any:
    """Give the centre of mass: of the tetrahedra from one corner to every triangle."""
    base, total, weight = next(iter(part.verts)).co.copy(), Vector(), 0.0
    for corners in part.calc_loop_triangles():
        a, b, c = (loop.vert.co - base for loop in corners)
        volume = a.dot(b.cross(c))
        total += (a + b + c) * (volume / 4)
        weight += volume
    return base + total / weight if weight else base
