"""Peers of the propagation: nothing, plain sticking by several motions, and a plain network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from _deage_clip import Array, Clip
from _deage_score import shown

from photodouble.image.window import Box
from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.measured import study_track
from photodouble.ops.deage.space import face_picture, grid, plate_places

_SMALL = 256


def nothing(clip: Clip) -> list[Array]:
    """Do nothing."""
    return [np.zeros_like(clip.delta[0]) for _ in clip.frames]


def true_motion(clip: Clip, keys: Sequence[int]) -> list[Array]:
    """Carry the nearest key's delta by the true motion."""
    return [_cubic(clip.delta[k], clip.motion(t, k)) for t, k in _nearest(clip, keys)]


def by_similarity(clip: Clip, keys: Sequence[int], track: FaceTrack) -> list[Array]:
    """Carry the nearest key's delta by the face's similarity alone."""
    small = _square(track)
    drawn = []
    for t, k in _nearest(clip, keys):
        drawn.append(_back(clip, small, t, face_picture(clip.delta[k], small, k)))
    return drawn


def by_flow(clip: Clip, keys: Sequence[int], track: FaceTrack) -> list[Array]:
    """Carry the nearest key's delta by dense flow in a face space of 256 pixels, there and back."""
    small = _square(track)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow.setFinestScale(0)
    codes = [_codes(face_picture(clip.plate[t], small, t)) for t in clip.frames]
    places = grid(_SMALL, _SMALL).astype(np.float32)
    drawn = []
    for t, k in _nearest(clip, keys):
        way = places + cv2.GaussianBlur(flow.calc(codes[t], codes[k], None), (0, 0), 2)
        drawn.append(_back(clip, small, t, _cubic(face_picture(clip.delta[k], small, k), way)))
    return drawn


def by_network(clip: Clip, keys: Sequence[int], seconds: float) -> list[Array] | None:
    """Train a plain U-Net on the keys in plate space for so many CPU seconds (ours, not a vendor's tool).

    None where torch is not installed. 386,000 weights, crops of 128 pixels around the face, AdamW.
    """
    try:
        import torch
    except ImportError:
        return None
    from _deage_net import trained

    crop = _crop(clip)
    plates = np.stack([_cut(clip.plate[k], crop) for k in keys])
    deltas = np.stack([_cut(clip.delta[k], crop) for k in keys])
    mattes = np.stack([_cut(shown(clip, k), crop) for k in keys])
    torch.set_num_threads(1)
    net = trained(plates, deltas, mattes, seconds)
    drawn = []
    for t in clip.frames:
        full = np.zeros_like(clip.delta[t])
        full[crop[1] : crop[3], crop[0] : crop[2]] = net(_cut(clip.plate[t], crop))
        drawn.append(full * shown(clip, t)[..., None])
    return drawn


def _nearest(clip: Clip, keys: Sequence[int]) -> list[tuple[int, int]]:
    return [(t, min(keys, key=lambda k: abs(k - t))) for t in clip.frames]


def _square(track: FaceTrack) -> FaceTrack:
    study = study_track(track)
    share = _SMALL / study.size
    similarity = study.similarity * share
    similarity[:, :, 2] += (share - 1) / 2
    return replace(study, similarity=similarity, size=_SMALL, density=study.density * share)


def _back(clip: Clip, small: FaceTrack, frame: int, face: Array) -> Array:
    side = clip.recipe.side
    places = plate_places(small, frame, Box(0, 0, side, side)).astype(np.float32)
    return np.asarray(_cubic(face, places) * shown(clip, frame)[..., None], np.float32)


def _codes(face: Array) -> np.ndarray:
    soft = cv2.GaussianBlur(face, (0, 0), 0.8).mean(axis=-1).clip(0)
    return (np.clip(np.log2(1 + 16 * soft) / 4.1, 0, 1) * 255).astype(np.uint8)


def _cubic(picture: Array, place: Array) -> Array:
    return np.asarray(cv2.remap(picture, place[..., 0], place[..., 1], cv2.INTER_CUBIC), np.float32)


def _crop(clip: Clip) -> tuple[int, int, int, int]:
    any_skin = np.max([clip.matte(t) for t in clip.frames], axis=0) > 0
    rows, columns = np.flatnonzero(any_skin.any(axis=1)), np.flatnonzero(any_skin.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _cut(picture: Array, crop: tuple[int, int, int, int]) -> Array:
    return picture[crop[1] : crop[3], crop[0] : crop[2]]
