"""The plates of the five-minute tasks: photographed as in the other demos, with nothing made of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.demo.crowd import (
    camera_document,
    crowd_document,
    document_text,
    draw_people,
    figures,
    write_stadium,
)
from photodouble.demo.deage import PERFORMER, PORTRAIT, check_portrait
from photodouble.demo.deage_clip import Clip, Recipe
from photodouble.demo.edit import photograph
from photodouble.demo.edit_cut import NEW, OLD, write_cut
from photodouble.demo.plate import FIRST_FRAME, wire_plate
from photodouble.demo.slate import write_frame
from photodouble.demo.stadium import Stadium
from photodouble.image.storage import write_whole
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress

Say = Callable[[Event], None]
Stop = threading.Event
CUT_FRAMES = 20
_PEOPLE = 8
_PAPER = (
    "This paper stands for what a performer signs. The portrait is in the public domain; the consent is for "
    "the demonstration of Photo Double only: to look 30 to 40 years old, in ideation.\n"
)
_WIDE = {"wire": (640, 360), "stand": (640, 360), "face": (400, 400), "cut": (320, 180)}
_LONG = {"wire": 8, "stand": 6, "face": 6, "cut": CUT_FRAMES}


def photograph_task(
    what: str,
    output: Path,
    *,
    frames: int | None = None,
    size: tuple[int, int] | None = None,
    on_event: Say | None = None,
    stop: Stop | None = None,
) -> list[str]:
    """Write the plate of a task (`wire`, `stand`, `face` or `cut`) with all it needs; say what lies there.

    A cut always has 20 frames of each plate. Raises ArtistError `engine.stopped`, and for a face
    `input.face_support` without the portrait.
    """
    say = on_event or (lambda _event: None)
    output.mkdir(parents=True, exist_ok=True)
    make = {"wire": _wire, "stand": _stand, "face": _face, "cut": _cut}[what]
    return make(output, frames or _LONG[what], size or _WIDE[what], _stoppable(say, stop))


def _wire(output: Path, frames: int, size: tuple[int, int], say: Say) -> list[str]:
    plates, mattes = _empty(output / "plates"), _empty(output / "mattes")
    for done, frame in enumerate(wire_plate(size=size, frames=frames), 1):
        write_frame(plates / f"sh010.{frame.number:04d}.exr", frame.plate, frame.number)
        write_frame(mattes / f"sh010.{frame.number:04d}.exr", frame.matte, frame.number)
        say(Progress(done, frames, "photographing the wire"))
    return [f"The plate: {plates / 'sh010.####.exr'}", f"The matte of the wire: {mattes / 'sh010.####.exr'}"]


def _stand(output: Path, frames: int, size: tuple[int, int], say: Say) -> list[str]:
    stadium = Stadium(width=size[0], height=size[1], frames=frames)
    draw_people(output / "elements", figures(_PEOPLE), say)
    write_stadium(stadium, _empty(output / "plates") / "sh020.####.exr", say)
    write_whole(output / "camera.json", document_text(camera_document(stadium)))
    write_whole(output / "crowd.json", document_text(_one_stand()))
    return [
        f"The empty stand: {output / 'plates' / 'sh020.####.exr'}",
        f"The people: {output / 'elements' / 'library.json'}",
        f"Its camera and where people are: {output / 'camera.json'}, {output / 'crowd.json'}",
    ]


def _one_stand() -> dict[str, object]:
    """Seat people in the north stand alone."""
    whole: Any = crowd_document()
    areas = [area for area in whole["areas"] if area["id"] == "north"]
    look = {name: whole["look"][name] for name in ("*", "north")}
    return {**whole, "areas": areas, "look": look}


def _face(output: Path, frames: int, size: tuple[int, int], say: Say) -> list[str]:
    check_portrait()
    side = min(size)
    say(Progress(0, frames, "ageing the portrait"))
    clip = Clip(Recipe(frames=frames, face_px=PORTRAIT * side))
    plates = _empty(output / "plates")
    for place in range(frames):
        number = FIRST_FRAME + place
        picture = clip.plate[place].astype(np.float16).astype(np.float32)
        write_frame(plates / f"sh030.{number:04d}.exr", picture, number)
        say(Progress(place + 1, frames, "photographing the face"))
    (output / "consent.txt").write_text(_PAPER, encoding="utf-8")
    return [
        f"The plate: {plates / 'sh030.####.exr'}",
        f"The performer {PERFORMER} signed: {output / 'consent.txt'}",
    ]


def _cut(output: Path, _frames: int, size: tuple[int, int], say: Say) -> list[str]:
    photograph(output / "plates", size, say)
    old = write_cut(output / "cut_v1.otio", OLD, output / "plates", CUT_FRAMES, dissolve=1)
    new = write_cut(output / "cut_v2.otio", NEW, output / "plates", CUT_FRAMES)
    return [f"The cut: {old}", f"The cut that comes later: {new}", f"Plates and mattes: {output / 'plates'}"]


def _empty(folder: Path) -> Path:
    """Make a folder, without the frames of an earlier, longer demonstration."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("sh0[0-9]0.[0-9][0-9][0-9][0-9].exr"):
        stale.unlink()
    return folder


def _stoppable(say: Say, stop: Stop | None) -> Say:
    def tell(event: Event) -> None:
        say(event)
        if stop is not None and stop.is_set():
            raise ArtistError(
                "engine.stopped", "The demo was stopped", "It is not finished.", "Start it again."
            )

    return tell
