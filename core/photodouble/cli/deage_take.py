"""`photodouble deage performance`: whether the performance of a take is still the performer's."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, stopping
from .telling import tell, tell_json


def add_performance(actions: Any) -> None:
    """Add `performance` to `photodouble deage`."""
    text = "Compare mouth, lids and brows of a take's plate and result, and draw their movements."
    parser = actions.add_parser("performance", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument("--picture", default="performance.png", metavar="FILE", help="The PNG to write.")
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_performance)


def _performance(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_performance import performance
    from photodouble.ops.operation import Reporter

    take = found_take(namespace.take, store_of(namespace))
    with stopping() as stop:
        report = Reporter(should_stop=stop.is_set)
        found = performance(take, report, picture=Path(absolute(namespace.picture)))
    if namespace.json:
        tell_json(found)
        return 0
    for name, one in found["movements"].items():
        said = "does not move" if one["agreement"] is None else f"agrees to {one['agreement']:.4f}"
        tell(f"{name.capitalize()}: {said}")
    tell("The performance is kept." if found["kept"] else "The performance is not the same: look at it.")
    tell(f"Look at: {found['picture']}")
    return 0
