"""Tasks that make pictures to look at: a thumbnail, a wipe, a difference, a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings
    from photodouble.takes.compare import Comparison

Values = Mapping[str, Any]

_SIDE = "plate, result, or another take, whose result it is."
_ALONE = "plate, result, matte, origin, confidence, or another take, whose result it is."


def _comparison(values: Values, settings: Settings) -> Comparison:
    from photodouble.settings import load_settings
    from photodouble.takes.compare import Comparison
    from photodouble.takes.finding import found_beside

    store, take = opened(values, settings)
    look = settings.looking_as(load_settings(store.root).settings)
    return Comparison(take, lambda name: found_beside(name, take, store), look, values["size"])


def _thumbnail(values: Values, settings: Settings, _report: Reporter) -> Any:
    path = _comparison(values, settings).thumbnail(values["frame"], values["side"])
    return {"picture": str(path)}


def _wipe(values: Values, settings: Settings, _report: Reporter) -> Any:
    path = _comparison(values, settings).wipe(
        values["frame"], values["left"], values["right"], values["position"]
    )
    return {"picture": str(path)}


def _difference(values: Values, settings: Settings, _report: Reporter) -> Any:
    path = _comparison(values, settings).difference(
        values["frame"], values["left"], values["right"], gain=values["gain"], signed=values["signed"]
    )
    return {"picture": str(path), "gain": values["gain"]}


def _sheet(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble_client.frames import FrameRange

    frames = list(FrameRange.from_text(values["frames"]))
    path = _comparison(values, settings).sheet(frames, values["left"], values["right"], report)
    return {"picture": str(path)}


def _plate(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.plate_picture import plate_picture

    return plate_picture(
        values["path"], values["frame"], settings, size=values["size"], colourspace=values["colourspace"]
    ).to_json()


_FRAME = Argument("frame", "whole", "The frame number.")
LEFT = Argument("left", "text", f"The left side: {_SIDE}", "plate")
RIGHT = Argument("right", "text", f"The right side: {_SIDE}", "result")


def _size(default: int) -> Argument:
    return Argument(
        "size", "whole", "The longer side, in pixels, at most.", default, minimum=16, maximum=8192
    )


PICTURES = (
    Task(
        "pictures.thumbnail",
        "Write a small picture of one frame.",
        (TAKE, ROOT, _FRAME, Argument("side", "text", f"What is shown: {_ALONE}", "result"), _size(480)),
        _thumbnail,
    ),
    Task(
        "pictures.wipe",
        "Write a frame with one picture left and another right of a line.",
        (
            TAKE,
            ROOT,
            _FRAME,
            LEFT,
            RIGHT,
            Argument(
                "position",
                "number",
                "Where the line is, from 0 to 1 across; -1: through the middle of what differs.",
                -1.0,
                minimum=-1,
                maximum=1,
            ),
            _size(960),
        ),
        _wipe,
    ),
    Task(
        "pictures.difference",
        "Write how two pictures of a frame differ, made stronger so that it can be seen.",
        (
            TAKE,
            ROOT,
            _FRAME,
            LEFT,
            RIGHT,
            Argument("gain", "number", "How much stronger.", 8.0, minimum=0.125, maximum=1024),
            Argument("signed", "flag", "Mid grey is equal; otherwise black is.", False),
            _size(960),
        ),
        _difference,
    ),
    Task(
        "pictures.plate",
        "Write a picture of one frame of a plate, to look at or to draw on.",
        (
            Argument("path", "path", "The plate, such as plate.####.exr."),
            _FRAME,
            Argument("colourspace", "text", "The plate's colour space; empty: by the file.", ""),
            _size(1920),
        ),
        _plate,
    ),
    Task(
        "pictures.sheet",
        "Write one row of pictures per frame: left, right and their difference.",
        (
            TAKE,
            ROOT,
            Argument("frames", "text", "The frames, such as 1001,1010-1012."),
            LEFT,
            RIGHT,
            _size(480),
        ),
        _sheet,
    ),
)
