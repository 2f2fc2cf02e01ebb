"""The fine detail that averaging loses, put back from one real source a pixel, sampled once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.proxy import enlarge, working_scale
from photodouble.image.window import Box
from photodouble.ops.inpaint.focus import NO_BLUR, Blur, blurred
from photodouble.ops.inpaint.footage import Picture
from photodouble.ops.inpaint.native import Plates, plate_box
from photodouble.ops.inpaint.patch import Patch
from photodouble.ops.inpaint.resample import sample_sharp

BAND = 1.5
"""Sigma, in working pixels, of what counts as fine: below it the source speaks, above it the base."""
FOCUS_BANDS = (0.8, 2.0)
"""Sigmas, in working pixels, of the bands in which a clean plate's focus is matched."""
_FEATHER = 0.8
"""Sigma, in working pixels, over which one source gives way to the next."""
_GAIN_LIMIT = 1.6
"""A source's contrast is matched to the base's at most by this factor."""


@dataclass(frozen=True)
class Layer:
    """Say which working pixels take their detail from one picture, and from where in it.

    `region` (h, w) bool; `offset` (h, w, 2) float32, source place minus own place in working pixels,
    believed inside the region only; `clean` is the clean plate's port, or -1 for the plate itself;
    `index` the plate's index, or the clean plate's frame number. A `broken` offset jumps between
    pieces (an exemplar's); else it is smooth. `focus` is what its picture lacks of two fine bands. A
    `patch` is read in place of the plate: what a model made of that frame. `blur` is what its picture
    is too sharp by.
    """

    region: NDArray[np.bool_]
    offset: NDArray[np.float32]
    index: int
    clean: int = -1
    broken: bool = False
    focus: tuple[float, float] = (0.0, 0.0)
    patch: Patch | None = None
    blur: Blur = NO_BLUR


def fine_detail(plates: Plates, layers: list[Layer], working: Box, base: Picture, box: Box) -> Picture:
    """Gather the fine band that `base` lacks, (h, w, 3) in the working encoding, over plate `box`.

    `base` is the enlarged fill (h, w, 3), working encoded, over `box`; the layers cover `working`.
    Each layer's picture is read once, in scene-linear; what differs from the base above
    1.5 working pixels is dropped, so exposure drift between sources never shows.
    """
    total = np.zeros((*box.size, 4), np.float32)
    for layer in layers:
        for part, weight, picture, known in _read_layer(plates, layer, working, box):
            inside = part.slices_in(box)
            _add(total[inside], base[inside], picture, weight * known, BAND * plates.scale)
    return np.asarray(total[:, :, :3] / np.maximum(total[:, :, 3:], 1e-4), np.float32)


def focused(
    picture: Picture,
    focus: tuple[float, float] | NDArray[np.float32],
    scale: int,
    known: NDArray[np.float32] | None = None,
) -> Picture:
    """Strengthen (or weaken) the two fine bands of a picture by the given shares."""
    if not (focus[0] or focus[1]):
        return picture
    where = np.ones(picture.shape[:2], np.float32) if known is None else known
    lifted = picture.copy()
    for share, sigma in zip(focus, FOCUS_BANDS, strict=True):
        lifted += np.float32(share) * (picture - _blur_known(picture, where, sigma * scale))
    return np.asarray(lifted, np.float32)


def _add(total: Picture, base: Picture, picture: Picture, weight: Picture, sigma: float) -> None:
    """Add one layer's weighted fine band; `total` holds colour sums and, last, the weights."""
    known = (weight > 0).astype(np.float32)
    coarse_base = _blur_known(base, known, sigma)
    coarse = _blur_known(picture, known, sigma)
    gain = _contrast(coarse_base, coarse)
    fine = (picture - coarse) * gain - (base - coarse_base)
    share = np.minimum(weight, 1)[:, :, None]
    total[:, :, :3] += fine * share
    total[:, :, 3:] += share


def _contrast(wanted: Picture, found: Picture) -> Picture:
    """Match contrast where the curve is a power: detail scales with the level, with bounds."""
    ratio = (np.clip(wanted, 0, 1) + 0.1) / (np.clip(found, 0, 1) + 0.1)
    return np.asarray(np.clip(ratio, 1 / _GAIN_LIMIT, _GAIN_LIMIT), np.float32)


def _read_layer(
    plates: Plates, layer: Layer, working: Box, box: Box
) -> Iterator[tuple[Box, Picture, Picture, Picture]]:
    """Give (plate box, weight, encoded picture, known) for the part of `box` a layer reaches."""
    reach = 3
    rows = np.flatnonzero(layer.region.any(axis=1))
    if rows.size == 0:
        return
    columns = np.flatnonzero(layer.region.any(axis=0))
    own = Box.around(slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1), working)
    near = own.grow(reach).intersect(working)
    inside = near.slices_in(working)
    part = plate_box(near, plates.scale, plates.canvas).intersect(box)
    if part.is_empty:
        return
    region = layer.region[inside]
    weight = _feathered(region, plates, near, part)
    offset = _nearest(layer.offset[inside], region)
    if not layer.broken:
        offset = _blur_known(offset, np.ones(region.shape, np.float32), 1.0)
        x, y = _places(offset, plates, near, part)
        picture, known = _sample(plates, layer, x, y, weight > 0)
        picture = blurred(picture, layer.blur, plates.scale, known)
        yield part, weight, focused(picture, layer.focus, plates.scale, known), known
        return
    yield part, weight, *_sample_pieces(plates, layer, offset, near, part, weight > 0)


def _feathered(region: NDArray[np.bool_], plates: Plates, near: Box, part: Box) -> Picture:
    soft = cv2.GaussianBlur(region.astype(np.float32), (0, 0), _FEATHER)
    weight = _enlarged(soft[:, :, None], plates, near, part)[:, :, 0]
    return np.asarray(np.where(weight > 0.05, weight, 0), np.float32)


def _enlarged(field: Picture, plates: Plates, near: Box, part: Box) -> Picture:
    """Enlarge a field over the working box `near` to the plate box `part` inside it."""
    whole = plate_box(near, plates.scale, plates.canvas)
    large = enlarge(field, plates.scale, whole.size).reshape(*whole.size, field.shape[2])
    return np.ascontiguousarray(large[part.slices_in(whole)])


def _places(offset: Picture, plates: Plates, near: Box, part: Box) -> tuple[Picture, Picture]:
    """Give the absolute plate place (x, y) that every pixel of `part` is read from."""
    return _moved(_enlarged(offset, plates, near, part) * np.float32(plates.scale), part)


def _moved(offset: Picture, part: Box) -> tuple[Picture, Picture]:
    """Add plate offsets (h, w, 2) to the absolute places of a box's pixels."""
    x = offset[:, :, 0] + np.arange(part.x0, part.x1, dtype=np.float32)
    y = offset[:, :, 1] + np.arange(part.y0, part.y1, dtype=np.float32)[:, None]
    return x.astype(np.float32), y.astype(np.float32)


def _sample(
    plates: Plates, layer: Layer, x: Picture, y: Picture, wanted: NDArray[np.bool_]
) -> tuple[Picture, Picture]:
    """Read a layer's picture, encoded, and 1 where it is known; only around the wanted places."""
    if layer.clean >= 0:
        x, y = _in_clean(plates, layer, x, y)
    blank = np.zeros((*x.shape, 3), np.float32), np.zeros(x.shape, np.float32)
    if not wanted.any():
        return blank
    window = Box(
        int(np.floor(x[wanted].min())) - 2,
        int(np.floor(y[wanted].min())) - 2,
        int(np.ceil(x[wanted].max())) + 3,
        int(np.ceil(y[wanted].max())) + 3,
    ).intersect(_canvas(plates, layer))
    if window.is_empty:
        return blank
    if layer.patch is not None:
        source, usable = layer.patch.over(window)
    elif layer.clean < 0:
        source, usable = plates.linear(layer.index, window), plates.usable(layer.index, window)
    else:
        source = plates.clean_linear(layer.clean, layer.index, window)
        usable = plates.clean_usable(layer.clean, layer.index, window)
    away = np.where(wanted, x - np.float32(window.x0), np.float32(-9))
    values, known = sample_sharp(source, usable, away, y - np.float32(window.y0))
    return encode(values), known.astype(np.float32)


def _canvas(plates: Plates, layer: Layer) -> Box:
    """Return the window of a layer's picture."""
    if layer.patch is not None:
        return layer.patch.box
    return plates.canvas if layer.clean < 0 else plates.clean_canvas(layer.clean, layer.index)


def _in_clean(plates: Plates, layer: Layer, x: Picture, y: Picture) -> tuple[Picture, Picture]:
    """Turn places counted in plate pixels into a clean plate's own: it may have another size and window."""
    canvas = plates.clean_canvas(layer.clean, layer.index)
    ratio = working_scale(canvas.size, max(plates.size)) / plates.scale
    across = (x - plates.canvas.x0 + 0.5) * ratio - 0.5 + canvas.x0
    down = (y - plates.canvas.y0 + 0.5) * ratio - 0.5 + canvas.y0
    return across.astype(np.float32), down.astype(np.float32)


def _sample_pieces(
    plates: Plates, layer: Layer, offset: Picture, near: Box, part: Box, wanted: NDArray[np.bool_]
) -> tuple[Picture, Picture]:
    """Read through a broken offset: the pieces of the four nearest working pixels, cross-faded."""
    if plates.scale == 1:
        x, y = _places(offset, plates, near, part)
        return _sample(plates, layer, x, y, wanted)
    total = np.zeros((*part.size, 4), np.float32)
    whole = plate_box(near, plates.scale, plates.canvas)
    columns = (np.arange(part.x0, part.x1) - whole.x0 + 0.5) / plates.scale - 0.5
    rows = (np.arange(part.y0, part.y1) - whole.y0 + 0.5) / plates.scale - 0.5
    for down in (0, 1):
        row = np.floor(rows).astype(np.intp) + down
        share_y = 1 - np.abs(rows - row)
        row = np.clip(row, 0, offset.shape[0] - 1)
        for across in (0, 1):
            column = np.floor(columns).astype(np.intp) + across
            share = np.outer(share_y, 1 - np.abs(columns - column)).astype(np.float32)
            column = np.clip(column, 0, offset.shape[1] - 1)
            piece = offset[np.ix_(row, column)] * np.float32(plates.scale)
            picture, known = _sample(plates, layer, *_moved(piece, part), wanted)
            total[:, :, :3] += picture * (share * known)[:, :, None]
            total[:, :, 3] += share * known
    enough = np.asarray(total[:, :, 3] > 0.2, np.float32)
    return np.asarray(total[:, :, :3] / np.maximum(total[:, :, 3:], 1e-3), np.float32), enough


def _nearest(offset: Picture, region: NDArray[np.bool_]) -> Picture:
    """Carry the offsets of a region outwards: every other pixel takes those of the nearest inside."""
    if region.all():
        return offset
    _, label = cv2.distanceTransformWithLabels(
        (~region).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    lookup = np.zeros((int(label.max()) + 1, 2), np.float32)
    lookup[label[region]] = offset[region]
    return np.asarray(lookup[label], np.float32)


def _blur_known(picture: Picture, known: NDArray[np.float32], sigma: float) -> Picture:
    """Blur what is known of a picture and carry it over the rest (normalised convolution)."""
    size = (2 * int(np.ceil(2.5 * sigma)) + 1,) * 2
    weights = cv2.GaussianBlur(known, size, sigma)[:, :, None]
    total = cv2.GaussianBlur(picture * known[:, :, None], size, sigma)
    return np.asarray(total / np.maximum(weights, 1e-3), np.float32)
