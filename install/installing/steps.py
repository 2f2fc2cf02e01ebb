"""What is to be made: files, folders, a block in somebody's file, a setting. Planning touches nothing."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from installing.problems import InstallError
from installing.receipt import Entry, file_sha256, held, sha256

BEGIN = "# >>> Photo Double >>>"
END = "# <<< Photo Double <<<"
_BEGIN, _END = re.escape(BEGIN.encode()), re.escape(END.encode())
# A mark that lost its end reaches over nothing: what follows it is somebody's own.
_BLOCK = re.compile(rb"%b(?:(?!%b).)*?%b\r?\n?" % (_BEGIN, _BEGIN, _END), re.S)


@dataclass(frozen=True)
class Step:
    """Hold one thing to make: how it is noted, what goes into it, and the line that is said about it."""

    entry: Entry
    line: str
    contents: Mapping[str, bytes] = field(default_factory=dict)
    mode: int = 0o644
    words: tuple[str, ...] = ()
    told: str = ""
    """What is said about it when all is done, if it was made."""
    otherwise: Optional[Step] = None
    """What is made where a command of a host fails; where there is nothing else, that is only said."""


def file_step(part: str, path: str, content: bytes, *, mode: int = 0o644) -> Step:
    """Plan a file of our own."""
    entry = Entry(part, "file", path, files={"": sha256(content)})
    return Step(entry, f"write {path}", {"": content}, mode)


def tree_step(part: str, path: str, contents: Mapping[str, bytes]) -> Step:
    """Plan a folder of our own with everything in it."""
    hashes = {name: sha256(content) for name, content in contents.items()}
    return Step(
        Entry(part, "tree", path, files=hashes), f"write {path}{os.sep} ({len(contents)} files)", contents
    )


def block_step(part: str, path: str, lines: tuple[str, ...], earlier: Optional[Entry]) -> Step:
    """Plan a marked block at the end of a file that belongs to the user; a link is followed to its file."""
    path = os.path.realpath(path)
    present = _content(path)
    if present is not None and present.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InstallError(
            f"{path} is no plain text that Nuke reads.",
            "Save it as UTF-8, or add the folder to NUKE_PATH yourself and leave --host nuke away.",
        )
    end = "\r\n" if present and b"\r\n" in present and b"\n" not in present.replace(b"\r\n", b"") else "\n"
    block = end.join((BEGIN, *lines, END, ""))
    if present is not None and _BLOCK.search(present):
        # In the place of the first block that is there: what stood around it stays, and there is one.
        lead = "\n" if earlier is not None and earlier.text.startswith("\n") else ""
        before = earlier.before if earlier is not None else sha256(without_block(present, ""))
        put = itertools.chain([block.encode()], itertools.repeat(b""))
        whole = _BLOCK.sub(lambda _found: next(put), present)
    else:
        lead = "\n" if present and not present.endswith(b"\n") else ""
        before = None if present is None else sha256(present)
        whole = (present or b"") + (lead + block).encode()
    line = f"change {path} (a block of {len(lines) + 2} lines at its end; the rest stays)"
    if present is None:
        line = f"write {path}"
    return Step(Entry(part, "block", path, text=lead + block, before=before), line, {"": whole}, _mode(path))


def without_block(content: bytes, text: str) -> bytes:
    """Take our block out of a file's content: just as it was put in, and what is left of it by its marks."""
    if text:
        content = content.replace(text.encode(), b"", 1)
    return _BLOCK.sub(b"", content)


def setting_step(path: str, engine: str, earlier: Optional[Entry]) -> Step:
    """Plan the note for all hosts of where the engine is, in the client's settings file; a link stays one."""
    path = os.path.realpath(path)
    present = _content(path)
    settings = read_settings(path, present)
    whole = setting_text(settings, engine)
    before = None if present is None else present.decode("utf-8", "surrogateescape")
    if earlier is not None and settings.get("engine", "") == earlier.text:
        before = earlier.before
    entry = Entry("engine", "setting", path, text=engine, before=before)
    mode = 0o600 if present is None else _mode(path)
    return Step(
        entry, f"{'write' if present is None else 'change'} {path} (engine: {engine})", {"": whole}, mode
    )


def read_settings(path: str, present: Optional[bytes]) -> dict[str, Any]:
    """Read the settings; raises InstallError where the file has a mistake."""
    try:
        settings = {} if present is None else json.loads(present.decode("utf-8"))
        if not isinstance(settings, dict):
            raise ValueError("it is no set of named fields")
        return settings
    except ValueError as problem:
        raise InstallError(
            f"The client's settings file {path} has a mistake.",
            "Correct it or move it away, and run the same command again.",
            str(problem),
        ) from problem


def setting_text(settings: Mapping[str, Any], engine: str) -> bytes:
    """Write the settings with another engine named; a version of the file that is there is kept."""
    wanted = {"path_maps": [], "schema": 1, "start_timeout_s": 60.0, **settings, "engine": engine}
    text = json.dumps(wanted, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:  # a path that is no UTF-8
        return (json.dumps(wanted, indent=1, sort_keys=True) + "\n").encode()


def obstacle(step: Step, owned: Mapping[str, Entry]) -> str:
    """Say what stands where a file or folder of ours should go and is not ours; empty where all is well.

    `owned` gives the entries of every receipt by path.
    """
    path, entry = step.entry.path, step.entry
    if entry.kind not in ("file", "tree") or not os.path.lexists(path):
        return ""
    earlier = owned.get(path)
    known = [entry] if earlier is None else [entry, earlier]
    if entry.kind == "file":
        is_ours = not os.path.isdir(path) and any(each.is_ours("", file_sha256(path)) for each in known)
        return "" if is_ours else path
    if os.path.islink(path) or not os.path.isdir(path):
        return path
    present = held(path)
    strangers = [
        name for name, content in present.items() if not any(each.is_ours(name, content) for each in known)
    ]
    return os.path.join(path, strangers[0]) if strangers else ""


def _content(path: str) -> Optional[bytes]:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise InstallError(f"{path} cannot be read.", "Have its rights changed.", str(problem)) from problem


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode & 0o777
    except OSError:
        return 0o644
