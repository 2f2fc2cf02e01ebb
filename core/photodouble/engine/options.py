"""How a job is run and what it leaves behind: nothing here changes a pixel."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from photodouble.settings import Settings
from photodouble.takes.naming import Naming
from photodouble.takes.store import Take, TakeStore
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

STEPS = ("", "analyse", "frames", "finish")


@dataclass(frozen=True)
class JobOptions:
    """How a job is run, which never changes its pixels.

    `frames` selects what is written (a farm chunk); `output` is a pattern for a copy made after sealing,
    with `layers` one EXR per frame that holds all outputs. `step` runs one part of the job only, for a farm:
    `analyse`, `frames`, or `finish`, which renders nothing and needs every frame. `permit` is the file by
    which a farm's machine may touch a likeness.
    """

    frames: FrameRange | None = None
    resume: bool = False
    output: str = ""
    overwrite: bool = False
    layers: bool = False
    step: str = ""
    permit: Path | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class JobResult:
    """What a job left behind: its take, the manifest if the take is sealed, and the copies it made."""

    take: Take
    manifest: Path | None
    contact_sheet: Path | None = None
    copies: tuple[Path, ...] = ()


def open_store(request: JobRequest, settings: Settings) -> TakeStore:
    """Return the take store of a request: its own root, or the one that the settings name."""
    root = request.output_root or settings.takes_root or "takes"
    return TakeStore(
        Path(root).expanduser().absolute(), Naming(settings.take_template, settings.file_template)
    )
