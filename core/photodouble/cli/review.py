"""`photodouble review`: a whole review session in, and the states of all takes out, as CSV."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

from .finding import add_root_flag, store_of
from .jobs import absolute
from .takes_review import BY_HELP, opened_key
from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "Bring the decisions of a review session in, or give the states of all takes out."
    parser = commands.add_parser("review", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    text = "Record the decisions of a session: all of a CSV, or none of it."
    bring = actions.add_parser("import", help=text, description=text)
    bring.add_argument(
        "session", metavar="FILE", help="CSV with the columns take,decision,by,date,reference,note."
    )
    bring.add_argument("--by", default="", metavar="PERSON", help=BY_HELP)
    bring.add_argument("--date", default="", metavar="DATE", help="The day, for lines that name none.")
    bring.add_argument("--reference", default="", metavar="TEXT", help="The review, likewise.")
    bring.set_defaults(call=_import)
    text = "Write the states of all takes as CSV, in the words of a tracker."
    give = actions.add_parser("export", help=text, description=text)
    give.add_argument(
        "--style", choices=("shotgrid", "kitsu"), default="shotgrid", help="Whose words; default shotgrid."
    )
    give.add_argument("--output", default="", metavar="FILE", help="The file to write; default: print it.")
    give.set_defaults(call=_export)
    for action in (bring, give):
        add_root_flag(action)
        action.add_argument("--json", action="store_true", help="Answer as JSON.")


def _import(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.show import Show
    from photodouble.takes.session import import_session, read_session

    store = store_of(namespace)
    settings = load_settings(store.root).settings
    path = Path(absolute(namespace.session))
    rows = read_session(
        store, Show.find(store.root), path, date=namespace.date, reference=namespace.reference
    )
    made = list(import_session(store, rows, opened_key(namespace.by, settings), settings))
    if namespace.json:
        tell_json([{"take": one.take_id, **one.to_json()} for one in made])
        return 0
    for row, one in zip(rows, made, strict=True):
        told = one.told()
        tell(f"{row.take.label}: {told['word']} {told['by']}")
    tell(f"{len(made)} {'decision' if len(made) == 1 else 'decisions'} recorded.")
    return 0


def _export(namespace: argparse.Namespace) -> int:
    from photodouble.takes.files import replacing
    from photodouble.takes.readable import left_out
    from photodouble.takes.session import status_csv

    store = store_of(namespace)
    text, gaps = status_csv(store, namespace.style), left_out(store.all())
    missing = {"left_out": [one.to_json() for one in gaps]}
    for one in () if namespace.json else gaps:
        print(one.text, file=sys.stderr)
    if not namespace.output:
        if namespace.json:
            tell_json({"csv": text, **missing})
        else:
            tell(text.rstrip("\n"))
        return 1 if gaps else 0
    path = Path(absolute(namespace.output))
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    if namespace.json:
        tell_json({"path": str(path), **missing})
    else:
        tell(str(path))
    return 1 if gaps else 0
