"""The artist's clean plates: found, registered and matched to every frame they can fill.

A clean plate may be a painted frame, a still from elsewhere or a whole pass with its own path, length,
exposure, focus and size. The shot's own painted frames come first: the others follow them. Per target
one frame of each clean plate is chosen by matching features, laid over by a homography, refined by
dense flow against what the shot itself shows (parallax), and brought to the target's level. Records
`clean`, one per target index, over the fill record's box: `picture` (h, w, 3) float32 working encoded,
`share` (h, w) float32 its weight, `map` (h, w, 2) float32 working place in the clean plate, `port`
(h, w) int16 or -1, `number` (h, w) int32, `error` (h, w) float32, `focus` (4, 2) float32 how much of its
fine bands each port lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.inpaint.clean_search import Search
from photodouble.ops.inpaint.clean_source import PAINTED, PORTS, ports_of, read_whole
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.confidence import ARTIST, SYNTHESISED
from photodouble.ops.inpaint.detail import FOCUS_BANDS, focused
from photodouble.ops.inpaint.footage import Mask, Picture
from photodouble.ops.inpaint.native import Plates
from photodouble.ops.inpaint.pipeline import Report
from photodouble.ops.inpaint.scratch import Record, Scratch

_CONTEXT = 64
_RING = 10
_PRIORITY = 4.0
"""A clean plate is believed over the shot's own frames unless its error is this many times theirs."""
_WORST = 0.12**2
"""A clean plate whose ring error is above this does not fit and is left out there."""


@dataclass(frozen=True)
class Spot:
    """What one target shows: its picture with the fill laid in, what of it is real, and the hole."""

    box: Box
    picture: Picture
    real: NDArray[np.bool_]
    hole: NDArray[np.bool_]
    error: NDArray[np.float32]
    unseen: NDArray[np.bool_]


def register(plates: Plates, scratch: Scratch, report: Report) -> None:
    """Register every clean plate to every target that has a fill record; kept records are kept."""
    searches = [Search(plates, port) for port in ports_of(plates)]
    if not searches:
        return
    targets = [index for index in plates.targets if scratch.has("fill", index)]
    for done, index in enumerate(targets):
        report.check()
        if not scratch.has("clean", index):
            record = _blank(scratch.load("fill", index))
            for search in searches:
                _add(plates, scratch, search, index, record)
            scratch.save("clean", index, **record)
        report.progress(done + 1, len(targets), "clean plates")


def filled(scratch: Scratch, index: int) -> Record:
    """Return the fill record of a target, learned where that helped, with its clean plates laid in.

    A clean plate's pixels are of kind 4, `clean` is the port.
    """
    fill = scratch.load("fill", index)
    if scratch.has("learned", index):
        fill["base"] = scratch.load("learned", index)["base"]
    if not scratch.has("clean", index):
        return fill
    clean = scratch.load("clean", index)
    share = clean["share"][:, :, None]
    chosen = clean["share"] > 0.5
    fill["base"] = (fill["base"] * (1 - share) + clean["picture"] * share).astype(np.float32)
    fill["clean"] = np.where(chosen & (clean["port"] != PAINTED), clean["port"], np.int16(-1))
    fill["source"] = np.where(chosen, clean["number"], fill["source"].astype(np.int32))
    fill["map"] = np.where(chosen[:, :, None], clean["map"], fill["map"])
    fill["kind"] = np.where(chosen, np.uint8(ARTIST), fill["kind"]).astype(np.uint8)
    fill["focus"] = clean["focus"]
    fill["error"] = np.where(chosen, clean["error"], fill["error"]).astype(np.float32)
    return fill


def _add(plates: Plates, scratch: Scratch, search: Search, index: int, record: Record) -> None:
    """Lay one clean plate into a target's record where no earlier one is."""
    spot = _spot(plates, scratch, index)
    before = scratch.load("clean", index - 1) if scratch.has("clean", index - 1) else None
    found = search.best(index, spot.hole, spot.box, _number_before(before, search.port))
    if found is None:
        return
    number, plane = found
    whole, open_pixels = read_whole(plates, search.port, number)
    place, there, seen = _laid_over(spot, whole, open_pixels, plane)
    matched, error, focus = _matched(spot, there, seen)
    good = seen & (error < _WORST)
    inside = Box(*(int(value) for value in scratch.load("fill", index)["box"])).slices_in(spot.box)
    share = _share(spot, good, error)[inside] * (record["port"] < 0)
    matched, place, error = matched[inside], place[inside], error[inside]
    taken = share > 0
    record["picture"] = np.where(taken[:, :, None], matched, record["picture"]).astype(np.float32)
    record["share"] = np.where(taken, share, record["share"]).astype(np.float32)
    record["map"] = np.where(taken[:, :, None], place, record["map"]).astype(np.float32)
    record["error"] = np.where(taken, error, record["error"]).astype(np.float32)
    record["number"] = np.where(taken, np.int32(number), record["number"]).astype(np.int32)
    record["port"] = np.where(taken, np.int16(search.port), record["port"]).astype(np.int16)
    record["focus"][search.port] = focus


def _spot(plates: Plates, scratch: Scratch, index: int) -> Spot:
    fill = scratch.load("fill", index)
    own, frame = Box(*(int(value) for value in fill["box"])), Box.of_size(*plates.size)
    box = own.grow(_CONTEXT).intersect(frame)
    inside = own.slices_in(box)
    hole = plates.hole(index)[box.slices_in(frame)] > 0
    picture = np.ascontiguousarray(plates.picture(index)[box.slices_in(frame)])
    picture[inside] = np.where(hole[inside][:, :, None], fill["base"], picture[inside])
    unseen = np.zeros(box.size, np.bool_)
    unseen[inside] = fill["kind"] == SYNTHESISED
    banned = (plates.banned(index)[box.slices_in(frame)] > 0) & ~hole
    error = np.full(box.size, 1e-4, np.float32)
    error[inside] = np.where(hole[inside], fill["error"], error[inside])
    return Spot(box, picture, ~(unseen & hole) & ~banned, hole, error, unseen & hole)


def _laid_over(
    spot: Spot, clean: Picture, open_pixels: Mask, plane: NDArray[np.float64]
) -> tuple[NDArray[np.float32], Picture, NDArray[np.bool_]]:
    """Bring a clean plate onto a spot: place in it, its colours there, and where it shows anything.

    Over the homography, then by dense flow against the spot's real pixels; where the spot shows
    nothing real the flow is continued from around.
    """
    height, width = spot.box.size
    columns, rows = np.meshgrid(np.arange(width) + spot.box.x0, np.arange(height) + spot.box.y0)
    points = np.stack([columns, rows], axis=2).astype(np.float64).reshape(-1, 1, 2)
    place = cv2.perspectiveTransform(points, plane).reshape(height, width, 2).astype(np.float32)
    for _ in range(2):
        laid = _read(clean, place)
        known = _read(open_pixels.astype(np.float32), place) > 0.99
        trusted = spot.real & known
        if trusted.sum() < 64:
            break
        gain, offset = _levels(spot.picture[trusted], laid[trusted])
        flow = _flow(spot.picture, laid * gain + offset, trusted)
        moved = np.stack(
            np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)), axis=2
        )
        place = _read(place, moved + flow)
    seen = _read(open_pixels.astype(np.float32), place) > 0.99
    return place, _read(clean, place), np.asarray(seen)


def _flow(picture: Picture, laid: Picture, trusted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Measure dense flow from the spot to the laid-over clean plate, smoothly continued where untrusted."""
    laid_in = np.where(trusted[:, :, None], picture, laid)
    dense = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    found = np.asarray(dense.calc(_codes(laid_in), _codes(laid), None), np.float32)
    untrusted = cv2.dilate((~trusted).astype(np.uint8), np.ones((5, 5), np.uint8))
    soft = cv2.GaussianBlur(found, (0, 0), 1.5)
    return continue_inwards(soft, untrusted) if untrusted.any() and not untrusted.all() else soft


def _levels(wanted: Picture, found: Picture) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit gain and offset per channel in the working encoding, robustly: (wanted) = gain * found + offset."""
    gains, offsets = np.ones(3, np.float32), np.zeros(3, np.float32)
    for c in range(3):
        x, y = found[:, c].astype(np.float64), wanted[:, c].astype(np.float64)
        weights = np.ones_like(x)
        slope, start = 1.0, float(np.median(y - x))
        for _ in range(6):
            off = np.abs(y - slope * x - start)
            weights = 1 / np.maximum(off, max(float(np.median(off)), 1e-3))
            mx, my = np.average(x, weights=weights), np.average(y, weights=weights)
            spread = np.average((x - mx) ** 2, weights=weights)
            if spread < 1e-5:
                start = my - slope * mx
                break
            slope = float(np.clip(np.average((x - mx) * (y - my), weights=weights) / spread, 0.4, 2.5))
            start = my - slope * mx
        gains[c], offsets[c] = slope, start
    return gains, offsets


def _matched(
    spot: Spot, there: Picture, seen: NDArray[np.bool_]
) -> tuple[Picture, NDArray[np.float32], NDArray[np.float32]]:
    """Bring the clean plate's colours and focus to the target's, and say how wrong they are at the hole.

    Gain and offset per channel and the strength of two fine bands are fitted on a ring around the
    hole; what offset is left there is blurred along it and continued inwards. The error of the ring,
    spread inwards, is the expected squared error. Returns colours, error and the two strengths.
    """
    ring = cv2.dilate(spot.hole.astype(np.uint8), np.ones((2 * _RING + 1,) * 2, np.uint8)) > 0
    ring &= ~spot.hole & seen & spot.real
    if ring.sum() < 32:
        return there, np.full(seen.shape, np.float32(_WORST)), np.zeros(2, np.float32)
    gain, offset = _levels(spot.picture[ring], there[ring])
    levelled = there * gain + offset
    focus = _focus(spot.picture, levelled, ring)
    levelled = focused(levelled, focus, 1)
    weight = ring.astype(np.float32)
    share = np.maximum(cv2.GaussianBlur(weight, (0, 0), 4.0), 1e-3)[:, :, None]
    left = cv2.GaussianBlur((spot.picture - levelled) * weight[:, :, None], (0, 0), 4.0) / share
    outside = (~ring).astype(np.uint8)
    levelled = levelled + np.clip(continue_inwards(left, outside), -0.15, 0.15)
    squared = ((levelled - spot.picture) ** 2).mean(axis=2) * weight
    wide = np.maximum(cv2.GaussianBlur(weight, (0, 0), 14.0), 1e-4)
    error = cv2.GaussianBlur(squared, (0, 0), 14.0) / wide
    mean = float(squared.sum() / weight.sum())
    trust = np.clip(cv2.GaussianBlur(weight, (0, 0), 14.0) * 20, 0, 1)
    spread = error * trust + mean * (1 - trust)
    return levelled.astype(np.float32), spread.astype(np.float32), focus


def _focus(wanted: Picture, found: Picture, ring: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fit how much of its two fine bands a clean plate lacks (or has too much of), by least squares."""
    lists = [(found - cv2.GaussianBlur(found, (0, 0), sigma))[ring].ravel() for sigma in FOCUS_BANDS]
    bands = np.stack(lists, axis=1).astype(np.float64)
    missing = (wanted - found)[ring].ravel().astype(np.float64)
    missing -= missing.mean()
    power = bands.T @ bands
    steadied = power + np.eye(2) * (1e-4 * np.trace(power) + 1e-9)
    return np.asarray(np.clip(np.linalg.solve(steadied, bands.T @ missing), -0.9, 1.5), np.float32)


def _share(spot: Spot, good: NDArray[np.bool_], error: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh the clean plate against the shot's own frames; its edge inside the hole is soft."""
    rival = (spot.error / np.maximum(error / _PRIORITY, 1e-7)) ** 2
    share = np.where(spot.unseen, 1.0, rival / (1 + rival))
    inner = cv2.erode((good | ~spot.hole).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    soft = cv2.GaussianBlur(inner, (0, 0), 1.5)
    return np.asarray(share * soft * good * spot.hole, np.float32)


def _blank(fill: Record) -> Record:
    height, width = fill["kind"].shape
    return {
        "picture": fill["base"].astype(np.float32),
        "share": np.zeros((height, width), np.float32),
        "map": np.zeros((height, width, 2), np.float32),
        "port": np.full((height, width), -1, np.int16),
        "number": np.full((height, width), -1, np.int32),
        "error": fill["error"].astype(np.float32),
        "focus": np.zeros((PORTS, 2), np.float32),
    }


def _number_before(record: Record | None, port: int) -> int | None:
    if record is None or not (record["port"] == port).any():
        return None
    return int(np.median(record["number"][record["port"] == port]))


def _codes(picture: Picture) -> NDArray[np.uint8]:
    return np.asarray(np.clip(picture.mean(axis=2) * 200, 0, 255), np.uint8)


def _read(picture: NDArray[np.float32], at: NDArray[np.float32]) -> NDArray[np.float32]:
    at = at.astype(np.float32)
    return np.asarray(
        cv2.remap(
            picture, at[:, :, 0], at[:, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        ),
        np.float32,
    )
