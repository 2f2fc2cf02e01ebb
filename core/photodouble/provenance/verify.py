"""Is a picture what it was? By the hash of the file, then of its pixels, with or without any label."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.image.pattern import number_in_name, parse_pattern
from photodouble.image.suffixes import MOVIE_SUFFIXES, PICTURE_SUFFIXES
from photodouble.settings import Settings
from photodouble.takes.files import files_below
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError

from .known import Known, KnownFile

SAME, SAME_PIXELS, CHANGED, MISSING, UNKNOWN = (
    "same file",
    "same pixels, other header",
    "changed",
    "missing",
    "unknown",
)
if TYPE_CHECKING:
    from .c2pa_label import Label
    from .surroundings import Look

_TAKE_KEY = "photodouble/take"
_ASIDE = {"pictures", "analysis", "paint"}


@dataclass(frozen=True)
class Checked:
    """One file and what it turned out to be. `is_fault` where it is not what it must be in that place."""

    path: Path
    state: str
    take_id: str = ""
    output: str = ""
    frame: int | None = None
    why: str = ""
    is_fault: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "fault": self.is_fault,
            "frame": self.frame,
            "output": self.output,
            "path": str(self.path),
            "state": self.state,
            "take": self.take_id,
            "why": self.why,
        }


@dataclass(frozen=True)
class Verified:
    """All that was looked at, in order of names, the seconds it took, and what else is wrong around it.

    `elsewhere` is wrong in the same store and touches nothing that was looked at.
    """

    files: tuple[Checked, ...]
    seconds: float
    faults: tuple[str, ...] = ()
    takes: tuple[str, ...] = field(default=())
    elsewhere: tuple[str, ...] = field(default=())

    @property
    def first_bad(self) -> Checked | None:
        """The first file that is not what it must be."""
        return next((one for one in self.files if one.is_fault), None)

    @property
    def is_intact(self) -> bool:
        """Whether nothing at all is wrong. Files that nobody knows are not wrong, only unknown."""
        return self.first_bad is None and not self.faults

    def to_json(self) -> dict[str, Any]:
        """Return the plain form, without what is known of the takes."""
        return {
            "elsewhere": list(self.elsewhere),
            "faults": list(self.faults),
            "files": [one.to_json() for one in self.files],
            "first_bad": self.first_bad.to_json() if self.first_bad is not None else None,
            "frames_per_second": round(self.frames_per_second, 1),
            "intact": self.is_intact,
        }

    @property
    def frames_per_second(self) -> float:
        """How many files were read a second."""
        return len(self.files) / self.seconds if self.seconds else 0.0


def verify(
    given: str,
    store: TakeStore,
    settings: Settings,
    *,
    on_progress: Callable[[int, int, str], None] | None = None,
    look: Look | None = None,
) -> Verified:
    """Compare a file, a sequence (by its pattern), a movie or a folder with what was written.

    Takes under the store's root, delivery manifests beside the files and the ledger say what that was;
    where a folder holds takes, these are checked as a whole: every file, manifest, request and the ledger.
    What is wrong with other takes of the store is told apart. Whoever asks for many takes of one store gives
    the `look` at it.
    Raises ArtistError `input.missing_sequence` when there is nothing to look at.
    """
    from .concern import Asked, parted
    from .surroundings import look_at, surrounding_faults

    begun = time.perf_counter()
    near = _near(given)
    look = look or look_at(store, near, settings)
    known = look.known
    paths = _files(given, near)
    expected = known.within(near) if near.is_dir() and Path(given).expanduser().is_dir() else []
    there = {path.resolve() for path in paths}
    missing = [one for one in expected if one.path is not None and one.path.resolve() not in there]
    looked = _all(paths, known, on_progress)
    files = [*_in_step(looked), *(_missing(one) for one in missing)]
    files.sort(key=lambda one: str(one.path))
    takes = tuple(dict.fromkeys(one.take_id for one in files if one.take_id))
    wrong = surrounding_faults(look, takes, near, settings)
    asked = Asked(Path(given).expanduser().absolute(), near, frozenset(takes), known, store)
    faults, elsewhere = parted(wrong, asked, settings)
    return Verified(tuple(files), time.perf_counter() - begun, faults, takes, elsewhere)


def _near(given: str) -> Path:
    path = Path(given).expanduser().absolute()
    return path if path.is_dir() else path.parent


def _files(given: str, near: Path) -> list[Path]:
    path = Path(given).expanduser().absolute()
    if path.is_file():
        return [path]
    if path.is_dir():
        found = [one for one in files_below(near) if _is_looked_at(one, near)]
    else:
        found = list(parse_pattern(str(path)).find().values())
    if not found and not (path / "manifest.json").is_file():
        raise ArtistError(
            "input.missing_sequence",
            "There are no pictures to look at",
            f"{given} names no file, sequence or folder with pictures.",
            "Check the path; write #### for the frame number of a sequence.",
        )
    return found


def _is_looked_at(path: Path, near: Path) -> bool:
    """Whether a file of a folder is a picture that is delivered, and not one to look at or to work from."""
    inside = path.relative_to(near).parts
    hidden = any(part.startswith(".") for part in inside)
    aside = bool(_ASIDE & set(inside[:-1]))
    return not hidden and not aside and path.suffix.lower() in PICTURE_SUFFIXES | MOVIE_SUFFIXES


def _all(
    paths: Sequence[Path], known: Known, on_progress: Callable[[int, int, str], None] | None
) -> list[tuple[Checked, list[KnownFile]]]:
    """Look at every file, on all cores: hashing leaves the interpreter free."""
    found = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for number, one in enumerate(pool.map(lambda path: _one(path, known), paths), 1):
            found.append(one)
            if on_progress is not None:
                on_progress(number, len(paths), "verifying")
    return found


def _one(path: Path, known: Known) -> tuple[Checked, list[KnownFile]]:
    """Return what one file is, and every file that it could be by its hash."""
    wanted = known.by_path.get(path.resolve())
    try:
        sha = file_sha256(path)
        if wanted is not None and wanted.file_sha256 == sha:
            return _is(path, SAME, wanted), [wanted]
        same = known.by_file.get(sha, [])
        if same and wanted is None:
            return _is(path, SAME, same[0]), same
        if path.suffix.lower() in MOVIE_SUFFIXES:
            return _unlike(path, wanted, known), []
        pixels = pixel_sha256(path)
    except (ArtistError, OSError) as error:
        return _unreadable(path, wanted, error), []
    alike = known.by_pixels.get(pixels, [])
    if wanted is not None:
        if wanted.pixel_sha256 == pixels:
            return _is(path, SAME_PIXELS, wanted, "its header is not as it was written", is_fault=True), [
                wanted
            ]
        return _is(path, CHANGED, wanted, _whose(alike), is_fault=True), []
    if alike:
        return _is(path, SAME_PIXELS, alike[0]), alike
    return _unlike(path, None, known), []


def _is(path: Path, state: str, one: KnownFile, why: str = "", *, is_fault: bool = False) -> Checked:
    return Checked(path, state, one.take_id, one.output, one.frame, why or one.said, is_fault)


def _whose(alike: Iterable[KnownFile]) -> str:
    """Say whose pixels are there instead: those of another frame, or nobody's."""
    other = next(iter(alike), None)
    return f"it holds frame {other.frame}" if other is not None else "its pixels are not as they were written"


def _unlike(path: Path, wanted: KnownFile | None, known: Known) -> Checked:
    """Return what a file is that no hash fits: what its label says, else changed when it says whose it is."""
    if wanted is not None:
        return _is(path, CHANGED, wanted, "it is not as it was written", is_fault=True)
    number = number_in_name(path.name)
    label = label_of(path)
    take_id = str(label.record.get("take", "")) or take_in_header(path)
    if label.is_whole:
        return Checked(path, SAME, take_id, frame=number, why=f"as {label.issuer} signed it")
    if label.state != "none":
        return Checked(path, CHANGED, take_id, frame=number, why="its label does not fit it", is_fault=True)
    if take_id in known.take_ids:
        return Checked(path, CHANGED, take_id, frame=number, why="its header names a take", is_fault=True)
    return Checked(path, UNKNOWN, take_id, frame=number, why="nothing here knows it")


def label_of(path: Path) -> Label:
    """Return the label of a file, in it or beside it; none where the library is not installed."""
    from .c2pa_label import Label, is_installed, read_label

    return read_label(path) if is_installed() else Label("none")


def _unreadable(path: Path, wanted: KnownFile | None, error: Exception) -> Checked:
    why = error.message if isinstance(error, ArtistError) else str(error)
    if wanted is not None:
        return _is(path, CHANGED, wanted, why, is_fault=True)
    return Checked(path, CHANGED, take_in_header(path), why=why, is_fault=True)


def take_in_header(path: Path) -> str:
    """Return the take that the header of an EXR names; empty when it names none."""
    from photodouble.image.exr_header import DamagedFileError, parse_header

    if path.suffix.lower() != ".exr":
        return ""
    try:
        with path.open("rb") as stream:
            return parse_header(stream.read(1 << 18)).parts[0].text(_TAKE_KEY)
    except (OSError, DamagedFileError):
        return ""


def _in_step(looked: Sequence[tuple[Checked, list[KnownFile]]]) -> list[Checked]:
    """Find frames that changed places: a host may renumber a sequence, but by one number for all frames.

    The number that most files agree on is taken for the sequence; a frame that cannot be in step with it
    holds another frame's picture.
    """
    steps: dict[tuple[Path, str, str], Counter[int]] = {}
    for one, could in looked:
        for step in _steps(one, could):
            steps.setdefault(_sequence_of(one), Counter())[step] += 1
    found = []
    for one, could in looked:
        usual = steps.get(_sequence_of(one))
        own = _steps(one, could)
        if usual and own and sum(usual.values()) > 1 and usual.most_common(1)[0][0] not in own:
            found.append(Checked(one.path, CHANGED, one.take_id, one.output, one.frame, _moved(one), True))
        else:
            found.append(one)
    return found


def _steps(one: Checked, could: Iterable[KnownFile]) -> set[int]:
    number = number_in_name(one.path.name)
    return {known.frame - number for known in could if known.frame is not None}


def _sequence_of(one: Checked) -> tuple[Path, str, str]:
    return one.path.parent, one.take_id, one.output


def _moved(one: Checked) -> str:
    return f"it holds frame {one.frame}"


def _missing(one: KnownFile) -> Checked:
    path = one.path or Path(one.name)
    return Checked(path, MISSING, one.take_id, one.output, one.frame, "it is not there any more", True)
