"""`photodouble edit diff`, `conform`, `join`: what a new cut changed, and the takes that stay good in it."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .edit_finding import add_finding_flags, finder_of, naming_of, settings_near
from .edit_table import table_lines
from .finding import add_root_flag, store_of
from .jobs import absolute
from .reading import number_from
from .telling import tell, tell_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photodouble.edit.conform_file import Wish
    from photodouble.edit.join import Joined
    from photodouble.edit.known_takes import KnownTakes
    from photodouble.edit.media import MediaFinder
    from photodouble.edit.note import Note

READERS = ("otio", "resolve", "nukestudio", "blender")
_CUT = "OTIO, EDL, Final Cut XML, FCPXML or AAF."


def add(actions: Any) -> None:
    """Add `diff`, `conform` and `join` to `photodouble edit`."""
    text = "Say what a new cut changed, shot by shot, and which frames must be made for it."
    diff = actions.add_parser("diff", help=text, description=text)
    _add_cuts(diff)
    diff.set_defaults(call=_diff)
    text = "Put the takes of the old cut into the new one, and write requests for the frames they lack."
    conform = actions.add_parser("conform", help=text, description=text)
    _add_cuts(conform)
    conform.add_argument(
        "--requests",
        default="",
        metavar="FOLDER",
        help="Where the requests are written; default: a folder beside the output.",
    )
    _add_written(conform, "NEW_conformed.otio")
    conform.set_defaults(call=_conform)
    text = "Find the takes of a cut whose metadata, names and references a program took away."
    join = actions.add_parser("join", help=text, description=text)
    join.add_argument("new", metavar="FILE", help=f"The cut: {_CUT}")
    _add_reading(join)
    _add_written(join, "none, the takes are only listed")
    join.set_defaults(call=_join)
    for parser in (diff, conform, join):
        add_root_flag(parser)
        parser.add_argument("--json", action="store_true", help="Answer as JSON.")


def _add_cuts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help=f"The cut that the work was made for: {_CUT}")
    parser.add_argument("new", metavar="NEW", help="The cut as it is now.")
    _add_reading(parser)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rate", default="", help="Frames per second, for a cut that does not say it.")
    parser.add_argument(
        "--handles",
        type=number_from(0),
        default=8,
        metavar="FRAMES",
        help="Record frames that are made beyond both ends of a clip; default: 8.",
    )
    add_finding_flags(parser)


def _add_written(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--output", default="", metavar="FILE", help=f"The OTIO to write; default: {name}.")
    parser.add_argument("--overwrite", action="store_true", help="Replace an existing file.")
    parser.add_argument(
        "--profile", choices=READERS, default="otio", help="Who reads the file; default: otio, any reader."
    )
    parser.add_argument(
        "--temp", action="store_true", help="Show takes that nobody approved, and mark their clips as temp."
    )


def _diff(namespace: argparse.Namespace) -> int:
    from photodouble.edit.conform_file import compare_files
    from photodouble.edit.difference import summary, table

    old, new = Path(namespace.old), Path(namespace.new)
    found = compare_files(old, new, _known(namespace), _finder(namespace), _wish(namespace))
    notes = tuple(dict.fromkeys((*found.old.notes, *found.new.edit.notes, *found.new.notes)))
    if namespace.json:
        changes = [change.to_json() for change in found.changes]
        tell_json({"changes": changes, "notes": [note.to_json() for note in notes]})
        return 0
    for line in table(found.changes):
        tell(line)
    _tell_notes(notes)
    tell(f"{summary(found.changes).capitalize()}.")
    return 0


def _conform(namespace: argparse.Namespace) -> int:
    from photodouble.edit.conform_file import conform_files
    from photodouble.edit.difference import summary, table

    old, new = Path(namespace.old), Path(namespace.new)
    output = Path(absolute(namespace.output or str(new.with_name(f"{new.stem}_conformed.otio"))))
    done = conform_files(old, new, output, _known(namespace), _finder(namespace), _wish(namespace))
    if namespace.json:
        tell_json(done.to_json())
        return 0
    for line in table(done.made.changes):
        tell(line)
    _tell_takes(done.made.found)
    _tell_notes(done.notes)
    for one, path in zip(done.made.requests, done.requests, strict=True):
        kept = f", {len(one.kept)} are linked from {one.take}" if len(one.kept) else ""
        tell(f"{one.shot}: {len(one.frames)} frames to make ({one.frames.to_text()}){kept}.")
        tell(f"  photodouble run {shlex.quote(str(path))}")
    tell(f"{summary(done.made.changes).capitalize()}.")
    tell(f"Written: {done.file}")
    return 0


def _join(namespace: argparse.Namespace) -> int:
    from photodouble.edit.conform_file import join_file, write_joined

    cut, finder, wish = Path(namespace.new), _finder(namespace), _wish(namespace)
    found = join_file(cut, _known(namespace), finder, wish)
    notes, output = found.notes, namespace.output and Path(absolute(namespace.output))
    if output:
        notes = write_joined(found, cut, output, finder, wish)
    if namespace.json:
        takes = [one.to_json() for one in found.found]
        tell_json({"file": str(output), "takes": takes, "notes": [note.to_json() for note in notes]})
        return 0
    _tell_takes(found.found)
    _tell_notes(notes)
    tell(f"{len({one.clip for one in found.found})} of {len(found.shots)} clips have takes.")
    if output:
        tell(f"Written: {output}")
    return 0


def _tell_takes(found: Iterable[Joined]) -> None:
    rows = [
        (
            one.to_json()["name"] or "unnamed",
            one.take.take.label,
            one.take.state,
            f"known by {one.by}",
            f"lacks {one.missing.to_text()}" if len(one.missing) else "covers the shot",
        )
        for one in found
    ]
    for line in table_lines(rows):
        tell(line)


def _tell_notes(notes: Iterable[Note]) -> None:
    for note in dict.fromkeys(notes):
        tell(str(note))


def _known(namespace: argparse.Namespace) -> KnownTakes:
    from photodouble.edit.known_takes import KnownTakes

    return KnownTakes.of(store_of(namespace))


def _wish(namespace: argparse.Namespace) -> Wish:
    from photodouble.edit.conform_file import Wish

    given = vars(namespace)
    requests = given.get("requests", "")
    return Wish(
        namespace.rate,
        namespace.handles,
        bool(given.get("temp")),
        given.get("profile", "otio"),
        bool(given.get("overwrite")),
        absolute(requests) if requests else "",
        naming_of(namespace),
    )


def _finder(namespace: argparse.Namespace) -> MediaFinder:
    return finder_of(namespace, settings_near(namespace.new))
