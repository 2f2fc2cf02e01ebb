"""Pull a plate under numbers of its own: the same files by another name, or a movie's frames as EXR."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.image.pattern import NamePattern, parse_pattern
from photodouble.ops.operation import Reporter
from photodouble.takes.files import link_or_copy, write_json
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .media import Media
from .plates import PULLED, frames_pulled, note_pulled, own_offset

if TYPE_CHECKING:
    from photodouble.image.sequence import Sequence as Pictures


def pull_plate(
    media: Media,
    frames: Sequence[int],
    offset: int,
    target: NamePattern,
    report: Reporter | None = None,
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Put the media frames of a shot at `target`, each under its number plus `offset`; return the files.

    Picture files are linked, or copied where the disk cannot link, so headers keep everything they say. A
    movie's frames become scene-linear EXR with its timecode, rate and reel. Raises ArtistError
    `input.output_exists`, `input.output_is_input`, and as reading and writing do.
    """
    _check_free(media, frames, offset, target, overwrite=overwrite)
    _clear(target)
    return _put(media, frames, offset, target, report or Reporter(), frames)


def pull_more(
    media: Media, frames: Sequence[int], offset: int, target: NamePattern, report: Reporter | None = None
) -> list[Path]:
    """Put further media frames beside those that were pulled before; a frame that is there stays."""
    there = [frame - offset for frame in frames_pulled(target)]
    missing = [frame for frame in frames if not target.path(frame + offset).exists()]
    return _put(media, missing, offset, target, report or Reporter(), [*there, *missing])


def _put(
    media: Media,
    frames: Sequence[int],
    offset: int,
    target: NamePattern,
    report: Reporter,
    noted: Sequence[int],
) -> list[Path]:
    """Put frames in their place, and note beside them all that are there."""
    written = []
    source = parse_pattern(media.pattern)
    movie = _movie(media) if media.kind == "movie" else None
    there = {} if movie is not None or source.is_single else source.find()
    for done, frame in enumerate(frames, 1):
        report.check()
        path = target.path(frame + offset)
        if movie is not None:
            _write_frame(movie, frame + own_offset(media), path)
        else:
            link_or_copy(there.get(frame, source.path(frame)), path)
        written.append(path)
        report.progress(done, len(frames), "pulling the plate")
    numbers = FrameRange(frame + offset for frame in noted)
    write_json(target.folder / PULLED, note_pulled(target, media, offset, numbers))
    return written


def _check_free(
    media: Media, frames: Sequence[int], offset: int, target: NamePattern, *, overwrite: bool
) -> None:
    source = parse_pattern(media.pattern)
    if target.folder.resolve() == source.folder.resolve():
        raise ArtistError(
            "input.output_is_input",
            "The pulled plate would lie among its sources",
            f"{target.folder} is the folder of the media.",
            "Choose another folder (--output).",
        )
    wanted = {*(frame + offset for frame in frames), *frames_pulled(target)}
    taken = FrameRange(frame for frame in wanted if target.path(frame).exists())
    if len(taken) and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The plate was pulled before",
            f"{target.folder} already holds frames {taken.to_text()}.",
            "Choose another folder (--output), or allow overwriting (--overwrite).",
        )


def _clear(target: NamePattern) -> None:
    """Take away what was pulled here before: its frames may have had other numbers."""
    for frame in frames_pulled(target):
        target.path(frame).unlink(missing_ok=True)
    (target.folder / PULLED).unlink(missing_ok=True)


def _movie(media: Media) -> Pictures:
    from photodouble.image.sequence import Sequence as Pictures

    return Pictures.find(media.pattern, colourspace=media.colourspace)


def _write_frame(movie: Pictures, number: int, path: Path) -> None:
    import numpy as np

    from photodouble.image.write import write_result

    frame = movie.read(number)
    box = frame.data_window
    nothing = np.zeros(box.size, np.float32)
    write_result(frame, np.zeros((*box.size, 3), np.float32), nothing, box, path, metadata={})
