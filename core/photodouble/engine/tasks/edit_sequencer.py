"""Tasks for hosts with a sequencer: say how a cut lies, and write a cut of the strips that lie there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .edit_finding import FINDING, finder_of, naming_of
from .edit_push import WRITTEN
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _lay(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.laid import laid
    from photodouble.edit.read import read_edit

    return laid(
        read_edit(Path(values["edit"]), rate=values["rate"]),
        handles=values["handles"],
        names=naming_of(values),
        finder=finder_of(values, settings),
    )


def _write(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.from_strips import StripCut, edit_of
    from photodouble.edit.profiles import check_target, profile_named, write_edit

    to, finder = Path(values["to"]), finder_of(values, settings)
    edit = edit_of(StripCut.from_json(values["cut"]), to, finder)
    check_target(edit, to, overwrite=values["overwrite"])
    to.parent.mkdir(parents=True, exist_ok=True)
    profile = profile_named(values["profile"])
    notes = write_edit(edit, to, profile, overwrite=values["overwrite"], finder=finder)
    return {"file": str(to), "notes": [note.to_json() for note in (*edit.notes, *notes)]}


EDIT_SEQUENCER = (
    Task(
        "edit.lay",
        "Say how a cut lies in a sequencer: every clip with its media, handles and all that it carries.",
        (
            Argument("edit", "path", "The cut: OTIO, EDL, Final Cut XML, FCPXML, AAF or ALE."),
            Argument("handles", "whole", "Record frames beyond both ends.", 8, minimum=0, maximum=10000),
            Argument("rate", "text", "Frames per second, for a cut that does not say it.", ""),
            *FINDING,
        ),
        _lay,
    ),
    Task(
        "edit.write",
        "Write a cut of the strips of a sequencer: each says which file it shows at which record frame.",
        (
            Argument("cut", "document", "Rate, first record frame, tracks and strips."),
            *FINDING,
            *WRITTEN,
        ),
        _write,
    ),
)
