"""A staged take made from nothing, with known truth: a disc of another colour over a soft wall."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photodouble.image.exr import write_planes
from photodouble.image.storage import write_whole
from photodouble.image.window import Box

Picture = NDArray[np.float32]

FIRST = 1001
_PATTERN = "frame.####.exr"
_FILL = (0.9, 0.15, 0.05)


@dataclass(frozen=True)
class MadeStage:
    """A staged folder, its format, and the box of the matte in it."""

    folder: Path
    width: int
    height: int
    box: Box

    def plate(self) -> Picture:
        """Return the source picture, (H, W, 4) float32, row 0 at the top."""
        down, across = np.mgrid[: self.height, : self.width].astype(np.float32)
        wave = np.sin(across / 17) * np.cos(down / 11) * 0.05
        shades = [0.18 + wave, 0.2 + across / self.width * 0.3 + wave, 0.25 + down / self.height * 0.3]
        return np.stack([*shades, np.ones_like(wave)], axis=-1).astype(np.float32)

    def truth(self) -> Picture:
        """Return what the node must show: the source, and in the matte's box the fill laid over it."""
        shown = self.plate()
        planes = _planes(self.box)
        matte = planes["A"][..., None]
        inside = shown[self.box.y0 : self.box.y1, self.box.x0 : self.box.x1, :3]
        fill = np.stack([planes[name] for name in "RGB"], axis=-1)
        inside[:] = np.where(matte >= 1, fill, inside + matte * (fill - inside))
        return shown


def write_made(folder: Path, width: int = 320, height: int = 180, *, share: float = 0.5) -> MadeStage:
    """Write one staged frame into a folder; the matte's box takes `share` of width and height.

    Raises as `storage.write_whole`.
    """
    wide, tall = max(int(width * share), 1), max(int(height * share), 1)
    left, top = (width - wide) // 2, (height - tall) // 2
    box = Box(left, top, left + wide, top + tall)
    folder.mkdir(parents=True, exist_ok=True)
    write_planes(
        folder / _PATTERN.replace("####", f"{FIRST:04d}"),
        _planes(box),
        data_window=box,
        display_window=Box(0, 0, width, height),
        compression="none",
    )
    write_whole(folder / "node.txt", _note(width, height).encode())
    return MadeStage(folder, width, height, box)


def _planes(box: Box) -> dict[str, Picture]:
    """Return the fill and the matte over their box, rounded to half as the file holds them."""
    down, across = np.mgrid[: box.height, : box.width].astype(np.float32)
    from_centre = np.hypot(across / max(box.width - 1, 1) - 0.5, down / max(box.height - 1, 1) - 0.5)
    matte = np.clip((0.5 - from_centre) * 4, 0, 1)
    light = 0.6 + 0.4 * np.cos(from_centre * 9)
    planes = {name: light * strength for name, strength in zip("RGB", _FILL, strict=True)}
    rounded = {**planes, "A": matte, "K": np.full_like(matte, 1), "N": np.full_like(matte, FIRST)}
    return {name: values.astype(np.float16).astype(np.float32) for name, values in rounded.items()}


def _note(width: int, height: int) -> str:
    words = {
        "photodouble_stage": "1",
        "take": "0" * 32,
        "label": "made to try the node",
        "first": str(FIRST),
        "last": str(FIRST),
        "source_first": str(FIRST),
        "pattern": _PATTERN,
        "display": f"0 0 {width} {height}",
        "pixel_aspect": "1",
        "space": "made",
        "encoding": "linear",
        "fit": "none",
        "planes": "R G B A K N",
        "state": "current",
        "frames": "1",
    }
    return "".join(f"{key} {value}\n" for key, value in words.items())
