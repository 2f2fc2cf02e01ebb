# SPDX-License-Identifier: GPL-3.0-or-later
"""What the crowd file held at each step of Blender's undo, so that undo and redo bring it along.

A scene notes which file it shows in which state; what a state was is kept here, while Blender is open. A file
that somebody else has changed meanwhile is never written over.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from . import crowd_props, undo_step
from ._vendor.photodouble_client.errors import ArtistError

MOST = 256
"""As many states as Blender has steps at most."""
_NONE = "none"
"""The state of a file that is not there."""


@dataclass
class _Kept:
    """What files held, by their state, and the state that each scene was last seen with."""

    contents: dict[str, bytes] = field(default_factory=dict)
    seen: dict[int, str] = field(default_factory=dict)


_kept = _Kept()


def before(scene: Any, file: Path) -> None:
    """Note the crowd file before it is changed, in a step of its own where the scene knows it otherwise."""
    if crowd_props.of(scene).state != _noted(file):
        after(scene, file, "Crowd File")


def after(scene: Any, file: Path, what: str) -> None:
    """Note the crowd file as it is shown now, and let undo come back to it; `what` names the step."""
    crowd_props.of(scene).state = _noted(file)
    _kept.seen[scene.session_uid] = crowd_props.of(scene).state
    undo_step.push(what)


def follow(scene: Any, is_at_work: bool) -> str:
    """Bring the crowd file to where the scene is after undo or redo; say what came of it, or nothing.

    Raises ArtistError where the file cannot be written.
    """
    own = crowd_props.of(scene)
    old = _kept.seen.get(scene.session_uid, own.state)
    if own.state == old or is_at_work:
        return "The engine is at work on the crowd: undo again when it has finished." if is_at_work else ""
    _kept.seen[scene.session_uid] = own.state
    (state, path), (old_state, old_path) = _parted(own.state), _parted(old)
    if not path or (old_path and path != old_path):
        return ""
    file = Path(path)
    now, _ = _parted(_noted(file))
    if now == state:
        return ""
    if state == _NONE and now == old_state:
        file.unlink(missing_ok=True)
        return f"{file.name} is gone, as it was at this step."
    if state not in _kept.contents or now != old_state:
        return f"{file.name} was changed by somebody else and is left as it is. Show the crowd to see it."
    _put(file, state)
    return f"{file.name} is as it was at this step."


def begin() -> None:
    """Begin anew with the file that was opened: its steps are not those of the file before."""
    _kept.contents.clear()
    _kept.seen.clear()
    for scene in bpy.data.scenes:
        noted = crowd_props.of(scene).state
        _kept.seen[scene.session_uid] = noted
        _state, path = _parted(noted)
        if path:
            _noted(Path(path))


def _noted(file: Path) -> str:
    """Say in which state a file is, and keep what it holds."""
    try:
        whole = file.read_bytes()
    except FileNotFoundError:
        return f"{_NONE} {file}"
    except OSError:
        return ""
    state = hashlib.sha256(whole).hexdigest()
    _kept.contents.pop(state, None)
    _kept.contents[state] = whole
    while len(_kept.contents) > MOST:
        del _kept.contents[next(iter(_kept.contents))]
    return f"{state} {file}"


def _parted(noted: str) -> tuple[str, str]:
    state, _, path = noted.partition(" ")
    return state, path


def _put(file: Path, state: str) -> None:
    """Write what a file held, whole or not at all."""
    whole = _kept.contents[state]
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(whole)
            os.replace(beside, file)  # noqa: PTH105, a path of the system's
        except OSError:
            Path(beside).unlink()
            raise
    except OSError as problem:
        raise ArtistError(
            "input.bad_document",
            "The crowd file could not follow the undo",
            f"{file} cannot be written.",
            "Give yourself the right to write there, and show the crowd again.",
            detail=str(problem),
        ) from problem
