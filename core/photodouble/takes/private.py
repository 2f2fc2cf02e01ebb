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
_TEXT_CHUNKS = (b"tEXt", b"iTXt", b"zTXt", b"eXIf")


@dataclass(frozen=True)
class PrivateWords:
    """The prompts, people and performers of a take; whole words count, in any case."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, take: Take, show: Show) -> PrivateWords:
        """Gather them from the request, the show's people and the user of this machine."""
        request = take.request()
        prompts = [request.values.get(one.key) for one in request.spec.params if one.kind == "prompt"]
        people = [one.name for one in show.people.values()] + list(show.people)
        found = {str(one).strip() for one in (*prompts, *people, request.person, *request.performers) if one}
        return cls(tuple(sorted({*found, user_of_system()} - {""})))

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
        for word in self.words:
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
    """Return a DPX file without private words in its header; a note becomes the creator where none is."""
    order = ">" if content[:4] == b"SDPX" else "<"
    (begins,) = struct.unpack_from(order + "I", content, 4)
    header = bytearray(private.blanked(content[:begins]))
    if header[160] in (0, 0xFF):
        header[160:260] = note.encode("ascii", "replace")[:99].ljust(100, b"\0")
    return bytes(header) + content[begins:]
