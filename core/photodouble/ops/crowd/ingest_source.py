"""The plate of an ingest, frame by frame: a rough alpha, and the way to key a crop of it well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from photodouble.image.matte import pick
from photodouble.image.sequence import Sequence
from photodouble_client.errors import ArtistError

from .keying import find_screen, key_screen, rough_alpha
from .keying_difference import check_difference, key_difference, matched_clean, rough_difference
from .matting import foreground

Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.float32]
Crop = tuple[slice, slice]


@dataclass(frozen=True)
class Looked:
    """One frame: `rough` (h, w) to find people by; `key` gives premultiplied colours and alpha of a crop."""

    rough: Plane
    key: Callable[[Crop], tuple[Picture, Plane]]
    wardrobe: Plane | None = None


@dataclass(frozen=True)
class Source:
    """A plate and what it is keyed with; `extra`: a clean plate or a matte, `clothes`: a wardrobe matte."""

    plate: Sequence
    frames: tuple[int, ...]
    key: str
    extra: Sequence | None = None
    clothes: Sequence | None = None
    fine: bool = True

    @property
    def size(self) -> tuple[int, int]:
        """Give (width, height) of the display window."""
        window = self.plate.read(self.frames[0]).display_window
        return window.width, window.height

    def look(self, frame: int) -> Looked:
        """Read one frame; raises ArtistError where it cannot be keyed."""
        plate = self.plate.read(self._held(self.plate, frame))
        picture = np.nan_to_num(plate.linear(plate.display_window), nan=0.0, posinf=0.0, neginf=0.0)
        worn = self._matte(self.clothes, frame, picture) if self.clothes is not None else None
        if self.key == "alpha":
            if plate.alpha_plane is None:
                raise _no_alpha(self.plate, frame)
            return self._by_matte(picture, plate.alpha(plate.display_window), worn)
        if self.key == "matte":
            return self._by_matte(picture, self._matte(self.extra, frame, picture), worn)
        if self.key == "difference":
            return self._by_difference(picture, frame, worn)
        screen = find_screen(picture, "auto" if self.key == "screen" else self.key)
        return Looked(
            rough_alpha(picture, screen),
            lambda crop: key_screen(picture[crop], screen.cropped(*crop), fine=self.fine),
            worn,
        )

    def _by_matte(self, picture: Picture, matte: Plane, worn: Plane | None) -> Looked:
        """Take alpha as it is given, and find the foreground's own colours under its soft edge."""
        alpha = np.clip(matte, 0, 1).astype(np.float32)

        def key(crop: Crop) -> tuple[Picture, Plane]:
            part, own = picture[crop], alpha[crop]
            colours = foreground(part, own) if self.fine and self.key == "matte" else part
            return np.asarray(np.maximum(colours, 0) * own[..., None], np.float32), own

        return Looked(alpha, key, worn)

    def _by_difference(self, picture: Picture, frame: int, worn: Plane | None) -> Looked:
        assert self.extra is not None
        clean = self.extra.read(self._held(self.extra, frame))
        behind = np.nan_to_num(clean.linear(clean.display_window), posinf=0.0, neginf=0.0)
        _check_size(behind.shape[:2], picture.shape[:2], "The clean plate")
        behind = matched_clean(picture, behind)
        rough = rough_difference(picture, behind)
        check_difference(picture, behind, rough)
        return Looked(rough, lambda crop: key_difference(picture[crop], behind[crop], rough[crop]), worn)

    def _matte(self, mattes: Sequence | None, frame: int, picture: Picture) -> Plane:
        assert mattes is not None
        found = mattes.read(self._held(mattes, frame), needs_colour=False)
        matte = np.clip(np.nan_to_num(pick(found, found.display_window)), 0, 1)
        _check_size(matte.shape, picture.shape[:2], "The matte")
        return np.asarray(matte, np.float32)

    def _held(self, sequence: Sequence, frame: int) -> int:
        return sequence.frames[0] if sequence.still else frame


def crop_padded(plane: npt.NDArray[np.float32], window: tuple[int, int, int, int]) -> npt.NDArray[np.float32]:
    """Cut a window x0, y0, x1, y1 out of (h, w, ...); what lies outside the picture is 0."""
    height, width = plane.shape[:2]
    x0, y0, x1, y1 = window
    inside = plane[max(y0, 0) : min(y1, height), max(x0, 0) : min(x1, width)]
    border = (max(-y0, 0), max(y1 - height, 0), max(-x0, 0), max(x1 - width, 0))
    return np.asarray(cv2.copyMakeBorder(inside, *border, cv2.BORDER_CONSTANT, value=0), np.float32)


def _check_size(found: tuple[int, ...], wanted: tuple[int, ...], what: str) -> None:
    if found[:2] != wanted[:2]:
        raise ArtistError(
            "input.size_mismatch",
            "Two inputs have different sizes",
            f"{what} is {found[1]}x{found[0]} and the plate {wanted[1]}x{wanted[0]}.",
            "Give pictures of the plate's size.",
        )


def _no_alpha(plate: Sequence, frame: int) -> ArtistError:
    return ArtistError(
        "input.unknown_channel",
        "The plate has no alpha",
        f"{plate.path(frame).name} has no alpha channel to cut people out with.",
        "Key it (green, blue, difference), or give a roto matte.",
        detail=plate.pattern,
    )
