"""`photodouble export`: copies of a take that leave the house, labelled and without names."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute
from .quieting import libraries_silent
from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Copy a finished take for delivery: with its status and a signed label, without prompt and person."
    parser = commands.add_parser("export", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument(
        "--to", required=True, metavar="FOLDER", help="Where the delivery goes; nothing there is replaced."
    )
    parser.add_argument(
        "--use",
        required=True,
        choices=("temp", "final"),
        help="final: only when approved, current, consented and labelled.",
    )
    parser.add_argument(
        "--format",
        default="",
        choices=("exr", "tiff", "png"),
        help="Another format than the take's; tiff and png go through the show's display and view.",
    )
    parser.add_argument(
        "--with",
        dest="beside",
        action="append",
        default=[],
        metavar="FILE",
        help="A movie or still to copy and label, too (MOV, MP4, JPEG, PNG, TIFF), made here of this very "
        "take; may be given several times.",
    )
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_export)


def _export(namespace: argparse.Namespace) -> int:
    from photodouble.takes.export import ExportWish, export_take

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    wish = ExportWish(
        Path(absolute(namespace.to)),
        namespace.use,
        namespace.format,
        tuple(Path(absolute(one)) for one in namespace.beside),
    )
    with libraries_silent():
        done = export_take(take, store, wish, load_settings(store.root).settings)
    if namespace.json:
        tell_json(done.to_json())
        return 0
    for note in done.notes:
        tell(f"Note: {note}")
    tell(f"Exported {len(done.files)} files of {take.label} for {wish.use}, {done.status}: {wish.folder}")
    tell(f"C2PA label: {done.label}.")
    return 0
