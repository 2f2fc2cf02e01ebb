# SPDX-License-Identifier: GPL-3.0-or-later
"""A vertex group as a picture of density: seen from above, laid over the ground that it was painted on."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import bpy

from . import crowd_areas, crowd_space

Json = dict[str, Any]
_FINE, _MOST = 0.2, 400
"""Metres to a pixel, and the most pixels to a side."""


def painted(areas: Mapping[str, Json], drawn: Any, scene: Any, folder: Path) -> dict[str, Json]:
    """Lay the active vertex group over the areas of a mesh; without a group they stay as they are."""
    group = drawn.vertex_groups.active
    if group is None:
        return dict(areas)
    places = [crowd_space.to_crowd(drawn.matrix_world @ one.co, scene) for one in drawn.data.vertices]
    weights = [_weight(vertex, group.index) for vertex in drawn.data.vertices]
    sheet = _Sheet.over(places)
    drawn.data.calc_loop_triangles()
    for triangle in drawn.data.loop_triangles:
        sheet.fill([places[at] for at in triangle.vertices], [weights[at] for at in triangle.vertices])
    name = f"{crowd_areas.name_of(drawn)} density.exr"
    folder.mkdir(parents=True, exist_ok=True)
    sheet.save(folder / name)
    laid = {"path": name, "corner": [sheet.left, sheet.top], "size": [sheet.wide, sheet.deep]}
    return {key: {**area, "map": laid} if area["kind"] == "standing" else area for key, area in areas.items()}


def _weight(vertex: Any, group: int) -> float:
    return next((float(one.weight) for one in vertex.groups if one.group == group), 0.0)


class _Sheet:
    """A picture of the ground: x to the right, z downwards."""

    def __init__(self, left: float, top: float, wide: float, deep: float) -> None:
        self.left, self.top, self.wide, self.deep = left, top, wide, deep
        self.across = min(max(int(wide / _FINE), 2), _MOST)
        self.down = min(max(int(deep / _FINE), 2), _MOST)
        self.values: dict[tuple[int, int], float] = {}

    @classmethod
    def over(cls, places: list[crowd_space.Place]) -> _Sheet:
        """Make a sheet that covers places, with a little room around them."""
        xs, zs = [place[0] for place in places], [place[2] for place in places]
        left, top = min(xs) - _FINE, min(zs) - _FINE
        return cls(left, top, max(xs) - left + _FINE, max(zs) - top + _FINE)

    def fill(self, corners: list[crowd_space.Place], weights: list[float]) -> None:
        """Fill a triangle with its weights, and a pixel more all around, so that its rim does not fade."""
        at = [
            ((x - self.left) / self.wide * self.across - 0.5, (z - self.top) / self.deep * self.down - 0.5)
            for x, _y, z in corners
        ]
        (ax, ay), (bx, by), (cx, cy) = at
        whole = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(whole) < 1e-12:
            return
        for x, y in self._around(at):
            second = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / whole
            third = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / whole
            shares = [1 - second - third, second, third]
            outside = -min(shares) * abs(whole) ** 0.5
            if outside <= 1.5 and (outside <= 0 or (x, y) not in self.values):
                shares = [min(max(share, 0.0), 1.0) for share in shares]
                total = sum(shares)
                mean = sum(share * weight for share, weight in zip(shares, weights)) / total
                self.values[x, y] = mean

    def _around(self, at: list[tuple[float, float]]) -> Iterator[tuple[int, int]]:
        xs, ys = [x for x, _ in at], [y for _, y in at]
        for y in range(max(int(min(ys)) - 1, 0), min(int(max(ys)) + 3, self.down)):
            for x in range(max(int(min(xs)) - 1, 0), min(int(max(xs)) + 3, self.across)):
                yield x, y

    def save(self, path: Path) -> None:
        """Write the picture as a float EXR, the same in every channel."""
        size = (self.across, self.down)
        image = bpy.data.images.new("Photo Double density", *size, float_buffer=True, is_data=True)
        values = array("f", bytes(16 * self.across * self.down))
        for (x, y), weight in self.values.items():
            start = 4 * ((self.down - 1 - y) * self.across + x)
            values[start : start + 4] = array("f", (weight, weight, weight, weight))
        image.alpha_mode = "CHANNEL_PACKED"
        image.pixels.foreach_set(values)
        image.filepath_raw, image.file_format = str(path), "OPEN_EXR"
        image.save()
        bpy.data.images.remove(image)
