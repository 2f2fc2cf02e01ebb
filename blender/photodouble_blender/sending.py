# SPDX-License-Identifier: GPL-3.0-or-later
"""From the button to the engine: masks are drawn first, one after the other, then the request goes out."""

from __future__ import annotations

from typing import Any

import bpy

from . import jobs, masks, preferences, props, requests, takes
from ._vendor.photodouble_client.errors import ArtistError
from ._vendor.photodouble_client.request import JobRequest
from ._vendor.photodouble_client.settings import ClientSettings

_drawings: dict[tuple[int, str], masks.Drawing] = {}


def send(scene: Any, operation: str) -> None:
    """Make the request and hand it over; raises ArtistError for what can be said at once."""
    settings = preferences.client_settings()
    wishes = requests.wishes(scene, operation)
    if not wishes:
        _hand_over(scene, requests.request_from(scene, operation), settings)
        return
    _draw_next(scene.session_uid, operation, wishes, {})


def stop(scene: Any, operation: str) -> bool:
    """Stop the masks that are being drawn; says whether there were any."""
    drawing = _drawings.pop((scene.session_uid, operation), None)
    if drawing is None:
        return False
    masks.stop(drawing)
    jobs.stop_drawing(scene, operation)
    return True


def _draw_next(uid: int, operation: str, wishes: dict[str, masks.Wish], drawn: dict[str, str]) -> None:
    """Draw the next mask; after the last one the request is made as the panel stands then."""
    scene = _scene(uid)
    if scene is None:
        _drawings.pop((uid, operation), None)
        return
    key = next((key for key in wishes if key not in drawn), None)
    if key is None:
        _drawings.pop((uid, operation), None)
        _submit(scene, operation, drawn)
        return

    def refused(problem: ArtistError) -> None:
        _drawings.pop((uid, operation), None)
        there = _scene(uid)
        if there is not None:
            jobs.stop_drawing(there, operation)
            jobs.refuse(there, operation, problem)

    def say(done: int, of: int) -> None:
        there = _scene(uid)
        if there is None:
            raise _without_scene()
        jobs.show_drawing(there, operation, done, of)

    _drawings[uid, operation] = masks.draw(
        wishes[key],
        lambda pattern: _draw_next(uid, operation, wishes, {**drawn, key: pattern}),
        refused,
        say,
    )
    jobs.show_drawing(scene, operation, 0, len(wishes[key].frames))


def _scene(uid: int) -> Any:
    """Give a scene by its number: after an undo it is another object of Python's."""
    return next((one for one in bpy.data.scenes if one.session_uid == uid), None)


def _without_scene() -> ArtistError:
    return ArtistError(
        "usage.arguments",
        "The scene is gone",
        "The scene was deleted while its mask was drawn, so nothing was sent.",
        "Make the take in another scene.",
    )


def _hand_over(scene: Any, request: JobRequest, settings: ClientSettings) -> None:
    """Note how the plate is read, so that its take is read so even when the plate is loaded no more."""
    state = props.state_of(scene, request.operation)
    read_as = takes.space_of(request.inputs["plate"].path)
    if read_as and scene.library is None:
        state.plate_space = read_as
    jobs.submit(scene, request, settings)


def _submit(scene: Any, operation: str, drawn: dict[str, str]) -> None:
    try:
        request = requests.request_from(scene, operation, drawn)
        _hand_over(scene, request, preferences.client_settings())
    except ArtistError as problem:
        jobs.stop_drawing(scene, operation)
        jobs.refuse(scene, operation, problem)
