"""Areas of a crowd file as they are written down: read strictly, each mistake told by its place."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from photodouble.ops.crowd.areas import (
    LONGEST,
    Area,
    Brush,
    DensityMap,
    Polygon,
    Rows,
    Seats,
    Standing,
    Street,
)
from photodouble.ops.crowd.fields import Fields
from photodouble.ops.crowd.polygons import fault_of

_COMMON = {"id", "kind", "elements", "states", "look_at", "facing", "facing_spread"}


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


def _rows(fields: Fields, name: str) -> Rows:
    fields.only(_COMMON | {"rows", "seat_width", "fill", "looseness"})
    rows = tuple(_line(fields, at, one) for at, one in enumerate(fields.several("rows")))
    if not rows:
        raise fields.fault("It needs at least one row.")
    return Rows(
        **_common(fields, name),
        rows=rows,
        seat_width=fields.number("seat_width", 0.5, 0.05, 100),
        fill=fields.number("fill", 0.9, 0, 1),
        looseness=fields.number("looseness", 0.05, 0, 1),
    )


def _line(fields: Fields, at: int, stored: Any) -> tuple[tuple[float, float, float], ...]:
    if not isinstance(stored, list):
        raise fields.fault(f"rows[{at}] is no list of points.")
    own = Fields(
        {str(number): one for number, one in enumerate(stored)}, f"{fields.where}.rows[{at}]", fields.path
    )
    found = [own.place(str(number)) for number in range(len(stored))]
    line = tuple(one for one in found if one is not None)
    if len(set(line)) < 2:
        raise fields.fault(f"rows[{at}] needs two points that differ.")
    if sum(math.dist(one, following) for one, following in pairwise(line)) > LONGEST:
        raise fields.fault(f"rows[{at}] is longer than {LONGEST / 1000:,.0f} km.")
    return line


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


_READERS = {"seats": _seats, "rows": _rows, "standing": _standing, "street": _street}
