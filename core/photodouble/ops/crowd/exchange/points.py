"""Hand a crowd on as points: plain columns of numbers that a 3D program reads at once, and cards as tiles.

`people.json` says what there is; `people.bin` holds the columns one after another, little-endian, only of
those who are there. Places are metres with y up. The cards of an element lie as UDIM tiles: a program that
moves a person's texture by whole tiles shows another moment. Tile 1001 is the first card of the loop; of
elements that a wave plays from the top it is their first card, and `intro` says how many lie before the loop.
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
from photodouble.ops.crowd.exchange.point_waves import MOST_WAVES, PointWave, waves_of
from photodouble.ops.crowd.library_cards import card_path, read_card
from photodouble.ops.crowd.names import crypto_names
from photodouble.ops.operation import Reporter

SCHEMA = 2
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
    waves = waves_of(crowd, rows)
    risen = {one for wave in waves for one in wave.used}
    used = sorted({*np.unique(crowd.cast.element[rows]).tolist(), *risen})
    place = np.zeros(len(crowd.elements), np.int32)
    place[used] = np.arange(len(used))
    tiles = folder / "tiles" / hashlib.sha256(str(crowd.library).encode()).hexdigest()[:8]
    elements = [_Tiled.of(crowd.elements[at], tiles, from_the_top=at in risen) for at in used]
    columns = {**_columns(crowd, rows, place), **_wave_columns(waves, place)}
    names = crowd.names
    stored = {
        "kind": KIND,
        "schema": SCHEMA,
        "count": len(rows),
        "rate": crowd.rate,
        "first": crowd.first,
        "last": crowd.last,
        "names": [names[row] for row in rows.tolist()],
        "renamed": _renamed(crowd, names, rows),
        "waves": [wave.state for wave in waves],
        "elements": [one.to_json() for one in elements],
        "columns": _listed(columns),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(elements):
        report.progress(number, len(elements), f"cards of {one.element.name}")
        _write_tiles(crowd.library, one, report)
    write_whole(folder / "people.bin", b"".join(column.tobytes() for column in columns.values()))
    write_whole(folder / "people.json", json.dumps(stored, separators=(",", ":")).encode())
    return Written(folder / "people.json", len(rows), _notes(crowd, elements, len(waves)))


def _columns(
    crowd: HandedOn, rows: npt.NDArray[np.intp], place: npt.NDArray[np.int32]
) -> dict[str, npt.NDArray[Any]]:
    """Give everybody's place, and what they play as a card at the first frame and cards per frame."""
    agents, cast = crowd.agents, crowd.cast
    rates = np.array([one.rate for one in crowd.elements], np.float64)[cast.element[rows]]
    lengths = np.array([max(one.loop_last - one.loop_first + 1, 1) for one in crowd.elements], np.float64)
    speed = cast.speed[rows]
    # Brought into the loop, because single floats tell small numbers better apart than large ones.
    offset = np.mod(cast.offset[rows] + cast.shift[rows] * speed * rates, lengths[cast.element[rows]])
    numbers = {
        "position": cast.foot[rows],
        "velocity": agents.velocity[rows] / crowd.rate,
        "facing": agents.facing[rows],
        "offset": offset,
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


@dataclass(frozen=True)
class _Tiled:
    """An element and where its cards lie as tiles: from `first` to the end of the loop, `count` of them."""

    element: Element
    folder: Path
    first: int
    count: int

    @classmethod
    def of(cls, element: Element, tiles: Path, *, from_the_top: bool) -> _Tiled:
        """Say which cards are laid out: those of the loop, or all from the first one on."""
        first = 0 if from_the_top else element.loop_first
        folder = tiles / ("whole" if first < element.loop_first else "loops") / element.name
        count = max(element.loop_last - first + 1, 1)
        return cls(element, folder, first, min(count, MOST_TILES))

    @property
    def intro(self) -> int:
        """Return how many cards lie before the loop."""
        return min(self.element.loop_first - self.first, self.count - 1)

    @property
    def is_cut(self) -> bool:
        """Whether it has more cards than a program reads."""
        return self.element.loop_last - self.first + 1 > MOST_TILES

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        element = self.element
        return {
            "name": element.name,
            "person": element.person,
            "state": element.state,
            "cards": str(self.folder / "card.<UDIM>.exr"),
            "wardrobe": str(self.folder / "wardrobe.<UDIM>.exr") if element.has_wardrobe else "",
            "tiles": self.count,
            "intro": self.intro,
            "size": list(element.size),
            "foot": list(element.foot),
            "pixels_per_metre": element.pixels_per_metre,
            "height": element.height,
        }


def _renamed(crowd: HandedOn, names: list[str], rows: npt.NDArray[np.intp]) -> dict[str, str]:
    """Give the names in a Cryptomatte of those whose own is taken there by somebody else's."""
    safe = crypto_names(crowd.agents).names
    return {names[row]: safe[row] for row in rows.tolist() if safe[row] != names[row]}


def _wave_columns(waves: list[PointWave], place: npt.NDArray[np.int32]) -> dict[str, npt.NDArray[Any]]:
    """Give every wave's columns by its number, from 1."""
    found: dict[str, npt.NDArray[Any]] = {}
    for number, wave in enumerate(waves, 1):
        for name, numbers in wave.numbers.items():
            found[f"wave{number}_{name}"] = np.ascontiguousarray(numbers, _NUMBERS)
        found[f"wave{number}_element"] = np.ascontiguousarray(place[wave.element], _WHOLE)
        found[f"wave{number}_mirror"] = np.ascontiguousarray(wave.mirror, _WHOLE)
    return found


def _write_tiles(library: Path, tiled: _Tiled, report: Reporter) -> None:
    element = tiled.element
    for number in range(tiled.count):
        report.check()
        index, tile = tiled.first + number, FIRST_TILE + number
        target = tiled.folder / f"card.{tile}.exr"
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


def _notes(crowd: HandedOn, elements: list[_Tiled], waves: int) -> tuple[str, ...]:
    """Say what points cannot show."""
    said = []
    long = [one.element.name for one in elements if one.is_cut]
    if long:
        said.append(f"{long[0]} has more than {MOST_TILES} cards; only the first {MOST_TILES} are shown.")
    if waves == MOST_WAVES and len(crowd.document.waves) > MOST_WAVES:
        said.append(f"There are more than {MOST_WAVES} waves; only the first {MOST_WAVES} are shown.")
    if crowd.agents.velocity.any():
        said.append("Who walks goes straight on in the scene; the take follows the curves.")
    return tuple(said)
