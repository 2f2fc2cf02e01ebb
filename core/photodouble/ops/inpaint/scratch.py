"""Keep the analysis' intermediate records, in memory or in a folder, so that a stopped job can go on.

A record is a set of named arrays under a stage and an index (a position in the footage). Records are
written whole or not at all.
"""

from __future__ import annotations

import os
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble.image.storage import put_in_place

Record = dict[str, NDArray[Any]]


class Scratch(Protocol):
    """Save, load and look for records by stage and index."""

    def save(self, stage: str, index: int, **arrays: NDArray[Any]) -> None:
        """Keep the arrays under (stage, index), replacing an older record."""

    def load(self, stage: str, index: int) -> Record:
        """Return the arrays of a record; KeyError if there is none."""

    def has(self, stage: str, index: int) -> bool:
        """Say whether a complete record is there."""


class MemoryScratch:
    """Keep records in memory: for tests, benches and short shots."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, int], Record] = {}

    def save(self, stage: str, index: int, **arrays: NDArray[Any]) -> None:
        """Keep the arrays under (stage, index)."""
        self._records[stage, index] = {name: np.asarray(array) for name, array in arrays.items()}

    def load(self, stage: str, index: int) -> Record:
        """Return the arrays of a record; KeyError if there is none."""
        return dict(self._records[stage, index])

    def has(self, stage: str, index: int) -> bool:
        """Say whether the record is there."""
        return (stage, index) in self._records

    def drop(self, stage: str, index: int) -> None:
        """Forget one record, if it is there."""
        self._records.pop((stage, index), None)


class FolderScratch:
    """Keep records as uncompressed .npz files, the latest ones also in memory up to a number of bytes."""

    def __init__(self, folder: Path, cache_bytes: int = 96 * 2**20) -> None:
        self._folder = Path(folder)
        self._limit = cache_bytes
        self._held = 0
        self._cache: OrderedDict[tuple[str, int], Record] = OrderedDict()

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self._folder

    def save(self, stage: str, index: int, **arrays: NDArray[Any]) -> None:
        """Write the arrays beside their final name, then move them there in one step."""
        path = self._path(stage, index)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        record = {name: np.asarray(array) for name, array in arrays.items()}
        try:
            with part.open("wb") as stream:
                np.savez(stream, **record)  # type: ignore[arg-type]
            put_in_place(part, path)
        finally:
            part.unlink(missing_ok=True)
        self._remember((stage, index), record)

    def load(self, stage: str, index: int) -> Record:
        """Return the arrays of a record; KeyError if there is none or if it cannot be read."""
        key = (stage, index)
        if key in self._cache:
            self._cache.move_to_end(key)
            return dict(self._cache[key])
        try:
            with np.load(self._path(stage, index), allow_pickle=False) as archive:
                record = {name: archive[name] for name in archive.files}
        except (FileNotFoundError, zipfile.BadZipFile, ValueError, EOFError) as cause:
            raise KeyError(key) from cause
        self._remember(key, record)
        return dict(record)

    def has(self, stage: str, index: int) -> bool:
        """Say whether the record is there; a half-written one never is."""
        return (stage, index) in self._cache or self._path(stage, index).is_file()

    def drop(self, stage: str, index: int) -> None:
        """Delete one record, if it is there."""
        self._forget((stage, index))
        self._path(stage, index).unlink(missing_ok=True)

    def _path(self, stage: str, index: int) -> Path:
        return self._folder / stage / f"{index:06d}.npz"

    def _remember(self, key: tuple[str, int], record: Record) -> None:
        self._forget(key)
        self._cache[key] = record
        self._held += _bytes(record)
        while self._held > self._limit and self._cache:
            self._held -= _bytes(self._cache.popitem(last=False)[1])

    def _forget(self, key: tuple[str, int]) -> None:
        if key in self._cache:
            self._held -= _bytes(self._cache.pop(key))


def _bytes(record: Mapping[str, NDArray[Any]]) -> int:
    return sum(array.nbytes for array in record.values())
