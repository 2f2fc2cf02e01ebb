"""`photodouble crowd lock`: people who stay as they are."""

from __future__ import annotations

import argparse
from typing import Any

from photodouble_client.events import Warned

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import stopping
from .telling import tell, tell_json, telling


def add_lock(actions: Any) -> None:
    """Add the action to `photodouble crowd`."""
    text = "Keep people of a take as they are, in its crowd file, whatever the seed becomes."
    parser = actions.add_parser("lock", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument(
        "--agents", nargs="+", required=True, metavar="NAME", help="The people, such as north/3/12/27."
    )
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_lock)


def _lock(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_lock import lock_people
    from photodouble.ops.operation import Reporter

    take = found_take(namespace.take, store_of(namespace))
    with stopping() as stop, telling(quiet=True) as say:
        report = Reporter(should_stop=stop.is_set, on_warning=lambda said: say(Warned(said)))
        found = lock_people(take, namespace.agents, report)
    if namespace.json:
        tell_json(found)
        return 0
    tell(f"{found['locked']} people stay as they are: {found['crowd']}")
    return 0
