"""What the flags of `photodouble crowd` say, in the form that the crowd file stores."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError

if TYPE_CHECKING:
    from photodouble.ops.crowd.areas import GroundRectangle

_ARGUMENTS = ("element", "scale", "shift", "speed", "seed")


def ground_from_flags(namespace: argparse.Namespace, plate: str) -> GroundRectangle | None:
    """Return the rectangle on the ground of --corners; None where none is given."""
    from photodouble.image.sequence import Sequence
    from photodouble.ops.crowd.areas import GroundRectangle

    if not namespace.corners:
        return None
    frame = namespace.frame if namespace.frame is not None else Sequence.find(plate).frames[0]
    stored = {"frame": frame, "corners": [numbers(text, 2) for text in namespace.corners]}
    given = {key: getattr(namespace, key) for key in ("width", "depth", "focal")}
    stored |= {key: value for key, value in given.items() if value is not None}
    return GroundRectangle.from_json(stored, "--corners", "ground")


def areas_from_flags(namespace: argparse.Namespace) -> tuple[dict[str, Any], ...]:
    """Return the area that --area or --seats describes, as a crowd file stores it."""
    found: list[dict[str, Any]] = []
    if namespace.area:
        area = {"kind": "standing", "plate_polygon": [numbers(text, 2) for text in namespace.area]}
        more = {"spacing": namespace.spacing, "frame": namespace.frame}
        found.append({"id": namespace.id or "area", **area, **_given(more)})
    if namespace.seats:
        counts = numbers(namespace.seats.replace("x", ","), 3)
        whole = [int(one) if one.is_integer() else one for one in counts]
        stand = {"kind": "seats", **dict(zip(("sections", "rows", "seats"), whole, strict=True))}
        origin = numbers(namespace.at, 3) if namespace.at else None
        found.append({"id": namespace.id or "stand", **stand, **_given({"origin": origin})})
    if namespace.facing is not None:
        found = [{**one, "facing": namespace.facing} for one in found]
    return tuple(found)


def change_from_flags(namespace: argparse.Namespace) -> dict[str, Any]:
    """Return the edit that the flags describe, as a crowd file stores it."""
    if namespace.polygon and not namespace.region:
        raise _refused(
            "A polygon is given without an area.", "Add --region and the area's name, or * for all."
        )
    if namespace.do is None:
        raise _refused("Nothing says what is to be done.", "Add --do and one of its words, or --undo.")
    change: dict[str, Any] = {"do": namespace.do}
    if namespace.agents:
        change["agents"] = list(namespace.agents)
    if namespace.region:
        polygon = [numbers(text, 2) for text in namespace.polygon or ()]
        change["region"] = {"area": namespace.region, **({"polygon": polygon} if polygon else {})}
    change |= _given({key: getattr(namespace, key) for key in _ARGUMENTS})
    return change | _given({"by": numbers(namespace.by, 3) if namespace.by else None})


def numbers(text: str, count: int) -> list[float]:
    """Read numbers that are parted by commas; raises ArtistError `usage.bad_value`."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise ArtistError(
            "usage.bad_value",
            "A place is not understood",
            f"{text!r} is not {count} numbers with commas between them.",
            f"Write it as {','.join('10.5' for _ in range(count))}.",
        )
    return found


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _refused(message: str, fix: str) -> ArtistError:
    return ArtistError("usage.arguments", "The edit was not understood", message, fix)
