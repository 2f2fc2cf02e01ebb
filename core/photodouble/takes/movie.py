"""A movie of a take for review: the result alone, a wipe, or two things side by side; slate and burn-in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.image.display import displayed, look_named
from photodouble.image.frame import Frame
from photodouble.image.hashes import file_sha256
from photodouble.image.movie_write import CODECS, MovieForm, writing_movie
from photodouble.image.proxy import reduce, working_scale
from photodouble.ops.operation import Reporter
from photodouble.provenance.written import MOVIE, note_written
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .compare import PLATE, RESULT, Comparison, result_frame, shown_takes
from .files import replacing
from .slate import Words, burnt_in, slate
from .store import Take

Array = npt.NDArray[np.float32]
Find = Callable[[str], Take]

KINDS = ("plain", "wipe", "side")
"""The right side alone; one side left and the other right of a moving line; both beside each other."""
RATE = Fraction(24)
_LINE = np.array([0.92, 0.92, 0.91], np.float32)


@dataclass(frozen=True)
class MovieStyle:
    """How a movie shows a take.

    `position` holds the line of a wipe still, from 0 to 1 across; None lets it move once over the picture.
    `size` is the longer side of each picture at most, 0 the whole; `slate` the frames of the slate. Without
    `burn_in` the pictures bear no words but NOT APPROVED.
    """

    kind: str = "plain"
    codec: str = "h264"
    left: str = PLATE
    right: str = RESULT
    position: float | None = None
    size: int = 0
    slate: int = 1
    burn_in: bool = True
    rate: str = ""
    frames: FrameRange | None = None


def write_movie(
    take: Take,
    target: Path,
    style: MovieStyle,
    settings: Settings,
    *,
    find: Find,
    status: str = "suggestion",
    overwrite: bool = False,
    report: Reporter | None = None,
) -> Path:
    """Write a movie of a take through the display and view of the settings, and return its path.

    `status` is the word of review: whatever is not `approved` is marked NOT APPROVED in slate and burn-in.
    The file is whole or not there at all, also when `report` stops the work. Raises ArtistError
    `engine.frames_missing`, `input.output_exists`, `input.movie_support`, `usage.bad_value`, and as
    `compare.Comparison`.
    """
    _check_target(take, target, style, overwrite=overwrite)
    frames = _frames(take, style)
    reel = _Reel(take, style, Comparison(take, find, settings), frames, status)
    form = reel.form()
    said = report or Reporter()
    shown = shows(take, style, find)
    with replacing(target) as temporary:
        with writing_movie(temporary, CODECS[style.codec], form) as movie:
            for done, picture in enumerate(reel.pictures()):
                movie.write(picture)
                said.progress(done + 1, len(frames) + style.slate, "movie")
        facts = _facts(reel, shown, temporary)
    note_written(MOVIE, take, target, facts, settings, said.warn)
    return target


def shows(take: Take, style: MovieStyle, find: Find) -> tuple[str, ...]:
    """Return the ids of the takes whose results are seen in a movie, that of `take` first."""
    sides = (style.right,) if style.kind == "plain" else (style.left, style.right)
    return shown_takes(take, find, sides)


def state_of(take: Take, style: MovieStyle, find: Find, state: Callable[[Take], str]) -> str:
    """Return the word of review for a movie: approved only where every take that is seen in it is."""
    others = [find(side) for side in (style.left, style.right) if side not in (PLATE, RESULT)]
    shown = [other for other in others if other.take_id in shows(take, style, find)]
    states = [state(one) for one in (take, *shown)]
    return next((one for one in states if one != "approved"), "approved")


def _facts(reel: _Reel, shown: tuple[str, ...], written: Path) -> dict[str, Any]:
    return {
        "file_sha256": file_sha256(written),
        "kind": f"{reel.style.kind} movie",
        "codec": reel.style.codec,
        "frames": FrameRange(reel.frames).to_text(),
        "status": reel.status,
        "shows": list(shown),
    }


@dataclass(frozen=True)
class _Reel:
    """The pictures of a movie in order, (h, w, 3) float32 as the display takes them."""

    take: Take
    style: MovieStyle
    comparison: Comparison
    frames: tuple[int, ...]
    status: str

    def form(self) -> MovieForm:
        display, _ = look_named(self.comparison.settings)
        first = self.frames[0] - self.style.slate
        return MovieForm(self.rate, self.first_result.pixel_aspect, display, first)

    @functools.cached_property
    def rate(self) -> Fraction:
        """The rate that is asked for, that of the request, or that which the pictures say."""
        said = self.first_result.picture.metadata.get("framesPerSecond", "")
        return rate_from(self.style.rate or self.take.request().rate or str(said))

    @functools.cached_property
    def first_result(self) -> Frame:
        return result_frame(self.take, self.frames[0])

    def pictures(self) -> Iterator[Array]:
        """Give the slate and every frame, each with its words."""
        words: Words | None = None
        for number, frame in enumerate(self.frames):
            sides, picture = self._composed(frame, number)
            if words is None:
                words = self._words(sides)
                lettered = slate(words, (picture.shape[0], picture.shape[1]))
                yield from [np.asarray(lettered / 255, np.float32)] * self.style.slate
            yield _marked(picture, words, frame, only_status=not self.style.burn_in)

    def _composed(self, frame: int, number: int) -> tuple[str, Array]:
        right, b = self._seen(self.style.right, frame)
        if self.style.kind == "plain":
            return right, b
        left, a = self._seen(self.style.left, frame)
        if a.shape != b.shape:
            raise _sizes(left, right, frame)
        if self.style.kind == "side":
            return f"{left} | {right}", np.concatenate([a, b], axis=1)
        return f"{left} | {right}", _wiped(a, b, self._position(number))

    def _seen(self, side: str, frame: int) -> tuple[str, Array]:
        """Return one side's name and its picture, reduced in scene-linear and then seen."""
        name, linear = self.comparison.linear(side, frame)
        finite = np.nan_to_num(linear, nan=0.0, posinf=1.0, neginf=0.0)
        size = (linear.shape[0], linear.shape[1])
        scale = working_scale(size, self.style.size) if self.style.size else 1
        return name, displayed(reduce(finite, scale), self.comparison.settings)

    def _position(self, number: int) -> float:
        if self.style.position is not None:
            return self.style.position
        return number / max(len(self.frames) - 1, 1)

    def _words(self, sides: str) -> Words:
        request = self.take.request()
        return Words(
            show=request.show,
            shot=request.shot,
            operation=request.operation,
            version=f"v{self.take.version:03d}",
            take_id=self.take.take_id,
            frames=FrameRange(self.frames).to_text(),
            rate=f"{float(self.rate):.6g}",
            use=request.use,
            look=" / ".join(name for name in look_named(self.comparison.settings) if name),
            sides=sides,
            status=self.status,
        )


def rate_from(text: str) -> Fraction:
    """Read frames per second: `24`, `23.976`, `24000/1001`; raises ArtistError `usage.bad_value`."""
    if not text:
        return RATE
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not Fraction(1) <= rate <= 1000:
        raise _bad("The rate is not understood", f"{text!r} is no rate.", "Write 24, 25 or 24000/1001.")
    nearest = Fraction(round(rate) * 1000, 1001)
    return nearest if abs(rate - nearest) < Fraction(1, 500) else rate.limit_denominator(1001)


def _marked(picture: Array, words: Words, frame: int, *, only_status: bool) -> Array:
    """Burn words into a picture; pixels that no word or strip touches keep every bit."""
    codes = np.asarray(np.rint(picture * 255), np.uint8)
    marked = burnt_in(codes, words, frame, only_status=only_status)
    touched = (marked != codes).any(axis=2, keepdims=True)
    return np.where(touched, marked.astype(np.float32) / 255, picture)


def _wiped(left: Array, right: Array, position: float) -> Array:
    picture = right.copy()
    across = round(position * picture.shape[1])
    picture[:, :across] = left[:, :across]
    if 0 < across < picture.shape[1]:
        picture[:, across - 1 : across + 1] = _LINE
    return picture


def _frames(take: Take, style: MovieStyle) -> tuple[int, ...]:
    wanted = tuple(style.frames or take.request().range)
    missing = FrameRange(sorted(set(wanted) - set(take.finished(wanted))))
    if not len(missing):
        return wanted
    raise ArtistError(
        "engine.frames_missing",
        "Frames of the take are missing",
        f"{take.label} has no frames {missing.to_text()}.",
        "Finish the take, or ask for the frames that it has (--frames).",
        detail=missing.to_text(),
    )


def _check_target(take: Take, target: Path, style: MovieStyle, *, overwrite: bool) -> None:
    suffixes = CODECS[style.codec].suffixes
    if target.suffix.lower() not in suffixes:
        raise _bad(
            "The movie's name does not fit its codec",
            f"{target.name} cannot hold {style.codec}.",
            f"End the name in {' or '.join(suffixes)}.",
        )
    if target.resolve().is_relative_to(take.folder.resolve()):
        raise _bad(
            "A movie cannot lie in its take",
            f"{target} lies in {take.label}, and a take never changes.",
            "Choose a folder beside the takes.",
        )
    if target.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The movie exists already",
            f"{target} is there.",
            "Choose another name, or allow overwriting (--overwrite).",
        )


def _sizes(left: str, right: str, frame: int) -> ArtistError:
    return ArtistError(
        "input.size_mismatch",
        "The two pictures have different sizes",
        f"{left} and {right} do not have the same size at frame {frame}.",
        "Compare takes of the same plate.",
    )


def _bad(title: str, message: str, fix: str) -> ArtistError:
    return ArtistError("usage.bad_value", title, message, fix)
