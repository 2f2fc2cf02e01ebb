"""Whether pores and grain of the plate are still there, and whether they are the plate's own.

The *fine band* is what of the brightness (log2) is finer than 0.4 % of the face's width. What it ought to be
is that of the true result: the plate plus the true delta, so with the plate's own grain (to hold it against
the plate alone would be wrong: ageing roughens skin, and taking that off is right). Three figures, all 1
when right, told over skin of the frames that nobody painted:

- `fine_ratio`: the band's rms beside the true result's. Blur lowers it.
- `fine_kept`: how much of the true result's band is found in its place (regression). Blur with new grain laid
  on passes the ratio and fails here.
- `fine_refilmed`: the rms beside that of the young face *filmed again*, with grain of its own: what a camera
  would have made of it. The plate's grain is that of darker wrinkles, so a little less than 1 is right even
  for the truth, whose own figure is told as `fine_refilmed_truth`.
- `fine_flutter`: the rms of its change from frame to frame beside the true result's: the grain's spectrum in
  time.

`fine_ratio_plate` is the plain ratio to the plate. `softened` and `regrained` are the planted faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from _deage_clip import Array, Clip
from _deage_measures import PORES, bands
from _deage_score import shown

_SKIN = 0.9
_OTHER_GRAIN = 78


def grain(
    clip: Clip, results: Sequence[Array] | Mapping[int, Array], frames: Sequence[int]
) -> dict[str, float]:
    """Compare the fine band of results with that of the truth on frames, some of them neighbours."""
    sums = dict.fromkeys(("ours", "true", "plate", "both", "again", "our_change", "true_change"), 0.0)
    before: tuple[int, Array, Array] | None = None
    for t in frames:
        skin = clip.matte(t) > _SKIN
        ours, true = fine(clip, results[t]), fine(clip, truth(clip, t))
        pairs = {
            "ours": (ours, ours),
            "true": (true, true),
            "both": (ours, true),
            "plate": (fine(clip, clip.plate[t]),) * 2,
            "again": (fine(clip, clip.filmed(t, _OTHER_GRAIN, young=True)),) * 2,
        }
        if before is not None and t - before[0] == 1:
            pairs |= {"our_change": (ours - before[1],) * 2, "true_change": (true - before[2],) * 2}
        for name, (one, other) in pairs.items():
            sums[name] += float((one * other)[skin].sum())
        before = (t, ours, true)

    def rms(one: str, other: str) -> float:
        return round(float(np.sqrt(sums[one] / sums[other])), 4) if sums[other] > 0 else float("nan")

    return {
        "fine_ratio": rms("ours", "true"),
        "fine_kept": round(sums["both"] / sums["true"], 4),
        "fine_refilmed": rms("ours", "again"),
        "fine_refilmed_truth": rms("true", "again"),
        "fine_flutter": rms("our_change", "true_change"),
        "fine_ratio_plate": rms("ours", "plate"),
    }


def passes(found: Mapping[str, float]) -> bool:
    """Whether pores and grain are left as they were, and are the plate's."""
    return all(PORES[0] <= found[name] <= PORES[1] for name in ("fine_ratio", "fine_kept"))


def fine(clip: Clip, picture: Array) -> Array:
    """Give the fine band (H, W) of a picture, in stops."""
    return bands(picture, clip.recipe.face_px)[1]


def truth(clip: Clip, frame: int) -> Array:
    """Give the plate with the true delta, (H, W, 3)."""
    return np.asarray(clip.plate[frame] + clip.delta[frame] * shown(clip, frame)[..., None], np.float32)


def softened(picture: Array, sigma: float = 0.35) -> Array:
    """Blur a little what has to fail."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def regrained(clip: Clip, frame: int) -> Array:
    """Blur the truth's own pores and grain away and lay new ones of the same strength on."""
    true = truth(clip, frame)
    soft = np.asarray(cv2.GaussianBlur(true, (0, 0), 2.0), np.float32)
    gone = true - soft
    other = np.random.default_rng((5, frame)).permutation(gone.reshape(-1, 3)).reshape(gone.shape)
    other = cv2.GaussianBlur(other, (0, 0), 0.7)
    return np.asarray(soft + other * (gone.std() / other.std()), np.float32)
