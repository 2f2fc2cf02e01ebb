"""Make one frame without its grain, and the grain as a picture that brings the plate back exactly."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import Frame
from photodouble.image.grain import Grain
from photodouble.image.proxy import working_scale
from photodouble.image.window import Box
from photodouble.image.write import plate_and_result
from photodouble.ops.degrain.clean import MARGIN, Amounts, Cleaned, cleaned
from photodouble.ops.degrain.motion import Moved, brought, moved
from photodouble.ops.degrain.study import STAGE
from photodouble.ops.inpaint.confidence import PLATE, REAL, confidence_from_error
from photodouble.ops.operation import Extra, Rendered, Scratch
from photodouble.ops.shot import Shot

Picture = NDArray[np.float32]

_BAND = 256
"""A frame is worked on in bands of so many rows, so that memory does not grow with its height."""
_AROUND = 64
"""Motion is measured with so many pixels around the matte."""


def render(shot: Shot, scratch: Scratch, frame: int) -> Rendered:
    """Take the grain off one frame; it opens the frame and its neighbours, and no other."""
    record = scratch.load(STAGE, 0)
    grain = Grain(record["levels"], record["deviation"], record["spectrum"], record["likeness"])
    here, amounts = shot.plate(frame), amounts_of(shot, frame)
    box = shot.matte_box(frame).intersect(here.data_window)
    if box.is_empty or grain.is_none or not amounts.shares.any():
        return _untouched()
    plates = {other: shot.plate(other) for other in near(shot, frame)}
    area = box.grow(_AROUND).intersect(here.data_window)
    scale = working_scale(shot.canvas.size, int(shot.values["analysis_size"]))
    moves = {other: moved(here, plate, area, scale) for other, plate in plates.items()}
    calm = np.asarray(record["calm"], np.float32)
    parts = [_band(here, plates, moves, band, grain, calm, amounts) for band in _bands(box)]
    fill = np.concatenate([part.linear for part in parts])
    error = np.concatenate([part.error for part in parts])
    matte = np.where(here.valid(box) & np.isfinite(fill).all(axis=2), shot.matte(frame, box), np.float32(0))
    kind = np.where(matte > 0, np.uint8(REAL), np.uint8(PLATE))
    return Rendered(
        box,
        np.where(matte[..., None] > 0, fill, np.float32(0)).astype(np.float32),
        matte.astype(np.float32),
        kind.astype(np.float32),
        np.where(matte > 0, np.float32(frame), np.float32(-1)).astype(np.float32),
        confidence_from_error(error, kind),
    )


def amounts_of(shot: Shot, frame: int) -> Amounts:
    """Return what the artist asks for at a frame."""
    return Amounts(
        strength=float(shot.value("strength", frame)),
        luma=float(shot.values["luma"]),
        chroma=float(shot.values["chroma"]),
        level=float(shot.values["grain_level"]),
        spatial=float(shot.values["spatial"]),
    )


def near(shot: Shot, frame: int) -> tuple[int, ...]:
    """Return the neighbours that are brought over, those before the frame first."""
    reach = int(shot.values["neighbours"])
    return tuple(one for one in sorted(shot.source_frames) if 0 < abs(one - frame) <= reach)


def with_grain(shot: Shot, frame: int, made: Rendered) -> Rendered:
    """Add the picture of what was taken off: result and grain add up to the plate, exactly.

    Where no float adds up, which takes values that are far apart, the plate's own pixel stays.
    """
    if made.box.is_empty:
        nothing = np.zeros((1, 1), np.float32)
        empty = Extra(made.box, dict.fromkeys("RGB", nothing), type="float")
        return dataclasses.replace(made, extras={"grain": empty})
    plate, result = plate_and_result(shot.plate(frame), made.fill, made.matte, made.box)
    with np.errstate(invalid="ignore", over="ignore"):
        grain = plate - result
        exact = (result + grain == plate).all(axis=2)
    stays = ~exact | (made.matte <= 0)
    grain[stays] = 0
    planes = {name: np.ascontiguousarray(grain[..., at]) for at, name in enumerate("RGB")}
    return dataclasses.replace(
        made,
        matte=np.where(stays, np.float32(0), made.matte),
        kind=np.where(stays, np.float32(PLATE), made.kind),
        source_frame=np.where(stays, np.float32(-1), made.source_frame),
        confidence=np.where(stays, np.float32(1), made.confidence),
        extras={"grain": Extra(made.box, planes, type="float")},
    )


def _bands(box: Box) -> Iterator[Box]:
    for top in range(box.y0, box.y1, _BAND):
        yield Box(box.x0, top, box.x1, min(top + _BAND, box.y1))


def _band(
    here: Frame,
    plates: Mapping[int, Frame],
    moves: Mapping[int, Moved],
    band: Box,
    grain: Grain,
    calm: Picture,
    amounts: Amounts,
) -> Cleaned:
    """Take the grain off one band, with what lies around it."""
    around = band.grow(MARGIN).intersect(here.data_window)
    values = here.linear(around)
    values = np.where(np.isfinite(values), values, np.float32(0))
    neighbours = (brought(plates[other], move, around) for other, move in moves.items())
    made = cleaned(values, neighbours, grain, calm, amounts)
    inside = band.slices_in(around)
    return Cleaned(made.linear[inside], made.error[inside])


def _untouched() -> Rendered:
    plane = np.zeros((0, 0), np.float32)
    return Rendered(Box(0, 0, 0, 0), np.zeros((0, 0, 3), np.float32), plane, plane, plane, plane)
