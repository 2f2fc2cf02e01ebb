"""The element library on disk: filmed people, cut out, one folder of cards each, and one list of them all.

FOLDER/library.json names every element with the fingerprints of its cards; FOLDER/NAME/card.####.exr are
the cards, scene-linear, premultiplied, with the wardrobe matte beside them; mips.npy is made from them.
"""

from __future__ import annotations

import dataclasses
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.image.storage import disk_error, write_whole
from photodouble_client.errors import ArtistError
from photodouble_client.runtime import FileLock

from .cards import make_deck
from .deck import Deck
from .element import Element
from .library_cards import card_path, fresh_mips, read_card, read_card_file, write_card
from .library_json import LIST, Listed, checked_name, read_list, write_list

Card = npt.NDArray[np.float32]
Chains = npt.NDArray[np.float16]
Report = Callable[[int, int, str], None]
_LEFT, _PATIENCE = 86400.0, 60.0
"""Seconds after which a half-written element is nobody's, and for which a busy library is waited for."""


@dataclasses.dataclass(frozen=True)
class Library:
    """The elements of a folder, ready to be dealt; their cards are read when they are wanted.

    `memory_mb` bounds the chains that are kept between frames.
    """

    folder: Path
    listed: tuple[Listed, ...]
    memory_mb: int = 768
    _kept: OrderedDict[tuple[int, int], Card] = dataclasses.field(default_factory=OrderedDict, repr=False)
    _mips: dict[int, Chains] = dataclasses.field(default_factory=dict, repr=False)
    _lock: threading.Lock = dataclasses.field(default_factory=threading.Lock, repr=False)

    @property
    def elements(self) -> tuple[Element, ...]:
        """List the elements in the order of the list."""
        return tuple(one.element for one in self.listed)

    def files(self) -> tuple[Path, ...]:
        """List everything that a picture made with this library depends on."""
        cards = [card_path(self.folder, one.element, n) for one in self.listed for n in range(len(one.cards))]
        return (self.folder / LIST, *cards)

    def card(self, element: int, index: int) -> Card:
        """Return one card, (h, w, 5) float32: red, green, blue, alpha, wardrobe, all premultiplied."""
        return read_card(self.folder, self.elements[element], index)

    def deck(self, wanted: Sequence[tuple[int, int]]) -> Deck:
        """Bring the cards of a frame into memory; `wanted` are pairs of element and card."""
        elements = [self.elements[element] for element, _ in wanted]
        return make_deck(
            [self._chain(element, card) for element, card in wanted],
            [element.size for element in elements],
            [element.foot for element in elements],
            [element.pixels_per_metre for element in elements],
        )

    def _chain(self, element: int, card: int) -> Card:
        """Return the mip chain of a card, kept as long as there is room."""
        key = (element, card)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if element not in self._mips:
                self._mips[element] = fresh_mips(self.folder, self.listed[element])
            mips = self._mips[element]
        chain = np.asarray(mips[card], np.float32)
        with self._lock:
            self._kept[key] = chain
            while len(self._kept) > 1 and self._bytes() > self.memory_mb << 20:
                self._kept.popitem(last=False)
        return chain

    def _bytes(self) -> int:
        return sum(chain.nbytes for chain in self._kept.values())


def read_library(path: str | Path, *, memory_mb: int = 768) -> Library:
    """Open a library by its folder or its list.

    Raises ArtistError `input.bad_document` for a list that cannot be used or holds no element, and
    `input.missing_frames`, `input.unknown_channel` (no alpha) or `input.size_mismatch` for its cards.
    """
    given = Path(path).expanduser()
    folder = given.parent if given.name == LIST else given
    listed = read_list(folder)
    for one in listed:
        _check_cards(folder, one)
    return Library(folder, listed, memory_mb)


class ElementWriter:
    """Write one element card by card; it is in the list only once it is finished.

    Used as a context: whatever ends the block early, a stop as well, removes what was written so far.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Write into a library's folder, which is made where it is not there."""
        self.folder, self.name = folder, checked_name(name)
        self._half = folder / f".{name}.{secrets.token_hex(4)}.part"
        self._marks: list[str] = []

    def __enter__(self) -> ElementWriter:
        """Begin with an empty folder."""
        for old in self.folder.glob(f".{self.name}.*.part"):
            # Whoever was killed while writing left it; who still writes touches it all the time.
            if time.time() - old.stat().st_mtime > _LEFT:
                shutil.rmtree(old, ignore_errors=True)
        try:
            self._half.mkdir(parents=True)
        except OSError as error:
            raise disk_error(error, self._half) or error from error
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing half-written behind."""
        shutil.rmtree(self._half, ignore_errors=True)

    def add(self, card: Card) -> None:
        """Write the next card, (h, w, 5) float32; raises ArtistError for a full disk."""
        self._marks.append(write_card(self._path(len(self._marks)), card))

    def card(self, index: int) -> Card:
        """Read back a card that was written."""
        return read_card_file(self._path(index), self.name)

    def replace(self, index: int, card: Card) -> None:
        """Write a card again."""
        self._marks[index] = write_card(self._path(index), card)

    def keep(self, first: int, last: int) -> None:
        """Keep the cards from first to last, inclusive, and count them from 0."""
        for index in range(len(self._marks)):
            if not first <= index <= last:
                self._path(index).unlink()
        for index in range(first, last + 1):
            self._path(index).rename(self._path(index - first))
        self._marks = self._marks[first : last + 1]

    def finish(self, element: Element) -> Element:
        """Put the element into the library; an older one of its name is replaced.

        Its loop is kept within the cards that there are. Raises ArtistError where there is none.
        """
        if not self._marks:
            raise ArtistError(
                "input.empty_range",
                "An element has no cards",
                f"No card of {self.name} was made.",
                "Ask for frames on which the person is seen.",
            )
        count = len(self._marks)
        last = min(element.loop_last, count - 1)
        first = min(element.loop_first, last)
        whole = dataclasses.replace(element, frames=count, loop_first=first, loop_last=last)
        if whole.has_wardrobe and self._marks:
            whole = dataclasses.replace(whole, cloth=_cloth(self.card(len(self._marks) // 2), element.cloth))
        _put_in_place(self.folder, self._half, Listed(whole, tuple(self._marks)))
        return whole

    def _path(self, index: int) -> Path:
        return self._half / f"card.{index:04d}.exr"


def write_element(
    folder: Path, element: Element, cards: Iterable[Card], report: Report | None = None
) -> Element:
    """Add an element to a library, or replace the one of its name; cards are written as they come.

    `cards`: (h, w, 5) float32, all of the element's size. An element is in the list only when all of its
    cards are on disk, so one that was broken off is never dealt; what it left behind is removed.
    Returns the element with the number of cards it has.
    """
    with ElementWriter(folder, element.name) as writer:
        for index, card in enumerate(cards):
            writer.add(card)
            if report is not None:
                report(index + 1, max(element.frames, index + 1), f"writing {element.name}")
        return writer.finish(element)


def _cloth(card: Card, otherwise: float) -> float:
    """Measure the mean luminance of a card's wardrobe; `otherwise` where it has none."""
    share = card[..., 4].astype(np.float64)
    if share.sum() <= 0:
        return otherwise
    bright = card[..., :3].astype(np.float64) @ (0.2126, 0.7152, 0.0722)
    straight = bright / np.maximum(card[..., 3], 1e-6)
    return max(float((straight * share).sum() / share.sum()), 1e-3)


def remove_element(folder: Path, name: str) -> None:
    """Take an element out of a library; nothing happens where there is none of that name."""
    with _changing(folder):
        kept = tuple(one for one in _there(folder) if one.element.name != name)
        if kept:
            write_list(folder, kept)
        else:
            (folder / LIST).unlink(missing_ok=True)
        shutil.rmtree(folder / name, ignore_errors=True)


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Let nobody else change the list meanwhile; raises ArtistError where another never ends."""
    lock = FileLock(str(folder / ".library.lock"))
    try:
        held = lock.acquire(_PATIENCE)
    except OSError as error:
        raise disk_error(error, folder) or error from error
    if not held:
        raise ArtistError(
            "input.unwritable_output",
            "The library is being changed",
            f"Another program changes {folder}.",
            "Wait until it has finished, and try again.",
        )
    try:
        yield
    finally:
        lock.release()


def _put_in_place(folder: Path, half: Path, listed: Listed) -> None:
    with _changing(folder):
        target = folder / listed.element.name
        before = _there(folder)
        others = tuple(one for one in before if one.element.name != listed.element.name)
        if target.exists():
            if others:
                write_list(folder, others)
            else:
                (folder / LIST).unlink(missing_ok=True)
            shutil.rmtree(target)
        half.rename(target)
        names = [one.element.name for one in before]
        at = names.index(listed.element.name) if listed.element.name in names else len(others)
        write_list(folder, (*others[:at], listed, *others[at:]))


def _there(folder: Path) -> tuple[Listed, ...]:
    return read_list(folder) if (folder / LIST).is_file() else ()


def _check_cards(folder: Path, one: Listed) -> None:
    """Refuse an element with missing cards, or whose first card is not what the list says."""
    gaps = [n for n in range(len(one.cards)) if not card_path(folder, one.element, n).is_file()]
    if gaps:
        numbers = ", ".join(str(n) for n in gaps[:8]) + (" ..." if len(gaps) > 8 else "")
        raise ArtistError(
            "input.missing_frames",
            "Cards of an element are missing",
            f"{one.element.name} has no card {numbers}; it should have {len(one.cards)}.",
            "Copy the missing pictures, ingest this element again, or take it out: photodouble crowd remove.",
            detail=str(folder / one.element.name),
        )
    read_card(folder, one.element, 0)


def write_contact(folder: Path, png: bytes) -> Path:
    """Write the picture of all elements to look at."""
    path = folder / "contact.png"
    with suppress(FileNotFoundError):
        path.unlink()
    write_whole(path, png)
    return path
