"""`photodouble edit shots`: which frames of which media every shot of a cut shows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .edit_finding import add_cut, add_finding_flags, finder_of, naming_of, settings_near
from .edit_table import table_lines
from .reading import number_from
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.edit.shot import Shot

_NAMED = 4
"""How many shots are named before one that warns of the same thing."""


def add(actions: Any) -> None:
    """Add `shots` to `photodouble edit`."""
    text = "List the shots of a cut: which frames of which media each one shows."
    parser = actions.add_parser("shots", help=text, description=text)
    add_cut(parser)
    parser.add_argument(
        "--handles",
        type=number_from(0),
        default=8,
        metavar="FRAMES",
        help="Record frames wanted beyond both ends of each clip; default: 8.",
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    add_finding_flags(parser)
    parser.set_defaults(call=_shots)


def _shots(namespace: argparse.Namespace) -> int:
    from photodouble.edit.read import read_edit
    from photodouble.edit.shots import listing

    found = listing(
        read_edit(Path(namespace.file), rate=namespace.rate),
        handles=namespace.handles,
        names=naming_of(namespace),
        finder=finder_of(namespace, settings_near(namespace.file)),
    )
    if namespace.json:
        tell_json([shot.to_json() for shot in found.shots])
    elif not found.shots:
        tell("There is no clip in this cut.")
    else:
        _tell_table(found.shots)
    for note in found.notes:
        print(note, file=sys.stderr)
    return 0


def _tell_table(shots: tuple[Shot, ...]) -> None:
    heads = ("SHOT", "TRACK", "RECORD", "MEDIA", "HANDLES", "SPEED", "RATE", "FILE")
    for line in table_lines([heads, *(_row(shot) for shot in shots)]):
        tell(line)
    told: dict[str, list[str]] = {}
    for shot in shots:
        for warning in shot.warnings:
            told.setdefault(warning, []).append(shot.name or shot.clip.name or "A clip")
    for warning, names in told.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        tell(f"{', '.join(dict.fromkeys(names[:_NAMED]))}{more}: {warning}")


def _row(shot: Shot) -> tuple[str, ...]:
    timing = shot.timing
    media = f"{timing.media_first}-{timing.media_last}" if timing.frame_map else "refused"
    return (
        shot.name or "(no name)",
        shot.track,
        f"{timing.record_first}-{timing.record_last}",
        media,
        f"{timing.handle_head}+{timing.handle_tail}",
        f"{float(timing.speed):.0%}" if timing.speed.denominator == 1 else f"{float(timing.speed):.1%}",
        f"{float(shot.rate):.3f}".rstrip("0").rstrip("."),
        Path(shot.media.pattern.replace("\\", "/")).name or shot.media.kind,
    )
