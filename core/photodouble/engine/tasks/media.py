"""The tasks of a host without a picture library: look at media, write a take as the host reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _look(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.look import look
    from photodouble_client.frames import FrameRange

    return look(
        values["path"], FrameRange.from_text(values["frames"]), report, whole=values["whole"]
    ).to_json()


def _encoded(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.encoded import EncodedWish, write_encoded
    from photodouble.takes.staged_words import order_of

    _, take = opened(values, settings)
    wish = EncodedWish(
        space=values["space"],
        order=order_of(values["order"]),
        first=values["first"] if values["first"] >= 0 else None,
        rate=values["rate"],
        timecode=values["timecode"],
    )
    return write_encoded(take, Path(values["to"]), wish, report).to_json()


MEDIA = (
    Task(
        "media.look",
        "Say what a picture, a sequence or a movie holds, and whether it can be read.",
        (
            Argument("path", "path", "The file or pattern, such as plate.####.exr."),
            Argument("frames", "text", "The frames that should be there; empty: all that are.", ""),
            Argument("whole", "flag", "Read every one of them, not the first alone.", False),
        ),
        _look,
    ),
    Task(
        "takes.encoded",
        "Write the result of a take in a named colour space, in the order in which a clip plays it.",
        (
            TAKE,
            ROOT,
            Argument("to", "path", "The folder to write into: an empty one, or one of this task's."),
            Argument("space", "text", "The colour space; empty: that of the result.", ""),
            Argument("order", "text", "Plate frames in the order played, with commas; empty: all.", ""),
            Argument("first", "whole", "The number of the first file; -1: its frame's.", -1, minimum=-1),
            Argument("rate", "text", "Frames a second, such as 24000/1001; empty: not written.", ""),
            Argument("timecode", "text", "The timecode of the first file; empty: not written.", ""),
        ),
        _encoded,
    ),
)
