"""Make an element library of drawn people: walking, sitting, clapping and cheering, each a loop.

They stand in for filmed people in the demo and the tests: alpha, wardrobe matte, height, foot and loop are
known exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from photodouble.demo.figure_draw import OFFSETS, draw
from photodouble.demo.figure_dress import Dressed, dress
from photodouble.demo.figure_motion import STANCE, STATES, STEP, joints_of
from photodouble.demo.figure_people import Person, person_numbered
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import Library, read_library, write_element

Card = npt.NDArray[np.float32]
Report = Callable[[int, int, str], None]
RATE = 25.0
_SHUTTER = 0.5
_CREW = 4
"""Figures drawn at once."""

_TALLEST = 1.30
"""How far hands and hats reach, as a share of the person's height."""

_VIEW = math.radians(4)
"""How far the camera looks down."""


@dataclass(frozen=True)
class Figure:
    """One drawn person who plays one state, seen from one side; `facing` as in `Element`."""

    person: Person
    state: str
    facing: float = 0.0

    @property
    def name(self) -> str:
        """Name the element."""
        turned = f"_{self.facing:.0f}" if self.facing else ""
        return f"{self.person.name}_{self.state}{turned}"

    @property
    def frames(self) -> int:
        """Count the frames of the loop."""
        return STATES[self.state].frames

    def cards(
        self, pixels_per_metre: float, shutter: float = _SHUTTER
    ) -> tuple[list[Card], tuple[float, float]]:
        """Draw the whole loop; return the cards (h, w, 5), all of one size, and the foot point on them."""
        frames, samples = self.frames, len(OFFSETS)
        open_for = (np.arange(samples) * 4 % samples + 0.5) / samples - 0.5
        moments = (np.arange(frames)[:, None] + shutter * open_for) / frames
        seen = _turned(self._dressed(moments.ravel()), self.facing)
        half, tall = 0.62 * self.person.height, _TALLEST * self.person.height
        size = (int(2 * half * pixels_per_metre), int((tall + 0.12) * pixels_per_metre))
        foot = (size[0] / 2, tall * pixels_per_metre)
        drawn = [
            _drawn(seen, slice(n * samples, (n + 1) * samples), size, foot, pixels_per_metre)
            for n in range(frames)
        ]
        return _trimmed(drawn, foot)

    def _dressed(self, moments: npt.NDArray[np.float64]) -> Dressed:
        joints = joints_of(self.person, self.state, moments)
        return dress(self.person, joints, seated=self.state.startswith("sit"))

    def element(self, cards: Sequence[Card], foot: tuple[float, float], pixels_per_metre: float) -> Element:
        """Say the facts of the drawn cards."""
        seated, walks = self.state.startswith("sit"), self.state == "walk"
        return Element(
            name=self.name,
            person=self.person.name,
            state=self.state,
            rate=RATE,
            frames=len(cards),
            size=(cards[0].shape[1], cards[0].shape[0]),
            foot=foot,
            height=round(self.person.height * (0.77 if seated else 1.0), 3),
            pixels_per_metre=pixels_per_metre,
            facing=self.facing,
            loop_first=0,
            loop_last=len(cards) - 1,
            has_wardrobe=True,
            identifiable=False,
            source="drawn",
            pace=round(STEP * self.person.height * RATE / (STANCE * len(cards)), 4) if walks else 0.0,
        )


def people(
    count: int, states: Sequence[str], *, facings: Sequence[float] = (0.0,), seed: int = 0
) -> list[Figure]:
    """Cast `count` people, each in every state, and each turned another way."""
    cast = [person_numbered(number, seed) for number in range(count)]
    return [
        Figure(person, state, facings[(number + index) % len(facings)])
        for number, person in enumerate(cast)
        for index, state in enumerate(states)
    ]


def write_figures(
    folder: Path,
    figures: Sequence[Figure] | None = None,
    *,
    height: int = 120,
    report: Report | None = None,
) -> Library:
    """Draw figures into a library; without any: 24 people, one state each. `height`: pixels for 1.75 m.

    `report` is told (done, of, note) and may raise to stop; elements that are done stay.
    """
    wanted = list(figures) if figures is not None else _mixed(24)
    pixels_per_metre = height / 1.75
    with ThreadPoolExecutor(max_workers=_CREW) as crew:
        waiting = {n: crew.submit(wanted[n].cards, pixels_per_metre) for n in range(min(_CREW, len(wanted)))}
        for index, figure in enumerate(wanted):
            cards, foot = waiting.pop(index).result()
            if index + _CREW < len(wanted):
                waiting[index + _CREW] = crew.submit(wanted[index + _CREW].cards, pixels_per_metre)
            write_element(folder, figure.element(cards, foot, pixels_per_metre), cards)
            if report is not None:
                report(index + 1, len(wanted), "drawing people")
    return read_library(folder)


def _mixed(count: int) -> list[Figure]:
    states = ("sit", "sit_clap", "cheer", "idle", "clap", "walk")
    facings = {"walk": (90.0, 0.0, 180.0, -90.0), "sit": (0.0, 20.0, -25.0)}
    found = []
    for number in range(count):
        state = states[number % len(states)]
        turns = facings.get(state, (0.0, 15.0, -15.0))
        found.append(Figure(person_numbered(number), state, turns[number // len(states) % len(turns)]))
    return found


def _drawn(
    seen: Dressed, moments: slice, size: tuple[int, int], foot: tuple[float, float], scale: float
) -> Card:
    card = np.zeros((size[1], size[0], 5), np.float32)
    draw(
        seen.parts[moments],
        seen.looks,
        seen.lumps[moments],
        np.array(OFFSETS, np.float32),
        scale,
        np.array(foot, np.float32),
        card,
    )
    return card


def _turned(dressed: Dressed, facing: float) -> Dressed:
    """Turn a figure around the up axis, and tip it as the camera looks down on it."""
    angle = math.radians(facing)
    across = np.array(
        [[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]]
    )
    down = np.array(
        [[1, 0, 0], [0, math.cos(_VIEW), -math.sin(_VIEW)], [0, math.sin(_VIEW), math.cos(_VIEW)]]
    )
    turn = (down @ across).astype(np.float32)
    parts, lumps = dressed.parts.copy(), dressed.lumps.copy()
    for first in (0, 3, 8, 12):
        parts[..., first : first + 3] = parts[..., first : first + 3] @ turn.T
    lumps[..., :3] = lumps[..., :3] @ turn.T
    return Dressed(parts, dressed.looks, lumps)


def _trimmed(cards: list[Card], foot: tuple[float, float]) -> tuple[list[Card], tuple[float, float]]:
    """Cut all cards to what any of them shows."""
    shown = np.max([card[..., 3] for card in cards], axis=0) > 0
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    moved = (float(foot[0] - x0), float(foot[1] - y0))
    return [np.ascontiguousarray(card[y0:y1, x0:x1]) for card in cards], moved
