"""`photodouble takes approve|reject|retake|present|note|status|review`: deciding about a take."""

from __future__ import annotations

import argparse
import getpass
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import Settings, load_settings
from photodouble.takes.review_words import SAYINGS

from .finding import found_take, store_of
from .jobs import absolute
from .reading import number_from
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.provenance.keys import PersonKey

Action = Callable[..., argparse.ArgumentParser]

BY_HELP = (
    "The id of the person who signs, such as ada; default: PHOTODOUBLE_ARTIST, the setting artist, "
    "or the one person whose key you hold."
)


def add_review(action: Action) -> None:
    """Add the actions of review; `action(name, help, call)` adds one that names a take."""
    for word, saying in SAYINGS.items():
        parser = action(word, saying.help, _decide)
        parser.add_argument("--by", default="", metavar="PERSON", help=BY_HELP)
        parser.add_argument("--reason", default="", metavar="TEXT", help="Why, or what is to be done.")
        parser.add_argument(
            "--for",
            dest="on_behalf_of",
            default="",
            metavar="PERSON",
            help="The id of who decided, where you note it down; needs --date and --reference.",
        )
        parser.add_argument("--date", default="", metavar="DATE", help="The day of the review: 2026-05-31.")
        parser.add_argument("--reference", default="", metavar="TEXT", help="Which review it was.")
        parser.set_defaults(word=word)
    action("status", "Say where a take stands, and who decided what.", _status)
    page = action("review", "Write the review page of a take: one HTML file for any browser.", _review)
    page.add_argument("--output", default="", metavar="FILE", help="Where the page is written.")
    page.add_argument("--overwrite", action="store_true", help="Replace an existing file.")
    page.add_argument(
        "--size", type=number_from(64), default=960, metavar="PIXELS", help="Longer side; default 960."
    )
    page.add_argument(
        "--most", type=number_from(1), default=96, metavar="N", help="Show at most N frames; default 96."
    )
    page.add_argument("--open", action="store_true", help="Show it in the browser.")
    page.add_argument(
        "--live",
        action="store_true",
        help="Let the engine show it, where you can decide; prints the link, which works once.",
    )


def opened_key(given: str, settings: Settings) -> PersonKey:
    """Open the key of the person who decides; asks for the passphrase where there is one."""
    from photodouble.provenance.keys import load_person_key, needs_passphrase
    from photodouble.takes.review import deciding_person

    person = deciding_person(given, settings)
    phrase = ""
    if needs_passphrase(person) and sys.stdin.isatty():
        phrase = getpass.getpass(f"Passphrase of the key of {person}: ")
    return load_person_key(person, phrase)


def _decide(namespace: argparse.Namespace) -> int:
    from photodouble.takes.check import stale_note
    from photodouble.takes.review import Wish, decide, status

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    settings = load_settings(store.root).settings
    wish = Wish(namespace.word, namespace.reason, namespace.reference, namespace.date, namespace.on_behalf_of)
    made = decide(store, take, wish, opened_key(namespace.by, settings), settings)
    standing = status(take, store)
    note = stale_note(take) if namespace.word == "approve" else ""
    if namespace.json:
        said = {"decision": made.to_json(), "notices": [note] if note else []}
        tell_json({"take": take.take_id, "state": standing.state, **said})
        return 0
    told = made.told()
    tell(f"{take.label}: {told['word']} {told['by']}. It is now: {standing.text}.")
    if note:
        tell(f"Notice: {note}")
    return 0


def _status(namespace: argparse.Namespace) -> int:
    from photodouble.takes.review import status

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    standing = status(take, store)
    if namespace.json:
        decisions = [one.to_json() for one in standing.decisions]
        notices = list(standing.notices)
        tell_json({"take": take.take_id, "state": standing.state, "decisions": decisions, "notices": notices})
        return 0
    tell(f"{take.label}: {standing.text}")
    for one in standing.decisions:
        told = one.told()
        tell(f"  {told['word']} {told['by']}" + (f": {told['reason']}" if told["reason"] else ""))
    for notice in standing.notices:
        tell(f"  Notice: {notice}")
    return 0


def _review(namespace: argparse.Namespace) -> int:
    from photodouble.takes.page import PageOptions, ReviewPage
    from photodouble.takes.review import status

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    if namespace.live:
        from .reaching import connected

        return _shown(namespace, connected().review_link(str(take.folder)), "url")
    target = Path(absolute(namespace.output)) if namespace.output else None
    if target is not None and target.exists() and not namespace.overwrite:
        from photodouble_client.errors import ArtistError

        raise ArtistError(
            "input.output_exists",
            "There is a file of that name",
            f"{target} exists.",
            "Choose another name, or replace it (--overwrite).",
        )
    page = ReviewPage(
        store,
        take,
        load_settings(store.root).settings,
        status(take, store),
        PageOptions(namespace.size, namespace.most),
    )
    return _shown(namespace, str(page.write(target)), "page")


def _shown(namespace: argparse.Namespace, address: str, name: str) -> int:
    if namespace.open:
        webbrowser.open(address if name == "url" else Path(address).as_uri())
    if namespace.json:
        tell_json({name: address})
    else:
        tell(address)
    return 0
