"""Read and write EXR as Nuke does: rows from the bottom, boxes that end behind the last pixel.

Made with OpenEXR's own bindings and nothing of what is tested (facts section 7; NDK exrGeneral.h).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Mapping, Tuple

import numpy as np
import OpenEXR

Box = Tuple[int, int, int, int]
Planes = Dict[str, Any]
_NAMES = {
    "R": "rgba.red",
    "G": "rgba.green",
    "B": "rgba.blue",
    "A": "rgba.alpha",
    "Z": "depth.Z",
    "Y": "rgba.red",
}
_ENDS = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
_COMPRESSIONS = {
    "none": "NO_COMPRESSION",
    "Zip (1 scanline)": "ZIPS_COMPRESSION",
    "Zip (16 scanlines)": "ZIP_COMPRESSION",
    "PIZ Wavelet (32 scanlines)": "PIZ_COMPRESSION",
    "RLE": "RLE_COMPRESSION",
    "B44": "B44_COMPRESSION",
    "B44A": "B44A_COMPRESSION",
    "DWAA": "DWAA_COMPRESSION",
    "DWAB": "DWAB_COMPRESSION",
}


@dataclass(frozen=True)
class Loaded:
    """What a file holds: planes by Nuke's names, row 0 at the bottom, float32."""

    planes: Planes
    box: Box
    size: Tuple[int, int]
    pixel_aspect: float
    attributes: Mapping[str, Any]
    depth: str = "16-bit half float"


def read(path: Path) -> Loaded:
    """Read every channel of every part; raises RuntimeError as Nuke's Read says it."""
    if not path.is_file():
        raise RuntimeError("%s: Read error: No such file or directory" % path)
    try:
        opened = OpenEXR.File(str(path), separate_channels=True)
    except Exception as error:
        raise RuntimeError("%s: %s" % (path, error)) from error
    planes: Planes = {}
    header: Dict[str, Any] = {}
    depth = "16-bit half float"
    for number, part in enumerate(opened.parts):
        header = header or dict(part.header)
        for name, channel in part.channels.items():
            known = nuke_name(name if not number or "." in name else "%s.%s" % (part.name(), name))
            if channel.pixels.dtype != np.float16:
                depth = "32-bit float"
            planes.setdefault(known, np.asarray(channel.pixels, np.float32)[::-1].copy())
    left, top, right, bottom = _corners(header["displayWindow"])
    x, y, r, t = _corners(header["dataWindow"])
    box = (x - left, bottom - t, r - left + 1, bottom - y + 1)
    size = (right - left + 1, bottom - top + 1)
    return Loaded(planes, box, size, float(header.get("pixelAspectRatio", 1.0)), header, depth)


def write(
    path: Path,
    planes: Planes,
    box: Box,
    size: Tuple[int, int],
    *,
    pixel_aspect: float,
    half: bool,
    compression: str,
    attributes: Mapping[str, Any],
) -> None:
    """Write planes whose row 0 is at the bottom."""
    x, y, r, t = box
    width, height = size
    header: Dict[str, Any] = {
        **attributes,
        "type": OpenEXR.scanlineimage,
        "compression": getattr(OpenEXR, _COMPRESSIONS[compression]),
        "displayWindow": _window(0, 0, width - 1, height - 1),
        "dataWindow": _window(x, height - t, r - 1, height - y - 1),
        "pixelAspectRatio": float(pixel_aspect),
    }
    kind = np.float16 if half else np.float32
    with np.errstate(over="ignore"):
        channels = {
            exr_name(name): np.ascontiguousarray(plane[::-1].astype(kind)) for name, plane in planes.items()
        }
    OpenEXR.File(header, channels).write(str(path))


def nuke_name(name: str) -> str:
    """Give Nuke's name of a channel of a file."""
    if "." not in name:
        return _NAMES.get(name, "other.%s" % name)
    layer, _, end = name.rpartition(".")
    return "%s.%s" % (layer, _ENDS.get(end, end))


def exr_name(name: str) -> str:
    """Give the name under which a file keeps one of Nuke's channels."""
    layer, _, end = name.rpartition(".")
    ends = {"red": "R", "green": "G", "blue": "B", "alpha": "A"}
    if layer == "rgba":
        return ends[end]
    if name == "depth.Z":
        return "Z"
    return "%s.%s" % (layer, ends.get(end, end))


def _corners(window: Any) -> Tuple[int, int, int, int]:
    (x, y), (r, t) = window
    return int(x), int(y), int(r), int(t)


def _window(x: int, y: int, r: int, t: int) -> Any:
    return (np.array([x, y], np.int32), np.array([r, t], np.int32))
