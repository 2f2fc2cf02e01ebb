"""The pictures inside a review page: small JPEGs of plate and result, and overlays that lie on them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.proxy import working_scale
from photodouble.image.sequence import Sequence as Pictures
from photodouble.ops.opening import view_of, views_of
from photodouble.ops.operation import Reporter

from .compare import GAIN, PLATE, RESULT, Comparison, differing, middle
from .record import FrameRecord
from .sheet import KINDS, Codes
from .store import Take

Array = npt.NDArray[np.float32]

QUALITY = 86
_SURE, _UNSURE = np.array((70, 160, 214), np.float32), np.array((232, 150, 46), np.float32)


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
        pictures |= _overlays(take, record, result)
    height, width = result.shape[:2]
    figures = record.figures if record is not None else {}
    return PageFrame(frame, pictures, figures, (height, width), across)


def _overlays(take: Take, record: FrameRecord, result: Codes) -> dict[str, str]:
    shape = (result.shape[0], result.shape[1])
    matte = _plane(take, record, "matte", "A", shape)
    if matte is None:
        return {}
    found = {"matte": png(_flat((214, 64, 56), matte * 0.5))}
    kind = _plane(take, record, "origin", "kind", shape)
    if kind is not None:
        found["origin"] = png(_origin(kind, matte))
    sure = _plane(take, record, "confidence", "confidence", shape)
    if sure is not None:
        found["confidence"] = png(_confidence(sure, matte))
    return found


def _plane(
    take: Take, record: FrameRecord, output: str, channel: str, shape: tuple[int, int]
) -> Array | None:
    """Read one channel of an output over the display window, each pixel as it is; None if there is none."""
    request = take.request()
    view = views_of(request)[0]
    written = record.file(output, view)
    if written is None:
        return None
    stored = Pictures.find(take.folder / written.path, channels=channel, view=view_of(request, view).view)
    read = stored.read(record.frame)
    box = read.display_window
    full = read.channel(channel, box)
    scale = working_scale((full.shape[0], full.shape[1]), max(shape))
    return np.asarray(full[::scale, ::scale][: shape[0], : shape[1]], np.float32)


def _origin(kind: Array, matte: Array) -> Codes:
    number = np.clip(np.rint(kind), 0, len(KINDS) - 1).astype(np.intp)
    colours = np.array([colour for _, colour in KINDS], np.uint8)[number]
    opaque = np.where((matte > 0) & (number > 0), 200, 0).astype(np.uint8)
    return np.dstack([colours, opaque])


def _confidence(sure: Array, matte: Array) -> Codes:
    """Colour by confidence in ten steps, from orange (0) to blue (1), which most colour-blind eyes tell."""
    step = (np.clip(np.floor(np.clip(sure, 0, 1) * 10), 0, 9) / 9)[..., None]
    colours = np.rint(_UNSURE * (1 - step) + _SURE * step).astype(np.uint8)
    return np.dstack([colours, np.where(matte > 0, 200, 0).astype(np.uint8)])


def _flat(colour: tuple[int, int, int], opacity: Array) -> Codes:
    ground = np.broadcast_to(np.array(colour, np.uint8), (*opacity.shape, 3))
    return np.dstack([ground, np.rint(np.clip(opacity, 0, 1) * 255).astype(np.uint8)])


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
