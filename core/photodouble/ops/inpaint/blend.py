"""Blend the candidates by what the ring says of them, softly: a hard choice flickers and gains nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from photodouble.ops.inpaint.candidates import Candidate
from photodouble.ops.inpaint.settings import Settings

REAL, BETWEEN, UNSEEN, PAINTED = 1, 2, 3, 4
_NEIGHBOURHOOD = 2.0


@dataclass(frozen=True)
class Blend:
    """The blended fill, its kind and expected squared error, its best source and the dense motion's share."""

    base: NDArray[np.float32]
    kind: NDArray[np.uint8]
    error: NDArray[np.float32]
    source: NDArray[np.int16]
    place: NDArray[np.float32]
    flow_share: NDArray[np.float32]


def blend(
    made: Mapping[str, Candidate],
    errors: Mapping[str, NDArray[np.float32]],
    painted: Collection[int],
    settings: Settings,
) -> Blend:
    """Weigh every candidate by (best error / its error) ** belief, per pixel.

    A pixel counts as real where candidates that saw it hold most of the weight, else as unseen; it is the
    artist's where its best source is one of the `painted` indices.
    """
    best = np.minimum.reduce(list(errors.values()))
    weights = {
        name: _part(name, made, settings) * (best / error) ** settings.belief
        for name, error in errors.items()
    }
    total = np.sum(list(weights.values()), axis=0)
    base = np.sum([(weights[name] / total)[..., None] * made[name].fill for name in made], axis=0)
    tested = np.sum([weights[name] / total * errors[name] for name in made], axis=0)
    source, place = _best_source(made, weights)
    believed = np.sum([weights[name] * made[name].seen for name in made], axis=0) / total
    real = (believed > 0.5) & (source >= 0)
    kind = np.where(real, np.where(np.isin(source, sorted(painted)), PAINTED, REAL), UNSEEN).astype(np.uint8)
    source = np.where(real, source, np.int16(-1))
    invented = np.maximum(tested, errors["still"]) if "still" in errors else tested
    error = np.where(real, 0.5 * (tested + _disagreement(made, tested)), invented)
    return Blend(
        base.astype(np.float32),
        kind,
        error.astype(np.float32),
        source,
        place,
        _flow_share(weights, best.shape),
    )


def _disagreement(made: Mapping[str, Candidate], otherwise: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give how far the moving candidates lie from the homography mean, squared, over a small neighbourhood.

    The ring cannot see a tree that crosses the middle of the matte; candidates that contradict each other
    there can. Half of it and half of the ring error is the true error on average (clips tuned on). Gives
    `otherwise` where there is nothing to compare.
    """
    others = [made[name].fill for name in ("flow", "median") if name in made]
    if "mean" not in made or not others:
        return otherwise
    squared = np.sum([((fill - made["mean"].fill) ** 2).mean(2) for fill in others], axis=0)
    return np.asarray(cv2.GaussianBlur(squared.astype(np.float32), (0, 0), _NEIGHBOURHOOD), np.float32)


def _part(name: str, made: Mapping[str, Candidate], settings: Settings) -> float:
    first = settings.flow_part if "again" in made else 1.0
    parts = {"flow": first, "median": settings.median_part, "mean": settings.mean_part}
    return parts.get(name, 1.0)


def _best_source(
    made: Mapping[str, Candidate], weights: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    first = next(iter(made.values()))
    source, place = np.full(first.source.shape, -1, np.int16), np.zeros_like(first.place)
    heaviest = np.full(source.shape, -1.0, np.float32)
    for name, candidate in made.items():
        better = candidate.seen & (weights[name] > heaviest)
        source[better], place[better] = candidate.source[better], candidate.place[better]
        heaviest[better] = weights[name][better]
    return source, place


def _flow_share(weights: Mapping[str, NDArray[np.float32]], shape: tuple[int, ...]) -> NDArray[np.float32]:
    planes = [weights[name] for name in ("median", "mean") if name in weights]
    dense = [weights[name] for name in ("flow", "again") if name in weights]
    if not dense:
        return np.zeros(shape, np.float32)
    if not planes:
        return np.ones(shape, np.float32)
    followed = np.sum(dense, axis=0)
    return np.asarray(followed / (followed + np.sum(planes, axis=0)), np.float32)
