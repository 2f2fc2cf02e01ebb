"""Is a take still current? Compares it with its inputs, and with another request, by content."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photodouble.image.hashes import file_sha256
from photodouble.image.library_files import whole_digest
from photodouble.image.localised import localised
from photodouble.image.pattern import frame_path
from photodouble.image.sequence import Sequence
from photodouble.ops.opening import document_files, is_document
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import WHOLE, spoken
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

from .record import WrittenFile
from .store import Take

_CLEAN = {"clean_plate:0": "clean_plate", "clean_plate:1": "clean_plate_2", "clean_plate:2": "clean_plate_3"}


@dataclass(frozen=True)
class Change:
    """One thing that no longer matches a take: what it is, at which frames, and a sentence about it."""

    what: str
    message: str
    frames: FrameRange = field(default_factory=FrameRange)

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {"what": self.what, "message": self.message, "frames": self.frames.to_text()}


def check_json(take: Take, changes: Iterable[Change]) -> dict[str, Any]:
    """Return what a check found, as plain JSON values."""
    rows = [one.to_json() for one in changes]
    return {"take": take.take_id, "current": not rows, "changes": rows}


def stale_note(take: Take) -> str:
    """Say what no longer is as a take was made from, in one sentence for who decides; empty if nothing."""
    try:
        changes = check_take(take)
    except ArtistError as cause:
        return f"Whether {take.label} is current cannot be seen. {cause.message}"
    if not changes:
        return ""
    more = f", and {len(changes) - 3} more" if len(changes) > 3 else ""
    said = "; ".join(change.message for change in changes[:3])
    return f"{take.label} is stale: {said}{more}. What is decided is about the pictures as they were made."


def check_take(
    take: Take, against: JobRequest | None = None, *, report: Reporter | None = None
) -> tuple[Change, ...]:
    """Return everything that changed since a take was made; nothing means that it is current.

    Its inputs are hashed again, its own pictures are compared with their records, and the values and the
    range of `against`, the request as a host would send it now, are compared with the take's.
    """
    request = take.request()
    asked = against.checked() if against is not None else request
    report = report or Reporter()
    changes = [
        *_changed_request(request, asked),
        *_changed_inputs(take, asked, report),
        *_damaged(take, report),
    ]
    return tuple(changes)


def _changed_request(made: JobRequest, asked: JobRequest) -> list[Change]:
    changes = []
    for key in sorted({*made.values, *asked.values}):
        before, after = made.values.get(key), asked.values.get(key)
        if before != after:
            changes.append(Change("parameter", f"{key} was {before!r} and is now {after!r}"))
    if made.range != asked.range:
        changes.append(
            Change(
                "range",
                f"the range was {made.range.to_text()} and is now {asked.range.to_text()}",
                asked.range,
            )
        )
    if dict(made.overrides) != dict(asked.overrides):
        changes.append(Change("override", "other frames are the artist's own now"))
    return changes


def _changed_inputs(take: Take, asked: JobRequest, report: Reporter) -> list[Change]:
    changes = []
    for name, frames in _input_hashes(take).items():
        view, _, port = name.rpartition("@")
        key = _CLEAN.get(port, port)
        label = "painted frame" if port == "overrides" else spoken(key)
        label = f"{view} {label}" if view else label
        pictures = port == "overrides" or not is_document(asked, key)
        stored = asked.inputs.get(key)
        if stored is None and port != "overrides":
            changes.append(Change(label, f"the {label} is not used any more"))
            continue
        if stored is not None and key == "artwork":
            path = localised(stored.path, str(asked.values.get("locale", "")))
            stored = dataclasses.replace(stored, path=path)
        if pictures or stored is None:
            present = _present_hashes(asked, stored, view, [int(frame) for frame in frames], report)
        else:
            present = _document_hashes(key, Path(stored.path))
        gone = [int(frame) for frame in frames if not present.get(int(frame))]
        other = [
            int(frame)
            for frame, sha in frames.items()
            if present.get(int(frame)) and present[int(frame)] != sha
        ]
        if other:
            changes.append(_change(label, "has other content", other if pictures else []))
        if gone:
            changes.append(_change(label, "is gone", gone if pictures else []))
    return changes


def _change(label: str, what: str, frames: list[int]) -> Change:
    found = FrameRange(frames)
    if not frames:
        return Change(label, f"the {label} {what}")
    word = "frame" if len(found) == 1 else "frames"
    return Change(label, f"the {label} {what} at {word} {found.to_text()}", found)


def _input_hashes(take: Take) -> Mapping[str, Mapping[str, str]]:
    """Return the hashes a sealed take was made from, or those an unfinished one has noted so far."""
    if take.is_sealed:
        found: Mapping[str, Mapping[str, str]] = take.manifest()["inputs"]
        return found
    noted: dict[str, dict[str, str]] = {}
    for frame in take.request().range:
        record = take.record(frame)
        for name, sha in record.basis.items() if record is not None else ():
            port, _, number = name.rpartition("/")
            if port and not port.rpartition("@")[2].startswith("analysis/"):
                noted.setdefault(port, {})[number] = sha
    return noted


def _present_hashes(
    request: JobRequest, stored: PortInput | None, view: str, frames: list[int], report: Reporter
) -> dict[int, str]:
    if stored is None:
        paths = {**request.locks, **request.overrides}
        return {frame: _sha(frame_path(paths[frame], frame, view)) for frame in frames if frame in paths}
    try:
        sequence = Sequence.find(stored.path, view=view)
    except ArtistError:
        return {}
    if sequence.still or sequence.is_movie:
        sha = _sha(Path(sequence.path(sequence.frames[0])))
        return dict.fromkeys(frames, sha)
    there = set(sequence.frames)
    hashes = {}
    for number, frame in enumerate(frames):
        if frame in there:
            hashes[frame] = _sha(Path(sequence.path(frame)))
        report.progress(number + 1, len(frames), "comparing inputs")
    return hashes


def _document_hashes(port: str, path: Path) -> dict[int, str]:
    """Return the hashes of a document and of the files it names, by number."""
    if not path.is_file():
        return {}
    hashes = {number: _sha(file) for number, file in enumerate(document_files(port, path))}
    return {**hashes, WHOLE: whole_digest(hashes)}


def _sha(path: Path) -> str:
    return file_sha256(path) if path.is_file() else ""


def _damaged(take: Take, report: Reporter) -> list[Change]:
    """Compare the take's own pictures with what its records say about them."""
    damaged = []
    records = sorted((take.folder / "frames").glob("*.json"))
    for number, path in enumerate(records):
        frame = json.loads(path.read_text(encoding="utf-8"))
        files = [WrittenFile.from_json(written) for written in frame["files"].values()]
        if any(_sha(take.folder / written.path) != written.file_sha256 for written in files):
            damaged.append(int(frame["frame"]))
        report.progress(number + 1, len(records), "comparing pictures")
    return [_change("take", "has damaged or missing pictures", damaged)] if damaged else []
