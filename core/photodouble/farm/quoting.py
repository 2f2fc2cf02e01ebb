"""Command lines as text that a shell reads back as the same words, on POSIX systems and on Windows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from photodouble_client.errors import ArtistError

SYSTEMS = ("posix", "windows")
_PLAIN = re.compile(r"[\w@#:./\\+-][\w@#:./\\+=,-]*", re.ASCII)


def command_line(words: Sequence[str], system: str = "posix") -> str:
    """Join words into one command line for a system of SYSTEMS.

    Raises ArtistError `usage.bad_value` for words that no command line of that system can hold.
    """
    if system == "posix":
        return shlex.join(words)
    return " ".join(_windows(word) for word in words)


def _windows(word: str) -> str:
    """Quote a word for CreateProcess and for cmd.exe; % and " have no spelling that both read alike.

    Backslashes count only before a double quote, so those at the end of a quoted word are doubled:
    https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
    """
    if '"' in word or "\n" in word or re.search(r"%[^%]+%", word):
        raise ArtistError(
            "usage.bad_value",
            "A path cannot stand in a Windows command",
            f"{word!r} holds signs that a Windows command line reads otherwise.",
            "Use a path without double quotes, line breaks or names between % signs.",
        )
    if _PLAIN.fullmatch(word):
        return word
    return '"' + word + "\\" * (len(word) - len(word.rstrip("\\"))) + '"'
