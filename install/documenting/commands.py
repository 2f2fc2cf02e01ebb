"""Every command on a page is one that the program understands: its real parser reads it."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from documenting.pages import ROOT, Page

_OURS = re.compile(r"^(?:\S*/)?photodouble(?:\.exe)?$")
_SCRIPT = re.compile(r"^(?:\./)?((?:install|bench)/[\w.-]+)$")
_SHELL = ("sh", "bash", "")
_FOREIGN = frozenset(
    ("blender", "cd", "deadline", "fusion=~/.local/share/DaVinciResolve/Fusion", "ln", "mkdir", ".")
)
"""What else a page may tell somebody to type: programs that are not ours, and are not checked."""
_PYTHON = re.compile(r"^(?:\S*/)?(?:python[\d.]*|py)(?:\.exe)?$")
_FOREIGN_FLAGS = frozenset(("--max-retries-per-task",))


def faults(pages: Iterable[Page]) -> list[str]:
    """List the commands that would be refused, one sentence each."""
    from photodouble.cli.main import parser

    reader = _Reader(parser())
    return [f"{page.name}: {said}" for page in pages for said in reader.page_faults(page)]


class _Reader:
    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parser = parser
        self.flags = frozenset(flag for each in _parsers(parser) for flag in each._option_string_actions)

    def page_faults(self, page: Page) -> Iterator[str]:
        for block in page.blocks:
            for line in _lines(block.text) if block.kind.split(" ")[0] in (*_SHELL, "text") else ():
                yield from self.line_faults(line, is_shell=block.kind.split(" ")[0] in ("sh", "bash"))
        for line in _lines(_indented(page.prose)):
            yield from self.line_faults(line, is_shell=False)
        for span in page.spans:
            yield from self.span_faults(span)

    def line_faults(self, line: str, *, is_shell: bool) -> Iterator[str]:
        """Read one line of a block; in a block that is not of the shell only our own commands are read."""
        try:
            words = shlex.split(re.sub(r"(^|\s)# .*", "", line.removeprefix("$ ")))
        except ValueError as problem:
            if is_shell:
                yield f"{line!r} cannot be typed: {problem}"
            return
        if not words:
            return
        if _OURS.match(words[0]):
            yield from self._ours(words[1:], line)
        elif _PYTHON.match(words[0]) or _SCRIPT.match(words[0]):
            yield from self._script(words[1:] if _PYTHON.match(words[0]) else words, line)
        elif is_shell and words[0] not in _FOREIGN:
            yield f"{line!r}: {words[0]!r} is no command that a page may ask for"

    def span_faults(self, span: str) -> Iterator[str]:
        """Read what stands in a sentence: it may be cut short, so words are looked at one by one."""
        try:
            words = shlex.split(span)
        except ValueError:
            return
        if words and _OURS.match(words[0]):
            yield from self._in_part(words[1:], span)
        elif words and _SCRIPT.match(words[0]):
            yield from self._script(words, span)
        elif words and words[0].startswith("--"):
            yield from self._known_flags(words, span)

    def _ours(self, words: list[str], line: str) -> Iterator[str]:
        if "..." in words or "…" in words:
            yield from self._in_part(words, line)
            return
        try:
            found = self.parser.parse_args(words)
        except SystemExit as ended:
            if ended.code not in (0, None):
                yield f"{line!r} is refused"
            return
        except Exception as refused:  # noqa: BLE001, whatever the parser says is what the reader would see
            yield f"{line!r} is refused: {refused}"
            return
        if not callable(getattr(found, "call", None)):
            yield f"{line!r} does nothing"

    def _in_part(self, words: list[str], said: str) -> Iterator[str]:
        at: argparse.ArgumentParser = self.parser
        flags = self.flags
        for word in words:
            below = next((one for one in at._actions if isinstance(one, argparse._SubParsersAction)), None)
            if word.startswith("--"):
                if word.partition("=")[0] not in (flags if at is self.parser else at._option_string_actions):
                    yield f"{said!r}: {at.prog} has no {word}"
            elif below is not None and word not in ("...", "…"):
                if word not in below.choices:
                    yield f"{said!r}: {at.prog} has no {word!r}"
                    return
                at = below.choices[word]

    def _script(self, words: list[str], said: str) -> Iterator[str]:
        named = _SCRIPT.match(words[0]) if words else None
        if named is None:
            return
        path = ROOT / named[1]
        if not path.exists():
            yield f"{said!r}: there is no {named[1]}"
            return
        text = _source(path)
        for word in words[1:]:
            if word.startswith("--") and word.partition("=")[0] not in text:
                yield f"{said!r}: {named[1]} has no {word}"

    def _known_flags(self, words: list[str], span: str) -> Iterator[str]:
        for word in words:
            flag = word.partition("=")[0].rstrip(",")
            if flag.startswith("--") and flag not in self.flags | _FOREIGN_FLAGS and not _in_a_script(flag):
                yield f"`{span}`: no command has {flag}"


def _source(file: Path) -> str:
    beside = sorted((file.parent / "installing").glob("*.py")) if file.name == "install.py" else []
    return "".join(one.read_text(encoding="utf-8") for one in (file, *beside) if one.is_file())


def _in_a_script(flag: str) -> bool:
    scripts = [*(ROOT / "install").rglob("*"), *(ROOT / "bench").glob("*.py"), ROOT / "pyproject.toml"]
    found = (
        one
        for one in scripts
        if one.is_file() and one.suffix in ("", ".py") and "documenting" not in one.parts
    )
    pattern = re.compile(rf"{re.escape(flag)}(?![\w-])")
    return any(pattern.search(one.read_text(encoding="utf-8", errors="replace")) for one in found)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def _indented(prose: str) -> str:
    """Give the lines of blocks that are set apart by spaces alone and begin with our command."""
    wanted, going_on = [], False
    for line in prose.splitlines():
        if going_on or re.match(r"^ {4,}(\S*/)?photodouble ", line):
            wanted.append(line)
            going_on = line.endswith("\\")
    return "\n".join(wanted)


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)
