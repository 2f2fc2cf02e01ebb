"""Decoded movie frames as R'G'B' in float, every bit of the codec kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LUMA = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
"""Red and blue weights by matrix coefficients (ITU-T H.273, table 4)."""
_FULL_RANGE = 2

Plane = NDArray[np.float32]


def decoded_planes(frame: Any) -> dict[str, Plane]:
    """Turn a decoded PyAV frame into R, G, B and perhaps A: (h, w) float32, 1.0 is nominal white.

    8 to 16 bits, RGB or Y'CbCr; values beyond the nominal range survive. Chroma is interpolated
    linearly from samples sited as MPEG-2 sites them: left, and halfway between lines.
    """
    form = frame.format
    if form.is_rgb:
        return _rgb(frame)
    if not _is_plain(form):
        frame = frame.reformat(format="yuv444p16le")
        form = frame.format
    planes = [_component(frame, number) for number in range(len(form.components))]
    bits = form.components[0].bits
    full = frame.color_range == _FULL_RANGE or form.name.startswith("yuvj")
    luma = _normalised(planes[0], bits, full, is_chroma=False)
    size = luma.shape
    if len(planes) < 3:
        return {"R": luma, "G": luma, "B": luma}
    blue, red = (_spread(_normalised(p, bits, full, is_chroma=True), size) for p in planes[1:3])
    colours = _to_rgb(luma, blue, red, _weights(int(frame.colorspace), size[0]))
    if len(planes) == 4:
        colours["A"] = planes[3].astype(np.float32) / np.float32((1 << bits) - 1)
    return colours


def _rgb(frame: Any) -> dict[str, Plane]:
    if not _is_plain(frame.format):
        depth = "16le" if frame.format.components[0].bits > 8 else ""
        alpha = "a" if len(frame.format.components) == 4 else ""
        frame = frame.reformat(format=f"gbr{alpha}p{depth}")
    white = np.float32((1 << frame.format.components[0].bits) - 1)
    planes = [_component(frame, number) for number in range(len(frame.format.components))]
    return {name: plane.astype(np.float32) / white for name, plane in zip("RGBA", planes)}


def _is_plain(form: Any) -> bool:
    """Tell whether every component has a plane of its own, low byte first (not so in nv12)."""
    if not form.is_planar or form.is_bit_stream or form.is_big_endian:
        return False
    return len({component.plane for component in form.components}) == len(form.components)


def _component(frame: Any, number: int) -> NDArray[Any]:
    component = frame.format.components[number]
    plane = frame.planes[component.plane]
    kind = np.dtype("<u2" if component.bits > 8 else "u1")
    lines = np.frombuffer(plane, kind).reshape(plane.height, plane.line_size // kind.itemsize)
    return lines[: component.height, : component.width]


def _normalised(codes: NDArray[Any], bits: int, full: bool, *, is_chroma: bool) -> Plane:
    unit = 1 << (bits - 8)
    if full:
        offset, span = ((1 << (bits - 1)) if is_chroma else 0), (1 << bits) - 1
    else:
        offset, span = (128 * unit, 224 * unit) if is_chroma else (16 * unit, 219 * unit)
    return (codes.astype(np.float32) - np.float32(offset)) / np.float32(span)


def _spread(chroma: Plane, size: tuple[int, ...]) -> Plane:
    if chroma.shape[0] < size[0]:
        above = np.concatenate([chroma[:1], chroma[:-1]])
        below = np.concatenate([chroma[1:], chroma[-1:]])
        lines = np.stack([0.25 * above + 0.75 * chroma, 0.75 * chroma + 0.25 * below], axis=1)
        chroma = lines.reshape(-1, chroma.shape[1])[: size[0]].astype(np.float32)
    if chroma.shape[1] < size[1]:
        following = np.concatenate([chroma[:, 1:], chroma[:, -1:]], axis=1)
        pairs = np.stack([chroma, (chroma + following) * np.float32(0.5)], axis=2)
        chroma = pairs.reshape(chroma.shape[0], -1)[:, : size[1]]
    return chroma


def _weights(matrix: int, height: int) -> tuple[float, float]:
    """Choose the matrix; where the movie says nothing, BT.709 from 720 lines on, else BT.601."""
    return _LUMA.get(matrix, _LUMA[1] if height >= 720 else _LUMA[6])


def _to_rgb(luma: Plane, blue: Plane, red: Plane, weights: tuple[float, float]) -> dict[str, Plane]:
    of_red, of_blue = weights
    r = luma + np.float32(2 * (1 - of_red)) * red
    b = luma + np.float32(2 * (1 - of_blue)) * blue
    g = (luma - np.float32(of_red) * r - np.float32(of_blue) * b) / np.float32(1 - of_red - of_blue)
    return {"R": r, "G": g, "B": b}
