"""Which few frames a preview looks at: around the wanted one, and of clean plates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

OFFSETS = (1, 4, 11, 26)
"""Frames away on each side. They spread out: what is hidden now is mostly seen some frames away."""
CLEAN = 6
"""So many frames of a clean plate are tried, spread over its length; a take tries more."""
PAINTED = 2
"""So many of the nearest frames that the artist painted are looked at, too."""

GUIDED = 3
"""So many of the nearest frames that the artist drew lines on are looked at, too."""


def frames_around(frame: int, allowed: Iterable[int], reach: int) -> tuple[int, ...]:
    """Return those of the allowed frames that a preview looks at, in order, the wanted one included.

    Where a frame is not allowed, or the shot ends, the nearest one that is takes its place.
    """
    near = sorted(other for other in set(allowed) if 0 < abs(other - frame) <= max(reach, 0))
    chosen: set[int] = set()
    for offset in (sign * distance for distance in OFFSETS for sign in (1, -1)):
        left = [other for other in near if other not in chosen]
        if left:
            chosen.add(min(left, key=lambda other: (abs(other - frame - offset), abs(other - frame), other)))
    return tuple(sorted({*chosen, *({frame} & set(allowed))}))


def painted_around(frame: int, painted: Iterable[int], reach: int) -> tuple[int, ...]:
    """Return the painted frames that help the wanted one: the nearest few, and itself."""
    near = sorted((one for one in painted if abs(one - frame) <= reach), key=lambda one: abs(one - frame))
    return tuple(sorted(near[: PAINTED + 1]))


def guided_around(frame: int, guided: Iterable[int], allowed: Iterable[int], reach: int) -> tuple[int, ...]:
    """Return those of the frames with drawn lines that a preview looks at, too: the nearest few."""
    near = sorted({*guided} & {*allowed}, key=lambda one: (abs(one - frame), one))
    return tuple(sorted([one for one in near if abs(one - frame) <= reach][:GUIDED]))


def few_of(frames: Sequence[int]) -> tuple[int, ...]:
    """Return at most a few frames of a clean plate, spread evenly over its length."""
    if len(frames) <= CLEAN:
        return tuple(frames)
    return tuple(frames[(2 * part + 1) * len(frames) // (2 * CLEAN)] for part in range(CLEAN))
