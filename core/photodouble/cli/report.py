"""`photodouble report`: the sheet that goes with a delivery."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

from .finding import add_root_flag, found_take, no_takes, store_of
from .jobs import absolute
from .quieting import libraries_silent
from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Write the report of a delivery: for each shot the use, approvals, consent, models and labels."
    parser = commands.add_parser("report", help=text, description=text)
    parser.add_argument(
        "takes",
        nargs="*",
        metavar="TAKE",
        help="Takes as 'takes list' names them; default: each shot's newest approved one, else the newest.",
    )
    parser.add_argument(
        "--to", required=True, metavar="FILE", help="The report to write: .html, or .pdf (extra 'report')."
    )
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_report)


def _report(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.report import make_report, newest_takes
    from photodouble.provenance.report_pages import summary, write_report
    from photodouble.provenance.rows import now_text

    store = store_of(namespace)
    takes = [found_take(given, store) for given in namespace.takes] or newest_takes(store)
    if not takes:
        tell(no_takes(store))
        return 0
    with libraries_silent():
        report = make_report(takes, store, load_settings(store.root).settings, now_text()[:10])
    path = Path(absolute(namespace.to))
    write_report(report, path)
    if namespace.json:
        gaps = [one.to_json() for one in report.left_out]
        told = {"open": report.open_points, "report": str(path), "shots": len(report.shots)}
        tell_json({**told, "also": list(report.also), "left_out": gaps})
    else:
        tell(summary(report))
        for one in report.left_out:
            tell(one.text)
        tell(str(path))
    return 1 if report.left_out else 0
