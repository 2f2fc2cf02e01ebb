"""`photodouble deage performance` and `look`: what a take did to the performance, and looks kept of it."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, stopping
from .telling import tell, tell_json, telling


def add_performance(actions: Any) -> None:
    """Add `performance` to `photodouble deage`."""
    text = "Compare mouth, lids and brows of a take's plate and result, and draw their movements."
    parser = actions.add_parser("performance", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument("--picture", default="performance.png", metavar="FILE", help="The PNG to write.")
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_performance)


def add_look(actions: Any) -> None:
    """Add `look` to `photodouble deage`."""
    text = "Keep the look of a hero frame by name, and hold other takes against it."
    parser = actions.add_parser("look", help=text, description=text)
    inner = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    text = "Save the dials, the age map and the figures of a take's hero frame."
    save = inner.add_parser("save", help=text, description=text)
    save.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    save.add_argument("--name", required=True, metavar="NAME", help="What the look is called.")
    save.add_argument("--to", required=True, metavar="FOLDER", help="Where looks are kept.")
    save.add_argument(
        "--frame", type=int, default=0, metavar="FRAME", help="The hero frame; default: the middle one."
    )
    save.set_defaults(call=_save)
    text = "Say how far a take is from a look, in stops, and in what."
    against = inner.add_parser("drift", help=text, description=text)
    against.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    against.add_argument("look", metavar="FILE", help="The look, such as hero.look.json.")
    against.set_defaults(call=_drift)
    for one in (save, against):
        add_root_flag(one)
        one.add_argument("--json", action="store_true", help="Answer as JSON.")


def _save(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_look import save_look
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress

    take = found_take(namespace.take, store_of(namespace))
    folder = Path(absolute(namespace.to))
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(lambda done, of, note: say(Progress(done, of, note)), stop.is_set)
        made = save_look(take, namespace.name, folder, report, frame=namespace.frame)
    if namespace.json:
        tell_json(made)
        return 0
    tell(f"Wear it in another shot: --look {shlex.quote(made['look'])}")
    tell(f"Look at: {made['picture']}")
    return 0


def _drift(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_look import look_drift
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress

    take = found_take(namespace.take, store_of(namespace))
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(lambda done, of, note: say(Progress(done, of, note)), stop.is_set)
        found = look_drift(take, Path(absolute(namespace.look)), report)
    if namespace.json:
        tell_json(found)
        return 0
    for row in found["frames"]:
        what = row["worst"]["what"].replace("_", " ")
        tell(f"Frame {row['frame']}: {what} {row['worst']['stops']:+.2f} stops")
    tell("It drifts from the look." if found["seen"] else "It keeps the look.")
    return 0


def _performance(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_performance import performance
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress

    take = found_take(namespace.take, store_of(namespace))
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(lambda done, of, note: say(Progress(done, of, note)), stop.is_set)
        found = performance(take, report, picture=Path(absolute(namespace.picture)))
    if namespace.json:
        tell_json(found)
        return 0
    for name, one in found["movements"].items():
        said = "does not move"
        if one["agreement"] is not None:
            said = f"agrees to {one['agreement']:.4f} and is {one['share']:.0%} as large"
        tell(f"{name.capitalize()}: {said}")
    doubt = "Not every movement agrees to 0.99 and is 95 % to 105 % as large. Look at the curves."
    tell("The performance is kept." if found["kept"] else doubt)
    tell(f"Look at: {found['picture']}")
    return 0
