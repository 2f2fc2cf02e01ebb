"""The demo: render a plate, remove the person with the real job, and measure the result against truth."""

from __future__ import annotations

import dataclasses
import math
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from photodouble.demo.measure import Figures, Moment, measure
from photodouble.demo.peers import PEERS, Peer
from photodouble.demo.plate import Plate, person_plate
from photodouble.demo.removal import Removal, read_moment, remove
from photodouble.demo.sheet import Row, write_sheet
from photodouble.demo.slate import KINDS, PlateFiles, write_plate
from photodouble_client.events import Event, Progress

OURS = "Photo Double"
"""The name of our own result among the figures."""

EventSink = Callable[[Event], None]


@dataclass(frozen=True)
class DemoReport:
    """What the demo made: the contact sheet to open, the take, and the error of every method by name."""

    sheet: Path
    take: Path
    figures: dict[str, Figures]

    def lines(self) -> list[str]:
        """Say the figures in a few lines a person can read."""
        head = (
            f"{'':16}{'masked PSNR':>13}{'worst frame':>13}{'warp error':>14}{'grain':>9}   outside the matte"
        )
        return [head, *(_line(name, figures) for name, figures in self.figures.items())]


def run_demo(
    output: Path,
    *,
    frames: int = 48,
    size: tuple[int, int] = (960, 540),
    on_event: EventSink | None = None,
    stop: threading.Event | None = None,
) -> DemoReport:
    """Render a street with a walking person into `output`, take the person out and measure the error.

    `size` is width and height. Run again in the same folder it renders the same plate and makes the next
    take. Raises ArtistError as the job does.
    """
    say = on_event or (lambda _event: None)
    output.mkdir(parents=True, exist_ok=True)
    plate = person_plate(size=size, frames=frames)
    files = _render(plate, output / "plate", say)
    workers = max(1, min(os.cpu_count() or 1, frames // 16))
    removal = remove(files, plate.numbers, output, workers=workers, on_event=say, stop=stop)
    figures = _measure(removal, plate.numbers, say)
    sheet = output / "contact_sheet.png"
    report = DemoReport(sheet, removal.take.folder, figures)
    title = f"A person removed from a moving plate: {frames} frames, {size[0]} x {size[1]}, half float"
    rows = [_row(removal, number) for number in _shown(plate.numbers, figures[OURS].worst_place)]
    write_sheet(sheet, rows, title=title, notes=[_note(name, f) for name, f in figures.items()])
    return report


def _render(plate: Plate, folder: Path, say: EventSink) -> PlateFiles:
    done = iter(range(1, plate.frames + 1))
    _clear(PlateFiles(folder), plate.numbers)

    def tell(_number: int) -> None:
        say(Progress(next(done), plate.frames, "photographing the plate"))

    return write_plate(plate, folder, on_frame=tell)


def _clear(files: PlateFiles, numbers: range) -> None:
    """Take away the frames of an earlier, longer demo; nothing but what the demo wrote itself."""
    for kind in KINDS:
        stem, _, suffix = Path(files.pattern(kind)).name.partition("####")
        for path in (files.folder / kind).glob(f"{stem}*{suffix}"):
            digits = path.name.removeprefix(stem).removesuffix(suffix)
            if digits.isdecimal() and int(digits) not in numbers:
                path.unlink()


def _measure(removal: Removal, numbers: range, say: EventSink) -> dict[str, Figures]:
    figures = {}
    for done, (name, peer) in enumerate([(OURS, None), *PEERS.items()]):
        say(Progress(done, len(PEERS) + 1, f"measuring {name}"))
        figures[name] = measure(_moments(removal, numbers, peer))
    say(Progress(len(PEERS) + 1, len(PEERS) + 1, "measuring"))
    return figures


def _moments(removal: Removal, numbers: range, peer: Peer | None) -> Iterator[Moment]:
    if peer is None:
        yield from removal.moments(numbers)
        return
    for number in numbers:
        moment = read_moment(removal.files, number)
        yield dataclasses.replace(moment, result=peer(moment.plate, moment.matte))


def _shown(numbers: range, worst: int) -> list[int]:
    """Choose the first, a middle and the last frame, and the worst of all."""
    return sorted({numbers[0], numbers[len(numbers) // 2], numbers[worst], numbers[-1]})


def _row(removal: Removal, number: int) -> Row:
    moment = removal.moment(number)
    kind = removal.kind(number)
    return Row(number, moment.plate, moment.matte, moment.result, moment.truth, kind)


def _line(name: str, figures: Figures) -> str:
    outside = "bit for bit the plate" if figures.untouched else "CHANGED"
    warp = f"{figures.warp * 1e3:.2f}e-3" if math.isfinite(figures.warp) else "-"
    grain = f"{figures.grain:.2f}" if math.isfinite(figures.grain) else "-"
    return f"{name:16}{figures.psnr:10.2f} dB{figures.worst:10.2f} dB{warp:>14}{grain:>9}   {outside}"


def _note(name: str, figures: Figures) -> str:
    outside = "outside the matte bit for bit the plate" if figures.untouched else "CHANGED OUTSIDE THE MATTE"
    return (
        f"{name}: masked PSNR {figures.psnr:.2f} dB, worst frame {figures.worst:.2f} dB, "
        f"warp error {figures.warp * 1e3:.2f}e-3; {outside}"
    )
