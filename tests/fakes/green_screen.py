"""Film drawn people on a stage with exact truth: green, blue, or in front of a set, with grain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.demo.figure_people import person_numbered
from photodouble.demo.figures import Figure
from photodouble.image.exr import write_planes
from photodouble.image.window import Box

Picture = npt.NDArray[np.float32]
GREEN, BLUE = (0.06, 0.36, 0.09), (0.05, 0.09, 0.42)
FIRST = 1001


@dataclass(frozen=True)
class Filmed:
    """One person on the stage: the cards of the loop, and where card pixel (0, 0) lies on each frame."""

    figure: Figure
    cards: list[Picture]
    foot: tuple[float, float]
    places: list[tuple[int, int]]

    def card(self, frame: int) -> Picture:
        return self.cards[frame % len(self.cards)]


@dataclass(frozen=True)
class Stage:
    """What was filmed, with its truth."""

    folder: Path
    size: tuple[int, int]
    pixels_per_metre: float
    people: list[Filmed]
    alphas: list[Picture]

    @property
    def plate(self) -> str:
        return str(self.folder / "plate.####.exr")


def backdrop(size: tuple[int, int], colour: tuple[float, float, float] | None) -> Picture:
    """Light a screen unevenly, or paint a set where there is none."""
    width, height = size
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    if colour is not None:
        lit = np.array(colour, np.float32) * (0.85 + 0.3 * across)
        return np.broadcast_to(lit, (height, width, 3)).astype(np.float32)
    rows, columns = np.indices((height, width)).astype(np.float32)
    brick = 0.16 + 0.05 * np.sin(rows / 5) * np.sin(columns / 11) + 0.04 * np.sin(columns / 3.1)
    return np.stack([brick * 1.2, brick, brick * 0.8], axis=-1).astype(np.float32)


def film(
    folder: Path,
    cast: Sequence[tuple[int, str, float]],
    *,
    frames: int = 48,
    size: tuple[int, int] = (360, 170),
    pixels_per_metre: float = 70.0,
    screen: tuple[float, float, float] | None = GREEN,
    grain: float = 1.0,
    walk: float = 0.0,
    spacing: float = 1.0,
    with_alpha: bool = False,
    only_alpha: bool = False,
) -> Stage:
    """Film a cast of (person, state, facing) side by side; `walk` is pixels a frame to the right."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = size
    behind = backdrop(size, screen)
    people = []
    for index, (number, state, facing) in enumerate(cast):
        cards, foot = Figure(person_numbered(number), state, facing).cards(pixels_per_metre)
        middle = width / 2 + (index - (len(cast) - 1) / 2) * spacing * width / len(cast)
        places = [
            (round(middle - foot[0]) + round(walk * (frame - frames // 2)), round(height - 12 - foot[1]))
            for frame in range(frames)
        ]
        people.append(Filmed(Figure(person_numbered(number), state, facing), cards, foot, places))
    dice = np.random.default_rng(4)
    alphas = []
    for frame in range(frames):
        picture, alpha = behind.copy(), np.zeros((height, width), np.float32)
        for one in people:
            _lay(picture, alpha, one.card(frame), one.places[frame])
        level = 0.003 + 0.008 * np.sqrt(np.maximum(picture, 0))
        picture += (grain * level * dice.normal(0, 1, picture.shape)).astype(np.float32)
        alphas.append(alpha)
        planes = {name: picture[..., index] for index, name in enumerate("RGB")}
        if with_alpha or only_alpha:
            planes["A"] = alpha
        if only_alpha:
            planes.update({name: planes[name] * alpha for name in "RGB"})
        window = Box(0, 0, width, height)
        write_planes(folder / f"plate.{FIRST + frame}.exr", planes, data_window=window, display_window=window)
    return Stage(folder, size, pixels_per_metre, people, alphas)


def _lay(picture: Picture, alpha: Picture, card: Picture, place: tuple[int, int]) -> None:
    x, y = place
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + card.shape[1], picture.shape[1]), min(y + card.shape[0], picture.shape[0])
    part = card[y0 - y : y1 - y, x0 - x : x1 - x]
    there = (slice(y0, y1), slice(x0, x1))
    picture[there] = picture[there] * (1 - part[..., 3:4]) + part[..., :3]
    alpha[there] = alpha[there] * (1 - part[..., 3]) + part[..., 3]
