"""The pictures inside a review page: small JPEGs of plate and result, and overlays that lie on them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.ops.operation import Reporter

from .compare import GAIN, PLATE, RESULT, Comparison, differing, middle
from .overlays import overlays
from .sheet import Codes

QUALITY = 86


@dataclass(frozen=True)
class PageFrame:
    """One frame of a page: its number, its pictures as data addresses by layer, and its figures.

    `middle` is where plate and result differ, 0 to 1 across.
    """

    frame: int
    pictures: Mapping[str, str]
    figures: Mapping[str, float]
    size: tuple[int, int]
    middle: float = 0.5


def page_frames(
    comparison: Comparison, frames: Sequence[int], report: Reporter | None = None
) -> Iterator[PageFrame]:
    """Give the pictures of finished frames, one after the other; (height, width) is their size."""
    for done, frame in enumerate(frames):
        (report or Reporter()).progress(done, len(frames), "pictures of the review page")
        yield _page_frame(comparison, frame)


def chosen_frames(frames: Sequence[int], most: int) -> tuple[int, ...]:
    """Choose at most `most` frames, evenly spread, the first and the last among them."""
    if len(frames) <= most:
        return tuple(frames)
    places = np.linspace(0, len(frames) - 1, max(most, 2))
    return tuple(frames[round(float(place))] for place in places)


def _page_frame(comparison: Comparison, frame: int) -> PageFrame:
    take = comparison.take
    record = take.record(frame)
    plate = comparison.side(PLATE, frame).picture
    result = comparison.side(RESULT, frame).picture
    pictures = {PLATE: jpeg(plate), RESULT: jpeg(result)}
    across = 0.5
    if plate.shape == result.shape:
        across = middle(plate, result)
        pictures["difference"] = jpeg(differing(plate, result, GAIN))
    if record is not None:
        pictures |= {name: png(codes) for name, codes in overlays(take, record, result).items()}
    height, width = result.shape[:2]
    figures = record.figures if record is not None else {}
    return PageFrame(frame, pictures, figures, (height, width), across)


def jpeg(picture: Codes) -> str:
    """Return a picture (h, w, 3) as the data address of a JPEG."""
    return _address("jpeg", cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY]))


def png(picture: Codes) -> str:
    """Return an overlay (h, w, 4) as the data address of a PNG; what is transparent is one colour."""
    clear = picture[..., 3:] == 0
    picture = np.where(clear, np.uint8(0), picture)
    return _address("png", cv2.imencode(".png", picture[..., [2, 1, 0, 3]], [cv2.IMWRITE_PNG_COMPRESSION, 9]))


def _address(kind: str, encoded: tuple[bool, npt.NDArray[np.uint8]]) -> str:
    done, content = encoded
    if not done:
        raise ValueError(f"the picture cannot be a {kind}")
    return f"data:image/{kind};base64,{base64.b64encode(content.tobytes()).decode('ascii')}"
