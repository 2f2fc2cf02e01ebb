"""`photodouble takes fusion`: a take as nodes for the Fusion page of DaVinci Resolve, or for Fusion."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from .finding import found_take, store_of
from .jobs import absolute
from .telling import tell, tell_json

Action = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]
AS_GROUP = "On the Fusion page: drag the file in, and put it between MediaIn1 and MediaOut1."
AS_COMP = "It is a whole composition: import it on the Fusion page as the one of the clip."


def add_fusion(action: Action) -> None:
    """Add the command to the actions of `photodouble takes`."""
    text = "Write a take for a Fusion page: pictures that a Loader reads, and the nodes that show them."
    parser = action("fusion", text, _fusion)
    parser.add_argument(
        "--output",
        required=True,
        metavar="FILE",
        help="The file to write: a macro, such as sh010.setting, or the whole comp of a clip, sh010.comp.",
    )
    parser.add_argument(
        "--space",
        default="",
        metavar="SPACE",
        help="The colour space in which the picture arrives on the Fusion page: the timeline's in a colour "
        "managed project; default: that of the plate's files, as an unmanaged project has it.",
    )
    parser.add_argument(
        "--begins",
        type=int,
        default=0,
        metavar="FRAME",
        help="The frame of the comp that shows the take's first frame, such as -8 for 8 handles; default: 0.",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="SPEED",
        help="The speed at which the clip plays its media: 2 is twice as fast, -1 backwards; default: 1.",
    )
    parser.add_argument(
        "--at",
        default="",
        metavar="FOLDER",
        help="The folder of the pictures on the machine where they will be read; default: where they are.",
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace an existing file.")


def _fusion(namespace: argparse.Namespace) -> int:
    from photodouble.ops.operation import Reporter
    from photodouble.takes.fusion import FusionWish, write_fusion

    take = found_take(namespace.take, store_of(namespace))
    wish = FusionWish(namespace.space, namespace.begins, namespace.speed, namespace.at)
    output = Path(absolute(namespace.output))
    made = write_fusion(take, output, wish, Reporter(), overwrite=namespace.overwrite)
    if namespace.json:
        tell_json({"take": take.take_id, **made.to_json()})
        return 0
    tell(f"Wrote {made.script}")
    tell(f"It reads {made.fill}, in {made.space}.")
    tell(AS_COMP if output.suffix.lower() == ".comp" else AS_GROUP)
    return 0
