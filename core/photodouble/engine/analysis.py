"""The analysis of a take: from the cache when the same one was made before, otherwise made here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from photodouble.ops.operation import KeepsDocuments, Operation, Reporter
from photodouble.ops.shot import Shot
from photodouble.takes.advice import keep_advice
from photodouble.takes.files import telling_disk_errors, write_json
from photodouble.takes.store import Take, records_folder
from photodouble_client.errors import ArtistError
from photodouble_client.stored import Upgrade, upgraded

from .cache import AnalysisCache
from .contents import Contents, analysis_key, code_version, digest, measure_contents
from .eye import device_note, open_scratch
from .prepare import Prepared

DONE = "done.json"
UPGRADES: tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1


@dataclass(frozen=True)
class Analysis:
    """A finished analysis: its key and the content of the inputs it was made from, per view."""

    key: str
    contents: Mapping[str, Contents]

    def inputs(self) -> dict[str, dict[str, str]]:
        """Return every input's hashes by port, the view in front of the port's name in stereo."""
        return {
            f"{view}@{port}" if view else port: frames
            for view, contents in self.contents.items()
            for port, frames in contents.to_json().items()
        }


def analyse(prepared: Prepared, take: Take, cache: AnalysisCache, report: Reporter) -> Analysis:
    """Make, resume or fetch the analysis of a take.

    Steps that are on disk are not done again. Chunks that run at once on one machine wait for the first.
    Raises ArtistError `engine.take_mismatch` when the inputs changed since the take was started.
    """
    folder = take.folder / "analysis"
    with telling_disk_errors(folder / DONE), _alone(folder, report):
        found = {
            view: _analyse_view(view, shot, prepared.operation, take, cache, report)
            for view, shot in prepared.shots.items()
        }
    _keep_documents(prepared, take)
    keep_advice(take, {view: open_scratch(take.folder, view) for view in prepared.shots})
    keys = [key for key, _ in found.values()]
    key = keys[0] if len(keys) == 1 else digest(keys)
    return Analysis(key, {view: contents for view, (_, contents) in found.items()})


def _keep_documents(prepared: Prepared, take: Take) -> None:
    """Write what the analysis of each view leaves for other shots, so that it outlives the records."""
    if not isinstance(prepared.operation, KeepsDocuments):
        return
    for view, shot in prepared.shots.items():
        kept = prepared.operation.documents(shot, open_scratch(take.folder, view))
        for name, content in sorted(kept.items()):
            path = take.folder / (f"{name}.{view}.json" if view else f"{name}.json")
            if not path.exists():
                write_json(path, dict(content))


def _analyse_view(
    view: str, shot: Shot, operation: Operation, take: Take, cache: AnalysisCache, report: Reporter
) -> tuple[str, Contents]:
    folder = take.folder / "analysis" / view
    contents = measure_contents(shot, folder, report)
    key = analysis_key(shot, operation, contents)
    started = _stored(folder)
    if started and started.get("key") != key:
        raise _changed(take, by_code=started.get("code") != code_version())
    if started.get("done") is True:
        return key, contents
    records = records_folder(take.folder, view)
    _write(folder, key, done=False)
    if not cache.fetch(key, records):
        scratch = open_scratch(take.folder, view)
        operation.analyse(shot, scratch, report)
        _write(folder, key, done=True)
        for stage in sorted(operation.working_stages):
            shutil.rmtree(records / stage, ignore_errors=True)
        if not device_note(scratch)[1]:
            cache.keep(key, records)
    _write(folder, key, done=True)
    return key, contents


def _write(folder: Path, key: str, *, done: bool) -> None:
    write_json(folder / DONE, {"schema": SCHEMA, "key": key, "code": code_version(), "done": done})


def _stored(folder: Path) -> dict[str, object]:
    try:
        stored = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return upgraded(stored, UPGRADES, "analysis") if isinstance(stored, dict) else {}


def _changed(take: Take, *, by_code: bool) -> ArtistError:
    if by_code:
        title = "This take was started by another version"
        message = f"{take.label} was begun by another version of Photo Double, whose pixels may differ."
    else:
        title = "The inputs changed since this take was started"
        message = f"{take.label} was begun from other pictures. 'photodouble takes check' names them."
    return ArtistError(
        "engine.take_mismatch",
        title,
        message,
        "Start a new take, without resuming (--resume); the unfinished one stays as it is.",
        detail=take.take_id,
    )


@contextmanager
def _alone(folder: Path, report: Reporter) -> Iterator[None]:
    """Let one process of this machine analyse at a time; where files cannot be locked, all of them do.

    Two analyses at once write the same records with the same content, so the lock only saves work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    import time

    with (folder / ".lock").open("w") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                report.check()
                time.sleep(0.2)
            except OSError:
                break
        yield
