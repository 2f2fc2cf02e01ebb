"""Image sequences, held stills and movies, found on disk and read frame by frame."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import fileseq

from photodouble.image.files import is_movie_name, read_picture
from photodouble.image.frame import Frame
from photodouble.image.movie import Movie, open_movie
from photodouble.image.pattern import NamePattern, number_in_name, parse_pattern
from photodouble.image.picture import Picture
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


@dataclass(frozen=True)
class Sequence:
    """Give the frames of a plate or matte, however they are stored; see `find`."""

    pattern: str
    frames: tuple[int, ...]
    colourspace: str = ""
    channels: str = ""
    view: str = ""
    premultiplied: str = "auto"
    still: bool = False
    is_movie: bool = False
    _paths: dict[int, Path] = field(default_factory=dict, repr=False)
    _latest: dict[int, Picture] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def find(
        cls,
        pattern: str | Path,
        *,
        frames: FrameRange | None = None,
        colourspace: str = "",
        channels: str = "",
        view: str = "",
        premultiplied: str = "auto",
    ) -> Sequence:
        """Find a sequence on disk from its pattern (see `pattern.parse_pattern`).

        One file is a held still, a movie counts its frames from 1. `frames` narrows the sequence to
        the frames that are both asked for and there; `require` names gaps. Raises `ArtistError`
        input.missing_sequence, or as `movie.open_movie`.
        """
        name = parse_pattern(str(pattern), view)
        held = cls(str(pattern), (), colourspace, channels, view, premultiplied)
        if name.is_single:
            return _single(held, name.path(0), frames)
        found = name.find()
        wanted = name.frames if frames is None else frames
        paths = {n: p for n, p in found.items() if wanted is None or n in wanted}
        if not found:
            raise _missing_sequence(str(pattern), name)
        return replace(held, frames=tuple(paths), _paths=paths)

    def path(self, frame: int) -> Path:
        """Give the file of one frame. Raises `ArtistError` input.missing_frames."""
        if self.still or self.is_movie:
            return next(iter(self._paths.values()))
        found = self._paths.get(frame)
        if found is None:
            raise self._gaps([frame])
        return found

    def missing(self, frames: Iterable[int]) -> list[int]:
        """List the frames asked for that are not there; a held still lacks none."""
        if self.still:
            return []
        there = set(self.frames)
        return [frame for frame in frames if frame not in there]

    def require(self, frames: Iterable[int]) -> None:
        """Refuse gaps: raises `ArtistError` input.missing_frames that names them."""
        gaps = self.missing(frames)
        if gaps:
            raise self._gaps(gaps)

    def read(self, frame: int, *, needs_colour: bool = True) -> Frame:
        """Read one frame; the latest picture is remembered. Raises as `files.read_picture`.

        A file of mattes may be read without `needs_colour`: see `layers.fill_planes`.
        """
        return Frame(
            self._picture(frame),
            frame,
            colourspace=self.colourspace,
            channels=self.channels,
            view=self.view,
            premultiplied=self.premultiplied,
            reload=functools.partial(self._picture, frame),
            needs_colour=needs_colour,
        )

    def _picture(self, frame: int) -> Picture:
        key = self.frames[0] if self.still else frame
        picture = self._latest.get(key)
        if picture is None:
            picture = self._movie.read(frame) if self.is_movie else read_picture(self.path(frame))
            self._latest.clear()
            self._latest[key] = picture
        return picture

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open movie and the latest picture behind when sent to another process."""
        state = {name: value for name, value in self.__dict__.items() if name != "_movie"}
        return {**state, "_latest": {}}

    @cached_property
    def _movie(self) -> Movie:
        return open_movie(self.path(self.frames[0]))

    def _gaps(self, frames: list[int]) -> ArtistError:
        names = FrameRange(frames).to_text()
        there = FrameRange(self.frames).to_text() or "no frames"
        return ArtistError(
            "input.missing_frames",
            "Some frames are missing",
            f"{Path(self.pattern).name} has no frame {names}; it holds {there}.",
            f"Render or copy frame {names}, or ask for a range without it.",
            detail=self.pattern,
        )


def _single(held: Sequence, path: Path, frames: FrameRange | None) -> Sequence:
    if not path.is_file():
        raise _missing_sequence(held.pattern, parse_pattern(held.pattern, held.view))
    if is_movie_name(path):
        movie = open_movie(path)
        numbers = tuple(n for n in range(1, movie.length + 1) if frames is None or n in frames)
        return replace(held, frames=numbers, is_movie=True, _paths={1: path})
    number = number_in_name(path.name)
    return replace(held, frames=(number,), still=True, _paths={number: path})


def _missing_sequence(pattern: str, name: NamePattern) -> ArtistError:
    if Path(pattern).expanduser().is_dir():
        return _folder_given(pattern, Path(pattern).expanduser())
    if not name.folder.is_dir():
        message, fix = f"The folder {name.folder} does not exist.", _way_to(name.folder, pattern)
    else:
        there = sorted({_with_hashes(path.name) for path in name.folder.iterdir() if path.is_file()})
        close = difflib.get_close_matches(Path(pattern).name, there, n=3, cutoff=0.5)
        message = f"Nothing in {name.folder} matches {Path(pattern).name}."
        fix = f"Did you mean {' or '.join(close)}?" if close else "Check the name and the frame padding."
    if "*" in name.path(0).name:
        hashed = re.sub(r"\*+", "####", Path(pattern).name)
        fix = f"Write #### for the frame number, in quotes: '{hashed}'."
    if "%v" in str(name.path(0)).lower():
        fix = "Say which eye is meant: one, or left,right for both (--view)."
    return ArtistError("input.missing_sequence", "The pictures were not found", message, fix, detail=pattern)


def _way_to(folder: Path, pattern: str) -> str:
    """Say how far a path leads, or that it is one of another system."""
    if re.match(r"[A-Za-z]:|\\\\", pattern) and not Path(pattern).is_absolute():
        return (
            "It is a path of Windows: say where it lies here, with path_maps in the settings or --path-map."
        )
    above = next((path for path in folder.absolute().parents if path.is_dir()), None)
    return f"Check the path; {above} is the last folder of it that exists." if above else "Check the path."


def _with_hashes(name: str) -> str:
    """Write #### for the frame number of a file, so that a whole sequence counts as one name."""
    return re.sub(r"(?<=[._])\d{4,}(?=\.\w+$)", "####", name)


def _folder_given(pattern: str, folder: Path) -> ArtistError:
    held = [found for found in fileseq.findSequencesOnDisk(str(folder)) if found.frameSet()]
    names = sorted(found.format("{basename}{padding}{extension}") for found in held)[:3]
    return ArtistError(
        "input.missing_sequence",
        "A folder was given instead of pictures",
        f"{folder} is a folder.",
        f"Add the name of the pictures in it, such as {' or '.join(names) or 'plate.####.exr'}.",
        detail=pattern,
    )
