"""`photodouble person`: the key with which a person decides, and the people of a show."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Make the key with which you approve and reject, and list the people of a show."
    parser = commands.add_parser("person", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(actions)
    _add_list(actions)


def _add_add(actions: Any) -> None:
    text = "Make a key of your own. Its public half goes into the show's photodouble.toml."
    parser = actions.add_parser("add", help=text, description=text)
    parser.add_argument("person", metavar="ID", help="A short id in small letters, such as ada.")
    parser.add_argument("--name", default="", help="The full name; it stays in the show's settings.")
    parser.add_argument("--role", default="", help="What the person may decide as, such as supervisor.")
    parser.add_argument(
        "--passphrase", action="store_true", help="Ask for a passphrase that opens the key each time."
    )
    parser.add_argument(
        "--show", default="", metavar="FOLDER", help="Put the public half into the show of this folder."
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_add)


def _add_list(actions: Any) -> None:
    text = "List the people of a show, and whose keys you hold."
    parser = actions.add_parser("list", help=text, description=text)
    parser.add_argument(
        "near", nargs="?", default=".", metavar="FOLDER", help="The show of this folder; default: here."
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_list)


def _add(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.persons import add_person

    passphrase = _passphrase() if namespace.passphrase else ""
    show = Path(namespace.show) if namespace.show else None
    made = add_person(
        namespace.person, name=namespace.name, role=namespace.role, passphrase=passphrase, show=show
    )
    if namespace.json:
        tell_json(made)
        return 0
    known = "" if made["is_new"] else ", as before"
    tell(f"The key of {namespace.person} is in {made['file']}{known}. Keep it, and give it to nobody.")
    if made["show"]:
        tell(f"Its public half is in {made['show']}.")
    else:
        tell("Have these lines put into the show's photodouble.toml:")
        tell("")
        tell(made["lines"])
    return 0


def _list(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.persons import people_near

    people = people_near(Path(namespace.near))
    if namespace.json:
        tell_json(people)
        return 0
    for each in people:
        held = "key here" if each["held"] else ("signs" if each["key"] else "no key")
        member = "" if each["counts"] else ", not in the show's photodouble.toml"
        tell(f"{each['id']:<16} {each['name']:<24} {each['role']:<16} {held}{member}  {each['key']}")
    if not people:
        tell("Nobody yet. Make a key of your own with: photodouble person add ID --name NAME")
    return 0


def _passphrase() -> str:
    """Ask for a passphrase twice on a terminal; otherwise read one line."""
    from photodouble_client.errors import ArtistError

    if sys.stdin.isatty():
        first, again = getpass.getpass("Passphrase: "), getpass.getpass("Once more: ")
    else:
        first = again = sys.stdin.readline().rstrip("\n")
    if first and first == again:
        return first
    raise ArtistError(
        "usage.bad_value",
        "No key was made",
        "The two passphrases differ, or are empty.",
        "Type the same one twice, or leave out --passphrase.",
    )
