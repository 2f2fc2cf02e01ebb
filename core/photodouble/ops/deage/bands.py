"""Take years off skin without paint: lines, hollows, spots and blotches, each as far as a dial says.

Brightness is looked at in stops and in bands told in widths of the face: *pore* (finer than 0.4 %),
*wrinkle* (0.4 to 2.2 %) and *structure* (coarser). The pore band, and with it the grain, is never touched.
A line is filled from the skin around it and never from what is not skin, so that lips, lids, nostrils,
brows and rims stay; and no patch of skin is left smoother than the calm skin of the same face.
All arrays have one shape (H, W); they may lie in the plate or in face space. Colour is scene-linear float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.deage.ridges import Lines, find_lines
from photodouble.ops.deage.skin_bands import BLACK, PORE, STRUCTURE, WRINKLE, blurred, stops_of, whole, within
from photodouble.ops.deage.tone import evening, skin_likeness

Plane = NDArray[np.float32]
Picture = NDArray[np.float32]

HOLLOWS = ("under_eye", "nasolabial", "marionette", "neck")
"""The regions whose hollows are lifted; without them no hollow is."""
_SPOT = (0.015, 0.05)
"""In stops: what is fainter is no spot, what is darker is one wholly."""
_GAP = 0.05
"""Skin between two features that lie no further apart than this, in widths of the face, is left alone too."""
_FIRM = 1.5
"""The soft edge of what is left alone counts by this much more."""
_DEEPEST = (1.4, 2.2)
"""In stops: a line deeper than this is a feature (a lash, a nostril, a strand of hair) and stays."""
_REDDER = 0.8
"""How much colour a wrinkle may differ in from the skin beside it, for each stop of its depth."""
_UNLIKE = (0.20, 0.45)
"""In stops of colour beyond that: from here a line is something else than skin."""
_NEAR = (0.013, 0.008)
_ENOUGH = 0.1
"""A line is filled from skin this near (in widths of the face) where this share of what is there is calm."""
_SOFT = 0.0105
"""A change is smoother than this share of the face's width, so that pores and grain pass through it."""
_GRAIN = 1.8
"""Pixels: a change is at least this smooth however small the face, so that grain passes through it."""
_CORE = 0.7
"""How much of that smoothness goes where the sharp core of a crease is filled too."""
_SHARPER = 2
"""Steps by which a change that was smoothed gets back to its strength."""
_FINER = 0.5
"""What fills a line is looked at under less blur than what finds it, as a share of `PORE`."""
_CALM = 30.0
"""The share, in per cent, of a face's skin that is calmer than its calm skin."""
_SURE = 0.5


@dataclass(frozen=True)
class Region:
    """How strongly one region of the face is treated, as a factor on the dials."""

    wrinkle: float = 1.0
    structure: float = 1.0
    tone: float = 1.0


@dataclass(frozen=True)
class Dials:
    """How far each trait of age goes away: 0 not at all, 1 wholly.

    `wrinkle` fills lines, `banks` lowers the raised skin beside them, `structure` lifts hollows and bags
    (in the regions of `HOLLOWS`), `spots` takes dark spots away, `tone` evens blotches of colour. `calm`
    is how much of the calm skin's own relief must remain everywhere (1: no patch gets smoother than calm
    skin; 0: no such floor). `fine` also fills the sharp core of creases, and with it some pores in them.
    """

    wrinkle: float = 0.9
    banks: float = 0.3
    structure: float = 0.25
    spots: float = 0.4
    tone: float = 0.25
    calm: float = 1.0
    fine: float = 0.0
    regions: Mapping[str, Region] = field(default_factory=dict)


@dataclass(frozen=True)
class FirstPass:
    """The layers of a first pass, (H, W, 3) float32 in stops to add, smooth and exactly 0 outside the skin.

    `lines` (H, W) from 0 to 1 shows what was taken for a line, `free` where anything may change. Layers made
    in face space are carried to the plate as stops and become light there (`in_light`): so the plate's own
    grain is never resampled.
    """

    wrinkle: Picture
    structure: Picture
    tone: Picture
    lines: Plane
    free: Plane

    @property
    def stops(self) -> Picture:
        """Return the whole change in stops."""
        return np.asarray(self.wrinkle + self.structure + self.tone, np.float32)


def in_light(plate: Picture, stops: Picture) -> Picture:
    """Return what a change in stops adds to a plate (H, W, 3), scene-linear; exactly 0 where it is 0.

    Pores and grain grow with the light, as they would on brighter skin. Values below 0 stay what they are.
    """
    sound = np.nan_to_num(plate[..., :3], nan=0, posinf=0, neginf=0)
    shown = np.maximum(sound, 0) + np.float32(BLACK)
    return np.asarray(shown * (np.exp2(stops) - 1), np.float32)


def first_pass(
    plate: Picture,
    skin: Plane,
    width: float,
    *,
    leave: Plane | None = None,
    regions: Mapping[str, Plane] | None = None,
    dials: Dials | None = None,
    calm_level: float | None = None,
) -> FirstPass:
    """Make younger skin of a plate (H, W, 3), as layers of stops to add.

    `skin` is its matte from 0 to 1, `width` the face's width in pixels here, `leave` 1 where nothing may
    change (lips, lids, nostrils, brows, teeth, glasses, hands), `regions` mattes by name for the dials.
    `calm_level` is the relief of calm skin (see `relief_of`) of the hero frame, which keeps a shot steady.
    """
    dials = dials or Dials()
    skin = np.clip(np.nan_to_num(skin), 0, 1).astype(np.float32)
    sound = whole(plate, width)
    free = _free(skin, leave, width)
    stops = stops_of(sound, PORE * width)
    grey = stops.mean(axis=2)
    usable = free * skin_likeness(stops, free, width)
    found = find_lines(grey, width)
    lines = _skinlike(found, stops, usable, width)
    usable = usable * (1 - (found.reach - lines.reach))
    wrinkle = _wrinkles(stops_of(sound, _FINER * PORE * width), usable, lines, width, dials, regions)
    wrinkle *= _room(grey, wrinkle.mean(axis=2), usable, width, dials.calm, calm_level)[..., None]
    smooth = stops + wrinkle
    structure = _hollows(smooth.mean(axis=2), usable, width)
    structure *= _dial(dials.structure, "structure", dials, regions) * _hollow_places(skin, regions)
    colour = evening(smooth, usable, width) * np.atleast_3d(_dial(dials.tone, "tone", dials, regions))
    allowed = (usable * free)[..., None]
    hollows = np.repeat(structure[..., None], 3, axis=2)
    return FirstPass(
        _only(wrinkle * allowed, free),
        _only(hollows * allowed, free),
        _only(colour * allowed, free),
        lines.reach * usable,
        free,
    )


def relief_of(plate: Picture, skin: Plane, width: float, *, leave: Plane | None = None) -> float:
    """Measure the relief of a face's calm skin: the rms, in stops, of its wrinkle band where it is quiet."""
    free = _free(np.clip(skin, 0, 1).astype(np.float32), leave, width)
    grey = stops_of(np.nan_to_num(plate[..., :3]).astype(np.float32), PORE * width).mean(axis=2)
    return _calm_level(wrinkle_band(grey, free, width), free, width)


def wrinkle_band(grey: Plane, skin: Plane, width: float) -> Plane:
    """Return the wrinkle band of brightness in stops that is already smoothed to `PORE`."""
    return np.asarray(grey - within(grey, skin, WRINKLE * width), np.float32)


def _free(skin: Plane, leave: Plane | None, width: float) -> Plane:
    """Return the skin (H, W) that may change: none between a lid and its brow, or between lips and teeth.

    Narrow gaps between what is left alone are closed: a line found there is a feature's edge.
    """
    if leave is None:
        return skin
    kept = np.clip(leave, 0, 1).astype(np.float32)
    side = 2 * max(round(_GAP * width / 2), 1) + 1
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, brush, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(skin * (1 - np.minimum(_FIRM * closed, 1)), np.float32)


def _skinlike(lines: Lines, stops: Picture, usable: Plane, width: float) -> Lines:
    """Let go of lines whose colour is not that of the skin beside them: rims, lashes, strands of hair.

    A wrinkle is a little redder than its banks, the more so the deeper it is.
    """
    colour = stops - stops.mean(axis=2, keepdims=True)
    beside = within(colour, usable * (1 - 0.97 * lines.reach), WRINKLE * width)
    off = np.sqrt(((colour - beside) ** 2).sum(axis=2)) - _REDDER * lines.depth
    off = blurred(off.astype(np.float32), 2 * PORE * width)
    alike = 1 - np.clip((off - _UNLIKE[0]) / (_UNLIKE[1] - _UNLIKE[0]), 0, 1)
    return Lines(lines.depth, lines.spot * alike, lines.reach * alike)


def _wrinkles(
    stops: Picture,
    usable: Plane,
    lines: Lines,
    width: float,
    dials: Dials,
    regions: Mapping[str, Plane] | None,
) -> Picture:
    """Return by how many stops (H, W, 3) lines and spots are filled and the banks beside them lowered."""
    feature = np.clip((lines.depth - _DEEPEST[0]) / (_DEEPEST[1] - _DEEPEST[0]), 0, 1)
    line = lines.reach * (1 - feature)
    spot = np.clip((lines.spot - _SPOT[0]) / (_SPOT[1] - _SPOT[0]), 0, 1)
    spot = blurred(np.maximum(spot, cv2.dilate(spot, np.ones((3, 3)))), PORE * width)
    # The skin a line is filled with: what lies around it and is neither line nor feature.
    calm = usable * (1 - np.float32(0.97) * np.maximum(lines.reach, spot).astype(np.float32))
    base = _around(stops, calm, width)
    lack = base - stops
    dark = lack.mean(axis=2) > 0
    near = np.minimum(2 * blurred(np.maximum(line, spot), 0.012 * width), 1)
    filled = np.maximum(dials.wrinkle * line, dials.spots * spot)
    share = np.where(dark, filled, dials.banks * near)
    soft = max(_SOFT * width, _GRAIN) * (1 - _CORE * float(np.clip(dials.fine, 0, 1)))
    change = _smooth((lack * share[..., None]).astype(np.float32), soft)
    return np.asarray(change * np.atleast_3d(_dial(1.0, "wrinkle", dials, regions)), np.float32)


def _hollow_places(skin: Plane, regions: Mapping[str, Plane] | None) -> Plane:
    """Return where hollows are of age: elsewhere a face's form (nose, cheekbone) would be flattened."""
    places = np.zeros(skin.shape, np.float32)
    for name in HOLLOWS:
        if regions and name in regions:
            places = np.maximum(places, np.clip(regions[name], 0, 1))
    return places


def _hollows(grey: Plane, usable: Plane, width: float) -> Plane:
    """Return by how many stops the dark side of the structure band (bags, hollows) may be lifted."""
    near = within(grey, usable, WRINKLE * width)
    return np.asarray(np.maximum(within(near, usable, STRUCTURE * width) - near, 0), np.float32)


def _room(grey: Plane, change: Plane, usable: Plane, width: float, calm: float, level: float | None) -> Plane:
    """Return the share of a change, 0 to 1, that leaves skin as much relief as the face's calm skin has."""
    band = wrinkle_band(grey, usable, width)
    floor = calm * (_calm_level(band, usable, width) if level is None else level)
    if floor <= 0:
        return np.ones_like(grey)
    moved = wrinkle_band(change, usable, width)
    spread = WRINKLE * width

    def mean(picture: Plane) -> Plane:
        return within(picture, usable, spread)

    # The largest share a <= 1 of the change for which mean((band + a moved)^2) >= floor^2.
    square, mixed, own = mean(moved * moved), mean(band * moved), mean(band * band)
    room = np.minimum(floor * floor, own) - own
    inside = mixed * mixed + square * room
    share = (-mixed - np.sqrt(np.maximum(inside, 0))) / np.maximum(square, 1e-9)
    share = np.where((mixed < 0) & (inside > 0), np.clip(share, 0, 1), 1)
    return blurred(share.astype(np.float32), 0.008 * width)


def _calm_level(band: Plane, skin: Plane, width: float) -> float:
    local = np.sqrt(np.maximum(within(band * band, skin, WRINKLE * width), 0))
    sure = local[skin > _SURE]
    return float(np.percentile(sure, _CALM)) if sure.size else 0.0


def _dial(amount: float, band: str, dials: Dials, regions: Mapping[str, Plane] | None) -> Plane:
    """Return a dial for every pixel: its amount, times the factor of the region a pixel lies in."""
    if not regions or not dials.regions:
        return np.full((1, 1), amount, np.float32)
    first = next(iter(regions.values()))
    factor = np.ones(first.shape, np.float32)
    for name, region in dials.regions.items():
        if name in regions:
            factor += np.clip(regions[name], 0, 1) * np.float32(getattr(region, band) - 1)
    return np.asarray(np.maximum(factor, 0) * np.float32(amount), np.float32)


def _smooth(wanted: Picture, spread: float) -> Picture:
    """Smooth a change, and give back what of its strength the smoothing took (van Cittert's steps)."""
    smooth = blurred(wanted, spread)
    for _ in range(_SHARPER):
        smooth = smooth + blurred(wanted - smooth, spread)
    return np.asarray(smooth, np.float32)


def _around(stops: Picture, calm: Plane, width: float) -> Picture:
    """Return the colour of the nearest calm skin: from close by where enough of it lies there."""
    base = within(stops, calm, WRINKLE * width)
    for near in _NEAR:
        held = blurred(calm, near * width)[..., None]
        base += (within(stops, calm, near * width) - base) * np.clip(held / _ENOUGH, 0, 1)
    return np.asarray(base, np.float32)


def _only(layer: Picture, skin: Plane) -> Picture:
    return np.where(skin[..., None] > 0, layer, np.float32(0)).astype(np.float32)
