"""The demo of a replaced sign: photograph a shop front, run the real job, compare with the truth."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.demo.removal import read_colour
from photodouble.demo.sheet import Row, write_sheet
from photodouble.demo.shopfront import Shopfront, poster
from photodouble.demo.slate import write_frame
from photodouble.demo.textures import Picture
from photodouble.engine.eye import open_scratch
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence
from photodouble.image.storage import write_whole
from photodouble.image.track_document import CENTRE
from photodouble.image.window import Box
from photodouble.ops.replace.sign import CORNERS, load_track
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.events import Event, Progress
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import REPLACE

FIRST = 1001
PAINTS = {"old": (0.72, 0.16, 0.1), "de": (0.1, 0.3, 0.6), "fr": (0.08, 0.42, 0.26)}
WORDS = {
    "old": ("BAKERY", "fresh bread daily"),
    "de": ("BACKSTUBE", "jeden Tag frisch"),
    "fr": ("BOULANGER", "pain frais chaque jour"),
}
LOCALES = ("de", "fr")


@dataclass(frozen=True)
class SignReport:
    """What the demo made: the sheet to open, the take, and how far all is from the truth."""

    sheet: Path
    take: Path
    corners: float
    psnr: float
    untouched: bool

    def lines(self) -> list[str]:
        """Say the figures in a few lines a person can read."""
        outside = "bit for bit the plate" if self.untouched else "CHANGED"
        return [
            f"Corners: {self.corners:.2f} px from the truth at worst",
            f"New sign: {self.psnr:.1f} dB against the shot with the new sign on the wall",
            f"Beside the sign: {outside}",
        ]


def run_sign_demo(
    output: Path,
    *,
    frames: int = 48,
    size: tuple[int, int] = (640, 360),
    locale: str = "de",
    on_event: Callable[[Event], None] | None = None,
    stop: threading.Event | None = None,
) -> SignReport:
    """Photograph a shop front into `output`, put up its sign in another language, and measure.

    A person walks past, the light changes, the shutter is open. Raises ArtistError as the job does.
    """
    say = on_event or (lambda _event: None)
    shop = Shopfront(width=size[0], height=size[1], frames=frames, person=True)
    signs = {name: poster(WORDS[name], PAINTS[name]) for name in WORDS}
    _write_plate(shop, signs, output, locale, say)
    take = _run(shop, output, locale, on_event=say, stop=stop)
    shown = range(FIRST, FIRST + frames)
    rows = [_row(take, output, number) for number in shown]
    error = [_error(row) for row in rows]
    sheet = output / "sign.png"
    report = SignReport(
        sheet,
        take.folder,
        _corner_error(take, shop),
        round(float(-10 * np.log10(np.mean([found for found in error if found > 0]))), 2),
        all(_untouched(row) for row in rows),
    )
    worst = int(np.argmax(error))
    chosen = sorted({0, frames // 2, frames - 1, worst})
    title = f"A sign in another language: {frames} frames, {size[0]} x {size[1]}"
    write_sheet(sheet, [rows[place] for place in chosen], title=title, notes=report.lines())
    return report


def _write_plate(
    shop: Shopfront, signs: dict[str, Picture], output: Path, locale: str, say: Callable[[Event], None]
) -> None:
    for kind in ("plate", "truth"):
        (output / kind).mkdir(parents=True, exist_ok=True)
        for stale in (output / kind).glob(f"{kind}.[0-9]*.exr"):
            stale.unlink()
    for name in LOCALES:
        codes = np.asarray(np.rint(np.clip(encode(signs[name]), 0, 1) * 255), np.uint8)
        done, encoded = cv2.imencode(".png", codes[..., ::-1])
        if not done:
            raise ValueError("the artwork cannot be encoded as PNG")
        write_whole(output / f"artwork.{name}.png", encoded.tobytes())
    for place in range(shop.frames):
        number = FIRST + place
        write_frame(output / f"plate/plate.{number:04d}.exr", shop.frame(place, signs["old"]), number)
        write_frame(output / f"truth/truth.{number:04d}.exr", shop.frame(place, signs[locale]), number)
        say(Progress(place + 1, shop.frames, "photographing the shop front"))


def _run(
    shop: Shopfront,
    output: Path,
    locale: str,
    *,
    on_event: Callable[[Event], None],
    stop: threading.Event | None,
) -> Take:
    places = shop.corners(0) + CENTRE
    values = {key: [float(x), float(y)] for key, (x, y) in zip(CORNERS, places, strict=True)}
    inputs = {"plate": output / "plate/plate.####.exr", "artwork": output / "artwork.png"}
    request = JobRequest(
        operation=REPLACE.key,
        spec_version=REPLACE.version,
        inputs={key: PortInput(str(path.absolute())) for key, path in inputs.items()},
        values=REPLACE.validate({**values, "locale": locale}),
        range=FrameRange(range(FIRST, FIRST + shop.frames)),
        output_root=str((output / "takes").absolute()),
        shot="demo",
        host="demo",
    )
    settings = Settings(cache_folder=str(output / "cache"), contact_sheet=False)
    return run_job(request, JobOptions(settings=settings), on_event=on_event, stop=stop).take


def _row(take: Take, output: Path, number: int) -> Row:
    plate = read_colour(output / f"plate/plate.{number:04d}.exr")
    window = Box.of_size(plate.shape[0], plate.shape[1])

    def plane(name: str, channel: str) -> NDArray[np.float32]:
        picture = Sequence.find(take.picture(name, number, "exr")).read(number, needs_colour=False)
        return np.asarray(picture.channel(channel, window))

    result = read_colour(take.picture("result", number, "exr"))
    truth = read_colour(output / f"truth/truth.{number:04d}.exr")
    return Row(number, plate, plane("matte", "A"), result, truth, plane("origin", "kind"))


def _error(row: Row) -> float:
    """Return the mean squared error where the sign is, working encoded."""
    shown = row.matte > 0
    if not shown.any():
        return 0.0
    return float(np.square(encode(row.result) - encode(row.truth))[shown].mean(dtype=np.float64))


def _untouched(row: Row) -> bool:
    return bool(np.array_equal(row.result[row.matte <= 0], row.plate[row.matte <= 0]))


def _corner_error(take: Take, shop: Shopfront) -> float:
    track = load_track(open_scratch(take.folder))
    truth = np.stack([shop.corners(index - FIRST) for index in track.indices])
    return round(float(np.linalg.norm(track.corners - truth, axis=2).max()), 3)
