"""A clip on a timeline of the made-up Resolve, its matte, and a real engine: what road 1 is tried on."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import OpenImageIO
from photodouble_resolve import clips, running
from photodouble_resolve.runs import Wanted

from photodouble_client.engine import Engine
from photodouble_client.launcher import end
from photodouble_client.request import PortInput

SIZE = (48, 64)
START = 86400
"""01:00:00:00 at 24 frames a second."""
HOLE = (slice(18, 28), slice(24, 36))
"""What the matte of the stage covers."""


@contextmanager
def own_engine() -> Iterator[dict[str, str]]:
    """Give the environment of an engine that all tests of a file share; it ends with them."""
    folder = Path(tempfile.mkdtemp(prefix="pd-"))
    user = folder / "user.toml"
    places = {"cache_folder": folder / "cache", "engine_folder": folder / "state"}
    user.write_text("".join(f'{name} = "{place.as_posix()}"\n' for name, place in places.items()), "utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHOTODOUBLE_")}
    environment = {
        **kept,
        "OMP_NUM_THREADS": "1",
        "PHOTODOUBLE_ENGINE": sys.executable,
        "PHOTODOUBLE_RUNTIME": str(folder / "run"),
        "PHOTODOUBLE_USER": str(user),
    }
    try:
        yield environment
    finally:
        end(str(folder / "run"), force=True)
        shutil.rmtree(folder, ignore_errors=True)


class Stage:
    """A project with plates of 10-bit codes, on a timeline, and the engine that works on them."""

    def __init__(self, host: Any, folder: Path, environment: dict[str, str]) -> None:
        self.host, self.folder = host, folder
        self.environment = environment
        self.engine = Engine.connect("resolve", "20.2", environment=environment)
        self.timeline = host.timeline("Reel 1")
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def resolve(self) -> Any:
        return self.host.resolve

    def close(self) -> None:
        self.engine.close()

    def plates(self, name: str = "sh010", first: int = 1001, count: int = 20, **told: str) -> Any:
        """Write a plate of 10-bit DPX, in which every frame differs, and import it."""
        for number in range(first, first + count):
            write_dpx(self.folder / f"{name}.{number:04d}.dpx", picture(number))
        return self.host.media(str(self.folder / f"{name}.%04d.dpx"), first, first + count - 1, **told)

    def matte(self, frames: Sequence[int], hole: Any = HOLE, name: str = "matte") -> PortInput:
        """Write a matte for frames of the media; without a hole it is empty everywhere."""
        for number in frames:
            alpha = np.zeros(SIZE, np.float32)
            if hole is not None:
                alpha[hole] = 1
            write_png(self.folder / f"{name}.{number:04d}.png", alpha)
        return PortInput(str(self.folder / f"{name}.####.png"))

    def wanted(self, matte: PortInput, **more: Any) -> Wanted:
        """Ask for a removal; what is not said is as an artist's first try."""
        given: dict[str, Any] = {
            "operation": "inpaint",
            "inputs": {"matte": matte},
            "takes_root": str(self.folder / "takes"),
            "handles": 4,
            "space": "ARRI LogC3",
        }
        return Wanted(**{**given, **more})

    def facts(self) -> clips.ClipFacts:
        """Describe the clip under the playhead."""
        return clips.describe(self.resolve, clips.chosen(self.resolve)[0])

    def submit(self, wanted: Wanted) -> str:
        """Hand the clip under the playhead over and wait for the job; gives the job."""
        return self.started(wanted).job.job

    def started(self, wanted: Wanted) -> running.Started:
        """Hand the clip under the playhead over and wait for the job; gives what was told of it."""
        told = running.submit(self.resolve, self.engine, wanted)
        for _ in self.engine.events(told.job.job):
            pass
        return told

    def place(self, job: str) -> Any:
        """Place the take of a job."""
        return running.place(self.resolve, self.engine, job)

    def shown(self, frame: int) -> Any:
        """Give the topmost clip that is seen at a frame of the timeline."""
        self.host.playhead(frame)
        return self.host.project().GetCurrentTimeline().GetCurrentVideoItem()

    def codes(self, item: Any, frame: int) -> npt.NDArray[np.float32]:
        """Give what enters an item's first node, as 10-bit codes."""
        pixels = self.host.rendered_pixels(item, frame)
        return np.asarray(pixels[..., :3] * 1023, np.float32)


def picture(number: int) -> npt.NDArray[np.uint16]:
    """Draw 10-bit log codes (48, 64, 3): a wall that pans, a bar that walks, the number in a corner."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    wall = 420 + 90 * np.sin((columns + number) / 5.0) + 60 * np.cos(rows / 4.0)
    codes = np.stack([wall, wall * 0.92 + 20, wall * 0.85 + 30], axis=-1)
    at = (5 * number) % SIZE[1]
    codes[30:44, at : at + 5] = (700, 300, 250)
    codes[:4, :4] = 100 + number % 900
    return np.clip(np.rint(codes), 0, 1023).astype(np.uint16)


def write_dpx(path: Path, codes: npt.NDArray[np.uint16]) -> None:
    """Write 10-bit codes as DPX."""
    spec = OpenImageIO.ImageSpec(codes.shape[1], codes.shape[0], 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    output = OpenImageIO.ImageOutput.create(str(path))
    output.open(str(path), spec)
    wide = codes.astype(np.uint32)
    output.write_image(np.ascontiguousarray((wide << 6) | (wide >> 4), np.uint16))
    output.close()


def write_png(path: Path, alpha: npt.NDArray[np.float32]) -> None:
    """Write a matte as an 8-bit grey PNG."""
    spec = OpenImageIO.ImageSpec(alpha.shape[1], alpha.shape[0], 1, "uint8")
    output = OpenImageIO.ImageOutput.create(str(path))
    output.open(str(path), spec)
    output.write_image(np.ascontiguousarray(np.rint(alpha * 255)[..., None], np.uint8))
    output.close()


def raw_clip(folder: Path, name: str, head: str, first: int, last: int, rate: str = "24") -> Path:
    """Write the made-up camera raw: a file that stands for pictures only Resolve can read."""
    import json

    path = folder / f"{name}.braw"
    told = {"head": str(folder / head), "padding": 4, "tail": ".dpx", "first": first, "last": last}
    path.write_text(json.dumps({**told, "rate": rate, "timecode": "10:00:00:00"}), encoding="utf-8")
    return path
