"""Staged folders made by hand, with the truth of each frame: what a node must show of them.

Nothing here comes from the product: the files are OpenEXR's own, the note is written out, and the truth is
the sentence of the manual page: source + mix * matte * (fill - source), the same bits where that is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenEXR
from numpy.typing import NDArray

Plane = NDArray[np.float32]
WIDTH, HEIGHT = 60, 36


@dataclass(frozen=True)
class Drawn:
    """One staged frame: fill and origin over the whole format, the matte, and the file's data window.

    `box` is x0 y0 x1 y1 with y downwards, the last two exclusive.
    """

    fill: Plane
    matte: Plane
    origin: Plane
    box: tuple[int, int, int, int]

    @property
    def window(self) -> tuple[slice, slice]:
        """Return rows and columns of the data window."""
        x0, y0, x1, y1 = self.box
        return slice(y0, y1), slice(x0, x1)


def half(values: NDArray[np.floating]) -> Plane:
    """Round as a half float file does."""
    return values.astype(np.float16).astype(np.float32)


def plate(seed: int = 1, width: int = WIDTH, height: int = HEIGHT) -> Plane:
    """Return what a host hands in: any float, negative too, and an alpha that means something."""
    noise = np.random.default_rng(seed).normal(0.4, 0.3, (height, width, 4)).astype(np.float32)
    noise[2, 3, :3] = -0.0
    noise[4, 5, :3] = 1e-42
    return noise


def drawn(seed: int, box: tuple[int, int, int, int] = (11, 5, 47, 29), *, soft: bool = True) -> Drawn:
    """Draw a frame of its own colours: a disc with a soft edge, holes and a hard middle."""
    generator = np.random.default_rng(seed + 1000)
    down, across = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    x0, y0, x1, y1 = box
    away = np.hypot((across - (x0 + x1 - 1) / 2) / (x1 - x0), (down - (y0 + y1 - 1) / 2) / (y1 - y0))
    matte = np.clip((0.5 - away) * (5 if soft else 1e6), 0, 1)
    matte[(y0 + y1) // 2, (x0 + x1) // 2] = 0
    inside = np.zeros_like(matte)
    inside[y0:y1, x0:x1] = 1
    fill = generator.uniform(-0.2, 2.0, (HEIGHT, WIDTH, 3)) * inside[..., None]
    origin = np.where(matte > 0, (across + down) % 5 + 1, 0)
    return Drawn(half(fill), half(matte * inside), half(origin), box)


def smooth() -> Drawn:
    """Draw a frame without any detail: a ramp in a soft disc, over the whole format."""
    down, across = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    matte = np.clip(1.5 - np.hypot((across - WIDTH / 2) / 20, (down - HEIGHT / 2) / 12), 0, 1)
    ramp = np.repeat((across / WIDTH)[..., None], 3, axis=-1)
    return Drawn(half(ramp), half(matte), np.zeros_like(matte), (0, 0, WIDTH, HEIGHT))


def write_frame(
    path: Path, frame: Drawn, compression: str = "none", origin: bool = True, corner: tuple[int, int] = (0, 0)
) -> None:
    """Write one staged frame as OpenEXR's own library does; `corner` is where the display window begins."""
    rows, columns = frame.window
    planes = {name: frame.fill[rows, columns, place] for place, name in enumerate("RGB")}
    planes["A"] = frame.matte[rows, columns]
    if origin:
        planes["K"] = frame.origin[rows, columns]
    x0, y0, x1, y1 = frame.box
    kinds = {"none": OpenEXR.NO_COMPRESSION, "zip": OpenEXR.ZIP_COMPRESSION, "zips": OpenEXR.ZIPS_COMPRESSION}
    header = {
        "compression": kinds[compression],
        "type": OpenEXR.scanlineimage,
        "dataWindow": _window(x0, y0, x1, y1, corner),
        "displayWindow": _window(0, 0, WIDTH, HEIGHT, corner),
    }
    channels = {name: np.ascontiguousarray(plane.astype(np.float16)) for name, plane in planes.items()}
    if origin:
        channels["N"] = np.full(planes["A"].shape, 1001, np.float32)
    OpenEXR.File(header, channels).write(str(path))


def _window(
    x0: int, y0: int, x1: int, y1: int, corner: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    move = np.array(corner, np.int32)
    return np.array([x0, y0], np.int32) + move, np.array([x1 - 1, y1 - 1], np.int32) + move


def note(**words: object) -> dict[str, str]:
    """Return the words of a node.txt for these frames; None takes one away."""
    said: dict[str, object] = {
        "photodouble_stage": 1,
        "take": "ab12" * 8,
        "label": "sh010 inpaint v003",
        "first": 1001,
        "last": 1004,
        "source_first": 1001,
        "pattern": "frame.####.exr",
        "display": f"0 0 {WIDTH} {HEIGHT}",
        "pixel_aspect": 1,
        "space": "ACEScct",
        "encoding": "log",
        "fit": "none",
        "planes": "R G B A K N",
        "state": "current",
        "frames": 4,
    }
    said.update(words)
    return {key: str(value) for key, value in said.items() if value is not None}


def write_stage(
    folder: Path, frames: Mapping[int, Drawn] | None = None, *, compression: str = "none", **words: object
) -> Path:
    """Write a staged folder and return it; without frames, 1001 to 1004 each in colours of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = {number: drawn(number) for number in range(1001, 1005)} if frames is None else frames
    for number, frame in shown.items():
        write_frame(folder / f"frame.{number:04d}.exr", frame, compression)
    said = note(**({"first": min(shown), "last": max(shown)} if shown else {}) | words)
    (folder / "node.txt").write_text("".join(f"{key} {value}\n" for key, value in said.items()))
    return folder


def keyed(source: Plane, frame: Drawn, mix: float = 1.0, clip: Plane | None = None) -> Plane:
    """Return what a node must show of a frame: (H, W, 4), the alpha of the source."""
    share = frame.matte * np.float32(mix)
    if clip is not None:
        share = share * np.clip(clip, 0, 1)
    much = share[..., None].astype(np.float64)
    shown = source.copy()
    laid = source[..., :3] + much * (frame.fill.astype(np.float64) - source[..., :3])
    shown[..., :3] = np.where(much >= 1, frame.fill, np.where(much > 0, laid, source[..., :3]))
    return shown


def same_bits(one: Plane, other: Plane) -> bool:
    """Say whether two pictures are the same to the bit: -0 is not 0."""
    return bool(np.array_equal(one.view(np.uint32), other.view(np.uint32)))


def half_steps(shown: Plane, truth: NDArray[np.floating], source: Plane) -> float:
    """Return the greatest error in steps of half float at the size of what is mixed."""
    size = np.maximum(np.abs(truth), np.abs(source)).astype(np.float16)
    steps = np.spacing(np.maximum(size, np.float16(1e-3))).astype(np.float64)
    return float((np.abs(shown.astype(np.float64) - truth) / steps).max())


def boxed(planes: NDArray[np.floating], width: int, height: int) -> NDArray[np.float64]:
    """Return the mean of what lies under each pixel of a smaller picture, counted from the lower left.

    `planes` is (H, W, n), row 0 at the top.
    """
    upwards = planes[::-1].astype(np.float64)
    across = _weights(planes.shape[1], width)
    down = _weights(planes.shape[0], height)
    return np.asarray(np.einsum("yh,xw,hwn->yxn", down, across, upwards)[::-1], np.float64)


def _weights(large: int, small: int) -> NDArray[np.float64]:
    edges = np.arange(small + 1) * large / small
    low = np.maximum(edges[:-1, None], np.arange(large)[None])
    high = np.minimum(edges[1:, None], np.arange(large)[None] + 1)
    shares = np.maximum(high - low, 0)
    return np.asarray(shares / shares.sum(1, keepdims=True), np.float64)
