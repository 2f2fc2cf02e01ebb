"""What is photographed in front of the set, and the soft matte an artist would draw around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from photodouble.demo.textures import Picture


@dataclass(frozen=True)
class Element:
    """Something in front of the set: premultiplied `colour` (H, W, 3), `cover` and `shadow` (H, W), 0..1."""

    colour: Picture
    cover: Picture
    shadow: Picture

    def over(self, picture: Picture) -> Picture:
        """Composite in front of a picture, scene-linear; exactly the picture where nothing is."""
        kept = (1 - self.cover) * (1 - self.shadow)
        return np.asarray(picture * kept[..., None] + self.colour, np.float32)

    def touched(self) -> Picture:
        """Say how much of each pixel is changed, 0..1, (H, W)."""
        return np.asarray(1 - (1 - self.cover) * (1 - self.shadow), np.float32)


def empty_element(size: tuple[int, int]) -> Element:
    """Give an element that covers nothing in a picture of `size` (width, height)."""
    shape = (size[1], size[0])
    return Element(
        np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    )


def paste(
    layer: Picture, corner: tuple[int, int], size: tuple[int, int], *, shadow: Picture | None = None
) -> Element:
    """Put a small premultiplied RGBA layer, its corner at (x, y), on a whole picture of `size`.

    Coverage below a thousandth is dropped, so that what looks untouched is untouched.
    """
    element = empty_element(size)
    layer = np.where(layer[..., 3:] < 1 / 1024, np.float32(0), layer)
    place = np.s_[corner[1] : corner[1] + layer.shape[0], corner[0] : corner[0] + layer.shape[1]]
    element.colour[place] = layer[..., :3]
    element.cover[place] = layer[..., 3]
    if shadow is not None:
        element.shadow[:] = np.where(shadow < 1 / 512, 0, shadow)
    return element


def draw_matte(touched: Picture, *, margin: float = 2.0, feather: float = 3.0) -> Picture:
    """Draw a matte that holds everything touched and falls off softly outside, (H, W) in half steps.

    It is 1 on every pixel that is changed at all and `margin` pixels around it, then falls to exactly 0
    over `feather` pixels; where it is 0 the plate equals the clean truth bit for bit.
    """
    changed = (touched > 0).astype(np.uint8)
    if not changed.any():
        return np.zeros(touched.shape, np.float32)
    far = cv2.distanceTransform(1 - changed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    fall = np.clip((margin + feather - far) / feather, 0, 1)
    soft = fall * fall * (3 - 2 * fall)
    return np.asarray(np.where(soft < 0.004, 0, soft), np.float16).astype(np.float32)
