"""Stage a take for a node that only reads: the fill in a host's own values and format, beside a note.

A host's page holds a clip's codes (log, display or linear) in the format of its timeline, and a node that
mixes there is not the engine, which mixes in linear light. So what is staged is F such that
`source + A * (F - source)` is the engine's own composite, converted to that space and laid into that format:
F = (E(result) - (1 - A) * E(plate)) / A, with the very A that the file holds. Derived data: it may be
deleted, and made again. What is staged never changes, because hosts hold on to paths.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.exr import HALF_MOST
from photodouble.image.pattern import frame_path
from photodouble.image.storage import disk_error, write_whole
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError

from .node_text import FOLDER, NEWEST, NO_DOOR, NOTE, WISH, Door, NodeText, StageWish, wish_of
from .staged_frame import BYTES_A_PIXEL, StagedFrames
from .staged_note import PATTERN, node_text
from .store import Take

_NAME = re.compile(r"[A-Za-z0-9_]+(-[0-9]{1,6})?\Z")
"""The names that we give; what people copy beside them is theirs."""
_FORGOTTEN_S = 24 * 3600
"""How long after its last change a half-made folder is known to be nobody's any more."""
_MOST_THREADS, _MOST_BYTES = 4, 4e9


@dataclass(frozen=True)
class Staged:
    """Where the pictures lie, and whether they were made just now."""

    folder: Path
    words: NodeText
    is_new: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        said = self.words.words
        return {
            "folder": str(self.folder),
            "new": self.is_new,
            "take": said["take"],
            "space": said["space"],
            "first": int(said["first"]),
            "last": int(said["last"]),
            "display": [int(word) for word in said["display"].split()],
            "pixel_aspect": float(said["pixel_aspect"]),
            "fit": said["fit"],
            "state": said["state"],
        }


def write_staged(
    take: Take,
    wish: StageWish,
    report: Reporter,
    *,
    again: bool = False,
    door: Door = NO_DOOR,
    threads: int = 0,
) -> Staged:
    """Stage a finished take, whole or not at all; the same wish again finds what is there.

    With `again` it is made anew, under another name. `door` is where the node finds the engine; without
    `threads` every core helps, up to a few. Raises ArtistError `engine.no_take` for an unfinished take,
    `input.unknown_colourspace`, `usage.bad_value`, `usage.frames`, and as the plate's reader does.
    """
    take.manifest()
    frames = StagedFrames(take, wish)
    base = take.folder.parent / FOLDER / take.folder.name
    kept = None if again else _same(base, frames.name, frames.wish)
    if kept is not None:
        point_to_newest(base.parent)
        return kept
    with _hidden(base) as folder:
        _write_frames(frames, folder, report, threads)
        words = node_text(frames, door, report)
        write_whole(folder / WISH, json.dumps(frames.wish.to_json(), sort_keys=True).encode())
        write_whole(folder / NOTE, words.to_text().encode())
        if not _is_whole(folder, words):
            raise FileNotFoundError(errno.ENOENT, "files were taken away while it was staged", str(folder))
        _sync(folder)
        report.check()
        target = _placed(folder, base, frames.name)
    point_to_newest(base.parent)
    return Staged(target, words)


def point_to_newest(folder: Path) -> None:
    """Write which staged pictures of each kind are the newest: what "use newest" of the node reads.

    Two at once agree in the end: each looks again after it wrote.
    """
    path, text = folder / NEWEST, _newest_text(folder)
    if _says(path, text):
        return
    while text:
        write_whole(path, text.encode())
        seen, text = text, _newest_text(folder)
        if text == seen:
            return


def _says(path: Path, text: str) -> bool:
    """Whether a file holds this text already: an archive may be read, and not written."""
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _newest_text(folder: Path) -> str:
    """Say for each name the newest one of its kind: by the version of the take, then by its number."""
    found = [path.parent for path in folder.glob(f"*/*/{NOTE}") if _NAME.match(path.parent.name)]
    best: dict[str, Path] = {}
    for path in sorted(found, key=_age):
        best[_kind(path.name)] = path
    names = sorted({path.name for path in found} | set(best))
    return "".join(f"{name} {best[_kind(name)].relative_to(folder).as_posix()}\n" for name in names)


def _age(path: Path) -> tuple[int, int]:
    digits = "".join(sign for sign in path.parent.name if sign.isdigit())
    return int(digits or 0), int(path.name.rpartition("-")[2]) if "-" in path.name else 1


def _kind(name: str) -> str:
    return name.partition("-")[0]


def _same(base: Path, name: str, wish: StageWish) -> Staged | None:
    """Find pictures that were staged by the same wish, the latest of them that still is whole."""
    found = [path for path in base.glob(f"{name}*") if _NAME.match(path.name) and _kind(path.name) == name]
    for path in sorted(found, key=_age, reverse=True):
        words = NodeText.read(path)
        try:
            if words is not None and wish_of(path) == wish and _is_whole(path, words):
                return Staged(path, words, is_new=False)
        except (ArtistError, OSError):
            continue
    return None


def _is_whole(path: Path, words: NodeText) -> bool:
    """Whether nobody took frames or lines away: derived pictures may be deleted at any time."""
    try:
        Staged(path, words).to_json()
    except (KeyError, ValueError):
        return False
    if len(words.words["display"].split()) != 4:
        return False
    return str(len(list(path.glob(PATTERN.replace("####", "*"))))) == words.words.get("frames")


@contextmanager
def _hidden(base: Path) -> Iterator[Path]:
    """Give a folder that nobody sees; whatever happens, nothing of it is left behind under that name."""
    folder = base / f".{secrets.token_hex(6)}.part"
    try:
        folder.mkdir(parents=True)
        _sweep(base)
        yield folder
    except OSError as error:
        raise disk_error(error, folder) or _trouble(error, folder) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            base.rmdir()
            base.parent.rmdir()


def _trouble(error: OSError, folder: Path) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The take cannot be staged there",
        f"{error.filename or folder}: {error.strerror or error}.",
        "See what lies there in the place of a folder, and move it away.",
        detail=str(error),
    )


def _sweep(base: Path) -> None:
    """Remove half-made folders of work that was killed long ago."""
    for path in base.glob(".*.part"):
        try:
            is_old = time.time() - path.stat().st_mtime > _FORGOTTEN_S
        except OSError:
            continue
        if is_old:
            shutil.rmtree(path, ignore_errors=True)


def _placed(folder: Path, base: Path, name: str) -> Path:
    """Give the folder the first name that is free: a folder that holds something is never replaced."""
    number = 1
    while True:
        target = base / (name if number == 1 else f"{name}-{number}")
        try:
            folder.rename(target)
            _sync_folder(base)
            return target
        except OSError:
            if not os.path.lexists(target):
                raise
        number += 1


def _write_frames(frames: StagedFrames, folder: Path, report: Reporter, threads: int) -> None:
    """Write every frame, a few at a time, and link those that are played more than once."""
    room = int(_MOST_BYTES / (BYTES_A_PIXEL * frames.pixels))
    count = max(1, min(threads or os.cpu_count() or 1, _MOST_THREADS, room))
    pattern, done, clamped = str(folder / PATTERN), 0, False
    waiting: set[Future[bool]] = set()
    sources = list(frames.sources.items())
    with ThreadPoolExecutor(count) as pool:
        try:
            for source, numbers in sources:
                report.check()
                waiting.add(pool.submit(frames.write, source, [frame_path(pattern, n) for n in numbers]))
                while len(waiting) >= count or (waiting and source == sources[-1][0]):
                    ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    clamped = bool(sum(one.result() for one in ended)) or clamped
                    done += len(ended)
                    report.progress(done, len(sources), "staging the take")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if clamped:
        report.warn(f"Some values lie beyond half float; they are held at {HALF_MOST:g}.")


def _sync(folder: Path) -> None:
    """Have every file on the disk before the folder gets its name; those that are one are one."""
    files = {path.stat().st_ino or path: path for path in folder.iterdir()}
    for path in files.values():
        descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
