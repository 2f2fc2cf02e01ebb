"""A look: what a lead dialled in on a hero frame, kept by name, so that other shots of the performer get it.

`NAME.look.json` holds the dials, the shape, the figures of the hero frame (its plate, its result and its
painted keys) and where the landmarks lay; `NAME.age.exr` the age map beside it and `NAME.png` a picture.
Figures are in stops, so that another exposure is no drift.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.image.documents import bad_document, number, read_document
from photodouble.image.exr import read_exr, write_planes
from photodouble.image.pictures import write_png
from photodouble.image.storage import write_whole
from photodouble.image.window import Box
from photodouble.ops.deage.age_map import Plane, read_age_map
from photodouble.ops.deage.bands import Dials, Picture, Region
from photodouble.ops.deage.figures import Figures
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.shape import ShapeDials
from photodouble_client.errors import ArtistError

SCHEMA = 1
KIND = "deage look"
Points = Mapping[int, tuple[float, float]]
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")


@dataclass(frozen=True)
class Look:
    """One look. `points` are landmarks of the hero frame as shares of face space (0 to 1), `age_map` (S, S)
    lies in that space; `calm` is the relief of the hero's calm skin, in stops (see `bands.relief_of`).
    """

    name: str
    performer: str
    shot: str
    frame: int
    dials: Dials
    shape: ShapeDials
    calm: float
    plate: Figures
    result: Figures
    keys: Mapping[int, Figures] = field(default_factory=dict)
    points: Points = field(default_factory=dict)
    age_map: Plane | None = None


@dataclass(frozen=True)
class Drift:
    """How far a shot is from its look, in stops: 0 is alike, above 0 the shot shows more of a trait.

    `relief` and `hollows` are of the results by region, `removed` is by how much less of the plate's relief
    was taken away than on the hero frame, `tone` how far the colour of skin lies apart.
    """

    relief: Mapping[str, float]
    hollows: Mapping[str, float]
    removed: Mapping[str, float]
    pores: float
    blotches: float
    tone: float

    @property
    def worst(self) -> tuple[str, float]:
        """Return what drifts most, and by how many stops."""
        told = {f"relief of {name}": value for name, value in self.relief.items()}
        told |= {f"hollows of {name}": value for name, value in self.hollows.items()}
        told |= {"pores": self.pores, "blotches": self.blotches, "tone": self.tone}
        return max(told.items(), key=lambda one: abs(one[1]))

    def to_json(self) -> dict[str, Any]:
        """Return the drift as plain JSON values."""
        name, value = self.worst
        return {**asdict(self), "worst": {"what": name, "stops": value}}


def drift(look: Look, plate: Figures, result: Figures) -> Drift:
    """Compare a shot's frame with the hero frame of its look; regions that one of them lacks are left out."""

    def apart(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
        return {name: _stops(one[name], other[name]) for name in one if name in other}

    here, hero = apart(result.relief, plate.relief), apart(look.result.relief, look.plate.relief)
    return Drift(
        apart(result.relief, look.result.relief),
        apart(result.hollows, look.result.hollows),
        {name: here[name] - hero[name] for name in here if name in hero},
        _stops(result.pores, look.result.pores),
        _stops(result.blotches, look.result.blotches),
        math.dist(result.tone, look.result.tone),
    )


def age_map_for(look: Look, points: Points, size: int) -> Plane | None:
    """Return the look's age map in the face space of another shot, `size` pixels square; None without one.

    `points` are that shot's landmarks as shares of its face space; they carry the map over by a
    similarity. Where fewer than three are shared it is brought to size as it is.
    """
    if look.age_map is None:
        return None
    own = look.age_map.shape[0]
    shared = sorted(set(points) & set(look.points))
    matrix = np.array([[1.0, 0, 0], [0, 1, 0]])
    if len(shared) >= 3:
        matrix = _similarity([points[i] for i in shared], [look.points[i] for i in shared])
    y, x = np.mgrid[0:size, 0:size]
    share = (np.stack([x, y], axis=2) + 0.5) / size
    there = (share @ matrix[:, :2].T + matrix[:, 2]) * own - 0.5
    return np.asarray(sample_linear(look.age_map, there, outside=None), np.float32)


def write_look(folder: Path, look: Look, picture: Picture) -> Path:
    """Write a look and a picture of its hero frame (scene-linear); returns the document.

    Raises ArtistError `usage.bad_value` for a name that is no file name, and as `storage.write_whole`.
    """
    if not _SAFE.fullmatch(look.name) or look.name.endswith((".", " ")):
        raise ArtistError(
            "usage.bad_value",
            "The look's name cannot be a file name",
            f"{look.name!r} holds characters that not every disk takes, or none.",
            "Use letters, digits, spaces, points, hyphens and underscores.",
        )
    if look.age_map is not None:
        window = Box(0, 0, look.age_map.shape[1], look.age_map.shape[0])
        path = folder / f"{look.name}.age.exr"
        write_planes(path, {"Y": look.age_map}, data_window=window, display_window=window, type="float")
    write_png(folder / f"{look.name}.png", picture)
    document = folder / f"{look.name}.look.json"
    write_whole(document, (json.dumps(_stored(look), indent=1, sort_keys=True) + "\n").encode())
    return document


def read_look(path: Path) -> Look:
    """Read a look with its age map; raises ArtistError `input.bad_document`, and as `exr.read_exr`."""
    stored = read_document(path)
    if stored.get("kind") != KIND or stored.get("schema") != SCHEMA:
        raise bad_document(path, f"It is no look of schema {SCHEMA}.")
    try:
        named = stored["age_map"]
        return Look(
            _text(stored, "name", path),
            _text(stored, "performer", path),
            _text(stored, "shot", path),
            int(number(stored["frame"], path, "the frame")),
            _dials(stored["dials"], path),
            ShapeDials(**_numbers(stored["shape"], ShapeDials, path)),
            number(stored["calm"], path, "the calm skin"),
            Figures.from_json(stored["plate"], path),
            Figures.from_json(stored["result"], path),
            {int(key): Figures.from_json(one, path) for key, one in stored["keys"].items()},
            {int(key): (float(at[0]), float(at[1])) for key, at in stored["points"].items()},
            None if named is None else _age_map(path.parent / Path(str(named)).name),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
        raise bad_document(path, f"It is incomplete: {problem}.") from problem


def _stored(look: Look) -> dict[str, Any]:
    shape = {each.name: getattr(look.shape, each.name) for each in fields(ShapeDials)}
    dials = {each.name: getattr(look.dials, each.name) for each in fields(Dials)}
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "name": look.name,
        "performer": look.performer,
        "shot": look.shot,
        "frame": look.frame,
        "dials": {**dials, "regions": {name: asdict(one) for name, one in look.dials.regions.items()}},
        "shape": shape,
        "calm": round(look.calm, 6),
        "plate": look.plate.to_json(),
        "result": look.result.to_json(),
        "keys": {str(frame): one.to_json() for frame, one in sorted(look.keys.items())},
        "points": {str(i): [round(float(v), 6) for v in at] for i, at in sorted(look.points.items())},
        "age_map": None if look.age_map is None else f"{look.name}.age.exr",
    }


def _dials(stored: Mapping[str, Any], path: Path) -> Dials:
    plain = {key: value for key, value in stored.items() if key != "regions"}
    regions = {
        str(name): Region(**_numbers(one, Region, path)) for name, one in stored.get("regions", {}).items()
    }
    return Dials(**_numbers(plain, Dials, path), regions=regions)


def _numbers(stored: Mapping[str, Any], kind: type, path: Path) -> dict[str, Any]:
    known = {each.name for each in fields(kind)}
    strange = sorted(set(stored) - known)
    if strange:
        raise bad_document(path, f"It holds {strange[0]!r}, which is no dial.")
    return {key: number(value, path, key) for key, value in stored.items()}


def _text(stored: Mapping[str, Any], key: str, path: Path) -> str:
    if not isinstance(stored[key], str):
        raise bad_document(path, f"The {key} is {stored[key]!r} and no text.")
    return str(stored[key])


def _age_map(path: Path) -> Plane:
    planes = read_exr(path).planes
    return read_age_map(np.asarray(planes[0].pixels, np.float32), path.name)


def _similarity(source: list[tuple[float, float]], target: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Fit (2, 3), turn, size and shift, that takes places of `source` to those of `target`."""
    p, q = np.array(source, float), np.array(target, float)
    away, there = p - p.mean(axis=0), q - q.mean(axis=0)
    z, w = away @ (1, 1j), there @ (1, 1j)
    turn = np.vdot(z, w) / max(float(np.vdot(z, z).real), 1e-12)
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.concatenate([linear, (q.mean(axis=0) - linear @ p.mean(axis=0))[:, None]], axis=1)


def _stops(one: float, other: float) -> float:
    return math.log2(max(one, 1e-6) / max(other, 1e-6))
