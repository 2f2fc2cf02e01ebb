"""`photodouble pictures`: a wipe, a difference, a sheet or a thumbnail of a take, as PNG."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings

from .finding import TAKE_HELP, add_root_flag, found_beside, found_take, store_of
from .reading import number_from, whole_number
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.takes.compare import Comparison

SIDE_HELP = "plate, result, or another take, whose result it then is."
ALONE_HELP = "plate, result, matte, origin, confidence, or another take, whose result it then is."


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "Write pictures that compare a take with its plate or with another take."
    parser = commands.add_parser("pictures", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    thumbnail = _action(actions, "thumbnail", "Write a small picture of one frame.", _thumbnail, size=480)
    thumbnail.add_argument("--side", default="result", metavar="SIDE", help=f"What is shown: {ALONE_HELP}")
    text = "Write a frame with one picture left and another right of a line."
    wipe = _action(actions, "wipe", text, _wipe)
    _add_sides(wipe)
    wipe.add_argument(
        "--position",
        type=share,
        default=-1.0,
        metavar="SHARE",
        help="Where the line is, from 0 to 1 across; default: through the middle of what differs.",
    )
    text = "Write how two pictures of a frame differ, made stronger so that it can be seen."
    difference = _action(actions, "difference", text, _difference)
    _add_sides(difference)
    difference.add_argument("--gain", type=_gain, default=8.0, metavar="TIMES", help="Default 8.")
    difference.add_argument(
        "--signed", action="store_true", help="Mid grey where both are equal; otherwise black."
    )
    text = "Write one row of pictures per frame: left, right and their difference."
    _add_sides(_action(actions, "sheet", text, _sheet, size=480, many=True))


def _action(
    actions: Any,
    name: str,
    text: str,
    call: Callable[[argparse.Namespace], int],
    *,
    size: int = 960,
    many: bool = False,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    if many:
        parser.add_argument("frames", metavar="FRAMES", help="The frames, such as 1001,1010-1012.")
    else:
        parser.add_argument("frame", type=whole_number, metavar="FRAME", help="The frame number.")
    parser.add_argument(
        "--size",
        type=number_from(16),
        default=size,
        metavar="PIXELS",
        help=f"The longer side of a picture at most; default {size}.",
    )
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call)
    return parser


def _add_sides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--left", default="plate", metavar="SIDE", help=f"{SIDE_HELP} Default: plate.")
    parser.add_argument("--right", default="result", metavar="SIDE", help=f"{SIDE_HELP} Default: result.")


def _thumbnail(namespace: argparse.Namespace) -> int:
    return _told(namespace, _comparison(namespace).thumbnail(namespace.frame, namespace.side))


def _wipe(namespace: argparse.Namespace) -> int:
    made = _comparison(namespace).wipe(namespace.frame, namespace.left, namespace.right, namespace.position)
    return _told(namespace, made)


def _difference(namespace: argparse.Namespace) -> int:
    made = _comparison(namespace).difference(
        namespace.frame, namespace.left, namespace.right, gain=namespace.gain, signed=namespace.signed
    )
    return _told(namespace, made)


def _sheet(namespace: argparse.Namespace) -> int:
    from photodouble_client.frames import FrameRange

    frames = list(FrameRange.from_text(namespace.frames))
    return _told(namespace, _comparison(namespace).sheet(frames, namespace.left, namespace.right))


def _comparison(namespace: argparse.Namespace) -> Comparison:
    from photodouble.takes.compare import Comparison

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    settings = load_settings(store.root).settings
    return Comparison(take, lambda name: found_beside(name, take, store), settings, namespace.size)


def _told(namespace: argparse.Namespace, picture: Path) -> int:
    if namespace.json:
        tell_json({"picture": str(picture)})
    else:
        tell(str(picture))
    return 0


def share(text: str) -> float:
    """Read a number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return number


def _gain(text: str) -> float:
    gain = _number(text)
    if not 0.125 <= gain <= 1024:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.125 and 1024")
    return gain


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
