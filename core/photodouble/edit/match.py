"""Which clip of a new cut was which clip of the old one: by its take, its name and media, its frames."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .seen import Seen

MOST = 100
"""So many clips that show one frame are held against a clip at most."""

Key = Callable[[Seen], object]


@dataclass(frozen=True)
class Match:
    """Say which old clip (by its place in the list) a new one was, and by what it was recognised.

    `is_again` says that the old clip has its match already: it was split, or it is seen twice.
    """

    old: int
    by: str
    is_again: bool = False


@dataclass
class _Search:
    old: Sequence[Seen]
    new: Sequence[Seen]
    found: dict[int, Match] = field(default_factory=dict)

    def free_old(self) -> list[int]:
        used = {match.old for match in self.found.values()}
        return [place for place in range(len(self.old)) if place not in used]

    def free_new(self) -> list[int]:
        return [place for place in range(len(self.new)) if place not in self.found]


def matched(old: Sequence[Seen], new: Sequence[Seen]) -> Mapping[int, Match]:
    """Return the match of every new clip that was in the old cut, by its place in `new`.

    The take that a clip carries comes first, then name and media together, then the media alone where frames
    overlap, then the same files in another folder, then a name that only one shot has.
    """
    search = _Search(old, new)
    for by, key in (
        ("take", _take),
        ("name and media", _name_media),
        ("media", _media),
        ("file name", _file),
    ):
        _pair(search, key, by)
    for by, key in (("name and media", _name_media), ("name", _name)):
        _pair_alone(search, key, by)
    for by, key in (("take", _take), ("media", _media)):
        _pair_again(search, key, by)
    return search.found


def _take(seen: Seen) -> object:
    return seen.take and (seen.take, seen.media)


def _name_media(seen: Seen) -> object:
    return seen.name and seen.media and (seen.name, seen.media)


def _media(seen: Seen) -> object:
    return seen.media


def _file(seen: Seen) -> object:
    return seen.file and (seen.name, seen.file)


def _name(seen: Seen) -> object:
    return seen.name


def _pair(search: _Search, key: Key, by: str) -> None:
    """Pair what has the same key and shows some of the same frames, the most alike first."""
    olds = _buckets(search.old, search.free_old(), key)
    for value, news in _buckets(search.new, search.free_new(), key).items():
        left = _pair_equal(search, olds.get(value, []), news, by)
        for old, new in _most_alike(search, *left):
            search.found[new] = Match(old, by)


def _pair_equal(search: _Search, olds: list[int], news: list[int], by: str) -> tuple[list[int], list[int]]:
    """Pair clips that show the very same frames: those at the same place in the cut, the others in order."""
    for look in (_place, _frames):
        waiting: dict[object, list[int]] = defaultdict(list)
        for old in reversed(olds):
            waiting[look(search.old[old])].append(old)
        for new in news:
            same = waiting.get(look(search.new[new]))
            if same:
                search.found[new] = Match(same.pop(), by)
        olds = [old for left in waiting.values() for old in left]
        news = [new for new in news if new not in search.found]
    return olds, news


def _place(seen: Seen) -> object:
    return (seen.frames, seen.track, seen.record_first)


def _frames(seen: Seen) -> object:
    return seen.frames


def _most_alike(search: _Search, olds: list[int], news: list[int]) -> Iterable[tuple[int, int]]:
    """Yield pairs with the most frames in common, each clip once."""
    used: set[tuple[str, int]] = set()
    for _, old, new in sorted(_scores(search, olds, news)):
        if ("old", old) not in used and ("new", new) not in used:
            used |= {("old", old), ("new", new)}
            yield old, new


def _scores(
    search: _Search, olds: list[int], news: list[int]
) -> Iterable[tuple[tuple[int, bool, int], int, int]]:
    """Yield how unlike each two clips are that share a frame."""
    showing: dict[int, list[int]] = defaultdict(list)
    for old in olds:
        for frame in search.old[old].shown:
            showing[frame].append(old)
    for new in news:
        now = search.new[new]
        common = Counter(old for frame in now.shown for old in showing.get(frame, ())[:MOST])
        for old, count in common.items():
            then = search.old[old]
            away = abs(then.record_first - now.record_first)
            yield (-count, then.name != now.name, away), old, new


def _pair_alone(search: _Search, key: Key, by: str) -> None:
    """Pair what has a key that only one clip of each cut has, though it shows other frames or other media.

    Hosts name clips after their footage, so a name that several clips have says nothing.
    """
    olds, news = Counter(map(key, search.old)), Counter(map(key, search.new))
    places = {key(search.old[old]): old for old in search.free_old()}
    for new in search.free_new():
        value = key(search.new[new])
        if value and olds[value] == news[value] == 1 and value in places:
            search.found[new] = Match(places[value], by)


def _pair_again(search: _Search, key: Key, by: str) -> None:
    """Say of what is left which clip it was a part of, or is seen a second time."""
    olds = _buckets(search.old, range(len(search.old)), key)
    for value, news in _buckets(search.new, search.free_new(), key).items():
        for new in news:
            best = min(_scores(search, olds.get(value, []), [new]), default=None)
            if best is not None:
                old = best[1]
                is_again = any(match.old == old for match in search.found.values())
                search.found[new] = Match(old, by, is_again=is_again)


def _buckets(clips: Sequence[Seen], places: Iterable[int], key: Key) -> dict[object, list[int]]:
    found: dict[object, list[int]] = defaultdict(list)
    for place in places:
        value = key(clips[place])
        if value:
            found[value].append(place)
    return found
