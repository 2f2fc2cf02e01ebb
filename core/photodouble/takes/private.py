"""What never leaves with a picture: prompts and people. The words, and how they are taken out of headers."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
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
"""A word of so many letters does not stand among compressed pixels by chance."""
_DPX_TEXTS = ((160, 100), (260, 200), (460, 200))
"""Creator, project and copyright in the header (SMPTE 268M): where they begin, and how long they are."""
_NAME = 5
"""A part of a name of so many letters tells who it is; shorter ones are words of other things, too."""
_TEXT_CHUNKS = (b"tEXt", b"iTXt", b"zTXt", b"eXIf")


@dataclass(frozen=True)
class PrivateWords:
    """The prompts, people and performers of a take; whole words count, in any case.

    `parts` of names, such as surnames, are taken out of headers only: a show may be called as somebody is.
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
        parts = {part for name in (*people, request.person) for part in name.split() if len(part) >= _NAME}
        return cls(tuple(sorted({*found, user_of_system()} - {""})), tuple(sorted(parts)))

    def are_in(self, content: bytes) -> bool:
        """Whether any of the words stands in some bytes."""
        return any(pattern.search(content) for pattern in self._patterns(0))

    def blanked(self, content: bytes) -> bytes:
        """Return bytes of the same length with zeros where the words stood."""
        for pattern in self._patterns(0):
            content = pattern.sub(lambda found: b"\0" * len(found.group()), content)
        return content

    def check_file(self, path: Path) -> None:
        """Refuse a file that holds a longer word anywhere; raises ArtistError `policy.forbidden`."""
        content = path.read_bytes()
        for pattern in self._patterns(_SURE):
            if pattern.search(content):
                raise ArtistError(
                    "policy.forbidden",
                    "A prompt or a name would leave with the pictures",
                    f"{path.name} holds a prompt, or the name of a person.",
                    "Take it out of the file's own metadata, or leave the file out.",
                )

    def _patterns(self, shortest: int) -> Iterable[re.Pattern[bytes]]:
        for word in self.words if shortest else (*self.words, *self.parts):
            for encoded in (word.encode("utf-8"), word.encode("utf-16-le")):
                if len(word) >= shortest:
                    edge = rb"[A-Za-z0-9]"
                    yield re.compile(
                        rb"(?<!" + edge + rb")" + re.escape(encoded) + rb"(?!" + edge + rb")", re.IGNORECASE
                    )


def public_attributes(attributes: Sequence[Attribute], private: PrivateWords) -> list[Attribute]:
    """Return the attributes of an EXR header that name nobody."""
    return [one for one in attributes if not private.are_in(one.value)]


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
