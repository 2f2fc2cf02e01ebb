"""What the study of a de-aged shot keeps: where the face is, and how calm its calm skin is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from photodouble.ops.deage.face import Face, FaceTrack, Kind
from photodouble.ops.operation import Scratch

TRACK, CALM, NETWORKS = "track", "calm", "networks"


def save_networks(scratch: Scratch, hashes: Mapping[str, str]) -> None:
    """Keep the sha256 of the networks that found the face, by name, for the take's manifest."""
    scratch.save(
        NETWORKS, 0, names=np.array(sorted(hashes)), hashes=np.array([hashes[one] for one in sorted(hashes)])
    )


def save_track(scratch: Scratch, track: FaceTrack) -> None:
    """Keep where the face is in every frame."""
    scratch.save(
        TRACK,
        0,
        frames=np.array(track.frames, np.int64),
        similarity=track.similarity,
        size=np.array(track.size),
        points=track.points,
        names=np.array(track.names, np.int64),
        valid=track.valid,
        told=np.array([track.kind, track.face.ident, track.face.performer]),
        troubles=np.array(track.troubles or [""] * len(track.frames)),
        scale=np.array([track.density, track.pixel_aspect]),
    )


def load_track(scratch: Scratch) -> FaceTrack:
    """Return where the face is in every frame."""
    kept = scratch.load(TRACK, 0)
    kind, ident, performer = (str(one) for one in kept["told"])
    return FaceTrack(
        frames=tuple(int(frame) for frame in kept["frames"]),
        similarity=kept["similarity"],
        size=int(kept["size"]),
        points=kept["points"],
        names=tuple(int(name) for name in kept["names"]),
        valid=kept["valid"],
        kind=cast(Kind, kind),
        face=Face(ident, performer),
        troubles=tuple(str(one) for one in kept["troubles"]),
        density=float(kept["scale"][0]),
        pixel_aspect=float(kept["scale"][1]),
    )
