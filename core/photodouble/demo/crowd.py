"""The demo of a crowd: draw people, photograph an empty stadium, fill it by the real job, and show it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photodouble.demo.crowd_look import id_colours, write_picture, write_stadium_sheet
from photodouble.demo.figure_people import person_numbered
from photodouble.demo.figures import Figure, write_figures
from photodouble.demo.film import Stock
from photodouble.demo.removal import read_colour
from photodouble.demo.slate import write_frame
from photodouble.demo.stadium import AISLE, APERTURE, RAKE, ROW_DEPTH, ROWS, SEAT, SEATS, STANDS, Stadium
from photodouble.engine.eye import open_scratch
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.sequence import Sequence
from photodouble.image.storage import write_whole
from photodouble.ops.crowd.library import read_library
from photodouble.ops.crowd.records import load_laid
from photodouble.ops.crowd.score import repeat_score
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import CROWD

FIRST = 1001
FIGURES = 24
_STATES = ("sit", "sit_clap", "sit", "cheer", "sit", "idle", "cheer", "clap")
_TURNS = (0.0, 18.0, -18.0)
CLOTHES = [
    [0.025, 0.03, 0.045], [0.04, 0.04, 0.042], [0.07, 0.09, 0.14], [0.03, 0.05, 0.11], [0.16, 0.16, 0.165],
    [0.55, 0.54, 0.5], [0.65, 0.64, 0.62], [0.3, 0.26, 0.2], [0.12, 0.05, 0.035], [0.05, 0.09, 0.05],
    [0.02, 0.02, 0.024], [0.09, 0.1, 0.12],
]  # fmt: skip
"""What people wear to a match, scene-linear: mostly dark, some of it white."""

Say = Callable[[Event], None]


@dataclass(frozen=True)
class CrowdReport:
    """What the demo made: the picture to open, the ID matte as colours, the take, and figures of the crowd.

    `drawn` different ones play `people` in the layout, `shown` of them in the middle frame; `repeats`
    is the repeat score in words.
    """

    sheet: Path
    picture: Path
    ids: Path
    take: Path
    drawn: int
    people: int
    shown: int
    repeats: str
    untouched: bool

    def lines(self) -> list[str]:
        """Say the figures in a few lines a person can read."""
        beside = "bit for bit the plate" if self.untouched else "CHANGED"
        return [
            f"People: {self.people:,} of {self.drawn} drawn ones, {self.shown:,} in the middle frame",
            self.repeats,
            f"Beside people and shadows: {beside}",
        ]


def run_crowd_demo(
    output: Path,
    *,
    frames: int = 24,
    size: tuple[int, int] = (1280, 720),
    people: int = FIGURES,
    on_event: Say | None = None,
    stop: threading.Event | None = None,
) -> CrowdReport:
    """Fill a stadium in `output` with `people` drawn ones and show it; raises ArtistError as the job does.

    The people are drawn once and kept; the plate is photographed anew.
    """
    say = on_event or (lambda _event: None)
    stadium = Stadium(width=size[0], height=size[1], frames=frames)
    draw_people(output / "elements", figures(people), say, stop)
    write_stadium(stadium, output / "plate/plate.####.exr", say)
    write_whole(output / "camera.json", document_text(camera_document(stadium)))
    write_whole(output / "crowd.json", document_text(crowd_document()))
    take = _run(output, frames, on_event=say, stop=stop)
    return _shown(take, output, frames, people)


def camera_document(stadium: Stadium) -> dict[str, object]:
    """Return the camera of the stadium as the crowd reads it."""
    moments = {}
    for place in range(-1, stadium.frames + 2):
        left, up = stadium.turn(place)
        moments[str(FIRST + place)] = {"position": stadium.place(place).tolist(), "rotation": [up, left, 0.0]}
    return {
        "schema": 1,
        "kind": "camera",
        "focal": stadium.focal,
        "aperture": APERTURE,
        "shutter_angle": 0.0,
        "shutter_phase": 0.0,
        "frames": moments,
    }


def crowd_document() -> dict[str, object]:
    """Return the crowd of the stadium: three stands, and people who stand on the pitch."""
    stands = [
        {
            "id": stand.name,
            "kind": "seats",
            "origin": list(stand.origin),
            "facing": stand.facing,
            "facing_spread": 12,
            "sections": stand.sections,
            "rows": ROWS,
            "seats": SEATS,
            "seat_width": SEAT,
            "row_depth": ROW_DEPTH,
            "rake": RAKE,
            "aisle": AISLE,
            "fill": 0.93,
            "states": {"sit": 0.68, "sit_clap": 0.2, "cheer": 0.12},
        }
        for stand in STANDS
    ]
    pitch = {
        "id": "pitch",
        "kind": "standing",
        "polygon": [[-38, -43], [38, -43], [26, 6], [-26, 6]],
        "spacing": 0.85,
        "density": 0.8,
        "facing": 0,
        "facing_spread": 25,
        "states": {"idle": 0.5, "clap": 0.3, "cheer": 0.2},
        "paint": [{"at": [0, -6], "radius": 9.15, "amount": -1.0}],
    }
    look = {"*": {"palette": CLOTHES, "dyed": 0.85}}
    for stand in STANDS:
        look[stand.name] = {"palette": [*CLOTHES, *[list(stand.shirts)] * 5]}
    wave = {"area": "north", "state": "cheer", "period": 8.0, "width": 0.12, "start": FIRST - 40}
    return {"schema": 1, "name": "stadium", "areas": [*stands, pitch], "waves": [wave], "look": look}


def figures(count: int = FIGURES) -> list[Figure]:
    """Cast the drawn people: most of them sit, some clap, cheer or stand."""
    found = []
    for number in range(count):
        state = _STATES[number % len(_STATES)]
        found.append(Figure(person_numbered(number), state, _TURNS[number // len(_STATES) % len(_TURNS)]))
    return found


def draw_people(folder: Path, wanted: list[Figure], say: Say, stop: threading.Event | None = None) -> None:
    """Draw a library of people, unless they lie there from an earlier demonstration."""
    listed = folder / "library.json"
    if listed.is_file():
        known = {one.get("name") for one in json.loads(listed.read_text("utf-8")).get("elements", ())}
        if known == {figure.name for figure in wanted}:
            return

    def tell(done: int, of: int, note: str) -> None:
        say(Progress(done, of, note))
        if stop is not None and stop.is_set():
            raise ArtistError(
                "engine.stopped", "The demo was stopped", "It is not finished.", "Start it again."
            )

    write_figures(folder, wanted, height=96, report=tell)


def write_stadium(stadium: Stadium, pattern: Path, say: Say) -> None:
    """Photograph the empty stadium, in the place of an earlier demonstration's frames."""
    pattern.parent.mkdir(parents=True, exist_ok=True)
    for stale in pattern.parent.glob(pattern.name.replace("####", "[0-9]*")):
        stale.unlink()
    stock = Stock(seed=5, grain=0.9, drift=0.12)
    for place in range(stadium.frames):
        number = FIRST + place
        path = pattern.with_name(pattern.name.replace("####", f"{number:04d}"))
        write_frame(path, stadium.frame(place, stock), number)
        say(Progress(place + 1, stadium.frames, "photographing the stadium"))


def _run(output: Path, frames: int, *, on_event: Say, stop: threading.Event | None) -> Take:
    inputs = {
        "plate": output / "plate/plate.####.exr",
        "crowd": output / "crowd.json",
        "library": output / "elements/library.json",
        "camera": output / "camera.json",
    }
    values = {"shadow_direction": 150.0, "shadow_length": 0.9, "shadow_softness": 0.35, "exposure": 0.0}
    request = JobRequest(
        operation=CROWD.key,
        spec_version=CROWD.version,
        inputs={key: PortInput(str(path.absolute())) for key, path in inputs.items()},
        values=CROWD.validate(values),
        range=FrameRange(range(FIRST, FIRST + frames)),
        output_root=str((output / "takes").absolute()),
        shot="demo",
        host="demo",
    )
    workers = max(1, min(os.cpu_count() or 1, frames // 8, 4))
    settings = Settings(
        cache_folder=str(output / "cache"), contact_sheet=False, keep_analysis=True, workers=workers
    )
    return run_job(request, JobOptions(settings=settings), on_event=on_event, stop=stop).take


def _shown(take: Take, output: Path, frames: int, drawn: int) -> CrowdReport:
    laid = load_laid(open_scratch(take.folder))
    elements = read_library(output / "elements").elements
    middle = FIRST + frames // 2
    record = take.record(middle)
    numbers = sorted({FIRST, middle, FIRST + frames - 1})
    rows = [
        (
            number,
            read_colour(output / f"plate/plate.{number:04d}.exr"),
            read_colour(take.picture("result", number, "exr")),
            id_colours(take.picture("ids", number, "exr")),
        )
        for number in numbers
    ]
    report = CrowdReport(
        output / "crowd_sheet.png",
        output / "crowd.png",
        output / "crowd_ids.png",
        take.folder,
        drawn,
        int(np.count_nonzero(laid.cast.present)),
        int(record.figures["people"]) if record is not None else 0,
        repeat_score(laid.agents, laid.cast, elements).sentence,
        all(_untouched(take, number, plate, result) for number, plate, result, _ in rows),
    )
    at = numbers.index(middle)
    write_picture(report.picture, rows[at][2])
    write_picture(report.ids, rows[at][3], linear=False)
    title = f"A stadium filled with {report.people:,} people: {frames} frames"
    write_stadium_sheet(report.sheet, rows, title=title, notes=report.lines())
    return report


def _untouched(take: Take, number: int, plate: NDArray[np.float32], result: NDArray[np.float32]) -> bool:
    picture = Sequence.find(take.picture("matte", number, "exr")).read(number, needs_colour=False)
    outside = picture.channel("A", picture.display_window) <= 0
    return bool(np.array_equal(result[outside], plate[outside]))


def document_text(document: dict[str, object]) -> bytes:
    """Write a document as it is laid on disk."""
    return (json.dumps(document, indent=1) + "\n").encode()
