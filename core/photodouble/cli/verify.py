"""`photodouble verify`: whose pictures are these, and are they what they were?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.events import Progress
from photodouble_client.frames import FrameRange

from .finding import add_root_flag
from .quieting import libraries_silent
from .telling import Lines, tell, tell_json

if TYPE_CHECKING:
    from photodouble.provenance.origin import Origin
    from photodouble.provenance.verify import Checked, Verified


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Say who made pictures, from what, and whether they are still what they were (exit status 1: not)."
    parser = commands.add_parser("verify", help=text, description=text)
    parser.add_argument(
        "path", metavar="PATH", help="A picture, a sequence such as a.####.exr, a movie, or a folder."
    )
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_verify)


def _verify(namespace: argparse.Namespace) -> int:
    from photodouble.provenance.known import store_around
    from photodouble.provenance.origin import origins_of
    from photodouble.provenance.verify import verify

    store = store_around(namespace.root, namespace.path)
    settings = load_settings(store.root).settings
    with libraries_silent():
        found = verify(namespace.path, store, settings, on_progress=_progress(namespace.json))
    origins = {one.take_id: one for one in origins_of(found.takes, store, settings)}
    if namespace.json:
        tell_json({**found.to_json(), "takes": [one.to_json() for one in origins.values()]})
    else:
        _tell(found, origins)
    return 0 if found.is_intact else 1


def _progress(as_json: bool) -> Callable[[int, int, str], None] | None:
    if as_json or not sys.stderr.isatty():
        return None
    lines = Lines()
    return lambda done, of, note: lines.say(Progress(done, of, note))


def _tell(found: Verified, origins: dict[str, Origin]) -> None:
    for (take_id, output), files in groupby(
        sorted(found.files, key=lambda one: (one.take_id, one.output)), lambda one: (one.take_id, one.output)
    ):
        origin = origins.get(take_id)
        name = (
            origin.label
            if origin is not None
            else f"take {take_id[:8]}, which is not here"
            if take_id
            else "no take"
        )
        for line in _states(list(files)):
            tell(f"{name}{' ' + output if output else ''}: {line}")
    for origin in origins.values():
        tell(f"{origin.label}: {origin.sentence}")
        by = f" by {origin.decided_by}" if origin.decided_by else ""
        tell(f"{origin.label}: consent {origin.consent}; {origin.decision}{by}")
        for notice in origin.notices:
            tell(f"{origin.label}: notice: {notice}")
    for fault in found.faults:
        tell(fault)
    first = found.first_bad
    if first is not None:
        tell(f"First bad: {first.path}: {first.state}, {first.why}.")
    count = len(found.files)
    tell(
        f"{'Intact' if found.is_intact else 'NOT INTACT'}: {count} files in {found.seconds:.1f} s, "
        f"{found.frames_per_second:.0f} frames a second."
    )
    if found.elsewhere:
        tell(f"Also, in this store: {'; '.join(found.elsewhere)}.")


def _states(files: list[Checked]) -> list[str]:
    """Sum up the files of one sequence: a line for each state, with its frames."""
    from photodouble.provenance.verify import SAME

    lines = []
    for state in dict.fromkeys(one.state for one in files):
        of_it = [one for one in files if one.state == state]
        numbers = FrameRange(sorted({one.frame for one in of_it if one.frame is not None})).to_text()
        said = f": {of_it[0].why}" if state == SAME and not numbers and of_it[0].why else ""
        shown = f"frames {numbers}" if numbers else of_it[0].path.name
        lines.append(f"{state}, {shown} ({len(of_it)}){said}")
    return lines
