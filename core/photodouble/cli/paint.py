"""`photodouble paint`: send a frame to an outside paint program, and take it back as the artist's own."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, add_job_flags, run_and_tell
from .reading import whole_number
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.image.frame import Frame
    from photodouble.ops.paint import Painted
    from photodouble_client.request import JobRequest


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
        "--file", default="", metavar="FILE", help="The file to write; its suffix says which kind."
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
        "--to", default="", metavar="FILE", help="Where the override is written; default: beside FILE."
    )
    back.add_argument("--run", action="store_true", help="Make the new take at once.")
    add_job_flags(back)
    back.set_defaults(call=_in, frames="")


def _out(namespace: argparse.Namespace) -> int:
    from photodouble.ops.paint import paint_out

    frame = _take_frame(namespace) if namespace.take else _plate_frame(namespace)
    settings = load_settings(Path(namespace.take or namespace.plate)).settings
    encoding = namespace.encoding or settings.paint_colourspace or "sRGB"
    stem = frame.picture.path.with_suffix("").name
    path = Path(absolute(namespace.file or f"{stem}.paint.tif"))
    if path.exists() and not namespace.overwrite:
        raise ArtistError(
            "input.output_exists",
            "The file to paint already exists",
            f"{path} is already there and may hold somebody's strokes.",
            "Choose another --file, or add --overwrite.",
        )
    sheet = paint_out(frame, path, encoding=encoding)
    if namespace.json:
        tell_json({"file": str(path), "sheet": str(sheet), "frame": namespace.frame})
    else:
        tell(f"Paint on {path} and save it under the same name, beside {sheet.name}.")
        tell(f"Then: photodouble paint in '{path}'")
    return 0


def _take_frame(namespace: argparse.Namespace) -> Frame:
    """Read a frame of a take's result in the colour space of its plate."""
    from photodouble.engine.prepare import plate_like

    take = found_take(namespace.take, store_of(namespace))
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


def _in(namespace: argparse.Namespace) -> int:
    from photodouble.ops.paint import paint_in

    file = Path(absolute(namespace.file))
    painted = paint_in(file, _override_path(namespace, file))
    request = _child_request(file, painted)
    saved = painted.path.with_suffix(".request.json")
    if request is not None:
        from photodouble.takes.files import write_json

        write_json(saved, request.to_json())
    if request is not None and namespace.run:
        return run_and_tell(request, load_settings(Path(request.output_root)).settings, namespace, "")
    answer = {"frame": painted.frame, "override": str(painted.path), "pixels": painted.pixels}
    if namespace.json:
        tell_json({**answer, "request": str(saved) if request is not None else ""})
        return 0
    tell(f"Frame {painted.frame}: {painted.pixels} painted pixels, in {painted.path}")
    if request is not None:
        tell(f"Make the new take with: photodouble run '{saved}'")
    else:
        tell(f"Use it with: photodouble inpaint ... --override '{painted.frame}={painted.path}'")
    return 0


def _override_path(namespace: argparse.Namespace, file: Path) -> Path:
    """Return where the override goes: a file of its own each time, because older takes still name theirs."""
    if namespace.to:
        target = Path(absolute(namespace.to))
        if target.exists() and not namespace.overwrite:
            raise ArtistError(
                "input.output_exists",
                "The override already exists",
                f"{target} is already there, and a take may be made from it.",
                "Choose another --to, or add --overwrite.",
            )
        return target
    names = (file.with_suffix(f".override_v{number:03d}.exr") for number in itertools.count(1))
    return next(path for path in names if not path.exists())


def _child_request(file: Path, painted: Painted) -> JobRequest | None:
    """Return the request of a take that was painted on, with the override; None if it was a plain plate."""
    from photodouble.ops.paint import errand_path, with_override
    from photodouble.takes.store import REQUEST, read_request
    from photodouble_client.request import new_take_id

    source = Path(str(json.loads(errand_path(file).read_text(encoding="utf-8"))["source"]))
    stored = source.parent.parent / REQUEST
    if not stored.is_file():
        return None
    return dataclasses.replace(with_override(read_request(stored), painted), take=new_take_id())
