"""`photodouble takes`: look at takes, check, measure, pack and clear them away."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .jobs import absolute
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.takes.store import Take, TakeStore


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "List, show, check, measure, archive and prune takes."
    parser = commands.add_parser("takes", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _action(actions, "list", "List the takes, newest first.", _list)
    _action(actions, "show", "Show one take: its range, values, inputs and figures.", _show, take=True)
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
    size = _action(actions, "size", "Say how much room takes use, and how much of it is theirs alone.", _size)
    size.add_argument("take", nargs="?", metavar="TAKE", help="One take; default: all of them.")
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
    prune.add_argument("--keep", type=int, default=1, metavar="N", help="Keep the newest N finished takes.")
    prune.add_argument("--shot", default="", metavar="NAME", help="Look at this shot only.")
    prune.add_argument("--yes", action="store_true", help="Remove them.")
    for word, what in _DECISIONS.items():
        decide = _action(actions, word, what, _decide, take=True)
        decide.add_argument("--by", default="", metavar="NAME", help="The person who decides.")
        decide.set_defaults(word=word)


_DECISIONS = {
    "approve": "Approve a take.",
    "reject": "Take an approval back.",
    "lock": "Keep a take from being pruned.",
    "unlock": "Let a take be pruned again.",
    "use": "Say that a take is in use.",
    "release": "Say that a take is not in use any more.",
}


def _action(
    actions: Any, name: str, text: str, call: Callable[[argparse.Namespace], int], *, take: bool = False
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    if take:
        parser.add_argument(
            "take", metavar="TAKE", help="Its folder, its name as sh010/inpaint/v003, or its id."
        )
    parser.add_argument(
        "--root", default="", metavar="FOLDER", help="Where takes are kept; default: the show's."
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call)
    return parser


def _store(namespace: argparse.Namespace) -> TakeStore:
    from photodouble.takes.naming import Naming
    from photodouble.takes.store import TakeStore

    near = Path(namespace.root or getattr(namespace, "take", None) or ".").expanduser()
    resolved = load_settings(near if near.exists() else Path())
    settings, show = resolved.settings, resolved.show_folder
    if namespace.root:
        root = Path(absolute(namespace.root))
    elif settings.takes_root:
        root = (show or Path.cwd()) / Path(settings.takes_root).expanduser()
    else:
        root = (show or Path.cwd()) / "takes"
    return TakeStore(root, Naming(settings.take_template, settings.file_template))


def _found(namespace: argparse.Namespace, store: TakeStore) -> Take:
    """Return the take a person means; raises ArtistError `engine.no_take`."""
    given = str(namespace.take)
    folder = Path(given).expanduser()
    if folder.is_dir():
        take = store.open(folder.absolute())
        if take is not None:
            return take
    named = [
        take
        for take in store.all()
        if given == take.label or (len(given) >= 6 and take.take_id.startswith(given))
    ]
    if len(named) == 1:
        return named[0]
    raise ArtistError(
        "engine.no_take",
        "There is no such take",
        f"{given!r} is no take in {store.root}." if not named else f"{given!r} names several takes.",
        "See the names with 'photodouble takes list', or give --root.",
    )


def _list(namespace: argparse.Namespace) -> int:
    from photodouble.takes.summary import summaries

    store = _store(namespace)
    rows = summaries(store)
    if namespace.json:
        tell_json([row.to_json() for row in rows])
        return 0
    if not rows:
        tell(f"There are no takes in {store.root}. Give --root where they are elsewhere.")
    for row in rows:
        tell(f"{row.name:<32} {row.status:<24} {row.range.to_text():<14} {row.take_id[:8]}  {row.person}")
    return 0


def _show(namespace: argparse.Namespace) -> int:
    from photodouble.takes.standing import decisions, standing
    from photodouble.takes.summary import mean_figures, summary

    store = _store(namespace)
    take = _found(namespace, store)
    request = take.request()
    defaults = request.spec.defaults
    row = summary(take, standing(decisions(store.root))).to_json()
    row["parent"] = request.parent
    row["inputs"] = {key: stored.path for key, stored in request.inputs.items()}
    row["values"] = {key: value for key, value in request.values.items() if value != defaults.get(key)}
    row["figures"] = mean_figures(take)
    if namespace.json:
        tell_json(row)
        return 0
    for key in ("name", "take", "status", "range", "person", "parent", "folder"):
        tell(f"{key:<10} {row[key]}")
    for title in ("inputs", "values", "figures"):
        tell(title)
        for key, value in row[title].items():
            tell(f"  {key:<20} {value}")
    return 0


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.takes.check import check_take
    from photodouble.takes.store import read_request

    take = _found(namespace, _store(namespace))
    against = read_request(Path(namespace.against)) if namespace.against else None
    changes = check_take(take, against)
    if namespace.json:
        tell_json(
            {"take": take.take_id, "current": not changes, "changes": [one.to_json() for one in changes]}
        )
    elif not changes:
        tell(f"{take.label} is current: nothing it was made from has changed.")
    else:
        tell(f"{take.label} is stale:")
        for change in changes:
            tell(f"  {change.what}: {change.message}")
    return 1 if changes else 0


def _size(namespace: argparse.Namespace) -> int:
    from photodouble.engine.space import megabytes
    from photodouble.takes.prune import take_size

    store = _store(namespace)
    takes = [_found(namespace, store)] if namespace.take else list(store.all())
    rows = [(take, take_size(take)) for take in takes]
    if namespace.json:
        tell_json([{"name": take.label, "bytes": size.total, "own_bytes": size.own} for take, size in rows])
        return 0
    for take, size in rows:
        tell(f"{take.label:<32} {megabytes(size.total):>9}   {megabytes(size.own):>9} its own")
    if len(rows) > 1:
        tell(f"{'together':<32} {'':>9}   {megabytes(sum(size.own for _, size in rows)):>9} their own")
    return 0


def _archive(namespace: argparse.Namespace) -> int:
    from photodouble.takes.archive import archive_take

    take = _found(namespace, _store(namespace))
    target = Path(absolute(namespace.target))
    count = archive_take(take, target, with_analysis=namespace.with_analysis, overwrite=namespace.overwrite)
    if namespace.json:
        tell_json({"take": take.take_id, "files": count, "archive": str(target)})
    else:
        tell(f"Packed and verified {count} files of {take.label}: {target}")
    return 0


def _prune(namespace: argparse.Namespace) -> int:
    from photodouble.engine.space import megabytes
    from photodouble.takes.prune import plan_prune, prune, take_size

    plan = plan_prune(_store(namespace), keep=namespace.keep, shot=namespace.shot)
    size = sum(take_size(take).own for take in plan.go)
    if namespace.yes:
        prune(plan)
    if namespace.json:
        stays = {take.label: list(why) for take, why in plan.stay}
        tell_json(
            {"go": [take.label for take in plan.go], "stay": stays, "bytes": size, "done": namespace.yes}
        )
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
    import os

    from photodouble.takes.standing import Decision, decide

    store = _store(namespace)
    take = _found(namespace, store)
    person = namespace.by or os.environ.get("PHOTODOUBLE_ARTIST", "")
    decide(store.root, Decision(take.take_id, namespace.word, person))
    if namespace.json:
        tell_json({"take": take.take_id, "word": namespace.word, "person": person})
    else:
        tell(f"{take.label}: {namespace.word} noted for {person}.")
    return 0
