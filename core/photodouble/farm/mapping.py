"""Paths that a farm or a command moves: what begins with one root begins with another on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from photodouble_client.pathmap import PathMap

Pair = tuple[str, str]
"""What a path begins with elsewhere, and what it begins with here."""

_WINDOWS = re.compile(r"[A-Za-z]:|\\\\")


class Moves(PathMap):
    """Translate paths by pairs of roots, which may be of one system; the first pair that fits wins."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        """Hold the pairs."""
        super().__init__([{}] if pairs else [])
        self._pairs = tuple(pairs)

    def localise_path(self, path: str) -> str:
        """Write a path or pattern as it is here; one below no root stays as it is."""
        for source, target in self._pairs:
            inside = _inside(path, source)
            if inside is not None:
                sign = "\\" if _WINDOWS.match(target) else "/"
                return sign.join([target.rstrip("/\\"), *inside]) if inside else target
        return path


def _inside(path: str, root: str) -> list[str] | None:
    """Return the names of a path below a root, or None if it does not lie there.

    A root holds whole names only. Windows looks at no case and takes either slash.
    """
    windows = _WINDOWS.match(root) is not None
    names, above = _names(path, windows), _names(root, windows)
    held = [_folded(name, windows) for name in names[: len(above)]]
    return names[len(above) :] if held == [_folded(name, windows) for name in above] else None


def _names(path: str, windows: bool) -> list[str]:
    return re.split(r"[/\\]", path.rstrip("/\\")) if windows else path.rstrip("/").split("/")


def _folded(name: str, windows: bool) -> str:
    return name.lower() if windows else name
