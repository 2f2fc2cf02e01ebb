"""`photodouble paint`: send a frame to an outside paint program, and take it back as the artist's own."""

from __future__ import annotations

import argparse
from typing import Any

from photodouble.settings import load_settings

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import add_job_flags
from .paint_in import take_painted_back
from .reading import whole_number
from .telling import tell, tell_json


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = "Send a frame out for painting, and take it back."
    parser = commands.add_parser("paint", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    text = (
        "Write a frame for an outside paint program: 16-bit TIFF or PNG in a display or log encoding, or EXR."
    )
    out = actions.add_parser("out", help=text, description=text)
    out.add_argument("frame", type=whole_number, metavar="FRAME", help="The frame number.")
    out.add_argument("--take", default="", metavar="TAKE", help=f"Paint on the result of a take. {TAKE_HELP}")
    add_root_flag(out)
    out.add_argument("--plate", default="", metavar="PATTERN", help="Paint on this plate.")
    out.add_argument(
        "--colourspace", "--colorspace", default="", metavar="NAME", help="The plate's colour space."
    )
    out.add_argument(
        "--file",
        default="",
        metavar="FILE",
        help="The file to write; its suffix says which kind. Default: a TIFF in the folder 'paint' where the "
        "takes are kept.",
    )
    out.add_argument(
        "--encoding", default="", metavar="NAME", help="The colour space to paint in; default: sRGB."
    )
    out.add_argument("--overwrite", action="store_true", help="Replace an existing file.")
    out.add_argument("--json", action="store_true", help="Answer as JSON.")
    out.set_defaults(call=_out)
    text = "Take a painted frame back: the frame is the artist's, everything else follows."
    back = actions.add_parser("in", help=text, description=text)
    back.add_argument("file", metavar="FILE", help="The painted file; its .paint.json must lie beside it.")
    back.add_argument(
        "--to",
        default="",
        metavar="FILE",
        help="Where the override is written; default: the folder 'paint' where the takes are kept, or "
        "beside FILE for a plate.",
    )
    back.add_argument("--run", action="store_true", help="Make the new take at once.")
    add_job_flags(back)
    back.set_defaults(call=take_painted_back, frames="")


def _out(namespace: argparse.Namespace) -> int:
    from photodouble.engine.painting import plate_frame, send_out, take_frame

    store = store_of(namespace)
    if namespace.take:
        frame = take_frame(found_take(namespace.take, store), namespace.frame)
    else:
        frame = plate_frame(namespace.plate, namespace.frame, namespace.colourspace)
    sent = send_out(
        frame,
        store.root,
        load_settings(store.root).settings,
        file=namespace.file,
        encoding=namespace.encoding,
        overwrite=namespace.overwrite,
    )
    if namespace.json:
        tell_json(sent.to_json())
        return 0
    if not namespace.take:
        tell(
            "Everything inside the matte will be taken from the painted picture. To keep what was filled "
            "and add strokes to it, paint on a take: --take."
        )
    tell(f"Paint on {sent.file} and save it under the same name, beside {sent.sheet.name}.")
    tell(f"Then: photodouble paint in '{sent.file}'")
    return 0
