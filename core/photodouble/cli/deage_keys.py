"""`photodouble deage keys`: key frames of a take go out to be fixed by hand."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, stopping
from .telling import tell, tell_json

_KINDS = ("tif", "png", "exr")


def add_keys(actions: Any) -> None:
    """Add `keys` to `photodouble deage`."""
    text = "Write the key frames of a take as pictures to paint on, such as those that a model painted."
    parser = actions.add_parser("keys", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument("--to", required=True, metavar="FOLDER", help="Where the pictures are written.")
    parser.add_argument("--frames", default="", metavar="FRAMES", help="Which frames; default: every key.")
    parser.add_argument(
        "--kind", choices=_KINDS, default="tif", help="What is written; default: 16-bit TIFF."
    )
    parser.add_argument(
        "--encoding", default="", metavar="NAME", help="The colour space to paint in; default: sRGB."
    )
    parser.add_argument("--overwrite", action="store_true", help="Replace existing files.")
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_keys)


def _keys(namespace: argparse.Namespace) -> int:
    from photodouble.engine.deage_keys import send_out_keys
    from photodouble.ops.operation import Reporter
    from photodouble.settings import load_settings
    from photodouble_client.frames import FrameRange

    store = store_of(namespace)
    take = found_take(namespace.take, store)
    with stopping() as stop:
        sent = send_out_keys(
            take,
            Path(absolute(namespace.to)),
            load_settings(store.root).settings,
            Reporter(should_stop=stop.is_set),
            frames=tuple(FrameRange.from_text(namespace.frames)),
            kind=namespace.kind,
            encoding=namespace.encoding,
            overwrite=namespace.overwrite,
        )
    if namespace.json:
        tell_json(sent)
        return 0
    for one in sent["frames"]:
        tell(f"Frame {one['frame']}{', painted by the model' if one['by_model'] else ''}: {one['file']}")
    tell("Paint on those you want to change, and take each of them back:")
    for one in sent["frames"]:
        tell(f"  photodouble paint in {shlex.quote(one['file'])} --to {shlex.quote(one['back'])}")
    keys = f"--keys {shlex.quote(sent['keys'])} --key-frames {sent['key_frames']}"
    tell(f"Then run the same again with {keys}.")
    return 0
