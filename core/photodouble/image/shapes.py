"""Drawn shapes to a matte: animated polygons and splines with exact edges, and motion blur where asked for.

A document of shapes is a JSON file:
`{"schema": 1, "shapes": [{"name": "sign", "kind": "polygon", "operation": "add", "feather": 0, "opacity": 1,
"keys": {"1001": {"points": [[x, y], ...]}}}]}`. Places are pixels from the left and upper edge of the
display window, so that the centre of the first pixel is 0.5, 0.5. A `polygon` joins its points by straight
lines, a `spline` runs smoothly through them, a `bezier` has points of six numbers: x, y and both handles
relative to it. Between keys the points move in straight lines; before the first and after the last they
stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.coverage import polygon_coverage
from photodouble.image.documents import bad_document, number, read_document
from photodouble.image.matte import feathered
from photodouble.image.piece import project
from photodouble.image.window import Box

Points = NDArray[np.float64]
Place = Callable[[float], NDArray[np.float64]]

SCHEMA = 1
KINDS: Mapping[str, int] = {"polygon": 2, "spline": 2, "bezier": 6}
OPERATIONS = ("add", "subtract")
_MOST_POINTS = 100_000
_MOST_SAMPLES = 33
_STEPS = 16
"""Straight pieces that stand for one curved piece of an outline."""


@dataclass(frozen=True)
class Shape:
    """One drawn outline: its points (n, 2 or 6) at every key frame, and how it joins those before it."""

    name: str
    kind: str
    keys: Mapping[int, Points]
    operation: str = "add"
    feather: float = 0.0
    opacity: float = 1.0

    def points_at(self, time: float) -> Points:
        """Return the points at a time, which may lie between two frames."""
        frames = sorted(self.keys)
        if time <= frames[0]:
            return self.keys[frames[0]]
        if time >= frames[-1]:
            return self.keys[frames[-1]]
        after = next(frame for frame in frames if frame >= time)
        before = max(frame for frame in frames if frame <= time)
        if after == before:
            return self.keys[after]
        share = (time - before) / (after - before)
        return np.asarray(self.keys[before] * (1 - share) + self.keys[after] * share)

    def outline_at(self, time: float) -> Points:
        """Return the closed outline at a time as straight pieces, (n, 2)."""
        points = self.points_at(time)
        if self.kind == "polygon" or len(points) < 3:
            return points[:, :2]
        return _bezier(points if self.kind == "bezier" else _through(points))


@dataclass(frozen=True)
class Shapes:
    """All outlines of a document, in the order in which they are laid over each other."""

    shapes: tuple[Shape, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Write the document as plain JSON values."""
        return {"schema": SCHEMA, "shapes": [_stored(shape) for shape in self.shapes]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], path: Path | str = "shapes") -> Shapes:
        """Read a document; raises ArtistError `input.bad_document` naming the field that is wrong."""
        if stored.get("schema") != SCHEMA:
            raise bad_document(path, f"Its schema is {stored.get('schema')!r} and not {SCHEMA}.")
        listed = stored.get("shapes")
        if not isinstance(listed, list) or set(stored) - {"schema", "shapes"}:
            raise bad_document(path, "It does not hold exactly a schema and a list of shapes.")
        return cls(tuple(_shape(one, path, f"shape {place + 1}") for place, one in enumerate(listed)))


def read_shapes(path: Path) -> Shapes:
    """Read a file of shapes; raises ArtistError `input.bad_document`."""
    return Shapes.from_json(read_document(path), path)


def rasterise(
    shapes: Shapes, frame: float, box: Box, *, shutter: float = 0.0, place: Place | None = None
) -> NDArray[np.float32]:
    """Return the matte (h, w) float32, 0 to 1, of all shapes at a frame over `box`.

    Every pixel holds the share of it that lies inside, exactly. `shutter` is the share of a frame's time,
    centred on the frame, over which motion is blurred. `place(time)` gives a homography (3, 3) that carries
    the outlines, such as that of a plane track.
    """
    times = frame + _moments(shapes, frame, shutter, place)
    total = np.zeros(box.size, np.float32)
    for time in times:
        total += _at(shapes, float(time), box, place)
    return total / np.float32(len(times))


def _at(shapes: Shapes, time: float, box: Box, place: Place | None) -> NDArray[np.float32]:
    matte = np.zeros(box.size, np.float32)
    for shape in shapes.shapes:
        outline = _placed(shape, time, place)
        reach = int(np.ceil(shape.feather)) + 1 if shape.feather > 0 else 0
        covered = polygon_coverage(outline, box.grow(reach))
        if reach:
            covered = feathered(covered, shape.feather)[reach:-reach, reach:-reach]
        covered = covered * np.float32(shape.opacity)
        matte = matte * (1 - covered) if shape.operation == "subtract" else matte + covered - matte * covered
    return matte


def _placed(shape: Shape, time: float, place: Place | None) -> Points:
    outline = shape.outline_at(time)
    return outline if place is None else project(place(time), outline)


def _moments(shapes: Shapes, frame: float, shutter: float, place: Place | None) -> NDArray[np.float64]:
    if shutter <= 0:
        return np.zeros(1)
    length = 0.0
    for shape in shapes.shapes:
        ends = [_placed(shape, frame + side * shutter / 2, place) for side in (-1, 1)]
        length = max(length, float(np.abs(ends[1] - ends[0]).max(initial=0.0)))
    count = int(np.clip(2 * np.ceil(length) + 1, 1, _MOST_SAMPLES))
    return np.asarray(((np.arange(count) + 0.5) / count - 0.5) * shutter)


def _through(points: Points) -> Points:
    """Give points of a closed curve handles so that it runs smoothly through them (Catmull and Rom)."""
    slope = (np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)) / 6
    return np.concatenate([points, -slope, slope], axis=1)


def _bezier(points: Points) -> Points:
    here, leave = points[:, :2], points[:, :2] + points[:, 4:6]
    following = np.roll(points, -1, axis=0)
    there, arrive = following[:, :2], following[:, :2] + following[:, 2:4]
    share = (np.arange(_STEPS) / _STEPS)[None, :, None]
    rest = 1 - share
    curve = (
        rest**3 * here[:, None]
        + 3 * rest**2 * share * leave[:, None]
        + 3 * rest * share**2 * arrive[:, None]
        + share**3 * there[:, None]
    )
    return np.asarray(curve.reshape(-1, 2))


def _shape(stored: Any, path: Path | str, what: str) -> Shape:
    known = {"name", "kind", "operation", "feather", "opacity", "keys"}
    if not isinstance(stored, Mapping) or set(stored) - known:
        raise bad_document(path, f"{what} has other fields than {', '.join(sorted(known))}.")
    name = stored.get("name", what)
    kind, operation = stored.get("kind", "polygon"), stored.get("operation", "add")
    keys = stored.get("keys")
    if not isinstance(name, str) or kind not in KINDS or operation not in OPERATIONS:
        raise bad_document(path, f"{what} has an unknown kind {kind!r} or operation {operation!r}.")
    if not isinstance(keys, Mapping) or not keys:
        raise bad_document(path, f"{what} has no keys: its points by the number of a frame.")
    feather = number(stored.get("feather", 0.0), path, f"the feather of {what}")
    opacity = number(stored.get("opacity", 1.0), path, f"the opacity of {what}")
    if not 0 <= feather <= 500 or not 0 <= opacity <= 1:
        raise bad_document(path, f"{what} has a feather outside 0 to 500 or an opacity outside 0 to 1.")
    drawn = {_frame(frame, path, what): _points(one, kind, path, what) for frame, one in keys.items()}
    if len({len(points) for points in drawn.values()}) > 1:
        raise bad_document(path, f"{what} has not the same number of points at every key.")
    return Shape(name, kind, drawn, operation, feather, opacity)


def _frame(text: Any, path: Path | str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise bad_document(path, f"{what} has a key {text!r}, which is no frame number.") from None


def _points(stored: Any, kind: str, path: Path | str, what: str) -> Points:
    listed = stored.get("points") if isinstance(stored, Mapping) and set(stored) == {"points"} else None
    if not isinstance(listed, list) or not 3 <= len(listed) <= _MOST_POINTS:
        raise bad_document(path, f"{what} needs 3 points or more at every key.")
    for point in listed:
        if not isinstance(point, list) or len(point) != KINDS[kind]:
            raise bad_document(path, f"A point of {what} is not {KINDS[kind]} numbers.")
    return np.array([[number(one, path, f"a point of {what}") for one in point] for point in listed])


def _stored(shape: Shape) -> dict[str, Any]:
    return {
        "name": shape.name,
        "kind": shape.kind,
        "operation": shape.operation,
        "feather": shape.feather,
        "opacity": shape.opacity,
        "keys": {str(frame): {"points": shape.keys[frame].tolist()} for frame in sorted(shape.keys)},
    }
