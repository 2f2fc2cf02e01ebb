"""What a result leaves of the performance, measured beside what the meter itself can tell.

Four pictures are compared with the plate: our result; the plate filmed again with other grain (what the meter
makes of nothing but noise); the true result (what becomes of the curves when only wrinkles go); and our
result with mouth and jaw moving a tenth less, which has to fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from _deage_clip import Array, Clip, acting
from _deage_score import shown

from photodouble.ops.deage.face import FaceTrack
from photodouble.ops.deage.performance import compared, velocities

_OTHER_GRAIN = 77
_MOUTH = ("mouth opening", "mouth width")


def performance(
    clip: Clip, track: FaceTrack, results: Sequence[Array], *, controls: bool = True
) -> dict[str, object]:
    """Compare our result, and the three controls where wanted, with the plate."""
    pictures: dict[str, Callable[[int], Array]] = {
        "ours": lambda t: results[t],
    }
    others: dict[str, Callable[[int], Array]] = {
        "floor": lambda t: clip.filmed(t, _OTHER_GRAIN),
        "truth": lambda t: clip.plate[t] + clip.delta[t] * shown(clip, t)[..., None],
        "damped": lambda t: damped(clip, t, results[t]),
    }
    if controls:
        pictures |= others
    plate = velocities(track, lambda t: clip.plate[t])
    found = {name: compared(plate, velocities(track, one)) for name, one in pictures.items()}
    told: dict[str, object] = {}
    for name, rows in found.items():
        moving = [one for one in rows if one.agreement is not None]
        told[f"moves_{name}"] = {one.name: [_short(one.agreement), _short(one.share)] for one in moving}
    ours = [one for one in found["ours"] if one.agreement is not None and one.name != "brows"]
    told["mouth_and_blink"] = _short(min((one.agreement or 0.0 for one in ours), default=None))
    told["performance_kept"] = all(one.is_kept for one in found["ours"])
    if controls:
        told["damped_is_found"] = any(not one.is_kept for one in found["damped"] if one.name in _MOUTH)
    return told


def damped(clip: Clip, frame: int, picture: Array, share: float = 0.9) -> Array:
    """Let mouth and jaw of a picture move less than the performer's."""
    act = acting(clip.recipe, frame)
    less = replace(act, smile=act.smile * share, jaw=act.jaw * share)
    place = clip.acted(frame, less)
    drawn = cv2.remap(picture, place[..., 0], place[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(drawn, np.float32)


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
