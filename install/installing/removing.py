"""Take back what a receipt names, and nothing else: what was changed since stays, unless it is asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Optional

from installing import blender
from installing.environment import end_engine, set_aside
from installing.problems import InstallError, unwritable
from installing.putting import run
from installing.receipt import Entry, Receipt, file_sha256, names_in, sha256, temporary_name, write_whole
from installing.steps import read_settings, setting_text, without_block

Say = Callable[[str], None]
Wanted = Callable[[Entry], bool]


def take_out(
    receipt: Receipt, say: Say, *, force: bool = False, wanted: Wanted = lambda _entry: True
) -> list[str]:
    """Take back the wanted entries of a receipt, the newest first; list what was left because it changed.

    The receipt goes last, when nothing is left that it names. Raises InstallError where rights forbid it.
    """
    kept: list[str] = []
    for entry in reversed([each for each in receipt.entries if wanted(each) and each.kind != "folder"]):
        left = _take_back(entry, say, force)
        kept += left
        if not left:
            receipt.drop(entry)
            receipt.save()
    above = os.path.dirname(receipt.path) + os.sep
    folders = sorted((each.path for each in receipt.entries if each.kind == "folder"), key=len, reverse=True)
    for folder in folders:
        if not above.startswith(folder + os.sep):
            _remove_empty(folder, say)
    receipt.entries = [each for each in receipt.entries if each.kind != "folder" or os.path.isdir(each.path)]
    if any(each.kind != "folder" for each in receipt.entries):
        receipt.save()
        return kept
    say(f"remove {receipt.path}")
    os.unlink(receipt.path)
    for folder in folders:
        _remove_empty(folder, say)
    return kept


def _take_back(entry: Entry, say: Say, force: bool) -> list[str]:
    try:
        return _KINDS[entry.kind](entry, say, force)
    except OSError as problem:
        raise unwritable(entry.path, problem) from problem


def _file(entry: Entry, say: Say, force: bool) -> list[str]:
    _clear_temporary(entry.path)
    if not os.path.lexists(entry.path):
        return []
    if os.path.isdir(entry.path) or (not force and not entry.is_ours("", file_sha256(entry.path))):
        return [entry.path] if entry.done else []
    say(f"remove {entry.path}")
    os.unlink(entry.path)
    return []


def _tree(entry: Entry, say: Say, force: bool) -> list[str]:
    _clear_temporary(entry.path)
    if not os.path.isdir(entry.path) or os.path.islink(entry.path):
        return []
    say(f"remove {entry.path}{os.sep}")
    if force:
        shutil.rmtree(entry.path)
        return []
    kept = []
    for name in list(names_in(entry.path)):
        inside = os.path.join(entry.path, *name.split("/"))
        if entry.is_ours(name, file_sha256(inside)):
            os.unlink(inside)
        elif entry.done:
            kept.append(inside)
    _remove_compiled_and_empty(entry.path)
    return kept


def _environment(entry: Entry, say: Say, force: bool) -> list[str]:
    """Take out the engine's environment; half made, all of it is ours."""
    shutil.rmtree(set_aside(entry.path), ignore_errors=True)
    if not os.path.isdir(entry.path):
        return []
    end_engine(entry.path, say, force=force)
    return _tree(entry, say, force=force or not entry.done)


def _block(entry: Entry, say: Say, _force: bool) -> list[str]:
    _clear_temporary(entry.path)
    try:
        with open(entry.path, "rb") as stream:
            present = stream.read()
    except FileNotFoundError:
        return []
    rest = without_block(present, entry.text)
    if rest == present:
        return []
    if not rest and entry.before is None:
        say(f"remove {entry.path}")
        os.unlink(entry.path)
        return []
    is_as_before = entry.before == sha256(rest)
    say(f"take the block out of {entry.path}" + ("" if is_as_before else " (changed since: the rest stays)"))
    write_whole(entry.path, rest, os.stat(entry.path).st_mode & 0o777)
    return []


def _setting(entry: Entry, say: Say, _force: bool) -> list[str]:
    _clear_temporary(entry.path)
    try:
        with open(entry.path, "rb") as stream:
            present = stream.read()
        settings = read_settings(entry.path, present)
    except (FileNotFoundError, InstallError):
        return []
    if settings.get("engine") != entry.text:
        return []
    was = _before(entry)
    earlier = read_settings(entry.path, was) if was else {}
    if present == setting_text(earlier, entry.text):
        if was is None:
            say(f"remove {entry.path}")
            os.unlink(entry.path)
            return []
        rest = was
    else:
        rest = setting_text(settings, str(earlier.get("engine", "")))
    say(f"take the engine out of {entry.path}")
    write_whole(entry.path, rest, os.stat(entry.path).st_mode & 0o777)
    return []


def _command(entry: Entry, say: Say, force: bool) -> list[str]:
    if entry.part == "blender":
        return blender.take_back(entry, say)
    if not entry.undo:
        return _tree(entry, say, force or not entry.done)
    if not os.path.lexists(entry.path):
        return []
    say(f"run {' '.join(entry.undo)}")
    try:
        run(entry.undo)
    except InstallError as problem:
        say(f"  {problem.message} {problem.detail}")
        if force and os.path.isdir(entry.path):
            shutil.rmtree(entry.path)
        return [entry.path] if os.path.lexists(entry.path) else []
    return []


def _before(entry: Entry) -> Optional[bytes]:
    return None if entry.before is None else entry.before.encode("utf-8", "surrogateescape")


def _clear_temporary(path: str) -> None:
    """Clear away what an interrupted run left; a folder moved aside comes back if it is the only one."""
    fresh, old = temporary_name(path), temporary_name(path) + "-old"
    if os.path.isdir(old) and not os.path.lexists(path):
        os.rename(old, path)
    for leftover in (fresh, old):
        if os.path.isdir(leftover) and not os.path.islink(leftover):
            shutil.rmtree(leftover, ignore_errors=True)
        elif os.path.lexists(leftover):
            os.unlink(leftover)


def _remove_compiled_and_empty(folder: str) -> None:
    """Remove what Python compiled, then every folder that is empty, from the bottom up."""
    for parent, folders, _names in os.walk(folder, topdown=False):
        if "__pycache__" in folders:
            shutil.rmtree(os.path.join(parent, "__pycache__"), ignore_errors=True)
        if not os.listdir(parent):
            os.rmdir(parent)


def _remove_empty(folder: str, say: Say) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        return  # it holds something that is not ours, or is gone already
    say(f"remove {folder}{os.sep}")


_KINDS: dict[str, Callable[[Entry, Say, bool], list[str]]] = {
    "file": _file,
    "tree": _tree,
    "environment": _environment,
    "block": _block,
    "setting": _setting,
    "command": _command,
}
