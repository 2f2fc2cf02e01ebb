"""Keep what an older version has where a newer one will write, and put it back where that does not go."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from installing import blender
from installing.problems import InstallError
from installing.putting import Say, put_file, put_tree
from installing.receipt import Receipt, names_in
from installing.steps import Step, file_step, tree_step


@dataclass(frozen=True)
class Kept:
    """Hold what lay at a path: the step that makes it again, or nothing where nothing was there."""

    path: str
    step: Optional[Step]


class OlderVersions:
    """Hold everything of other installations that a plan writes over, with their receipts."""

    def __init__(self, steps: Iterable[Step], receipts: Iterable[Receipt]) -> None:
        self._receipts = [(each, list(each.entries)) for each in receipts]
        owned = {entry.path for _each, entries in self._receipts for entry in entries}
        self._kept: dict[str, Kept] = {}
        for step in steps:
            if step.entry.path in owned:
                for path in _paths(step):
                    self._kept.setdefault(path, _keep(path))

    def give_back(self, receipt: Receipt) -> None:
        """Let the other receipts own again what this one had taken over, before it is rolled back."""
        receipt.entries = [
            each for each in receipt.entries if each.kind == "folder" or each.path not in self._kept
        ]

    def put_back(self, say: Say) -> None:
        """Put back what has changed since, and the receipts."""
        try:
            for kept in self._kept.values():
                _put_back(kept, say)
            for receipt, entries in self._receipts:
                if receipt.entries != entries:
                    receipt.entries = entries
                    receipt.save()
        except (InstallError, OSError) as problem:
            say(f"  not all of the older version: {problem}. Run its installer once.")


def _paths(step: Step) -> list[str]:
    """List what a step changes; Blender writes its preferences and notes as well."""
    if step.entry.kind != "command" or step.entry.part != "blender":
        return [step.entry.path]
    return [step.entry.path, *blender.written_beside(step.entry.path)]


def _keep(path: str) -> Kept:
    if os.path.isfile(path):
        with open(path, "rb") as stream:
            content = stream.read()
        return Kept(path, file_step("", path, content, mode=os.stat(path).st_mode & 0o777))
    if not os.path.isdir(path):
        return Kept(path, None)
    contents: dict[str, bytes] = {}
    for name in names_in(path):
        inside = os.path.join(path, *name.split("/"))
        if os.path.isfile(inside):
            with open(inside, "rb") as stream:
                contents[name] = stream.read()
    return Kept(path, tree_step("", path, contents))


def _put_back(kept: Kept, say: Say) -> None:
    now = _keep(kept.path)
    if now == kept:
        return
    say(f"put back {kept.path}")
    if kept.step is None:
        shutil.rmtree(kept.path) if os.path.isdir(kept.path) else os.unlink(kept.path)
        return
    os.makedirs(os.path.dirname(kept.path), exist_ok=True)
    put_tree(kept.step) if kept.step.entry.kind == "tree" else put_file(kept.step)
