"""The first pass without any paint on the bar clip: wrinkles left, pores kept, features left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from _deage_clip import Array, Clip
from _deage_measures import feature_damage, lined_residual, pore_ratio, wrinkle_residual
from _deage_score import decibel, shown

from photodouble.image.window import Box
from photodouble.ops.deage.bands import first_pass, in_light, relief_of
from photodouble.ops.deage.face import FaceTrack, scale_of
from photodouble.ops.deage.first import face_width, features
from photodouble.ops.deage.landmarks import track_faces
from photodouble.ops.deage.merge import merged
from photodouble.ops.deage.regions import leave_alone, regions, skin
from photodouble.ops.deage.space import face_picture, to_plate

_EVERY = 8


def parametric(clip: Clip, track: FaceTrack, frames: Sequence[int] = ()) -> dict[str, float]:
    """Run the first pass on every eighth frame; the worst frame counts."""
    width, calm = face_width(track), 0.0
    left = _left_alone(clip)
    found: list[tuple[float, ...]] = []
    for number, t in enumerate(frames or clip.frames[::_EVERY]):
        here, matte, leave = face_picture(clip.plate[t], track, t), skin(track, t), features(track, t)
        if number == 0:
            calm = relief_of(here, matte, width, leave=leave)
        layers = first_pass(here, matte, width, leave=leave, regions=regions(track, t), calm_level=calm)
        found.append(_figures(clip, track, t, layers.stops, width, left))
    rows = np.array(found)
    return {
        "wrinkle_residual": round(float(rows[:, 0].mean()), 3),
        "wrinkle_residual_least": round(float(rows[:, 0].min()), 3),
        "wrinkle_residual_most": round(float(rows[:, 0].max()), 3),
        "feature_damage": round(float(rows[:, 1].max()), 4),
        "parametric_pore_ratio": round(float(rows[:, 2].mean()), 4),
        "parametric_snr": round(float(rows[:, 3].mean()), 2),
        "lined_residual": round(float(rows[:, 4].mean()), 3),
        "lined_residual_of_nothing": round(float(rows[:, 5].mean()), 3),
        "wrinkle_residual_of_nothing": round(float(rows[:, 6].mean()), 3),
    }


def _left_alone(clip: Clip) -> dict[str, Array]:
    """Draw what has to be left alone on the young still, by its own landmarks and not the clip's track."""
    track = track_faces(lambda _: clip.young, [0])[0]
    box = Box(0, 0, clip.recipe.side, clip.recipe.side)
    return {name: to_plate(one, track, 0, box, smooth=True) for name, one in leave_alone(track, 0).items()}


def _figures(
    clip: Clip, track: FaceTrack, t: int, stops: Array, width: float, left: Mapping[str, Array]
) -> tuple[float, ...]:
    box = Box(0, 0, clip.recipe.side, clip.recipe.side)
    plate, matte = clip.plate[t], shown(clip, t)
    result = merged(plate, in_light(plate, to_plate(stops, track, t, box)), matte)
    truth = clip.delta[t] * matte[..., None]
    wide = width / scale_of(track.to_face(t))
    there = {name: clip.on_frame(one, t) for name, one in left.items()}
    inside, young = clip.matte(t), plate + truth
    return (
        wrinkle_residual(result, young, inside, wide),
        feature_damage(result - plate, truth, there, inside),
        pore_ratio(result, plate, inside, wide),
        decibel(float((truth**2).sum()), float(((result - plate - truth) ** 2).sum())),
        lined_residual(result, young, truth, inside, wide),
        lined_residual(plate, young, truth, inside, wide),
        wrinkle_residual(plate, young, inside, wide),
    )
