"""Reading and writing of the pictures that are rendered."""

from __future__ import annotations

import functools
import os
from fractions import Fraction
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import OpenEXR
import OpenImageIO as oiio

from .files import MOVIES

COMPRESSIONS = {
    "": OpenEXR.NO_COMPRESSION,
    "ZIP": OpenEXR.ZIP_COMPRESSION,
    "ZIP1": OpenEXR.ZIPS_COMPRESSION,
    "PIZ": OpenEXR.PIZ_COMPRESSION,
    "RLE": OpenEXR.RLE_COMPRESSION,
    "DWAA": OpenEXR.DWAA_COMPRESSION,
    "DWAB": OpenEXR.DWAB_COMPRESSION,
}


def measure(media: Any, path: str) -> None:
    """Fill in what a file says about its clip."""
    if path.lower().endswith(MOVIES):
        from . import movies

        movies.measure(media, path)
        return
    found = oiio.ImageInput.open(path)
    if found is None:
        return
    spec = found.spec()
    media.size = (spec.full_width or spec.width, spec.full_height or spec.height)
    media.channels = tuple(spec.channelnames)
    media.depth = {"half": "16 bit half", "float": "32 bit float"}.get(str(spec.format), str(spec.format))
    media.pixel_aspect = float(spec.getattribute("PixelAspectRatio") or 1.0)
    rate = spec.getattribute("FramesPerSecond")
    if isinstance(rate, tuple):
        media.rate = Fraction(int(rate[0]), int(rate[1]))
    elif rate:
        from .timecodes import rate_of

        media.rate = rate_of(f"{float(rate):g}")
    found.close()


@functools.lru_cache(maxsize=8)
def _file(path: str, stamp: int) -> Any:
    picture: Any = oiio.ImageInput.open(path)
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(0, 0, 0, spec.nchannels, oiio.FLOAT))
    picture.close()
    whole = np.zeros((spec.full_height, spec.full_width, spec.nchannels), np.float32)
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    _lay(whole, pixels.reshape(spec.height, spec.width, spec.nchannels), left, top)
    names = [name.rsplit(".", 1)[-1].upper() for name in spec.channelnames]
    order = [names.index(name) for name in "RGBA" if name in names] or [0, 0, 0]
    return whole[..., order if len(order) >= 3 else [0, 0, 0]]


def _lay(whole: Any, part: Any, left: int, top: int) -> None:
    """Put a data window where it lies in the display window."""
    height, width = whole.shape[:2]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + part.shape[1]), min(height, top + part.shape[0])
    if x1 > x0 and y1 > y0:
        whole[y0:y1, x0:x1] = part[y0 - top : y1 - top, x0 - left : x1 - left]


def read(clip: Any, number: int) -> Any:
    """Return code values (H, W, 3 or 4) of a frame of a clip; red where its media is lost."""

    media = clip._media
    is_movie = media.path.lower().endswith(MOVIES)
    path = media.files[0] if is_movie else media.file(number)
    if path is None or not os.path.exists(path) or clip._folder is None:
        width, height = media.size or (16, 16)
        return np.broadcast_to(_weights(1, 0, 0), (height, width, 3))
    if is_movie:
        from . import movies

        pixels = movies.read(path, number)
    else:
        pixels = _file(path, os.stat(path).st_mtime_ns)
    if clip._own.get("Data Level") == "Video" and not path.lower().endswith(".exr"):
        pixels = (pixels * 1023 - 64) / 876
    return pixels


def sized(pixels: Any, size: Tuple[int, int], properties: Optional[Dict[str, Any]] = None) -> Any:
    """Fit a picture into a size, each pixel its nearest; the same picture where nothing is changed."""
    width, height = size
    told = properties or {}
    zoom = (float(told.get("ZoomX", 1)), float(told.get("ZoomY", 1)))
    move = (float(told.get("Pan", 0)), float(told.get("Tilt", 0)))
    flips = (bool(told.get("FlipX")), bool(told.get("FlipY")))
    if pixels.shape[:2] == (height, width) and zoom == (1, 1) and move == (0, 0) and not any(flips):
        return pixels
    fit = min(width / pixels.shape[1], height / pixels.shape[0])
    x = (np.arange(width) + 0.5 - width / 2 - move[0]) / (fit * zoom[0]) * (-1 if flips[0] else 1)
    y = (np.arange(height) + 0.5 - height / 2 + move[1]) / (fit * zoom[1]) * (-1 if flips[1] else 1)
    columns = np.floor(x + pixels.shape[1] / 2).astype(int)
    rows = np.floor(y + pixels.shape[0] / 2).astype(int)
    inside = ((rows >= 0) & (rows < pixels.shape[0]))[:, None] & (columns >= 0) & (columns < pixels.shape[1])
    found = pixels[rows.clip(0, pixels.shape[0] - 1)][:, columns.clip(0, pixels.shape[1] - 1)]
    return np.where(inside[..., None], found, np.float32(0))


def graded(pixels: Any, nodes: List[Any]) -> Any:
    """Apply slope, offset, power and saturation of each node that is on; tables are not made up."""
    for node in nodes:
        if not node.is_on or not node.cdl:
            continue
        slope, offset, power = (_weights(*node.cdl.get(key, [d] * 3)) for key, d in _CDL)
        pixels = np.maximum(pixels * slope + offset, 0) ** power
        grey = (pixels * _weights(0.2126, 0.7152, 0.0722)).sum(-1, keepdims=True)
        pixels = grey + (pixels - grey) * np.float32(node.cdl.get("Saturation", [1])[0])
    return pixels.astype(np.float32)


def _weights(*values: float) -> Any:
    return np.asarray(values, np.float32)


_CDL = (("Slope", 1.0), ("Offset", 0.0), ("Power", 1.0))


def write(path: str, pixels: Any, form: str, codec: str, told: Dict[str, Any]) -> None:
    """Write a picture as a render does."""
    if form == "exr":
        depth: Any = np.float16 if codec.startswith("RGBHalf") else np.float32
        kind = COMPRESSIONS[codec.replace("RGBHalf", "").replace("RGBFloat", "")]
        header = {"type": OpenEXR.scanlineimage, "compression": kind}
        header["pixelAspectRatio"] = float(told.get("pixel_aspect", 1.0))
        planes = {
            name: np.ascontiguousarray(pixels[..., place], depth)
            for place, name in enumerate("RGBA"[: pixels.shape[2]])
        }
        OpenEXR.File(header, planes).write(path)
        return
    bits = {"RGB8": 8, "RGB10": 10, "RGB12": 12, "RGB16": 16}.get(codec, 8)
    spec = oiio.ImageSpec(
        pixels.shape[1], pixels.shape[0], pixels.shape[2], "uint16" if bits > 8 else "uint8"
    )
    spec.attribute("oiio:BitsPerSample", bits)
    output: Any = oiio.ImageOutput.create(path)
    output.open(path, spec)
    output.write_image(np.ascontiguousarray(pixels.clip(0, 1), np.float32))
    output.close()
