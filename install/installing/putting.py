"""Make what was planned: note it in the receipt, make it under a temporary name, give it its name."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Optional

from installing.problems import InstallError, unwritable
from installing.receipt import Entry, Receipt, held, temporary_name, write_whole
from installing.steps import Step

Say = Callable[[str], None]
COMMAND_TIMEOUT = 300


def put(step: Step, receipt: Receipt, say: Say, earlier: Optional[Entry] = None) -> None:
    """Make one thing; raises InstallError where the disk or the rights do not allow it.

    `earlier` is what an installation before this one noted for the same path.
    """
    try:
        make_parents(step.entry.path, step.entry.part, receipt)
        if step.entry.kind == "command":
            _put_by_command(step, receipt, say, earlier)
            return
        replaced = {} if earlier is None else {**earlier.earlier, **earlier.files}
        receipt.note(dataclasses.replace(step.entry, earlier=replaced))
        if step.entry.kind == "tree":
            put_tree(step)
        else:
            put_file(step)
        receipt.note(dataclasses.replace(step.entry, done=True))
    except OSError as problem:
        raise unwritable(step.entry.path, problem) from problem


def _put_by_command(step: Step, receipt: Receipt, say: Say, earlier: Optional[Entry]) -> None:
    """Let a program make it; what has no way back of its own is noted file by file."""
    path = step.entry.path
    try:
        if step.entry.part == "blender":
            from installing import blender

            blender.put(step, receipt, earlier)
            return
        receipt.note(step.entry)
        run(step.words)
    except InstallError as problem:
        say(f"{problem.message}\n{problem.detail}")
        receipt.drop(step.entry)
        receipt.save()
        if step.otherwise is not None:
            say(f"  {step.otherwise.line}")
            put(step.otherwise, receipt, say)
        return
    files = held(path) if not step.entry.undo else {}
    receipt.note(dataclasses.replace(step.entry, done=True, files=files))


def make_parents(path: str, part: str, receipt: Receipt) -> None:
    """Make the folders that a path needs, each noted first, so that they go again with what lies in them."""
    missing = []
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for one in reversed(missing):
        if receipt.find("folder", one) is None:
            receipt.note(Entry(part, "folder", one, done=True))
        os.mkdir(one)


def put_file(step: Step) -> None:
    """Write a file, unless it is there as it should be; raises OSError."""
    path, content = step.entry.path, step.contents[""]
    try:
        with open(path, "rb") as stream:
            if stream.read() == content and not os.path.islink(path):
                return
    except OSError:
        pass
    write_whole(path, content, step.mode)


def put_tree(step: Step) -> None:
    """Replace a folder as a whole: the old one stays until the new one is complete; raises OSError."""
    path = step.entry.path
    if os.path.isdir(path) and not os.path.islink(path) and held(path) == dict(step.entry.files):
        return
    fresh, old = temporary_name(path), temporary_name(path) + "-old"
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        for name, content in step.contents.items():
            inside = os.path.join(fresh, *name.split("/"))
            os.makedirs(os.path.dirname(inside), exist_ok=True)
            with open(inside, "wb") as stream:
                stream.write(content)
        if os.path.lexists(path):
            os.rename(path, old)
        os.rename(fresh, path)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def run(words: tuple[str, ...], environment: Optional[dict[str, str]] = None) -> str:
    """Run a program of a host and give what it said; raises InstallError where it fails."""
    try:
        ran = subprocess.run(
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=COMMAND_TIMEOUT,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise InstallError(f"{words[0]} did not run.", "Run it by hand once.", str(problem)) from problem
    if ran.returncode:
        raise InstallError(
            f"'{' '.join(words)}' failed.", "See what it said, below.", ran.stdout.strip()[-2000:]
        )
    return ran.stdout
