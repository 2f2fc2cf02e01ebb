"""Three shots with mattes, generated or of real footage made small, and cuts of them as editors make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import opentimelineio as otio

RATE = 24
SIZE = (96, 54)
SHOTS = ("sh010", "sh020", "sh030")
FRAMES = 24

Draw = Callable[[str, int], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class ThreeShots:
    """A folder with `SHOT/plate.####.png` and `SHOT/matte.####.png`, 24 frames each from `first` on."""

    folder: Path
    first: int = 1

    def write(self, draw: Draw) -> None:
        """Write plates and mattes; `draw` gives both for a shot and a number from 0 on."""
        for shot in SHOTS:
            for number in range(FRAMES):
                for kind, picture in zip(("plate", "matte"), draw(shot, number), strict=True):
                    write_picture(self.folder / shot / f"{kind}.{self.first + number:04d}.png", picture)

    def clip(
        self, shot: str, first: int, count: int, *, speed: float = 1, name: str = ""
    ) -> otio.schema.Clip:
        """Return a clip of a shot from a media frame on; at another speed it lasts as many record frames."""
        media = otio.schema.ImageSequenceReference(
            target_url_base=(self.folder / shot).as_uri() + "/",
            name_prefix="plate.",
            name_suffix=".png",
            start_frame=self.first,
            rate=RATE,
            frame_zero_padding=4,
            available_range=span(self.first, FRAMES),
        )
        made = otio.schema.Clip(name or shot, media, span(first, count))
        if speed != 1:
            made.effects.append(otio.schema.LinearTimeWarp("", speed))
        return made


def generated(shot: str, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a textured wall that pans, and a matte that walks over it."""
    wall = np.random.default_rng(SHOTS.index(shot)).integers(40, 220, (14, 40, 3), np.uint8)
    wall = cv2.resize(wall, (160, SIZE[1]), interpolation=cv2.INTER_CUBIC)
    matte = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    matte[20:32, 21 + number : 35 + number] = 255
    return np.roll(wall, -number, axis=1)[:, : SIZE[0]], matte


def write_cut(path: Path, *items: otio.core.Composable) -> Path:
    """Write a cut of one track that begins at 01:00:00:00."""
    timeline = otio.schema.Timeline(path.stem, global_start_time=time(86400))
    timeline.tracks.append(otio.schema.Track("V1", kind=otio.schema.TrackKind.Video))
    timeline.tracks[0].extend(items)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def dissolve(half: int) -> otio.schema.Transition:
    """Return a dissolve that is as long on both sides of the cut."""
    return otio.schema.Transition("", "SMPTE_Dissolve", time(half), time(half))


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Write a picture (blue first, as its library has it)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), picture):
        raise OSError(path)


def time(value: float) -> otio.opentime.RationalTime:
    """Return a time in frames."""
    return otio.opentime.RationalTime(value, RATE)


def span(first: float, count: float) -> otio.opentime.TimeRange:
    """Return a range of frames."""
    return otio.opentime.TimeRange(time(first), time(count))
