"""`photodouble sign`: the studio's certificates for labels on pictures."""

from __future__ import annotations

import argparse
from typing import Any

from photodouble.settings import load_settings

from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "Make and check the studio's certificates for labels on exported pictures (C2PA)."
    parser = commands.add_parser("sign", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    text = "Make certificates for this studio, kept beside the user's settings; nothing is replaced."
    init = actions.add_parser("init", help=text, description=text)
    init.add_argument(
        "--studio", required=True, metavar="NAME", help="The studio's name, as viewers show it."
    )
    init.add_argument("--json", action="store_true", help="Answer as JSON.")
    init.set_defaults(call=_init)
    text = "Write a label with the certificates in force, in memory, and say how a reader sees it."
    check = actions.add_parser("check", help=text, description=text)
    check.add_argument("--json", action="store_true", help="Answer as JSON.")
    check.set_defaults(call=_check)


def _init(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.sign import ANCHOR, make_studio, signing_folder

    folder = signing_folder()
    make_studio(folder, namespace.studio)
    if namespace.json:
        tell_json({"folder": str(folder), "anchor": str(folder / ANCHOR)})
        return 0
    tell(f"Certificates of {namespace.studio} are in {folder}.")
    tell(f"Give {folder / ANCHOR} to whoever shall see your labels as trusted.")
    return 0


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.c2pa import check_studio
    from photodouble.provenance.c2pa_label import is_installed, needs_library
    from photodouble.provenance.sign import find_studio, no_studio

    if not is_installed():
        raise needs_library()
    studio = find_studio(load_settings().settings)
    if studio is None:
        raise no_studio()
    label = check_studio(studio)
    if namespace.json:
        tell_json({"issuer": label.issuer, "state": label.state})
    else:
        tell(f"Labels of {label.issuer or 'this studio'} are {label.state} here.")
    return 0
