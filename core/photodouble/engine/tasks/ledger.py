"""Tasks about the history: show it, check it, share it; and who the people of a show are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _verify(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.reading import verified

    return verified(settings, values["root"])


def _show(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.reading import listed

    return listed(settings, values["kind"], values["take"], values["last"])


def _export(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.reading import exported

    return {"rows": exported(settings, Path(values["path"]), values["take"]), "path": values["path"]}


def _import(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.reading import imported

    return {"new": imported(settings, Path(values["path"]))}


def _people(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.persons import people_near

    return people_near(Path(values["near"]))


_TAKE = Argument("take", "text", "Only what concerns the take of this id; empty: everything.", "")

LEDGER = (
    Task(
        "ledger.verify",
        "Say whether every row of the history is as it was written, and none was cut off.",
        (Argument("root", "path", "Where takes are kept; empty: as the settings say.", ""),),
        _verify,
    ),
    Task(
        "ledger.show",
        "List what happened, the newest last.",
        (
            Argument("kind", "text", "Only one kind, such as run.finished; run. is every run.", ""),
            _TAKE,
            Argument("last", "whole", "How many of the newest; 0: all of them.", 20, minimum=0),
        ),
        _show,
    ),
    Task(
        "ledger.export",
        "Write the history to a new file of JSON lines, for another machine to take in.",
        (Argument("path", "path", "The file to write; it must not be there yet."), _TAKE),
        _export,
    ),
    Task(
        "ledger.import",
        "Take in the history that another machine exported, or that a farm left in a take.",
        (Argument("path", "path", "An exported file, or the folder of a take."),),
        _import,
    ),
    Task(
        "person.list",
        "List the people of a show, and whose keys this user holds.",
        (Argument("near", "path", "The show of this folder."),),
        _people,
    ),
)
