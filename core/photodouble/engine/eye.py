"""One view of a shot in a take: its pixels, its analysis, and what each frame of it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.operation import Operation, Rendered, Scratch
from photodouble.ops.shot import Shot
from photodouble.takes.store import records_folder

from .contents import Contents, record_digest, shot_digest


@dataclass
class Eye:
    """One view: the only one of a plain plate (its name is empty), or one eye of a stereo plate."""

    view: str
    shot: Shot
    operation: Operation
    contents: Contents
    take_folder: Path
    scratch: Scratch = field(init=False)

    def __post_init__(self) -> None:
        """Open the analysis records of this view."""
        self.scratch = open_scratch(self.take_folder, self.view)
        self._shot_digest = shot_digest(self.shot, self.operation)

    def render(self, frame: int) -> tuple[Rendered, dict[str, str]]:
        """Render a frame; return it with the name and hash of everything that it was made from."""
        basis = {"shot": self._shot_digest}

        def note(port: str, number: int) -> None:
            content = self.contents.of(port, number)
            if content:
                basis[f"{port}/{number}"] = content

        with self.shot.watching(note):
            rendered = self.operation.render(self.shot, WatchedScratch(self.scratch, basis), frame)
            self.shot.plate(frame)
        return rendered, {self._named(name): value for name, value in basis.items()}

    def owns(self, name: str) -> bool:
        """Whether a name of a basis belongs to this view."""
        view, at, _ = name.rpartition("@")
        return (view if at else "") == self.view

    def present(self, name: str) -> str:
        """Return the hash that a name of a basis has now; empty when there is no such thing."""
        plain = name.rpartition("@")[2]
        if plain == "shot":
            return self._shot_digest
        port, _, number = plain.rpartition("/")
        if not port.startswith("analysis/"):
            return self.contents.of(port, int(number))
        try:
            return record_digest(self.scratch.load(port.removeprefix("analysis/"), int(number)))
        except KeyError:
            return ""

    def _named(self, name: str) -> str:
        return f"{self.view}@{name}" if self.view else name


class WatchedScratch:
    """A scratch that notes the content hash of every record that is loaded through it."""

    def __init__(self, scratch: Scratch, basis: dict[str, str]) -> None:
        """Note into `basis`, under `analysis/STAGE/INDEX`."""
        self._scratch = scratch
        self._basis = basis

    def save(self, stage: str, index: int, **arrays: npt.NDArray[Any]) -> None:
        """Keep a record."""
        self._scratch.save(stage, index, **arrays)

    def load(self, stage: str, index: int) -> dict[str, npt.NDArray[Any]]:
        """Return a record and note its hash."""
        arrays = self._scratch.load(stage, index)
        name = f"analysis/{stage}/{index}"
        if name not in self._basis:
            self._basis[name] = record_digest(arrays)
        return arrays

    def has(self, stage: str, index: int) -> bool:
        """Whether there is such a record; its absence is noted too."""
        found = self._scratch.has(stage, index)
        if not found:
            self._basis.setdefault(f"analysis/{stage}/{index}", "")
        return found


DEVICE = "device"
"""The record in which an operation notes what it computed on, as `label`, and as `lost` why not as asked."""


def device_note(scratch: Scratch) -> tuple[str, str]:
    """Return what a view was computed on, and why not on what was asked for; empty where it is not said."""
    if not scratch.has(DEVICE, 0):
        return "", ""
    record = scratch.load(DEVICE, 0)
    return str(record["label"]), str(record["lost"])


NETWORKS = "networks"
"""The record in which an operation notes the `names` and `hashes` of networks that it carries itself."""


def networks_note(scratch: Scratch) -> dict[str, str]:
    """Return the sha256 of the networks that a view was looked at with, by name; empty where none were."""
    if not scratch.has(NETWORKS, 0):
        return {}
    record = scratch.load(NETWORKS, 0)
    return {str(name): str(one) for name, one in zip(record["names"], record["hashes"], strict=True)}


LEARN = "learn"
"""The record in which an operation says, as `words`, what came of learning from the shot."""


def learning_note(scratch: Scratch) -> str:
    """Return what came of learning from a shot, in a sentence; empty where nothing was to be learned."""
    return str(scratch.load(LEARN, 0)["words"]) if scratch.has(LEARN, 0) else ""


def open_scratch(take_folder: Path, view: str = "") -> FolderScratch:
    """Open the analysis records of one view of a take."""
    return FolderScratch(records_folder(take_folder, view))
