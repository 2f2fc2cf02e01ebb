"""Write Cryptomatte layers: who covers how much of a pixel, under names, for any compositor's picker.

Psyop's specification 1.2: pairs of (id, coverage), the largest first, two pairs a layer. Ids are 32-bit
floats, which half does not hold. One part and a full data window, as some programs fail on anything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import mmh3
import numpy as np
import numpy.typing as npt

from photodouble.image.exr import write_planes
from photodouble.image.picture import Metadata
from photodouble.image.storage import write_whole
from photodouble.image.window import Box

Planes = dict[str, npt.NDArray[np.float32]]
_PAIRS = (("R", "G"), ("B", "A"))


def cryptomatte_planes(
    layer: str,
    ids: npt.NDArray[np.uint32],
    coverage: npt.NDArray[np.float32],
    names: Mapping[str, int],
    *,
    manifest_file: str = "",
) -> tuple[Planes, dict[str, str]]:
    """Give the float32 planes of a layer, such as CryptoPerson00.R, and what its header says of it.

    `ids` and `coverage`: (H, W, R), the largest coverage first, ids as `cryptomatte.name_id` makes them, 0
    for nobody. `names`: the manifest; with `manifest_file` it is left to that file, beside the picture.
    Raises ValueError for a manifest file that is no plain relative path to a .json file.
    """
    planes: Planes = {}
    empty = np.zeros(ids.shape[:2], np.float32)
    stored = np.where(coverage > 0, ids, np.uint32(0)).astype(np.uint32).view(np.float32)
    ranks = ids.shape[2]
    for rank in range(ranks + ranks % 2):
        number, amount = (f"{layer}{rank // 2:02d}.{name}" for name in _PAIRS[rank % 2])
        planes[number] = np.ascontiguousarray(stored[..., rank]) if rank < ranks else empty
        planes[amount] = np.ascontiguousarray(coverage[..., rank]) if rank < ranks else empty
    return planes, layer_metadata(layer, names, manifest_file=manifest_file)


def layer_metadata(layer: str, names: Mapping[str, int], *, manifest_file: str = "") -> dict[str, str]:
    """Give the header attributes of a layer: its name, how names are hashed, and the manifest or its file."""
    key = f"cryptomatte/{mmh3.hash(layer.encode(), signed=False):08x}"[: len("cryptomatte/") + 7]
    told = {
        f"{key}/name": layer,
        f"{key}/hash": "MurmurHash3_32",
        f"{key}/conversion": "uint32_to_float32",
    }
    if manifest_file:
        told[f"{key}/manif_file"] = _checked(manifest_file)
    else:
        told[f"{key}/manifest"] = manifest_text(names)
    return told


def manifest_text(names: Mapping[str, int]) -> str:
    """Write names and their ids as the manifest's JSON."""
    listed = {name: f"{number:08x}" for name, number in sorted(names.items())}
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def write_manifest(path: Path, names: Mapping[str, int]) -> None:
    """Write one manifest for a whole sequence; raises as `storage.write_whole`."""
    write_whole(path, manifest_text(names).encode())


def write_cryptomatte(
    path: Path,
    layers: Iterable[tuple[Planes, Mapping[str, str]]],
    *,
    pixel_aspect: float = 1.0,
    metadata: Metadata | None = None,
) -> None:
    """Write layers made by `cryptomatte_planes` into one EXR file; raises as `storage.write_whole`."""
    planes: Planes = {}
    told: dict[str, object] = dict(metadata or {})
    for made, said in layers:
        planes.update(made)
        told.update(said)
    box = Box.of_size(*next(iter(planes.values())).shape)
    write_planes(
        path,
        planes,
        data_window=box,
        display_window=box,
        pixel_aspect=pixel_aspect,
        metadata=told,
        type="float",
    )


def _checked(name: str) -> str:
    place = PurePosixPath(name)
    if place.is_absolute() or place.suffix != ".json" or "\\" in name or place.parts[0] in (".", ".."):
        raise ValueError(f"{name} is no relative path to a .json file")
    if name.startswith("./"):
        raise ValueError(f"{name} starts with ./")
    return name
