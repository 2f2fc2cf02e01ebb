"""Which pictures belong to a document: the cards of a library, the density maps of a crowd file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CARDS = "card.*.exr"
"""The pictures of an element, in the folder of its name beside the list."""


def library_files(path: Path) -> tuple[Path, ...]:
    """Return the list of a library and every card of its elements, in an order that does not change."""
    folders = [path.parent / str(one.get("name", "")) for one in library_elements(path)]
    cards = [card for folder in folders if folder != path.parent for card in sorted(folder.glob(CARDS))]
    return (path, *cards)


def crowd_files(path: Path) -> tuple[Path, ...]:
    """Return a crowd file and what it names: density maps as seen from its folder, layers of a USD crowd."""
    if is_usd(path):
        layers = (path.with_suffix(suffix) for suffix in (".edits.usda", ".layout.usdc"))
        return (path, *(one for one in layers if one.is_file()))
    laid = [one.get("map") for one in _named(path, "areas")]
    names = [str(one["path"]) for one in laid if isinstance(one, dict) and one.get("path")]
    maps = (path.parent / name for name in dict.fromkeys(names))
    return (path, *(one for one in maps if one.is_file()))


def is_usd(path: Path) -> bool:
    """Whether a file is USD by its name, and no JSON."""
    return path.suffix.lower() in (".usd", ".usda", ".usdc", ".usdz")


def whole_digest(hashes: Mapping[int, str]) -> str:
    """Return one hash of many files, from theirs by number."""
    text = "".join(f"{number}:{hashes[number]}\n" for number in sorted(hashes))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def library_elements(path: Path) -> tuple[dict[str, Any], ...]:
    """Return the elements as the list of a library holds them; nothing for a file that is no such list.

    What is wrong with it is said where the library is read whole.
    """
    return _named(path, "elements")


def _named(path: Path, key: str) -> tuple[dict[str, Any], ...]:
    try:
        if not path.is_file():
            return ()
        stored = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return ()
    found = stored.get(key) if isinstance(stored, dict) else None
    return tuple(one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
