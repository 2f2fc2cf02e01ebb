"""Model folders of diffusers: which pipelines are known, that nothing in them can run, and their hash."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from .pickles import unsafe

INDEX = "model_index.json"
PIPELINES = frozenset(
    (
        "ChromaInpaintPipeline",
        "FluxFillPipeline",
        "FluxInpaintPipeline",
        "PaintByExamplePipeline",
        "QwenImageInpaintPipeline",
        "StableDiffusion3InpaintPipeline",
        "StableDiffusionInpaintPipeline",
        "StableDiffusionXLInpaintPipeline",
        "ZImageInpaintPipeline",
    )
)
"""The pipelines that fill a hole in a picture, by the names of their classes."""
_LIBRARIES = ("diffusers", "transformers", "stable_diffusion")
_HARMLESS = (
    ".json",
    ".txt",
    ".md",
    ".safetensors",
    ".model",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".yaml",
    ".tiktoken",
)
_HARMLESS_NAMES = ("LICENSE", "LICENCE", "NOTICE", "README", ".gitattributes", ".gitignore")
_CLASS = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def check_folder(folder: Path) -> None:
    """Read a model folder file by file; raises ArtistError `model.unsafe` or `input.unsupported_format`.

    Only data may lie in it: text, and weights as safetensors that hold what they say.
    """
    read_index(folder)
    for path in folder_files(folder):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in _HARMLESS and path.name.partition(".")[0] not in _HARMLESS_NAMES:
            raise unsafe(
                folder.name,
                f"{name} in it could run a program, or nobody knows what it is",
                "Keep only the configuration and the weights as safetensors in the folder.",
            )
        if path.suffix.lower() == ".safetensors":
            _check_weights(path, f"{folder.name}: {name}")


def read_index(folder: Path) -> dict[str, Any]:
    """Return what a folder's index says; raises ArtistError `input.unsupported_format`, `model.unsafe`."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        name = str(index["_class_name"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_folder(folder, f"it has no readable {INDEX}") from error
    if name not in PIPELINES:
        raise _no_folder(folder, f"it is a {name[:80]}, which fills no holes in pictures here")
    for part, stored in index.items():
        if part.startswith("_") or not isinstance(stored, list):
            continue
        if stored not in ([None, None],) and not _is_known(stored):
            raise unsafe(folder.name, f"its part {part} is made by code outside the known libraries")
    return dict(index)


def folder_files(folder: Path) -> tuple[Path, ...]:
    """Return every file of a folder in the order of their names; folders that are links are not entered."""
    return tuple(sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix()))


def folder_bytes(folder: Path) -> int:
    """Return the size of all files of a folder."""
    return sum(path.stat().st_size for path in folder_files(folder))


def joined_hash(folder: Path, hashes: dict[Path, str]) -> str:
    """Return the one sha256 of a folder: over every file's name and own hash."""
    digest = hashlib.sha256()
    for path in sorted(hashes, key=lambda one: one.relative_to(folder).as_posix()):
        digest.update(f"{path.relative_to(folder).as_posix()}\n{hashes[path]}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)


def _is_known(stored: list[Any]) -> bool:
    if len(stored) != 2 or not all(isinstance(word, str) for word in stored):
        return False
    return stored[0].partition(".")[0] in _LIBRARIES and _CLASS.fullmatch(stored[1]) is not None


def _check_weights(path: Path, where: str) -> None:
    from .inspect import safetensors_header

    with path.open("rb") as file:
        if safetensors_header(file) is None:
            raise ArtistError(
                "input.corrupt_file",
                "The model's file cannot be read",
                f"{where} is damaged or not all there.",
                "Fetch the file again.",
            )


def _no_folder(folder: Path, why: str) -> ArtistError:
    return ArtistError(
        "input.unsupported_format",
        "This folder holds no model that fills pictures",
        f"{folder.name} was not taken: {why}.",
        f"Give the folder of a diffusers inpainting pipeline, such as {', '.join(sorted(PIPELINES)[-3:])}.",
    )
