"""The cards of an element on disk: EXR pictures, and the mip chains that are made from them."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.exr import write_planes
from photodouble.image.files import read_picture
from photodouble.image.storage import place_whole
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

from .element import Element
from .library_json import Listed
from .mips import chain_of, layout_of

Card = npt.NDArray[np.float32]
_PLANES = ("R", "G", "B", "A", "wardrobe")
_MADE_BY = "half chains 1"


def card_path(folder: Path, element: Element, index: int) -> Path:
    """Say where a card lies; cards count from 0."""
    return folder / element.name / f"card.{index:04d}.exr"


def write_card(path: Path, card: Card) -> str:
    """Write a card (h, w, 5), and return the fingerprint of its pixels."""
    half = np.clip(np.nan_to_num(card, nan=0.0), -65504, 65504).astype(np.float16)
    window = Box.of_size(card.shape[0], card.shape[1])
    planes = {name: half[..., index] for index, name in enumerate(_PLANES)}
    write_planes(path, planes, data_window=window, display_window=window)
    return _mark(half)


def read_card(folder: Path, element: Element, index: int) -> Card:
    """Read a card (h, w, 5) float32.

    Raises ArtistError `input.unknown_channel` where it has no alpha, `input.size_mismatch` where it has
    another size than its element.
    """
    card = read_card_file(card_path(folder, element, index), element.name)
    size = (card.shape[1], card.shape[0])
    if size != element.size:
        raise ArtistError(
            "input.size_mismatch",
            "A card has another size than its element",
            f"Card {index} of {element.name} is {size[0]}x{size[1]}, "
            f"and the library says {element.size[0]}x{element.size[1]}.",
            "Ingest this element again.",
        )
    return card


def read_card_file(path: Path, name: str) -> Card:
    """Read a card of the element called `name`, as `read_card`."""
    planes = {plane.name: plane for plane in read_picture(path).planes}
    if "A" not in planes:
        raise ArtistError(
            "input.unknown_channel",
            "An element has no alpha",
            f"{name}: {path.name} holds {', '.join(planes)} and no alpha channel A.",
            "Ingest the person again, with a key or a roto matte.",
            detail=str(path),
        )
    if not {"R", "G", "B"} <= set(planes):
        raise ArtistError(
            "input.unknown_channel",
            "An element has no colours",
            f"{name}: {path.name} holds {', '.join(planes)}.",
            "Ingest the person again.",
            detail=str(path),
        )
    empty = np.zeros(planes["A"].pixels.shape, np.float32)
    found = [np.asarray(planes[name].pixels, np.float32) if name in planes else empty for name in _PLANES]
    return np.stack(found, axis=-1)


def fresh_mips(folder: Path, listed: Listed) -> npt.NDArray[np.float16]:
    """Give the chains of an element, (cards, texels, 5) half, from disk; made anew where they are old."""
    path = folder / listed.element.name / "mips.npy"
    shape = (len(listed.cards), layout_of(listed.element.size).texels, len(_PLANES))
    found = _found(path, shape, _stamp(folder, listed))
    if found is None:
        make_mips(folder, listed)
        found = _found(path, shape, _stamp(folder, listed))
    if found is None:
        return _made(folder, listed, shape)
    return found


def make_mips(folder: Path, listed: Listed) -> None:
    """Write the chains of an element; where the folder cannot be written they are made in memory later."""
    shape = (len(listed.cards), layout_of(listed.element.size).texels, len(_PLANES))
    path = folder / listed.element.name / "mips.npy"

    stamp = _stamp(folder, listed)

    def write(temporary: Path) -> None:
        chains: Any = np.lib.format.open_memmap(temporary, "w+", np.float16, shape)
        for index in range(shape[0]):
            chains[index] = chain_of(read_card(folder, listed.element, index))
        chains.flush()

    with suppress(ArtistError):
        # read_card's own faults come again, and are told, where the chains are made in memory
        place_whole(path, write)
        place_whole(path.with_suffix(".json"), lambda place: _write_stamp(place, stamp))


def _made(folder: Path, listed: Listed, shape: tuple[int, int, int]) -> npt.NDArray[np.float16]:
    chains = np.empty(shape, np.float16)
    for index in range(shape[0]):
        chains[index] = chain_of(read_card(folder, listed.element, index))
    return chains


def _found(path: Path, shape: tuple[int, ...], stamp: str) -> npt.NDArray[np.float16] | None:
    with suppress(OSError, ValueError):
        said = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if said != {"made_from": stamp}:
            return None
        chains: npt.NDArray[np.float16] = np.load(path, mmap_mode="r")
        if chains.shape == shape and chains.dtype == np.float16:
            return chains
    return None


def _stamp(folder: Path, listed: Listed) -> str:
    """Name what chains are made from: the list, and the files, since an artist may paint on a card."""
    files = [card_path(folder, listed.element, index).stat() for index in range(len(listed.cards))]
    there = [(one.st_size, one.st_mtime_ns) for one in files]
    text = json.dumps([_MADE_BY, list(listed.element.size), list(listed.cards), there])
    return hashlib.sha256(text.encode()).hexdigest()


def _write_stamp(place: Path, stamp: str) -> None:
    place.write_text(json.dumps({"made_from": stamp}) + "\n", encoding="utf-8")


def _mark(half: npt.NDArray[np.float16]) -> str:
    return hashlib.sha256(np.ascontiguousarray(half, "<f2").tobytes()).hexdigest()
