"""Read the fields of a crowd document; whatever is wrong is told with its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document, number, place
from photodouble_client.errors import ArtistError

_FARTHEST = 1e7


@dataclass(frozen=True)
class Fields:
    """One JSON object of a document; `where` names it for people, such as `areas[2] "north"`."""

    stored: Mapping[str, Any]
    where: str
    path: Path | str = "crowd"

    @classmethod
    def of(cls, stored: Any, where: str, path: Path | str = "crowd") -> Fields:
        """Take a JSON value that has to be an object."""
        if not isinstance(stored, Mapping):
            raise bad_document(path, f"{where} is {stored!r} and no object with named fields.")
        return cls(stored, where, path)

    def fault(self, reason: str) -> ArtistError:
        """Make the error for this object."""
        return bad_document(self.path, f"{self.where}: {reason}")

    def only(self, known: set[str]) -> None:
        """Refuse fields that nobody reads: a misspelt one would be ignored without a word."""
        unknown = sorted(set(self.stored) - known)
        if unknown:
            raise self.fault(
                f"The field {unknown[0]!r} is not known here. Known are: {', '.join(sorted(known))}."
            )

    def number(self, key: str, default: float, low: float = -1e9, high: float = 1e9) -> float:
        """Read a number within limits."""
        found = number(self.stored.get(key, default), self.path, f"{self.where}.{key}")
        if not low <= found <= high:
            raise self.fault(f"{key} is {found:g}, and has to lie from {low:g} to {high:g}.")
        return found

    def maybe(self, key: str, low: float = -1e9, high: float = 1e9) -> float | None:
        """Read a number that may be missing or null."""
        return None if self.stored.get(key) is None else self.number(key, 0.0, low, high)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """Read a whole number within limits."""
        found = self.stored.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            raise self.fault(f"{key} is {found!r}, and has to be a whole number from {low} to {high}.")
        return found

    def truth(self, key: str, default: bool) -> bool:
        """Read true or false."""
        found = self.stored.get(key, default)
        if not isinstance(found, bool):
            raise self.fault(f"{key} is {found!r}, and has to be true or false.")
        return found

    def text(self, key: str, default: str | None = None) -> str:
        """Read a word; one without a default has to be there and must not be empty."""
        found = self.stored.get(key, default)
        if not isinstance(found, str) or (default is None and not found.strip()):
            raise self.fault(f"{key} is {found!r}, and has to be a word.")
        return found

    def several(self, key: str) -> list[Any]:
        """Read a list; a missing one is empty."""
        found = self.stored.get(key, [])
        if not isinstance(found, list | tuple):
            raise self.fault(f"{key} is {found!r}, and has to be a list.")
        return list(found)

    def place(self, key: str) -> tuple[float, float, float] | None:
        """Read a point of the world x, y, z that may be missing or null."""
        found = self.stored.get(key)
        if found is None:
            return None
        if not isinstance(found, list | tuple) or len(found) != 3:
            raise self.fault(f"{key} is {found!r}, and has to be three numbers x, y, z.")
        x, y, z = (number(value, self.path, f"{self.where}.{key}") for value in found)
        if max(abs(x), abs(y), abs(z)) > _FARTHEST:
            raise self.fault(f"{key} lies more than {_FARTHEST:g} metres away.")
        return x, y, z

    def pair(self, key: str) -> tuple[float, float]:
        """Read two numbers."""
        return place(self.stored.get(key), self.path, f"{self.where}.{key}")

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """Read a list of pairs of numbers."""
        return pairs_of(self.several(key), self, key)

    def lists_of_pairs(self, key: str) -> tuple[tuple[tuple[float, float], ...], ...]:
        """Read a list of lists of pairs of numbers."""
        found = []
        for at, one in enumerate(self.several(key)):
            if not isinstance(one, list | tuple):
                raise self.fault(f"{key}[{at}] is {one!r}, and has to be a list of points.")
            found.append(pairs_of(one, self, f"{key}[{at}]"))
        return tuple(found)


def pairs_of(stored: Any, fields: Fields, key: str) -> tuple[tuple[float, float], ...]:
    """Read pairs of numbers from a list."""
    return tuple(place(one, fields.path, f"{fields.where}.{key}[{at}]") for at, one in enumerate(stored))
