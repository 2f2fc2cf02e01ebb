"""What changed between two cuts, shot by shot, in the words of an editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from photodouble_client.frames import FrameRange

from .match import Match, matched
from .seen import Seen, media_key

KINDS = ("gone", "new", "media changed", "retimed", "extended", "trimmed", "moved", "unchanged")
"""What a shot can be, the gravest first; a shot that is several of them is called by the first."""

_FEW = 40
_NONE = FrameRange()


@dataclass(frozen=True)
class Change:
    """Say what became of one shot. `also` names further facts: trimmed, moved, split, doubled, renamed ...

    `frames_needed` are frames of the media that the new cut shows and no work exists for; `frames_dropped`
    are those that it shows no more. `moved_by` counts frames of the record, later is more.
    """

    kind: str
    old: Seen | None
    new: Seen | None
    also: tuple[str, ...] = ()
    frames_needed: FrameRange = _NONE
    frames_dropped: FrameRange = _NONE
    moved_by: int = 0
    by: str = ""

    @property
    def seen(self) -> Seen:
        """Give the shot as it is now, or as it was when it is gone."""
        found = self.new or self.old
        assert found is not None
        return found

    def words(self) -> str:
        """Say the change in a few words: `extended, moved 12 later`."""
        was = f"was {self.old.name or 'unnamed'}" if self.old is not None else ""
        said = [self.kind, *(was if word == "renamed" else word for word in self.also if word != "moved")]
        if self.moved_by and "moved" in (self.kind, *self.also):
            way = "later" if self.moved_by > 0 else "earlier"
            said = [word for word in said if word != "moved"] + [f"moved {abs(self.moved_by)} {way}"]
        return ", ".join(said)

    def to_json(self) -> dict[str, Any]:
        """Write the change as plain JSON values."""
        return {
            "also": list(self.also),
            "frames_dropped": self.frames_dropped.to_text(),
            "frames_needed": self.frames_needed.to_text(),
            "kind": self.kind,
            "matched_by": self.by,
            "moved_by": self.moved_by,
            "name": self.seen.name,
            "new": _side(self.new),
            "old": _side(self.old),
            "track": self.seen.track,
        }


def difference(old: Sequence[Seen], new: Sequence[Seen]) -> tuple[Change, ...]:
    """Return what became of every shot: those of the new cut in its order, then those that are gone."""
    matches = matched(old, new)
    seen_by = Counter(match.old for match in matches.values())
    tracks = {now.track for now in new}
    changes = [
        _change(
            old[matches[place].old], now, matches[place], _parts(old, new, matches, place, seen_by), tracks
        )
        if place in matches
        else Change("new", None, now, frames_needed=FrameRange(now.shown))
        for place, now in enumerate(new)
    ]
    gone = [_gone(then, new) for place, then in enumerate(old) if not seen_by[place]]
    return (*changes, *gone)


def table(changes: Iterable[Change]) -> list[str]:
    """Return the changes as lines of a table, its heads first."""
    rows = [("SHOT", "TRACK", "WHAT", "RECORD", "SHOWS", "MUST BE MADE")]
    for change in changes:
        seen = change.seen
        rows.append(
            (
                _short(seen.name or "unnamed"),
                _short(seen.track),
                change.words(),
                f"{seen.record_first}-{seen.record_last}" if change.new else "-",
                _few(FrameRange(seen.shown)),
                _few(change.frames_needed) or "-",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def summary(changes: Iterable[Change]) -> str:
    """Count the shots of each kind: `1 extended, 2 unchanged`."""
    counts = Counter(change.kind for change in changes)
    return ", ".join(f"{counts[kind]} {kind}" for kind in reversed(KINDS) if counts[kind]) or "no shots"


def _change(then: Seen, now: Seen, match: Match, parts: tuple[str, ...], tracks: Set[str]) -> Change:
    """Say what became of a shot. Hosts rename tracks, so only one that is left behind counts as another."""
    is_same_media = then.media == now.media or match.by == "file name"
    made = (then.made or then.shown) if is_same_media else frozenset()
    needed = FrameRange(now.shown - made)
    dropped = FrameRange(then.shown - now.shown) if is_same_media else _NONE
    moved = _moved(then, now) if is_same_media else now.record_first - then.record_first
    facts = {
        "media changed": not is_same_media,
        "retimed": then.speed != now.speed or (is_same_media and _is_reordered(then, now)),
        "extended": is_same_media and bool(now.shown - then.shown),
        "trimmed": bool(len(dropped)),
        "moved": moved != 0 or (then.track != now.track and then.track in tracks),
    }
    holding = [kind for kind in KINDS if facts.get(kind)] or ["unchanged"]
    also = [*holding[1:], *parts]
    if then.name != now.name:
        also.append("renamed")
    if _place(then) != _place(now) and is_same_media:
        also.append("relinked")
    if now.shot is not None and not now.shot.media.on_disk:
        also.append("media not found")
    if now.shot is not None and now.shot.timing.refused:
        also.append("its time cannot be read")
    return Change(holding[0], then, now, tuple(also), needed, dropped, moved, match.by)


def _place(seen: Seen) -> str:
    return media_key(seen.shot.media.pattern) if seen.shot is not None else seen.media


def _parts(
    old: Sequence[Seen], new: Sequence[Seen], matches: Mapping[int, Match], place: int, times: Counter[int]
) -> tuple[str, ...]:
    """Say whether a shot is one of several parts of an old one, or one of several times it is seen."""
    origin = matches[place].old
    if times[origin] < 2:
        return ()
    others = [new[other] for other, match in matches.items() if match.old == origin and other != place]
    then, now = old[origin], new[place]
    again = any(now.shown & other.shown & then.shown for other in others)
    return ("doubled",) if again else ("split",)


def _gone(then: Seen, new: Iterable[Seen]) -> Change:
    """Say that a shot is gone, or that another clip shows its frames now, as when a cut is healed."""
    is_merged = then.media != "" and any(then.shown <= now.shown for now in new if now.media == then.media)
    return Change("gone", then, None, ("merged",) if is_merged else (), _NONE, FrameRange(then.shown))


def _moved(then: Seen, now: Seen) -> int:
    """Return by how much the pictures moved in the cut, by the first one that both show.

    A shot trimmed at its head still shows its other pictures at the same record frames: it did not move.
    """
    before = {frame: place for place, frame in reversed(tuple(enumerate(then.frames)))}
    for place, frame in enumerate(now.frames):
        if frame in before and then.speed == now.speed:
            return now.record_first + place - then.record_first - before[frame]
    return now.record_first - then.record_first


def _is_reordered(then: Seen, now: Seen) -> bool:
    """Whether the frames that both show come at another pace, as under a changed ramp."""
    common = then.shown & now.shown
    return [f for f in then.frames if f in common] != [f for f in now.frames if f in common]


def _side(seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {
        "frames": FrameRange(seen.shown).to_text(),
        "media": seen.media,
        "name": seen.name,
        "record_first": seen.record_first,
        "record_last": seen.record_last,
        "speed": float(seen.speed),
        "take": seen.take,
        "track": seen.track,
    }


def _few(frames: FrameRange) -> str:
    text = frames.to_text()
    if len(text) <= _FEW:
        return text
    return f"{len(frames)} of {frames.first}-{frames.last}"


def _short(text: str) -> str:
    return text if len(text) <= _FEW else text[: _FEW - 3] + "..."
