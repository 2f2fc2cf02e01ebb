"""Read back what an artist edited: the light on the fill, and the motion from frame to frame."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from photodouble.image.frame import Frame
from photodouble.image.proxy import enlarge, reduce
from photodouble.image.sequence import Sequence
from photodouble.image.stmap import read_stmap
from photodouble.image.window import Box
from photodouble.ops.inpaint.footage_shot import ShotFootage
from photodouble.ops.inpaint.lighting import Light
from photodouble.ops.inpaint.motion_layer import own_grid
from photodouble.ops.inpaint.native import plate_box
from photodouble.ops.shot import Shot, held_frame
from photodouble_client.errors import ArtistError

_KNOWN = 0.99
_EDITED = 0.02
"""Working pixels by which a place must differ from the measured one to count as edited: less is rounding."""
LIGHTING, MOTION_MAP = "lighting", "motion_map"
_DARKEST, _BRIGHTEST = 1 / 1024, 1024.0
"""Gains beyond these are held there, so that a black stroke in the layer cannot divide by nothing."""


class ArtistLayers:
    """Serve the ports `lighting` and `motion_map` of a shot, by index and in working pixels."""

    def __init__(self, shot: Shot, plates: ShotFootage) -> None:
        self._shot, self._plates = shot, plates

    def light(self, index: int, box: Box) -> Light | None:
        """Return the artist's light of a frame over a box of working pixels; None where none was given.

        Raises ArtistError `input.unknown_channel` for a picture with neither a layer gain nor colours.
        """
        sequence, number = self._given(LIGHTING, index)
        if sequence is None:
            return None
        whole = plate_box(box, self._plates.scale, self._plates.canvas)
        picture = sequence.read(number, needs_colour=False)
        names, offsets = _named(picture, "gain."), _named(picture, "offset.")
        if names is None and offsets is None and not picture.fill_planes:
            raise _no_light(sequence, number)
        if names is not None:
            gain = _channels(picture, names, whole)
        else:
            gain = picture.stored(whole) if offsets is None else np.ones((*whole.size, 3), np.float32)
        offset = np.zeros_like(gain) if offsets is None else _channels(picture, offsets, whole)
        gain = np.broadcast_to(np.where(_inside(picture, whole), gain, 1), (*whole.size, 3))
        gain = np.clip(np.nan_to_num(gain, nan=1.0), _DARKEST, _BRIGHTEST).astype(np.float32)
        offset = np.broadcast_to(np.nan_to_num(offset), (*whole.size, 3)).astype(np.float32)
        return Light(reduce(gain, self._plates.scale), reduce(offset, self._plates.scale))

    def places(self, index: int, measured: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32] | None:
        """Return where pixels are in the next frame: (h, w, 2), working pixels, NaN where not edited.

        What differs from the `measured` places, as they would be written out, is edited. None where no
        map was given for the frame.
        """
        sequence, number = self._given(MOTION_MAP, index)
        if sequence is None:
            return None
        canvas, scale = self._plates.canvas, self._plates.scale
        given = read_stmap(sequence, number, self._shot.display_window, canvas)
        known = np.asarray(np.isfinite(given).all(axis=2), np.bool_)
        own = measured()
        change = np.where(known[..., None], given - plate_places(own, scale, canvas), np.float32(0))
        delta = reduce(change.astype(np.float32), scale) / np.float32(scale)
        share = reduce(known.astype(np.float32), scale)
        by_hand = (share > _KNOWN) & (np.linalg.norm(delta, axis=2) > _EDITED)
        return np.where(by_hand[..., None], own + delta, np.nan).astype(np.float32)

    def _given(self, port: str, index: int) -> tuple[Sequence | None, int]:
        """Find the picture of a port for a frame; a held still stands for every frame."""
        sequence = self._shot.inputs.ports.get(port)
        number = self._plates.numbers[index]
        if sequence is None or sequence.missing([number]):
            return None, number
        number = held_frame(sequence, number)
        self._shot.note_use(port, number)
        return sequence, number


def check_layers(shot: Shot) -> None:
    """Refuse layers in which no frame of the shot says anything.

    Raises ArtistError `input.unknown_channel` for a light without a number, and for motion without one or
    with a single place for all pixels.
    """
    for port, says, error in ((LIGHTING, _lights, _no_number), (MOTION_MAP, _moves, _no_motion)):
        sequence = shot.inputs.ports.get(port)
        if sequence is None:
            continue
        looked_at = sorted({*shot.frames, *shot.source_frames})
        present = [frame for frame in looked_at if not sequence.missing([frame])]
        if present and not any(says(sequence, held_frame(sequence, frame)) for frame in present):
            raise error(sequence)


def _lights(sequence: Sequence, number: int) -> bool:
    picture = sequence.read(number, needs_colour=False)
    names = (_named(picture, "gain.") or ()) + (_named(picture, "offset.") or ())
    if not names and not picture.fill_planes:
        raise _no_light(sequence, number)
    window = picture.data_window
    given = _channels(picture, names, window) if names else picture.stored(window)
    return bool(np.isfinite(given).any())


def _moves(sequence: Sequence, number: int) -> bool:
    picture = sequence.read(number, needs_colour=False)
    given = np.stack([picture.channel(name, picture.data_window) for name in "RG"], axis=2)
    known = given[np.isfinite(given).all(axis=2)]
    return len(known) > 0 and (len(known) == 1 or bool(np.ptp(known, axis=0).max() > 0))


def plate_places(places: NDArray[np.float32], scale: int, canvas: Box) -> NDArray[np.float32]:
    """Turn working places (h, w, 2) over a whole frame into plate places over its canvas, absolute."""
    moved = enlarge(places - own_grid(Box.of_size(*places.shape[:2])), scale, canvas.size)
    return own_grid(canvas) + moved.reshape(*canvas.size, 2) * np.float32(scale)


def _named(picture: Frame, layer: str) -> tuple[str, ...] | None:
    """Find the three channels of a layer, under the names that were written."""
    names = {plane.name for plane in picture.picture.planes}
    wanted = tuple(layer + channel for channel in "RGB")
    return wanted if names.issuperset(wanted) else None


def _channels(picture: Frame, names: tuple[str, ...], box: Box) -> NDArray[np.float32]:
    return np.stack([picture.channel(name, box) for name in names], axis=2)


def _inside(picture: Frame, box: Box) -> NDArray[np.bool_]:
    inside = np.zeros((*box.size, 1), np.bool_)
    common = picture.data_window.intersect(box)
    if not common.is_empty:
        inside[common.slices_in(box)] = True
    return inside


def _no_number(sequence: Sequence) -> ArtistError:
    return ArtistError(
        "input.unknown_channel",
        "The lighting layer holds no light",
        f"No frame of {sequence.pattern} holds a number: all its pixels are NaN or infinite.",
        "Write the layer again, or leave it out.",
    )


def _no_motion(sequence: Sequence) -> ArtistError:
    return ArtistError(
        "input.unknown_channel",
        "The motion map holds no motion",
        f"In {sequence.pattern} all pixels are NaN or infinite, or all name the same place.",
        "Write the map again, or leave it out.",
    )


def _no_light(sequence: Sequence, number: int) -> ArtistError:
    return ArtistError(
        "input.unknown_channel",
        "The lighting layer holds no light",
        f"Frame {number} of {sequence.pattern} has neither a layer called gain nor red, green and blue.",
        "Give the layer that 'photodouble layers lighting' wrote, with gain.R, gain.G and gain.B.",
    )
