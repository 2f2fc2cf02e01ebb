"""What a request gives to de-ageing: its plate, its painted frames, its mattes and its dials.

Arrays cover the plate's display window; pixel centres lie at whole numbers there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from photodouble.image.window import Box
from photodouble.ops.deage.age_map import read_age_map
from photodouble.ops.deage.face import FaceTrack, apply
from photodouble.ops.deage.resample import sample_linear
from photodouble.ops.deage.space import between, grid
from photodouble.ops.shot import Shot, held_frame
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

Picture = NDArray[np.float32]
Plane = NDArray[np.float32]

_FLOAT = (".exr", ".tif", ".tiff")
"""Files that can hold what is added: values below 0."""

_FOUND: WeakKeyDictionary[Shot, Callable[[int], Plane]] = WeakKeyDictionary()
"""What was found to lie over the face lives as long as the shot does."""

_CHOSEN: WeakKeyDictionary[Shot, tuple[int, ...]] = WeakKeyDictionary()
"""Which frames were chosen as keys, for shots that leave the choice open; see `model_keys.recall`."""


def is_keyed(shot: Shot) -> bool:
    """Whether painted frames are carried through the shot."""
    return str(shot.values["mode"]) in ("keys", "both", "model")


def is_modelled(shot: Shot) -> bool:
    """Whether a network paints the key frames that nobody painted."""
    return str(shot.values["mode"]) == "model"


def is_dialled(shot: Shot) -> bool:
    """Whether the dials make a first pass."""
    return str(shot.values["mode"]) in ("parametric", "both")


def key_frames(shot: Shot) -> tuple[int, ...]:
    """Return the key frames that count, in order, whoever painted them; none where nothing is carried."""
    if not is_modelled(shot):
        return artist_keys(shot)
    return tuple(sorted({*artist_keys(shot), *_CHOSEN.get(shot, named_keys(shot))}))


def artist_keys(shot: Shot) -> tuple[int, ...]:
    """Return the key frames that the artist gives, as painted frames or as deltas."""
    return tuple(sorted({*painted_frames(shot), *delta_frames(shot)}))


def painted_frames(shot: Shot) -> tuple[int, ...]:
    """Return the painted frames that count, in order."""
    return _counted(shot, "keys")


def delta_frames(shot: Shot) -> tuple[int, ...]:
    """Return the frames of the artist's deltas that count, in order."""
    return _counted(shot, "deltas")


def named_keys(shot: Shot) -> tuple[int, ...]:
    """Return the key frames that the request names, in order; none where it leaves them open."""
    return tuple(sorted(FrameRange.from_text(str(shot.values["key_frames"]))))


def note_chosen(shot: Shot, frames: tuple[int, ...]) -> None:
    """Let a shot know which frames were chosen as keys."""
    _CHOSEN[shot] = frames


def _counted(shot: Shot, port: str) -> tuple[int, ...]:
    given = shot.inputs.ports.get(port)
    if given is None or not is_keyed(shot):
        return ()
    named = named_keys(shot)
    return tuple(sorted(frame for frame in given.frames if not named or frame in named))


def face_frames(shot: Shot) -> tuple[int, ...]:
    """Return every frame in which the face must be known: those that are made, and the painted ones."""
    return tuple(sorted({*shot.frames, *key_frames(shot)}))


def plate(shot: Shot, frame: int, box: Box | None = None) -> Picture:
    """Return the plate (h, w, 3) float32 scene-linear in a box of the display window, or all of it."""
    return shot.plate_linear(frame, in_picture(shot, box))


def painted(shot: Shot, key: int, box: Box | None = None) -> Picture:
    """Return a painted frame (h, w, 3) float32 scene-linear."""
    return _read(shot, "keys", key, box)


def given_delta(shot: Shot, key: int) -> Picture:
    """Return a delta (h, w, 3) float32 over the display window, its numbers as they are.

    Raises ArtistError `input.bad_key` for a picture that cannot hold one.
    """
    sequence = shot.inputs.ports["deltas"]
    shot.note_use("deltas", key)
    picture = sequence.read(held_frame(sequence, key), needs_colour=False)
    planes = [[name for name in picture.channels if name.rpartition(".")[2] == one] for one in "RGB"]
    if Path(sequence.path(key)).suffix.lower() not in _FLOAT or not all(planes):
        raise ArtistError(
            "input.bad_key",
            "A delta cannot be used",
            f"{Path(sequence.path(key)).name} does not hold red, green and blue in float.",
            "Write deltas as EXR in float or half, or give the painted frames (--keys).",
        )
    return np.stack([picture.channel(names[0], shot.display_window) for names in planes], axis=-1)


def before_paint(shot: Shot, key: int, box: Box | None = None) -> Picture:
    """Return what a painted frame was before (h, w, 3): the artist's own picture, or the plate."""
    given = shot.inputs.ports.get("before")
    return plate(shot, key, box) if given is None or given.missing([key]) else _read(shot, "before", key, box)


def occluder(shot: Shot, frame: int) -> Plane:
    """Return what lies over the skin (h, w) float32, 0 to 1, over the display window: given or found."""
    given = shot.plain_matte("occluder", frame, shot.display_window)
    found = _FOUND.get(shot)
    return given if found is None else np.maximum(given, found(frame))


def has_occluder(shot: Shot) -> bool:
    """Whether anything may lie over the skin."""
    return "occluder" in shot.inputs.ports or shot in _FOUND


def remember_found(shot: Shot, found: Callable[[int], Plane]) -> None:
    """Let what the program found over the face, by frame, count beside the artist's matte from now on."""
    _FOUND[shot] = found


def behind_given(shot: Shot, frame: int, box: Box) -> Picture:
    """Return the artist's clean plate of the background (h, w, 3) float32 scene-linear."""
    return _read(shot, "behind", frame, box)


def skin_given(shot: Shot, frame: int, box: Box) -> Plane | None:
    """Return the artist's matte of the skin in a box of the display window; None where none was given.

    A frame that the matte lacks has no skin.
    """
    if "skin" not in shot.inputs.ports:
        return None
    return shot.plain_matte("skin", frame, in_picture(shot, box))


def age_at(shot: Shot, track: FaceTrack, frame: int, box: Box) -> Plane | None:
    """Return the age map (h, w) float32 for the plate's pixels in a box, carried with the face from the
    nearest frame it was painted on; 1 beyond it, and None where none was given.
    """
    painted_map = shot.inputs.ports.get("age_map")
    if painted_map is None:
        return None
    known = [one for one in painted_map.frames if one in track.frames]
    if not known:
        raise ArtistError(
            "input.range_mismatch",
            "The age map lies on no frame of the plate",
            f"No face is known on frame {FrameRange(painted_map.frames).to_text()} of {painted_map.pattern}.",
            "Paint it on a frame of the range, and name the file after it.",
        )
    drawn_on = min(known, key=lambda one: (abs(one - frame), one))
    shot.note_use("age_map", drawn_on)
    picture = painted_map.read(held_frame(painted_map, drawn_on), needs_colour=False)
    names = [name for name in picture.channels if name.rpartition(".")[2] in ("R", "Y")]
    plane = picture.channel((names or list(picture.channels))[0], shot.display_window)
    ages = read_age_map(plane, Path(painted_map.pattern).name)
    places = apply(between(track, frame, drawn_on), grid(*box.size) + np.array([box.x0, box.y0]))
    return sample_linear(ages - 1, places) + np.float32(1)


def in_picture(shot: Shot, box: Box | None) -> Box:
    """Return a box of the display window in picture coordinates; all of the window for None."""
    window = shot.display_window
    if box is None:
        return window
    return Box(box.x0 + window.x0, box.y0 + window.y0, box.x1 + window.x0, box.y1 + window.y0)


def _read(shot: Shot, port: str, frame: int, box: Box | None) -> Picture:
    sequence = shot.inputs.ports[port]
    shot.note_use(port, frame)
    return sequence.read(held_frame(sequence, frame)).linear(in_picture(shot, box))
