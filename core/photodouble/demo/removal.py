"""Run the real job on a rendered plate, and read back what it wrote beside the truth."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.demo.measure import Moment
from photodouble.demo.slate import PlateFiles
from photodouble.demo.textures import Picture
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.sequence import Sequence
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.events import Event
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import INPAINT


@dataclass(frozen=True)
class Removal:
    """A plate's files and the take that the job made of them."""

    files: PlateFiles
    take: Take

    def moment(self, number: int) -> Moment:
        """Read one frame of the result beside what is true."""
        result = self.take.picture("result", number, "exr")
        return dataclasses.replace(read_moment(self.files, number), result=read_colour(result))

    def moments(self, numbers: range) -> Iterator[Moment]:
        """Read frame after frame."""
        return (self.moment(number) for number in numbers)

    def kind(self, number: int) -> Picture:
        """Read the kind of origin of every pixel of a frame, (H, W)."""
        frame = Sequence.find(str(self.take.picture("origin", number, "exr")), channels="kind").read(number)
        return np.asarray(frame.channel("kind", frame.display_window))


def remove(
    files: PlateFiles,
    numbers: range,
    root: Path,
    *,
    values: Mapping[str, Any] | None = None,
    inputs: Mapping[str, str] | None = None,
    shot: str = "demo",
    workers: int = 1,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> Removal:
    """Run the job that the command line runs; takes and analysis cache go below `root`.

    `values` are parameters that differ from their defaults, `inputs` further ports such as a clean plate.
    Raises ArtistError as the job does.
    """
    ports = {"plate": files.plate, "matte": files.matte, **(inputs or {})}
    request = JobRequest(
        operation=INPAINT.key,
        spec_version=INPAINT.version,
        inputs={key: PortInput(str(Path(path).absolute())) for key, path in ports.items()},
        values=INPAINT.validate(dict(values or {})),
        range=FrameRange(numbers),
        output_root=str((root / "takes").absolute()),
        shot=shot,
        host="demo",
    )
    settings = Settings(cache_folder=str(root / "cache"), contact_sheet=False, workers=workers)
    done = run_job(request, JobOptions(settings=settings), on_event=on_event, stop=stop)
    return Removal(files, done.take)


def read_moment(files: PlateFiles, number: int) -> Moment:
    """Read plate, matte and truths of one frame; the result is the plate, as if nothing had been done."""
    plate, truth, clean = (read_colour(files.path(kind, number)) for kind in ("plate", "truth", "clean"))
    frame = Sequence.find(str(files.path("matte", number))).read(number)
    matte = np.asarray(frame.channel("A", frame.display_window))
    return Moment(plate=plate, matte=matte, result=plate, truth=truth, clean=clean)


def read_colour(path: Path) -> Picture:
    """Read one picture file as (H, W, 3) float32 scene-linear."""
    sequence = Sequence.find(str(path))
    frame = sequence.read(sequence.frames[0])
    return np.asarray(frame.linear(frame.display_window))
