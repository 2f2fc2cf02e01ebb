"""Write a rendered plate to disk as half-float EXR with slate, timecode and rate in every header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR

from photodouble.demo.camera import FPS
from photodouble.demo.plate import Plate
from photodouble.demo.textures import Picture

KINDS = ("plate", "matte", "truth", "clean")
"""The sequences a rendered plate can be written as."""


@dataclass(frozen=True)
class PlateFiles:
    """Name the sequences below a folder; `truth` shares the plate's grain, `clean` has none."""

    folder: Path

    @property
    def plate(self) -> str:
        """Give the plate's pattern."""
        return self.pattern("plate")

    @property
    def matte(self) -> str:
        """Give the matte's pattern."""
        return self.pattern("matte")

    def pattern(self, kind: str) -> str:
        """Give the `####` pattern of one of `KINDS`."""
        return str(self.folder / kind / f"{kind}.####.exr")

    def path(self, kind: str, number: int) -> Path:
        """Give one frame's file of one of `KINDS`."""
        return Path(self.pattern(kind).replace("####", f"{number:04d}"))


def write_plate(
    plate: Plate,
    folder: Path,
    *,
    kinds: tuple[str, ...] = KINDS,
    on_frame: Callable[[int], None] | None = None,
) -> PlateFiles:
    """Render a plate into `folder`, one frame at a time, and call `on_frame(number)` after each."""
    files = PlateFiles(folder)
    for kind in kinds:
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for frame in plate:
        pictures = {"plate": frame.plate, "matte": frame.matte, "truth": frame.truth, "clean": frame.clean}
        for kind in kinds:
            write_frame(files.path(kind, frame.number), pictures[kind], frame.number)
        if on_frame is not None:
            on_frame(frame.number)
    return files


def write_frame(path: Path, picture: Picture, number: int) -> None:
    """Write one picture: (H, W, 3) as R, G, B or (H, W) as A, half float, ZIP."""
    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "timeCode": timecode(number),
        "framesPerSecond": Fraction(int(FPS)),
        "reelName": "A001_DEMO",
        "colorInteropID": "lin_rec709_scene",
        "owner": "Photo Double, rendered",
    }
    half = np.ascontiguousarray(picture, np.float16)
    OpenEXR.File(header, {"RGB" if picture.ndim == 3 else "A": half}).write(str(path))


def timecode(number: int) -> OpenEXR.TimeCode:
    """Count a frame number from 00:00:00:00 at 24 frames a second."""
    seconds, frame = divmod(number, int(FPS))
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return OpenEXR.TimeCode(hour % 24, minute, second, frame, *[0] * 14)
