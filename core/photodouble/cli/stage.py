"""`photodouble stage`: a take as pictures for a node that only reads, as on Resolve's Color page."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import stopping
from .reading import number_above, whole_number
from .telling import tell, tell_json, telling

if TYPE_CHECKING:
    from photodouble.takes.staged import Staged


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Write the fill of a take in a host's own values and format, for the node that reads it there."
    parser = commands.add_parser("stage", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    add_root_flag(parser)
    parser.add_argument(
        "--space",
        default="",
        metavar="NAME",
        help="How the host holds the picture there: scene-linear, ACEScct, a camera's log such as ARRI LogC3 "
        "(EI800), DaVinci Intermediate, Rec.709, or any name of OpenColorIO. It must be said.",
    )
    parser.add_argument(
        "--format",
        default="",
        metavar="WxH",
        help="Width and height of the timeline, such as 3840x2160; default: those of the take.",
    )
    parser.add_argument(
        "--fit",
        choices=("none", "fit", "fill", "stretch"),
        default="fit",
        help="How the host lays the clip into that format: none (pixel for pixel, in the middle), fit "
        "(default; all of it), fill (no empty edge), stretch.",
    )
    parser.add_argument(
        "--pixel-aspect",
        type=number_above(0),
        metavar="NUMBER",
        help="Width over height of a pixel there; default: 1, or the take's own without --format.",
    )
    parser.add_argument(
        "--compression",
        choices=("none", "zip"),
        default="none",
        help="none (default) is quick to read, zip is small.",
    )
    parser.add_argument(
        "--order",
        default="",
        metavar="FRAMES",
        help="Plate frames in the order played, with commas, for a clip that is reversed or holds frames.",
    )
    parser.add_argument(
        "--begin",
        type=whole_number,
        metavar="FRAME",
        help="The number of the first file; default: that of the frame which it shows.",
    )
    parser.add_argument(
        "--no-origin",
        action="store_false",
        dest="origin",
        help="Leave out where each pixel came from; the files get smaller by a third.",
    )
    parser.add_argument(
        "--view", default="", metavar="NAME", help="The eye of a stereo take; default: the first."
    )
    parser.add_argument(
        "--again", action="store_true", help="Make it anew, beside what the same wish made before."
    )
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_stage)


def _stage(namespace: argparse.Namespace) -> int:
    from photodouble.engine.inbox import door
    from photodouble.ops.operation import Reporter
    from photodouble.takes.node_text import StageWish
    from photodouble.takes.staged import write_staged
    from photodouble.takes.staged_words import format_of, order_of
    from photodouble_client.events import Progress, Warned

    store = store_of(namespace)
    take, settings = found_take(namespace.take, store), load_settings(store.root).settings
    wish = StageWish(
        namespace.space,
        format_of(namespace.format),
        namespace.pixel_aspect,
        namespace.fit,
        namespace.compression,
        order_of(namespace.order),
        namespace.begin,
        namespace.origin,
        namespace.view,
    )
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)),
            should_stop=stop.is_set,
            on_warning=lambda text: say(Warned(text)),
        )
        made = write_staged(
            take, wish, report, again=namespace.again, door=door(settings), threads=settings.threads
        )
    if namespace.json:
        tell_json(made.to_json())
        return 0
    _tell(made)
    return 0


def _tell(made: Staged) -> None:
    said = made.words.words
    x0, y0, x1, y1 = (int(word) for word in said["display"].split())
    size = f"{x1 - x0}x{y1 - y0}"
    frames = f"{said['first']}-{said['last']}"
    tell(f"{'Staged' if made.is_new else 'Staged before:'} frames {frames} in {said['space']}, {size}.")
    if said["state"] != "current":
        tell(f"The take is {said['state']}: {said.get('note', '')}")
    tell("Paste this into the node's field Staged take:")
    tell(str(made.folder))
