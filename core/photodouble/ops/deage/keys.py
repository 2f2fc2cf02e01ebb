"""Painted keys: what the artist changed on a frame, as a delta over the plate.

Pixel centres lie at whole numbers of the plate's array; colours are scene-linear float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from photodouble.image.window import Box
from photodouble.ops.deage.face import Picture
from photodouble_client.errors import ArtistError

_MARGIN = 4
"""Pixels kept around the paint, so that it can be read between its pixels."""
_NEARLY_ALL = 0.95
_FEW_STEPS = 1024
_DARK = 0.01
"""Darker pixels tell nothing of a picture's colour space."""
_ALIKE = 0.3
"""A change of which less energy than this is not the same everywhere was made by no brush."""


@dataclass(frozen=True)
class PaintedKey:
    """What one painted frame holds.

    `delta` (h, w, 3) float32 = painted minus plate, for the plate's pixels in `box` (0 beyond);
    `shown` (h, w) float32 0 to 1 where this key has a say, None for everywhere: also where nothing was
    changed, "leave it" is then what the artist says.
    """

    frame: int
    box: Box
    delta: Picture
    shown: Picture | None = None


def painted_key(
    frame: int, before: Picture, after: Picture, *, shown: Picture | None = None, name: str = ""
) -> PaintedKey:
    """Take the paint off a frame: `before` and `after` (H, W, 3 or more) float32 in the plate's own space.

    Raises ArtistError where the two differ in size, where nothing was changed, or where colour space is
    plainly not the same (everything is changed by one curve).
    """
    label = name or f"The key of frame {frame}"
    if before.shape[:2] != after.shape[:2]:
        raise _bad_key(
            f"{label} is {_size(after)}, the plate {_size(before)} pixels.",
            "Paint on the plate's own frame, without cropping or scaling it.",
        )
    delta = np.asarray(after[..., :3], np.float32) - np.asarray(before[..., :3], np.float32)
    delta = np.where(np.isfinite(delta), delta, np.float32(0))
    if not delta.any():
        raise _bad_key(
            f"{label} is the same picture as the plate: there is no paint on it.",
            "Give the painted frame, or take this key away.",
        )
    if _is_other_space(before, after):
        raise _bad_key(
            f"{label} differs from the plate everywhere, as one in another colour space does.",
            "Save it in the plate's colour space, or let 'photodouble paint out' and 'paint in' take it out "
            "and back.",
        )
    return key_of_delta(frame, delta, shown=shown)


def given_key(frame: int, delta: Picture, *, shown: Picture | None = None) -> PaintedKey:
    """Take a delta (H, W, 3) that an artist gives; raises ArtistError where it holds nothing."""
    sound = np.where(np.isfinite(delta), delta, np.float32(0))
    if not sound.any():
        raise _bad_key(
            f"The delta of frame {frame} is black: nothing is added by it.",
            "Give the one that holds the change, or take this key away.",
        )
    return key_of_delta(frame, sound, shown=shown)


def key_of_delta(frame: int, delta: Picture, *, shown: Picture | None = None) -> PaintedKey:
    """Keep a delta (H, W, 3) as a key: cropped to what was changed."""
    box = _changed(delta, shown)
    rows, columns = box.slices_in(Box(0, 0, delta.shape[1], delta.shape[0]))
    kept = np.ascontiguousarray(delta[rows, columns, :3], np.float32)
    said = None if shown is None else np.ascontiguousarray(shown[rows, columns], np.float32)
    return PaintedKey(frame, box, kept, said)


def ordered(keys: Sequence[PaintedKey]) -> tuple[PaintedKey, ...]:
    """Put keys into the order of their frames; raises ArtistError for none and for two on one frame."""
    if not keys:
        raise _bad_key(
            "There is no painted key.",
            "Paint at least one frame; 'photodouble deage suggest-keys' names the best.",
        )
    row = tuple(sorted(keys, key=lambda key: key.frame))
    for one, following in pairwise(row):
        if one.frame == following.frame:
            raise _bad_key(f"Frame {one.frame} has two painted keys.", "Keep one of them.")
    return row


def _changed(delta: Picture, shown: Picture | None) -> Box:
    height, width = delta.shape[:2]
    touched = np.any(delta != 0, axis=-1)
    if shown is not None:
        touched |= shown > 0
    rows, columns = np.flatnonzero(touched.any(axis=1)), np.flatnonzero(touched.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    near = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1).grow(_MARGIN)
    return near.intersect(Box(0, 0, width, height))


def remarks(before: Picture, after: Picture, label: str) -> tuple[str, ...]:
    """Say what is odd about a painted frame that can be used."""
    said = []
    lost = int(np.count_nonzero(np.isfinite(before).all(axis=-1) & ~np.isfinite(after).all(axis=-1)))
    if lost:
        said.append(f"{label} holds no numbers in {lost} pixels: the plate stays there.")
    if _is_other_picture(before, after):
        said.append(
            f"{label} differs from the plate nearly everywhere, as one of another frame, one that was moved "
            "or one that was regrained does: all of that is carried as paint. Paint on the plate's own "
            "frame, or give what it was before the paint (--before)."
        )
    steps, real = _steps(after), _steps(before)
    if steps <= _FEW_STEPS and real > 2 * steps:
        said.append(
            f"{label} holds only {steps} steps of brightness, as one of 8 or 10 bits does: what it lost "
            "is carried as paint. Save it as EXR, or let 'photodouble paint out' and 'paint in' take it out "
            "and back."
        )
    return tuple(said)


def _is_other_space(before: Picture, after: Picture) -> bool:
    """Tell whether nearly every pixel was changed, and always alike.

    Alike is one curve for all values, or one mixture of the three colours, as other primaries are.
    """
    here, there = _seen(before, after)
    here, there = _lit(here, there)
    if not _is_changed_nearly_everywhere(here, there) or np.ptp(here) <= 0.05:
        return False
    flat, after_flat = here.reshape(-1), there.reshape(-1)
    curve = after_flat[np.argsort(flat, kind="stable")]
    if np.mean(np.abs(np.diff(curve))) < 0.02 * max(float(np.ptp(curve)), 1e-6):
        return True
    mixture = np.linalg.lstsq(here.astype(np.float64), there.astype(np.float64), rcond=None)[0]
    unlike = float(np.square(there - here @ mixture).sum())
    return unlike < _ALIKE * float(np.square(there - here).sum())


def _is_other_picture(before: Picture, after: Picture) -> bool:
    """Tell whether nearly every pixel was changed, as no brush does."""
    return _is_changed_nearly_everywhere(*_lit(*_seen(before, after)))


def _is_changed_nearly_everywhere(here: Picture, there: Picture) -> bool:
    changed = (np.abs(there - here) > 1e-3 + 0.01 * np.abs(here)).any(axis=1)
    return len(here) >= 20 and bool(changed.mean() >= _NEARLY_ALL)


def _lit(here: Picture, there: Picture) -> tuple[Picture, Picture]:
    """Leave those pixels (n, 3) out that are too dark to tell anything."""
    lit = (np.abs(here) > _DARK).any(axis=1)
    return here[lit], there[lit]


def _steps(picture: Picture) -> int:
    """Count the different values of green."""
    return len(np.unique(picture[::2, ::2, 1]))


def _seen(before: Picture, after: Picture) -> tuple[Picture, Picture]:
    """Return some pixels of both pictures, (n, 3) each, that are numbers in both."""
    here, there = before[::8, ::8, :3].reshape(-1, 3), after[::8, ::8, :3].reshape(-1, 3)
    finite = np.isfinite(here).all(axis=1) & np.isfinite(there).all(axis=1)
    return here[finite], there[finite]


def _size(picture: Picture) -> str:
    return f"{picture.shape[1]}x{picture.shape[0]}"


def _bad_key(message: str, fix: str) -> ArtistError:
    return ArtistError("input.bad_key", "A painted key cannot be used", message, fix)
