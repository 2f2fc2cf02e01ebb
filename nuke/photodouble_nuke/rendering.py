"""Render what a request reads, here and now: frame by frame, so that a cancel keeps whole frames only."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
import uuid
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import nuke

from photodouble_client.errors import ArtistError

from . import asked, files_on_disk, upstream
from .elements import Element, Plan, spoken
from .temporary_write import temporary_writes

WORKING = ".rendering_"
"""How the name of a folder begins that is being rendered into."""
FACTS = "rendered.json"
"""The file beside rendered frames that says what they were made of."""

FULL = ("no space left", "disk full", "disk is full", "not enough space")
"""What Nuke's own words hold where a disk takes no more files."""

Say = Callable[[int, int], None]
Part = Tuple[Element, str, Any]
"""An element, the folder that it is rendered into, and the Write that does it."""


def render(plan: Plan, say: Optional[Say] = None) -> Plan:
    """Render every frame that lacks, and give the plan of what is there now.

    Frames that a cancel leaves are kept and used the next time. Raises ArtistError `engine.stopped` on a
    cancel, `input.unwritable_output`, `engine.disk_full`, or `input.host_render` with the frame that failed.
    A handle that cannot be rendered is left out.
    """
    elements = [element for element in plan.elements if element.lacking]
    if not elements:
        return plan
    folders = [working_folder(element) for element in elements]
    try:
        with temporary_writes(elements, folders) as writes:
            dropped = _render_all(plan, list(zip(elements, folders, writes)), say)
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    return plan.without(dropped)


def working_folder(element: Element) -> str:
    """Make the folder that an element is rendered into, out of everybody's sight."""
    folder = "{}/{}{}".format(element.folder, WORKING, uuid.uuid4().hex[:12])
    try:
        os.makedirs(folder)
        _sweep(element.folder)
        _write_facts(element)
    except OSError as problem:
        raise unwritable(element.folder, problem) from problem
    return folder


def _sweep(folder: str) -> None:
    """Remove what a Nuke that crashed while it rendered has left; a render takes no two days."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.startswith(WORKING) and time.time() - os.path.getmtime(path) > 2 * 86400:
            shutil.rmtree(path, ignore_errors=True)


def keep(element: Element, folder: str, frame: int) -> bool:
    """Bring the finished files of a frame to where they are read, whole; says whether they were there."""
    found = [(_finished(element, folder, frame, view), name) for view, name in _files(element, frame)]
    if not all(path for path, _ in found):
        return False
    for path, name in found:
        os.replace(path, os.path.join(element.folder, name))
    return True


def is_finished(element: Element, folder: str, frame: int) -> bool:
    """Whether every view of a frame was written."""
    return all(_finished(element, folder, frame, view) for view in element.views)


def _files(element: Element, frame: int) -> List[Tuple[str, str]]:
    return list(zip(element.views, element.files(frame)))


def _finished(element: Element, folder: str, frame: int, view: str) -> str:
    """Find the file that was written for a frame and view; empty where there is none."""
    names = files_on_disk.names_of(element.name.replace("%V", view), frame)
    paths = [os.path.join(folder, name) for name in names]
    return next((path for path in paths if os.path.isfile(path)), "")


def _render_all(plan: Plan, parts: Sequence[Part], say: Optional[Say]) -> List[int]:
    """Render frame by frame, every element that lacks the frame at once: what they share is made once."""
    task = nuke.ProgressTask("Photo Double")
    lacking = [(part, frozenset(part[0].lacking)) for part in parts]
    of = sum(len(frames) for _, frames in lacking)
    done = 0
    dropped: List[int] = []
    try:
        for frame in sorted({frame for _, frames in lacking for frame in frames}):
            now = [part for part, frames in lacking if frame in frames]
            if task.isCancelled():
                raise stopped()
            task.setMessage("{} {}".format(" and ".join(spoken(part[0].port) for part in now), frame))
            task.setProgress(int(100 * done / of))
            try:
                _render_frame(now, frame, plan.views)
            except ArtistError as problem:
                if problem.code != "input.host_render" or frame in plan.range:
                    raise
                dropped.append(frame)
            done += len(now)
            if say is not None:
                say(done, of)
    finally:
        # The bar goes with its object, and an error that is shown on the node would keep it by its traceback.
        del task
    return dropped


def _render_frame(parts: Sequence[Part], frame: int, views: Tuple[str, ...]) -> None:
    try:
        nuke.executeMultiple([write for _, _, write in parts], ((frame, frame, 1),), list(views))
    except RuntimeError as problem:
        if "cancel" in str(problem).lower():
            raise stopped() from problem
        if any(words in str(problem).lower() for words in FULL):
            raise unwritable(parts[0][0].folder, OSError(errno.ENOSPC, str(problem))) from problem
        raise _failed(frame, str(problem)) from problem
    except OSError as problem:
        raise unwritable(parts[0][1], problem) from problem
    for element, folder, _ in parts:
        try:
            is_there = keep(element, folder, frame)
        except OSError as problem:
            raise unwritable(element.folder, problem) from problem
        if not is_there:
            raise _failed(frame, "Nuke wrote no file for the {}.".format(spoken(element.port)))


def _write_facts(element: Element) -> None:
    """Write beside the frames what they were made of and in which colour space they are, for whoever asks."""
    path = os.path.join(element.folder, FACTS)
    part = "{}.{}".format(path, uuid.uuid4().hex[:8])
    with open(part, "w", encoding="utf-8") as stream:
        json.dump(facts_of(element), stream, indent=1, sort_keys=True, ensure_ascii=False)
    os.replace(part, path)


def facts_of(element: Element) -> Dict[str, Any]:
    """Give what is recorded of an element: node, fingerprint, format, colour, the Read above."""
    node, knobs = element.node, nuke.root().knobs()
    read = upstream.source_of(node)
    return {
        "channels": element.channels,
        "colour": {name: str(knobs[name].value()) for name in _COLOUR if name in knobs},
        "depth": element.depth,
        "fingerprint": element.fingerprint,
        "format": [node.width(), node.height(), node.pixelAspect()],
        "node": node.fullName(),
        "read": {} if read is None else {name: asked.text(read, name) for name in _OF_READ},
        "script": asked.of_script("name"),
        "views": list(element.views),
    }


_COLOUR = ("colorManagement", "OCIO_config", "customOCIOConfigPath", "workingSpaceLUT", "floatLut")
_OF_READ = ("file", "colorspace", "raw", "premultiplied", "frame_mode", "frame")


def stopped() -> ArtistError:
    """Make the error of an artist who changed his mind."""
    return ArtistError(
        "engine.stopped",
        "Rendering was stopped",
        "Frames that were finished are kept, and nothing was sent to the engine.",
        "Press Run to go on with the frames that are missing.",
    )


def unwritable(folder: str, problem: OSError) -> ArtistError:
    """Make the error of a folder that takes no files, or no more of them."""
    if problem.errno == errno.ENOSPC:
        return ArtistError(
            "engine.disk_full",
            "The disk is full",
            "There is no room in {}.".format(folder),
            "Make room, then press Run again: finished frames are kept.",
            detail=str(problem),
        )
    return ArtistError(
        "input.unwritable_output",
        "The folder of the takes cannot be written to",
        "What feeds the node is rendered into {}, and nothing can be written there.".format(folder),
        "Have the rights of the folder changed, or choose another takes folder on the node.",
        detail=str(problem),
    )


def _failed(frame: int, told: str) -> ArtistError:
    return ArtistError(
        "input.host_render",
        "A frame could not be rendered",
        "Nuke could not render frame {} of what is connected here. It says: {}".format(frame, told.strip()),
        "Put right what it names, or leave the frame out of the range.",
        detail=told,
    )
