"""Outlines that are drawn on a plate: points at key frames, with every step undone and done again.

Places are pixels from the left and upper edge of the plate. `to_json` is the engine's document of shapes,
where points move between keys in straight lines, and stand before the first and after the last.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from photodouble_client.stored import bad_request

Point = Tuple[float, float]
Points = Tuple[Point, ...]
SCHEMA = 1
FEWEST = 3
STEPS = 200
"""So many steps can be undone."""


@dataclass(frozen=True)
class Outline:
    """One closed outline. It has the same number of points at every key."""

    name: str
    keys: Mapping[int, Points] = field(default_factory=dict)
    feather: float = 0.0
    operation: str = "add"

    def points_at(self, frame: int) -> Points:
        """Give the points at a frame."""
        frames = sorted(self.keys)
        before = [one for one in frames if one <= frame]
        after = [one for one in frames if one >= frame]
        if not before or not after:
            return self.keys[frames[0] if not before else frames[-1]]
        first, last = before[-1], after[0]
        if first == last:
            return self.keys[first]
        share = (frame - first) / (last - first)
        return tuple(between(one, other, share) for one, other in zip(self.keys[first], self.keys[last]))


class Drawing:
    """All outlines of a clip. Moves that belong together, as those of one drag, are one step."""

    def __init__(self, outlines: Sequence[Outline] = ()) -> None:
        self.outlines: Tuple[Outline, ...] = tuple(outlines)
        self._undone: List[Tuple[Outline, ...]] = []
        self._done: List[Tuple[Outline, ...]] = []
        self._gesture = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self.outlines

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._done)

    def add(self, frame: int, points: Sequence[Point]) -> int:
        """Add an outline of three points or more at a frame, and give its place in the list."""
        if len(points) < FEWEST:
            raise bad_request("An outline has too few points.", "Draw three points or more.")
        names = {one.name for one in self.outlines}
        name = next(f"shape {n}" for n in range(1, len(names) + 2) if f"shape {n}" not in names)
        self._change([*self.outlines, Outline(name, {frame: tuple(points)})])
        return len(self.outlines) - 1

    def move(self, outline: int, point: int, frame: int, place: Point, gesture: str = "") -> None:
        """Move a point at a frame, which becomes a key; a `gesture` of the same name is one step."""
        points = list(self.outlines[outline].points_at(frame))
        points[point] = place
        self._put(outline, {frame: tuple(points)}, gesture)

    def shift(self, outline: int, frame: int, by: Point, gesture: str = "") -> None:
        """Move a whole outline at a frame."""
        points = self.outlines[outline].points_at(frame)
        self._put(outline, {frame: tuple((x + by[0], y + by[1]) for x, y in points)}, gesture)

    def insert(self, outline: int, after: int, share: float) -> int:
        """Put a point onto the edge behind a point, at every key alike; give its place."""
        keys = {}
        for frame, points in self.outlines[outline].keys.items():
            new = between(points[after], points[(after + 1) % len(points)], share)
            keys[frame] = (*points[: after + 1], new, *points[after + 1 :])
        self._put(outline, keys)
        return after + 1

    def delete(self, outline: int, point: int) -> None:
        """Take a point away at every key; an outline that would be none any more goes with it."""
        held = self.outlines[outline]
        if any(len(points) <= FEWEST for points in held.keys.values()):
            self.remove(outline)
            return
        keys = {frame: (*points[:point], *points[point + 1 :]) for frame, points in held.keys.items()}
        self._put(outline, keys)

    def remove(self, outline: int) -> None:
        """Take an outline away."""
        self._change([one for number, one in enumerate(self.outlines) if number != outline])

    def key(self, outline: int, frame: int) -> None:
        """Hold the points where they are at a frame."""
        self._put(outline, {frame: self.outlines[outline].points_at(frame)})

    def unkey(self, outline: int, frame: int) -> bool:
        """Let a frame be no key any more; the last key of an outline stays."""
        held = self.outlines[outline]
        if frame not in held.keys or len(held.keys) == 1:
            return False
        self._replace(outline, {one: points for one, points in held.keys.items() if one != frame})
        return True

    def feather(self, outline: int, pixels: float) -> None:
        """Soften the edge of an outline over so many pixels."""
        held = dataclasses.replace(self.outlines[outline], feather=max(0.0, pixels))
        self._change([*self.outlines[:outline], held, *self.outlines[outline + 1 :]], f"feather {outline}")

    def end_gesture(self) -> None:
        """Let the next move be a step of its own."""
        self._gesture = ""

    def undo(self) -> bool:
        """Take the last step back."""
        return self._go(self._done, self._undone)

    def redo(self) -> bool:
        """Do a step again that was taken back."""
        return self._go(self._undone, self._done)

    def keys(self) -> Tuple[int, ...]:
        """List the frames that are a key of any outline."""
        return tuple(sorted({frame for one in self.outlines for frame in one.keys}))

    def to_json(self) -> Dict[str, Any]:
        """Write the engine's document of shapes."""
        return {"schema": SCHEMA, "shapes": [_stored(one) for one in self.outlines]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Drawing:
        """Read a document of polygons; raises ArtistError `input.bad_request` for any other."""
        try:
            return cls([_outline(one) for one in stored["shapes"]])
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            raise bad_request(
                f"The drawing cannot be read: {problem!r}.", "Draw it again, or give a document of polygons."
            ) from problem

    def _put(self, outline: int, keys: Mapping[int, Points], gesture: str = "") -> None:
        self._replace(outline, {**self.outlines[outline].keys, **keys}, gesture)

    def _replace(self, outline: int, keys: Mapping[int, Points], gesture: str = "") -> None:
        held = dataclasses.replace(self.outlines[outline], keys=dict(keys))
        self._change([*self.outlines[:outline], held, *self.outlines[outline + 1 :]], gesture)

    def _change(self, outlines: Sequence[Outline], gesture: str = "") -> None:
        if not gesture or gesture != self._gesture:
            self._done.append(self.outlines)
            del self._done[:-STEPS]
        self._gesture = gesture
        self._undone.clear()
        self.outlines = tuple(outlines)

    def _go(self, source: List[Tuple[Outline, ...]], target: List[Tuple[Outline, ...]]) -> bool:
        if not source:
            return False
        target.append(self.outlines)
        self.outlines = source.pop()
        self._gesture = ""
        return True


def between(one: Point, other: Point, share: float) -> Point:
    """Give the place between two points; `share` 0 is the first."""
    return (one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share)


def _stored(outline: Outline) -> Dict[str, Any]:
    return {
        "name": outline.name,
        "kind": "polygon",
        "operation": outline.operation,
        "feather": round(outline.feather, 3),
        "opacity": 1.0,
        "keys": {
            str(frame): {"points": [[round(x, 3), round(y, 3)] for x, y in outline.keys[frame]]}
            for frame in sorted(outline.keys)
        },
    }


def _outline(stored: Mapping[str, Any]) -> Outline:
    if stored.get("kind", "polygon") != "polygon":
        raise ValueError("a {} is no polygon".format(stored.get("kind")))
    keys = {
        int(frame): tuple((float(x), float(y)) for x, y in one["points"])
        for frame, one in stored["keys"].items()
    }
    if (
        not keys
        or len({len(points) for points in keys.values()}) > 1
        or len(next(iter(keys.values()))) < FEWEST
    ):
        raise ValueError("an outline needs keys of three points or more, all of the same number")
    return Outline(
        str(stored["name"]), keys, float(stored.get("feather", 0)), str(stored.get("operation", "add"))
    )
