"""`photodouble deage track` and `suggest-keys`: where the face is, and which frames are worth painting."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.specs import DEAGE

from .jobs import absolute, stopping
from .reading import number_from
from .telling import tell, tell_json, telling

if TYPE_CHECKING:
    from photodouble.engine.tracking import Plate
    from photodouble.ops.deage.followed import Sought


def add_track(actions: Any) -> None:
    """Add `track` to `photodouble deage`."""
    text = "Follow the faces of a plate, show them, and write the track of one."
    parser = _on_plate(actions, "track", text, _track)
    parser.add_argument(
        "--output",
        required=True,
        metavar="FILE",
        help="The track to write, a JSON file; beside it a picture.",
    )
    parser.add_argument("--performer", default="", metavar="ID", help="Whose face it is.")
    parser.add_argument("--overwrite", action="store_true", help="Replace existing files.")


def add_suggest(actions: Any) -> None:
    """Add `suggest-keys` to `photodouble deage`."""
    text = "Name the frames of a plate that are worth painting, and what each would gain."
    parser = _on_plate(actions, "suggest-keys", text, _suggest)
    parser.add_argument("--count", type=number_from(1), default=3, metavar="N", help="How many; default: 3.")
    parser.add_argument(
        "--already", default="", metavar="FRAMES", help="Frames that are painted already, such as 1006."
    )


def _on_plate(
    actions: Any, name: str, text: str, call: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--plate", required=True, metavar="PATTERN", help="The plate, such as plate.####.exr."
    )
    parser.add_argument(
        "--frames", default="", metavar="FRAMES", help="The frames; default: the whole plate."
    )
    parser.add_argument(
        "--colourspace", "--colorspace", default="", metavar="NAME", help="The plate's colour space."
    )
    parser.add_argument(
        "--track",
        default="",
        metavar="FILE",
        help="Points to start from, or the track of this or another program: JSON, a Nuke script, or a list.",
    )
    parser.add_argument(
        "--tracker",
        choices=DEAGE.param("tracker").choices,
        default="automatic",
        help=DEAGE.param("tracker").help.replace("%", "%%"),
    )
    parser.add_argument("--face", default="", metavar="ID", help="Which face, where there are several.")
    parser.add_argument("--quiet", action="store_true", help="Say nothing but notes, errors and the result.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=call, performer="")
    return parser


def _track(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_track import write_face_track
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress

    with stopping() as stop, telling(quiet=namespace.quiet or namespace.json) as say:
        report = Reporter(lambda done, of, note: say(Progress(done, of, note)), stop.is_set)
        made = write_face_track(
            _plate(namespace),
            Path(absolute(namespace.output)),
            _sought(namespace),
            report,
            overwrite=namespace.overwrite,
        )
    if namespace.json:
        tell_json(made.to_json())
        return 0
    if made.trouble:
        tell(f"Not to be trusted everywhere: {made.trouble}.")
    tell(f"Track of face {made.chosen}: {made.document}")
    tell(f"Look at: {made.picture}")
    return 0


def _suggest(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_suggest import suggest
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress
    from photodouble_client.frames import FrameRange

    already = tuple(FrameRange.from_text(namespace.already))
    with stopping() as stop, telling(quiet=namespace.quiet or namespace.json) as say:
        report = Reporter(lambda done, of, note: say(Progress(done, of, note)), stop.is_set)
        found = suggest(_plate(namespace), namespace.count, _sought(namespace), report, already=already)
    if namespace.json:
        tell_json(found)
        return 0
    for one in found["keys"]:
        serves = f", for frames {one['serves']}" if one["serves"] else ""
        tell(f"Frame {one['frame']}: {one['gain_db']:+.1f} dB{serves}")
    tell(f"Paint frames {found['frames']}.")
    return 0


def _plate(namespace: argparse.Namespace) -> Plate:
    from photodouble.engine.tracking import Plate

    return Plate.find(namespace.plate, namespace.frames, colourspace=namespace.colourspace)


def _sought(namespace: argparse.Namespace) -> Sought:
    from photodouble.ops.deage.followed import Sought

    file = Path(absolute(namespace.track)) if namespace.track else None
    return Sought(namespace.tracker, file, namespace.face, namespace.performer)
