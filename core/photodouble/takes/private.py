"""What never leaves with a picture: prompts and people. The words, and how they are taken out of headers."""

from __future__ import annotations

import functools
import re
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.image.exr_header import Attribute
from photodouble.takes.artist import user_of_system
from photodouble_client.errors import ArtistError

from .store import Take

if TYPE_CHECKING:
    from photodouble.provenance.show import Show

_SURE = 8
"""A word of so many letters does not stand among compressed pixels, or inside another word, by chance."""
_DPX_TEXTS = ((160, 100), (260, 200), (460, 200))
"""Creator, project and copyright in the header (SMPTE 268M): where they begin, and how long they are."""
_NAME = 5
"""A part of a name of so many letters tells who it is; shorter ones are words of other things, too."""
_OURS = "photodouble"
"""The user of a farm machine may be called like the program, whose name stands in every picture."""
_TEXT_CHUNKS = (b"tEXt", b"iTXt", b"zTXt", b"eXIf")


@dataclass(frozen=True)
class PrivateWords:
    """The prompts, people and performers of a take, in any case and with or without accents.

    `parts` of names, such as surnames, are taken out of headers only: a show may be called as somebody is.
    There a longer word counts inside other letters, too, and a shorter one where a capital begins it.
    """

    words: tuple[str, ...]
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, take: Take, show: Show) -> PrivateWords:
        """Gather them from the request, the show's people and the user of this machine."""
        request = take.request()
        prompts = [request.values.get(one.key) for one in request.spec.params if one.kind == "prompt"]
        people = [one.name for one in show.people.values()] + list(show.people)
        found = {str(one).strip() for one in (*prompts, *people, request.person, *request.performers) if one}
        parts = {part for name in (*people, request.person) for part in _parts(name)}
        return cls(tuple(sorted({*found, user_of_system()} - {"", _OURS})), tuple(sorted(parts)))

    def are_in(self, content: bytes) -> bool:
        """Whether any of the words stands in the bytes of a header."""
        return self._in_headers.search(content) is not None

    def blanked(self, content: bytes) -> bytes:
        """Return bytes of a header, of the same length, with zeros where the words stood."""
        return self._in_headers.sub(lambda found: b"\0" * len(found.group()), content)

    def check_file(self, path: Path) -> None:
        """Refuse a file that holds a longer word anywhere; raises ArtistError `policy.forbidden`."""
        content = path.read_bytes()
        lowered = content.lower()
        spelt = [one for word in self.words if len(word) >= _SURE for one in _spelt(word)]
        for one in spelt:
            if one.lower() in lowered and re.search(_alone(one), content, re.IGNORECASE):
                raise ArtistError(
                    "policy.forbidden",
                    "A prompt or a name would leave with the pictures",
                    f"{path.name} holds a prompt, or the name of a person.",
                    "Take it out of the file's own metadata, or leave the file out.",
                )

    @functools.cached_property
    def _in_headers(self) -> re.Pattern[bytes]:
        words = sorted({*self.words, *self.parts}, key=len, reverse=True)
        ways = [way for word in words for one in _spelt(word) for way in _ways(word, one)]
        return re.compile(b"|".join(ways) or b"(?!)", re.IGNORECASE)


def _parts(name: str) -> set[str]:
    """Return what of a name tells who it is: its longer words, and all of it written together."""
    words = re.split(r"[\W_]+", name)
    return {one for one in (*name.split(), *words, "".join(words), "".join(words[::-1])) if len(one) >= _NAME}


def _spelt(word: str) -> set[bytes]:
    """Return the bytes that may stand for a word: as text is encoded, and as people write its accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    cased = {word} if word.isascii() else {word, word.upper(), word.lower(), plain}
    forms = {unicodedata.normalize(form, one) for form in ("NFC", "NFD") for one in cased}
    encoded = {one.encode(code, "ignore") for one in forms for code in ("utf-8", "utf-16-le", "utf-16-be")}
    return encoded | {one.encode("latin-1") for one in forms if max(one) <= "\xff"}


def _ways(word: str, spelt: bytes) -> Iterator[bytes]:
    """Give the patterns by which a word is found in a header."""
    if len(word) >= _SURE:
        yield re.escape(spelt)
        return
    yield _alone(spelt)
    if len(word) >= _NAME:
        yield rb"(?=(?-i:\0?[A-Z]\0?[a-z]))" + re.escape(spelt) + rb"(?:(?![A-Za-z0-9])|(?=(?-i:[A-Z0-9])))"


def _alone(spelt: bytes) -> bytes:
    edge = rb"[A-Za-z0-9]"
    return rb"(?<!" + edge + rb")" + re.escape(spelt) + rb"(?!" + edge + rb")"


def public_attributes(attributes: Sequence[Attribute], private: PrivateWords) -> list[Attribute]:
    """Return the attributes of an EXR header that name nobody."""
    return [one for one in attributes if not private.are_in(_said(one))]


def _said(attribute: Attribute) -> bytes:
    return attribute.name.encode("utf-8", "surrogateescape") + b"\0" + attribute.value


def public_png_chunk(kind: bytes, content: bytes, private: PrivateWords) -> bool:
    """Whether a chunk of a PNG may leave. Compressed text is not looked into: it stays here."""
    if kind == b"zTXt" or (kind == b"iTXt" and content.partition(b"\0")[2][:1] == b"\1"):
        return False
    return kind not in _TEXT_CHUNKS or not private.are_in(content)


def public_dpx(content: bytes, private: PrivateWords, note: str) -> bytes:
    """Return a DPX file without private words in its header; a note goes into the first free text."""
    order = ">" if content[:4] == b"SDPX" else "<"
    (begins,) = struct.unpack_from(order + "I", content, 4)
    header = bytearray(private.blanked(content[:begins]))
    place, size = next((one for one in _DPX_TEXTS if header[one[0]] in (0, 0xFF)), _DPX_TEXTS[0])
    header[place : place + size] = note.encode("ascii", "replace")[: size - 1].ljust(size, b"\0")
    return bytes(header) + content[begins:]
