"""`photodouble consent`: file, check, revoke, override and list the consent of performers."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .consent_people import Person, people
from .jobs import absolute
from .takes_review import BY_HELP, opened_key
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.provenance.consent_record import ConsentRecord
    from photodouble.provenance.gate import GateMark
    from photodouble.provenance.show import Show
    from photodouble_client.request import JobRequest

KINDS = ("cosmetic", "alteration", "replica", "background")
REPRESENTATIONS = ("counsel", "union", "estate", "none")
USES = ("ideation", "temp", "final")
PLACES = ("submit", "run", "approval", "export")


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "File, check and revoke the consent of performers whose likeness is touched."
    parser = commands.add_parser("consent", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_add(_action(actions, "add", "File what a performer agreed to, signed with your key.", _add))
    check = _action(actions, "check", "Say whether a request may be made, and if not, why not.", _check)
    check.add_argument("request", metavar="REQUEST", help="The request file, or the folder of a take.")
    check.add_argument(
        "--at", choices=PLACES, default="submit", help="The gate that is asked; default submit."
    )
    check.add_argument("--use", choices=USES, default="", help="For this use, not the one it names.")
    check.add_argument("--on", default="", metavar="DATE", help="On this day; default: today.")
    revoke = _action(actions, "revoke", "Take a consent back, at once and for ever.", _revoke)
    revoke.add_argument("consent", metavar="ID", help="The consent, as 'consent list' names it.")
    revoke.add_argument("--reason", default="", metavar="TEXT", help="Why.")
    text = "Let a request go on without consent, by your word. What it makes is marked and never final."
    override = _action(actions, "override", text, _override)
    override.add_argument("request", metavar="REQUEST", help="The request file, or the folder of a take.")
    override.add_argument("--reason", required=True, metavar="TEXT", help="Why it may go on.")
    for parser in (actions.choices["add"], revoke, override):
        parser.add_argument("--by", default="", metavar="PERSON", help=BY_HELP)
    _add_list(_action(actions, "list", "List the consents of a show.", _list))


def _action(actions: Any, name: str, text: str, call: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--show", default="", metavar="FOLDER", help="The show that this folder lies in; default: here."
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call)
    return parser


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--performer", default="", metavar="ID", help="Those of this performer only.")


def _add_add(parser: argparse.ArgumentParser) -> None:
    text = "The performers' ids in small letters; each gets a consent of their own."
    parser.add_argument("performer", nargs="*", metavar="PERFORMER", help=text)
    text = "A list of performers: one id a line, or CSV with columns performer, document, ages, described."
    parser.add_argument("--list", default="", metavar="FILE", help=text)
    parser.add_argument("--production", default="", help="The production; default: the name of the show.")
    parser.add_argument("--kind", required=True, choices=KINDS, help="What may be done to the likeness.")
    parser.add_argument(
        "--shots", required=True, metavar="NAMES", help="Shots or scenes, such as sh010,sc12/*."
    )
    parser.add_argument(
        "--uses",
        default=USES[0],
        metavar="USES",
        help="What for: ideation,temp,final; default: ideation, the least.",
    )
    parser.add_argument(
        "--described", default="", metavar="TEXT", help="The use in the words of the document."
    )
    parser.add_argument(
        "--from", dest="valid_from", required=True, metavar="DATE", help="The first day: 2026-05-31."
    )
    parser.add_argument(
        "--until", dest="valid_to", required=True, metavar="DATE", help="The last day, in UTC."
    )
    parser.add_argument(
        "--document", default="", metavar="FILE", help="The signed document; only its hash is kept."
    )
    parser.add_argument(
        "--represented-by", choices=REPRESENTATIONS, default="none", help="Who advised the performer."
    )
    parser.add_argument("--ages", default="", metavar="AGES", help="The ages that may be shown: 30-45.")
    parser.add_argument(
        "--models", default="", metavar="NAMES", help="The models allowed, by name or hash; * for any."
    )
    parser.add_argument(
        "--training", action="store_true", help="A model may be trained on the performer's likeness."
    )


def _add(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.consent import add
    from photodouble.provenance.consent_record import checked

    everybody = people(namespace.performer, absolute(namespace.list) if namespace.list else "")
    show = _show(namespace)
    settings = load_settings(show.folder).settings
    hashes = [_document(one, namespace) for one in everybody]
    key = opened_key(namespace.by, settings)
    consents = [
        checked(_consent(one, sha, namespace, show, key.person))
        for one, sha in zip(everybody, hashes, strict=True)
    ]
    for consent in consents:
        add(consent, show, key, settings)
    if namespace.json:
        stored = [consent.to_json() for consent in consents]
        tell_json(stored[0] if len(stored) == 1 and not namespace.list else stored)
        return 0
    for consent in consents:
        tell(f"Consent {consent.id} of {consent.performer} is filed in {show.records_folder}.")
    return 0


def _consent(
    one: Person, document: str, namespace: argparse.Namespace, show: Show, filed_by: str
) -> ConsentRecord:
    from photodouble.provenance.consent_record import ConsentRecord

    return ConsentRecord(
        performer=one.performer,
        production=namespace.production or show.name,
        kind=namespace.kind,
        shots=_words(namespace.shots),
        uses=_words(namespace.uses),
        use_described=one.described or namespace.described,
        valid_from=namespace.valid_from,
        valid_to=namespace.valid_to,
        document_sha256=document,
        filed_by=filed_by,
        representation=namespace.represented_by,
        age_range=_ages(one.ages or namespace.ages),
        models=_words(namespace.models),
        training=namespace.training,
    )


def _document(one: Person, namespace: argparse.Namespace) -> str:
    """Return the hash of the document that a person signed."""
    from photodouble.image.hashes import file_sha256

    for flag, own in (("document", one.document), ("described", one.described)):
        if not (own or getattr(namespace, flag)):
            raise _mistake(
                f"Nothing says the {'document' if flag == 'document' else 'use'}",
                f"There is no --{flag}, and no list has it for {one.performer}.",
                f"Give --{flag}, or a list with the column {flag}.",
            )
    document = Path(absolute(one.document or namespace.document))
    if not document.is_file():
        raise _mistake("The document is not there", f"{document} is no file.", "Give the signed document.")
    return file_sha256(document)


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.gate import check

    request, folder = _request(namespace)
    show = _show(namespace, request)
    settings = load_settings(show.folder).settings
    day = _day(namespace.on) if namespace.on else None
    mark = check(request.checked(), show, settings, namespace.at, take=folder, use=namespace.use, on=day)
    if namespace.json:
        tell_json({"passes": True, "at": namespace.at, **mark.to_json(), "reasons": list(mark.reasons)})
    else:
        tell(_told(mark, request))
    return 0


def _revoke(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.consent import revoke

    show = _show(namespace)
    settings = load_settings(show.folder).settings
    made = revoke(namespace.consent, namespace.reason, show, opened_key(namespace.by, settings), settings)
    if namespace.json:
        tell_json({"consent": namespace.consent, "by": made.person, "record": made.hash})
    else:
        tell(f"Consent {namespace.consent} is revoked. Nothing more is made, approved or delivered under it.")
    return 0


def _override(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.override import override

    request, _folder = _request(namespace)
    show = _show(namespace, request)
    settings = load_settings(show.folder).settings
    key = opened_key(namespace.by, settings)
    made = override(request.checked(), namespace.reason, show, key, settings)
    if namespace.json:
        tell_json({"override": made.payload["override"], "by": made.person, "record": made.hash})
    else:
        tell(f"{request.spec.label} in {request.shot or 'this shot'} may go on for {request.use}.")
        tell("What it makes is marked 'override' and is never final.")
    return 0


def _list(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.consent import rows
    from photodouble.provenance.gate import revoked_in_ledger

    show = _show(namespace)
    found = rows(show, revoked_in_ledger(load_settings(show.folder).settings), namespace.performer)
    if namespace.json:
        tell_json(found)
        return 0
    for each in found:
        _tell_consent(each)
    if not found:
        tell(f"No consent is filed in {show.name or show.folder}. File one with: photodouble consent add")
    return 0


def _tell_consent(each: Mapping[str, Any]) -> None:
    days = f"{each['valid_from']} to {each['valid_to']}"
    state = f"revoked by {each['revoked_by']}" if each["revoked_by"] else days
    tell(f"{each['consent']}  {each['performer']}  {each['kind']}  {state}")
    ages = "; ages {:g} to {:g}".format(*each["age_range"]) if each["age_range"] else ""
    models = f"; models {', '.join(each['models'])}" if each["models"] else ""
    tell(f"  shots {', '.join(each['shots'])}; for {', '.join(each['uses'])}{ages}{models}")
    tell(f"  {each['use_described']} Filed by {each['signed_by']}.")


def _told(mark: GateMark, request: JobRequest) -> str:
    label = request.spec.label
    if not mark.state:
        return f"{label} needs no consent, and the show's policy allows it."
    if mark.word:
        return f"{label} may be made and is marked '{mark.word}'. {' '.join(mark.reasons)}"
    return f"{label} is covered by {', '.join(mark.records)}."


def _show(namespace: argparse.Namespace, request: JobRequest | None = None) -> Show:
    from photodouble.provenance.show import Show

    near = namespace.show or (request.output_root if request is not None else "") or "."
    return Show.find(Path(absolute(near)))


def _request(namespace: argparse.Namespace) -> tuple[JobRequest, Path | None]:
    """Return the request that was named, and the folder of the take if it is one."""
    from photodouble.takes.store import MANIFEST, REQUEST, read_request

    given = Path(absolute(namespace.request))
    if not given.is_dir():
        return read_request(given), None
    return read_request(given / REQUEST), given if (given / MANIFEST).is_file() else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _ages(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    youngest, _, oldest = text.partition("-")
    try:
        return float(youngest), float(oldest or youngest)
    except ValueError:
        raise _mistake("The ages are not understood", f"{text!r} was given.", "Write 30-45.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _mistake("The day is not understood", f"{text!r} was given.", "Write 2026-05-31.") from None


def _mistake(title: str, message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", title, message, fix)
