"""Render what a request reads in a Nuke of its own behind the scenes, while the artist goes on."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Mapping, Tuple

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from . import edge, jobs, node, rendering
from .elements import Element, Plan
from .temporary_write import temporary_writes

Then = Callable[[Plan], None]


@dataclass(frozen=True)
class _Render:
    """One render at work: whose it is, what it makes and where, and what comes after."""

    ident: str
    plan: Plan
    parts: Tuple[Tuple[Element, str], ...]
    frames: Tuple[int, ...]
    then: Then


_renders: Dict[int, _Render] = {}


def start(pd: Any, plan: Plan, then: Then) -> None:
    """Let another Nuke render everything that lacks; `then` gets the plan of what is there.

    The Write nodes are gone again when this returns: Nuke renders a copy of the script. Raises ArtistError
    `input.host_render` where it could not be started.
    """
    elements = [element for element in plan.elements if element.lacking]
    folders = [rendering.working_folder(element) for element in elements]
    frames = sorted({frame for element in elements for frame in element.lacking})
    nuke.addAfterBackgroundFrameRender(_frame_done)
    nuke.addAfterBackgroundRender(_ended)
    number = -1
    try:
        with temporary_writes(elements, folders) as writes:
            ranges = nuke.FrameRanges(FrameRange(frames).to_text().replace(",", " "))
            number = nuke.executeBackgroundNuke(nuke.EXE_PATH, writes, ranges, list(plan.views), {})
    finally:
        if number < 0:
            _sweep(folders)
    if number < 0:
        raise _not_started()
    parts = tuple(zip(elements, folders))
    _renders[number] = _Render(pd.ident, plan, parts, tuple(frames), then)


def is_rendering(pd: Any) -> bool:
    """Whether something is rendered for a node."""
    return any(one.ident == pd.ident for one in _renders.values())


def give_up(pd: Any) -> None:
    """Wait no longer for what is rendered for a node; frames that are finished are kept."""
    for number, one in list(_renders.items()):
        if one.ident == pd.ident:
            _close(number)


def forget() -> None:
    """Wait for nothing any more."""
    for number in list(_renders):
        _close(number)


def _frame_done(context: Mapping[str, Any]) -> None:
    one = _renders.get(int(context["id"]))
    pd = None if one is None else node.by_ident(one.ident)
    if one is None or pd is None:
        return
    done = sum(_there(part, frame) for part in one.parts for frame in one.frames)
    now = replace(jobs.shown(pd), done=done, of=len(one.parts) * len(one.frames))
    edge.guarded(pd, lambda found: jobs.show(found, now))


def _ended(context: Mapping[str, Any]) -> None:
    """Go on with what was rendered, or say on the node what is missing."""
    one = _renders.get(int(context["id"]))
    if one is None:
        return
    lost = _close(int(context["id"]))
    pd = node.by_ident(one.ident)
    if pd is None:
        return
    ended = one
    edge.guarded(pd, lambda _: _go_on(ended, lost))


def _go_on(one: _Render, lost: List[int]) -> None:
    missing = [frame for frame in lost if frame in one.plan.range]
    if missing:
        raise _not_rendered(missing)
    one.then(one.plan.without(lost))


def _close(number: int) -> List[int]:
    """Bring finished frames to where they are read, and sweep up; lists the frames that did not come."""
    one = _renders.pop(number)
    lost = []
    for element, folder in one.parts:
        for frame in element.lacking:
            if not _is_kept(element, folder, frame):
                lost.append(frame)
    _sweep([folder for _, folder in one.parts])
    return sorted(set(lost))


def _is_kept(element: Element, folder: str, frame: int) -> bool:
    """Whether a frame came to its place; a folder that is gone or takes no more files has lost it."""
    try:
        return rendering.keep(element, folder, frame)
    except OSError as problem:
        nuke.tprint("Photo Double: {}".format(problem))
        return False


def _there(part: Tuple[Element, str], frame: int) -> bool:
    element, folder = part
    return rendering.is_finished(element, folder, frame)


def _sweep(folders: List[str]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _not_started() -> ArtistError:
    return ArtistError(
        "input.host_render",
        "The background render did not start",
        "Nuke could not start another Nuke, as where there is no licence for one.",
        "Choose to render here, or on the farm.",
    )


def _not_rendered(frames: List[int]) -> ArtistError:
    return ArtistError(
        "input.host_render",
        "Frames were not rendered",
        "The background render ended without frame {}.".format(FrameRange(frames).to_text()),
        "Look into the Background Renders panel, put right what it names, and press Run again.",
    )
