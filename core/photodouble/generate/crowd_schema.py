"""JSON schema (draft 2020-12) of `crowd.json`: the layout of a crowd, how it varies, and its edits."""

from __future__ import annotations

from typing import Any

from photodouble.ops.crowd.areas import GroundRectangle, Rows, Seats, Standing, Street
from photodouble.ops.crowd.document import SCHEMA
from photodouble.ops.crowd.edits import ARGUMENTS, FACTOR, FARTHEST, LARGEST_SEED, LATEST, MOST_NAMES
from photodouble.ops.crowd.look import LIMITS as LOOK_LIMITS
from photodouble.ops.crowd.look import Look
from photodouble.ops.crowd.waves import DIRECTIONS, Wave
from photodouble.ops.crowd.waves import LIMITS as WAVE_LIMITS

from . import crowd_schema_words as words
from .schema import DRAFT

Json = dict[str, Any]

_NUMBER: Json = {"type": "number"}
_WORD: Json = {"type": "string", "minLength": 1}
_PAIR: Json = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_TRIPLE: Json = {"type": "array", "items": _NUMBER, "minItems": 3, "maxItems": 3}
_POLYGON: Json = {"type": "array", "items": _PAIR, "minItems": 3}


def crowd_schema() -> Json:
    """Describe a crowd file."""
    return {
        "$schema": DRAFT,
        "title": "Photo Double crowd",
        **_object(
            words.described(
                {
                    "schema": {"const": SCHEMA},
                    "name": {"type": "string"},
                    "ground": {"anyOf": [_ground(), {"type": "null"}]},
                    "areas": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _area()},
                    "waves": {"type": "array", "maxItems": 1000, "items": _wave()},
                    "edits": {"type": "array", "items": {"oneOf": [_edit(do) for do in ARGUMENTS]}},
                    "look": {"type": "object", "additionalProperties": _look()},
                },
                words.FILE,
            ),
            "schema",
            "areas",
        ),
    }


def _ground() -> Json:
    length = _maybe(_between(1e-3, 100_000))
    own = {
        "frame": {"type": "integer"},
        "corners": {"type": "array", "items": _PAIR, "minItems": 4, "maxItems": 4},
        "width": length,
        "depth": length,
        "focal": _maybe(_between(0.1, 10_000)),
        "aperture": _between(0.1, 1000),
    }
    told = words.described(own, words.GROUND, words.defaults_of(GroundRectangle))
    return _object(told, "corners")


def _area() -> Json:
    return {
        "oneOf": [
            _kind("seats", _seats(), words.SEATS, words.defaults_of(Seats)),
            _kind("rows", _rows(), words.ROWS, words.defaults_of(Rows)),
            _kind("standing", _standing(), words.STANDING, words.defaults_of(Standing)),
            _kind("street", _street(), words.STREET, words.defaults_of(Street)),
        ]
    }


def _kind(kind: str, own: Json, said: dict[str, str], defaults: Json) -> Json:
    common: Json = {
        "id": {"type": "string", "pattern": r"^[^/,\"*~]{1,64}$"},
        "kind": {"const": kind},
        "elements": {"type": "array", "items": _WORD},
        "states": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
        "facing": _NUMBER,
        "facing_spread": _between(0, 180),
        "look_at": _maybe(_TRIPLE),
    }
    return _object(words.described({**common, **own}, said, defaults), "id", "kind")


def _seats() -> Json:
    many = {"type": "integer", "minimum": 1, "maximum": 10_000}
    return {
        "origin": _TRIPLE,
        "sections": many,
        "rows": many,
        "seats": many,
        "seat_width": _between(0.05, 100),
        "row_depth": _between(0.05, 100),
        "rake": _between(-100, 100),
        "aisle": _between(0, 1000),
        "radius": _maybe(_between(0.1, 100_000)),
        "fill": _between(0, 1),
        "looseness": _between(0, 1),
    }


def _rows() -> Json:
    line = {"type": "array", "items": _TRIPLE, "minItems": 2}
    return {
        "rows": {"type": "array", "items": line, "minItems": 1},
        "seat_width": _between(0.05, 100),
        "fill": _between(0, 1),
        "looseness": _between(0, 1),
    }


def _standing() -> Json:
    brush = _object({"at": _PAIR, "radius": {"type": "number"}, "amount": _between(-1, 1)}, "at")
    picture = _object({"path": _WORD, "corner": _PAIR, "size": _PAIR}, "path", "corner", "size")
    return {
        "polygon": _POLYGON,
        "plate_polygon": _POLYGON,
        "frame": _maybe({"type": "integer"}),
        "height": _NUMBER,
        "spacing": _between(0.05, 1000),
        "groups": _between(0, 1),
        "density": _between(0, 1),
        "obstacles": {"type": "array", "items": _POLYGON},
        "paint": {"type": "array", "items": brush},
        "map": _maybe(picture),
    }


def _street() -> Json:
    return {
        "curves": {"type": "array", "minItems": 1, "items": {"type": "array", "items": _PAIR, "minItems": 2}},
        "height": _NUMBER,
        "width": _between(0.1, 1000),
        "speed": _between(0, 50),
        "speed_spread": _between(0, 0.9),
        "spacing": _between(0.1, 1000),
        "density": _between(0, 1),
        "both_ways": {"type": "boolean"},
    }


def _wave() -> Json:
    limits = {key: _between(*limit) for key, limit in WAVE_LIMITS.items()}
    own = {
        "area": _WORD,
        "state": _WORD,
        "direction": {"enum": list(DIRECTIONS)},
        "rounds": {"type": "integer", "minimum": 0, "maximum": 10**6},
    }
    told = words.described({**own, **limits}, words.WAVE, {"area": "*", **words.defaults_of(Wave)})
    return _object(told, "state", "period")


def _look() -> Json:
    amounts = {key: _between(*limit) for key, limit in LOOK_LIMITS.items()}
    own = {
        **amounts,
        "radius": _maybe(amounts["radius"]),
        "mirror": {"type": "boolean"},
        "palette": {"type": "array", "items": _TRIPLE, "maxItems": 1000},
        "weights": {"type": "object", "additionalProperties": _between(0, 1e6)},
    }
    return _object(words.described(own, words.LOOK, words.defaults_of(Look)))


def _edit(do: str) -> Json:
    region = _object({"area": _WORD, "polygon": _POLYGON})
    names = {"type": "array", "items": _WORD, "minItems": 1, "maxItems": MOST_NAMES}
    own = {key: _ARGUMENTS[key] for key in sorted(ARGUMENTS[do])}
    needed = [key for key in ("element", "held") if key in own]
    whole = {"do": {"const": do}, "agents": names, "region": region, **own}
    found = _object(words.described(whole, words.EDIT, words.EDIT_DEFAULTS), "do", *needed)
    return {**found, "oneOf": [{"required": ["agents"]}, {"required": ["region"]}]}


def _held() -> Json:
    own = {
        "element": _WORD,
        "offset": _NUMBER,
        "speed": _between(*FACTOR),
        "mirror": {"type": "boolean"},
        "scale": _between(*FACTOR),
        "gain": _TRIPLE,
        "tint": _TRIPLE,
        "tint_amount": _between(0, 1),
    }
    return _object(words.described(own, words.HELD), *own)


def _between(least: float, most: float) -> Json:
    return {"type": "number", "minimum": least, "maximum": most}


def _maybe(part: Json) -> Json:
    return {"anyOf": [part, {"type": "null"}]}


def _object(properties: Json, *required: str) -> Json:
    found: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**found, "required": list(required)} if required else found


_ARGUMENTS: Json = {
    "element": _WORD,
    "by": {"type": "array", "items": _between(-FARTHEST, FARTHEST), "minItems": 3, "maxItems": 3},
    "scale": _between(*FACTOR),
    "shift": _between(-LATEST, LATEST),
    "speed": _between(*FACTOR),
    "seed": {"type": "integer", "minimum": 0, "maximum": LARGEST_SEED},
    "held": {"type": "array", "items": _held()},
}
