"""`photodouble track` and `photodouble shapes`: follow what moves, and turn drawn shapes into mattes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .jobs import absolute, stopping
from .telling import tell, tell_json, telling

if TYPE_CHECKING:
    from photodouble.engine.tracking import Plate, Tracked
    from photodouble.ops.operation import Reporter


def add(commands: Any) -> None:
    """Add both commands to the command line."""
    text = "Follow points, or a flat thing by its corners, through a plate."
    parser = commands.add_parser("track", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    text = "Follow a sign, a screen or a wall by its four corners."
    plane = _on_plate(actions, "plane", text, _plane)
    plane.add_argument(
        "--corners",
        required=True,
        metavar="X,Y",
        nargs=4,
        help="The corners on the reference frame: top left, top right, bottom right, bottom left, in pixels "
        "from the left and upper edge.",
    )
    points = _on_plate(actions, "points", "Follow points.", _points)
    points.add_argument(
        "--points",
        required=True,
        metavar="X,Y",
        nargs="+",
        help="The points on the reference frame, in pixels from the left and upper edge.",
    )
    _add_shapes(commands)


def _add_shapes(commands: Any) -> None:
    text = "Write drawn shapes as a matte sequence in the size of a plate."
    parser = commands.add_parser("shapes", help=text, description=text)
    parser.add_argument("shapes", metavar="FILE", help="The document of shapes, a JSON file.")
    _add_common(parser, "The matte to write, such as matte.####.exr.")
    parser.add_argument(
        "--track", default="", metavar="FILE", help="The track of a plane that carries the shapes along."
    )
    parser.add_argument(
        "--keyed",
        action="store_true",
        help="With a track: every key is drawn on its own frame, not on the track's reference frame.",
    )
    parser.add_argument(
        "--shutter",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="Blur motion over this share of a frame's time: 0.5 is 180 degrees. Default: 0.",
    )
    parser.set_defaults(call=_shapes)


def _on_plate(
    actions: Any, name: str, text: str, call: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    _add_common(parser, "The track to write, a JSON file; a picture of it is written beside it.")
    parser.add_argument(
        "--reference",
        default="",
        metavar="FRAME",
        help="The frame on which the places are given; default: the first.",
    )
    parser.add_argument(
        "--colourspace", "--colorspace", default="", metavar="NAME", help="The plate's colour space."
    )
    parser.add_argument(
        "--undistort", default="", metavar="PATTERN", help="The ST map that takes the lens's distortion off."
    )
    parser.add_argument("--redistort", default="", metavar="PATTERN", help="The ST map that puts it back.")
    parser.set_defaults(call=call)
    return parser


def _add_common(parser: argparse.ArgumentParser, output: str) -> None:
    parser.add_argument(
        "--plate", required=True, metavar="PATTERN", help="The plate, such as plate.####.exr."
    )
    parser.add_argument("--output", required=True, metavar="FILE", help=output)
    parser.add_argument(
        "--frames", default="", metavar="FRAMES", help="The frames; default: the whole plate."
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace existing files.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")


def _plane(namespace: argparse.Namespace) -> int:
    from photodouble.engine.tracking import write_plane_track

    return _followed(namespace, write_plane_track, namespace.corners)


def _points(namespace: argparse.Namespace) -> int:
    from photodouble.engine.tracking import write_point_tracks

    return _followed(namespace, write_point_tracks, namespace.points)


def _followed(namespace: argparse.Namespace, write: Callable[..., Tracked], places: list[str]) -> int:
    """Follow the places that were given through the plate, and tell what came of it."""
    from photodouble.engine.tracking import places_from_text, reference_of

    def work(report: Reporter) -> Tracked:
        plate = _plate(namespace)
        return write(
            plate,
            places_from_text(" ".join(places)),
            Path(absolute(namespace.output)),
            report,
            reference=reference_of(plate, namespace.reference),
            overwrite=namespace.overwrite,
        )

    return _told(namespace, work)


def _shapes(namespace: argparse.Namespace) -> int:
    from photodouble.engine.tracking import Plate, write_shapes
    from photodouble_client.errors import ArtistError

    if not 0 <= namespace.shutter <= 1:
        raise ArtistError(
            "usage.bad_value",
            "The shutter is out of range",
            f"{namespace.shutter:g} is not a share of a frame's time.",
            "Give a number from 0 to 1; 0.5 is 180 degrees.",
        )
    with _reporting(namespace) as report:
        written = write_shapes(
            Path(absolute(namespace.shapes)),
            Plate.find(absolute(namespace.plate), namespace.frames),
            absolute(namespace.output),
            report,
            shutter=namespace.shutter,
            track=Path(absolute(namespace.track)) if namespace.track else None,
            is_keyed=namespace.keyed,
            overwrite=namespace.overwrite,
        )
    if namespace.json:
        tell_json({"matte": absolute(namespace.output), "frames": len(written)})
    else:
        tell(f"Wrote {len(written)} frames of matte to {namespace.output}")
    return 0


def _plate(namespace: argparse.Namespace) -> Plate:
    from photodouble.engine.tracking import Plate

    return Plate.find(
        absolute(namespace.plate),
        namespace.frames,
        colourspace=namespace.colourspace,
        undistort=absolute(namespace.undistort) if namespace.undistort else "",
        redistort=absolute(namespace.redistort) if namespace.redistort else "",
    )


def _told(namespace: argparse.Namespace, work: Callable[[Reporter], Tracked]) -> int:
    from photodouble_client.frames import FrameRange

    with _reporting(namespace) as report:
        tracked = work(report)
    if namespace.json:
        tell_json(tracked.to_json())
        return 0
    if tracked.lost:
        tell(f"Not found on frames {FrameRange(tracked.lost).to_text()}.")
    tell(f"Track: {tracked.document}")
    tell(f"Look at: {tracked.picture}")
    return 0


@contextmanager
def _reporting(namespace: argparse.Namespace) -> Iterator[Reporter]:
    from photodouble.ops.operation import Reporter, Stopped
    from photodouble_client.errors import ArtistError
    from photodouble_client.events import Progress

    with stopping() as stop, telling(quiet=namespace.json) as say:
        try:
            yield Reporter(
                on_progress=lambda done, of, note: say(Progress(done, of, note)), should_stop=stop.is_set
            )
        except Stopped:
            raise ArtistError(
                "engine.stopped", "The work was stopped", "Nothing was written.", "Start it again."
            ) from None
