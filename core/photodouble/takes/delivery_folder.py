"""Where a delivery goes: it appears there whole, or not at all, and nothing that is there is written over."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from photodouble.provenance.known import DELIVERY
from photodouble_client.errors import ArtistError

from .delivery import ExportWish
from .files import telling_disk_errors
from .store import Take

_MAGIC = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".tif": (b"II*\0", b"MM\0*"),
    ".tiff": (b"II*\0", b"MM\0*"),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
}
_MOVIES = (".mov", ".mp4", ".m4v")
_BOXES = (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip")
"""What the first box of a movie file may be (ISO/IEC 14496-12, and QuickTime before it)."""


def check_wish(take: Take, wish: ExportWish, names: Sequence[str]) -> None:
    """Refuse a folder or companions that cannot be, before anything is written.

    Raises ArtistError `usage.bad_value`, `input.missing_sequence`, `input.unsupported_format`,
    `input.output_exists`, `input.unwritable_output`.
    """
    for path in wish.beside:
        _check_companion(path)
    counted = Counter([*names, DELIVERY, *(path.name for path in wish.beside)])
    twice = [name for name, times in counted.items() if times > 1]
    if twice:
        raise ArtistError(
            "usage.bad_value",
            "Two files of the delivery have one name",
            f"{twice[0]} would be there twice.",
            "Give the movie or still another name.",
        )
    if wish.folder.resolve().is_relative_to(take.folder.resolve()):
        raise _bad_folder(wish.folder, "it lies in the take, and a take stays as it is")
    if (wish.folder.exists() or wish.folder.is_symlink()) and not wish.folder.is_dir():
        raise _bad_folder(wish.folder, "something that is no folder has this name")
    _check_free(wish.folder, list(counted))


@contextmanager
def appearing_whole(folder: Path) -> Iterator[Path]:
    """Give a hidden folder to write a delivery into; its files move to `folder` when the block ends well.

    Otherwise they are gone, and so is `folder` if it was made for them.
    """
    was_there = folder.is_dir()
    with telling_disk_errors(folder / DELIVERY):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, FileNotFoundError) as problem:
            raise _bad_folder(folder, "it cannot be made") from problem
        try:
            with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as hidden:
                yield Path(hidden)
                _move(Path(hidden), folder)
        except BaseException:
            if not was_there:
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise


def _move(hidden: Path, folder: Path) -> None:
    """Move the files, the manifest last: whoever sees it sees the whole delivery."""
    made = sorted(hidden.iterdir(), key=lambda path: (path.name == DELIVERY, path.name))
    _check_free(folder, [path.name for path in made])
    for path in made:
        path.replace(folder / path.name)


def _check_free(folder: Path, names: Sequence[str]) -> None:
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise ArtistError(
            "input.output_exists",
            "The delivery already exists",
            f"{folder} already holds {there[0]}.",
            "Choose another folder: a delivery is never written over.",
        )


def _check_companion(path: Path) -> None:
    """Refuse what is no movie or still: whatever lies about could leave the house with a delivery."""
    if not path.is_file():
        raise ArtistError(
            "input.missing_sequence",
            "A file to go with the delivery is missing",
            f"There is no file {path}.",
            "Check the path (--with).",
        )
    if _is_shown(path):
        return
    raise ArtistError(
        "input.unsupported_format",
        "This file cannot go with a delivery",
        f"{path.name} is no movie (MOV, MP4) and no still (JPEG, PNG, TIFF).",
        "Give a movie or still of the take.",
    )


def _is_shown(path: Path) -> bool:
    with path.open("rb") as stream:
        begins = stream.read(12)
    suffix = path.suffix.lower()
    return begins.startswith(_MAGIC.get(suffix, ())) or (suffix in _MOVIES and begins[4:8] in _BOXES)


def _bad_folder(folder: Path, why: str) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The delivery cannot go there",
        f"{folder} cannot be used: {why}.",
        "Choose another folder (--to).",
    )
