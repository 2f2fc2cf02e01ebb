"""A take made by a farm: a copy of the script renders what is read, then come the engine's commands."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any, Dict, List, Sequence, Tuple

import nuke

from photodouble_client.errors import ArtistError
from photodouble_client.events import Answered, Failed
from photodouble_client.frames import FrameRange
from photodouble_client.jobs import Report
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.watch import watch_task

from . import asked, connecting, jobs, progress, rendering
from .elements import Element, Plan
from .gathering import HOST
from .progress import Shown
from .temporary_write import temporary_writes

COMMANDS = "commands.json"
LINES = "commands.txt"
CHUNK = 20
"""So many frames go into one command of Nuke: starting it and its licence take longer than most of them."""

Command = Dict[str, Any]


def write(pd: Any, plan: Plan, request: JobRequest) -> None:
    """Write everything a farm needs into the folder of the shot: the copy of the script, request, commands.

    Nothing is rendered here. What Nuke renders goes into a folder of this job alone, so that no other job can
    meet a half-written frame. The engine words its own commands; the node says when they are there.
    """
    if not pd.script:
        raise _unsaved()
    elements = [_of_this_job(element, request.take) for element in plan.elements if element.lacking]
    inputs = dict(request.inputs)
    inputs.update({one.port: PortInput(one.pattern, FrameRange(one.frames)) for one in elements})
    request = replace(request, inputs=inputs)
    folder = "{}/farm/{}".format(asked.shot_folder(pd), request.take[:8])
    try:
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "request.json"), "w", encoding="utf-8") as stream:
            stream.write(request.to_text())
        first = _nuke_commands(pd, elements, request) if elements else []
    except OSError as problem:
        raise rendering.unwritable(folder, problem) from problem
    pd.submitted(request, plan.fingerprints, "")
    _ask_commands(pd, folder, request, first)


def _unsaved() -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "The script was never saved",
        "A farm renders a copy of the script that lies beside it.",
        "Save the script, or choose to render here.",
    )


def _of_this_job(element: Element, take: str) -> Element:
    return replace(element, folder="{}/farm_{}".format(element.folder, take[:8]))


def _nuke_commands(pd: Any, elements: Sequence[Element], request: JobRequest) -> List[Command]:
    """Save a copy with Write nodes in it beside the script, and word the commands that render them."""
    for element in elements:
        os.makedirs(element.folder, exist_ok=True)
    copy = _copy_of(pd.script, request.take)
    part = copy[: -len(".nk")] + "_part.nk"
    try:
        with temporary_writes(elements, [element.folder for element in elements]) as writes:
            names = [_named(write, element, request.take) for write, element in zip(writes, elements)]
            nuke.scriptSave(part)
        os.replace(part, copy)
    finally:
        if os.path.isfile(part):
            os.remove(part)
    return [
        _command(copy, name, element, frames, number)
        for name, element in zip(names, elements)
        for number, frames in enumerate(_chunks(element.frames), 1)
    ]


def _copy_of(script: str, take: str) -> str:
    """Name the copy: it lies beside the script, so that paths relative to it stay right."""
    folder, name = os.path.split(script)
    return os.path.join(folder, "{}_photodouble_{}.nk".format(os.path.splitext(name)[0], take[:8]))


def _named(write: Any, element: Element, take: str) -> str:
    write.setName("PD_{}_{}".format(element.port, take[:8]))
    return str(write.fullName())


def _chunks(frames: Sequence[int]) -> List[Tuple[int, ...]]:
    return [tuple(frames[start : start + CHUNK]) for start in range(0, len(frames), CHUNK)]


def _command(copy: str, name: str, element: Element, frames: Sequence[int], number: int) -> Command:
    ranges: List[str] = []
    for part in FrameRange(frames).to_text().split(","):
        ranges += ["-F", part]
    views = ["--view", ",".join(element.views)] if element.names_view else []
    return {
        "after": [],
        "frames": FrameRange(frames).to_text(),
        "id": "nuke-{}-{:04d}".format(element.port, number),
        "step": "nuke",
        "words": [nuke.EXE_PATH, "-X", name] + ranges + views + [copy],
    }


def _ask_commands(pd: Any, folder: str, request: JobRequest, first: List[Command]) -> None:
    arguments = {"request": request.to_json(), "path": folder + "/request.json"}
    watcher = watch_task("farm.commands", arguments, HOST, **connecting.connecting())
    jobs.listen(
        pd,
        watcher,
        Shown(state=progress.SENDING),
        lambda now, report: _worded(now, report, folder, first),
    )


def _worded(now: Shown, report: Report, folder: str, first: List[Command]) -> Shown:
    """Write the commands when the engine has worded its own, each after all of Nuke's."""
    if isinstance(report.event, Failed):
        return progress.ended_early(now, report.event.error)
    if not isinstance(report.event, Answered):
        return now
    answer = dict(report.event.answer)
    ids = [str(one["id"]) for one in first]
    later = [dict(one, after=list(one["after"]) or ids) for one in answer["commands"]]
    answer["commands"] = first + later
    lines = [_line(one["words"]) for one in first] + [str(line) for line in answer.pop("lines")]
    try:
        _write(os.path.join(folder, COMMANDS), json.dumps(answer, indent=1, ensure_ascii=False) + "\n")
        _write(os.path.join(folder, LINES), "\n".join(lines) + "\n")
    except OSError as problem:
        return progress.ended_early(now, rendering.unwritable(folder, problem))
    nukes = "{} of them Nuke's, which come first".format(len(first)) if first else "none of them Nuke's"
    words = "{} commands for the farm, {}, are in {}.".format(len(lines), nukes, folder)
    return replace(now, state=progress.TOLD, note=words)


def _write(path: str, text: str) -> None:
    with open(path + ".part", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(path + ".part", path)


def _line(words: Sequence[str]) -> str:
    """Write a command for a shell to read: every word that needs it in quotes."""
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline(list(words))
    import shlex

    return " ".join(shlex.quote(word) for word in words)
