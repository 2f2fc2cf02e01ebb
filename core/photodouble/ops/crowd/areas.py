"""The areas of a crowd: seats, ground to stand on and streets to walk along, as the artist draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.ops.crowd.fields import Fields

Polygon = tuple[tuple[float, float], ...]

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


@dataclass(frozen=True, kw_only=True)
class Rows(Area):
    """Rows that were drawn one by one, as lines of (x, y, z) in metres: people sit or stand along each.

    They look square to their row, to the left of the direction it was drawn in, `facing` degrees further.
    There is a place every `seat_width` metres; `fill` is the share that is taken, and `looseness` how far
    people are off the middle of their places, in metres along the row; half of that to the front and back.
    """

    rows: tuple[tuple[tuple[float, float, float], ...], ...] = ()
    seat_width: float = 0.5
    fill: float = 0.9
    looseness: float = 0.05


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


KINDS: dict[str, type[Area]] = {"seats": Seats, "rows": Rows, "standing": Standing, "street": Street}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Brush | DensityMap):
        return {key: _plain(one) for key, one in vars(value).items()}
    return value
