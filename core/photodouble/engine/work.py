"""The work of one frame: link it from the parent take or render it, write its pictures, then its record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.frame import Frame
from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.window import Box
from photodouble.image.write import output_suffix, write_planes, write_result
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.operation import Operation, Rendered, Reporter, Scratch
from photodouble.ops.shot import Shot
from photodouble.takes.files import link_or_copy, telling_disk_errors
from photodouble.takes.record import FrameRecord, WrittenFile, read_record, write_record
from photodouble.takes.store import Take, stored_take_id

from .contents import Contents, record_digest, shot_digest

RECORDS = "records"
RESULT = "result"
KINDS = ("plate", "real", "interpolated", "synthesised", "artist", "crowd")


@dataclass
class FrameWork:
    """All that is needed to finish any frame of one take, in any process."""

    shot: Shot
    operation: Operation
    take: Take
    contents: Contents
    parent: Take | None = None
    scratch: Scratch = field(init=False)

    def __post_init__(self) -> None:
        """Open the analysis of the take."""
        self.scratch = open_scratch(self.take.folder)
        self._shot_digest = shot_digest(self.shot, self.operation)

    def finish(self, frame: int, report: Reporter) -> FrameRecord:
        """Finish one frame and return its record; raises Stopped when asked to stop."""
        report.check()
        record = self._locked(frame) or self._linked(frame) or self._rendered(frame)
        write_record(self.take.folder, record)
        return record

    def _rendered(self, frame: int) -> FrameRecord:
        basis = {"shot": self._shot_digest}
        watched = WatchedScratch(self.scratch, basis)
        with self.shot.watching(lambda port, number: self._note(basis, port, number)):
            rendered = self.operation.render(self.shot, watched, frame)
            plate = self.shot.plate(frame)
        files = self._write(plate, rendered, frame)
        return FrameRecord(frame, files, basis, figures(rendered))

    def _note(self, basis: dict[str, str], port: str, frame: int) -> None:
        basis[f"{port}/{frame}"] = self.contents.of(port, frame)

    def _locked(self, frame: int) -> FrameRecord | None:
        """Link a locked frame, with all its outputs, from the take whose result it names."""
        path = self.shot.request.locks.get(frame)
        if path is None or frame in self.shot.request.overrides:
            return None
        folder = Path(path).parent.parent
        made = read_record(folder, frame)
        if made is None or folder / made.files[RESULT].path != Path(path):
            return None
        basis = {f"overrides/{frame}": self.contents.of("overrides", frame)}
        return self._link(frame, made, folder, stored_take_id(folder), basis)

    def _linked(self, frame: int) -> FrameRecord | None:
        """Link the parent's files when everything that the frame was made from is still the same."""
        made = self.parent.record(frame) if self.parent is not None else None
        if made is None or self.parent is None or not made.basis:
            return None
        if any(self._present(name) != value for name, value in made.basis.items()):
            return None
        return self._link(frame, made, self.parent.folder, self.parent.take_id, made.basis)

    def _link(
        self, frame: int, made: FrameRecord, folder: Path, take_id: str, basis: Mapping[str, str]
    ) -> FrameRecord:
        files = {}
        for output, written in made.files.items():
            suffix = Path(written.path).suffix.removeprefix(".")
            target = self.take.picture(output, frame, suffix)
            link_or_copy(folder / written.path, target)
            files[output] = WrittenFile(self._inside(target), written.file_sha256, written.pixel_sha256)
        return FrameRecord(frame, files, basis, made.figures, linked_from=made.linked_from or take_id)

    def _present(self, name: str) -> str:
        if name == "shot":
            return self._shot_digest
        port, _, number = name.rpartition("/")
        if not port.startswith("analysis/"):
            return self.contents.of(port, int(number))
        try:
            return record_digest(self.scratch.load(port.removeprefix("analysis/"), int(number)))
        except KeyError:
            return ""

    def _write(self, plate: Frame, rendered: Rendered, frame: int) -> dict[str, WrittenFile]:
        header = {"photodouble/take": self.take.take_id}
        box = rendered.box
        result = self.take.picture(RESULT, frame, output_suffix(plate).removeprefix("."))
        paths = {RESULT: result}
        with telling_disk_errors(result):
            result.parent.mkdir(parents=True, exist_ok=True)
            write_result(plate, rendered.fill, rendered.matte, box, result, metadata=header)
            for output, planes in planes_of(rendered).items():
                path = self.take.picture(output, frame, "exr")
                path.parent.mkdir(parents=True, exist_ok=True)
                write_planes(
                    path,
                    planes,
                    data_window=box if not box.is_empty else _one_pixel(plate.display_window),
                    display_window=plate.display_window,
                    pixel_aspect=plate.pixel_aspect,
                    metadata=header,
                    type="float",
                )
                paths[output] = path
        return {
            output: WrittenFile(self._inside(path), file_sha256(path), pixel_sha256(path))
            for output, path in paths.items()
        }

    def _inside(self, path: Path) -> str:
        return path.relative_to(self.take.folder).as_posix()


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


def open_scratch(take_folder: Path) -> FolderScratch:
    """Open the analysis records of a take."""
    return FolderScratch(take_folder / "analysis" / RECORDS)


def planes_of(rendered: Rendered) -> dict[str, Mapping[str, npt.NDArray[np.float32]]]:
    """Return the further outputs, each as named planes (h, w) float32."""
    if rendered.box.is_empty:
        nothing = np.zeros((1, 1), np.float32)
        rendered = Rendered(
            Box(0, 0, 1, 1), np.zeros((1, 1, 3), np.float32), nothing, nothing, nothing - 1, nothing
        )
    fill = rendered.fill
    return {
        "fill": {"R": fill[..., 0], "G": fill[..., 1], "B": fill[..., 2]},
        "matte": {"A": rendered.matte},
        "origin": {"kind": rendered.kind, "frame": rendered.source_frame},
        "confidence": {"confidence": rendered.confidence},
    }


def figures(rendered: Rendered) -> dict[str, float]:
    """Return what a frame says about itself: filled pixels, mean confidence and the share of each kind."""
    inside = rendered.matte > 0
    count = int(inside.sum())
    found = {"filled_pixels": float(count)}
    if count:
        found["confidence"] = round(float(rendered.confidence[inside].mean(dtype=np.float64)), 6)
        kinds = rendered.kind[inside]
        for number, name in enumerate(KINDS):
            share = float((kinds == number).mean())
            if share:
                found[f"share_{name}"] = round(share, 6)
    return found


def _one_pixel(display: Box) -> Box:
    return Box(display.x0, display.y0, display.x0 + 1, display.y0 + 1)
