"""The Read (facts section 8; Foundry image_nodes/read.html)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import numpy as np

from . import expressions, exr_files, session
from .formats import Format
from .nodes import Node
from .pixels import RGBA, Drawing, Picture, PictureError, choice

_LINEAR = ("linear", "scene_linear", "raw")


def read(drawing: Drawing, node: Node, frame: float) -> Picture:
    """Read the file of a frame; one that is missing is what `on_error` says."""
    at = file_frame(node, frame)
    if at is None:
        return _black(drawing, node)
    path = file_of(node, at)
    if not path:
        raise PictureError("%s: there is no file name" % node.name())
    wanted = choice(node, "on_error", frame)
    if not Path(path).is_file() and wanted == "nearest frame":
        path = _nearest(node, at)
    try:
        loaded = exr_files.read(Path(path))
    except RuntimeError as error:
        if wanted == "error":
            raise PictureError("%s: %s" % (node.name(), error)) from error
        return _stand_in(drawing, wanted)
    made = _format(loaded)
    planes = _linear(node, dict(loaded.planes), frame)
    if node["auto_alpha"].value() and "rgba.alpha" not in planes:
        planes["rgba.alpha"] = np.ones_like(next(iter(planes.values())))
    return Picture(planes, loaded.box, made, metadata_of(loaded, path, at))


def _black(drawing: Drawing, node: Node) -> Picture:
    """Give a frame before the first or after the last: no pixels, in the format that the files have."""
    from dataclasses import replace

    path = Path(file_of(node, int(node["first"].value())))
    made = drawing.nothing()
    return replace(made, format=_format(exr_files.read(path))) if path.is_file() else made


def file_frame(node: Node, frame: float) -> Any:
    """Give the number in the file name at a frame of the script; None where before or after is black."""
    mode, text = str(node["frame_mode"].value()), str(node["frame"].value()).strip()
    first, last = int(node["first"].value()), int(node["last"].value())
    at = float(int(frame))
    if text and mode == "start at":
        at += first - float(text)
    elif text and mode == "offset":
        at += float(text)
    elif text:
        at = expressions.evaluate(text, node, frame)
    if not node["origset"].value() and (first, last) == (1, 1):
        return int(at)
    edge = str(node["before" if at < first else "after"].value())
    if first <= at <= last or edge == "hold":
        return int(max(first, min(at, last)))
    length = last - first + 1
    if edge == "loop":
        return int(first + (at - first) % length)
    if edge == "bounce":
        step = (at - first) % (2 * length)
        return int(first + (step if step < length else 2 * length - 1 - step))
    return None


def file_of(node: Node, frame: int) -> str:
    """Give the path of a frame after the filters of file names."""
    path = node["file"].evaluate(frame)
    return session.now().callbacks.filtered(path, node)


def metadata_of(loaded: exr_files.Loaded, path: str, frame: int) -> Dict[str, Any]:
    """Tell what the file tells: `exr/NAME`, and some under names of Nuke's (facts section 8)."""
    found: Dict[str, Any] = {
        "input/filename": path,
        "input/filereader": "exr",
        "input/frame": frame,
        "input/width": loaded.size[0],
        "input/height": loaded.size[1],
        "input/bitsperchannel": loaded.depth,
    }
    for name, value in loaded.attributes.items():
        if name == "timeCode":
            found["input/timecode"] = _timecode(value)
        elif name == "framesPerSecond":
            found["input/frame_rate"] = (
                float(value.n) / float(value.d) if hasattr(value, "n") else float(value)
            )
        elif isinstance(value, (str, int, float)):
            found["exr/" + name] = value
    return found


def _timecode(value: Any) -> str:
    parts = [getattr(value, name, 0) for name in ("hours", "minutes", "seconds", "frame")]
    return "%02d:%02d:%02d:%02d" % tuple(int(one() if callable(one) else one) for one in parts)


def _format(loaded: exr_files.Loaded) -> Format:
    width, height = loaded.size
    for known in session.now().formats:
        if (known.width(), known.height(), known.pixelAspect()) == (width, height, loaded.pixel_aspect):
            return known
    return Format(width, height, pa=loaded.pixel_aspect)


def _linear(node: Node, planes: Dict[str, Any], frame: float) -> Dict[str, Any]:
    """Bring a file's colours to scene-linear: EXR is by default, and with `raw` nothing is done."""
    space = choice(node, "colorspace", frame)
    if node["raw"].value() or space in (*_LINEAR, "default"):
        return planes
    if space != "sRGB":
        raise PictureError("%s: the fake knows no colour space %s" % (node.name(), space))
    for name in RGBA[:3]:
        if name in planes:
            held = planes[name]
            bent = ((np.maximum(held, 0) + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
            planes[name] = np.where(held <= 0.04045, held / np.float32(12.92), bent).astype(np.float32)
    return planes


def _nearest(node: Node, frame: int) -> str:
    for step in range(1, 1000):
        for at in (frame - step, frame + step):
            if Path(file_of(node, at)).is_file():
                return file_of(node, at)
    return file_of(node, frame)


def _stand_in(drawing: Drawing, wanted: str) -> Picture:
    made = drawing.nothing().format
    shape = (made.height(), made.width())
    grey = np.zeros(shape, np.float32)
    if wanted == "checkerboard":
        y, x = np.mgrid[: shape[0], : shape[1]]
        grey = ((x // 16 + y // 16) % 2).astype(np.float32)
    return Picture({name: grey for name in RGBA}, (0, 0, shape[1], shape[0]), made, {})
