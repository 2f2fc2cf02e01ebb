"""What the editing programs add to OTIO in their own way, and what of it Photo Double does not carry out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import opentimelineio as otio

from .note import Note
from .schemas import ASIDE

_PROGRAMS = {"Resolve_OTIO": "DaVinci Resolve", "Hiero": "Hiero", "openrv": "OpenRV", "fcp_xml": "Final Cut"}


def dialect_notes(root: Any, where: str) -> tuple[Note, ...]:
    """Say which effects are not carried out: they stay in the cut, and the picture comes without them."""
    found: Counter[tuple[str, str]] = Counter()
    for effect in _effects(root):
        if isinstance(effect, otio.schema.TimeEffect) or ASIDE in effect.metadata:
            continue
        found[(_program(effect), _name(effect))] += 1
    programs: dict[str, list[str]] = {}
    for (program, name), count in sorted(found.items()):
        programs.setdefault(program, []).append(f"{name} ({count})" if count > 1 else name)
    return tuple(
        Note("unknown", where, f"Effects of {program} stay in the cut and are not drawn: {', '.join(names)}.")
        for program, names in programs.items()
    )


def _effects(root: Any) -> Iterator[Any]:
    if isinstance(root, otio.schema.SerializableCollection):
        for child in root:
            yield from _effects(child)
        return
    if isinstance(root, otio.schema.Timeline):
        root = root.tracks
    if not isinstance(root, otio.core.Item):
        return
    yield from root.effects
    if isinstance(root, otio.core.Composition):
        for item in root.find_children(otio.core.Item):
            yield from item.effects


def _program(effect: Any) -> str:
    for key, program in _PROGRAMS.items():
        if key in effect.metadata:
            return program
    return "the editing program"


def _name(effect: Any) -> str:
    held = effect.metadata.get("Resolve_OTIO")
    own = held.get("Effect Name", "") if hasattr(held, "get") else ""
    return str(own or effect.effect_name or effect.name or "an effect without a name")
