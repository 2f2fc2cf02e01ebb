"""A wave over all areas goes from stand to stand, once around, not through all at the same time."""

from __future__ import annotations

from typing import Any

import numpy as np
from crowd_cast import filmed, made

from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.stage import stage

STANDS = {
    "east": (-90, [40, 0, 0]),
    "south": (180, [0, 0, 40]),
    "west": (90, [-40, 0, 0]),
    "north": (0, [0, 0, -40]),
}


def stadium(fill: float) -> CrowdDocument:
    areas: list[Any] = [
        {
            "id": name,
            "kind": "seats",
            "facing": facing,
            "origin": at,
            "sections": 2,
            "rows": 6,
            "seats": 20,
            "fill": fill,
        }
        | {"states": {"sit": 1}}
        for name, (facing, at) in STANDS.items()
    ]
    wave = {
        "area": "*",
        "state": "cheer",
        "period": 20.0,
        "width": 0.1,
        "start": 1001,
        "share": 1.0,
        "jitter": 0.0,
    }
    return CrowdDocument.from_json(
        {"schema": 1, "name": "stadium", "areas": areas, "waves": [wave]}, "crowd.json"
    )


def up_at(fill: float, frame: int) -> tuple[Any, Any]:
    document = stadium(fill)
    elements = [*filmed(6), *filmed(6, "cheer")]
    agents, found = made(document, elements)
    staged = stage(agents, found, elements, document, frame, rate=25.0, first=1001.0)
    cheers = np.array([elements[one].state == "cheer" for one in staged.element])
    return agents, staged.row[cheers]


def test_the_wave_is_in_one_stand_after_the_other() -> None:
    order = []
    for quarter in range(4, 8):
        agents, up = up_at(0.9, 1001 + round((quarter / 4 * 20 + 1.0) * 25))
        assert len(up) > 20
        names = {agents.areas[area] for area in agents.area[up]}
        assert len(names) == 1
        order += names
    start = order.index("north")
    assert order[start:] + order[:start] == ["north", "east", "south", "west"]


def test_the_wave_reaches_everybody_at_the_same_time_at_every_fill() -> None:
    (few, less), (many, more) = up_at(0.5, 1651), up_at(0.9, 1651)
    assert 0 < len(less) < len(more)
    assert set(few.ident[less]) <= set(many.ident[more])
