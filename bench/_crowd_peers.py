"""What a compositor would script instead: one card after another, far to near, by another library.

All three choose the nearest mip level, draw into the card's box and put it over the frame. None gives depth,
motion or ids. Pillow works in 8-bit straight alpha, and OpenImageIO's warp filters in its own way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813
from numpy.typing import NDArray
from PIL import Image

from photodouble.ops.crowd.splats import Splats

Card = NDArray[np.float32]


@dataclass(frozen=True)
class Place:
    """One person: the level to draw, its map to the frame, and the box that it may touch."""

    level: int
    card: int
    matrix: NDArray[np.float64]
    box: tuple[int, int, int, int]
    gain: Card


def pyramids(cards: list[Card]) -> list[list[Card]]:
    """Give every card's levels, halved by OpenCV."""
    chains = []
    for card in cards:
        chain = [np.ascontiguousarray(card[..., :4])]
        while min(chain[-1].shape[:2]) > 4:
            level = chain[-1]
            chain.append(
                cv2.resize(level, (level.shape[1] // 2, level.shape[0] // 2), interpolation=cv2.INTER_AREA)
            )
        chains.append(chain)
    return chains


def places_of(
    people: Splats, rows: NDArray[np.intp], chains: list[list[Card]], size: tuple[int, int]
) -> list[Place]:
    """Work out, outside the clock, where each of the chosen people lies; the farthest first."""
    found = []
    for row in rows[np.argsort(-people.depth[rows], kind="stable")]:
        card = int(people.card[row])
        tall, wide = chains[card][0].shape[:2]
        height = float(-people.up[row, 1])
        level = min(max(int(np.floor(np.log2(tall / height) + 0.5)), 0), len(chains[card]) - 1)
        side = -1 if people.mirror[row] else 1
        step = height / chains[card][level].shape[0]
        left, top = people.foot[row, 0] - side * height * wide / tall / 2, people.foot[row, 1] - height
        box = _box(people.foot[row], height, height * wide / tall, size)
        if box[2] > box[0] and box[3] > box[1]:
            matrix = np.array([[side * step, 0, left], [0, step, top]], np.float64)
            found.append(Place(level, card, matrix, box, people.gain[row]))
    return found


def cv2_loop(places: list[Place], chains: list[list[Card]], size: tuple[int, int]) -> Card:
    """Draw by cv2.warpAffine and numpy's over, float32 premultiplied."""
    frame = np.zeros((*size, 4), np.float32)
    for place in places:
        left, top, right, bottom = place.box
        matrix = place.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5 - (left, top)
        drawn = cv2.warpAffine(
            chains[place.card][place.level],
            matrix,
            (right - left, bottom - top),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        drawn[..., :3] *= place.gain
        under = frame[top:bottom, left:right]
        under *= 1 - drawn[..., 3:]
        under += drawn
    return frame


def pillow_loop(places: list[Place], chains: list[list[Card]], size: tuple[int, int]) -> Card:
    """Draw by Pillow: scaled, pasted at whole pixels, 8-bit straight alpha."""
    straight = [[_as_pillow(level) for level in chain] for chain in chains]
    frame = Image.new("RGBA", size[::-1])
    for place in places:
        left, top, right, bottom = place.box
        card = straight[place.card][place.level].resize(
            (right - left, bottom - top), Image.Resampling.BILINEAR
        )
        frame.alpha_composite(card, (left, top))
    return np.asarray(frame, np.float32) / 255


def oiio_loop(places: list[Place], chains: list[list[Card]], size: tuple[int, int]) -> Card:
    """Draw by OpenImageIO's warp with a triangle filter and its over, one thread."""
    buffers = [[_as_buffer(level) for level in chain] for chain in chains]
    frame = _as_buffer(np.zeros((*size, 4), np.float32))
    for place in places:
        left, top, right, bottom = place.box
        a = place.matrix
        matrix = (a[0, 0], a[1, 0], 0, a[0, 1], a[1, 1], 0, a[0, 2], a[1, 2], 1)
        region = oiio.ROI(left, right, top, bottom, 0, 1, 0, 4)
        drawn = oiio.ImageBufAlgo.warp(
            buffers[place.card][place.level], matrix, filtername="triangle", roi=region, nthreads=1
        )
        oiio.ImageBufAlgo.over(frame, drawn, frame, roi=region, nthreads=1)
    return np.asarray(frame.get_pixels(oiio.FLOAT), np.float32)


PEERS: dict[str, Callable[[list[Place], list[list[Card]], tuple[int, int]], Card]] = {
    "cv2": cv2_loop,
    "pillow": pillow_loop,
    "oiio": oiio_loop,
}


def cpu_seconds(work: Callable[[], Any]) -> float:
    """Measure processor time, summed over threads."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _box(foot: Card, height: float, wide: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    x, y = float(foot[0]), float(foot[1])
    edges = (x - wide / 2 - 1, y - height - 1, x + wide / 2 + 1, y + 1)
    left, top, right, bottom = (np.floor(edges[0]), np.floor(edges[1]), np.ceil(edges[2]), np.ceil(edges[3]))
    across, down = (
        (lambda value: int(min(max(value, 0), size[1]))),
        (lambda value: int(min(max(value, 0), size[0]))),
    )
    return across(left), down(top), across(right), down(bottom)


def _as_pillow(level: Card) -> Image.Image:
    alpha = level[..., 3:]
    colour = np.divide(level[..., :3], alpha, out=np.zeros_like(level[..., :3]), where=alpha > 0)
    return Image.fromarray(
        (np.clip(np.concatenate([colour, alpha], 2), 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA"
    )


def _as_buffer(pixels: Card) -> Any:
    buffer = oiio.ImageBuf(oiio.ImageSpec(pixels.shape[1], pixels.shape[0], 4, oiio.FLOAT))
    buffer.set_pixels(oiio.ROI(), pixels)
    return buffer
