"""The tasks of edits: list the shots of a cut for a host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .edit_finding import FINDING, finder_of, naming_of
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _shots(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.read import read_edit
    from photodouble.edit.shots import listing

    found = listing(
        read_edit(Path(values["edit"]), rate=values["rate"]),
        handles=values["handles"],
        names=naming_of(values),
        finder=finder_of(values, settings),
    )
    return {
        "notes": [note.to_json() for note in found.notes],
        "shots": [shot.to_json() for shot in found.shots],
    }


EDIT = (
    Task(
        "edit.shots",
        "List the shots of a cut: which frames of which media each one shows.",
        (
            Argument("edit", "path", "The cut: OTIO, EDL, Final Cut XML, FCPXML, AAF or ALE."),
            Argument("handles", "whole", "Record frames beyond both ends.", 8, minimum=0, maximum=10000),
            Argument("rate", "text", "Frames per second, for a cut that does not say it.", ""),
            *FINDING,
        ),
        _shots,
    ),
)
