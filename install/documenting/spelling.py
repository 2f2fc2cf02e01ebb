"""The words of the documentation are spelt as a dictionary has them, or stand in the project's own list.

Needs pyspellchecker and codespell, which are in the environment of install/docs and nowhere else.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from documenting.pages import Page

WORDS = Path(__file__).with_name("words.txt")
_LEFT_OUT = re.compile(
    r"```.*?```|`[^`\n]*`|<!--.*?-->|<[^>\n]+>|\]\([^)\n]*\)|\{[^}\n]*\}|https?://\S+", re.DOTALL
)
_WORD = re.compile(r"(?<![\w.])[A-Za-z][a-z]+(?:'[a-z]+)?(?![\w.]*\w)")


def faults(pages: Iterable[Page]) -> list[str]:
    """List the words that nobody knows, with the page and the line where each stands first."""
    unknown = _Dictionary()
    found = []
    for page in pages:
        text = _LEFT_OUT.sub(lambda left: re.sub(r"[^\n]", " ", left[0]), page.text)
        seen: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            for word in _WORD.findall(line):
                seen.setdefault(word, number)
        found += [f"{page.name}:{seen[word]}: {word!r} is in no list" for word in seen if unknown(word)]
    return found


def misspellings(paths: Iterable[Path]) -> list[str]:
    """List what codespell knows as a common misspelling; British spelling is ours."""
    command = [sys.executable, "-m", "codespell_lib", "--ignore-words", str(WORDS), *map(str, paths)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return said.stdout.splitlines() + said.stderr.splitlines()


def words() -> frozenset[str]:
    """Read the project's own words, one on a line."""
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().lower() for line in lines if line.strip() and not line.startswith("#"))


class _Dictionary:
    def __init__(self) -> None:
        from spellchecker import SpellChecker

        self._own = words()
        self._english = SpellChecker(language="en", distance=1)

    def __call__(self, word: str) -> bool:
        """Say whether a word is unknown."""
        plain = word.lower().removesuffix("'s").rstrip("'")
        return plain not in self._own and bool(self._english.unknown([plain]))
