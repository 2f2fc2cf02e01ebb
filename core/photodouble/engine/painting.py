"""Painting outside: a frame goes out to a paint program and comes back as the artist's own."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

from photodouble.image.frame import Frame
from photodouble.image.hashes import pixel_sha256
from photodouble.image.sequence import Sequence
from photodouble.ops.opening import plate_like, views_of
from photodouble.ops.paint import (
    Painted,
    Strokes,
    paint_out,
    read_strokes,
    with_override,
    write_override,
)
from photodouble.settings import Settings
from photodouble.takes.files import write_json
from photodouble.takes.record import read_record
from photodouble.takes.store import REQUEST, Take, read_request
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, new_take_id
from photodouble_client.stored import Json

PAINT = "paint"
"""The folder beside the shots, under the root of the takes, that holds all that belongs to painting."""


@dataclass(frozen=True)
class SentOut:
    """A frame that waits to be painted: the file, and the sheet beside it that says where it belongs."""

    file: Path
    sheet: Path
    frame: int

    def to_json(self) -> Json:
        """Return it as plain JSON values."""
        return {"file": str(self.file), "sheet": str(self.sheet), "frame": self.frame}


@dataclass(frozen=True)
class TakenBack:
    """A painted frame that came back.

    `override` is None where nothing was painted; `saved` and `request` are the next take's, where the
    frame was sent out from a take; `outside` counts painted pixels that its matte does not use.
    """

    frame: int
    pixels: int
    override: Path | None = None
    outside: int = 0
    saved: Path | None = None
    request: JobRequest | None = None

    def to_json(self) -> Json:
        """Return it as plain JSON values; a path that there is none of is empty."""
        return {
            "frame": self.frame,
            "override": str(self.override or ""),
            "pixels": self.pixels,
            "outside": self.outside,
            "request": str(self.saved or ""),
        }


def take_frame(take: Take, frame: int) -> Frame:
    """Read a frame of a take's result in the colour space of its plate.

    Raises ArtistError `engine.no_take` where it is not finished, `usage.arguments` for a stereo take: an
    override is one picture, and would stand in both eyes.
    """
    request, record = take.request(), take.record(frame)
    if len(views_of(request)) > 1:
        raise ArtistError(
            "usage.arguments",
            "A take of both eyes cannot be painted on",
            f"{take.label} shows {request.view}, and a painted frame would stand in both.",
            "Make a take of each eye alone (--view left), and paint on that.",
        )
    if record is None:
        raise ArtistError(
            "engine.no_take",
            "That frame is not finished",
            f"Frame {frame} of {take.folder} is not there.",
            f"Choose a frame of {request.range.to_text()} that is finished.",
        )
    return plate_like(request, take.folder / record.files["result"].path).read(frame)


def plate_frame(plate: str, frame: int, colourspace: str = "") -> Frame:
    """Read a frame of a plate; raises ArtistError `usage.arguments` where none is named."""
    if not plate:
        raise ArtistError(
            "usage.arguments",
            "There is nothing to paint on",
            "Neither a take nor a plate is named.",
            "Name a take (--take), or a plate by its pattern (--plate).",
        )
    found = Sequence.find(plate, colourspace=colourspace)
    found.require([frame])
    return found.read(frame)


def send_out(
    frame: Frame,
    root: Path,
    settings: Settings,
    *,
    file: str = "",
    encoding: str = "",
    overwrite: bool = False,
) -> SentOut:
    """Write a frame for an outside paint program, by default into the folder `paint` of the takes' root.

    Raises ArtistError `input.output_exists`, because a file that is there may hold somebody's strokes.
    """
    name = f"{frame.picture.path.with_suffix('').name}.paint.tif"
    path = Path(file).expanduser().absolute() if file else root / PAINT / name
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The file to paint already exists",
            f"{path} is already there and may hold somebody's strokes.",
            "Choose another file (--file), or allow overwriting (--overwrite).",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = paint_out(frame, path, encoding=encoding or settings.paint_colourspace or "sRGB")
    return SentOut(path, sheet, frame.number)


def take_back(file: Path, *, to: str = "", overwrite: bool = False, needs_take: bool = False) -> TakenBack:
    """Take a painted frame back; doing it again finds the same override and the same request.

    Raises ArtistError `input.bad_paint`, also where `needs_take` and the frame came from a plate, and
    `input.output_exists`.
    """
    if not file.is_file():
        raise _refusal("There is no such painted frame", f"{file} does not exist.", "Check the path.")
    strokes = read_strokes(file)
    take = _take_folder(strokes)
    if take is None and needs_take:
        raise _refusal(
            "There is no take to make anew",
            f"{file.name} was sent out from a plate, so nothing says which matte and values to use.",
            "Leave out --run and use the frame with 'photodouble inpaint ... --override', "
            "or paint on a take: 'photodouble paint out FRAME --take TAKE'.",
        )
    frame = strokes.errand.frame
    if not strokes.pixels:
        return TakenBack(frame, 0)
    override = _write_once(strokes, _target(file, take, to, overwrite=overwrite), is_own=bool(to))
    if take is None:
        return TakenBack(frame, strokes.pixels, override)
    saved, request = _child_request(strokes, override, take)
    return TakenBack(frame, strokes.pixels, override, _outside(strokes, take), saved, request)


def _refusal(title: str, message: str, fix: str) -> ArtistError:
    return ArtistError("input.bad_paint", title, message, fix)


def _take_folder(strokes: Strokes) -> Path | None:
    """Return the folder of the take whose result was painted on; None if it was a plate."""

    folder = Path(strokes.errand.source).parent.parent
    return folder if (folder / REQUEST).is_file() else None


def _target(file: Path, take: Path | None, to: str, *, overwrite: bool) -> Path:
    """Return where the override goes: as asked for, otherwise a name that is yet to be numbered."""
    if to:
        target = Path(to).expanduser().absolute()
        if target.exists() and overwrite:
            target.unlink()
        return target
    folder = file.parent
    if take is not None:
        root = read_request(take / REQUEST).output_root
        folder = (Path(root) if root else take.parents[2]) / PAINT
    return folder / f"{file.stem}.override.exr"


def _write_once(strokes: Strokes, target: Path, *, is_own: bool) -> Path:
    """Write the override under a name of its own, because older takes still name theirs.

    One that already holds the very same picture is used again.
    """

    target.parent.mkdir(parents=True, exist_ok=True)
    numbered = (target.with_name(f"{target.stem}_v{number:03d}.exr") for number in itertools.count(1))
    with tempfile.TemporaryDirectory(prefix=".paint-", dir=target.parent) as beside:
        made = write_override(strokes, Path(beside) / target.name).path
        for name in (target,) if is_own else numbered:
            if not name.exists():
                return made.rename(name)
            if pixel_sha256(name) == pixel_sha256(made):
                return name
    raise ArtistError(
        "input.output_exists",
        "The override already exists",
        f"{target} is already there, and a take may be made from it.",
        "Choose another file (--to), or allow overwriting (--overwrite).",
    )


def _child_request(strokes: Strokes, override: Path, take: Path) -> tuple[Path, JobRequest]:
    """Return the request of the next take and its file; one that was written before keeps its take id."""

    saved = override.with_suffix(".request.json")
    painted = Painted(strokes.errand.frame, override, strokes.pixels)
    request = with_override(read_request(take / REQUEST), painted)
    if saved.is_file():
        before = read_request(saved)
        if dataclasses.replace(request, take=before.take) == before:
            return saved, before
    request = dataclasses.replace(request, take=new_take_id())
    write_json(saved, request.to_json())
    return saved, request


def _outside(strokes: Strokes, take: Path) -> int:
    """Count the painted pixels outside the matte of the take."""
    record = read_record(take, strokes.errand.frame)
    if record is None:
        return 0
    written = record.file("matte", strokes.errand.view)
    if written is None:
        return 0
    stored = Sequence.find(take / written.path, channels="A")
    matte = stored.read(stored.frames[0]).channel("A", strokes.source.data_window)
    return int((strokes.touched & ~(matte > 0)).sum())
