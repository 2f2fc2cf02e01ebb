"""Shots for the engine's bench: a plate to copy, and a moving camera with something to take out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenEXR
from numpy.typing import NDArray

from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput, new_take_id

Size = tuple[int, int]
FIRST = 1001


def copied_shot(folder: Path, frames: int, size: Size) -> JobRequest:
    """Write a plate with grain, half-float, and an empty matte: what the operation returns is the plate."""
    generator = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    grain = generator.normal(0, 0.01, (size[0] + 64, size[1] + 64, 3)).astype(np.float32)
    wall = _wall(generator, size)
    for number in range(frames):
        row, column = generator.integers(0, 64, 2)
        noisy = wall[: size[0], : size[1]] + grain[row : row + size[0], column : column + size[1]]
        _write_plate(folder, number, noisy)
    _write(folder / "matte.exr", {"A": np.zeros(size, np.float32)})
    return _request(folder, frames, str(folder / "matte.exr"))


def removal_shot(folder: Path, frames: int, size: Size) -> JobRequest:
    """Write a pan along a wall, and a ball before it whose matte is a tenth of the picture."""
    generator = np.random.default_rng(8)
    folder.mkdir(parents=True, exist_ok=True)
    height, width = size
    wall = _wall(generator, (height + height // 8, width + width // 2))
    radius = int(np.sqrt(0.1 * height * width / np.pi))
    for number in range(frames):
        share = number / max(frames - 1, 1)
        move = np.float32([[1, 0, -share * width * 0.4], [0, 1, -share * height * 0.0625]])
        seen = cv2.warpAffine(wall, move, (width, height), flags=cv2.INTER_CUBIC)
        matte = np.zeros(size, np.float32)
        centre = (int(width * (0.3 + 0.4 * share)), height // 2)
        cv2.circle(matte, centre, radius, 1.0, -1, cv2.LINE_AA)
        shown = seen * (1 - matte[..., None]) + matte[..., None] * np.float32([0.8, 0.2, 0.1])
        _write_plate(folder, number, shown + generator.normal(0, 0.004, shown.shape).astype(np.float32))
        _write(folder / f"matte.{FIRST + number}.exr", {"A": matte})
    return _request(folder, frames, str(folder / "matte.####.exr"))


def again(request: JobRequest, root: Path) -> JobRequest:
    """Return the request as a new take under another root."""
    fields = {**request.to_json(), "output_root": str(root), "take": new_take_id()}
    return JobRequest.from_json(fields)


def _request(folder: Path, frames: int, matte: str) -> JobRequest:
    return JobRequest(
        "inpaint",
        inputs={"plate": PortInput(str(folder / "plate.####.exr")), "matte": PortInput(matte)},
        range=FrameRange(range(FIRST, FIRST + frames)),
        shot="bench",
    )


def _wall(generator: np.random.Generator, size: Size) -> NDArray[np.float32]:
    """Make a wall with texture at every scale, as plaster has it."""
    wall = np.zeros((*size, 3), np.float32)
    for scale in (2, 8, 32, 128):
        cells = (max(size[0] // scale, 2), max(size[1] // scale, 2), 3)
        noise = generator.random(cells, np.float32)
        wall += cv2.resize(noise, size[::-1], interpolation=cv2.INTER_CUBIC) / 4
    return np.clip(wall, 0.01, None)


def _write_plate(folder: Path, number: int, pixels: NDArray[np.float32]) -> None:
    planes = dict(zip("RGB", pixels.transpose(2, 0, 1)))
    _write(folder / f"plate.{FIRST + number}.exr", planes)


def _write(path: Path, planes: dict[str, NDArray[np.float32]]) -> None:
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    half = {name: np.ascontiguousarray(plane, np.float16) for name, plane in planes.items()}
    OpenEXR.File(header, half).write(str(path))
