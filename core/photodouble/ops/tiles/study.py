"""Study the passes of a stand: how they lie, their light, where their people are, where they are cut.

Records: `place` per pass (its plane from the master, one per frame where the camera moves), `ground` per
frame (the plane from the reference frame to it), `light` per pass and frame, `labels` (which pass is shown,
at working size, on the reference frame) and `sure`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import encode
from photodouble.image.matte import MatteSettings, read_matte
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter, Scratch
from photodouble.ops.replace.light import GRID, light_ratio
from photodouble.ops.shot import Shot, held_frame
from photodouble.ops.tiles.passes import Plane, laid_over, over_box, passes_of, read_pass
from photodouble.ops.tiles.presence import presence
from photodouble.ops.tiles.register import register
from photodouble.ops.tiles.seams import cut
from photodouble_client.errors import ArtistError

Picture = NDArray[np.float32]

WORKING = 960
"""The longer side of the pictures in which people are looked for and seams are cut."""
_PAIRS = 5
_LOOKED_AT = 9
"""On so many frames, spread over the shot, people and seams are looked at."""
_STILL = 0.35
"""A camera whose picture moves by less than this many pixels stands still."""
_IN_FRONT = 0.02
"""By so much a later pass wins where both surely show people."""
SPAN = 100000
"""Records per pass and frame are numbered pass x SPAN + place of the frame."""


def study(shot: Shot, scratch: Scratch, report: Reporter) -> None:
    """Write every record that a frame reads; what is there already is kept."""
    if not scratch.has("camera", 0):
        scratch.save("camera", 0, moves=np.array(_moves(shot)))
    for place in range(len(shot.frames)):
        report.progress(place, len(shot.frames), "following the master")
        if not scratch.has("ground", place):
            scratch.save("ground", place, plane=_ground(shot, scratch, place))
    numbers = passes_of(shot)
    for done, number in enumerate(numbers):
        report.progress(done, len(numbers), "laying the passes over")
        _lay(shot, scratch, number, report)
    if not scratch.has("labels", 0):
        labels, sure = _labels(shot, scratch, report)
        scratch.save("labels", 0, labels=labels, sure=sure)


def moves(scratch: Scratch) -> bool:
    """Whether the master's camera moves."""
    return bool(scratch.load("camera", 0)["moves"])


def plane_of(scratch: Scratch, number: int, place: int) -> Plane:
    """Return the plane (3, 3) from the master to a pass at a place of the range."""
    index = number * SPAN + (place if moves(scratch) else 0)
    return np.asarray(scratch.load("place", index)["plane"], np.float64)


def light_of(scratch: Scratch, number: int, place: int) -> Picture:
    """Return what a pass is multiplied by (rows, columns, 3), steadied over the neighbouring frames."""
    near = [number * SPAN + at for at in range(place - 2, place + 3) if at >= 0]
    fields = [scratch.load("light", at)["ratio"] for at in near if scratch.has("light", at)]
    return np.asarray(np.mean(fields, axis=0, dtype=np.float64), np.float32)


def _moves(shot: Shot) -> bool:
    how = str(shot.values["camera"])
    if how != "automatic":
        return how == "moves"
    if len(shot.frames) < 2:
        return False
    first = _master(shot, shot.frames[0])
    window = shot.display_window
    ends = np.array(
        [[0, 0], [window.width, 0], [0, window.height], [window.width, window.height]], np.float64
    )
    for frame in {shot.frames[len(shot.frames) // 2], shot.frames[-1]}:
        found = register([(first, _master(shot, frame))])
        if found is None:
            continue
        there = cv2.perspectiveTransform(ends[:, None], found.plane)[:, 0]
        if np.abs(there - ends).max() > _STILL:
            return True
    return False


def _reference(shot: Shot) -> int:
    return len(shot.frames) // 2


def _ground(shot: Shot, scratch: Scratch, place: int) -> Plane:
    """Find the plane from the reference frame of the master to another."""
    if not moves(scratch) or place == _reference(shot):
        return np.eye(3)
    pair = _master(shot, shot.frames[_reference(shot)]), _master(shot, shot.frames[place])
    found = register([pair])
    if found is None:
        raise _no_place("The master", f"frame {shot.frames[place]}")
    return found.plane


def _lay(shot: Shot, scratch: Scratch, number: int, report: Reporter) -> None:
    frames = shot.frames
    for place in range(len(frames)):
        index = number * SPAN + place
        if place and not moves(scratch):
            break
        if scratch.has("place", index):
            continue
        report.check()
        chosen = [place] if moves(scratch) else _spread(len(frames), _PAIRS)
        plane = np.eye(3)
        if str(shot.values["align"]) == "automatic":
            pairs = ((_master(shot, frames[at]), read_pass(shot, number, frames[at])[0]) for at in chosen)
            found = register(pairs)
            if found is None:
                raise _no_place(f"Pass {number}", f"frame {frames[place]}")
            plane = found.plane
        scratch.save("place", index, plane=plane)
    for place, frame in enumerate(frames):
        report.progress(place, len(frames), f"light of pass {number}")
        if not scratch.has("light", number * SPAN + place):
            ratio = np.ones((*GRID, 3), np.float32)
            if bool(shot.values["match_light"]):
                ratio = _ratio(shot, scratch, number, place, frame)
            scratch.save("light", number * SPAN + place, ratio=ratio)


def _ratio(shot: Shot, scratch: Scratch, number: int, place: int, frame: int) -> Picture:
    """Measure the master's light over that of a pass, in low frequencies, where both show the same."""
    window, size = shot.display_window, (GRID[1], GRID[0])
    picture = read_pass(shot, number, frame)[0]
    scale = min(4 * GRID[1] / window.width, 1.0)
    there = laid_over(picture, plane_of(scratch, number, place), window, window, scale=scale)
    known = np.asarray(np.isfinite(there).all(axis=2))
    there = np.where(known[..., None], there, 0)
    here = cv2.resize(_master(shot, frame), there.shape[1::-1], interpolation=cv2.INTER_AREA)
    small = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (here, there)]
    seen = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    small = [np.where(seen[..., None], one, np.nan).astype(np.float32) for one in small]
    return light_ratio(small[0], small[1])


def _labels(shot: Shot, scratch: Scratch, report: Reporter) -> tuple[NDArray[np.uint8], Picture]:
    """Choose for every pixel of the reference frame which pass is shown; 0 is the master."""
    numbers, chosen = passes_of(shot), _spread(len(shot.frames), _LOOKED_AT)
    films = []
    for done, number in enumerate((0, *numbers)):
        report.progress(done, len(numbers) + 1, "looking for the people")
        films.append(np.stack([_working(shot, scratch, number, place) for place in chosen]))
    shown = presence(films)
    for at, number in enumerate(numbers):
        given = _given(shot, number, shown[at + 1].shape)
        if given is not None:
            shown[at + 1] = given
    height, width = shown[0].shape
    labels, sure = np.zeros((height, width), np.uint8), np.ones((height, width), np.float32)
    held, film = shown[0].copy(), films[0].copy()
    for at, number in enumerate(numbers):
        report.progress(at, len(numbers), "cutting the passes")
        wanted, other = shown[at + 1], films[at + 1]
        known = np.isfinite(other).all(axis=(0, 3))
        cost = np.nan_to_num(np.abs(film - other)).mean(axis=(0, 3)).astype(np.float32)
        more = wanted - held + _IN_FRONT * np.minimum(wanted, held)
        kept = np.where(known, np.maximum(-more, 0), 1).astype(np.float32)
        taken = cut(cost, (np.maximum(more, 0) * known).astype(np.float32), kept) & known
        labels[taken] = number
        if not taken.any():
            report.warn(f"Pass {number} shows nobody whom the passes before it do not show; it adds nothing.")
        film[:, taken] = other[:, taken]
        held = np.where(taken, wanted, held)
        sure = np.minimum(sure, _sureness(taken, cost))
    return labels, sure


def _sureness(taken: NDArray[np.bool_], cost: Picture) -> Picture:
    """Say how little a seam can be seen: 1 away from it, less where it crosses a difference."""
    kernel = np.ones((3, 3), np.uint8)
    inside = taken.astype(np.uint8)
    seam = cv2.dilate(inside, kernel) != cv2.erode(inside, kernel)
    visible = cv2.GaussianBlur(np.where(seam, cost, 0).astype(np.float32), (0, 0), 2.0) * 5
    return np.asarray(np.exp2(-visible / 0.06), np.float32)


def _given(shot: Shot, number: int, shape: tuple[int, ...]) -> Picture | None:
    """Read the region that the artist drew for a pass, at working size."""
    sequence = shot.inputs.ports.get(f"region_{number}")
    if sequence is None:
        return None
    frame = held_frame(sequence, shot.frames[_reference(shot)])
    if sequence.missing([frame]):
        frame = sequence.frames[0]
    shot.note_use(f"region_{number}", frame)
    whole = read_matte(sequence, frame, shot.display_window, MatteSettings(), shot.display_window)
    return np.asarray(cv2.resize(whole, shape[1::-1], interpolation=cv2.INTER_AREA), np.float32)


def _working(shot: Shot, scratch: Scratch, number: int, place: int) -> Picture:
    """Bring a picture upon the reference frame at working size, in the master's light, working encoded."""
    window, frame = shot.display_window, shot.frames[place]
    scale = min(WORKING / max(window.size), 1.0)
    ground = np.asarray(scratch.load("ground", place)["plane"], np.float64)
    if number == 0:
        return encode(laid_over(_master(shot, frame), ground, window, window, scale=scale))
    picture = read_pass(shot, number, frame)[0]
    laid = laid_over(picture, plane_of(scratch, number, place) @ ground, window, window, scale=scale)
    light = over_box(light_of(scratch, number, place), window, window)
    return encode(laid * cv2.resize(light, laid.shape[1::-1], interpolation=cv2.INTER_AREA))


def _master(shot: Shot, frame: int) -> Picture:
    return np.nan_to_num(shot.plate_linear(frame, shot.display_window), nan=0, posinf=0, neginf=0)


def _spread(count: int, most: int) -> list[int]:
    return sorted({round(place) for place in np.linspace(0, count - 1, min(most, count))})


def _no_place(what: str, where: str) -> ArtistError:
    return ArtistError(
        "input.size_mismatch",
        "A pass does not lie on the master",
        f"{what} shows too little at {where} that the master shows as well, so it cannot be laid over.",
        "Give a pass of the same stand and lens, or align it by hand and switch align off (--align off).",
    )


def boxes(shot: Shot) -> Box:
    """Return the part of the picture that passes may change: all that the plate holds of its format."""
    return shot.canvas.intersect(shot.display_window)
