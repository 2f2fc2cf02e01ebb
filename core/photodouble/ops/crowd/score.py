"""Tell how much a crowd repeats itself, who gives it away, and deal those people anew.

The score is 100 where nobody has a copy of themselves among their six nearest, and 0 where everybody has an
exact one: the same person, moment, side and colours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.cast import Cast
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.edits import Edit
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.names import name_of

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

NEAREST = 6
_PERSON, _MOMENT, _SIDE, _COLOUR = 0.6, 0.2, 0.1, 0.1
"""What each likeness adds to that of two people who are the same person."""

_APART = 0.5
"""Seconds after which two copies of a loop are not seen to move together."""

_FEW_PEOPLE = 4
_TRIES = 4


@dataclass(frozen=True)
class Offender:
    """A person with a copy near: both names, the element, how far apart in metres, and how alike, 0 to 1."""

    name: str
    copy: str
    element: str
    distance: float
    likeness: float


@dataclass(frozen=True)
class RepeatScore:
    """How much a crowd repeats itself.

    `score`: 0 to 100. `rate`: the share of all pairs of near people that show the same person; `chance`: what
    it would be without care. `exact`: how many people have a copy near that is alike in all. `forced`: how
    many had to be dealt one. `people`: who is there. `by_area`: the score of each. `worst`: worst first.
    `sentence`: all of it in words.
    """

    score: float
    rate: float
    chance: float
    exact: int
    forced: int
    people: int
    by_area: Mapping[str, float]
    worst: tuple[Offender, ...]
    sentence: str


@dataclass(frozen=True)
class _Pairs:
    """The M who are there, with their nearest: `row` (M,), `near` (M, k) rows, `away` (M, k) metres,
    `likeness` (M, k)."""

    row: Whole
    near: Whole
    away: Numbers
    likeness: Numbers

    @property
    def worst(self) -> Numbers:
        return np.asarray(self.likeness.max(axis=1, initial=0.0))


def repeat_score(agents: Agents, cast: Cast, elements: Sequence[Element], *, most: int = 10) -> RepeatScore:
    """Score a cast crowd, and name the `most` worst offenders."""
    pairs = _pairs(cast, elements)
    persons = np.array([_person(element) for element in elements])[cast.element[pairs.row]]
    shares = np.unique(persons, return_counts=True)[1] / max(len(persons), 1)
    worst = pairs.worst
    by_area = {
        name: _scored(worst[agents.area[pairs.row] == index])
        for index, name in enumerate(agents.areas)
        if np.any(agents.area[pairs.row] == index)
    }
    found = RepeatScore(
        score=_scored(worst),
        rate=float(np.mean(pairs.likeness > 0)) if pairs.likeness.size else 0.0,
        chance=float(np.sum(shares**2)),
        exact=int(np.count_nonzero(worst > 1 - _COLOUR / 2)),
        forced=cast.forced,
        people=len(pairs.row),
        by_area=by_area,
        worst=_offenders(pairs, agents, cast, elements, most),
        sentence="",
    )
    return _told(found, len(shares))


def redeal_worst(
    agents: Agents,
    elements: Sequence[Element],
    document: CrowdDocument,
    cast: Callable[[CrowdDocument], Cast],
    *,
    most: int = 1000,
) -> tuple[Edit, ...]:
    """Return edits that deal the worst offenders anew; put them on the document's stack.

    `cast` casts a document as the take does. Several deals are tried and the best is returned; none where no
    deal makes the crowd better.
    """
    before = cast(document)
    pairs = _pairs(before, elements)
    names = tuple(name_of(agents, row) for row in _to_change(pairs, before, most).tolist())
    if not names:
        return ()
    used = max((edit.seed for edit in document.edits if edit.do == "redeal"), default=0)
    best, found = float(np.sum(pairs.worst)), tuple[Edit, ...]()
    for seed in range(used + 1, used + 1 + _TRIES):
        edit = Edit("redeal", names, seed=seed)
        badness = float(np.sum(_pairs(cast(document.with_edits(edit)), elements).worst))
        if badness < best:
            best, found = badness, (edit,)
    return found


def _pairs(cast: Cast, elements: Sequence[Element]) -> _Pairs:
    row = np.flatnonzero(cast.present)
    count = min(NEAREST, len(row) - 1)
    if count < 1:
        empty = np.zeros((len(row), 0))
        return _Pairs(row, empty.astype(np.int64), empty, empty)
    away, near = cKDTree(cast.foot[row]).query(cast.foot[row], k=count + 1)
    away, near = _without_oneself(away, near)
    return _Pairs(row, row[near], away, _likeness(cast, elements, row, row[near]))


def _without_oneself(away: Numbers, near: Whole) -> tuple[Numbers, Whole]:
    """Drop everyone from their own list of nearest; where several stand on one spot, one who is farthest."""
    own = near == np.arange(len(near))[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (len(near), near.shape[1] - 1)
    return away[~own].reshape(shape), near[~own].reshape(shape)


def _likeness(cast: Cast, elements: Sequence[Element], row: Whole, near: Whole) -> Numbers:
    person = np.unique([_person(element) for element in elements], return_inverse=True)[1]
    element, other = cast.element[row][:, None], cast.element[near]
    alike = np.where(person[element] == person[other], _PERSON, 0.0)
    alike += np.where(element == other, _MOMENT * _in_time(cast, elements, row, near), 0.0)
    alike += np.where((element == other) & (cast.mirror[row][:, None] == cast.mirror[near]), _SIDE, 0.0)
    worn = cast.tint * cast.tint_amount[:, None] + 1 - cast.tint_amount[:, None]
    colour = np.abs(worn[row][:, None] - worn[near]).max(axis=2)
    alike += _COLOUR * np.clip(1 - colour / 0.3, 0, 1)
    return np.asarray(np.where(person[element] == person[other], alike, 0.0))


def _in_time(cast: Cast, elements: Sequence[Element], row: Whole, near: Whole) -> Numbers:
    rates = np.array([element.rate for element in elements], np.float64)
    lengths = np.array([max(one.loop_last - one.loop_first + 1, 1) for one in elements], np.float64)
    seconds = cast.offset / rates[cast.element] + cast.shift
    loop = (lengths / rates)[cast.element[row]][:, None]
    apart = np.abs(np.mod(seconds[row][:, None] - seconds[near] + loop / 2, loop) - loop / 2)
    return np.asarray(np.clip(1 - apart / _APART, 0, 1))


def _scored(worst: Numbers) -> float:
    return float(100 * (1 - np.mean(worst))) if len(worst) else 100.0


def _to_change(pairs: _Pairs, cast: Cast, most: int) -> Whole:
    """Choose the later one of every pair of copies, the most alike first."""
    copies = (pairs.likeness > 0) & (pairs.near < pairs.row[:, None])
    badness = np.where(copies, pairs.likeness, 0.0).sum(axis=1)
    order = np.argsort(-badness, kind="stable")
    chosen = pairs.row[order[badness[order] > 0][:most]]
    return np.sort(chosen[cast.present[chosen]])


def _offenders(
    pairs: _Pairs, agents: Agents, cast: Cast, elements: Sequence[Element], most: int
) -> tuple[Offender, ...]:
    if not pairs.likeness.size:
        return ()
    found: list[Offender] = []
    seen = set()
    nearness = pairs.likeness / np.maximum(pairs.away, 0.1)
    for place in np.argsort(-nearness, axis=None, kind="stable")[: 4 * most]:
        at, k = np.unravel_index(place, nearness.shape)
        row, near = int(pairs.row[at]), int(pairs.near[at, k])
        if nearness[at, k] <= 0 or len(found) == most:
            break
        if (near, row) in seen:
            continue
        seen.add((row, near))
        found.append(
            Offender(
                name_of(agents, row),
                name_of(agents, near),
                elements[cast.element[row]].name,
                float(pairs.away[at, k]),
                float(pairs.likeness[at, k]),
            )
        )
    return tuple(found)


def _told(score: RepeatScore, persons: int) -> RepeatScore:
    """Say the score in words, and what helps."""
    words = f"Repeat score {score.score:.0f} of 100 for {score.people} people of {persons} filmed: "
    words += (
        f"{100 * score.rate:.1f} % of neighbours are the same person (by chance {100 * score.chance:.1f} %)."
    )
    if score.forced:
        words += f" {score.forced} had to be dealt the same person at the same moment as a neighbour."
    if persons < _FEW_PEOPLE and score.people > NEAREST:
        words += " So few filmed people cannot hide it: film or ingest more."
    elif score.rate > 0.02:
        words += " Deal the worst anew, or film more people."
    return RepeatScore(**{**vars(score), "sentence": words})


def _person(element: Element) -> str:
    return element.person or element.name
