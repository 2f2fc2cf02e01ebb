"""`photodouble edit push`, `check`, `strip`: takes into a cut, whether it may leave, a strip for review."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .edit_finding import add_cut, add_finding_flags, finder_of, naming_of, settings_near
from .finding import TAKE_HELP, add_root_flag, found_take
from .jobs import absolute, stopping
from .telling import tell, tell_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photodouble.edit.edit import Edit
    from photodouble.edit.media import MediaFinder
    from photodouble.edit.note import Note

READERS = ("otio", "resolve", "nukestudio", "blender")
SEQUENCES = ("sequence", "brackets", "hashes", "percent", "first")
NOT_FINAL = 1
"""The exit status of `check` when a clip may not be final."""


def add(actions: Any) -> None:
    """Add `push`, `check` and `strip` to `photodouble edit`."""
    _add_push(actions)
    _add_check(actions)
    _add_strip(actions)


def _add_push(actions: Any) -> None:
    text = "Put takes into a cut: a new file, in which every clip keeps its plate."
    parser = actions.add_parser("push", help=text, description=text)
    add_cut(parser)
    parser.add_argument(
        "--take",
        dest="takes",
        action="append",
        required=True,
        metavar="TAKE",
        help=f"{TAKE_HELP} Repeatable.",
    )
    _add_shots(parser)
    parser.add_argument(
        "--temp", action="store_true", help="Show takes that nobody approved, and mark their clips as temp."
    )
    parser.add_argument(
        "--picture", default="result", metavar="OUTPUT", help="Which output; default: result."
    )
    parser.add_argument(
        "--offset",
        type=int,
        default=None,
        metavar="FRAMES",
        help="What is added to the cut's media frames for those of the take, where the plate was renumbered.",
    )
    _add_written(parser, "FILE_takes.otio")
    parser.set_defaults(call=_push)


def _add_check(actions: Any) -> None:
    text = "List the clips of a cut whose takes are temp, not approved, stale, missing or too short."
    parser = actions.add_parser("check", help=text, description=text)
    add_cut(parser)
    parser.add_argument(
        "--final",
        action="store_true",
        help=f"Check all that a delivery checks; ends with status {NOT_FINAL} if a clip may not be final.",
    )
    add_finding_flags(parser)
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_check)


def _add_strip(actions: Any) -> None:
    text = "Write a review strip of a cut with takes in it: plate and takes stacked, shot after shot."
    parser = actions.add_parser("strip", help=text, description=text)
    add_cut(parser)
    _add_shots(parser)
    parser.add_argument("--all", action="store_true", help="Also clips that have no take.")
    _add_written(parser, "FILE_review.otio")
    parser.set_defaults(call=_strip)


def _add_shots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shot",
        dest="shots",
        action="append",
        default=[],
        metavar="NAME",
        help="Only this clip. Repeatable.",
    )


def _add_written(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--output", default="", metavar="FILE", help=f"The OTIO to write; default: {name}.")
    parser.add_argument("--overwrite", action="store_true", help="Replace an existing file.")
    parser.add_argument(
        "--profile", choices=READERS, default="otio", help="Who reads the file; default: otio, any reader."
    )
    parser.add_argument(
        "--sequences",
        choices=("", *SEQUENCES),
        default="",
        help="How image sequences are written, if not as the reader wants them.",
    )
    add_finding_flags(parser)
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")


def _push(namespace: argparse.Namespace) -> int:
    from photodouble.edit.profiles import check_target
    from photodouble.edit.push import PushWish, push
    from photodouble.edit.read import read_edit
    from photodouble.edit.take_media import media_of_stores
    from photodouble.takes.finding import store_at

    edit = read_edit(namespace.file, rate=namespace.rate)
    target = _target(namespace, edit, "takes")
    check_target(edit, target, overwrite=namespace.overwrite)
    stores = [store_at(namespace.root, given) for given in namespace.takes]
    takes = [(found_take(given, store), store) for given, store in zip(namespace.takes, stores, strict=True)]
    media = media_of_stores(takes, namespace.picture)
    finder = finder_of(namespace, settings_near(namespace.file))
    wish = PushWish(namespace.temp, tuple(namespace.shots), namespace.offset)
    pushed = push(edit, media, wish, finder=finder, names=naming_of(namespace))
    return _written(namespace, pushed, target, finder, pushed.notes[len(edit.notes) :])


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.edit.check import check_edit, wrong
    from photodouble.edit.read import read_edit
    from photodouble.edit.taken import TakeFinder
    from photodouble.ops.operation import Reporter

    edit = read_edit(namespace.file, rate=namespace.rate)
    takes = TakeFinder(absolute(namespace.root) if namespace.root else "")
    listing = {"finder": finder_of(namespace, settings_near(namespace.file)), "names": naming_of(namespace)}
    with stopping() as stop:
        report = Reporter(should_stop=stop.is_set)
        found = check_edit(edit, final=namespace.final, takes=takes, report=report, **listing)
    bad = wrong(found)
    if namespace.json:
        tell_json({"clips": [one.to_json() for one in found], "final": not bad})
    else:
        for one in found:
            state = (
                "approved" if one.state == "approved" and not one.findings else one.state.replace("_", " ")
            )
            tell(
                f"{one.name or 'unnamed'}  {one.record_first}-{one.record_last}  {one.take or 'plate'}"
                f"  {state}"
            )
            for finding in one.findings:
                tell(f"  {finding.kind}: {' '.join(part for part in (finding.what, finding.fix) if part)}")
        tell(_summed(len(found), len(bad)))
    return NOT_FINAL if bad and namespace.final else 0


def _summed(found: int, bad: int) -> str:
    if not found:
        return "No clip shows or waits for a take."
    return (
        f"{bad} of {found} clips may not be final." if bad else f"All {found} clips with takes are in order."
    )


def _strip(namespace: argparse.Namespace) -> int:
    from photodouble.edit.profiles import check_target
    from photodouble.edit.read import read_edit
    from photodouble.edit.strip import strip_of

    edit = read_edit(namespace.file, rate=namespace.rate)
    target = _target(namespace, edit, "review")
    check_target(edit, target, overwrite=namespace.overwrite)
    finder = finder_of(namespace, settings_near(namespace.file))
    listing = {"finder": finder, "names": naming_of(namespace)}
    made = strip_of(edit, shots=namespace.shots, also_without=namespace.all, **listing)
    return _written(namespace, made, target, finder, made.notes[len(edit.notes) :])


def _target(namespace: argparse.Namespace, edit: Edit, word: str) -> Path:
    beside = edit.path.with_name(f"{edit.path.stem}_{word}.otio")
    return Path(absolute(namespace.output or str(beside)))


def _written(
    namespace: argparse.Namespace, edit: Edit, target: Path, finder: MediaFinder, notes: Iterable[Note]
) -> int:
    from photodouble.edit.profiles import for_players, profile_named, with_sequences, write_edit

    profile = with_sequences(profile_named(namespace.profile), namespace.sequences)
    profile = for_players(profile) if namespace.call is _strip else profile
    said = [*notes, *write_edit(edit, target, profile, overwrite=namespace.overwrite, finder=finder)]
    if namespace.json:
        tell_json({"file": str(target), "profile": profile.name, "notes": [one.to_json() for one in said]})
        return 0
    for one in said:
        tell(str(one))
    tell(f"Written: {target}")
    return 0
