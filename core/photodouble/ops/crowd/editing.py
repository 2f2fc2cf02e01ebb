"""Apply the stack of edits to a crowd that was dealt; nobody whom no edit names changes.

What a lock holds wins over the seed and over every edit of a region; an edit that names a locked person and
lies above the lock counts again. Kill and nudge count whether locked or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from photodouble.image.documents import bad_document
from photodouble.ops.crowd.agents import Agents
from photodouble.ops.crowd.dealing import Choices, Table, deal
from photodouble.ops.crowd.draw import salt_of
from photodouble.ops.crowd.edits import FACTOR, LATEST, Edit, Held, Region
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.names import name_of, rows_of
from photodouble.ops.crowd.neighbours import Grid, Hand, Seating
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
    """Edits with the rows of the agents they name. `pools`: what each swap may take, as element indices.

    `held`: what a locked row plays, its element first; `locked_by` (N,): the last edit that locks a row, -1
    without any.
    """

    edits: Sequence[Edit]
    rows: Sequence[Rows]
    pools: Sequence[Sequence[int]]
    held: Mapping[int, tuple[int, Held]]
    locked_by: Rows
    notes: tuple[str, ...] = ()

    @property
    def is_held(self) -> npt.NDArray[np.bool_]:
        """Tell who plays what a lock holds, (N,) bool."""
        return self.locked_by >= 0

    @classmethod
    def of(cls, edits: Sequence[Edit], agents: Agents, elements: Sequence[Element]) -> Stack:
        """Find whom each edit names; raises ArtistError `input.bad_document` for unknown elements."""
        found, unknown = _found(edits, agents)
        held: dict[int, tuple[int, Held]] = {}
        locked_by = np.full(len(agents), -1, np.int64)
        for at, (edit, rows) in enumerate(zip(edits, found, strict=True)):
            for row, one in zip(rows.tolist(), edit.held, strict=False):
                if row >= 0:
                    held[row] = (_element(one.element, elements, f"edits[{at}].held"), one)
                    locked_by[row] = at
        pools = [_pool(edit, elements, f"edits[{at}]") for at, edit in enumerate(edits)]
        rows_there = [np.unique(rows[rows >= 0]) for rows in found]
        lost = f"{unknown} names in the edits are of nobody in the layout; those edits wait for them."
        return cls(edits, rows_there, pools, held, locked_by, (lost,) if unknown else ())

    def free(self, at: int) -> Rows:
        """Return whom an edit may change of what a lock holds: all but those locked against it."""
        rows, below = self.rows[at], self.locked_by[self.rows[at]]
        return rows[(below < 0) | ((below < at) & (self.edits[at].region is None))]

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
                if self.locked_by[row] >= 0:
                    column[row] = getattr(held, key)


def apply_edits(
    stack: Stack, seating: Seating, table: Table, choices: Choices, hand: Hand, grid: Grid, *, seed: int
) -> Played:
    """Apply the edits in their order; swap and redeal change the hand in place, around everybody else."""
    count = len(seating.ident)
    played = Played(
        np.zeros((count, 3)), np.ones(count), np.ones(count), np.zeros(count), np.zeros(count, bool)
    )
    for at, edit in enumerate(stack.edits):
        rows = stack.free(at)
        if edit.do == "kill":
            played.killed[stack.rows[at]] = True
        elif edit.do == "nudge":
            played.moved[stack.rows[at]] += edit.by
            played.scale[rows] = np.clip(played.scale[rows] * edit.scale, *FACTOR)
        elif edit.do == "retime":
            played.shift[rows] = np.clip(played.shift[rows] + edit.shift, -LATEST, LATEST)
            played.speed[rows] = np.clip(played.speed[rows] * edit.speed, *FACTOR)
        elif edit.do in ("swap", "redeal"):
            stack.locked_by[rows] = -1
            offered = choices if edit.do == "redeal" else _one_pool(count, stack.pools[at])
            salt = salt_of(f"{edit.do} {edit.seed}", seed)
            deal(rows, seating, table, offered, hand, salt=salt, grid=grid)
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


def _one_pool(count: int, pool: Sequence[int]) -> Choices:
    return Choices(
        np.zeros(count, np.int32),
        np.full(count, -1, np.int32),
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
        else region_rows(edit.region, agents)
        for edit in edits
    ]
    return found, int(np.count_nonzero(rows < 0))


def region_rows(region: Region, agents: Agents) -> Rows:
    """Return whose places lie in a region, (n,)."""
    chosen = np.ones(len(agents), bool)
    if region.area != "*":
        chosen = np.array([name == region.area for name in agents.areas] or [False])[agents.area]
    rows = np.flatnonzero(chosen)
    if region.polygon:
        rows = rows[inside(agents.foot[rows][:, [0, 2]], region.polygon)]
    return rows.astype(np.int64)


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
        "crowd",
        f"{what} takes the element {name!r}, which the library has not. It has {names}. Delete that edit in "
        "the file, or take the last one off with 'photodouble crowd edit FILE --undo'.",
    )
