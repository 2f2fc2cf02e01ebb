"""What is told of a frame, laid over its result: the matte, where pixels come from, how sure they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photodouble.image.proxy import working_scale
from photodouble.image.sequence import Sequence as Pictures
from photodouble.ops.opening import view_of, views_of

from .record import FrameRecord
from .sheet import KINDS, Codes
from .store import Take

Array = npt.NDArray[np.float32]

MATTE, ORIGIN, CONFIDENCE = "matte", "origin", "confidence"
OVERLAYS = (MATTE, ORIGIN, CONFIDENCE)
_SURE, _UNSURE = np.array((70, 160, 214), np.float32), np.array((232, 150, 46), np.float32)


def overlays(take: Take, record: FrameRecord, result: Codes) -> dict[str, Codes]:
    """Return what is told of a frame, by name, each (h, w, 4) over a result of that size (h, w, 3)."""
    shape = (result.shape[0], result.shape[1])
    matte = _plane(take, record, "matte", "A", shape)
    if matte is None:
        return {}
    found = {MATTE: _flat((214, 64, 56), matte * 0.5)}
    kind = _plane(take, record, "origin", "kind", shape)
    if kind is not None:
        found[ORIGIN] = _origin(kind, matte)
    sure = _plane(take, record, "confidence", "confidence", shape)
    if sure is not None:
        found[CONFIDENCE] = _confidence(sure, matte)
    return found


def laid_over(overlay: Codes, result: Codes) -> Codes:
    """Return an overlay (h, w, 4) over the result's own grey (h, w, 3), so that no colour is mistaken."""
    grey = result.astype(np.float32).mean(axis=2, keepdims=True) * 0.6
    opaque = overlay[..., 3:].astype(np.float32) / 255
    mixed = grey * (1 - opaque) + overlay[..., :3] * opaque
    return np.asarray(np.rint(mixed), np.uint8)


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
