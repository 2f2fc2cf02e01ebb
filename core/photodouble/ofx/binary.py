"""What a built file says about itself: what it gives, what it wants, and which systems it runs on.

Three small readers, because a build must look at files of systems that it does not run on, and what is asked
of them is little: ELF (gABI 4.1, GNU symbol versions), PE (Microsoft's PE format), Mach-O (mach-o/loader.h).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True)
class Binary:
    """What one built file gives and wants. `glibc` and `minimum` are empty where nothing says them."""

    format: str
    processor: str
    exports: tuple[str, ...]
    imports: tuple[str, ...]
    libraries: tuple[str, ...]
    glibc: Version = ()
    minimum: Version = ()


class Unreadable(Exception):  # noqa: N818, it is an answer of the reader
    """A built file is none, or is cut short."""


@dataclass(frozen=True)
class Bytes:
    """The bytes of a file, and their order."""

    data: bytes
    order: str = "<"

    def numbers(self, form: str, at: int) -> tuple[int, ...]:
        """Read numbers as `struct` names them; raises Unreadable past the end of the file."""
        try:
            return struct.unpack_from(self.order + form, self.data, at)
        except struct.error as error:
            raise Unreadable(str(error)) from error

    def text(self, at: int) -> str:
        """Read the text that ends with a zero byte."""
        end = self.data.find(b"\0", at)
        if at < 0 or end < 0:
            raise Unreadable(f"no text at {at}")
        return self.data[at:end].decode("utf-8", "replace")


def read_binaries(data: bytes) -> tuple[Binary, ...]:
    """Read a built file; a universal one of macOS holds several. Raises Unreadable for anything else."""
    from .elf import read_elf
    from .macho import read_macho, slices
    from .portable import read_portable

    if data[:4] == b"\x7fELF":
        return (read_elf(data),)
    if data[:2] == b"MZ":
        return (read_portable(data),)
    if data[:4] == b"\xca\xfe\xba\xbe":
        return tuple(read_macho(part) for part in slices(data))
    if data[:4] == b"\xcf\xfa\xed\xfe":
        return (read_macho(data),)
    raise Unreadable("it is no ELF, PE or Mach-O file")
