"""Draw one frame of the new sign: placed, lit, blurred, softened, grained, and behind what is in front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photodouble.image.encoding import decode, encode
from photodouble.image.grain import Grain, make_grain
from photodouble.image.matte import MatteSettings, read_matte
from photodouble.image.piece import Matrix, between, project
from photodouble.image.plane_track import PlaneTrack
from photodouble.image.window import Box
from photodouble.ops.inpaint.confidence import ARTIST, PLATE
from photodouble.ops.inpaint.shot_grain import load_grain
from photodouble.ops.operation import Rendered, Scratch
from photodouble.ops.replace.draw import Pose, coverage, draw, pose_of, softened
from photodouble.ops.replace.front import in_front
from photodouble.ops.replace.light import GRID, level
from photodouble.ops.replace.old_sign import OldSign, grid_place, load_old
from photodouble.ops.replace.sign import UNIT, grown, lens_of, load_track
from photodouble.ops.shot import Shot, held_frame

Picture = NDArray[np.float32]

_NEIGHBOURS = 2
"""The light of a frame is the mean of this many frames before and after it, too."""
_INHERENT = 0.45
"""Deviation of the blur that drawing itself brings, in pixels."""
_UNSURE = 0.3
"""A corner that may be off by this many pixels halves the confidence."""


@dataclass(frozen=True)
class Scene:
    """All that is known about the sign in one frame."""

    shot: Shot
    frame: int
    track: PlaneTrack
    old: OldSign
    light: Picture
    softness: float
    grain: Grain

    @property
    def place(self) -> int:
        """Return where the frame is in the track."""
        return self.track.indices.index(self.frame)

    @property
    def shutter(self) -> float:
        """Return for which share of a frame's time the shutter is taken to be open."""
        how = str(self.shot.values["motion_blur"])
        if how == "off":
            return 0.0
        return float(self.shot.values["shutter"]) if how == "set" else self.track.shutter


def render(shot: Shot, scratch: Scratch, frame: int) -> Rendered:
    """Draw the new sign into one frame, from the plate and the records of the analysis."""
    scene = _scene(shot, scratch, frame)
    lens = lens_of(shot, frame)
    pose = pose_of(scene.track.corners, scene.place, scene.shutter, lens)
    artwork, alpha = _artwork(shot, frame)
    corners, place = _laid_out(scene, artwork.shape)
    target = pose_of(corners, scene.place, scene.shutter, lens)
    reach = int(np.ceil(3 * scene.softness)) + 2
    box = target.box.grow(reach).intersect(shot.canvas)
    if box.is_empty:
        return nothing()
    plate = shot.plate_linear(frame, box)
    shown = softened(coverage(target, box), scene.softness)
    drawn = draw(np.concatenate([artwork, alpha], axis=2), target, box, place)
    drawn = softened(drawn, scene.softness)
    lit = drawn[..., :3] * _lights(scene, pose, box, artwork)
    behind = scene.old.drawn(pose, box, scene.light)
    sound = np.asarray(np.isfinite(plate).all(axis=2))
    front = _front(scene, np.where(sound[..., None], plate, 0), behind, pose, box)
    matte = np.clip(shown * np.clip(drawn[..., 3], 0, 1), 0, 1) * (1 - front) * sound
    matte = np.where(matte < 1 / 512, 0, matte).astype(np.float32)
    fill = _mixed(scene, plate, lit, behind, matte, box)
    covered = matte > 0
    return Rendered(
        box,
        np.where(covered[..., None], fill, 0).astype(np.float32),
        matte,
        np.where(covered, np.float32(ARTIST), np.float32(PLATE)),
        np.full(box.size, -1, np.float32),
        np.where(covered, np.float32(_confidence(scene)), np.float32(1)),
    )


def nothing() -> Rendered:
    """Return a frame in which nothing changes."""
    plane = np.zeros((0, 0), np.float32)
    return Rendered(Box(0, 0, 0, 0), np.zeros((0, 0, 3), np.float32), plane, plane, plane, plane)


def _scene(shot: Shot, scratch: Scratch, frame: int) -> Scene:
    track = load_track(scratch)
    place = track.indices.index(frame)
    near = range(place - _NEIGHBOURS, place + _NEIGHBOURS + 1)
    records = {one: scratch.load("light", one) for one in near if scratch.has("light", one)}
    light = np.mean([record["ratio"] for record in records.values()], axis=0, dtype=np.float64)
    soft = float(np.median([float(record["focus"]) for record in records.values()]))
    softness = float(shot.value("softness", frame))
    if bool(shot.values["match_focus"]):
        own = max(float(scratch.load("focus", 0)["softness"]) ** 2 - _INHERENT**2, 0.0)
        softness = float(np.sqrt(softness**2 + own + soft**2))
    if str(shot.values["light"]) == "none":
        light = light if str(shot.values["in_front"]) == "automatic" else np.ones((*GRID, 3))
    old = load_old(scratch)
    return Scene(shot, frame, track, old, np.asarray(light, np.float32), softness, load_grain(scratch))


def _artwork(shot: Shot, frame: int) -> tuple[Picture, Picture]:
    """Read the artwork, scene-linear, and its alpha, (h, w, 3) and (h, w, 1)."""
    sequence = shot.inputs.ports["artwork"]
    shot.note_use("artwork", frame)
    picture = sequence.read(held_frame(sequence, frame))
    box = picture.display_window
    colours = np.nan_to_num(picture.linear(box), nan=0, posinf=0, neginf=0)
    alpha = np.ones((*box.size, 1), np.float32)
    if picture.alpha_plane is not None:
        alpha = np.clip(np.nan_to_num(picture.alpha(box)), 0, 1)[..., None].astype(np.float32)
    return colours, alpha


def _laid_out(scene: Scene, shape: tuple[int, ...]) -> tuple[Matrix, Matrix]:
    """Return the new sign's corners (n, 4, 2) and the map from its own coordinates to artwork pixels."""
    reference = scene.track.at(scene.track.start)
    wanted = grown(reference, float(scene.shot.values["grow"]))
    sides = np.linalg.norm(np.roll(wanted, -1, axis=0) - wanted, axis=1)
    aspect = float((sides[0] + sides[2]) / max(sides[1] + sides[3], 1e-6))
    height, width = shape[:2]
    over = (width / height) / max(aspect, 1e-6)
    how = str(scene.shot.values["fit"])
    share = np.array([1.0, 1.0])
    if how != "stretch":
        share = np.array([min(over, 1.0), min(1 / over, 1.0)])
    if how == "crop":
        share = np.array([min(1 / over, 1.0), min(over, 1.0)])
    rim = (1 - share) / 2
    if how == "inside":
        wanted = project(between(UNIT, wanted), rim + UNIT * share)
        rim, share = np.zeros(2), np.ones(2)
    corners = np.stack([project(plane, wanted) for plane in scene.track.homographies])
    place = np.array(
        [
            [share[0] * width, 0, rim[0] * width - 0.5],
            [0, share[1] * height, rim[1] * height - 0.5],
            [0, 0, 1],
        ]
    )
    return corners, place


def _lights(scene: Scene, pose: Pose, box: Box, artwork: Picture) -> Picture:
    """Return what the drawn artwork is multiplied by, (h, w, 3)."""
    how = str(scene.shot.values["light"])
    stops = np.float32(2.0 ** float(scene.shot.value("exposure", scene.frame)))
    if how == "none":
        return np.full((*box.size, 3), stops, np.float32)
    factor = level(artwork, scene.old.picture, how)
    return draw(scene.light, pose, box, grid_place(scene.light)) * (factor * stops)


def _front(scene: Scene, plate: Picture, behind: Picture, pose: Pose, box: Box) -> Picture:
    """Return how much of every pixel something in front covers, (h, w)."""
    shot, how = scene.shot, str(scene.shot.values["in_front"])
    covered = np.zeros(box.size, np.float32)
    if how == "automatic" and scene.frame not in scene.track.lost and scene.old.is_known:
        deviation = 0.0 if scene.grain.is_none else float(scene.grain.at(encode(behind)).mean())
        sensitivity = float(shot.value("front_sensitivity", scene.frame))
        covered = in_front(plate, behind, coverage(pose, box), deviation, sensitivity=sensitivity)
    sequence = shot.inputs.ports.get("front")
    if how == "nothing" or sequence is None or sequence.missing([scene.frame]):
        return covered
    shot.note_use("front", scene.frame)
    at = held_frame(sequence, scene.frame)
    given = read_matte(sequence, at, box, MatteSettings(), shot.display_window)
    return np.maximum(covered, given)


def _mixed(scene: Scene, plate: Picture, lit: Picture, behind: Picture, matte: Picture, box: Box) -> Picture:
    """Return the fill: the new sign, and at its edges the plate with the old sign exchanged for the new.

    A mixed pixel is a share of the sign and a share of something else. The share of the old sign is taken
    out and as much of the new one put in, so that what else it holds stays as it is.
    """
    fresh = lit
    strength = float(scene.shot.values["grain"])
    if not scene.grain.is_none and strength > 0:
        coded = encode(lit)
        made = make_grain(
            scene.grain, coded, seed=scene.shot.seed, frame=scene.frame, corner=(box.x0, box.y0)
        )
        fresh = decode(coded + np.float32(strength) * made)
    if float(scene.shot.values["grow"]) > 0 or not scene.old.is_known:
        return fresh
    whole = np.clip((matte - 0.7) / 0.3, 0, 1)[..., None]
    whole = whole * whole * (3 - 2 * whole)
    with np.errstate(invalid="ignore"):
        exchanged = np.nan_to_num(plate) + lit - behind
    return np.asarray(fresh * whole + exchanged * (1 - whole), np.float32)


def _confidence(scene: Scene) -> float:
    """Say how far the place of the sign can be trusted, 0 to 1: by the error the tracker expects."""
    error = float(scene.track.error[scene.place])
    if scene.frame in scene.track.lost or not np.isfinite(error):
        return 0.1 if scene.frame in scene.track.lost else 1.0
    return float(1 / (1 + (error / _UNSURE) ** 2))
