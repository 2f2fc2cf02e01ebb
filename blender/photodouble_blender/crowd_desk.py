# SPDX-License-Identifier: GPL-3.0-or-later
"""The crowd of a scene and the engine: areas go to the crowd file, people come back as points.

Edits are put on the crowd file's own stack, by people's names, so that the take has them too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import (
    asking,
    crowd_areas,
    crowd_camera,
    crowd_density,
    crowd_history,
    crowd_named,
    crowd_points,
    crowd_props,
    crowd_space,
    frames,
    listening,
    preferences,
    props,
    requests,
)
from ._vendor.photodouble_client.errors import ArtistError

OPERATION = "crowd"
Json = dict[str, Any]


@dataclass
class _Said:
    """What is shown in the panel; gone when another file is opened."""

    text: str = ""
    error: ArtistError | None = None
    problem_with: str = ""


_said = _Said()


def said() -> str:
    """Give what came of the latest wish, in words."""
    return _said.text


def error() -> ArtistError | None:
    """Give what went wrong with the latest wish, or None."""
    return _said.error


def tell(text: str) -> None:
    """Show what came of a wish."""
    _said.text, _said.error = text, None
    listening.redraw()


def refuse(problem: ArtistError) -> None:
    """Show what went wrong with a wish."""
    _said.text, _said.error = "", problem
    listening.redraw()


def is_waiting() -> bool:
    """Whether the engine is at work on the crowd of a scene."""
    return any(asking.is_asking(f"crowd.{name}") for name in ("layout", "points", "edit", "lock"))


def folder(scene: Any) -> Path:
    """Give the folder of what is drawn for a shot; raises ArtistError where takes have no place yet."""
    shot = scene.photodouble
    plate = _plate(scene)
    name = requests.filed(shot.name.strip() or requests.shot_name(plate))
    return Path(requests.takes_root(shot)) / name / "scene"


def crowd_file(scene: Any) -> Path:
    """Give the crowd file of the panel, or the one that is begun beside the takes."""
    given = props.state_of(scene, OPERATION).inputs.crowd.strip()
    return Path(bpy.path.abspath(given)) if given else folder(scene) / "crowd.json"


def write_camera(scene: Any) -> Path:
    """Write the scene's camera for every frame of the plate, and let the crowd be seen through it."""
    state = props.state_of(scene, OPERATION)
    plate = frames.plate_frames(_plate(scene))
    numbers = {state.plate_starts + frame - plate.first: frame for frame in plate}
    path = folder(scene) / "camera.json"
    crowd_camera.write(path, scene, scene.camera, numbers)
    state.inputs.camera = str(path)
    return path


def add_areas(scene: Any, objects: Sequence[Any]) -> None:
    """Write what objects show as areas into the crowd file; an object that was there before is replaced."""
    camera = write_camera(scene)
    file, own = crowd_file(scene), crowd_props.of(scene)
    wish = crowd_areas.Wish(
        own.lines, own.spacing, own.fill, own.look, own.facing,
        crowd_space.to_crowd(scene.camera.matrix_world.translation, scene),
    )  # fmt: skip
    crowd_history.before(scene, file)
    areas: dict[str, Json] = {}
    for drawn in objects:
        found = crowd_areas.areas_of(drawn, scene, wish)
        if own.painted and drawn.type == "MESH":
            found = crowd_density.painted(found, drawn, scene, file.parent)
        areas.update(found)
    given = {
        "crowd": str(file),
        "plate": _plate(scene),
        "camera": str(camera),
        "areas": areas,
        "without": ",".join(crowd_areas.pattern_of(drawn) for drawn in objects),
    }

    uid = scene.session_uid

    def note(answer: Any) -> None:
        there = _scene(uid)
        props.state_of(there, OPERATION).inputs.crowd = answer["crowd"]
        crowd_history.after(there, Path(answer["crowd"]), "Make Areas")
        places = sum(count for name, count in answer["places"].items() if name in areas)
        many = "1 area" if len(areas) == 1 else f"{len(areas)} areas"
        tell(f"{many} with {places} places; {answer['taken']} people in all.")

    asking.ask_task("crowd.layout", given, preferences.client_settings(), note, refuse)


def show(scene: Any, *, take: str = "", step: str = "Show the Crowd") -> None:
    """Show the crowd as a take would be made now, or as a take shows it; `step` names it for undo."""
    given: Json = {"folder": str(folder(scene) / "people"), "root": requests.takes_root(scene.photodouble)}
    state = props.state_of(scene, OPERATION)
    if take:
        given["take"] = take
    else:
        given["request"] = _request(scene)
    starts = int(state.plate_starts)
    first, uid = frames.plate_frames(_plate(scene)).first, scene.session_uid

    def take_over(answer: Any) -> None:
        try:
            crowd = crowd_points.read(Path(answer["file"]))
        except ArtistError as problem:
            refuse(problem)
            return
        begins, there = starts + int(crowd.facts["first"]) - first, _scene(uid)
        shown = crowd_points.build(
            crowd, there, camera=there.camera, first_frame=begins, place=crowd_points.shown_in(there)
        )
        shown["photodouble_take"] = take
        crowd_named.refresh(shown)
        crowd_history.after(there, crowd_file(there), step)
        tell(" ".join([f"{answer['people']} people.", *answer["notes"]]))

    asking.ask_task("crowd.points", given, preferences.client_settings(), take_over, refuse)


def edit(scene: Any, changes: Sequence[Mapping[str, Any]], step: str) -> None:
    """Put edits on the crowd file's stack, one after the other, and show what became of it.

    Blender's undo takes all of them back at once; `step` is what it calls them.
    """
    file, uid = str(crowd_file(scene)), scene.session_uid
    crowd_history.before(scene, crowd_file(scene))
    library = bpy.path.abspath(props.state_of(scene, OPERATION).inputs.library)
    left = list(changes)

    def go_on(_answer: Any) -> None:
        if not left:
            _tried(lambda: show(_scene(uid), step=step))
            return
        given = {"crowd": file, "edit": left.pop(0), "library": library}
        asking.ask_task("crowd.edit", given, preferences.client_settings(), go_on, refuse)

    go_on(None)


def undo(scene: Any) -> None:
    """Take the last edit off the crowd file's stack."""
    given = {"crowd": str(crowd_file(scene))}
    _ask_and_show(scene, "crowd.edit", given, "Take the Last Edit Back")


def lock(scene: Any, names: Sequence[str], take: str) -> None:
    """Keep people as they are shown, whatever the seed becomes."""
    given: Json = {"agents": ",".join(names), "root": requests.takes_root(scene.photodouble)}
    if take:
        given["take"] = take
    else:
        given["request"] = _request(scene)
    _ask_and_show(scene, "crowd.lock", given, "Lock People")


def _ask_and_show(scene: Any, name: str, given: Json, step: str) -> None:
    settings, uid = preferences.client_settings(), scene.session_uid
    crowd_history.before(scene, crowd_file(scene))

    def go_on(_answer: Any) -> None:
        _tried(lambda: show(_scene(uid), step=step))

    asking.ask_task(name, given, settings, go_on, refuse)


def _scene(uid: int) -> Any:
    """Give a scene by its number: after an undo it is another object of Python's. Raises ArtistError."""
    found = next((one for one in bpy.data.scenes if one.session_uid == uid), None)
    if found is None:
        raise ArtistError(
            "usage.arguments",
            "The scene is gone",
            "The scene of the crowd was deleted while the engine was at work on it.",
            "Show the crowd in another scene.",
        )
    return found


def _tried(wish: Callable[[], None]) -> None:
    try:
        wish()
    except ArtistError as problem:
        refuse(problem)


def _request(scene: Any) -> Json:
    """Make the request of the crowd as the panel describes it; raises ArtistError."""
    if not crowd_file(scene).is_file():
        raise ArtistError(
            "input.bad_document",
            "There is no crowd yet",
            "The panel names no crowd file, and no area was drawn.",
            "Draw an area and press Make Areas of the Selected, or choose a crowd file in the panel.",
        )
    state = props.state_of(scene, OPERATION)
    state.inputs.crowd = state.inputs.crowd or str(crowd_file(scene))
    return requests.request_from(scene, OPERATION).to_json()


def _plate(scene: Any) -> str:
    path = props.state_of(scene, OPERATION).inputs.plate.strip()
    if not path:
        raise ArtistError(
            "input.missing_sequence",
            "There is no plate",
            "The crowd is put into a plate.",
            "Choose the first file of the plate in the panel of the crowd.",
        )
    return frames.pattern_of(bpy.path.abspath(path))
