"""Hand a crowd on as points: plain columns of numbers that a 3D program reads at once, and cards as tiles.

`people.json` says what there is; `people.bin` holds the columns one after another, little-endian, only of
those who are there. Places are metres with y up. The cards of an element lie as UDIM tiles, 1001 being the
first card of its loop: a program that moves a person's texture by whole tiles shows another moment.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.exr import write_planes
from photodouble.image.storage import place_whole, write_whole
from photodouble.image.window import Box
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.exchange.crowd import HandedOn
from photodouble.ops.crowd.library_cards import card_path, read_card
from photodouble.ops.operation import Reporter

SCHEMA = 1
KIND = "photodouble points"
FIRST_TILE, MOST_TILES = 1001, 1000
"""What UDIM tiles are numbered from, and how many a program reads."""

_NUMBERS, _WHOLE = "<f4", "<i4"


@dataclass(frozen=True)
class Written:
    """What was written: the file to read first, how many people it holds, and what a program should say."""

    file: Path
    people: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {"file": str(self.file), "people": self.people, "notes": list(self.notes)}


def write_points(crowd: HandedOn, folder: Path, report: Reporter) -> Written:
    """Write a crowd into a folder; tiles that are there and newer than their cards are left."""
    rows = np.flatnonzero(crowd.cast.present)
    used = sorted({int(one) for one in np.unique(crowd.cast.element[rows])})
    place = np.zeros(len(crowd.elements), np.int32)
    place[used] = np.arange(len(used))
    elements = [crowd.elements[at] for at in used]
    tiles = folder / "tiles" / hashlib.sha256(str(crowd.library).encode()).hexdigest()[:8]
    columns = _columns(crowd, rows, place)
    names = crowd.names
    stored = {
        "kind": KIND,
        "schema": SCHEMA,
        "count": len(rows),
        "rate": crowd.rate,
        "first": crowd.first,
        "last": crowd.last,
        "names": [names[row] for row in rows.tolist()],
        "elements": [_element(one, tiles) for one in elements],
        "columns": _listed(columns),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for number, element in enumerate(elements):
        report.progress(number, len(elements), f"cards of {element.name}")
        _write_tiles(crowd.library, element, tiles, report)
    write_whole(folder / "people.bin", b"".join(column.tobytes() for column in columns.values()))
    write_whole(folder / "people.json", json.dumps(stored, separators=(",", ":")).encode())
    return Written(folder / "people.json", len(rows), _notes(crowd, elements))


def _columns(
    crowd: HandedOn, rows: npt.NDArray[np.intp], place: npt.NDArray[np.int32]
) -> dict[str, npt.NDArray[Any]]:
    """Give everybody's place, and what they play as a card at the first frame and cards per frame."""
    agents, cast = crowd.agents, crowd.cast
    rates = np.array([one.rate for one in crowd.elements], np.float64)[cast.element[rows]]
    speed = cast.speed[rows]
    numbers = {
        "position": cast.foot[rows],
        "velocity": agents.velocity[rows] / crowd.rate,
        "facing": agents.facing[rows],
        "offset": cast.offset[rows] + cast.shift[rows] * speed * rates,
        "pace": speed * rates / crowd.rate,
        "scale": cast.scale[rows],
        "gain": cast.gain[rows],
        "tint": cast.tint[rows],
        "tint_amount": cast.tint_amount[rows],
    }
    whole = {"element": place[cast.element[rows]], "mirror": cast.mirror[rows]}
    return {
        **{name: np.ascontiguousarray(column, _NUMBERS) for name, column in numbers.items()},
        **{name: np.ascontiguousarray(column, _WHOLE) for name, column in whole.items()},
    }


def _listed(columns: dict[str, npt.NDArray[Any]]) -> list[dict[str, Any]]:
    found, start = [], 0
    for name, column in columns.items():
        kind = "float32" if column.dtype.kind == "f" else "int32"
        wide = column.shape[1] if column.ndim > 1 else 1
        found.append({"name": name, "type": kind, "wide": wide, "start": start, "bytes": column.nbytes})
        start += column.nbytes
    return found


def _element(element: Element, folder: Path) -> dict[str, Any]:
    tiles = folder / element.name
    return {
        "name": element.name,
        "person": element.person,
        "state": element.state,
        "cards": str(tiles / "card.<UDIM>.exr"),
        "wardrobe": str(tiles / "wardrobe.<UDIM>.exr") if element.has_wardrobe else "",
        "tiles": _tiles(element),
        "size": list(element.size),
        "foot": list(element.foot),
        "pixels_per_metre": element.pixels_per_metre,
        "height": element.height,
    }


def _tiles(element: Element) -> int:
    return min(max(element.loop_last - element.loop_first + 1, 1), MOST_TILES)


def _write_tiles(library: Path, element: Element, folder: Path, report: Reporter) -> None:
    for number in range(_tiles(element)):
        report.check()
        index, tile = element.loop_first + number, FIRST_TILE + number
        target = folder / element.name / f"card.{tile}.exr"
        if (
            target.is_file()
            and target.stat().st_mtime_ns >= card_path(library, element, index).stat().st_mtime_ns
        ):
            continue
        card = read_card(library, element, index)
        target.parent.mkdir(parents=True, exist_ok=True)
        if element.has_wardrobe:
            _write(target.with_name(f"wardrobe.{tile}.exr"), {"Y": _share(card)})
        _write(target, {name: card[..., at] for at, name in enumerate("RGBA")})


def _share(card: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return how much of what is there is wardrobe, as the crowd's own drawing counts it."""
    alpha = card[..., 3]
    return np.where(alpha > 0, np.minimum(card[..., 4] / np.where(alpha > 0, alpha, 1), 1), 0)


def _write(path: Path, planes: dict[str, npt.NDArray[np.float32]]) -> None:
    height, width = next(iter(planes.values())).shape
    window = Box.of_size(height, width)
    half = {name: np.ascontiguousarray(plane, np.float16) for name, plane in planes.items()}
    place_whole(path, lambda place: write_planes(place, half, data_window=window, display_window=window))


def _notes(crowd: HandedOn, elements: list[Element]) -> tuple[str, ...]:
    """Say what points cannot show."""
    said = []
    long = [one.name for one in elements if one.loop_last - one.loop_first + 1 > MOST_TILES]
    if long:
        said.append(f"The loop of {long[0]} has more than {MOST_TILES} cards; only those are shown.")
    if crowd.document.waves:
        said.append("Waves are not shown in the scene; the take has them.")
    if crowd.agents.velocity.any():
        said.append("Who walks goes straight on in the scene; the take follows the curves.")
    return tuple(said)
