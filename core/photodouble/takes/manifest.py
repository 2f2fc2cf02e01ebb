"""The manifest: written once, last, by the job that finds every frame of the range finished."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import photodouble
from photodouble_client.request import JobRequest

from .figures import take_figures
from .files import replacing, telling_disk_errors
from .naming import frame_text
from .record import FrameRecord
from .store import MANIFEST, MANIFEST_SCHEMA, Take


def seal(
    take: Take,
    request: JobRequest,
    records: Sequence[FrameRecord],
    *,
    inputs: Mapping[str, Mapping[str, str]],
    analysis_key: str,
    code_version: str,
    warnings: Sequence[str] = (),
    consent: Mapping[str, Any] | None = None,
    models: Mapping[str, str] | None = None,
    devices: Sequence[str] = (),
    networks: Mapping[str, str] | None = None,
    note: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Path:
    """Write the manifest of a complete take, after which the take never changes; return its path.

    `consent` says how the take passed the gate, where its operation needs consent; `models` the hashes of
    the models it was made with, by name; `devices` what it was computed on; `networks` the hashes of those
    that come with the program and only looked at the plate. `note` is given the content, enters it in the
    history, and returns the place there, which the manifest names: a history that ends before it was cut.
    Of several chunks that find the range complete at the same moment, the first one writes it.
    """
    path = take.folder / MANIFEST
    content = manifest_of(take, request, records, inputs=inputs)
    content["analysis_key"] = analysis_key
    content["code_version"] = code_version
    content["warnings"] = sorted(set(warnings))
    if consent is not None:
        content["consent"] = dict(consent)
    if models:
        content["models"] = [{"name": name, "sha256": models[name]} for name in sorted(models)]
    if devices:
        content["devices"] = list(devices)
    if networks:
        content["networks"] = [{"name": name, "sha256": networks[name]} for name in sorted(networks)]
    content["ledger"] = dict(note(content))
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    temporary = take.folder / f".{os.getpid()}-{MANIFEST}"
    try:
        with telling_disk_errors(path):
            temporary.write_text(text, encoding="utf-8")
            _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def manifest_of(
    take: Take,
    request: JobRequest,
    records: Sequence[FrameRecord],
    *,
    inputs: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """Return what a manifest says about a take: identity, range, every frame's files, every input's hash."""
    outputs = sorted({output for record in records for output in record.files})
    return {
        "schema": MANIFEST_SCHEMA,
        "take": take.take_id,
        "parent": request.parent,
        "version": take.version,
        "operation": request.operation,
        "spec_version": request.spec_version,
        "software": f"photodouble {photodouble.__version__}",
        "show": request.show,
        "sequence": request.sequence,
        "shot": request.shot,
        "task": request.task,
        "use": request.use,
        "range": request.range.to_text(),
        "request_sha256": request_sha256(request),
        "outputs": {output: _pattern(output, records) for output in outputs},
        "inputs": {port: dict(frames) for port, frames in inputs.items()},
        "figures": take_figures(records),
        "frames": {str(record.frame): _frame(record) for record in records},
    }


def request_sha256(request: JobRequest) -> str:
    """Return the hash of a request as its canonical JSON."""
    text = json.dumps(request.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _frame(record: FrameRecord) -> dict[str, Any]:
    stored = record.to_json()
    return {key: stored[key] for key in ("files", "figures", "linked_from")}


def _pattern(output: str, records: Sequence[FrameRecord]) -> str:
    """Return the path pattern of an output, from any file of it: `fill/sh010_inpaint_v001.####.exr`."""
    record = next(record for record in records if output in record.files)
    before, _, after = record.files[output].path.rpartition(f".{frame_text(record.frame)}.")
    return f"{before}.####.{after}"


def _publish(temporary: Path, path: Path) -> None:
    """Give the finished text its name unless somebody else was first."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    except OSError:
        if not path.exists():
            with replacing(path) as copy:
                copy.write_bytes(temporary.read_bytes())
