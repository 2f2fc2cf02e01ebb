"""Lay frames out as a contact sheet: plate, matte, result, truth, difference and origin, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.textures import Picture
from photodouble.image.colour import Srgb
from photodouble.image.encoding import encode
from photodouble.image.storage import write_whole
from photodouble.takes.sheet import KINDS

Codes = NDArray[np.uint8]

AMPLIFIED = 8
"""How much the difference is amplified."""

COLUMNS = ("plate", "matte", "result", "truth", f"difference x{AMPLIFIED}", "origin")

_GROUND, _INK, _FAINT = (24, 24, 26), (236, 236, 232), (150, 150, 148)
_GAP = 6


@dataclass(frozen=True)
class Row:
    """One frame of the sheet: scene-linear pictures (H, W, 3), matte (H, W) and origin kind (H, W)."""

    number: int
    plate: Picture
    matte: Picture
    result: Picture
    truth: Picture
    kind: Picture


def write_sheet(path: Path, rows: list[Row], *, title: str, notes: list[str], width: int = 420) -> None:
    """Write the sheet as an 8-bit sRGB PNG; each picture becomes `width` pixels wide."""
    bands = [_header(title, notes, width)] + [_band(row, width) for row in rows] + [_legend(width)]
    done, encoded = cv2.imencode(".png", np.vstack(bands)[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not done:
        raise ValueError("the contact sheet cannot be encoded as PNG")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, encoded.tobytes())


def to_display(linear: Picture) -> Codes:
    """Show scene-linear light on an sRGB screen; above 0.6 a smooth shoulder keeps lamps from clipping."""
    knee = np.float32(0.6)
    light = np.maximum(np.nan_to_num(linear, nan=0.0, posinf=1e4), 0)
    over = np.maximum(light - knee, 0) / (1 - knee)
    rolled = np.where(light > knee, knee + (1 - knee) * over / (1 + over), light).astype(np.float32)
    return _codes(Srgb().from_linear(rolled))


def show_difference(result: Picture, truth: Picture) -> Codes:
    """Show result minus truth in the working encoding, amplified, around mid grey."""
    difference = encode(result) - encode(truth)
    return _codes(np.asarray(0.5 + AMPLIFIED * difference, np.float32))


def show_origin(kind: Picture, result: Picture) -> Codes:
    """Colour every pixel by its kind of origin; the plate itself stays visible, dim and grey."""
    number = np.clip(np.rint(kind), 0, len(KINDS) - 1).astype(np.intp)
    colours = np.array([colour for _, colour in KINDS], np.float32)[number]
    grey = to_display(result).mean(axis=2, keepdims=True)
    mixed = np.where(number[..., None] == 0, 20 + 0.35 * grey, 0.72 * colours + 0.28 * grey)
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def _codes(values: Picture) -> Codes:
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), np.uint8)


def _band(row: Row, width: int) -> Codes:
    matte = np.repeat(_codes(row.matte)[..., None], 3, axis=2)
    pictures = (
        to_display(row.plate),
        matte,
        to_display(row.result),
        to_display(row.truth),
        show_difference(row.result, row.truth),
        show_origin(row.kind, row.result),
    )
    labels = [f"{name} {row.number}" if name in ("plate", "result") else name for name in COLUMNS]
    return np.hstack([_labelled(_fit(p, width), label) for p, label in zip(pictures, labels)])


def _fit(picture: Codes, width: int) -> Codes:
    height = round(picture.shape[0] * width / picture.shape[1])
    way = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, height), interpolation=way))


def _labelled(picture: Codes, label: str) -> Codes:
    height, width = picture.shape[:2]
    tile = np.full((height + 26, width + _GAP, 3), _GROUND, np.uint8)
    tile[24 : 24 + height, :width] = picture
    _write(tile, label, (2, 18), 0.6, _INK)
    return tile


def _header(title: str, notes: list[str], width: int) -> Codes:
    band = np.full((46 + 22 * len(notes), (width + _GAP) * len(COLUMNS), 3), _GROUND, np.uint8)
    _write(band, title, (4, 29), 0.8, _INK)
    for line, note in enumerate(notes):
        _write(band, note, (4, 53 + 22 * line), 0.5, _FAINT)
    return band


def _legend(width: int) -> Codes:
    band = np.full((34, (width + _GAP) * len(COLUMNS), 3), _GROUND, np.uint8)
    x = 4
    for name, colour in (("origin:", None), *KINDS[:5]):
        if colour is not None:
            cv2.rectangle(band, (x, 8), (x + 16, 24), colour, cv2.FILLED)
            x += 22
        _write(band, name, (x, 21), 0.5, _INK)
        x += 14 + cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)[0][0]
    return band


def _write(band: Codes, text: str, at: tuple[int, int], size: float, ink: tuple[int, int, int]) -> None:
    cv2.putText(band, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)
