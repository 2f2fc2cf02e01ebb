"""The crowd file of a node. It is never written over: every change is a version, so undo has the old one."""

from __future__ import annotations

import os
import re
import shutil
from typing import Any, Callable, Dict, Set

import nuke

from photodouble_client.errors import ArtistError

from . import asked, buttons, connecting, running
from .node import PhotoDoubleNode
from .tracks import unwritable

_VERSIONED = re.compile(r"(?P<stem>.*?)(?:_v\d{3,})?\Z")
_busy: Set[str] = set()
"""Nodes whose crowd file the engine is at work on."""


def folder(pd: PhotoDoubleNode) -> str:
    """Give the folder of what is laid out for a shot."""
    return asked.shot_folder(pd) + "/scene"


def crowd_file(pd: PhotoDoubleNode) -> str:
    """Give the crowd file; raises ArtistError `input.bad_document` where there is none."""
    path = pd.documents().get("crowd", "")
    if not path or not os.path.isfile(path):
        raise ArtistError(
            "input.bad_document",
            "There is no crowd yet",
            f"{path} is not there." if path else "The node names no crowd file.",
            "Make an area, or choose a crowd file on the tab Files.",
        )
    return path


def next_version(path: str) -> str:
    """Give the path of the next version of a file: crowd.json, crowd_v002.json, crowd_v003.json."""
    where, name = os.path.split(path)
    stem, ending = os.path.splitext(name)
    found = _VERSIONED.match(stem)
    stem = found.group("stem") if found is not None else stem
    pattern = re.compile(re.escape(stem) + r"_v(\d{3,})" + re.escape(ending) + r"\Z")
    there = os.listdir(where or ".") if os.path.isdir(where or ".") else []
    numbers = [int(match.group(1)) for match in map(pattern.match, there) if match is not None]
    number = max([*numbers, 1 if os.path.exists(f"{where}/{stem}{ending}") else 0]) + 1
    return f"{where}/{stem}_v{number:03d}{ending}"


def change(
    pd: PhotoDoubleNode,
    task: str,
    given: Callable[[str], Dict[str, Any]],
    said: Callable[[Any], str],
    step: str,
) -> None:
    """Let a task work on a new version of the crowd file, then show that one; one step of undo.

    `given` makes the task's arguments for the new file, `said` the status of its answer.
    """
    connecting.refuse_terminal()
    connecting.check_engine()
    if pd.ident in _busy:
        raise ArtistError(
            "usage.arguments",
            "The crowd is being changed",
            "The engine is still at work on the crowd file of this node.",
            "Wait until the status says what came of it.",
        )
    target = _copy(pd)
    nuke.addOnScriptClose(forget)
    _busy.add(pd.ident)
    ident = pd.ident

    def done(answer: Any) -> None:
        _busy.discard(ident)
        buttons.with_node(pd, show)(answer)

    def show(found: PhotoDoubleNode, answer: Any) -> None:
        with nuke.Undo(step):
            found.node["crowd"].setValue(target)
        found.status(said(answer))

    def failed(problem: ArtistError) -> None:
        _busy.discard(ident)
        if os.path.isfile(target):
            os.remove(target)
        buttons.with_node(pd, buttons.refuse)(problem)

    pd.status("The crowd is being changed ...", "working")
    running.ask(task, given(target), done, failed)


def forget() -> None:
    """Wait for no answer any more, as when the script is closed."""
    _busy.clear()


def _copy(pd: PhotoDoubleNode) -> str:
    """Make the next version of the crowd file, as it is now; where there is none, only its place."""
    there = pd.documents().get("crowd", "")
    source = there if os.path.isfile(there) else ""
    target = next_version(source or f"{folder(pd)}/crowd.json")
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if source:
            shutil.copyfile(source, target)
    except OSError as problem:
        raise unwritable(os.path.dirname(target), problem) from problem
    return target
