"""Read the nodes of a Nuke script, or of what was copied from one, as text: no Nuke is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.documents import bad_document
from photodouble_client import nk

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Node:
    """One node: its class, and its knobs as words and nested lists of words."""

    kind: str
    knobs: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name the artist gave it, or its class."""
        return str(self.knobs.get("name", self.kind))


def nodes_of(text: str, path: Path | str) -> Iterator[Node]:
    """Give every node of a script; raises ArtistError `input.bad_document` where it is cut short."""
    try:
        for kind, knobs in nk.blocks_of(text):
            yield Node(kind, {name: _value(value) for name, value in knobs})
    except ValueError as error:
        raise bad_document(path, f"{str(error).capitalize()}.") from error


def curve_of(value: Any, what: str, path: Path | str) -> dict[int, float]:
    """Read `curve x1001 1.5 1.6 x1010 2` as values by frame; a plain number is under no frame but 0.

    Values follow each other frame by frame from the last x. Raises ArtistError `input.bad_document` for an
    expression.
    """
    words = [value] if isinstance(value, str) else list(_flat(value))
    if len(words) == 1 and _NUMBER.fullmatch(words[0]):
        return {0: float(words[0])}
    found: dict[int, float] = {}
    frame = 1
    for word in words:
        if re.fullmatch(r"x-?\d+(\.\d+)?", word):
            frame = round(float(word[1:]))
        elif _NUMBER.fullmatch(word):
            found[frame] = float(word)
            frame += 1
        elif not re.fullmatch(r"curve|[a-zA-Z]|[stuv]-?[\d.e+-]+", word):
            raise bad_document(path, f"{what} follows an expression ({word[:40]}). Bake it, then save it.")
    return found


def is_curve(value: Any) -> bool:
    """Tell whether a value is an animation."""
    return isinstance(value, list) and bool(value) and value[0] == "curve"


def _flat(value: Any) -> Iterator[str]:
    for one in value:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


def _value(text: str) -> Any:
    """Return a value as a word, or as a list of words and lists."""
    words = nk.words(text)
    return words[0] if len(words) == 1 else words
