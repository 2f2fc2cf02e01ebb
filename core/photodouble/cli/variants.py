"""`photodouble variants`: the same key frames under several seeds, to choose one from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble.generate.flags import add_flags, add_port_flags
from photodouble.settings import ResolvedSettings, load_settings
from photodouble_client.request import JobRequest
from photodouble_client.specs import INPAINT

from .inpaint import add_frame_flags, request_from_flags
from .jobs import absolute, stopping
from .names import add_name_flags
from .reading import number_from
from .telling import tell, tell_json, telling


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Show what several seeds invent, side by side; the take with one of them shows the same pixels."
    parser = commands.add_parser("variants", help=text, description=text)
    parser.add_argument(
        "--request", default="", metavar="FILE", help="A request file, in place of the flags of a job."
    )
    add_port_flags(parser, INPAINT)
    add_frame_flags(parser)
    parser.add_argument("--output", required=True, metavar="FILE", help="The sheet to write, a PNG.")
    parser.add_argument(
        "--count", type=number_from(1), default=4, metavar="N", help="How many seeds; default 4."
    )
    parser.add_argument(
        "--seeds",
        default="",
        metavar="SEEDS",
        help="The seeds to try, such as 3,7,20-22; default: from --seed on.",
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace an existing sheet.")
    parser.add_argument("--view", default="", metavar="NAME", help="The eye to work on.")
    parser.add_argument(
        "--root", default="", metavar="FOLDER", help="Where takes are kept; their show's models count."
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    add_name_flags(parser)
    add_flags(parser, INPAINT)
    parser.set_defaults(call=_variants, parent="", resume=False, save_request="", spec=INPAINT)


def _variants(namespace: argparse.Namespace) -> int:
    from photodouble.engine.variants import make_variants, seeds_of
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress, Warned

    resolved = load_settings(Path(namespace.root or namespace.output).expanduser())
    request = _request(namespace, resolved)
    seeds = seeds_of(int(request.values.get("seed", 0)), namespace.count, namespace.seeds)
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)),
            should_stop=stop.is_set,
            on_warning=lambda text: say(Warned(text)),
        )
        sheet = Path(absolute(namespace.output))
        made = make_variants(request, seeds, sheet, resolved.settings, report, overwrite=namespace.overwrite)
    if namespace.json:
        tell_json(made.to_json())
        return 0
    tell(f"Look at: {made.sheet}")
    tell(f"Make the take you like with the same flags and --seed, one of {', '.join(map(str, made.seeds))}.")
    return 0


def _request(namespace: argparse.Namespace, resolved: ResolvedSettings) -> JobRequest:
    """Return the request of a file, or that which the flags ask for."""
    if namespace.request:
        from photodouble.takes.store import read_request

        return read_request(Path(absolute(namespace.request)))
    return request_from_flags(namespace, resolved)
