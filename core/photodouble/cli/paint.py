"""`photodouble paint`: send a frame to an outside paint program, and take it back as the artist's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, add_job_flags
from .paint_in import PAINT, take_back
from .reading import whole_number
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.image.frame import Frame
    from photodouble.takes.store import TakeStore


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
    back.set_defaults(call=take_back, frames="")


def _out(namespace: argparse.Namespace) -> int:
    from photodouble.ops.paint import paint_out

    store = store_of(namespace)
    frame = _take_frame(namespace, store) if namespace.take else _plate_frame(namespace)
    settings = load_settings(store.root).settings
    encoding = namespace.encoding or settings.paint_colourspace or "sRGB"
    name = f"{frame.picture.path.with_suffix('').name}.paint.tif"
    path = Path(absolute(namespace.file)) if namespace.file else store.root / PAINT / name
    if path.exists() and not namespace.overwrite:
        raise ArtistError(
            "input.output_exists",
            "The file to paint already exists",
            f"{path} is already there and may hold somebody's strokes.",
            "Choose another --file, or add --overwrite.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = paint_out(frame, path, encoding=encoding)
    if namespace.json:
        tell_json({"file": str(path), "sheet": str(sheet), "frame": namespace.frame})
    else:
        if not namespace.take:
            tell(
                "Everything inside the matte will be taken from the painted picture. To keep what was filled "
                "and add strokes to it, paint on a take: --take."
            )
        tell(f"Paint on {path} and save it under the same name, beside {sheet.name}.")
        tell(f"Then: photodouble paint in '{path}'")
    return 0


def _take_frame(namespace: argparse.Namespace, store: TakeStore) -> Frame:
    """Read a frame of a take's result in the colour space of its plate."""
    from photodouble.engine.prepare import plate_like

    take = found_take(namespace.take, store)
    folder, request = take.folder, take.request()
    record = take.record(namespace.frame)
    if record is None:
        raise ArtistError(
            "engine.no_take",
            "That frame is not finished",
            f"Frame {namespace.frame} of {folder} is not there.",
            f"Choose a frame of {request.range.to_text()} that is finished.",
        )
    return plate_like(request, folder / record.files["result"].path).read(namespace.frame)


def _plate_frame(namespace: argparse.Namespace) -> Frame:
    from photodouble.image.sequence import Sequence

    if not namespace.plate:
        raise ArtistError(
            "usage.arguments",
            "There is nothing to paint on",
            "Neither a take nor a plate is named.",
            "Add --take and the folder of a take, or --plate and a pattern.",
        )
    plate = Sequence.find(namespace.plate, colourspace=namespace.colourspace)
    plate.require([namespace.frame])
    return plate.read(namespace.frame)
