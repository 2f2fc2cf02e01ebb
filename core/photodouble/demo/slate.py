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


@dataclass(frozen=True)
class PlateFiles:
    """Name the sequences that were written, as `####` patterns; `truth` shares the plate's grain."""

    plate: str
    matte: str
    truth: str

    def path(self, kind: str, number: int) -> Path:
        """Give one frame's file; `kind` is plate, matte or truth."""
        pattern = {"plate": self.plate, "matte": self.matte, "truth": self.truth}[kind]
        return Path(pattern.replace("####", f"{number:04d}"))


def write_plate(
    plate: Plate,
    folder: Path,
    *,
    kinds: tuple[str, ...] = ("plate", "matte", "truth"),
    on_frame: Callable[[int], None] | None = None,
) -> PlateFiles:
    """Render a plate into `folder`, one frame at a time, and call `on_frame(number)` after each."""
    names = {kind: folder / kind / f"{kind}.####.exr" for kind in ("plate", "matte", "truth")}
    files = PlateFiles(str(names["plate"]), str(names["matte"]), str(names["truth"]))
    for kind in kinds:
        names[kind].parent.mkdir(parents=True, exist_ok=True)
    for frame in plate:
        pictures = {"plate": frame.plate, "matte": frame.matte, "truth": frame.truth}
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
