"""Throwing old takes away: planned first, done only when asked, never an approved, locked or used one."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import write_json
from .review import standings
from .standing import reasons_to_keep
from .store import PRUNED, Take, TakeStore

SCHEMA = 1


@dataclass(frozen=True)
class TakeSize:
    """How much a take holds in bytes, and how much of it no other take or cache shares."""

    total: int
    own: int

    def to_json(self, take: Take) -> dict[str, Any]:
        """Return the size of a take as plain JSON values."""
        return {"name": take.label, "bytes": self.total, "own_bytes": self.own}


@dataclass(frozen=True)
class PrunePlan:
    """What would go and what stays, each kept take with its reasons."""

    go: tuple[Take, ...]
    stay: tuple[tuple[Take, tuple[str, ...]], ...]

    @property
    def room(self) -> int:
        """The bytes that become free; measured now, so while the takes are there."""
        return sum(take_size(take).own for take in self.go)

    def to_json(self, room: int, *, is_done: bool) -> dict[str, Any]:
        """Return what goes and what stays as plain JSON values; `room` was measured before."""
        return {
            "go": [take.label for take in self.go],
            "stay": {take.label: list(why) for take, why in self.stay},
            "bytes": room,
            "done": is_done,
        }


def plan_prune(store: TakeStore, *, keep: int = 1, shot: str = "") -> PrunePlan:
    """Plan to keep the newest `keep` finished takes of each shot, all that must stay, and their parents.

    A take with frames that no newer finished one has stays, too: a trial of two frames is newer than the
    whole shot, and is no reason to throw that away.
    """
    takes = store.all()
    reasons = dict(reasons_to_keep(store.root, takes))
    for take_id, review in standings(store).items():
        if review.approvals:
            reasons[take_id] += ("approved",)
    seen: dict[Path, int] = {}
    covered: dict[Path, set[int]] = {}
    for take in takes:
        if take.is_sealed:
            seen[take.folder.parent] = seen.get(take.folder.parent, 0) + 1
            if seen[take.folder.parent] <= keep:
                reasons[take.take_id] += ("newest",)
            elif keep and not covered[take.folder.parent].issuperset(take.request().range):
                reasons[take.take_id] += ("newest of some frames",)
            covered.setdefault(take.folder.parent, set()).update(take.request().range)
        if shot and take.request().shot != shot:
            reasons[take.take_id] += ("another shot",)
    _keep_parents(takes, reasons)
    go = tuple(take for take in takes if not reasons[take.take_id])
    stay = tuple((take, reasons[take.take_id]) for take in takes if reasons[take.take_id])
    return PrunePlan(go, stay)


def _keep_parents(takes: tuple[Take, ...], reasons: dict[str, tuple[str, ...]]) -> None:
    """Add the reason to every take that a kept one was made from, back to the first of the line."""
    by_id = {take.take_id: take for take in takes}
    kept = [take for take in takes if reasons[take.take_id]]
    while kept:
        child = kept.pop()
        parent = by_id.get(child.request().parent)
        if parent is None or parent is child:
            continue
        if not reasons[parent.take_id]:
            kept.append(parent)
        reasons[parent.take_id] += (f"parent of {child.label}",)


def prune(plan: PrunePlan) -> int:
    """Remove the takes of a plan and return the bytes that became free.

    A mark keeps each version number from being given again.
    """
    freed = 0
    for take in plan.go:
        freed += take_size(take).own
        mark = take.folder.with_name(take.folder.name + PRUNED)
        write_json(mark, {"schema": SCHEMA, "take": take.take_id})
        going = take.folder.with_name(f".going-{secrets.token_hex(6)}")
        take.folder.rename(going)
        shutil.rmtree(going, ignore_errors=True)
    return freed


def take_size(take: Take) -> TakeSize:
    """Measure a take on disk."""
    total = own = 0
    for path in take.folder.rglob("*"):
        if path.is_file():
            state = path.stat()
            total += state.st_size
            own += state.st_size if state.st_nlink == 1 else 0
    return TakeSize(total, own)


def sizes(takes: tuple[Take, ...]) -> Mapping[str, TakeSize]:
    """Measure several takes, by id."""
    return {take.take_id: take_size(take) for take in takes}
