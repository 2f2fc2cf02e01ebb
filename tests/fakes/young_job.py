"""A de-ageing job on the little face, under a consent of its own: for tests that look at what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from likeness import PERFORMER, Likely
from little_face import COUNT, FIRST

from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.sequence import Sequence
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import DEAGE


@dataclass
class Desk:
    """Where jobs run: settings, and a show in which the performer agreed."""

    likely: Likely
    settings: Settings

    @classmethod
    def below(cls, folder: Path, **changes: Any) -> Desk:
        """Set up a desk; PHOTODOUBLE_USER must point to a file of its own already."""
        settings = Settings(
            engine_folder=str(folder / "state"),
            cache_folder=str(folder / "cache"),
            **{"contact_sheet": False, "threads": 1, **changes},
        )
        likely = Likely(folder / "show", settings)
        likely.file(models=())
        return cls(likely, settings)

    def request(
        self, ports: dict[str, str], *, count: int = COUNT, view: str = "", **values: Any
    ) -> JobRequest:
        """Ask for frames of a plate."""
        frames = FrameRange(range(FIRST, FIRST + count))
        return JobRequest(
            operation="deage",
            spec_version=1,
            inputs={key: PortInput(path) for key, path in ports.items()},
            values=DEAGE.validate({"target_age": 35.0, **values}),
            range=frames,
            source_range=frames,
            output_root=str(self.likely.folder / "takes"),
            shot="sh010",
            performers=(PERFORMER,),
            host="test",
            view=view,
        )

    def make(self, request: JobRequest, *, on_event: Any = None, **options: Any) -> Take:
        """Run a job and return its take."""
        return run_job(request, JobOptions(settings=self.settings, **options), on_event=on_event).take


def linear(found: Path | str, frame: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a picture (h, w, 3) of a pattern, or of a take's result, scene-linear."""
    if isinstance(found, Path):
        found = str(sorted(found.glob("result/*.exr"))[0]).replace(str(FIRST), "####")
    picture = Sequence.find(found).read(frame)
    return picture.linear(picture.display_window)


def planes(take: Path, output: str, frame: int, view: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """Return the planes of an output of a take, over the display window."""
    path = next((take / output).glob(f"*{view + '*' if view else ''}{frame}.exr"))
    picture = Sequence.find(path).read(frame, needs_colour=False)
    return {name: picture.channel(name, picture.display_window) for name in picture.channels}
