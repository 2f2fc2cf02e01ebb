"""Walk a person through the set: an articulated figure on a card, motion-blurred and soft-edged."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.camera import Camera
from photodouble.demo.foreground import Element, empty_element, paste
from photodouble.demo.textures import Picture
from photodouble.demo.wall import PAVEMENT

DISTANCE = 5.5
"""Distance of the walking person in metres."""

Outline = NDArray[np.float64]

_FINE = 2
_ROUND = np.linspace(0, math.pi, 9)
_COAT, _TROUSERS, _SKIN, _HAIR = (
    (0.052, 0.060, 0.085),
    (0.030, 0.040, 0.070),
    (0.42, 0.25, 0.17),
    (0.03, 0.02, 0.015),
)
_SHOE, _BAG, _SCARF = (0.025, 0.018, 0.014), (0.26, 0.125, 0.045), (0.46, 0.09, 0.06)


@dataclass(frozen=True)
class Walk:
    """Say where the person walks: `start` in metres across at time 0, `speed` in metres a second.

    `height` scales the figure; 1 is a person of about 1.76 m.
    """

    start: float = -1.75
    speed: float = 1.52
    height: float = 1.0

    def element(self, camera: Camera, seconds: float, shutter: float) -> Element:
        """Photograph the person at a time with the shutter open for `shutter` seconds."""
        width, height = camera.size
        x0, y0, x1, y1 = self._region(camera, seconds)
        if x1 <= x0 or y1 <= y0:
            return empty_element(camera.size)
        samples = 10
        layer = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE, 4), np.float32)
        for sample in range(samples):
            moment = seconds + shutter * ((sample + 0.5) / samples - 0.5)
            layer += _Figure(camera, (x0, y0, x1, y1)).draw(self, moment)
        layer = cv2.resize(layer / samples, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        layer = cv2.GaussianBlur(layer, (0, 0), 0.55 * width / 960, borderType=cv2.BORDER_CONSTANT)
        return paste(layer, (x0, y0), (width, height), shadow=self._shadow(camera, seconds))

    def position(self, seconds: float) -> float:
        """Give metres across at a time."""
        return self.start + self.speed * seconds

    def _region(self, camera: Camera, seconds: float) -> tuple[int, int, int, int]:
        here, (width, height) = self.position(seconds), camera.size
        left, top = camera.project((here - 0.95, PAVEMENT - 1.95 * self.height, DISTANCE))
        right, bottom = camera.project((here + 0.95, PAVEMENT + 0.12, DISTANCE))
        return max(int(left), 0), max(int(top), 0), min(int(right) + 1, width), min(int(bottom) + 1, height)

    def _shadow(self, camera: Camera, seconds: float) -> Picture:
        """The dark the person throws on the pavement, 0..1, whole picture."""
        width, height = camera.size
        x, y = camera.project((self.position(seconds), PAVEMENT, DISTANCE + 0.05))
        scale = camera.focal / DISTANCE
        across = (np.arange(width, dtype=np.float32) + 0.5 - x) / np.float32(0.46 * scale)
        along = ((np.arange(height, dtype=np.float32) + 0.5 - y) / np.float32(0.085 * scale))[:, None]
        return np.asarray(0.55 * np.clip(1 - across**2 - along**2, 0, 1) ** 1.5, np.float32)


class _Figure:
    """Draw one instant of the figure, finely, on a region of the picture."""

    def __init__(self, camera: Camera, region: tuple[int, int, int, int]) -> None:
        self.region = region
        x0, y0, x1, y1 = region
        self.layer = np.zeros(((y1 - y0) * _FINE, (x1 - x0) * _FINE, 4), np.float32)
        self.plane = camera.plane((0.0, PAVEMENT, DISTANCE), (1.0, 0.0, 0.0), (0.0, -1.0, 0.0))

    def draw(self, walk: Walk, moment: float) -> Picture:
        """Pose by the walk cycle and draw from the far limbs to the near ones."""
        self.origin, self.tall = walk.position(moment), walk.height
        phase = 2 * math.pi * 0.93 * moment + 0.6
        hip = (0.0, 0.93 + 0.022 * math.cos(2 * phase))
        neck = (0.05, hip[1] + 0.52)
        shoulder = (0.035, neck[1] - 0.07)
        self._arm(shoulder, phase + math.pi, 0.72)
        self._leg(hip, phase + math.pi, 0.7)
        self._leg(hip, phase, 1.0)
        self._torso(hip, neck, phase)
        self._head(neck)
        self._arm(shoulder, phase, 1.05)
        return self.layer

    def _leg(self, hip: tuple[float, float], phase: float, tone: float) -> None:
        thigh = 0.47 * math.sin(phase) + 0.06
        bend = 0.12 + 0.85 * max(0.0, math.sin(phase + 1.15)) ** 2
        knee = _along(hip, thigh, 0.44)
        ankle = _along(knee, thigh - bend, 0.43)
        toe = (
            ankle[0] + 0.17 * math.cos(thigh - bend),
            ankle[1] - 0.045 + 0.15 * math.sin(thigh - bend + 0.1),
        )
        self._limb(ankle, toe, (0.050, 0.034), _SHOE, tone)
        self._limb(knee, ankle, (0.068, 0.050), _TROUSERS, tone)
        self._limb(hip, knee, (0.096, 0.070), _TROUSERS, tone)

    def _arm(self, shoulder: tuple[float, float], phase: float, tone: float) -> None:
        swing = -0.42 * math.sin(phase)
        elbow = _along(shoulder, swing - 0.08, 0.29)
        wrist = _along(elbow, swing + 0.38, 0.25)
        self._limb(wrist, _along(wrist, swing + 0.45, 0.09), (0.036, 0.028), _SKIN, tone)
        self._limb(elbow, wrist, (0.056, 0.044), _COAT, tone)
        self._limb(shoulder, elbow, (0.066, 0.056), _COAT, tone * 1.1)

    def _torso(self, hip: tuple[float, float], neck: tuple[float, float], phase: float) -> None:
        flap = 0.03 * math.sin(phase)
        for side in (-1, 1):
            hem = (hip[0] + 0.075 * side + flap, hip[1] - 0.24)
            self._limb((hip[0] + 0.03 * side, hip[1] + 0.06), hem, (0.118, 0.092), _COAT, 0.92)
        self._limb((neck[0] - 0.02, neck[1] - 0.12), (hip[0], hip[1] + 0.04), (0.165, 0.150), _COAT, 1.0)
        self._limb(
            (neck[0] + 0.02, neck[1] - 0.02), (hip[0] - 0.15, hip[1] + 0.06), (0.014, 0.014), _BAG, 0.7
        )
        self._limb((hip[0] - 0.19, hip[1] + 0.06), (hip[0] - 0.14, hip[1] - 0.10), (0.095, 0.105), _BAG, 0.9)
        self._limb(
            (neck[0] - 0.04, neck[1] - 0.01), (neck[0] + 0.06, neck[1] - 0.03), (0.070, 0.062), _SCARF, 1.0
        )
        self._limb(
            (neck[0] + 0.05, neck[1] - 0.05), (neck[0] + 0.10, neck[1] - 0.27), (0.040, 0.045), _SCARF, 0.8
        )

    def _head(self, neck: tuple[float, float]) -> None:
        self._limb((neck[0], neck[1]), (neck[0] + 0.02, neck[1] + 0.08), (0.055, 0.052), _SKIN, 0.7)
        self._limb(
            (neck[0] + 0.03, neck[1] + 0.11), (neck[0] + 0.035, neck[1] + 0.20), (0.078, 0.096), _SKIN, 0.95
        )
        self._limb(
            (neck[0] + 0.118, neck[1] + 0.13), (neck[0] + 0.125, neck[1] + 0.15), (0.018, 0.014), _SKIN, 1.0
        )
        self._limb(
            (neck[0] - 0.03, neck[1] + 0.15), (neck[0] + 0.01, neck[1] + 0.235), (0.075, 0.088), _HAIR, 1.0
        )
        self._limb(
            (neck[0] + 0.03, neck[1] + 0.25), (neck[0] + 0.08, neck[1] + 0.245), (0.055, 0.040), _HAIR, 1.3
        )

    def _limb(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        radii: tuple[float, float],
        colour: tuple[float, float, float],
        tone: float,
    ) -> None:
        """Draw a tapered capsule, lit warm from the upper left, in strips across its width."""
        for strip in range(6):
            inset, light = 0.15 * strip, 0.38 + 0.235 * strip
            shift = 0.16 * inset
            rgb = [tone * light * c * w for c, w in zip(colour, (1.12, 1.0, 0.90))]
            outline = _capsule(
                start, end, (radii[0] * (1 - inset), radii[1] * (1 - inset)), shift * max(radii)
            )
            fixed = np.round(self._pixels(outline) * 16).astype(np.int32)
            cv2.fillConvexPoly(self.layer, fixed, (*rgb, 1.0), cv2.LINE_8, 4)

    def _pixels(self, outline: Outline) -> Outline:
        """Place points (N, 2), metres ahead and up from the figure's foot, in the fine layer."""
        ahead = self.origin + outline[:, 0] * self.tall
        x, y, w = self.plane @ np.stack([ahead, outline[:, 1] * self.tall, np.ones_like(ahead)])
        corner = np.array(self.region[:2])
        return np.asarray((np.stack([x / w, y / w], axis=1) - corner) * _FINE - 0.5)


def _along(start: tuple[float, float], angle: float, length: float) -> tuple[float, float]:
    return start[0] + length * math.sin(angle), start[1] - length * math.cos(angle)


def _capsule(
    start: tuple[float, float], end: tuple[float, float], radii: tuple[float, float], lift: float
) -> Outline:
    """Outline a tapered capsule (N, 2), moved back and up by `lift`."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0]) + _ROUND
    caps = [
        np.asarray(centre) + radius * np.stack([np.cos(angle + turn), np.sin(angle + turn)], axis=1)
        for centre, radius, turn in ((end, radii[1], -math.pi / 2), (start, radii[0], math.pi / 2))
    ]
    return np.asarray(np.concatenate(caps) + np.array([-lift, lift]))
