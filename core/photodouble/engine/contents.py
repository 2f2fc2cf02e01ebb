"""What the inputs hold, by hash: the key of an analysis, and the proof that a take is current."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.hashes import file_sha256
from photodouble.image.library_files import whole_digest
from photodouble.image.sequence import Sequence
from photodouble.ops.opening import document_files
from photodouble.ops.operation import Operation, Reporter
from photodouble.ops.shot import CLEAN_PLATES, DOCUMENT_FRAME, WHOLE, Shot, held_frame
from photodouble.takes.files import write_json

from .code_version import code_version as code_version

INPUTS = "inputs.json"
SCHEMA = 1


@dataclass(frozen=True)
class Contents:
    """The `file_sha256` of every input frame of a job, by port and frame number."""

    ports: Mapping[str, Mapping[int, str]]

    def of(self, port: str, frame: int) -> str:
        """Return the hash of one frame of a port; a held picture has the same at every frame.

        The frame `WHOLE` is all that the port holds.
        """
        frames = self.ports.get(port, {})
        if frame == WHOLE and frames:
            return whole_digest(frames)
        if frame not in frames and len(frames) == 1:
            return next(iter(frames.values()))
        return frames.get(frame, "")

    def to_json(self) -> dict[str, Any]:
        """Return the plain form, frame numbers as text."""
        return {
            port: {str(frame): frames[frame] for frame in sorted(frames)}
            for port, frames in sorted(self.ports.items())
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Contents:
        """Read the plain form back."""
        return cls(
            {
                str(port): {int(frame): str(sha) for frame, sha in frames.items()}
                for port, frames in stored.items()
            }
        )


def measure_contents(shot: Shot, folder: Path, report: Reporter) -> Contents:
    """Hash every input file the job may read.

    Hashes are remembered in `folder` with each file's size and time, so that the chunks of a farm and a
    resumed job read nothing twice.
    """
    remembered = _remembered(folder)
    paths = list(input_paths(shot))
    ports: dict[str, dict[int, str]] = {}
    for number, (port, frame, path) in enumerate(paths):
        state = path.stat()
        mark = f"{path}|{state.st_size}|{state.st_mtime_ns}"
        if mark not in remembered:
            remembered[mark] = file_sha256(path)
        ports.setdefault(port, {})[frame] = remembered[mark]
        report.progress(number + 1, len(paths), "reading inputs")
    write_json(folder / INPUTS, {"schema": SCHEMA, "files": dict(sorted(remembered.items()))})
    return Contents(ports)


def changed_inputs(shot: Shot, folder: Path, contents: Contents) -> tuple[tuple[str, int], ...]:
    """Return (port, frame) of the inputs that are others now than when they were measured.

    Only files of another size or time are read again. One that is gone was read before it went.
    """
    remembered = _remembered(folder)
    changed = []
    for port, frame, path in input_paths(shot):
        try:
            state = path.stat()
            mark = f"{path}|{state.st_size}|{state.st_mtime_ns}"
            present = remembered.get(mark) or file_sha256(path)
        except FileNotFoundError:
            continue
        if present != contents.of(port, frame):
            changed.append((port, frame))
    return tuple(changed)


def input_paths(shot: Shot) -> Iterable[tuple[str, int, Path]]:
    """Yield (port, frame, path) of every input file that the job may read."""
    looked_at = sorted({*shot.frames, *shot.source_frames})
    for port, sequence in sorted(shot.inputs.ports.items()):
        if port in CLEAN_PLATES:
            name, frames = f"clean_plate:{CLEAN_PLATES.index(port)}", list(sequence.frames)
        else:
            name, frames = port, _frames_of(sequence, looked_at)
        for frame in frames:
            yield name, frame, Path(sequence.path(frame))
    for port, path in sorted(shot.inputs.documents.items()):
        for number, file in enumerate(document_files(port, path)):
            yield port, DOCUMENT_FRAME + number, file
    for frame, sequence in sorted(shot.overrides.items()):
        yield "overrides", frame, Path(sequence.path(held_frame(sequence, frame)))


def analysis_key(shot: Shot, operation: Operation, contents: Contents) -> str:
    """Return the key of an analysis: content of inputs, parameters it reads, and its code version."""
    values = {key: value for key, value in shot.values.items() if key not in operation.render_only}
    return digest(
        {
            "values": values,
            "contents": contents.to_json(),
            "code": code_version(),
            "operation": [operation.key, operation.version],
            "overrides": sorted(shot.overrides),
            "models": {name: card.sha256 for name, card in sorted(shot.inputs.models.items())},
            **_frame_facts(shot),
        }
    )


def shot_digest(shot: Shot, operation: Operation) -> str:
    """Return the hash of everything but pixels and records that a frame's rendering depends on."""
    return digest(
        {
            "values": dict(shot.values),
            "code": code_version(),
            "operation": [operation.key, operation.version],
            **_frame_facts(shot),
        }
    )


def digest(content: Any) -> str:
    """Return the SHA-256 of plain content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def record_digest(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return the hash of one analysis record: names, types, shapes and values."""
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        found.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        found.update(array.tobytes())
    return found.hexdigest()


def _frame_facts(shot: Shot) -> dict[str, Any]:
    canvas, display = shot.canvas, shot.display_window
    return {
        "frames": list(shot.frames),
        "sources": list(shot.source_frames),
        "canvas": [canvas.x0, canvas.y0, canvas.x1, canvas.y1],
        "display": [display.x0, display.y0, display.x1, display.y1],
        "ports": {key: [stored.channels, stored.colourspace] for key, stored in shot.request.inputs.items()},
        "colourspace": shot.request.colourspace,
        "view": shot.request.view,
    }


def _frames_of(sequence: Sequence, wanted: Iterable[int]) -> list[int]:
    if sequence.still:
        return [sequence.frames[0]]
    known = set(sequence.frames)
    return [frame for frame in wanted if frame in known]


def _remembered(folder: Path) -> dict[str, str]:
    try:
        stored = json.loads((folder / INPUTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
        return {}
    return {str(key): str(value) for key, value in stored["files"].items()}
