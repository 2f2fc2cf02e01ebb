"""Tasks about deliveries: verify, export, report, and the state of the studio's certificates.

To make certificates is a decision about who signs for the studio, which no host does for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened, store_of
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _verify(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.provenance.known import store_around
    from photodouble.provenance.origin import origins_of
    from photodouble.provenance.verify import verify

    store = store_around(values["root"], values["path"])
    found = verify(values["path"], store, settings, on_progress=report.progress)
    return {**found.to_json(), "takes": [one.to_json() for one in origins_of(found.takes, store, settings)]}


def _export(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.export import ExportWish, export_take

    store, take = opened(values, settings)
    beside = (Path(values["beside"]),) if values["beside"] else ()
    wish = ExportWish(Path(values["to"]), values["use"], values["format"], beside)
    return export_take(take, store, wish, settings, report).to_json()


def _report(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.report import make_report, newest_takes
    from photodouble.provenance.report_pages import write_report
    from photodouble.provenance.rows import now_text
    from photodouble.takes.finding import found_take

    store = store_of(values, settings)
    names = [name.strip() for name in values["takes"].split(",") if name.strip()]
    takes = [found_take(name, store) for name in names] or newest_takes(store)
    made = make_report(takes, store, settings, now_text()[:10])
    write_report(made, Path(values["to"]))
    gaps = [one.to_json() for one in made.left_out]
    told = {"open": made.open_points, "report": values["to"], "shots": len(made.shots)}
    return {**told, "also": list(made.also), "left_out": gaps}


def _sign_check(_values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.c2pa import check_studio
    from photodouble.provenance.c2pa_label import is_installed, needs_library
    from photodouble.provenance.sign import find_studio, no_studio

    if not is_installed():
        raise needs_library()
    studio = find_studio(settings)
    if studio is None:
        raise no_studio()
    label = check_studio(studio)
    return {"issuer": label.issuer, "state": label.state}


DELIVERY = (
    Task(
        "verify",
        "Say who made pictures, from what, and whether they are still what they were.",
        (Argument("path", "path", "A picture, a sequence such as a.####.exr, a movie, or a folder."), ROOT),
        _verify,
    ),
    Task(
        "export",
        "Copy a finished take for delivery: with its status and a signed label, without prompt and person.",
        (
            TAKE,
            Argument("to", "path", "Where the delivery goes; nothing there is replaced."),
            Argument("use", "text", "What it is for.", choices=("temp", "final")),
            Argument("format", "text", "Another format.", "", choices=("", "exr", "tiff", "png")),
            Argument("beside", "path", "A movie or still to go along, made here of this take.", ""),
            ROOT,
        ),
        _export,
    ),
    Task(
        "report",
        "Write the report of a delivery.",
        (
            Argument("to", "path", "The report to write: .html or .pdf."),
            Argument("takes", "text", "Takes, with commas between; empty: one of each shot.", ""),
            ROOT,
        ),
        _report,
    ),
    Task(
        "sign.check",
        "Write a label with the certificates in force, in memory, and say how a reader sees it.",
        (),
        _sign_check,
    ),
)
