"""Make the final picture of one frame, at the plate's own size, from what the analysis found."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.blocks import keep_texture
from photodouble.image.encoding import decode, encode
from photodouble.image.grain import make_grain
from photodouble.image.proxy import enlarge
from photodouble.image.window import Box
from photodouble.ops.inpaint import confidence
from photodouble.ops.inpaint.clean_plate import filled
from photodouble.ops.inpaint.detail import Layer, fine_detail
from photodouble.ops.inpaint.focus import Blur, blur_of
from photodouble.ops.inpaint.footage import Picture
from photodouble.ops.inpaint.footage_shot import footage_of
from photodouble.ops.inpaint.native import Plates, plate_box
from photodouble.ops.inpaint.patch import load_patch
from photodouble.ops.inpaint.scratch import Record, Scratch
from photodouble.ops.inpaint.shot_grain import load_grain
from photodouble.ops.operation import Rendered
from photodouble.ops.shot import Shot

_GRAIN_THRESHOLD = 2.2
"""What lies below this many deviations of the grain is taken off: else the sources' grain, the same in
many frames, would stick to the picture. The averaged base holds less of it, hence not the usual 2.7."""


_COPIED, _MADE = 1, 2
"""Labels of texture that was copied from elsewhere piece by piece, and of pixels that a model made."""


@dataclass(frozen=True)
class Look:
    """Hold the parameters that change the picture but not the analysis."""

    detail: float = 1.0
    grain: float = 1.0
    unseen: str = "synthesise"
    seed: int = 0


def look_of(shot: Shot, frame: int) -> Look:
    """Read the look's parameters, animated or not, at a frame of a shot."""
    return Look(
        float(shot.value("detail", frame)),
        float(shot.value("grain", frame)),
        str(shot.value("unseen", frame)),
        shot.seed,
    )


def render(shot: Shot, scratch: Scratch, frame: int) -> Rendered:
    """Fill one frame of a shot at the plate's size, from the records of the analysis.

    A painted frame and one with an empty matte have nothing to fill: their box is empty.
    """
    plates = footage_of(shot)
    index = plates.numbers.index(frame)
    if index not in plates.targets or not scratch.has("fill", index):
        return _nothing()
    return render_frame(plates, scratch, index, look_of(shot, frame))


def render_frame(plates: Plates, scratch: Scratch, index: int, look: Look) -> Rendered:
    """Fill one frame: base, fine detail of one source a pixel, fresh grain, origin and confidence.

    Needs the record `fill` of the index; uses `texture`, `clean` and `grain` where they are there.
    """
    record = _with_texture(scratch, index, look)
    working = Box(*(int(value) for value in record["box"]))
    whole = plate_box(working, plates.scale, plates.canvas)
    matte = plates.matte(index, whole)
    box = _bounds(matte > 0, whole).grow(8 * plates.scale).intersect(whole)
    matte = np.ascontiguousarray(matte[box.slices_in(whole)])
    base = _enlarged(decode(record["base"]), plates, whole, box)
    fill = _finish(plates, scratch, index, look, record, encode(base), box, matte > 0)
    planes = _origin(plates, record, whole, box)
    if look.unseen == "leave":
        matte = np.where(planes["kind"] == confidence.SYNTHESISED, np.float32(0), matte)
    shown = matte > 0
    return Rendered(
        box,
        fill,
        matte,
        np.where(shown, planes["kind"], np.float32(confidence.PLATE)),
        np.where(shown, planes["frame"], np.float32(-1)),
        np.where(shown, planes["confidence"], np.float32(1)),
    )


def _nothing() -> Rendered:
    plane = np.zeros((0, 0), np.float32)
    return Rendered(Box(0, 0, 0, 0), np.zeros((0, 0, 3), np.float32), plane, plane, plane, plane)


def _finish(
    plates: Plates,
    scratch: Scratch,
    index: int,
    look: Look,
    record: Record,
    base: Picture,
    box: Box,
    wanted: NDArray[np.bool_],
) -> Picture:
    """Add detail and grain to the encoded base; returns scene-linear pixels."""
    grain = load_grain(scratch)
    picture = base
    if look.detail > 0:
        working = Box(*(int(value) for value in record["box"]))
        detail = fine_detail(plates, _layers(record, scratch), working, base, box)
        picture = base + np.float32(look.detail) * detail
    if grain.is_none or (look.detail == 0 and look.grain == 0):
        return decode(picture)
    picture, kept = keep_texture(picture, grain.at(base), grain.spectrum, wanted, threshold=_GRAIN_THRESHOLD)
    if look.grain > 0:
        number = plates.numbers[index]
        fresh = make_grain(grain, picture, seed=look.seed, frame=number, corner=(box.x0, box.y0))
        picture = picture + np.float32(look.grain) * fresh * np.sqrt(np.maximum(1 - kept, 0))
    return decode(picture)


def _layers(record: Record, scratch: Scratch) -> list[Layer]:
    """Turn a record's labels into layers: each source index, then clean plates, texture, a model's pixels."""
    height, width = record["source"].shape
    x0, y0 = int(record["box"][0]), int(record["box"][1])
    own = np.stack(np.meshgrid(np.arange(x0, x0 + width), np.arange(y0, y0 + height)), axis=2)
    offset = (record["map"] - own).astype(np.float32)
    clean = record.get("clean", np.full((height, width), -1, np.int16))
    none = np.zeros((height, width), bool)
    texture, made = record.get("textured", none), record.get("made", none)
    lacks = dict(zip(record.get("blur_sources", ()), record.get("blurs", ()), strict=True))
    layers = []
    plates = int(clean.max()) + 2
    labels = (record["source"].astype(np.int64) * plates + clean + 1) * 3 + texture + made
    for label in np.unique(labels[record["source"] >= 0]):
        key = (int(label) // 3 // plates, int(label) // 3 % plates - 1, int(label) % 3)
        region = labels == label
        sharp = record["focus"][key[1]] if key[1] >= 0 else (0.0, 0.0)
        focus = (float(sharp[0]), float(sharp[1]))
        patch = load_patch(scratch, key[0]) if key[2] == _MADE else None
        real = key[1] < 0 and not key[2]
        blur = blur_of(lacks[key[0]]) if real and key[0] in lacks else Blur()
        layers.append(Layer(region, offset, key[0], key[1], key[2] == _COPIED, focus, patch, blur))
    return layers


def _with_texture(scratch: Scratch, index: int, look: Look) -> Record:
    """Return the fill record, with the invented texture laid into its unseen pixels."""
    record = filled(scratch, index)
    if look.unseen != "synthesise" or not scratch.has("texture", index):
        return record
    texture = scratch.load("texture", index)
    soft = texture["share"][:, :, None]
    textured = texture["source"] >= 0
    record["base"] = record["base"] * (1 - soft) + texture["picture"] * soft
    record["source"] = np.where(textured, texture["source"], record["source"])
    record["map"] = np.where(textured[:, :, None], texture["map"], record["map"])
    record["textured"] = textured
    made = texture["made"] & textured
    record["made"] = made
    record["kind"] = np.where(made, np.uint8(confidence.SYNTHESISED), record["kind"]).astype(np.uint8)
    if "clean" in record:
        record["clean"] = np.where(textured, np.int16(-1), record["clean"])
    return record


def _origin(plates: Plates, record: Record, whole: Box, box: Box) -> dict[str, Picture]:
    """Give the planes kind, frame and confidence over `box`."""
    numbers = np.append(np.asarray(plates.numbers, np.float32), np.float32(-1))
    frame = numbers[np.clip(record["source"], -1, len(numbers) - 1)]
    kind = record["kind"]
    if "clean" in record:
        frame = np.where(record["clean"] >= 0, record["source"].astype(np.float32), frame)
    sure = confidence.confidence_from_error(record["error"], kind)
    nearest = {"kind": kind.astype(np.float32), "frame": frame}
    planes = {name: _repeated(plane, plates, whole, box) for name, plane in nearest.items()}
    planes["confidence"] = _enlarged(sure[:, :, None], plates, whole, box)[:, :, 0]
    return planes


def _enlarged(field: Picture, plates: Plates, whole: Box, box: Box) -> Picture:
    large = enlarge(field, plates.scale, whole.size).reshape(*whole.size, field.shape[2])
    return np.ascontiguousarray(large[box.slices_in(whole)])


def _repeated(plane: Picture, plates: Plates, whole: Box, box: Box) -> Picture:
    large = np.repeat(np.repeat(plane, plates.scale, axis=0), plates.scale, axis=1)
    return np.ascontiguousarray(large[: whole.height, : whole.width][box.slices_in(whole)])


def _bounds(mask: NDArray[np.bool_], within: Box) -> Box:
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Box(within.x0 + left, within.y0 + top, within.x0 + left + width, within.y0 + top + height)
