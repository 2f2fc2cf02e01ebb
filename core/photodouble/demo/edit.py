"""The demo of edits: a cut becomes work, takes go back into it, the cut changes, and the takes go along."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from photodouble.demo.edit_cut import NEW, OLD, write_cut
from photodouble.demo.edit_sheet import Strip, write_strips
from photodouble.demo.plate import Plate, markers_plate, person_plate, wire_plate
from photodouble.demo.slate import PlateFiles, write_plate
from photodouble.edit.conform import Conformed, conform
from photodouble.edit.difference import Change, summary, table
from photodouble.edit.edit import Edit
from photodouble.edit.known_takes import KnownTakes
from photodouble.edit.profiles import PROFILES, write_edit
from photodouble.edit.pull import PullWish, pull
from photodouble.edit.push import PushWish, push
from photodouble.edit.read import read_edit
from photodouble.edit.resumed import write_resumed
from photodouble.edit.shots import list_shots
from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.events import Event, Progress
from photodouble_client.request import JobRequest, PortInput, new_take_id

FRAMES, HANDLES = 20, 2
PLATES: dict[str, Callable[..., Plate]] = {"sh010": person_plate, "sh020": wire_plate, "sh030": markers_plate}

EventSink = Callable[[Event], None]


@dataclass(frozen=True)
class EditReport:
    """What the demo made: the strip to open, the cuts, and what changed between them."""

    sheet: Path
    cuts: tuple[Path, ...]
    changes: tuple[Change, ...]
    made: int
    linked: int

    def lines(self) -> list[str]:
        """Say it in a few lines a person can read."""
        return [
            *table(self.changes),
            f"{summary(self.changes).capitalize()}.",
            f"Made for the new cut: {self.made} frames. Linked from the takes of the old one: {self.linked}.",
        ]


def run_edit_demo(
    output: Path,
    *,
    size: tuple[int, int] = (320, 180),
    on_event: EventSink | None = None,
    stop: threading.Event | None = None,
) -> EditReport:
    """Cut three plates with a retime and a dissolve, take things out of them, and follow a changed cut.

    The new cut comes as from a host that keeps no metadata and renames clips. Raises ArtistError as the jobs
    do.
    """
    say = on_event or (lambda _event: None)
    output.mkdir(parents=True, exist_ok=True)
    work = _Work(output, say, stop)
    photograph(output / "plates", size, say)
    old = write_cut(output / "cut_v1.otio", OLD, output / "plates", FRAMES, dissolve=1)
    new = write_cut(output / "cut_v2.otio", NEW, output / "plates", FRAMES)
    requests = work.requests_of(read_edit(old))
    ours = [work.run(request) for request in requests]
    first = work.pushed(read_edit(old), ours)
    broken = work.conformed(first, read_edit(new), ours, "cut_v2_conformed.otio")
    made = linked = 0
    for one, path in zip(broken.requests, write_resumed(broken.requests, output / "requests"), strict=True):
        ours.append(work.run(JobRequest.from_text(path.read_text(encoding="utf-8"))))
        made, linked = made + len(one.frames), linked + len(one.kept)
    whole = work.conformed(first, read_edit(new), ours, "cut_v2_whole.otio")
    sheet = output / "edit.png"
    words = [_said(change) for change in broken.changes if change.new is not None]
    write_strips(
        sheet,
        "A cut changes and its takes go along: three shots, one at double speed, a dissolve",
        [
            Strip(
                "1  The cut, with the takes that were made for it (a person, a wire and markers are gone)",
                first,
            ),
            Strip("2  The new cut as it came: no metadata, clips renamed", read_edit(new), words),
            Strip("3  Takes that still cover their shots are back; one is too short", broken.edit),
            Strip(
                f"4  All shots have takes: {made} frames were made, handles included, {linked} linked",
                whole.edit,
            ),
        ],
    )
    names = ("cut_v1_takes.otio", "cut_v2_conformed.otio", "cut_v2_whole.otio")
    return EditReport(sheet, tuple(output / name for name in names), broken.changes, made, linked)


@dataclass(frozen=True)
class _Work:
    """The folder that the demo works in, and whom it tells."""

    output: Path
    say: EventSink
    stop: threading.Event | None

    def requests_of(self, edit: Edit) -> list[JobRequest]:
        """Make the request of every shot of a cut, its matte beside its plate."""
        found = []
        for shot in list_shots(edit, handles=HANDLES):
            matte = PlateFiles(self.output.absolute() / "plates" / shot.name).matte
            wish = PullWish(
                "inpaint",
                self.output / "pulled" / shot.name,
                str((self.output / "takes").absolute()),
                handles=HANDLES,
                inputs={"matte": PortInput(matte)},
            )
            found.append(pull(edit, shot, wish).request)
        return found

    def run(self, request: JobRequest) -> str:
        """Run a request as the command line does; return the take's id."""
        settings = Settings(
            cache_folder=str(self.output / "cache"),
            engine_folder=str(self.output / "state"),
            contact_sheet=False,
        )
        request = dataclasses.replace(request, take=new_take_id(), host="demo")
        return run_job(request, JobOptions(settings=settings), on_event=self.say, stop=self.stop).take.take_id

    def known(self, takes: Sequence[str]) -> KnownTakes:
        """Know the takes of this demo, and not those of an earlier one in the same folder."""
        known = KnownTakes.under(str(self.output / "takes"))
        return KnownTakes([one for one in known.takes if one.take.take_id in takes])

    def pushed(self, edit: Edit, takes: Sequence[str]) -> Edit:
        """Put takes into a cut as temp."""
        pushed = push(edit, self.known(takes).takes, PushWish(temp=True))
        return self._written(pushed, "cut_v1_takes.otio")

    def conformed(self, old: Edit, new: Edit, takes: Sequence[str], name: str) -> Conformed:
        """Conform a new cut to the takes of the old one."""
        done = conform(old, new, self.known(takes), handles=HANDLES, temp=True)
        return dataclasses.replace(done, edit=self._written(done.edit, name))

    def _written(self, edit: Edit, name: str) -> Edit:
        write_edit(edit, self.output / name, PROFILES["otio"], overwrite=True)
        return read_edit(self.output / name)


def photograph(folder: Path, size: tuple[int, int], say: EventSink) -> None:
    """Write plates and mattes of all shots of the cut."""
    done = 0

    def tell(_number: int) -> None:
        nonlocal done
        done += 1
        say(Progress(done, FRAMES * len(PLATES), "photographing the plates"))

    for name, plate in PLATES.items():
        write_plate(plate(size=size, frames=FRAMES), folder / name, kinds=("plate", "matte"), on_frame=tell)


def _said(change: Change) -> str:
    needed = f"; {change.frames_needed.to_text()} must be made" if len(change.frames_needed) else ""
    return f"{change.words()}{needed}"
