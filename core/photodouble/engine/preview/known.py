"""What is known already: a take with the same inputs and values, its finished frames and its analysis."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.engine.analysis import DONE
from photodouble.engine.cache import AnalysisCache
from photodouble.engine.contents import INPUTS, Contents, analysis_key, digest, input_paths
from photodouble.engine.eye import Eye
from photodouble.engine.options import open_store
from photodouble.engine.prepare import prepare
from photodouble.engine.weights import give_models
from photodouble.engine.work import RESULT
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.ops.opening import open_inputs, view_of, views_of
from photodouble.ops.operation import Operation, Reporter, operation_named
from photodouble.ops.shot import Shot, ShotFacts
from photodouble.settings import Settings
from photodouble.takes.store import Take, names_of, records_folder
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

from .store import PreviewStore, file_mark

MOST_TAKES = 6
"""So many of the newest takes of a shot are looked at."""


@dataclass(frozen=True)
class Known:
    """A take whose finished analysis holds for a request: the shot's first view, as a take works on it."""

    take: Take
    eye: Eye
    records: Path

    def finished(self, frame: int) -> Path | None:
        """Return the result that the take made of a frame from the very same things, or None."""
        record = self.take.record(frame)
        if record is None or not record.basis:
            return None
        own = {name: sha for name, sha in record.basis.items() if self.eye.owns(name)}
        if not own or any(self.eye.present(name) != sha for name, sha in own.items()):
            return None
        written = record.file(RESULT, self.eye.view)
        path = self.take.folder / written.path if written is not None else None
        return path if path is not None and path.is_file() else None


def known_analysis(
    request: JobRequest, settings: Settings, report: Reporter, store: PreviewStore
) -> Known | None:
    """Find the newest take of the same shot, inputs and values whose analysis is finished and still holds.

    Inputs count as unchanged by their size and time, as the take noted them with their hashes; nothing
    is hashed here. The records are the take's own, or those in the analysis cache.
    """
    operation = operation_named(request.operation)
    cache = AnalysisCache(settings.cache_path(), settings.cache_limit_gb)
    wanted = _decisive(request, operation)
    for take in open_store(request, settings).versions(names_of(request))[:MOST_TAKES]:
        report.check()
        try:
            made = take.request().checked()
        except ArtistError:
            continue
        found = (
            _held(take, request, settings, cache, report, store)
            if _decisive(made, operation) == wanted
            else None
        )
        if found is not None:
            return found
    return None


def _held(
    take: Take,
    request: JobRequest,
    settings: Settings,
    cache: AnalysisCache,
    report: Reporter,
    store: PreviewStore,
) -> Known | None:
    view, operation = views_of(request)[0], operation_named(request.operation)
    folder = take.folder / "analysis" / view
    stored = _json(folder / DONE)
    if not isinstance(stored.get("key"), str):
        return None
    facts = _facts(take, request, report, store, view)
    shot = Shot(view_of(request, view), open_inputs(view_of(request, view)), facts)
    give_models([shot], settings, open_store(request, settings).root)
    contents = _contents(shot, folder)
    if contents is None or analysis_key(shot, operation, contents) != stored["key"]:
        return None
    own = records_folder(take.folder, view)
    records = own if stored.get("done") is True and own.is_dir() else cache.folder / str(stored["key"])
    if not records.is_dir():
        return None
    eye = Eye(view, shot, operation, contents, take.folder)
    eye.scratch = FolderScratch(records)
    return Known(take, eye, records)


def _facts(take: Take, request: JobRequest, report: Reporter, store: PreviewStore, view: str) -> ShotFacts:
    """Return the facts of a take's shot; they hold as long as its inputs do, which is checked after."""
    folder = take.folder / "analysis" / view
    asked = (request.source_range.to_text(), request.handles)
    key = ("facts", take.take_id, asked, _mark(folder / DONE), _mark(folder / INPUTS))
    return store.get(key, lambda: prepare(request, report, known=take.folder).shots[view].facts)


def _contents(shot: Shot, folder: Path) -> Contents | None:
    """Return the hashes that a take noted of its inputs; None when any file is another one now."""
    noted = _json(folder / INPUTS).get("files", {})
    ports: dict[str, dict[int, str]] = {}
    for port, frame, path in input_paths(shot):
        sha = noted.get("|".join(str(part) for part in file_mark(path)))
        if sha is None:
            return None
        ports.setdefault(port, {})[frame] = str(sha)
    return Contents(ports)


def _decisive(request: JobRequest, operation: Operation) -> str:
    """Return a hash of what two requests with the same analysis surely share; its key decides."""
    stored = dataclasses.replace(request, take="", parent="").to_json()
    kept = ("inputs", "overrides", "locks", "range", "colourspace", "view")
    values = {key: value for key, value in stored["values"].items() if key not in operation.render_only}
    return digest({**{name: stored[name] for name in kept}, "values": values})


def _json(path: Path) -> Mapping[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _mark(path: Path) -> tuple[str, int, int]:
    try:
        return file_mark(path)
    except OSError:
        return str(path), 0, 0
