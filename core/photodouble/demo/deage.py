"""The demo of de-ageing: age a public portrait, paint three frames by the truth, run the real job."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photodouble.demo.deage_clip import Clip, Recipe
from photodouble.demo.deage_consent import write_demo_show
from photodouble.demo.removal import read_colour
from photodouble.demo.sheet import Row, write_sheet
from photodouble.demo.slate import write_frame
from photodouble.engine.deage_suggest import suggest
from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tracking import Plate
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.deage.followed import Sought
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import DEAGE

FIRST = 1001
PERFORMER = "demo-portrait"
AGE = 35.0
PORTRAIT = 290 / 640
"""The face's width as a share of the picture's side."""


@dataclass(frozen=True)
class DeageReport:
    """What the demo made: the sheet to open, the take, the painted frames, and how far it is from the truth.

    `snr` is of the change on frames that nobody painted, in dB; `exact` whether painted ones show the paint.
    """

    sheet: Path
    take: Path
    keys: str
    snr: float
    exact: bool
    untouched: bool

    def lines(self) -> list[str]:
        """Say the figures in a few lines a person can read."""
        return [
            f"Painted frames, named by the tool: {self.keys}",
            f"All other frames: the change is {self.snr:.1f} dB from the truth (doing nothing is 0)",
            f"Painted frames: {'exactly the paint' if self.exact else 'NOT the paint'}",
            f"Beside the skin: {'bit for bit the plate' if self.untouched else 'CHANGED'}",
        ]


def run_deage_demo(
    output: Path,
    *,
    frames: int = 24,
    size: int = 640,
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> DeageReport:
    """Age and animate a portrait into `output`, paint three frames, let the shot follow, and measure.

    Raises ArtistError `input.face_support` without the portrait, and as the job does.
    """
    say, stopping = on_event or (lambda _event: None), stop or threading.Event()
    check_portrait()
    say(Progress(0, frames, "ageing the portrait"))
    clip = Clip(Recipe(frames=frames, face_px=PORTRAIT * size))
    _write(clip, output, "plate", range(frames), say)
    _write(clip, output, "truth", range(frames), say)
    report = Reporter(lambda done, of, note: say(Progress(done, of, note)), stopping.is_set)
    plate = str((output / "plate/plate.####.exr").absolute())
    named = suggest(Plate.find(plate), min(3, frames), Sought(), report)
    keys = [int(one["frame"]) for one in named["keys"]]
    _write(clip, output, "paint", [key - FIRST for key in keys], say)
    take = _run(output, frames, on_event=say, stop=stopping)
    return _measured(clip, take, output, sorted(keys))


def check_portrait() -> None:
    """Refuse to begin without the portrait; raises ArtistError `input.face_support`."""
    if importlib.util.find_spec("skimage") is None:
        raise ArtistError(
            "input.face_support",
            "The portrait is not installed",
            "The demo ages the public-domain portrait that comes with scikit-image.",
            "Install it: pip install scikit-image.",
        )


def _write(
    clip: Clip, output: Path, kind: str, places: range | list[int], say: Callable[[Event], None]
) -> None:
    folder = output / kind
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(f"{kind}.[0-9]*.exr"):
        stale.unlink()
    for done, place in enumerate(places):
        picture = clip.plate[place].astype(np.float16).astype(np.float32)
        if kind != "plate":
            picture = picture + clip.delta[place]
        write_frame(folder / f"{kind}.{FIRST + place:04d}.exr", picture, FIRST + place)
        say(Progress(done + 1, len(places), f"writing {kind}"))


def _run(output: Path, frames: int, *, on_event: Callable[[Event], None], stop: threading.Event) -> Take:
    settings = Settings(
        cache_folder=str(output / "cache"), engine_folder=str(output / "engine"), contact_sheet=False
    )
    show = write_demo_show(output / "show", settings, performer=PERFORMER, age=AGE)
    inputs = {"plate": output / "plate/plate.####.exr", "keys": output / "paint/paint.####.exr"}
    every = FrameRange(range(FIRST, FIRST + frames))
    request = JobRequest(
        operation=DEAGE.key,
        spec_version=DEAGE.version,
        inputs={key: PortInput(str(path.absolute())) for key, path in inputs.items()},
        values=DEAGE.validate({"target_age": AGE}),
        range=every,
        source_range=every,
        output_root=str((show / "takes").absolute()),
        shot="demo",
        use="ideation",
        performers=(PERFORMER,),
        host="demo",
    )
    return run_job(request, JobOptions(settings=settings), on_event=on_event, stop=stop).take


def _measured(clip: Clip, take: Take, output: Path, keys: list[int]) -> DeageReport:
    rows = [_row(take, output, FIRST + place) for place in clip.frames]
    wanted = wrong = 0.0
    for place, row in enumerate(rows):
        if row.number in keys:
            continue
        skin = clip.matte(place) > 0
        truth = clip.delta[place][skin]
        wanted += float((truth**2).sum())
        wrong += float((((row.result - row.plate)[skin] - truth) ** 2).sum())
    sheet = output / "deage.png"
    painted = [row for row in rows if row.number in keys]
    report = DeageReport(
        sheet,
        take.folder,
        FrameRange(keys).to_text(),
        round(float(10 * np.log10(wanted / max(wrong, 1e-12))), 2) if wanted else 0.0,
        all(np.array_equal(row.result, row.truth) for row in painted),
        all(np.array_equal(row.result[row.matte <= 0], row.plate[row.matte <= 0]) for row in rows),
    )
    chosen = sorted({0, len(rows) // 3, 2 * len(rows) // 3, len(rows) - 1})
    title = f"A portrait made younger: {len(rows)} frames, three of them painted"
    write_sheet(sheet, [rows[place] for place in chosen], title=title, notes=report.lines())
    return report


def _row(take: Take, output: Path, number: int) -> Row:
    plate = read_colour(output / f"plate/plate.{number:04d}.exr")
    window = Box.of_size(plate.shape[0], plate.shape[1])

    def plane(name: str, channel: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        picture = Sequence.find(take.picture(name, number, "exr")).read(number, needs_colour=False)
        return np.asarray(picture.channel(channel, window))

    result = read_colour(take.picture("result", number, "exr"))
    truth = read_colour(output / f"truth/truth.{number:04d}.exr")
    return Row(number, plate, plane("matte", "A"), result, truth, plane("origin", "kind"))
