"""The tasks of edits: list the shots of a cut for a host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .edit_finding import FINDING
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _shots(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.edit.columns import read_columns
    from photodouble.edit.media import MediaFinder
    from photodouble.edit.names import ShotNaming
    from photodouble.edit.read import read_edit
    from photodouble.edit.shots import listing

    edit = read_edit(Path(values["edit"]), rate=values["rate"])
    columns = read_columns(values["columns"]) if values["columns"] else None
    found = listing(
        edit,
        handles=values["handles"],
        names=ShotNaming(values["name_pattern"], values["names"], values["name_key"], columns),
        finder=MediaFinder([values["search"]] if values["search"] else [], settings.path_maps),
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
            Argument("search", "path", "A folder to search for media that is missing; empty: none.", ""),
            Argument(
                "names",
                "text",
                "Where a shot's name comes from.",
                "clip",
                choices=("clip", "marker", "metadata", "column"),
            ),
            Argument("name_pattern", "text", "The regular expression that finds the name; empty: all.", ""),
            Argument("name_key", "text", "The marker's colour, the metadata's path, or the column.", ""),
            Argument("columns", "path", "A list of shots: ALE or CSV.", ""),
            Argument("rate", "text", "Frames per second, for a cut that does not say it.", ""),
            *FINDING,
        ),
        _shots,
    ),
)
