# SPDX-License-Identifier: GPL-3.0-or-later
"""The selected faces of a mesh as ground: outlines and holes of what hangs together at one height."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import crowd_space
from .crowd_space import Place

Pair = list[float]
STEP = 0.3
"""Metres; faces whose heights differ by more are another area, such as the next step of a stand."""


@dataclass
class Island:
    """Ground that hangs together: outline and holes as x, z in metres, and its height."""

    outline: list[Pair]
    height: float
    holes: list[list[Pair]] = field(default_factory=list)


def islands(drawn: Any, scene: Any) -> list[Island]:
    """Give the ground under the selected faces, or under all where none is selected."""
    mesh = drawn.data
    places = [crowd_space.to_crowd(drawn.matrix_world @ vertex.co, scene) for vertex in mesh.vertices]
    chosen = [face for face in mesh.polygons if face.select] or list(mesh.polygons)
    corners = {face.index: list(face.vertices) for face in chosen}
    return [_island([corners[face] for face in group], places) for group in _together(corners, places)]


def ground(line: Sequence[Place]) -> Island:
    """Give the ground inside a line."""
    return Island(_flat(line), _middle([point[1] for point in line]))


def chains(edges: Iterable[tuple[int, ...]]) -> list[list[int]]:
    """Put edges together to lines, each from its lower end on; a line that closes ends where it began."""
    beside: dict[int, list[int]] = {}
    for start, end in edges:
        beside.setdefault(start, []).append(end)
        beside.setdefault(end, []).append(start)
    found, left = [], {vertex: list(others) for vertex, others in beside.items()}
    ends = [vertex for vertex in sorted(beside) if len(beside[vertex]) != 2]
    for start in (*ends, *sorted(beside)):
        while left[start]:
            found.append(_walked(start, left))
    return found


def _walked(start: int, left: dict[int, list[int]]) -> list[int]:
    line, at = [start], start
    while left[at]:
        following = min(left[at])
        left[at].remove(following)
        left[following].remove(at)
        line.append(following)
        at = following
    return line


def _together(corners: dict[int, list[int]], places: Sequence[Place]) -> list[list[int]]:
    """Group faces that share an edge and lie at nearly one height."""
    sharing: dict[tuple[int, int], list[int]] = {}
    for face, around in corners.items():
        for start, end in _sides(around):
            sharing.setdefault((min(start, end), max(start, end)), []).append(face)
    height = {face: _middle([places[at][1] for at in around]) for face, around in corners.items()}
    group = {face: face for face in corners}

    def root(face: int) -> int:
        while group[face] != face:
            group[face] = group[group[face]]
            face = group[face]
        return face

    for faces in sharing.values():
        for other in faces[1:]:
            if abs(height[faces[0]] - height[other]) <= STEP:
                group[root(other)] = root(faces[0])
    found: dict[int, list[int]] = {}
    for face in corners:
        found.setdefault(root(face), []).append(face)
    return list(found.values())


def _island(faces: Sequence[Sequence[int]], places: Sequence[Place]) -> Island:
    directed = {side for around in faces for side in _sides(around)}
    rim = [(start, end) for start, end in directed if (end, start) not in directed]
    loops = [_flat([places[at] for at in loop]) for loop in _loops(rim)]
    loops = sorted((loop for loop in loops if len(loop) > 2), key=lambda loop: -abs(_area(loop)))
    return Island(loops[0], _middle([places[at][1] for around in faces for at in around]), loops[1:])


def _loops(rim: list[tuple[int, int]]) -> list[list[int]]:
    following: dict[int, list[int]] = {}
    for start, end in sorted(rim):
        following.setdefault(start, []).append(end)
    found = []
    for start in list(following):
        while following[start]:
            loop, at = [start], following[start].pop()
            while at != start:
                loop.append(at)
                at = following[at].pop()
            found.append(loop)
    return found


def _sides(around: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(around, (*around[1:], around[0])))


def _flat(line: Sequence[Place]) -> list[Pair]:
    """Give a line seen from above without doubled points and those on a straight edge."""
    points = [[round(x, 4), round(z, 4)] for x, _y, z in line]
    points = [point for number, point in enumerate(points) if point != points[number - 1]]
    return [
        point
        for number, point in enumerate(points)
        if abs(_turn(points[number - 1], point, points[(number + 1) % len(points)])) > 1e-6
    ]


def _turn(before: Pair, here: Pair, after: Pair) -> float:
    return (here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (after[0] - here[0])


def _area(loop: Sequence[Pair]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(loop, (*loop[1:], loop[0]))) / 2


def _middle(values: Sequence[float]) -> float:
    return round(sum(values) / max(len(values), 1), 4)
