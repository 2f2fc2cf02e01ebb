"""People for tests of the rasteriser: columns with plain values, and cards with exact shapes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from photodouble.ops.crowd.splats import Splats


def splats(foot: Any, height: Any, depth: Any, **columns: Any) -> Splats:
    """Make people of `height` pixels, for cards that are one metre tall; other columns as given."""
    foot = np.asarray(foot, np.float32).reshape(-1, 2)
    count = len(foot)
    tall = np.broadcast_to(np.asarray(height, np.float32), (count,))
    none = np.zeros(count, np.float32)
    plain = Splats(
        foot,
        np.stack([tall, none], 1),
        np.stack([none, -tall], 1),
        np.broadcast_to(np.asarray(depth, np.float32), (count,)).copy(),
        np.zeros(count, np.int32),
        np.zeros(count, bool),
        np.ones((count, 3), np.float32),
        np.ones((count, 3), np.float32),
        none,
        np.arange(count, dtype=np.int32),
        np.zeros(count, np.int32),
        np.zeros(count, np.int32),
        np.zeros((count, 2), np.float32),
        np.zeros((count, 2), np.float32),
        none,
    )
    return dataclasses.replace(plain, **{name: np.asarray(value) for name, value in columns.items()})


def figure(width: int = 64, height: int = 128, seed: int = 0) -> np.ndarray[Any, Any]:
    """Draw a body and a head with soft edges, premultiplied (h, w, 5), wardrobe on the body."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    u, v = x / width * 64, y / height * 128
    body = np.clip(1.5 - (np.hypot((u - 32) / (15 + seed % 4), (v - 80) / 46) - 1) * 12, 0, 1)
    head = np.clip(1.5 - (np.hypot((u - 32) / 10, (v - 22) / 14) - 1) * 8, 0, 1)
    alpha = np.maximum(body, head)
    texture = 0.6 + 0.4 * np.sin(u * (0.7 + 0.1 * seed)) * np.sin(v * 0.5)
    colour = np.array([0.2 + 0.15 * (seed % 5), 0.5, 0.8 - 0.1 * (seed % 6)])
    card = np.concatenate(
        [alpha[..., None] * texture[..., None] * colour, alpha[..., None], body[..., None]], -1
    )
    return card.astype(np.float32)
