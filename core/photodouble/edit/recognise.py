"""Recognise the pictures of a clip as a take, or as the plate of one: by id, by place, by what files hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.image.pattern import parse_pattern

from .known_takes import Found, KnownTakes
from .metadata import stamped
from .note import Note
from .plates import plate_offset
from .take_media import TakeMedia

if TYPE_CHECKING:
    from .media import Media
    from .shot import Shot

MOST_HASHED = 24
"""So many frames of a clip are hashed at most until one is recognised."""
_PROOFS = 3
"""So many frames are held against the hashes that a take noted."""

ID, PLACE, CONTENT = "take id", "media path", "content hash"

Files = dict[int, Path]


@dataclass(frozen=True)
class Sight:
    """A take that was recognised: `offset` is its frame number less that of the pictures looked at."""

    take: TakeMedia
    offset: int
    by: str


@dataclass
class Recogniser:
    """Recognise takes among those that are known. What cannot be trusted is left out, with a note."""

    known: KnownTakes
    notes: list[Note] = field(default_factory=list)

    def result(self, reference: Any, media: Media, frames: Iterable[int], *, name: str) -> Sight | None:
        """Recognise pictures as those of a take, though renamed, renumbered, moved or written anew.

        A take that the reference names, or whose folder they lie in, is held against its own hashes.
        """
        files = files_of(media, frames)
        by = ID if stamped(reference).get("take") else PLACE
        for take in self._named(reference, media):
            wrong = self._other_result(take, files, 0)
            if wrong is None:
                return Sight(take, 0, by)
            what = f"Frame {wrong} of {take.take.label} is not the one that the take was sealed with."
            self._say(name, what, "See what changed with 'photodouble verify'.")
        for by_pixels in (False, True):
            seen = self._votes(files, partial(self.known.with_result, by_pixels=by_pixels))
            hits = [one for one in seen if self._other_result(one.take, files, one.offset) is None]
            if hits:
                return min(hits, key=lambda one: (_lacking(one, frames), *_rank(one.take)))
        return None

    def made_from(self, shot: Shot) -> list[Sight]:
        """Return every take that was made from the plate that a clip shows and has a frame of it.

        A take whose plate holds other pictures now is left out.
        """
        media = shot.media
        files = files_of(media, shot.timing.frame_map)
        found = []
        for take in self.known.with_plate_at(media.pattern) if media.pattern else []:
            offset = plate_offset(take.request, shot)
            if offset is None:
                continue
            wrong = self._other_plate(take, files, offset)
            if wrong is not None:
                what = f"{take.take.label} was made from another plate than the one that is there now"
                self._say(shot.name, f"{what} (frame {wrong} differs).", "Make a take of the new plate.")
                continue
            found.append(Sight(take, offset, PLACE))
        wanted = shot.timing.frame_map
        return [one for one in found or self.by_plate(files) if _lacking(one, wanted) < len(set(wanted))]

    def by_plate(self, files: Files) -> list[Sight]:
        """Return the takes of which these files were the plate."""
        seen = self._votes(files, self.known.with_plate)
        return [one for one in seen if self._other_plate(one.take, files, one.offset) is None]

    def _named(self, reference: Any, media: Media) -> list[TakeMedia]:
        """Return the takes that a reference names: by its place on disk, which is proof, and by our stamp."""
        by_place = self.known.with_result_at(media.pattern) if media.pattern else []
        by_id = self.known.with_id(str(stamped(reference).get("take", "")))
        return [*by_place, *([by_id] if by_id is not None and by_id not in by_place else [])]

    def _votes(self, files: Files, look_up: Callable[[Path], list[Found]]) -> list[Sight]:
        """Return takes with the offset at which most frames were recognised, none with fewer than another."""
        votes: Counter[tuple[str, int]] = Counter()
        recognised = 0
        for frame in spread(list(files))[:MOST_HASHED]:
            hits = look_up(files[frame])
            recognised += bool(hits)
            votes.update((one.take.take.take_id, one.frame - frame) for one in hits)
            if recognised >= _PROOFS:
                break
        most = max(votes.values(), default=0)
        best: dict[str, int] = {}
        for (take_id, offset), count in sorted(votes.items(), key=lambda one: (-one[1], abs(one[0][1]))):
            if count == most:
                best.setdefault(take_id, offset)
        return [
            Sight(take, offset, CONTENT)
            for take_id, offset in best.items()
            if (take := self.known.with_id(take_id))
        ]

    def _other_result(self, take: TakeMedia, files: Files, offset: int) -> int | None:
        """Return a frame that has other pixels than the take was sealed with; None where none was found."""
        for frame in spread([frame for frame in files if frame + offset in take.hashes])[:_PROOFS]:
            sealed = take.hashes[frame + offset]
            if self.known.hash_of(files[frame]) in ("", sealed[0]):
                continue
            if self.known.hash_of(files[frame], by_pixels=True) != sealed[1]:
                return frame
        return None

    def _other_plate(self, take: TakeMedia, files: Files, offset: int) -> int | None:
        """Return a frame whose file is another than the take was made from; None where none was found."""
        noted = {frame: self.known.plate_hash(take, frame + offset) for frame in files}
        for frame in spread([frame for frame in files if noted[frame]])[:_PROOFS]:
            if self.known.hash_of(files[frame]) not in ("", noted[frame]):
                return frame
        return None

    def _say(self, where: str, what: str, fix: str) -> None:
        note = Note("media", where, what, fix)
        if note not in self.notes:
            self.notes.append(note)


def best_of(sights: Iterable[Sight], wanted: Iterable[int], name: str) -> list[Sight]:
    """Return the best take of each operation: called like the shot, whole, approved, then the newest."""
    wanted = tuple(wanted)
    best: dict[str, Sight] = {}
    for one in sorted(
        sights, key=lambda one: (one.take.request.shot != name, _lacking(one, wanted), *_rank(one.take))
    ):
        best.setdefault(one.take.request.operation, one)
    return list(best.values())


def files_of(media: Media, wanted: Iterable[int]) -> Files:
    """Return the picture files of the frames that are wanted and there, ascending; a movie has none."""
    if not media.on_disk or media.kind not in ("sequence", "still"):
        return {}
    pattern, there = parse_pattern(media.pattern), set(media.frames)
    frames = sorted({frame for frame in wanted if frame in there or media.kind == "still"})
    return {frame: pattern.path(frame) for frame in frames}


def spread(frames: list[int]) -> list[int]:
    """Order frames so that the first few lie far apart: the ends, the middle, the quarters."""
    if len(frames) < 3:
        return frames
    order, gaps = [frames[0], frames[-1]], [(0, len(frames) - 1)]
    for low, high in gaps:
        middle = (low + high) // 2
        if low < middle < high:
            order.append(frames[middle])
            gaps += [(low, middle), (middle, high)]
    return order


def _lacking(one: Sight, frames: Iterable[int]) -> int:
    return len({frame for frame in frames if frame + one.offset not in one.take.frames})


def _rank(take: TakeMedia) -> tuple[bool, int]:
    return not take.standing.is_approved, -take.take.version
