"""Type what a page of a five-minute task says, from top to bottom, and see what it promises.

A block `sh` is typed in a terminal; a comment `# ends with N` behind a command says its exit status. A block
`python` with a title is typed into the host that the title names, and a block `steps` is done there with the
mouse, by a program that stands for host and hand here. A block `toml` with a title is written to the file of
that name. A block `text` is what must be seen of what was typed before it; `…` in it stands for anything.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from documenting.pages import DOCS, ROOT, Block, Page, read

TASKS = DOCS / "tasks"
_ENDS = re.compile(r"\s+# ends with (\d)\s*$")
_TITLE = re.compile(r'^(?:python|steps) title="(?P<title>[^"]+)"$')
_FILE = re.compile(r'^toml title="(?P<name>[^"]+)"$')
_PATIENCE = 600


class TaskError(Exception):
    """Say which line of a page did not do what the page says."""


@dataclass
class Desk:
    """Where a task is typed: an empty home, a folder to work in, and the hosts that were started.

    `hosts` gives for the title of a block the command that stands for that host.
    """

    folder: Path
    environment: dict[str, str]
    hosts: dict[str, list[str]] = field(default_factory=dict)
    said: Callable[[str], None] = lambda _line: None
    _running: dict[tuple[str, ...], subprocess.Popen[str]] = field(default_factory=dict)

    def work_through(self, page: Page) -> None:
        """Type a page; raises TaskError at the first thing that is not as it says."""
        seen = ""
        for block in page.blocks:
            where = f"{page.name}:{block.line}"
            if block.kind == "sh":
                seen = self._typed(block, where)
            elif (titled := _TITLE.match(block.kind)) and titled["title"] in self.hosts:
                seen = self._in_host(titled["title"], block.text, where)
            elif named := _FILE.match(block.kind):
                self._written(named["name"], block.text)
            elif block.kind == "text":
                check_seen(block.text, seen, where)
            else:
                raise TaskError(f"{where}: nobody can type a block of the kind {block.kind!r}")

    def _written(self, name: str, text: str) -> None:
        path = self.folder / name.replace("~", self.environment["HOME"], 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def close(self) -> None:
        """End the hosts that were started."""
        for host in self._running.values():
            if host.stdin is not None:
                host.stdin.close()
            try:
                host.wait(timeout=60)
            except subprocess.TimeoutExpired:
                host.kill()
        self._running.clear()

    def _typed(self, block: Block, where: str) -> str:
        return "".join(self._line(line, where) for line in _lines(block.text))

    def _line(self, line: str, where: str) -> str:
        ends = _ENDS.search(line)
        typed = _ENDS.sub("", line).replace("$HOME", self.environment["HOME"])
        program, *words = shlex.split(typed)
        if program != "photodouble":
            raise TaskError(f"{where}: only photodouble is typed here, and not {program}")
        self.said(f"$ {line}")
        command = [sys.executable, "-m", "photodouble.cli.main", *words]
        began = time.monotonic()
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        wanted = int(ends[1]) if ends else 0
        if ran.returncode != wanted:
            raise TaskError(f"{where}: {line!r} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
        self.said(f"{ran.stdout}  ({time.monotonic() - began:.0f} s)")
        return ran.stdout + ran.stderr

    def _in_host(self, title: str, text: str, where: str) -> str:
        command = tuple(self.hosts[title])
        if command not in self._running:
            self._running[command] = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        host = self._running[command]
        assert host.stdin is not None and host.stdout is not None
        self.said(f"in {title}:\n" + "".join(f"  {line}\n" for line in text.splitlines()))
        began = time.monotonic()
        host.stdin.write(json.dumps({"title": title, "text": text}) + "\n")
        host.stdin.flush()
        answer = next(iter(_answers(host.stdout)), None)
        if answer is None or answer["error"]:
            raise TaskError(f"{where}: {title} says {(answer or {'error': 'nothing and is gone'})['error']}")
        self.said(f"{answer['seen']}  ({time.monotonic() - began:.0f} s)")
        return str(answer["seen"])


def check_seen(promised: str, seen: str, where: str) -> None:
    """See that every line of what is promised stands in what is seen, in this order."""
    rest = " ".join(seen.split())
    for line in _lines(promised):
        pattern = r"\s*".join(r".*?" if part == "…" else re.escape(part) for part in _parts(line))
        found = re.search(pattern, rest)
        if found is None:
            raise TaskError(f"{where}: {line!r} is not seen in:\n{seen}")
        rest = rest[found.end() :]


def task_pages(folder: Path = TASKS) -> tuple[Page, ...]:
    """Read the pages of all tasks but the list of them."""
    return tuple(read(path) for path in sorted(folder.glob("*.md")) if path.name != "index.md")


def empty_home(folder: Path) -> dict[str, str]:
    """Give the environment of somebody who has just installed: an empty home, and an engine of their own."""
    home, run = folder / "home", folder / "run"
    home.mkdir(parents=True)
    own = ("PHOTODOUBLE_", "XDG_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    paths = [str(ROOT / "core"), *filter(None, [kept.get("PYTHONPATH", "")])]
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(paths),
        "PHOTODOUBLE_RUNTIME": str(run),
        "PHOTODOUBLE_ENGINE": sys.executable,
        "QT_QPA_PLATFORM": "offscreen",
    }


def _parts(line: str) -> Iterator[str]:
    for word in line.split():
        yield from (part for part in re.split("(…)", word) if part)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def _answers(output: Any) -> Iterator[dict[str, Any]]:
    """Read what a host answers; whatever else is printed there is passed over."""
    for line in output:
        if line.startswith('{"error"'):
            yield json.loads(line)
