"""The pages of the documentation as text: their blocks, links, headings and words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "core" / "docs"
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<marks>`{3,}|~{3,})(?P<kind>[^\n`]*)\n(?P<text>.*?)^ *(?P=marks) *$", re.M | re.S
)
_SPAN = re.compile(r"(?<!`)(`{1,2})(?!`)((?:(?!\1)[^\n])+)\1(?!`)")
_LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]: *<?([^\s>]+)>?", re.M)
_TAG = re.compile(r"<[a-z][^>]*?\s(?:src|href)\s*=\s*[\"']([^\"']*)[\"']", re.I)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#* *$", re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: what is said behind its fence, its text, and its first line's number."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """One page: its file and what is written in it."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """Name the page as the repository does."""
        return self.path.relative_to(ROOT).as_posix() if self.path.is_relative_to(ROOT) else self.path.name

    @property
    def blocks(self) -> tuple[Block, ...]:
        """List the fenced blocks in their order, unindented."""
        return tuple(
            Block(
                found["kind"].strip(),
                "".join(
                    line.removeprefix(found["indent"]) for line in found["text"].splitlines(keepends=True)
                ),
                self.text.count("\n", 0, found.start()) + 2,
            )
            for found in _FENCE.finditer(self.text)
        )

    @property
    def prose(self) -> str:
        """Give the page without its fenced blocks, lines kept in number."""
        return _FENCE.sub(lambda found: "\n" * found[0].count("\n"), self.text)

    @property
    def spans(self) -> tuple[str, ...]:
        """List what stands between single backticks."""
        return tuple(found[2].strip() for found in _SPAN.finditer(self.prose))

    @property
    def links(self) -> tuple[str, ...]:
        """List where links and pictures lead to, those in code left out."""
        told = _SPAN.sub("", self.prose)
        return tuple(link for form in (_LINK, _REFERENCE, _TAG) for link in form.findall(told))

    @property
    def anchors(self) -> frozenset[str]:
        """Name the headings as a link to them does."""
        seen: dict[str, int] = {}
        for heading in _HEADING.findall(self.prose):
            name = slug(heading)
            seen[name] = seen.get(name, -1) + 1
        repeated = {f"{name}_{again}" for name, times in seen.items() for again in range(1, times + 1)}
        return frozenset(seen) | repeated


def slug(heading: str) -> str:
    """Name a heading as the site does: lower case, letters and digits, joined by hyphens."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def read(path: Path) -> Page:
    """Read one page."""
    return Page(path, path.read_text(encoding="utf-8"))


def all_pages(docs: Path = DOCS) -> tuple[Page, ...]:
    """Read every page of the site."""
    return tuple(read(path) for path in sorted(docs.rglob("*.md")))


def written_pages() -> tuple[Page, ...]:
    """Read every page that a person writes, and the first page of the repository."""
    made = DOCS / "reference"
    return (read(ROOT / "README.md"), *(page for page in all_pages() if made not in page.path.parents))
