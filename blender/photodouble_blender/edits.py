# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts in the Sequencer: laid from an OTIO, written back, pulled from, pushed into, checked, conformed.

The engine alone knows how a cut counts: what goes to it is which file each strip shows at which frame.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from . import (
    asking,
    compat,
    edit_words,
    frames,
    preferences,
    props,
    requests,
    strip_facts,
    strip_laying,
    strip_nest,
    takes,
    undo_step,
)
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.request import JobRequest
from ._vendor.photodouble_client.specs import SPECS
from .edit_words import (
    ask_for,
    checked_words,
    gone,
    no_strips,
    not_its_plate,
    refuse,
    tell,
    under_a_speed,
    words_of,
)

LAY, WRITE, PULL, PUSH, CHECK, CONFORM = (
    f"edit.{verb}" for verb in ("lay", "write", "pull", "push", "check", "conform")
)
Then = Callable[[Any], None]


def is_asking() -> bool:
    """Whether the engine is at work on a wish."""
    return any(asking.is_asking(name) for name in (LAY, WRITE, PULL, PUSH, CHECK, CONFORM))


def state_of(scene: Any) -> Any:
    """Give what a scene knows of its cut."""
    return scene.photodouble_edits


def import_cut(scene: Any, path: str, *, said: tuple[str, ...] = ()) -> None:
    """Lay a cut into the scene's sequencer; into a new scene where there are strips already."""
    state, uid = state_of(scene), scene.session_uid
    given = {"edit": path, "handles": state.handles, "rate": state.rate.strip()}

    def show(answer: Any) -> None:
        target = _scene(uid)
        if target is not None:
            _lay(target, answer, path, said)

    _ask(LAY, given, show)


def write(scene: Any, to: str, then: Then, *, profile: str = "otio") -> None:
    """Let the engine write the strips of a scene as a cut; `then` gets what it answers."""
    state = state_of(scene)
    told = _told(scene)
    if not told.strips:
        raise no_strips(told.left_out)
    first = min(state.cut_first if state.based_on else scene.frame_start, told.strips[0]["first"])
    cut = {
        "rate": strip_facts.rate_of(scene),
        "first": min(first, *(one["first"] for one in told.strips)),
        "name": scene.name,
        "tracks": list(told.tracks),
        "strips": list(told.strips),
        "based_on": state.based_on if Path(state.based_on).is_file() else "",
    }
    given = {"cut": cut, "to": to, "overwrite": True, "profile": profile}

    def show(answer: Any) -> None:
        answer["left_out"] = list(told.left_out)
        then(answer)

    _ask(WRITE, given, show)


def export(scene: Any) -> None:
    """Write the strips of a scene as a new version of its cut."""
    to = _next_file(scene, "")

    def show(answer: Any) -> None:
        tell(f"Written: {answer['file']}", *answer["left_out"], *words_of(answer["notes"]))

    write(scene, to, show, profile=state_of(scene).profile)


def pull(scene: Any, strip: Any) -> None:
    """Make the active strip the plate of an operation, at the frames that the cut shows and their handles."""
    state, operation, uid = state_of(scene), state_of(scene).operation, scene.session_uid
    first, end = compat.span_of(strip)
    shown, space = strip_facts.shown_files(strip), strip.colorspace_settings.name
    given = {
        "operation": operation,
        "shot": strip_facts.note_of(strip).get("name") or strip.name,
        "at": str((first + end - 1) // 2 + state.offset),
        "handles": state.handles,
        "output": str(_folder(scene) / "pulled"),
        "root": requests.takes_root(scene.photodouble),
        "overwrite": True,
    }

    def fill(answer: Any) -> None:
        target = _scene(uid)
        if target is not None:
            _fill(target, operation, answer, (first, shown, space))

    write(scene, _working(scene), lambda answer: _ask(PULL, {**given, "edit": answer["file"]}, fill))


def put_above(scene: Any, strip: Any, folder: str, label: str, take: str) -> Any:
    """Lay a take above a strip, every picture over the plate's own; raises ArtistError."""
    if strip.name in strip_nest.under_speed(compat.all_strips_of(scene.sequence_editor)):
        raise under_a_speed(strip.name)
    found = takes.result_of(folder, 1)
    shown = strip_facts.shown_files(strip)
    lacking = sorted(set(shown) - set(found.frames))
    if frames.pattern_of(strip_facts.pattern_of(strip)) != found.plate or lacking:
        raise not_its_plate(strip.name, label, lacking if lacking else [])
    pattern = frames.pattern_of(str(found.first_file))
    first, end = compat.span_of(strip)
    editor = scene.sequence_editor
    channel = strip_laying.free_channel(editor, strip.channel, first, end)
    laid = strip_laying.put_above(editor, label, (pattern, shown), channel, first)
    laid.colorspace_settings.name = strip.colorspace_settings.name
    laid[strip_facts.KEY] = {**strip_facts.note_of(laid), "take": take, "label": label, "folder": folder}
    return laid


def push(scene: Any, folder: str, label: str) -> None:
    """Put a take into the cut: a new file, in which the clips that show its plate carry it."""
    state, uid, to = state_of(scene), scene.session_uid, _next_file(scene, "_takes")
    given = {"takes": folder, "temp": state.temp, "root": requests.takes_root(scene.photodouble), "to": to}

    def show(answer: Any) -> None:
        target = _scene(uid)
        if target is not None:
            said = (f"{label} is in {answer['file']}", *words_of(answer["notes"]))
            _ask(LAY, {"edit": to, "handles": 0}, lambda cut: _adopt(target, cut, to, said))

    write(scene, _working(scene), lambda answer: _ask(PUSH, {**given, "edit": answer["file"]}, show))


def check(scene: Any) -> None:
    """Say which clips of the cut may not leave, and why."""
    given = {"root": requests.takes_root(scene.photodouble), "final": state_of(scene).final}

    def show(answer: Any) -> None:
        rows = [checked_words(row) for row in answer["clips"]]
        tell(*(rows or ["No clip shows a take."]), "" if not answer["final"] else "Nothing is wrong.")

    write(scene, _working(scene), lambda answer: _ask(CHECK, {**given, "edit": answer["file"]}, show))


def conform(scene: Any, new: str) -> None:
    """Put the takes of this cut into a new one, and lay that into a new scene."""
    state, uid = state_of(scene), scene.session_uid
    to = _next_file(scene, "_conformed")
    given = {
        "new": new,
        "to": to,
        "root": requests.takes_root(scene.photodouble),
        "rate": state.rate.strip(),
        "handles": state.handles,
        "temp": state.temp,
    }

    def show(answer: Any) -> None:
        target = _scene(uid)
        if target is not None:
            ask_for(tuple(one["file"] for one in answer["requests"]))
            import_cut(target, to, said=(f"Conformed: {to}", *words_of(answer["notes"])))

    write(scene, _working(scene), lambda answer: _ask(CONFORM, {**given, "old": answer["file"]}, show))


def make_missing() -> None:
    """Hand over the requests for frames that the new cut lacks; the jobs are listed under Jobs."""
    settings, files = preferences.client_settings(), edit_words.requests()
    handed: list[str] = []

    def send(path: str) -> None:
        try:
            request = JobRequest.from_text(Path(path).read_text(encoding="utf-8"))
        except OSError as problem:
            raise gone(path, str(problem)) from problem
        asking.ask(f"{WRITE} {path}", settings, lambda engine: engine.submit(request).job, note, refuse)

    def note(job: str) -> None:
        handed.append(job)
        ask_for(files[len(handed) :])
        done = f"{len(handed)} of {len(files)} jobs are handed over: see Jobs."
        tell(done, "Conform again when they are finished.")
        if len(handed) < len(files):
            send(files[len(handed)])

    send(files[0])


def _lay(scene: Any, cut: dict[str, Any], path: str, said: tuple[str, ...]) -> None:
    if scene.sequence_editor is not None and len(compat.strips_of(scene.sequence_editor)):
        scene = _new_scene(scene, cut["name"] or Path(path).stem)
    state = state_of(scene)
    state.based_on, state.cut_first, state.offset = path, cut["first"], cut["first"] - 1
    strip_laying.set_rate(scene, cut["rate"])
    left = strip_laying.lay(scene, cut, state.offset)
    ends = [compat.span_of(strip)[1] - 1 for strip in compat.strips_of(scene.sequence_editor)]
    scene.frame_start, scene.frame_end = 1, max(ends, default=1)
    compat.show_sequence(bpy.context, scene)
    undo_step.push("Import Cut")
    laid = len(cut["strips"]) - len(left)
    tell(*said, f"{laid} clips laid, at {cut['rate']} frames a second.", *left, *words_of(cut["notes"]))


def _new_scene(scene: Any, name: str) -> Any:
    made = bpy.data.scenes.new(name)
    made.photodouble.takes_root = scene.photodouble.takes_root
    made.render.resolution_x, made.render.resolution_y = scene.render.resolution_x, scene.render.resolution_y
    made.view_settings.view_transform = scene.view_settings.view_transform
    for key in ("handles", "operation", "temp", "profile"):
        setattr(state_of(made), key, getattr(state_of(scene), key))
    return made


def _adopt(scene: Any, cut: dict[str, Any], path: str, said: tuple[str, ...]) -> None:
    """Let every strip carry the clip as it stands in the file now, with its takes."""
    state = state_of(scene)
    by_place = {(one["name"], one["record_first"]): one for one in cut["strips"]}
    by_place |= {(one["media_pattern"], one["record_first"]): one for one in cut["strips"]}
    for strip in compat.all_strips_of(scene.sequence_editor):
        if strip.type not in ("IMAGE", "MOVIE") or strip_facts.is_take(strip):
            continue
        noted = strip_facts.note_of(strip)
        at = compat.span_of(strip)[0] + state.offset
        found = by_place.get((strip_facts.pattern_of(strip), at)) or by_place.get((noted.get("name"), at))
        if found is not None:
            strip[strip_facts.KEY] = {**noted, "clip_text": found["clip_text"], "name": found["name"]}
    state.based_on, state.cut_first = path, cut["first"]
    tell(*said)


def _fill(scene: Any, operation: str, answer: Any, strip: tuple[int, list[int], str]) -> None:
    """Fill the operation's panel in: the plate, its frames, and where in the scene it is seen."""
    first, shown, space = strip
    state = props.state_of(scene, operation)
    pattern, request = answer["plate"], answer["document"]
    plate = frames.plate_frames(pattern)
    state.inputs.plate = frames.file_of(pattern, plate.first)
    state.plate_space = space
    state.frame_choice, state.frames = "typed", answer["range"]
    state.plate_starts = first - (shown[0] + answer["offset"] - plate.first)
    scene.photodouble.name = request["shot"]
    label = SPECS[operation].label
    cut = f"cut in {answer['cut_in']}, out {answer['cut_out']}."
    tell(
        f"{label}: {answer['shot']}, frames {answer['range']}, {cut}",
        *words_of(answer["notes"]),
        *(f"Still needed: {one}" for one in answer["missing"]),
    )


def _ask(name: str, given: dict[str, Any], then: Then) -> None:
    """Ask the engine for a task; what can be said at once is raised, what comes later is shown."""

    def safely(answer: Any) -> None:
        try:
            then(answer)
        except ArtistError as problem:
            refuse(problem)

    asking.ask_task(name, given, preferences.client_settings(), safely, refuse)


def _told(scene: Any) -> strip_facts.Told:
    strips = compat.strips_of(scene.sequence_editor) if scene.sequence_editor is not None else ()
    return strip_facts.facts_of(strips, state_of(scene).offset)


def _folder(scene: Any) -> Path:
    """Give the folder beside the takes in which cuts are written."""
    return Path(requests.takes_root(scene.photodouble)) / "edits"


def _working(scene: Any) -> str:
    return str(_folder(scene) / f"{_plain(scene.name)}_working.otio")


def _next_file(scene: Any, what: str) -> str:
    """Name the next version of a cut: nothing is ever written over."""
    folder, name = _folder(scene), f"{_plain(scene.name)}{what}_v"
    numbers = [int(one.stem[len(name) :]) for one in folder.glob(f"{name}[0-9][0-9][0-9]*.otio")]
    return str(folder / f"{name}{max(numbers, default=0) + 1:03d}.otio")


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name).strip("._-") or "cut"


def _scene(uid: int) -> Any:
    return next((one for one in bpy.data.scenes if one.session_uid == uid), None)
