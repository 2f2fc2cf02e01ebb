"""`photodouble companion`: a matte of the shadow, reflection and contact of what is removed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble.generate.flags import add_flags, add_port_flags
from photodouble.settings import load_settings
from photodouble_client.specs import INPAINT

from .inpaint import add_frame_flags, request_from_flags
from .jobs import absolute, check_pattern, stopping
from .names import add_name_flags
from .reading import number_from
from .telling import tell, tell_json, telling


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Estimate the shadow, reflection and contact of what is removed, as a matte to edit."
    parser = commands.add_parser("companion", help=text, description=text)
    add_port_flags(parser, INPAINT)
    add_frame_flags(parser)
    parser.add_argument(
        "--output", required=True, metavar="PATTERN", help="The matte to write, such as companion.####.exr."
    )
    parser.add_argument(
        "--distance",
        type=number_from(0),
        default=0,
        metavar="PIXELS",
        help="How far around the matte to look; default: half of the matte's longer side.",
    )
    parser.add_argument(
        "--sensitivity",
        type=float,
        default=1.0,
        metavar="NUMBER",
        help="2 finds what is half as strong, 0.5 only what is twice as strong; default 1.",
    )
    parser.add_argument(
        "--keep-in-picture",
        default="",
        metavar="KINDS",
        help="What stays: any of contact,shadow,reflection.",
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace existing files.")
    parser.add_argument("--view", default="", metavar="NAME", help="The eye to work on.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    add_name_flags(parser)
    add_flags(parser, INPAINT)
    parser.set_defaults(call=_companion, root="", parent="", resume=False, save_request="")


def _companion(namespace: argparse.Namespace) -> int:
    from photodouble.engine.companion import Wanted, write_companion
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress, Warned

    check_pattern(namespace.output)
    resolved = load_settings(Path(namespace.output).expanduser())
    request = request_from_flags(namespace, resolved)
    wanted = Wanted(
        absolute(namespace.output),
        namespace.distance,
        namespace.sensitivity,
        tuple(word.strip() for word in namespace.keep_in_picture.split(",") if word.strip()),
        namespace.overwrite,
    )
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)),
            should_stop=stop.is_set,
            on_warning=lambda text: say(Warned(text)),
        )
        written = write_companion(request, wanted, resolved.settings, report)
    if namespace.json:
        tell_json(written.to_json())
        return 0
    count = len(written.frames)
    said = [f"{kind} in {frames} of {count} frames" for kind, frames in written.found.items() if frames]
    tell(f"Found {', '.join(said)}." if said else "Nothing was found around the matte.")
    tell(f"Look at: {written.sheet}")
    tell(f"Edit {written.pattern} if need be, then remove both: photodouble inpaint ... --companion")
    return 0
