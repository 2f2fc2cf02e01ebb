"""What becomes of a job, in the history: begun, finished or failed. Two or three rows a job, none a frame.

A whole job notes it in the ledger of its user and machine. A chunk or a step of a farm has no ledger that
lasts: it leaves its rows in the take, in `ledger/`, and the next ledger that meets the take takes them in.
"""

from __future__ import annotations

import getpass
import hashlib
import logging
import platform
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.engine.code_version import code_version
from photodouble.image.hashes import file_sha256
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

from .canonical import digest
from .copies import Chain
from .ledger import Ledger
from .rows import Pin

if TYPE_CHECKING:
    from photodouble.engine.options import JobOptions
    from photodouble.takes.store import Take

FOLDER = "ledger"

logger = logging.getLogger(__name__)

Event = tuple[str, Mapping[str, Any]]


def run_started(
    take: Take,
    request: JobRequest,
    options: JobOptions,
    warn: Callable[[str], None],
    *,
    models: Mapping[str, str] | None = None,
) -> None:
    """Note that a job began: who asked for what, in which words, with which seed, on which machine.

    `models` are the hashes of the models that it is made with, by name, as the gate let them pass.
    """
    from photodouble.takes.manifest import request_sha256

    facts = {
        "take": take.take_id,
        "operation": request.operation,
        "request": _with_text_seeds(request),
        "request_sha256": request_sha256(request),
        "models": [{"name": name, "sha256": sha256} for name, sha256 in sorted((models or {}).items())],
        "prompts": _values(request, "prompt"),
        "seeds": {key: str(seed) for key, seed in _values(request, "seed").items()},
        "frames": options.frames.to_text() if options.frames is not None else request.range.to_text(),
        "step": options.step,
        "code_version": code_version(),
        "folder": str(take.folder),
        **_place(request),
    }
    _note(take, options, [("run.started", facts)], warn)


def run_finished(
    take: Take, manifest: Mapping[str, Any], options: JobOptions, warn: Callable[[str], None]
) -> dict[str, Any]:
    """Note that a take is complete and waits for a decision; return what its manifest says of the history.

    That is the ledger's name, the number of its last row and that row's hash, so that a ledger that is cut
    later is found out; or, where there is none, the files of rows in the take and their hashes.
    """
    facts = {
        "take": take.take_id,
        "request_sha256": manifest["request_sha256"],
        "inputs": manifest["inputs"],
        "outputs": {frame: _hashes(stored["files"]) for frame, stored in manifest["frames"].items()},
        "pictures": {path.name: file_sha256(path) for path in sorted(take.folder.glob("pictures/*.png"))},
        "analysis_key": manifest["analysis_key"],
        "code_version": manifest["code_version"],
        "content_sha256": digest(manifest),
        **_place(take.request()),
    }
    shown = {key: facts[key] for key in ("take", "request_sha256", "content_sha256")}
    return _note(take, options, [("run.finished", facts), ("suggestion.created", shown)], warn)


@contextmanager
def noting_failure(take: Take, options: JobOptions, warn: Callable[[str], None]) -> Iterator[None]:
    """Note that a job failed or was stopped, and why, and let the error fly on."""
    from photodouble.takes.manifest import request_sha256

    try:
        yield
    except ArtistError as error:
        try:
            request = take.request()
            facts = {
                "take": take.take_id,
                "request_sha256": request_sha256(request),
                "code": error.code,
                "message": error.message,
                "detail": error.detail[:2000],
                **_place(request),
            }
            _note(take, options, [("run.failed", facts)], warn)
        except ArtistError:
            logger.warning("take %s: its failure could not be noted", take.take_id, exc_info=True)
        raise


def adopt(take: Take, ledger: Ledger) -> int:
    """Take in the rows that a farm left in a take; return how many are new. Raises ArtistError."""
    return sum(ledger.import_(path) for path in farm_rows(take.folder))


def farm_rows(folder: Path) -> tuple[Path, ...]:
    """List the files of rows that lie in the folder of a take."""
    return tuple(sorted((folder / FOLDER).glob("*.jsonl")))


def pins_of(takes: Iterable[Take]) -> tuple[Pin, ...]:
    """Return what the manifests of takes remember of ledgers."""
    found = []
    for take in takes:
        try:
            noted = take.manifest().get("ledger", {}) if take.is_sealed else {}
            if noted.get("seq"):
                where = f"the manifest of {take.label}"
                found.append(Pin(int(noted["seq"]), str(noted["hash"]), where, str(noted["engine"])))
        except (ArtistError, KeyError, TypeError, ValueError, AttributeError):
            continue
    return tuple(found)


def _note(
    take: Take, options: JobOptions, events: list[Event], warn: Callable[[str], None]
) -> dict[str, Any]:
    """Write events to the ledger, or to the take where there is none or where it fails."""
    if options.frames is None and not options.step:
        try:
            with Ledger.open(options.settings) as ledger:
                _adopt_what_holds(take, ledger, warn)
                for kind, facts in events:
                    ledger.append(kind, facts)
                seq, last = ledger.head()
                return {"engine": ledger.key.engine, "seq": seq, "hash": last}
        except ArtistError as error:
            if error.code == "input.bad_request":
                raise
            warn(f"The history of this take is kept inside it, for now: {error.message} {error.fix}")
    if take.is_sealed:
        return {}
    name = f"{platform.node() or 'machine'}-{secrets.token_hex(6)}"
    chain = Chain(take.folder / FOLDER / f"{name}.jsonl", name)
    for kind, facts in events:
        chain.append(kind, facts)
    return {
        "engine": "",
        "seq": 0,
        "hash": "",
        "events": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in farm_rows(take.folder)
        },
    }


def _adopt_what_holds(take: Take, ledger: Ledger, warn: Callable[[str], None]) -> None:
    """Take in the rows of a farm, file by file; one that was changed is told and stays outside."""
    for path in farm_rows(take.folder):
        try:
            ledger.import_(path)
        except ArtistError as error:
            if error.family != "input":
                raise
            warn(f"{error.message} {error.fix}")


def _place(request: JobRequest) -> dict[str, Any]:
    """Say who works where, and with what."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return {
        "machine": platform.node(),
        "user": user or "unknown",
        "host": " ".join(each for each in (request.host, request.host_version) if each) or "command line",
        "artist": request.person,
    }


def _values(request: JobRequest, kind: str) -> dict[str, Any]:
    """Return the values of the controls of a kind: the prompts, the seeds."""
    keys = [param.key for param in request.spec.params if param.kind == kind]
    return {key: request.values[key] for key in keys if key in request.values}


def _with_text_seeds(request: JobRequest) -> dict[str, Any]:
    """Return the request as JSON, its seeds as text: some readers of JSON round large numbers."""
    stored = request.to_json()
    seeds = {key: str(seed) for key, seed in _values(request, "seed").items()}
    return {**stored, "values": {**stored["values"], **seeds}}


def _hashes(files: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Return the two hashes of every file of a frame: over its bytes, and over its pixels."""
    return {output: [written["file_sha256"], written["pixel_sha256"]] for output, written in files.items()}
