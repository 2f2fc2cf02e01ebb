"""The areas of a crowd: seats, ground to stand on and streets to walk along, as the artist draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from photodouble.ops.crowd.fields import Fields
from photodouble.ops.crowd.polygons import fault_of

Polygon = tuple[tuple[float, float], ...]

_COMMON = {"id", "kind", "elements", "states", "look_at", "facing", "facing_spread"}
LONGEST = 100_000.0
"""Metres; what is longer is a slip of the pen."""


@dataclass(frozen=True)
class GroundRectangle:
    """A rectangle on the ground as the plate shows it: four corners in order around, in plate pixels.

    `width` is the length from the first corner to the second in metres, `depth` from the second to the
    third; one of them may be None and is solved. `focal` is in millimetres for a film back `aperture`
    millimetres wide; None is solved.
    """

    frame: int
    corners: Polygon
    width: float | None = None
    depth: float | None = None
    focal: float | None = None
    aperture: float = 36.0

    @classmethod
    def from_json(cls, stored: Any, path: Path | str = "crowd", what: str = "ground") -> GroundRectangle:
        """Read the rectangle; raises ArtistError `input.bad_document`."""
        fields = Fields.of(stored, what, path)
        fields.only({"frame", "corners", "width", "depth", "focal", "aperture"})
        corners = fields.pairs("corners")
        if len(corners) != 4:
            raise fields.fault(f"It has {len(corners)} corners, and a rectangle has four.")
        return cls(
            fields.whole("frame", 1, -10_000_000, 10_000_000),
            corners,
            fields.maybe("width", 1e-3, LONGEST),
            fields.maybe("depth", 1e-3, LONGEST),
            fields.maybe("focal", 0.1, 10_000),
            fields.number("aperture", 36.0, 0.1, 1000),
        )

    def to_json(self) -> dict[str, Any]:
        """Write the rectangle as plain JSON values."""
        return {key: _plain(value) for key, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Area:
    """What every area has: its name, who may be cast there and what they play.

    `elements` are names or patterns of elements, `states` weights by state. `facing` is the direction that
    people look in, degrees around the up axis, 0 along +z; `facing_spread` how much they differ from it to
    either side; `look_at` a point that all look at instead.
    """

    id: str
    elements: tuple[str, ...] = ("*",)
    states: Mapping[str, float] = field(default_factory=dict)
    facing: float = 0.0
    facing_spread: float = 0.0
    look_at: tuple[float, float, float] | None = None

    @property
    def kind(self) -> str:
        """Name the kind as documents do."""
        return next(kind for kind, made in KINDS.items() if isinstance(self, made))

    def to_json(self) -> dict[str, Any]:
        """Write the area as plain JSON values; fields that are None or empty are left out."""
        found: dict[str, Any] = {"id": self.id, "kind": self.kind}
        for key, value in vars(self).items():
            if key != "id" and value is not None and value != () and value != {}:
                found["map" if key == "density_map" else key] = _plain(value)
        return found


@dataclass(frozen=True, kw_only=True)
class Seats(Area):
    """A stand: sections of rows of seats that rise away from the viewer.

    `origin` is the middle of the first row, on its floor; rows go back against `facing`. With `radius` the
    stand is curved around a point that many metres in front of the first row, and outer rows hold more
    seats. Sections and seats count from the left of somebody who looks at the stand. `fill` is the share
    of seats taken. `looseness`: how far people sit off the middle of their seats, in metres to either side;
    half of that to the front and back.
    """

    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    sections: int = 1
    rows: int = 10
    seats: int = 20
    seat_width: float = 0.5
    row_depth: float = 0.8
    rake: float = 0.4
    aisle: float = 1.2
    radius: float | None = None
    fill: float = 0.9
    looseness: float = 0.05

    @property
    def pitch(self) -> float:
        """Measure a section with one aisle, in metres along the first row."""
        return self.seats * self.seat_width + self.aisle

    @property
    def width(self) -> float:
        """Measure the first row from end to end, in metres."""
        return self.sections * self.pitch - self.aisle


@dataclass(frozen=True)
class Brush:
    """A dab of paint on the ground that adds to the density (or takes away, below 0) inside its circle.

    `at`: x, z and `radius` in metres; the outer third of the circle fades out.
    """

    at: tuple[float, float]
    radius: float
    amount: float


@dataclass(frozen=True)
class DensityMap:
    """A picture laid over the ground: its left upper corner lies at `corner` (x, z), `size` metres wide
    and deep; its first channel, 0 to 1, multiplies the density. Rows go along +z."""

    path: str
    corner: tuple[float, float]
    size: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Standing(Area):
    """Ground to stand on: a polygon (x, z) in metres, or drawn on the plate in pixels of a frame.

    `spacing`: at density 1 there is one person per spacing x spacing metres. `groups`: 0 spreads people
    evenly, 1 draws those who came together close to each other. `height` of the ground in metres.
    """

    polygon: Polygon = ()
    plate_polygon: Polygon = ()
    frame: int | None = None
    height: float = 0.0
    spacing: float = 0.8
    groups: float = 0.3
    density: float = 1.0
    obstacles: tuple[Polygon, ...] = ()
    paint: tuple[Brush, ...] = ()
    density_map: DensityMap | None = None


@dataclass(frozen=True, kw_only=True)
class Street(Area):
    """A street: people walk along curves (x, z), in lanes, `speed` metres a second, either way or one way."""

    curves: tuple[Polygon, ...] = ()
    height: float = 0.0
    width: float = 3.0
    speed: float = 1.3
    speed_spread: float = 0.2
    spacing: float = 1.0
    density: float = 1.0
    both_ways: bool = True


KINDS: dict[str, type[Area]] = {"seats": Seats, "standing": Standing, "street": Street}


def area_from_json(stored: Any, path: Path | str = "crowd", what: str = "area") -> Area:
    """Read one area; raises ArtistError `input.bad_document` naming the area and the field."""
    fields = Fields.of(stored, what, path)
    name = fields.text("id")
    if "/" in name:
        raise fields.fault(f"The id {name!r} has a slash in it, and slashes part the names of people.")
    kind = fields.text("kind")
    if kind not in _READERS:
        raise fields.fault(f"The kind is {kind!r}, and has to be one of {', '.join(_READERS)}.")
    return _READERS[kind](fields, name)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Brush | DensityMap):
        return {key: _plain(one) for key, one in vars(value).items()}
    return value


def _common(fields: Fields, name: str) -> dict[str, Any]:
    elements = fields.several("elements") or ["*"]
    if not all(isinstance(one, str) and one for one in elements):
        raise fields.fault(f"elements is {elements!r}, and has to be a list of names.")
    states = Fields.of(fields.stored.get("states", {}), f"{fields.where}.states", fields.path)
    return {
        "id": name,
        "elements": tuple(elements),
        "states": {key: states.number(key, 0.0, 0.0) for key in states.stored},
        "facing": fields.number("facing", 0.0),
        "facing_spread": fields.number("facing_spread", 0.0, 0.0, 180.0),
        "look_at": fields.place("look_at"),
    }


def _seats(fields: Fields, name: str) -> Seats:
    own = {
        "origin",
        "sections",
        "rows",
        "seats",
        "seat_width",
        "row_depth",
        "rake",
        "aisle",
        "radius",
        "fill",
        "looseness",
    }
    fields.only(_COMMON | own)
    stand = Seats(
        **_common(fields, name),
        origin=fields.place("origin") or (0.0, 0.0, 0.0),
        sections=fields.whole("sections", 1, 1, 10_000),
        rows=fields.whole("rows", 10, 1, 10_000),
        seats=fields.whole("seats", 20, 1, 10_000),
        seat_width=fields.number("seat_width", 0.5, 0.05, 100),
        row_depth=fields.number("row_depth", 0.8, 0.05, 100),
        rake=fields.number("rake", 0.4, -100, 100),
        aisle=fields.number("aisle", 1.2, 0, 1000),
        radius=fields.maybe("radius", 0.1, LONGEST),
        fill=fields.number("fill", 0.9, 0, 1),
        looseness=fields.number("looseness", 0.05, 0, 1),
    )
    if stand.radius is not None and stand.width > 2 * math.pi * stand.radius:
        raise fields.fault(
            f"Its first row is {stand.width:.1f} m long, and once around a radius of {stand.radius:g} m are "
            f"{2 * math.pi * stand.radius:.1f} m."
        )
    return stand


def _standing(fields: Fields, name: str) -> Standing:
    own = {
        "polygon",
        "plate_polygon",
        "frame",
        "height",
        "groups",
        "spacing",
        "density",
        "obstacles",
        "paint",
        "map",
    }
    fields.only(_COMMON | own)
    polygon, drawn = fields.pairs("polygon"), fields.pairs("plate_polygon")
    if bool(polygon) == bool(drawn):
        reason = "both" if polygon else "neither"
        raise fields.fault(f"It needs a polygon or a plate_polygon with points in it, and has {reason}.")
    _check(fields, "polygon" if polygon else "plate_polygon", polygon or drawn)
    obstacles = fields.lists_of_pairs("obstacles")
    for at, one in enumerate(obstacles):
        _check(fields, f"obstacles[{at}]", one)
    return Standing(
        **_common(fields, name),
        polygon=polygon,
        plate_polygon=drawn,
        frame=None if fields.stored.get("frame") is None else fields.whole("frame", 1, -(10**7), 10**7),
        height=fields.number("height", 0.0),
        spacing=fields.number("spacing", 0.8, 0.05, 1000),
        groups=fields.number("groups", 0.3, 0, 1),
        density=fields.number("density", 1.0, 0, 1),
        obstacles=obstacles,
        paint=tuple(_brush(fields, at, one) for at, one in enumerate(fields.several("paint"))),
        density_map=_map(fields),
    )


def _street(fields: Fields, name: str) -> Street:
    own = {"curves", "height", "width", "speed", "speed_spread", "spacing", "density", "both_ways"}
    fields.only(_COMMON | own)
    curves = fields.lists_of_pairs("curves")
    if not curves:
        raise fields.fault("It needs at least one curve to walk along.")
    for at, curve in enumerate(curves):
        if len(set(curve)) < 2:
            raise fields.fault(f"curves[{at}] needs two points that differ.")
        long = sum(math.dist(one, following) for one, following in pairwise(curve))
        if long > LONGEST:
            raise fields.fault(
                f"curves[{at}] is {long / 1000:,.0f} km long; {LONGEST / 1000:,.0f} km are the most."
            )
    return Street(
        **_common(fields, name),
        curves=curves,
        height=fields.number("height", 0.0),
        width=fields.number("width", 3.0, 0.1, 1000),
        speed=fields.number("speed", 1.3, 0, 50),
        speed_spread=fields.number("speed_spread", 0.2, 0, 0.9),
        spacing=fields.number("spacing", 1.0, 0.1, 1000),
        density=fields.number("density", 1.0, 0, 1),
        both_ways=fields.truth("both_ways", True),
    )


def _check(fields: Fields, key: str, polygon: Polygon) -> None:
    fault = fault_of(polygon)
    if fault:
        raise fields.fault(f"{key}: {fault}")


def _brush(fields: Fields, at: int, stored: Any) -> Brush:
    own = Fields.of(stored, f"{fields.where}.paint[{at}]", fields.path)
    own.only({"at", "radius", "amount"})
    x, z = own.pair("at")
    return Brush((x, z), own.number("radius", 1, 1e-3), own.number("amount", 0.3, -1, 1))


def _map(fields: Fields) -> DensityMap | None:
    if fields.stored.get("map") is None:
        return None
    own = Fields.of(fields.stored["map"], f"{fields.where}.map", fields.path)
    own.only({"path", "corner", "size"})
    corner, size = own.pair("corner"), own.pair("size")
    if min(size) <= 0:
        raise own.fault(f"size is {size}, and has to be above 0.")
    return DensityMap(own.text("path"), corner, size)


_READERS = {"seats": _seats, "standing": _standing, "street": _street}
