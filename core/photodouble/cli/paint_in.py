"""`photodouble paint in`: a painted frame becomes an override and, of a take, the request of the next one."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError

from .jobs import absolute, check_pattern, run_and_tell
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.ops.paint import Strokes
    from photodouble_client.request import JobRequest

PAINT = "paint"
"""The folder beside the shots, under the root of the takes, that holds all that belongs to painting."""


def take_back(namespace: argparse.Namespace) -> int:
    """Take a painted frame back; doing it again finds the same override and the same request."""
    from photodouble.ops.paint import read_strokes

    check_pattern(namespace.output)
    file = Path(absolute(namespace.file))
    if not file.is_file():
        raise _refusal("There is no such painted frame", f"{file} does not exist.", "Check the path.")
    strokes = read_strokes(file)
    take = _take_folder(strokes)
    if take is None and namespace.run:
        raise _refusal(
            "There is no take to make anew",
            f"{file.name} was sent out from a plate, so nothing says which matte and values to use.",
            "Leave out --run and use the frame with 'photodouble inpaint ... --override', "
            "or paint on a take: 'photodouble paint out FRAME --take TAKE'.",
        )
    if not strokes.pixels:
        return _tell_untouched(namespace, strokes)
    override = _write_once(strokes, _target(namespace, file, take), is_own=bool(namespace.to))
    if take is None:
        return _tell(namespace, strokes, override, None, 0)
    saved, request = _child_request(strokes, override, take)
    outside = _outside(strokes, take)
    if not namespace.run:
        return _tell(namespace, strokes, override, saved, outside)
    if not (namespace.json or namespace.quiet):
        tell(f"Frame {strokes.errand.frame}: {strokes.pixels} painted pixels, in {override}")
    if outside and not namespace.json:
        tell(f"Note: {outside} of {strokes.pixels} painted pixels lie outside the matte and are not used.")
    return run_and_tell(request, load_settings(Path(request.output_root)).settings, namespace, "")


def _refusal(title: str, message: str, fix: str) -> ArtistError:
    return ArtistError("input.bad_paint", title, message, fix)


def _take_folder(strokes: Strokes) -> Path | None:
    """Return the folder of the take whose result was painted on; None if it was a plate."""
    from photodouble.takes.store import REQUEST

    folder = Path(strokes.errand.source).parent.parent
    return folder if (folder / REQUEST).is_file() else None


def _target(namespace: argparse.Namespace, file: Path, take: Path | None) -> Path:
    """Return where the override goes: as --to says, otherwise a name that is yet to be numbered."""
    from photodouble.takes.store import REQUEST, read_request

    if namespace.to:
        target = Path(absolute(namespace.to))
        if target.exists() and namespace.overwrite:
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
    from photodouble.image.hashes import pixel_sha256
    from photodouble.ops.paint import write_override

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
        "Choose another --to, or add --overwrite.",
    )


def _child_request(strokes: Strokes, override: Path, take: Path) -> tuple[Path, JobRequest]:
    """Return the request of the next take and its file; one that was written before keeps its take id."""
    from photodouble.ops.paint import Painted, with_override
    from photodouble.takes.files import write_json
    from photodouble.takes.store import REQUEST, read_request
    from photodouble_client.request import new_take_id

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
    from photodouble.image.sequence import Sequence
    from photodouble.takes.record import output_key, read_record

    record = read_record(take, strokes.errand.frame)
    if record is None:
        return 0
    written = record.files.get(output_key("matte", strokes.errand.view)) or record.files.get("matte")
    if written is None:
        return 0
    stored = Sequence.find(take / written.path, channels="A")
    matte = stored.read(stored.frames[0]).channel("A", strokes.source.data_window)
    return int((strokes.touched & ~(matte > 0)).sum())


def _tell_untouched(namespace: argparse.Namespace, strokes: Strokes) -> int:
    if namespace.json:
        tell_json({"frame": strokes.errand.frame, "override": "", "pixels": 0, "request": ""})
    else:
        tell(f"Nothing was painted on frame {strokes.errand.frame}, so nothing was written.")
    return 0


def _tell(
    namespace: argparse.Namespace, strokes: Strokes, override: Path, saved: Path | None, outside: int
) -> int:
    frame = strokes.errand.frame
    if namespace.json:
        answer = {"frame": frame, "override": str(override), "pixels": strokes.pixels, "outside": outside}
        tell_json({**answer, "request": str(saved or "")})
        return 0
    tell(f"Frame {frame}: {strokes.pixels} painted pixels, in {override}")
    if outside:
        tell(f"{outside} of them lie outside the matte and are not used.")
    if saved is not None:
        tell(f"Make the new take with: photodouble run '{saved}'")
    else:
        tell(f"Use it with: photodouble inpaint ... --override '{frame}={override}'")
    return 0
