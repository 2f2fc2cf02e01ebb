"""Mattes by object name from Cryptomatte layers.

Friedman and Jones, "Fully automatic ID mattes with support for motion blur and transparency", 2015,
and the Cryptomatte specification 1.2 (Psyop): pairs of (id, coverage) channels ranked by coverage.
"""

from __future__ import annotations

import difflib
import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import as_float, crop
from photodouble.image.picture import Picture, Plane
from photodouble.image.window import Box
from photodouble_client.errors import ArtistError

_PREFIX = "cryptomatte/"
_MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class _Layer:
    name: str
    manifest: Mapping[str, int]
    ranks: tuple[tuple[Plane, Plane], ...]


def has_cryptomattes(picture: Picture) -> bool:
    """Tell whether the picture carries any Cryptomatte layer."""
    return any(name.startswith(_PREFIX) for name in picture.metadata)


def cryptomatte_coverage(picture: Picture, names: str, box: Box) -> NDArray[np.float32]:
    """Add up how much of each pixel the named objects cover: (h, w) float32, 0 to 1.

    `names` are separated by commas and may hold `*` and `?`. Without a manifest a name is hashed.
    Raises `ArtistError` input.unknown_channel with close names.
    """
    layers = _layers(picture)
    coverage = np.zeros(box.size, dtype=np.float32)
    for name in (part.strip() for part in names.split(",")):
        found = [(layer, number) for layer in layers for number in _ids(layer, name)]
        if name and not found:
            raise _unknown(picture, name, layers)
        for layer, number in found:
            for ids, amounts in layer.ranks:
                same = crop(ids, box).astype(np.float32).view(np.uint32) == np.uint32(number)
                coverage += np.where(same, as_float(amounts, box), np.float32(0))
    return np.clip(coverage, 0, 1)


def name_id(name: str) -> int:
    """Hash an object's name to its id: MurmurHash3 (32 bit), kept clear of NaN, Inf and denormals."""
    value = murmur3(name.encode())
    return value ^ (1 << 23) if (value >> 23) & 255 in (0, 255) else value


def murmur3(content: bytes) -> int:
    """Hash bytes by MurmurHash3_x86_32 with seed 0 (Appleby, public domain)."""
    value = 0
    whole = len(content) & ~3
    for start in range(0, whole, 4):
        value ^= _scrambled(int.from_bytes(content[start : start + 4], "little"))
        value = (_rotated(value, 13) * 5 + 0xE6546B64) & _MASK
    value ^= _scrambled(int.from_bytes(content[whole:], "little")) ^ len(content)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        value = ((value ^ (value >> shift)) * factor) & _MASK
    return value ^ (value >> 16)


def _scrambled(block: int) -> int:
    return (_rotated((block * 0xCC9E2D51) & _MASK, 15) * 0x1B873593) & _MASK


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _layers(picture: Picture) -> list[_Layer]:
    keys = sorted({name.split("/")[1] for name in picture.metadata if name.startswith(_PREFIX)})
    return [_layer(picture, key) for key in keys if f"{_PREFIX}{key}/name" in picture.metadata]


def _layer(picture: Picture, key: str) -> _Layer:
    said = {
        name: picture.metadata.get(f"{_PREFIX}{key}/{name}") for name in ("name", "manifest", "manif_file")
    }
    text = said["manifest"]
    if not text and said["manif_file"]:
        sidecar = picture.path.parent / str(said["manif_file"])
        text = sidecar.read_text("utf-8") if sidecar.is_file() else ""
    try:
        manifest = {str(name): int(str(number), 16) for name, number in json.loads(text or "{}").items()}
    except (ValueError, AttributeError):
        manifest = {}
    return _Layer(str(said["name"]), manifest, _ranks(picture, str(said["name"])))


def _ranks(picture: Picture, name: str) -> tuple[tuple[Plane, Plane], ...]:
    planes = {plane.name: plane for plane in picture.planes}
    planes.update({f"{plane.part_name}.{plane.name}": plane for plane in picture.planes})
    pairs: list[tuple[Plane, Plane]] = []
    for level in range(100):
        for names in (("R", "G"), ("B", "A"), ("r", "g"), ("b", "a"), ("red", "green"), ("blue", "alpha")):
            one, two = (planes.get(f"{name}{level:02d}.{channel}") for channel in names)
            if one is not None and two is not None:
                pairs.append((one, two))
    return tuple(pairs)


def _ids(layer: _Layer, name: str) -> list[int]:
    if any(sign in name for sign in "*?"):
        return [number for known, number in layer.manifest.items() if fnmatch.fnmatchcase(known, name)]
    if name in layer.manifest:
        return [layer.manifest[name]]
    return [] if layer.manifest or not name else [name_id(name)]


def _unknown(picture: Picture, name: str, layers: list[_Layer]) -> ArtistError:
    known = [text for layer in layers for text in layer.manifest]
    close = difflib.get_close_matches(name, known, n=4, cutoff=0.4) or known[:6]
    return ArtistError(
        "input.unknown_channel",
        "No channel or Cryptomatte object has this name",
        f"{picture.path.name} has neither a channel nor a Cryptomatte object called {name}.",
        f"Use one of: {', '.join(close)}." if close else "Check the name of the matte channel.",
        detail=str(picture.path),
    )
