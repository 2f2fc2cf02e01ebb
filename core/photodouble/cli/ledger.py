"""`photodouble ledger`: look at the history of all work, prove that nothing in it was changed, share it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from photodouble.settings import load_settings

from .finding import add_root_flag
from .telling import tell, tell_json

EXIT_CHANGED = 3


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Show, check and share the history of all work: runs, decisions, consent, models."
    parser = commands.add_parser("ledger", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_verify(actions)
    _add_show(actions)
    _add_export(actions)
    _add_import(actions)


def _add_verify(actions: Any) -> None:
    text = "Say whether every row of the history is as it was written, and none was cut off."
    parser = actions.add_parser("verify", help=text, description=text)
    add_root_flag(parser)
    _finish(parser, _verify)


def _add_show(actions: Any) -> None:
    text = "List what happened, the newest last."
    parser = actions.add_parser("show", help=text, description=text)
    parser.add_argument(
        "--kind", default="", metavar="KIND", help="Only one kind, such as run.finished; run. is every run."
    )
    parser.add_argument("--take", default="", metavar="ID", help="Only what concerns the take of this id.")
    parser.add_argument(
        "--last", type=int, default=20, metavar="N", help="How many of the newest; 0: all of them."
    )
    _finish(parser, _show)


def _add_export(actions: Any) -> None:
    text = "Write the history to a new file of JSON lines, for another machine to take in."
    parser = actions.add_parser("export", help=text, description=text)
    parser.add_argument("path", metavar="FILE", help="The file to write; it must not be there yet.")
    parser.add_argument("--take", default="", metavar="ID", help="Only what concerns the take of this id.")
    _finish(parser, _export)


def _add_import(actions: Any) -> None:
    text = "Take in the history that another machine exported, or that a farm left in a take."
    parser = actions.add_parser("import", help=text, description=text)
    parser.add_argument("path", metavar="PATH", help="An exported file, or the folder of a take.")
    _finish(parser, _import)


def _finish(parser: argparse.ArgumentParser, call: Any) -> None:
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call)


def _verify(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.reading import verified

    facts = verified(load_settings(Path()).settings, namespace.root)
    if namespace.json:
        tell_json(facts)
        return 0 if facts["intact"] else EXIT_CHANGED
    for fault in facts["faults"]:
        tell(f"CHANGED: {fault['of']}: {fault['what']}")
    bad = [fault["row"] for fault in facts["faults"] if fault["of"] == "ledger"]
    if bad:
        tell(_not_whole(min((row for row in bad if row), default=0)))
    else:
        tell(f"{_rows(facts['rows'])}, every one as it was written.")
        tell(_how_far(facts))
    for stranger in facts["strangers"]:
        tell(f"Does not count, because nobody of the show has its key: record {stranger}")
    tell(f"Ledger {facts['ledger']}, {facts['path']}")
    return 0 if facts["intact"] else EXIT_CHANGED


def _not_whole(row: int) -> str:
    """Say up to where a ledger that does not hold is proved, 0: nobody knows, and what to do."""
    proved = ""
    if row > 1:
        proved = (
            f"{'Row 1 is' if row == 2 else f'Rows 1 to {row - 1} are'} as written, later ones not proved. "
        )
    return (
        f"{proved}Bring the file back from a copy. Meanwhile jobs run, and each take keeps its own rows; "
        "nothing is approved or delivered where rows were cut off."
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _how_far(facts: Mapping[str, Any]) -> str:
    """Say for how many rows something outside the ledger stands."""
    if not facts["rows"]:
        return "Nothing has happened yet."
    if not facts["pinned"]:
        return "No signed head and no manifest stands for them yet: a cut tail would not be seen."
    newer = f" After them, {_rows(facts['unpinned'])} could be cut off unseen." if facts["unpinned"] else ""
    return (
        f"Signed heads and manifests of takes ({facts['manifests']} seen) stand for rows 1 to "
        f"{facts['pinned']}.{newer}"
    )


def _show(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.reading import listed, sentence

    rows = listed(load_settings(Path()).settings, namespace.kind, namespace.take, namespace.last)
    if namespace.json:
        tell_json(rows)
        return 0
    for row in rows:
        tell(f"{row['seq']:>6}  {row['ts']}  {row['kind']:<20} {sentence(row)}")
    if not rows:
        tell("Nothing of that kind has happened yet.")
    return 0


def _export(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.reading import exported

    count = exported(load_settings(Path()).settings, Path(namespace.path), namespace.take)
    if namespace.json:
        tell_json({"rows": count, "path": str(Path(namespace.path).absolute())})
    else:
        tell(
            f"Wrote {_rows(count)} to {namespace.path}, with a signed end. They hold names and prompts: "
            "send them with care."
        )
    return 0


def _import(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.reading import imported

    count = imported(load_settings(Path()).settings, Path(namespace.path))
    if namespace.json:
        tell_json({"new": count})
    else:
        tell(f"{_rows(count)} new." if count else "Nothing in it is new.")
    return 0
