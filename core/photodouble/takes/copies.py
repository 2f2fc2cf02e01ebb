"""The copy an artist asked for with --output: made after the take is sealed, never over anything unasked."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from photodouble.image.pattern import parse_pattern
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .files import replacing
from .record import FrameRecord
from .store import Take


@dataclass(frozen=True)
class OutputPattern:
    """A path pattern such as `clean.####.exr` or `clean.%04d.exr`; without a number, one frame only."""

    text: str
    view: str = ""

    def path(self, frame: int) -> Path:
        """Return the file of one frame."""
        return parse_pattern(self.text, self.view).path(frame)

    @property
    def is_numbered(self) -> bool:
        """Whether the pattern holds a place for the frame number."""
        return not parse_pattern(self.text, self.view).is_single

    @property
    def suffix(self) -> str:
        """The pattern's file suffix without its dot, in lower case."""
        return Path(self.text).suffix.removeprefix(".").lower()


def check_output(
    pattern: OutputPattern,
    frames: tuple[int, ...],
    *,
    inputs: Iterable[Path],
    suffix: str,
    overwrite: bool,
    is_copy: Callable[[int, Path], bool] = lambda _frame, _path: False,
) -> None:
    """Refuse an output that cannot be written as asked, before any work starts.

    Files that `is_copy` knows are copies of this very take and may be written again.
    Raises ArtistError `input.output_is_input`, `input.output_exists`, `usage.bad_value` (no frame number, or
    another format than the plate's) or `input.unwritable_output`.
    """
    if pattern.view and pattern.path(frames[0]) == OutputPattern(pattern.text, "?").path(frames[0]):
        raise ArtistError(
            "usage.bad_value",
            "The output does not say which eye",
            f"{pattern.text} would put all views into the same files.",
            "Write %V where the view's name goes, such as clean_%V.####.exr.",
        )
    if len(frames) > 1 and not pattern.is_numbered:
        raise ArtistError(
            "usage.bad_value",
            "The output needs a frame number",
            f"{pattern.text} names one file, but there are {len(frames)} frames.",
            "Write #### where the frame number goes, such as clean.####.exr.",
        )
    if _alike(pattern.suffix) != _alike(suffix):
        raise ArtistError(
            "usage.bad_value",
            "The output format differs from the plate's",
            f"The result keeps the plate's own pixels, which need .{suffix} files here.",
            f"Let the output end in .{suffix}.",
        )
    targets = {os.path.realpath(pattern.path(frame)): frame for frame in frames}
    taken = sorted(targets[path] for path in map(os.path.realpath, inputs) if path in targets)
    if taken:
        raise ArtistError(
            "input.output_is_input",
            "The output would overwrite an input",
            f"{pattern.text} names the same files as an input, at frames {FrameRange(taken).to_text()}.",
            "Choose another output folder or name.",
        )
    existing = [
        frame for frame in frames if pattern.path(frame).exists() and not is_copy(frame, pattern.path(frame))
    ]
    if existing and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The output already exists",
            f"{pattern.text} already holds frames {FrameRange(existing).to_text()}.",
            "Choose another output, or allow overwriting (--overwrite).",
        )
    check_writable(pattern.path(frames[0]))


def check_apart(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse outputs that are one of the inputs, under whatever name; raises `input.output_is_input`."""
    given = {os.path.realpath(path) for path in inputs}
    for path in outputs:
        if os.path.realpath(path) in given:
            raise ArtistError(
                "input.output_is_input",
                "The output would overwrite an input",
                f"{path} is one of the files that are read.",
                "Choose another output folder or name.",
            )


def check_writable(path: Path) -> None:
    """Refuse a path whose nearest existing folder cannot be written; raises `input.unwritable_output`."""
    folder = path.absolute().parent
    while not _is_there(folder) and folder != folder.parent:
        folder = folder.parent
    if not _can_hold_files(folder):
        raise ArtistError(
            "input.unwritable_output",
            "The output folder cannot be written",
            f"Nothing can be written in {folder}.",
            "Choose another folder, or ask for permission to write in this one.",
        )


def _is_there(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError as problem:
        if problem.errno != errno.ENAMETOOLONG:
            return False
        raise ArtistError(
            "input.unwritable_output",
            "The name of the output folder is too long",
            f"No disk takes a folder called {folder.name[:40]}... or a path of {len(str(folder))} signs.",
            "Choose a folder with a shorter name.",
        ) from problem


def _can_hold_files(folder: Path) -> bool:
    """Try it: permissions do not tell of folders, such as those of the system, that hold no files at all."""
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)


def copy_result(take: Take, record: FrameRecord, pattern: str) -> list[Path]:
    """Copy the result of one frame of a sealed take to the pattern; return the files written.

    `%V` in the pattern stands for the view of a stereo result.
    """
    written = []
    for key in sorted(key for key in record.files if key.partition(".")[0] == "result"):
        target = OutputPattern(pattern, key.partition(".")[2]).path(record.frame)
        with replacing(target) as temporary:
            shutil.copyfile(take.folder / record.files[key].path, temporary)
        written.append(target)
    return written


def _alike(suffix: str) -> str:
    return {"tiff": "tif", "jpeg": "jpg"}.get(suffix.lower(), suffix.lower())
