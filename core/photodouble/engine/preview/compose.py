"""Put a reduced fill into the reduced plate exactly as a whole fill goes into the whole plate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import Frame
from photodouble.image.window import Box
from photodouble.ops.operation import Rendered
from photodouble.ops.shot import held_frame

from .reduced import sequence_mark
from .shot import ReducedShot

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Picture:
    """A preview's colours (h, w, 3) and alpha (h, w) over `window`, scene-linear, unpremultiplied."""

    colours: Array
    alpha: Array | None
    window: Box
    display: Box
    pixel_aspect: float = 1.0

    def planes(self) -> Mapping[str, Array]:
        """Return named planes as an EXR holds them, colours multiplied by alpha where there is one."""
        factor = np.float32(1) if self.alpha is None else np.where(self.alpha > 0, self.alpha, 1)
        planes = {name: self.colours[..., number] * factor for number, name in enumerate("RGB")}
        return planes if self.alpha is None else {**planes, "A": self.alpha}


def passed_through(shot: ReducedShot, frame: int) -> Picture:
    """Return the reduced plate as it is."""
    reduced = shot.plate(frame)
    return Picture(
        reduced.linear(),
        _alpha(shot, frame, reduced.data_window),
        reduced.data_window,
        reduced.display_window,
        reduced.pixel_aspect,
    )


def composed(shot: ReducedShot, frame: int, rendered: Rendered) -> Picture:
    """Return the reduced result: in every block the mean of what a take would hold there.

    The plate that shows beside the matte inside a block is averaged without what lies under the matte, so
    that nothing of the removed thing bleeds into the preview's edge.
    """
    plate = passed_through(shot, frame)
    box = rendered.box.intersect(plate.window)
    if box.is_empty:
        return plate
    whole = shot.grid.whole(box)
    source = whole_plate(shot, frame)
    matte = shot.whole_matte(frame, whole)
    if frame in shot.overrides:
        matte = (matte > 0).astype(np.float32)
    valid = source.valid(whole)
    matte = np.where(valid | (matte <= 0), matte, np.float32(1))
    seen = np.where(valid[..., None], source.linear(whole), np.float32(0)) * (1 - matte[..., None])
    weight = shot.grid.mean((valid | (matte > 0)).astype(np.float32))[..., None]
    share = shot.grid.mean(matte)[..., None]
    inside = box.slices_in(rendered.box)
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = (shot.grid.mean(seen) + share * rendered.fill[inside]) / weight
    changed = (share[..., 0] > 0) & (rendered.matte[inside] > 0)
    region = plate.colours[box.slices_in(plate.window)]
    region[changed] = mixed[changed]
    return plate


class Laid(Protocol):
    """What was drawn over a box of preview pixels: `fill` (h, w, 3), `matte` (h, w)."""

    @property
    def box(self) -> Box: ...
    @property
    def fill(self) -> Array: ...
    @property
    def matte(self) -> Array: ...


def laid_over(shot: ReducedShot, frame: int, rendered: Laid) -> Picture:
    """Lay what was drawn at reduced size over the reduced plate."""
    plate = passed_through(shot, frame)
    box = rendered.box.intersect(plate.window)
    if box.is_empty:
        return plate
    inside, region = box.slices_in(rendered.box), plate.colours[box.slices_in(plate.window)]
    matte = rendered.matte[inside][..., None]
    covered = matte[..., 0] > 0
    mixed = np.where(matte < 1, np.nan_to_num(region) * (1 - matte), 0) + rendered.fill[inside] * matte
    region[covered] = mixed[covered]
    return plate


def whole_plate(shot: ReducedShot, frame: int) -> Frame:
    """Read the wanted frame at its own size; the colours of the latest ones stay in the store."""
    sequence = shot.opened.ports["plate"]
    key = ("whole", sequence_mark(sequence, frame))
    picture = shot.store.get(key, lambda: sequence.read(held_frame(sequence, frame)).picture)
    return Frame(
        picture,
        frame,
        colourspace=sequence.colourspace,
        channels=sequence.channels,
        view=sequence.view,
        premultiplied=sequence.premultiplied,
    )


def _alpha(shot: ReducedShot, frame: int, window: Box) -> Array | None:
    source = whole_plate(shot, frame)
    if source.alpha_plane is None:
        return None
    alpha = np.nan_to_num(source.alpha(shot.grid.whole(window)), nan=0.0, posinf=1.0, neginf=0.0)
    return shot.grid.mean(alpha)
