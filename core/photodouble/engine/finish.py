"""The end of a job: when every frame of the range is there, pictures to look at, then the seal."""

from __future__ import annotations

import dataclasses
import shutil
from typing import Any

from photodouble.ops.operation import Reporter
from photodouble.ops.shot import Shot
from photodouble.provenance.gate import NO_MARK, GateMark, worst
from photodouble.provenance.history import run_finished
from photodouble.takes.files import sweep_leftovers
from photodouble.takes.manifest import seal
from photodouble.takes.pictures import write_pictures
from photodouble.takes.record import FrameRecord
from photodouble.takes.store import Take, records_folder
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .analysis import Analysis
from .contents import changed_inputs, code_version, input_paths
from .eye import device_note, learning_note, networks_note, open_scratch
from .options import JobOptions
from .prepare import Prepared
from .work import word_of

_NAMED = 6
"""So many files of a document that changed are named."""


def finish_take(
    prepared: Prepared,
    take: Take,
    analysis: Analysis,
    options: JobOptions,
    report: Reporter,
    *,
    mark: GateMark = NO_MARK,
) -> bool:
    """Seal the take if its whole range is finished; return whether it is.

    A seal is never undone, so everything else that a take holds is written before it. It names the request
    as the take holds it, whichever machine seals, and of how its frames passed the gate, the worst.
    Raises ArtistError `engine.take_mismatch` if an input is another than when the shot was analysed.
    """
    records = complete_records(take, prepared.shot.frames)
    if records is None:
        return False
    _check_inputs(prepared, take, analysis)
    devices, networks = _devices(take, prepared), _networks(take, prepared)
    learned = _learned(take, prepared)
    if not options.settings.keep_analysis:
        for view in prepared.shots:
            shutil.rmtree(records_folder(take.folder, view), ignore_errors=True)
    if options.settings.contact_sheet:
        write_pictures(prepared.shot, take, records, report, options.settings)
    sweep_leftovers(take.folder)
    seal(
        take,
        take.request(),
        records,
        inputs=analysis.inputs(),
        analysis_key=analysis.key,
        code_version=code_version(),
        warnings=(*prepared.warnings, *learned),
        consent=_passed(take, prepared.shot.frames, mark),
        models=mark.models,
        devices=devices,
        networks=networks,
        note=lambda content: run_finished(take, content, options, report.warn),
    )
    return True


def _devices(take: Take, prepared: Prepared) -> tuple[str, ...]:
    """Return what the views of a take were computed on, each once; empty where the operation does not say."""
    labels = [device_note(open_scratch(take.folder, view))[0] for view in prepared.shots]
    return tuple(dict.fromkeys(label for label in labels if label))


def _learned(take: Take, prepared: Prepared) -> tuple[str, ...]:
    """Return what came of learning in the views of a take, each sentence once."""
    said = [learning_note(open_scratch(take.folder, view)) for view in prepared.shots]
    return tuple(dict.fromkeys(one for one in said if one))


def _networks(take: Take, prepared: Prepared) -> dict[str, str]:
    """Return the hashes of the networks that the views of a take were looked at with, by name."""
    found: dict[str, str] = {}
    for view in prepared.shots:
        found |= networks_note(open_scratch(take.folder, view))
    return found


def _passed(take: Take, frames: tuple[int, ...], mark: GateMark) -> dict[str, Any] | None:
    """Return how a take passed the gate: as its worst frame did. None where no consent is needed."""
    if not mark.state:
        return None
    words = [word_of(record) for record in map(take.record, frames) if record is not None]
    return dataclasses.replace(mark, state=worst((mark.state, *words))).to_json()


def _check_inputs(prepared: Prepared, take: Take, analysis: Analysis) -> None:
    """Refuse to seal frames of which some may be made from other pictures than the rest."""
    for view, shot in prepared.shots.items():
        changed = changed_inputs(shot, take.folder / "analysis" / view, analysis.contents[view])
        if not changed:
            continue
        port = changed[0][0]
        frames = FrameRange(frame for name, frame in changed if name == port)
        what = _spoken(shot, port, frames)
        raise ArtistError(
            "engine.take_mismatch",
            "The inputs changed while the take was made",
            f"{what} of {port.partition(':')[0]} were written again meanwhile, so "
            f"{take.label} may be made of two versions.",
            "Start a new take; this one stays unfinished.",
            detail=take.take_id,
        )


def _spoken(shot: Shot, port: str, numbers: FrameRange) -> str:
    """Say which frames of a port are meant; of a document, which files and folders."""
    document = shot.inputs.documents.get(port)
    if document is None:
        return f"Frames {numbers.to_text()}"
    paths = [path for name, number, path in input_paths(shot) if name == port and number in numbers]
    found = (path.name if path.parent == document.parent else path.parent.name for path in paths)
    names = list(dict.fromkeys(found))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def complete_records(take: Take, frames: tuple[int, ...]) -> list[FrameRecord] | None:
    """Return the records of every frame, without what they were made from, or None while one is missing."""
    records = []
    for frame in frames:
        record = take.record(frame)
        if record is None:
            return None
        records.append(dataclasses.replace(record, basis={}))
    return records
