"""Tasks of review: decide, say where a take stands, write its review page.

Whoever may speak to the engine may wish for a decision. It is signed only with the key of the person named,
and only where that key lies in the folder of the engine's own user and opens without a passphrase; one that
has a passphrase is asked for it on the engine's page, never here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import Settings, load_settings
from photodouble.takes.review_words import SAYINGS, STYLES
from photodouble_client.errors import ArtistError

from .arguments import Argument
from .takes import ROOT, TAKE, opened, store_of
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.provenance.keys import PersonKey

Values = Mapping[str, Any]

REVIEW_PAGE = "review_page"
"""The action of an error after which a host opens the review page."""


def _import(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.provenance.show import Show
    from photodouble.takes.session import import_session, read_session

    store = store_of(values, settings)
    chosen = load_settings(store.root).settings
    key = _open_key(values["by"], chosen)
    show = Show.find(store.root)
    given = {"date": values["date"], "reference": values["reference"]}
    rows = read_session(store, show, Path(values["session"]), **given)
    made = import_session(store, rows, key, chosen)
    return [{"take": one.take_id, **one.to_json()} for one in made]


def _export(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.readable import left_out
    from photodouble.takes.session import status_csv

    store = store_of(values, settings)
    missing = [one.to_json() for one in left_out(store.all())]
    return {"csv": status_csv(store, values["style"]), "left_out": missing}


def _decide(word: str, values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.check import stale_note
    from photodouble.takes.review import Wish, decide, status

    store, take = opened(values, settings)
    chosen = load_settings(store.root).settings
    wish = Wish(word, values["reason"], values["reference"], values["date"], values["on_behalf_of"])
    made = decide(store, take, wish, _open_key(values["by"], chosen), chosen)
    standing = status(take, store)
    note = stale_note(take) if word == "approve" else ""
    said = {"text": standing.text, "decision": made.to_json(), "notices": [note] if note else []}
    return {"take": take.take_id, "state": standing.state, **said}


def _open_key(by: str, settings: Settings) -> PersonKey:
    """Open the key of a person, unless it has a passphrase; raises ArtistError `policy.no_person`."""
    from photodouble.provenance.keys import load_person_key, needs_passphrase
    from photodouble.takes.review import deciding_person

    person = deciding_person(by, settings)
    if not needs_passphrase(person):
        return load_person_key(person)
    raise ArtistError(
        "policy.no_person",
        "The key of this person has a passphrase",
        f"The key of {person} opens with a passphrase only, which no host is asked for.",
        "Decide on the review page: photodouble takes review TAKE --live --open",
        action=REVIEW_PAGE,
    )


def _status(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.review import status

    store, take = opened(values, settings)
    standing = status(take, store)
    return {
        "take": take.take_id,
        "state": standing.state,
        "text": standing.text,
        "missing": list(standing.missing),
        "decisions": [one.to_json() for one in standing.decisions],
        "told": [one.told() for one in standing.decisions],
        "notices": list(standing.notices),
    }


def _page(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.page import PageOptions, ReviewPage, page_path
    from photodouble.takes.review import note_view, own_deciders, status

    store, take = opened(values, settings)
    if values["live"]:
        note_view(take, settings)
    shown = settings.looking_as(load_settings(store.root).settings)
    live = own_deciders(store) if values["live"] else None
    options = PageOptions(values["size"], values["most"], live)
    page = ReviewPage(store, take, shown, status(take, store), options)
    return {"page": str(page.write(page_path(take, shown, is_live=values["live"]), report))}


_BY = Argument("by", "text", "The id of who signs; empty: the artist, or whose key is here.", "")
_DECISION = (
    TAKE,
    ROOT,
    _BY,
    Argument("reason", "text", "Why, or what is to be done.", ""),
    Argument("on_behalf_of", "text", "Who decided, where the signer only notes it down.", ""),
    Argument("date", "text", "The day of the review, such as 2026-05-31.", ""),
    Argument("reference", "text", "Which review it was.", ""),
)

REVIEW = (
    *(
        Task(f"takes.{word}", saying.help, _DECISION, functools.partial(_decide, word))
        for word, saying in SAYINGS.items()
    ),
    Task("takes.status", "Say where a take stands, and who decided what.", (TAKE, ROOT), _status),
    Task(
        "takes.review",
        "Write the review page of a take: one HTML file for any browser.",
        (
            TAKE,
            ROOT,
            Argument("size", "whole", "The longer side of its pictures.", 960, minimum=64, maximum=4096),
            Argument("most", "whole", "Show at most so many frames.", 96, minimum=1, maximum=2000),
            Argument("live", "flag", "Make the page that the engine itself shows.", False),
        ),
        _page,
    ),
    Task(
        "review.import",
        "Record the decisions of a session: all of a CSV, or none of it.",
        (
            ROOT,
            Argument("session", "path", "The CSV: take,decision,by,date,reference,note."),
            _BY,
            Argument("date", "text", "The day, for lines that name none.", ""),
            Argument("reference", "text", "The review, for lines that name none.", ""),
        ),
        _import,
    ),
    Task(
        "review.export",
        "Give the states of all takes as CSV, in the words of a tracker.",
        (ROOT, Argument("style", "text", "Whose words.", "shotgrid", tuple(STYLES))),
        _export,
    ),
)
