"""Cast a crowd: who plays which element, from which moment on, on which side, in which colours.

Every place of the layout is cast, taken or not, in the order of its rank. So nobody is recast when the
crowd gets denser, thinner or painted; and what chance decides is drawn from the ids alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.areas import Area
from photodouble.ops.crowd.choices import choices_by_state, radius_of, table_of
from photodouble.ops.crowd.dealing import Table, deal
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.draw import salt_of
from photodouble.ops.crowd.editing import Stack, apply_edits
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.look import Look
from photodouble.ops.crowd.neighbours import Hand, Seating
from photodouble.ops.crowd.states import draw_states, states_of
from photodouble.ops.crowd.timing import offsets, paces_of, speeds
from photodouble.ops.crowd.variation import vary
from photodouble_client.errors import ArtistError

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int32]
_DARKEST_CLOTH = 0.02
"""Cloth darker than this is not lit up further, because its grain would be too."""


@dataclass(frozen=True)
class WaveCast:
    """What is played while a wave has somebody up: `element` (N,) int32, -1 for who cannot; `mirror` (N,)."""

    state: str
    element: Whole
    mirror: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cast:
    """The casting of N agents as columns, in the agents' order.

    `element`: (N,) int32. `offset`: (N,) frames of the element at the take's first frame; `shift`: (N,)
    seconds, of the artist; `speed`: (N,) a factor. `mirror`: (N,) bool. `scale`: (N,). `gain`, `tint`:
    (N, 3); `tint_amount`: (N,). `state`: (N,) int32, in `states`. `present`: (N,) bool. `repeat`: (N,) int8,
    0 no copy near, 1 the same person near, 2 at the same time and side too. `foot`: (N, 3), with the nudges
    `moved` (N, 3), which count on every frame of who walks.
    `waves`: one for each state that a wave brings. `notes`: what the artist should know.
    """

    element: Whole
    offset: Numbers
    shift: Numbers
    speed: Numbers
    mirror: npt.NDArray[np.bool_]
    scale: Numbers
    gain: Numbers
    tint: Numbers
    tint_amount: Numbers
    state: Whole
    states: tuple[str, ...]
    present: npt.NDArray[np.bool_]
    repeat: npt.NDArray[np.int8]
    foot: Numbers
    moved: Numbers
    waves: tuple[WaveCast, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def copies(self) -> int:
        """Count the present people who have the same person near."""
        return int(np.count_nonzero(self.present & (self.repeat > 0)))

    @property
    def forced(self) -> int:
        """Count the present people who have the same person at the same time and side near."""
        return int(np.count_nonzero(self.present & (self.repeat > 1)))


def cast(
    agents: Agents,
    elements: Sequence[Element],
    document: CrowdDocument,
    *,
    seed: int = 0,
    thresholds: Numbers | None = None,
    viewpoint: npt.ArrayLike | None = None,
    state: str = "",
    in_step: bool = False,
) -> Cast:
    """Cast all places of a layout, the edits of the document included.

    `thresholds`: (N,) float64, the density asked for at every place; None takes fill or density of the
    area. `viewpoint`: (3,) metres, where the camera stands on the take's reference frame; elements are then
    chosen by the direction they face. `state`: what all play, whatever the document says. `in_step`:
    everybody moves at the same time. Raises ArtistError `input.bad_document` where an area or an edit names
    elements that are not there.
    """
    _check(agents, elements)
    areas = _areas(agents, document)
    if state:
        areas = [replace(area, states={state: 1.0}) for area in areas]
    table = table_of(elements, in_step=in_step)
    shares, plays, notes = _states(agents, areas, elements, seed)
    states = list(dict.fromkeys(name for weights in shares for name in weights))
    looks = [document.look_of(area.id) for area in areas]
    seating = _seating(agents, areas, looks, viewpoint)
    choices = choices_by_state(agents.area, plays, areas, states, elements, looks, shares=shares)
    stack = Stack.of(document.edits, agents, elements)
    hand = Hand.empty(len(agents))
    stack.hold(hand, table)
    grid = deal(_all(agents), seating, table, choices, hand, salt=salt_of("deal", seed), held=stack.is_held)
    played = apply_edits(stack, seating, table, choices, hand, grid, seed=seed)
    varied = _vary(agents, looks, seed)
    varied["tint"] /= _cloth(agents, elements, hand, looks)[:, None]
    asked = _asked(agents, areas) if thresholds is None else np.asarray(thresholds, np.float64)
    waves, wave_notes = _waves(agents, areas, document, elements, seating, table, hand, looks, seed)
    paces = paces_of(elements, hand) * varied["scale"] * played.scale
    columns: dict[str, npt.NDArray[Any]] = {
        "offset": np.zeros(len(agents)) if in_step else offsets(agents, table, hand, seed),
        "speed": np.ones(len(agents)) if in_step else speeds(agents, areas, paces, seed),
        "mirror": hand.mirror,
        **varied,
    }
    stack.keep(columns)
    return Cast(
        element=hand.element,
        offset=columns["offset"],
        shift=played.shift,
        speed=columns["speed"] * played.speed,
        mirror=columns["mirror"],
        scale=columns["scale"] * played.scale,
        gain=columns["gain"],
        tint=columns["tint"],
        tint_amount=columns["tint_amount"],
        state=_played(hand, elements, states, plays),
        states=tuple(states),
        present=(agents.rank < asked) & ~played.killed,
        repeat=hand.repeat,
        foot=agents.foot + played.moved,
        moved=played.moved,
        waves=waves,
        notes=(*notes, *wave_notes, *stack.notes),
    )


def _check(agents: Agents, elements: Sequence[Element]) -> None:
    if not elements:
        raise ArtistError(
            "input.bad_document",
            "There is nobody to cast",
            "The library of elements is empty.",
            "Film or ingest at least one element, then render again.",
        )
    if len(agents) and np.any(np.diff(agents.rank) < 0):
        raise ValueError("agents are not sorted by rank")


def _all(agents: Agents) -> npt.NDArray[np.int64]:
    return np.arange(len(agents), dtype=np.int64)


def _areas(agents: Agents, document: CrowdDocument) -> list[Area]:
    """Return the document's areas in the order of the agents' own list."""
    known = {area.id: area for area in document.areas}
    return [known[name] for name in agents.areas]


def _states(
    agents: Agents, areas: Sequence[Area], elements: Sequence[Element], seed: int
) -> tuple[list[dict[str, float]], Whole, list[str]]:
    """Return the weights of the states of every area, what everyone would play, and notes."""
    states: list[str] = []
    shares, notes = [], []
    state = np.zeros(len(agents), np.int32)
    for index, area in enumerate(areas):
        weights, note = states_of(area, elements)
        shares.append(weights)
        notes += [note] if note else []
        states += [name for name in weights if name not in states]
        rows = np.flatnonzero(agents.area == index)
        places = np.array([states.index(name) for name in weights], np.int32)
        state[rows] = places[draw_states(agents.ident[rows], weights, seed)]
    return shares, state, notes


def _played(hand: Hand, elements: Sequence[Element], states: list[str], asked: Whole) -> Whole:
    """Return what everyone plays in the end: who steps in for a copy, or is swapped, plays its own state."""
    known = [states.index(element.state) if element.state in states else -1 for element in elements]
    played = np.array(known, np.int32)[hand.element]
    return np.where(played < 0, asked, played).astype(np.int32)


def _seating(
    agents: Agents, areas: Sequence[Area], looks: Sequence[Look], viewpoint: npt.ArrayLike | None
) -> Seating:
    radius = np.array([radius_of(area, look) for area, look in zip(areas, looks, strict=True)])
    mirrors = np.array([look.mirror for look in looks], bool)
    return Seating(
        np.ascontiguousarray(agents.ident),
        np.ascontiguousarray(agents.rank, np.float64),
        np.ascontiguousarray(agents.foot, np.float64),
        np.asarray(radius[agents.area], np.float64),
        _wanted(agents, viewpoint),
        np.asarray(mirrors[agents.area], bool),
    )


def _wanted(agents: Agents, viewpoint: npt.ArrayLike | None) -> Numbers:
    """Return which way each element should face as the camera sees it, in degrees; NaN where all do."""
    if viewpoint is None:
        return np.full(len(agents), np.nan)
    towards = np.asarray(viewpoint, np.float64) - agents.foot
    return np.asarray(agents.facing - np.degrees(np.arctan2(towards[:, 0], towards[:, 2])))


def _asked(agents: Agents, areas: Sequence[Area]) -> Numbers:
    asked = np.array([getattr(area, "fill", getattr(area, "density", 1.0)) for area in areas], np.float64)
    return np.asarray(asked[agents.area])


def _cloth(agents: Agents, elements: Sequence[Element], hand: Hand, looks: Sequence[Look]) -> Numbers:
    """Return the brightness that everyone's cloth was filmed with, 1 where no palette says how it should be.

    Divided by it, a palette's colour is what the cloth becomes on the mean, dark or light as it was filmed.
    """
    filmed = np.array([max(element.cloth, _DARKEST_CLOTH) for element in elements], np.float64)
    asked = np.array([bool(look.palette) for look in looks] or [False])
    return np.where(asked[agents.area], filmed[hand.element], 1.0)


def _vary(agents: Agents, looks: Sequence[Look], seed: int) -> dict[str, Numbers]:
    count = len(agents)
    found = {
        "scale": np.ones(count),
        "gain": np.ones((count, 3)),
        "tint": np.ones((count, 3)),
        "tint_amount": np.zeros(count),
    }
    for index, look in enumerate(looks):
        rows = np.flatnonzero(agents.area == index)
        varied = vary(agents.ident[rows], look, seed)
        for key, column in found.items():
            column[rows] = getattr(varied, key)
    return found


def _waves(
    agents: Agents,
    areas: Sequence[Area],
    document: CrowdDocument,
    elements: Sequence[Element],
    seating: Seating,
    table: Table,
    hand: Hand,
    looks: Sequence[Look],
    seed: int,
) -> tuple[tuple[WaveCast, ...], list[str]]:
    """Cast everyone a second time for each state that waves bring: the same person where it was filmed so."""
    found, notes = [], []
    for name in dict.fromkeys(wave.state for wave in document.waves):
        reached = {wave.area for wave in document.waves if wave.state == name}
        only = [area.id in reached or "*" in reached for area in areas]
        choices = choices_by_state(
            agents.area, np.zeros(len(agents), np.int32), areas, [name], elements, looks
        )
        notes += [
            f"No element of the area {area.id!r} plays {name!r}, so the wave leaves it out."
            for index, area in enumerate(areas)
            if only[index] and choices.start[index] == choices.start[index + 1]
        ]
        rows = np.flatnonzero(np.asarray(only or [False], bool)[agents.area]).astype(np.int64)
        dealt = Hand.empty(len(agents))
        own = np.where(hand.element >= 0, table.person[hand.element], -1).astype(np.int32)
        deal(rows, seating, table, choices, dealt, salt=salt_of(f"wave {name}", seed), own=own)
        found.append(WaveCast(name, dealt.element, dealt.mirror))
    return tuple(found), notes
