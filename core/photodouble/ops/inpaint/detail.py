"""The fine detail that averaging loses, put back from one real source a pixel, sampled once."""

from __future__ import annotations

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
from photodouble.ops.inpaint.sparse_blur import blur_listed

Wanted = tuple[NDArray[np.intp], ...]
"""Rows and columns of n wanted pixels in a plate box."""

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
        found = _read_layer(plates, layer, working, box)
        if found is not None and len(found.rows):
            inside = found.part.slices_in(box)
            _add(total[inside], base[inside], found, BAND * plates.scale)
    return np.asarray(total[:, :, :3] / np.maximum(total[:, :, 3:], 1e-4), np.float32)


@dataclass(frozen=True)
class _Found:
    """What a layer shows of the plate box `part`: n places in it that are known, their colours (n, 3),
    encoded, and weights (n)."""

    part: Box
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    colour: NDArray[np.float32]
    weight: NDArray[np.float32]


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


def _add(total: Picture, base: Picture, found: _Found, sigma: float) -> None:
    """Add one layer's weighted fine band; `total` holds colour sums and, last, the weights."""
    at = (found.rows, found.columns)
    under = base[at]
    both = np.concatenate([under, found.colour], axis=1)
    coarse = blur_listed(both, found.rows, found.columns, sigma)
    gain = _contrast(coarse[:, :3], coarse[:, 3:])
    fine = (found.colour - coarse[:, 3:]) * gain - (under - coarse[:, :3])
    share = np.minimum(found.weight, 1)[:, None]
    total[at] += np.concatenate([fine * share, share], axis=1)


def _contrast(wanted: Picture, found: Picture) -> Picture:
    """Match contrast where the curve is a power: detail scales with the level, with bounds."""
    ratio = (np.clip(wanted, 0, 1) + 0.1) / (np.clip(found, 0, 1) + 0.1)
    return np.asarray(np.clip(ratio, 1 / _GAIN_LIMIT, _GAIN_LIMIT), np.float32)


def _read_layer(plates: Plates, layer: Layer, working: Box, box: Box) -> _Found | None:
    """Read the part of plate `box` that a layer reaches; only there is anything sampled at all."""
    reach = 3
    rows = np.flatnonzero(layer.region.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(layer.region.any(axis=0))
    own = Box.around(slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1), working)
    near = own.grow(reach).intersect(working)
    inside = near.slices_in(working)
    part = plate_box(near, plates.scale, plates.canvas).intersect(box)
    if part.is_empty:
        return None
    region = layer.region[inside]
    weight = _feathered(region, plates, near, part)
    wanted = np.nonzero(weight)
    offset = _nearest(layer.offset[inside], region)
    if layer.broken:
        colour, known = _sample_pieces(plates, layer, offset, near, part, wanted)
    else:
        offset = _blur_known(offset, np.ones(region.shape, np.float32), 1.0)
        place = _moved(_enlarged(offset, plates, near, part)[wanted], plates, part, wanted)
        colour, known = _sample(plates, layer, place)
        if not layer.blur.is_none or layer.focus[0] or layer.focus[1]:
            colour = _refocused(colour, known, layer, part, wanted, plates.scale)
    return _Found(part, wanted[0][known], wanted[1][known], colour[known], weight[wanted][known])


def _refocused(
    colour: Picture, known: NDArray[np.bool_], layer: Layer, part: Box, wanted: Wanted, scale: int
) -> Picture:
    """Blur, or strengthen the fine bands of, what a layer shows at the wanted places, (n, 3)."""
    picture, shown = np.zeros((*part.size, 3), np.float32), np.zeros(part.size, np.float32)
    picture[wanted], shown[wanted] = colour, known
    picture = blurred(picture, layer.blur, scale, shown)
    return focused(picture, layer.focus, scale, shown)[wanted]


def _feathered(region: NDArray[np.bool_], plates: Plates, near: Box, part: Box) -> Picture:
    soft = cv2.GaussianBlur(region.astype(np.float32), (0, 0), _FEATHER)
    weight = _enlarged(soft[:, :, None], plates, near, part)[:, :, 0]
    return np.asarray(np.where(weight > 0.05, weight, 0), np.float32)


def _enlarged(field: Picture, plates: Plates, near: Box, part: Box) -> Picture:
    """Enlarge a field over the working box `near` to the plate box `part` inside it."""
    whole = plate_box(near, plates.scale, plates.canvas)
    large = enlarge(field, plates.scale, whole.size).reshape(*whole.size, field.shape[2])
    return np.ascontiguousarray(large[part.slices_in(whole)])


def _moved(
    offset: NDArray[np.float32], plates: Plates, part: Box, wanted: Wanted
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give the absolute plate place (x, y) that wanted pixels of `part` are read from; `offset` (n, 2)."""
    offset = offset * np.float32(plates.scale)
    x = offset[:, 0] + (part.x0 + wanted[1]).astype(np.float32)
    y = offset[:, 1] + (part.y0 + wanted[0]).astype(np.float32)
    return x, y


def _sample(
    plates: Plates, layer: Layer, place: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Read a layer's picture at n places: colours (n, 3), encoded, and where they are known."""
    x, y = _in_clean(plates, layer, *place) if layer.clean >= 0 else place
    blank = np.zeros((len(x), 3), np.float32), np.zeros(len(x), np.bool_)
    if not len(x):
        return blank
    window = Box(
        int(np.floor(x.min())) - 2,
        int(np.floor(y.min())) - 2,
        int(np.ceil(x.max())) + 3,
        int(np.ceil(y.max())) + 3,
    ).intersect(_canvas(plates, layer))
    if window.is_empty:
        return blank
    if layer.patch is not None:
        source, usable = layer.patch.over(window)
    elif layer.clean < 0:
        source, usable = plates.pixels(layer.index, window)
    else:
        source = plates.clean_linear(layer.clean, layer.index, window)
        usable = plates.clean_usable(layer.clean, layer.index, window)
    left, top = np.float32(window.x0), np.float32(window.y0)
    values, known = sample_sharp(source, usable, (x - left)[None], (y - top)[None])
    return encode(values[0]), known[0]


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
    plates: Plates, layer: Layer, offset: Picture, near: Box, part: Box, wanted: Wanted
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Read through a broken offset: the pieces of the four nearest working pixels, cross-faded.

    Neighbours of one piece read the same place: it is read once.
    """
    whole, count = plate_box(near, plates.scale, plates.canvas), len(wanted[0])
    column = (wanted[1] + (part.x0 - whole.x0 + 0.5)) / plates.scale - 0.5
    row = (wanted[0] + (part.y0 - whole.y0 + 0.5)) / plates.scale - 0.5
    pieces, shares = np.zeros((4, count, 2), np.float32), np.zeros((4, count), np.float32)
    read = np.arange(4 * count).reshape(4, count)
    for k, (down, across) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        at_y, at_x = np.floor(row).astype(np.intp) + down, np.floor(column).astype(np.intp) + across
        shares[k] = (1 - np.abs(row - at_y)) * (1 - np.abs(column - at_x))
        pieces[k] = offset[np.clip(at_y, 0, offset.shape[0] - 1), np.clip(at_x, 0, offset.shape[1] - 1)]
        for earlier in range(k):
            same = (shares[earlier] > 0) & (pieces[earlier] == pieces[k]).all(axis=1)
            read[k][same] = read[earlier][same]
    new = (read.ravel() == np.arange(4 * count)) & (shares.ravel() > 0)
    at = np.nonzero(new.reshape(4, count))[1]
    place = _moved(pieces.reshape(-1, 2)[new], plates, part, (wanted[0][at], wanted[1][at]))
    colours, known = np.zeros((4 * count, 3), np.float32), np.zeros(4 * count, np.bool_)
    colours[new], known[new] = _sample(plates, layer, place)
    weights = shares * known[read]
    total = (colours[read] * weights[:, :, None]).sum(axis=0)
    sure = weights.sum(axis=0)
    return np.asarray(total / np.maximum(sure, 1e-3)[:, None], np.float32), sure > 0.2


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
