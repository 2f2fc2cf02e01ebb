"""Tasks: compare two cuts, put takes into a new cut, find the takes of a cut that lost their names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .edit_finding import FINDING, finder_of, naming_of
from .takes import ROOT
from .task import Task

if TYPE_CHECKING:
    from photodouble.edit.conform_file import Wish
    from photodouble.edit.known_takes import KnownTakes
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]

_CUTS = (
    Argument("old", "path", "The cut that the work was made for."),
    Argument("new", "path", "The cut as it is now."),
)
_READING = (
    ROOT,
    Argument("rate", "text", "Frames per second, for a cut that does not say it.", ""),
    Argument("handles", "whole", "Record frames that are made beyond both ends.", 8, minimum=0, maximum=9999),
    *FINDING,
)
_WRITING = (
    Argument("overwrite", "flag", "Replace an existing file.", False),
    Argument(
        "profile", "text", "Who reads the file.", "otio", choices=("otio", "resolve", "nukestudio", "blender")
    ),
    Argument("temp", "flag", "Show takes that nobody approved, and mark their clips as temp.", False),
)


def _diff(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.conform_file import compare_files

    cuts = Path(values["old"]), Path(values["new"])
    found = compare_files(*cuts, _known(values, settings), finder_of(values, settings), _wish(values))
    return {
        "changes": [change.to_json() for change in found.changes],
        "notes": [note.to_json() for note in (*found.old.notes, *found.new.edit.notes, *found.new.notes)],
    }


def _conform(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.conform_file import conform_files

    cuts = Path(values["old"]), Path(values["new"]), Path(values["to"])
    known, finder = _known(values, settings), finder_of(values, settings)
    return conform_files(*cuts, known, finder, _wish(values)).to_json()


def _join(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.conform_file import join_file, write_joined

    cut, finder, wish = Path(values["file"]), finder_of(values, settings), _wish(values)
    found = join_file(cut, _known(values, settings), finder, wish)
    notes = found.notes
    if values["to"]:
        notes = write_joined(found, cut, Path(values["to"]), finder, wish)
    takes = [one.to_json() for one in found.found]
    return {"file": values["to"], "takes": takes, "notes": [note.to_json() for note in notes]}


def _known(values: Values, settings: Settings) -> KnownTakes:
    from photodouble.edit.known_takes import KnownTakes

    return KnownTakes.under(values["root"] or settings.takes_root)


def _wish(values: Values) -> Wish:
    from photodouble.edit.conform_file import Wish

    return Wish(
        values["rate"],
        values["handles"],
        values.get("temp", False),
        values.get("profile", "otio"),
        values.get("overwrite", False),
        values.get("requests", ""),
        naming_of(values),
    )


EDIT_CONFORM = (
    Task(
        "edit.diff",
        "Say what a new cut changed, shot by shot, and which frames must be made for it.",
        (*_CUTS, *_READING),
        _diff,
    ),
    Task(
        "edit.conform",
        "Put the takes of the old cut into the new one, and write requests for the frames they lack.",
        (
            *_CUTS,
            *_READING,
            Argument("to", "path", "The OTIO to write."),
            Argument("requests", "path", "Where the requests are written; empty: beside the OTIO.", ""),
            *_WRITING,
        ),
        _conform,
    ),
    Task(
        "edit.join",
        "Find the takes of a cut whose metadata, names and references a program took away.",
        (
            Argument("file", "path", "The cut."),
            *_READING,
            Argument("to", "path", "The OTIO to write with the takes; empty: none.", ""),
            *_WRITING,
        ),
        _join,
    ),
)
