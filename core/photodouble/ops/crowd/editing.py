"""Apply the stack of edits to a crowd that was dealt; nobody whom no edit names changes.

What a lock holds wins over the seed and over every edit of a region; an edit that names a locked person and
lies above the lock counts again. Kill and nudge count whether locked or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from photodouble.image.documents import bad_document
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.dealing import Choices, Hand, Seating, Table, deal
from photodouble.ops.crowd.draw import salt_of
from photodouble.ops.crowd.edits import Edit, Held, Region
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.names import name_of, rows_of
from photodouble.ops.crowd.polygons import inside

if TYPE_CHECKING:
    from photodouble.ops.crowd.cast import Cast

Rows = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Played:
    """What edits change beside the dealing: `moved` (N, 3) metres, `scale`, `speed` (N,) factors, `shift`
    (N,) seconds, `killed` (N,) bool."""

    moved: Numbers
    scale: Numbers
    speed: Numbers
    shift: Numbers
    killed: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stack:
    """Edits with the rows of the agents they change. `held`: what a locked row plays, its element first."""

    edits: Sequence[Edit]
    rows: Sequence[Rows]
    pools: Sequence[Sequence[int]]
    held: Mapping[int, tuple[int, Held]]
    is_held: npt.NDArray[np.bool_]
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, edits: Sequence[Edit], agents: Agents, elements: Sequence[Element]) -> Stack:
        """Find whom each edit changes; raises ArtistError `input.bad_document` for unknown elements."""
        found, unknown = _found(edits, agents)
        held: dict[int, tuple[int, Held]] = {}
        locked_by: dict[int, int] = {}
        for at, (edit, rows) in enumerate(zip(edits, found, strict=True)):
            for row, one in zip(rows.tolist(), edit.held, strict=False):
                if row >= 0:
                    held[row] = (_element(one.element, elements, f"edits[{at}].held"), one)
                    locked_by[row] = at
        pools = [_pool(edit, elements, f"edits[{at}]") for at, edit in enumerate(edits)]
        kept = [
            _free(edit, at, rows[rows >= 0], locked_by)
            for at, (edit, rows) in enumerate(zip(edits, found, strict=True))
        ]
        is_held = np.zeros(len(agents), bool)
        is_held[list(held)] = True
        lost = f"{unknown} names in the edits are of nobody in the layout; those edits wait for them."
        return cls(edits, kept, pools, held, is_held, (lost,) if unknown else ())

    def hold(self, hand: Hand, table: Table) -> None:
        """Put what the locks hold into the hand before anything is dealt."""
        for row, (element, held) in self.held.items():
            share = held.offset / table.length[element]
            hand.element[row] = element
            hand.bucket[row] = int(share % 1 * table.buckets[element])
            hand.mirror[row] = held.mirror

    def keep(self, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        """Put what the locks hold into the columns of the cast."""
        for row, (_, held) in self.held.items():
            for key, column in columns.items():
                if self.is_held[row]:
                    column[row] = getattr(held, key)


def apply_edits(
    stack: Stack, seating: Seating, table: Table, choices: Choices, hand: Hand, *, seed: int
) -> Played:
    """Apply the edits in their order; swap and redeal change the hand in place, around everybody else."""
    count = len(seating.ident)
    played = Played(
        np.zeros((count, 3)), np.ones(count), np.ones(count), np.zeros(count), np.zeros(count, bool)
    )
    for edit, rows, pool in zip(stack.edits, stack.rows, stack.pools, strict=True):
        if edit.do == "kill":
            played.killed[rows] = True
        elif edit.do == "nudge":
            played.moved[rows] += edit.by
            played.scale[rows] *= edit.scale
        elif edit.do == "retime":
            played.shift[rows] += edit.shift
            played.speed[rows] *= edit.speed
        elif edit.do in ("swap", "redeal") and len(rows):
            stack.is_held[rows] = False
            offered = choices if edit.do == "redeal" else _one_pool(count, pool)
            _deal_again(rows, seating, table, offered, hand, salt_of(f"{edit.do} {edit.seed}", seed))
    return played


def lock(agents: Agents, cast: Cast, elements: Sequence[Element], rows: Sequence[int]) -> Edit:
    """Return the edit that keeps these agents as they are now, whatever the seed becomes."""
    held = []
    for row in rows:
        element = elements[cast.element[row]]
        speed = float(cast.speed[row])
        colours = [[float(part) for part in column[row]] for column in (cast.gain, cast.tint)]
        held.append(
            Held(
                element.name,
                float(cast.offset[row] + cast.shift[row] * speed * element.rate),
                speed,
                bool(cast.mirror[row]),
                float(cast.scale[row]),
                (colours[0][0], colours[0][1], colours[0][2]),
                (colours[1][0], colours[1][1], colours[1][2]),
                float(cast.tint_amount[row]),
            )
        )
    return Edit("lock", tuple(name_of(agents, row) for row in rows), held=tuple(held))


def _deal_again(
    rows: Rows, seating: Seating, table: Table, choices: Choices, hand: Hand, salt: np.uint64
) -> None:
    hand.element[rows] = -1
    deal(np.sort(rows), seating, table, choices, hand, salt=salt)


def _one_pool(count: int, pool: Sequence[int]) -> Choices:
    return Choices(
        np.zeros(count, np.int32),
        np.array([0, len(pool)], np.int64),
        np.array(pool, np.int32),
        np.ones(len(pool)),
    )


def _found(edits: Sequence[Edit], agents: Agents) -> tuple[list[Rows], int]:
    """Find the rows of every edit, -1 for names of nobody, and count those."""
    names = list(dict.fromkeys(name for edit in edits for name in edit.agents))
    rows = rows_of(agents, names) if names else np.zeros(0, np.int64)
    place = dict(zip(names, rows.tolist(), strict=True))
    found = [
        np.array([place[name] for name in edit.agents], np.int64)
        if edit.region is None
        else _within(edit.region, agents)
        for edit in edits
    ]
    return found, int(np.count_nonzero(rows < 0))


def _within(region: Region, agents: Agents) -> Rows:
    chosen = np.ones(len(agents), bool)
    if region.area != "*":
        chosen = np.array([name == region.area for name in agents.areas] or [False])[agents.area]
    rows = np.flatnonzero(chosen)
    if region.polygon:
        rows = rows[inside(agents.foot[rows][:, [0, 2]], region.polygon)]
    return rows.astype(np.int64)


def _free(edit: Edit, at: int, rows: Rows, locked_by: Mapping[int, int]) -> Rows:
    """Leave out the locked, where this edit would change what the lock holds."""
    if edit.do in ("kill", "lock") or not locked_by:
        return rows
    if edit.do == "nudge" and edit.scale == 1:
        return rows
    above = [row not in locked_by or (edit.region is None and at > locked_by[row]) for row in rows.tolist()]
    return rows[np.array(above, bool)] if len(rows) else rows


def _pool(edit: Edit, elements: Sequence[Element], what: str) -> list[int]:
    if edit.do != "swap":
        return []
    pool = [index for index, element in enumerate(elements) if fnmatchcase(element.name, edit.element)]
    return pool or [_element(edit.element, elements, what)]


def _element(name: str, elements: Sequence[Element], what: str) -> int:
    for index, element in enumerate(elements):
        if element.name == name:
            return index
    names = ", ".join(sorted(element.name for element in elements)[:12])
    raise bad_document(
        "crowd", f"{what} takes the element {name!r}, which the library has not. It has {names}."
    )
