"""A worker's part in jobs: begin, open, finish a frame, seal. The last few opened jobs stay warm."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from photodouble.engine.opened_job import OpenedJob
from photodouble.engine.options import JobOptions, JobResult
from photodouble.engine.pool import limit_threads
from photodouble.engine.steps import begin, first_result
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import checked_id

from .warm import Warm

OPENED = "opened"
_KEPT = 2


class Jobs:
    """The jobs this worker knows. One it has let go is opened again from its file."""

    def __init__(self, state: Path, threads: int) -> None:
        """Keep the files of opened jobs in the engine's state folder; render with so many threads."""
        self._folder = state.absolute() / OPENED
        self._threads = threads
        self._warm: Warm[OpenedJob] = Warm(_KEPT)
        self._paths: dict[str, Path] = {}

    def begin(
        self, order: Mapping[str, Any], report: Reporter, say: Callable[[Event], None]
    ) -> dict[str, Any]:
        """Check a request, claim its take and analyse the shot."""
        ident = checked_id(order["job"])
        request = JobRequest.from_json(order["request"])
        settings = settings_near(request)
        _check_root(request, settings)
        limit_threads(settings.threads)
        job = begin(request, _options(order.get("options", {}), settings), report, say)
        path = self._folder / f"{ident}.job"
        job.save(path)
        self._paths[ident] = path
        self._warm.put(ident, job)
        return {
            "take": job.take.take_id,
            "label": job.take.label,
            "folder": str(job.take.folder),
            "frames": list(job.frames),
            "missing": list(job.missing()),
            "sealed": job.take.is_sealed,
            "opened": str(path),
        }

    def open(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Open a job that another worker began."""
        ident = checked_id(order["job"])
        self._paths[ident] = Path(str(order["opened"]))
        self._warm.close(ident)
        self._job(ident)
        return {}

    def frame(self, order: Mapping[str, Any], report: Reporter) -> dict[str, Any]:
        """Finish one frame, or find it finished."""
        began = time.perf_counter()
        job, frame = self._job(checked_id(order["job"])), int(order["frame"])
        if frame not in job.prepared.shot.frames:
            raise ArtistError(
                "usage.frames",
                "That frame is not in the request",
                f"Frame {frame} lies outside {job.prepared.request.range.to_text()}.",
                "Choose frames of the request's range.",
            )
        limit_threads(self._threads)
        record = job.finish_frame(frame, report)
        return {
            "frame": frame,
            "path": str(first_result(job.take, record)),
            "linked_from": record.linked_from,
            "seconds": round(time.perf_counter() - began, 6),
        }

    def seal(self, order: Mapping[str, Any], report: Reporter) -> dict[str, Any]:
        """Seal the take if its range is complete; make its pictures and copies."""
        ident = checked_id(order["job"])
        job = self._job(ident)
        result = job.seal(report)
        self._paths[ident].unlink(missing_ok=True)
        return _sealed(job, result)

    def close(self, ident: str) -> None:
        """Let a job go."""
        self._warm.close(ident)
        self._paths.pop(ident, None)

    def free(self) -> None:
        """Let the memory of every job go; they are opened again when they are needed."""
        self._warm.free()

    def _job(self, ident: str) -> OpenedJob:
        path = self._paths.get(ident)
        if path is None:
            raise ArtistError(
                "engine.no_job",
                "The worker does not know this job",
                f"Job {ident} was not opened here.",
                "Begin it, or open it, first.",
            )
        return self._warm.get(ident, lambda: OpenedJob.load(path, self._folder))


def settings_near(request: JobRequest) -> Settings:
    """Return the settings in force where a request keeps its takes, or those of the user and the studio."""
    near = Path(request.output_root).expanduser() if request.output_root else None
    return load_settings(near).settings


def _check_root(request: JobRequest, settings: Settings) -> None:
    """Refuse a request for which takes would land wherever the engine happens to run."""
    if request.output_root or settings.takes_root:
        return
    raise ArtistError(
        "input.bad_request",
        "The request does not say where takes are kept",
        "Neither the request nor the settings name a folder for takes.",
        "Give the request an output root, or set takes_root.",
    )


def _options(stored: Mapping[str, Any], settings: Settings) -> JobOptions:
    frames = str(stored.get("frames", ""))
    given = JobOptions(
        frames=FrameRange.from_text(frames) if frames else None,
        resume=bool(stored.get("resume", False)),
        output=str(stored.get("output", "")),
        overwrite=bool(stored.get("overwrite", False)),
        layers=bool(stored.get("layers", False)),
    )
    return dataclasses.replace(given, settings=settings)


def _sealed(job: OpenedJob, result: JobResult) -> dict[str, Any]:
    take, frames = job.take, job.prepared.shot.frames
    is_sealed = result.manifest is not None
    return {
        "manifest": str(result.manifest) if is_sealed else "",
        "contact_sheet": str(result.contact_sheet) if result.contact_sheet is not None else "",
        "copies": [str(path) for path in result.copies],
        "missing": [] if is_sealed else [frame for frame in frames if take.record(frame) is None],
    }
