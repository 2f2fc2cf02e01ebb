# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does around de-ageing: tracks in, frames to paint, painted keys, whether it is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from . import asking, deage_keys, deage_tracks, frames, listening, preferences, props, requests
from ._vendor.photodouble_client.errors import ArtistError

SUGGEST = "deage.suggest-keys"
CONSENT = "consent.check"
DEAGE = "deage"


@dataclass
class _Known:
    """What the panel shows; gone when another file is opened."""

    suggested: tuple[tuple[int, float], ...] = ()
    suggested_for: str = ""
    error: ArtistError | None = None
    said: str = ""
    consent: str = ""
    consent_for: str = ""
    refused: ArtistError | None = None


_known = _Known()


def known() -> _Known:
    """Give what the panel shows."""
    return _known


def tell(text: str) -> None:
    """Show what came of a wish."""
    _known.said, _known.error = text, None
    listening.redraw()


def refuse(problem: ArtistError) -> None:
    """Show what went wrong with a wish."""
    _known.said, _known.error = "", problem
    listening.redraw()


def suggested(scene: Any) -> tuple[tuple[int, float], ...]:
    """List the frames worth painting, the best first, with what each gains in decibels."""
    return _known.suggested if _known.suggested_for == _plate(scene) else ()


def consent(scene: Any) -> tuple[str, ArtistError | None]:
    """Say where consent stands for what the panel asks for now: a word, or why not; both empty: not asked."""
    if _known.consent_for != _asked_for(scene):
        return "", None
    return _known.consent, _known.refused


def suggest(scene: Any, count: int) -> None:
    """Ask which frames are worth painting, beside those that are painted."""
    state, plate = props.state_of(scene, DEAGE), _plate(scene)
    there = frames.plate_frames(plate)
    painted = [int(image[deage_keys.KEY]["frame"]) for image in deage_keys.canvases(plate)]
    given = {
        "plate": plate,
        "frames": frames.wanted_frames(state, scene, there).to_text(),
        "count": count,
        "track": bpy.path.abspath(state.inputs.track.strip()) if state.inputs.track.strip() else "",
        "already": ",".join(map(str, painted)),
    }

    def show(answer: Any) -> None:
        _known.suggested = tuple((one["frame"], one["gain_db"]) for one in answer["keys"])
        _known.suggested_for = plate
        tell(f"Worth painting: {answer['frames']}.")

    asking.ask_task(SUGGEST, given, preferences.client_settings(), show, refuse)


def jump(scene: Any, frame: int) -> None:
    """Show a frame of the plate: move the playhead to it."""
    state = props.state_of(scene, DEAGE)
    scene.frame_set(frame - frames.plate_frames(_plate(scene)).first + state.plate_starts)


def paint(scene: Any, space: Any) -> Any:
    """Show the canvas of the frame that the scene shows, to be painted on; it is made where there is none."""
    plate, frame = _plate(scene), _plate_frame(scene)
    image = deage_keys.canvas_of(plate, frame) or deage_keys.new_canvas(
        plate, frame, _folder(scene) / "canvas"
    )
    if space is not None and space.type == "IMAGE_EDITOR":
        space.image, space.ui_mode = image, "PAINT"
    painting = scene.tool_settings.image_paint
    painting.mode, painting.canvas = "IMAGE", image
    tell(f"Frame {frame} of the plate is ready to be painted on.")
    return image


def use_keys(scene: Any) -> None:
    """Write what was painted, and give it to the operation."""
    folder, state = _folder(scene), props.state_of(scene, DEAGE)
    keys, before, painted = deage_keys.write_keys(_plate(scene), folder / "canvas", folder)
    state.inputs.keys = frames.file_of(keys, painted[0])
    state.inputs.before = frames.file_of(before, painted[0])
    tell(f"Painted: {', '.join(map(str, painted))}.")


def use_tracks(scene: Any, clip: Any) -> None:
    """Write the clip's tracks, and give them to the operation."""
    state, root = props.state_of(scene, DEAGE), Path(requests.takes_root(scene.photodouble))
    if not state.inputs.plate.strip():
        state.inputs.plate = clip.filepath
        state.plate_starts = clip.frame_start - clip.frame_offset
    path = deage_tracks.write_points(clip, root / _shot(scene) / "tracks")
    state.inputs.track = path
    tell(f"The tracks of {clip.name} are in {Path(path).name}.")


def check_consent(scene: Any) -> None:
    """Ask whether what the panel asks for may be made."""
    request, asked_for = requests.request_from(scene, DEAGE), _asked_for(scene)

    def passes(answer: Any) -> None:
        _known.consent, _known.refused = answer["state"] or "not needed", None
        _known.consent_for = asked_for
        listening.redraw()

    def stops(problem: ArtistError) -> None:
        _known.consent, _known.refused = "", problem
        _known.consent_for = asked_for
        listening.redraw()

    given = {"request": request.to_json(), "use": scene.photodouble.use}
    asking.ask_task(CONSENT, given, preferences.client_settings(), passes, stops)


def _plate(scene: Any) -> str:
    path = props.state_of(scene, DEAGE).inputs.plate.strip()
    return frames.pattern_of(bpy.path.abspath(path)) if path else ""


def _plate_frame(scene: Any) -> int:
    there, state = frames.plate_frames(_plate(scene)), props.state_of(scene, DEAGE)
    frame = scene.frame_current - state.plate_starts + there.first
    if frame in list(there):
        return int(frame)
    raise ArtistError(
        "usage.frames",
        "The plate has not this frame",
        f"The plate has frames {there.to_text()}, and the playhead stands at {frame}.",
        "Move the playhead onto one of them, and check 'Plate starts at'.",
    )


def _shot(scene: Any) -> str:
    return requests.filed(scene.photodouble.name.strip() or requests.shot_name(_plate(scene)))


def _folder(scene: Any) -> Path:
    return Path(requests.takes_root(scene.photodouble)) / _shot(scene) / "keys"


def _asked_for(scene: Any) -> str:
    shot, controls = scene.photodouble, props.state_of(scene, DEAGE).controls
    return f"{scene.session_uid} {shot.performers} {shot.use} {getattr(controls, 'mode', '')} {_plate(scene)}"


def _forget() -> None:
    global _known
    _known = _Known()


@bpy.app.handlers.persistent
def _on_load(*_arguments: Any) -> None:
    """Forget what was known of the file before."""
    _forget()


def register() -> None:
    """Begin to notice when another file is opened."""
    bpy.app.handlers.load_post.append(_on_load)


def unregister() -> None:
    """Forget everything."""
    _forget()
    if _on_load in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_on_load)
