"""`photodouble takes`: look at takes, check, decide on, measure, pack and clear them away."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings
from photodouble.takes.words import WORDS

from .finding import TAKE_HELP, add_root_flag, found_take, no_takes, store_of
from .jobs import absolute
from .movie import add_movie
from .names import artist_name
from .reading import number_from
from .takes_fusion import add_fusion
from .takes_list import list_takes, show_take, size_takes
from .takes_nuke import add_nuke
from .takes_review import add_review
from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "List, show, check, review, decide on, measure, archive and prune takes."
    parser = commands.add_parser("takes", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _action(actions, "list", "List the takes, newest first.", list_takes)
    _action(
        actions,
        "show",
        "Show one take: range, inputs, overrides, values, decisions and figures.",
        show_take,
        take=True,
    )
    check = _action(
        actions,
        "check",
        "Compare a take with its inputs and say which changed (exit status 1).",
        _check,
        take=True,
    )
    check.add_argument(
        "--against", metavar="REQUEST", help="Compare values and range with this request, too."
    )
    _action(
        actions,
        "advise",
        "Say what is wrong with a take, where to look, and which frame to paint.",
        _advise,
        take=True,
    )
    size = _action(
        actions, "size", "Say how much room takes use, and how much of it is theirs alone.", size_takes
    )
    size.add_argument(
        "take", nargs="?", metavar="TAKE", help="One take (as 'takes show' takes it); default: all."
    )
    _add_clearing(actions)
    add_review(functools.partial(_action, actions, take=True))
    add_movie(functools.partial(_action, actions, take=True))
    add_nuke(functools.partial(_action, actions, take=True))
    add_fusion(functools.partial(_action, actions, take=True))
    for name, word in WORDS.items():
        decide = _action(actions, name, word.help, _decide, take=True)
        decide.add_argument("--by", default="", metavar="NAME", help=BY_HELP)
        decide.set_defaults(word=name)


def _add_clearing(actions: Any) -> None:
    archive = _action(
        actions,
        "archive",
        "Pack a finished take into one .tar or .zip file and verify it.",
        _archive,
        take=True,
    )
    archive.add_argument("target", metavar="FILE", help="The archive to write.")
    archive.add_argument("--overwrite", action="store_true", help="Replace an existing archive.")
    archive.add_argument("--with-analysis", action="store_true", help="Pack the analysis, too.")
    prune = _action(actions, "prune", "Remove old takes; without --yes only say which would go.", _prune)
    prune.add_argument(
        "--keep",
        type=number_from(0),
        default=1,
        metavar="N",
        help="Keep the newest N finished takes of each shot; default 1.",
    )
    prune.add_argument("--shot", default="", metavar="NAME", help="Look at this shot only.")
    prune.add_argument("--yes", action="store_true", help="Remove them.")


BY_HELP = "The person who decides; default: PHOTODOUBLE_ARTIST, the setting artist, or the system's user."


def _action(
    actions: Any, name: str, text: str, call: Callable[[argparse.Namespace], int], *, take: bool = False
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    if take:
        parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call)
    return parser


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.takes.check import check_json, check_take
    from photodouble.takes.store import read_request

    take = found_take(namespace.take, store_of(namespace))
    against = read_request(Path(namespace.against)) if namespace.against else None
    changes = check_take(take, against)
    if namespace.json:
        tell_json(check_json(take, changes))
    elif not changes:
        tell(f"{take.label} is current: nothing it was made from has changed.")
    else:
        tell(f"{take.label} is stale:")
        for change in changes:
            tell(f"  {change.what}: {change.message}")
    return 1 if changes else 0


def _advise(namespace: argparse.Namespace) -> int:
    from photodouble.takes.advice import advice_of

    take = found_take(namespace.take, store_of(namespace))
    advice = advice_of(take)
    if namespace.json:
        tell_json({"take": take.take_id, **advice.to_json()})
        return 0
    if not advice.troubles:
        tell(f"{take.label}: every hidden pixel is seen in some frame, and the frames agree.")
    for trouble in advice.troubles:
        tell(f"{trouble.frames.to_text():>12}  {trouble.message}")
        tell(f"{'':>12}  {trouble.fix}")
    if advice.paint is not None:
        share = f"{100 * advice.relief:.0f} %"
        tell(
            f"Paint frame {advice.paint} first: it would mend about {share} of what is doubtful in the shot."
        )
        tell(f"  photodouble paint out {advice.paint} --take '{take.folder}'")
    return 0


def _archive(namespace: argparse.Namespace) -> int:
    from photodouble.takes.archive import archive_take

    take = found_take(namespace.take, store_of(namespace))
    target = Path(absolute(namespace.target))
    count = archive_take(take, target, with_analysis=namespace.with_analysis, overwrite=namespace.overwrite)
    if namespace.json:
        tell_json({"take": take.take_id, "files": count, "archive": str(target)})
    else:
        tell(f"Packed and verified {count} files of {take.label}: {target}")
    return 0


def _prune(namespace: argparse.Namespace) -> int:
    from photodouble.engine.space import megabytes
    from photodouble.takes.prune import plan_prune, prune

    store = store_of(namespace)
    plan = plan_prune(store, keep=namespace.keep, shot=namespace.shot)
    size = plan.room
    if namespace.yes:
        prune(plan)
    if namespace.json:
        tell_json(plan.to_json(size, is_done=namespace.yes))
        return 0
    if not (plan.go or plan.stay):
        tell(no_takes(store))
        return 0
    for take, why in plan.stay:
        tell(f"keep    {take.label:<32} {', '.join(why)}")
    for take in plan.go:
        tell(f"{'removed' if namespace.yes else 'remove '} {take.label}")
    what = "Removed" if namespace.yes else "Would remove"
    tell(
        f"{what} {len(plan.go)} takes, {megabytes(size)}." + ("" if namespace.yes else " Add --yes to do it.")
    )
    return 0


def _decide(namespace: argparse.Namespace) -> int:
    from photodouble.takes.standing import Decision, decide

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    person = artist_name(namespace.by, load_settings(store.root).settings)
    decide(store.root, Decision(take.take_id, namespace.word, person))
    if namespace.json:
        tell_json({"take": take.take_id, "word": namespace.word, "person": person})
    else:
        tell(f"{take.label}: {namespace.word} noted for {person}.")
    return 0
