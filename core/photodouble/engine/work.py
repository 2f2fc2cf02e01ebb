"""The work of one frame: link it from an earlier take or render it, write its pictures, then its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.frame import Frame
from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.window import Box
from photodouble.image.write import output_suffix, write_planes, write_result
from photodouble.ops.compute import telling
from photodouble.ops.opening import plate_like
from photodouble.ops.operation import Extra, Rendered, Reporter
from photodouble.provenance.gate import NO_MARK, GateMark
from photodouble.takes.files import link_or_copy, replacing, telling_disk_errors
from photodouble.takes.record import FrameRecord, WrittenFile, output_key, read_record, write_record
from photodouble.takes.store import Take, stored_take_id

from .eye import Eye
from .prepare import is_one_file

RESULT = "result"
CONSENT = "consent"
"""The name in a frame's basis of how it passed the gate, where there is something to say."""
KINDS = ("plate", "real", "interpolated", "synthesised", "artist", "crowd")


@dataclass
class FrameWork:
    """All that is needed to finish any frame of one take, in any process: its views, and its parent."""

    eyes: Sequence[Eye]
    take: Take
    parent: Take | None = None
    mark: GateMark = NO_MARK

    def finish(self, frame: int, report: Reporter) -> FrameRecord:
        """Finish one frame and return its record; raises Stopped when asked to stop."""
        report.check()
        record = self._locked(frame) or self._linked(frame) or self._rendered(frame, report)
        write_record(self.take.folder, record)
        return record

    def _rendered(self, frame: int, report: Reporter) -> FrameRecord:
        files: dict[str, WrittenFile] = {}
        basis = self._consent()
        said: dict[str, float] = {}
        made: list[tuple[Eye, Rendered]] = []
        for eye in self.eyes:
            report.check()
            with telling(report.warn):
                rendered, used = eye.render(frame)
            made.append((eye, rendered))
            basis.update(used)
            said.update({output_key(name, eye.view): value for name, value in figures(rendered).items()})
        for path, output in self._write(made, frame):
            files[output] = WrittenFile(self._inside(path), file_sha256(path), pixel_sha256(path))
        return FrameRecord(frame, files, basis, said)

    def _locked(self, frame: int) -> FrameRecord | None:
        """Link a locked frame, with all its outputs, from the take whose result it names."""
        request = self.eyes[0].shot.request
        path = request.locks.get(frame)
        if path is None or frame in request.overrides:
            return None
        folder = Path(path).parent.parent
        made = read_record(folder, frame)
        if made is None or RESULT not in made.files or folder / made.files[RESULT].path != Path(path):
            return None
        if not self._passed_alike(made):
            return None
        basis = {f"overrides/{frame}": self.eyes[0].contents.of("overrides", frame), **self._consent()}
        return self._link(frame, made, folder, stored_take_id(folder), basis)

    def _linked(self, frame: int) -> FrameRecord | None:
        """Link the parent's files when everything that the frame was made from is still the same."""
        made = self.parent.record(frame) if self.parent is not None else None
        if made is None or self.parent is None or not made.basis or not self._passed_alike(made):
            return None
        for name, value in made.basis.items():
            if name == CONSENT:
                continue
            eye = next((eye for eye in self.eyes if eye.owns(name)), None)
            if eye is None or eye.present(name) != value:
                return None
        return self._link(frame, made, self.parent.folder, self.parent.take_id, made.basis)

    def _consent(self) -> dict[str, str]:
        return {CONSENT: self.mark.word} if self.mark.word else {}

    def _passed_alike(self, made: FrameRecord) -> bool:
        """Whether a frame passed the gate as this take did; otherwise its header would say what is not so."""
        return word_of(made) == self.mark.word

    def _link(
        self, frame: int, made: FrameRecord, folder: Path, take_id: str, basis: Mapping[str, str]
    ) -> FrameRecord:
        files = {}
        for key, written in made.files.items():
            suffix = Path(written.path).suffix.removeprefix(".")
            output, _, view = key.partition(".")
            target = self.take.picture(output, frame, suffix, view)
            link_or_copy(folder / written.path, target)
            files[key] = WrittenFile(self._inside(target), written.file_sha256, written.pixel_sha256)
        return FrameRecord(frame, files, basis, made.figures, linked_from=made.linked_from or take_id)

    def _write(self, made: list[tuple[Eye, Rendered]], frame: int) -> list[tuple[Path, str]]:
        header = {"photodouble/take": self.take.take_id, **self.mark.header()}
        written = self._write_results(made, frame, header)
        for eye, rendered in made:
            for output, planes in planes_of(rendered).items():
                path = self.take.picture(output, frame, "exr", eye.view)
                extra = Extra(rendered.box, planes, type="float")
                plate = eye.shot.plate(frame)
                told = {PREMULTIPLIED: "yes"} if output == "fill" and plate.is_premultiplied else {}
                _write_planes(path, extra, plate, {**header, **told})
                written.append((path, output_key(output, eye.view)))
            for output, extra in rendered.extras.items():
                path = self.take.picture(output, frame, "exr", eye.view)
                _write_planes(path, extra, eye.shot.plate(frame), header)
                written.append((path, output_key(output, eye.view)))
        return written

    def _write_results(
        self, made: list[tuple[Eye, Rendered]], frame: int, header: dict[str, str]
    ) -> list[tuple[Path, str]]:
        """Write one result per plate file: one for each view, or one that holds all of them."""
        if not is_one_file([eye.shot for eye, _ in made]):
            return [self._write_one(eye, rendered, frame, header, eye.view) for eye, rendered in made]
        eye, rendered = made[0]
        path, key = self._write_one(eye, rendered, frame, header, "")
        for other, more in made[1:]:
            with replacing(path) as temporary:
                so_far = plate_like(other.shot.request, path).read(frame)
                write_result(so_far, more.fill, more.matte, more.box, temporary, metadata=header)
        return [(path, key)]

    def _write_one(
        self, eye: Eye, rendered: Rendered, frame: int, header: dict[str, str], view: str
    ) -> tuple[Path, str]:
        plate = eye.shot.plate(frame)
        path = self.take.picture(RESULT, frame, output_suffix(plate).removeprefix("."), view)
        with telling_disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_result(plate, rendered.fill, rendered.matte, rendered.box, path, metadata=header)
        return path, output_key(RESULT, view)

    def _inside(self, path: Path) -> str:
        return path.relative_to(self.take.folder).as_posix()


PREMULTIPLIED = "photodouble/premultiplied"
"""In the header of a fill: whoever lays it over the plate has to multiply it by the plate's alpha first."""


def word_of(record: FrameRecord) -> str:
    """Return the word about consent that a frame carries in its header; empty where it carries none."""
    return record.basis.get(CONSENT, "")


def planes_of(rendered: Rendered) -> dict[str, Mapping[str, npt.NDArray[np.float32]]]:
    """Return the further outputs, each as named planes (h, w) float32."""
    if rendered.box.is_empty:
        nothing = np.zeros((1, 1), np.float32)
        rendered = Rendered(
            Box(0, 0, 1, 1), np.zeros((1, 1, 3), np.float32), nothing, nothing, nothing - 1, nothing + 1
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
    found = {"filled_pixels": float(count), **rendered.figures}
    if count:
        found["confidence"] = round(float(rendered.confidence[inside].mean(dtype=np.float64)), 6)
        kinds = rendered.kind[inside]
        for number, name in enumerate(KINDS):
            share = float((kinds == number).mean())
            if share:
                found[f"share_{name}"] = round(share, 6)
    return found


def _write_planes(path: Path, extra: Extra, plate: Frame, header: Mapping[str, str]) -> None:
    display = plate.display_window
    corner = Box(display.x0, display.y0, display.x0 + 1, display.y0 + 1)
    with telling_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_planes(
            path,
            extra.planes,
            data_window=corner if extra.box.is_empty else extra.box,
            display_window=display,
            pixel_aspect=plate.pixel_aspect,
            metadata={**extra.metadata, **header},
            type=extra.type,
        )
