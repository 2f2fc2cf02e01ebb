"""A crowd handed on as points: the columns alone say, on any frame, which card of whom everybody shows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from crowd_shot import CARD, FIRST, card, crowd_file, element, request, write_ground

from photodouble.engine.crowd_points import crowd_asked_for, points_of_request
from photodouble.image.files import read_picture
from photodouble.ops.crowd.library import write_element
from photodouble.ops.crowd.stage import stage
from photodouble.ops.operation import Reporter

INTRO = 2
WAVES = [
    {"area": "*", "state": "cheer", "period": 2, "width": 0.3, "start": FIRST - 9, "rounds": 3},
    {
        "area": "field",
        "state": "cheer",
        "period": 1,
        "width": 0.4,
        "start": FIRST + 30,
        "direction": "at_once",
    },
]


def write_waving(ground: Path) -> None:
    """Let people of their own loop cheer: two cards to get up, three to go round."""
    for number in range(2):
        one = dataclasses.replace(
            element(f"fan_{number}", state="cheer"), rate=25.0, frames=5, loop_first=INTRO, loop_last=4
        )
        write_element(ground / "people", one, [card(number, frame) for frame in range(5)])
    crowd_file(ground / "crowd.json", states={"idle": 1})
    stored = json.loads((ground / "crowd.json").read_text())
    (ground / "crowd.json").write_text(json.dumps({**stored, "waves": WAVES}))


def points(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    facts, whole = json.loads(file.read_text()), file.with_name("people.bin").read_bytes()
    columns = {}
    for one in facts["columns"]:
        column = np.frombuffer(whole[one["start"] : one["start"] + one["bytes"]], one["type"])
        columns[one["name"]] = column.reshape(-1, one["wide"]) if one["wide"] > 1 else column
    return facts, columns


def shown(facts: dict[str, Any], columns: dict[str, Any], time: int) -> tuple[Any, Any, Any]:
    """Reckon as a 3D program does: element, tile and side of everybody, so many frames after the first."""
    intro = np.array([one["intro"] for one in facts["elements"]])
    loop = np.array([one["tiles"] for one in facts["elements"]]) - intro
    element, mirror = columns["element"].copy(), columns["mirror"].copy()
    tile = intro[element] + (columns["offset"] + columns["pace"] * time + 1e-4) % loop[element]
    for number in range(1, len(facts["waves"]) + 1):
        of = {name: columns[f"wave{number}_{name}"] for name in ("at", "period", "up", "rounds", "pace")}
        since = time - of["at"]
        lap = np.floor(since / of["period"])
        up = since - lap * of["period"]
        joins = (lap >= 0) & (lap < of["rounds"]) & (up < of["up"])
        risen, at = columns[f"wave{number}_element"], up * of["pace"] + 1e-4
        around = intro[risen] + (at - intro[risen]) % loop[risen]
        element = np.where(joins, risen, element)
        tile = np.where(joins, np.where(at < intro[risen], at, around), tile)
        mirror = np.where(joins, columns[f"wave{number}_mirror"], mirror)
    return element, np.floor(tile).astype(int), mirror


def test_columns_say_what_everybody_shows_on_every_frame(tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    write_waving(ground)
    asked = request(ground, tmp_path / "takes").to_json()
    written = points_of_request(asked, tmp_path / "people", Reporter())
    facts, columns = points(written.file)
    crowd = crowd_asked_for(asked, Reporter())
    elements, up = crowd.scene.library.elements, 0
    first = {one["name"]: one["intro"] for one in facts["elements"]}
    for time in range(0, 200, 3):
        staged = stage(
            crowd.agents, crowd.cast, elements, crowd.scene.document, FIRST + time,
            rate=crowd.scene.rate, first=crowd.scene.first,
        )  # fmt: skip
        element, tile, mirror = shown(facts, columns, time)
        names = [facts["elements"][one]["name"] for one in element]
        assert names == [elements[one].name for one in staged.element], time
        starts = [elements[one].loop_first - first[elements[one].name] for one in staged.element]
        assert (tile + starts == staged.frame).all(), time
        assert (mirror == staged.mirror).all(), time
        up += sum(name.startswith("fan") for name in names)
    assert up > 50 and facts["waves"] == ["cheer", "cheer"]


def test_who_gets_up_has_the_cards_before_the_loop_as_tiles(tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    write_waving(ground)
    asked = request(ground, tmp_path / "takes").to_json()
    facts, _ = points(points_of_request(asked, tmp_path / "people", Reporter()).file)
    fan = next(one for one in facts["elements"] if one["name"].startswith("fan"))
    man = next(one for one in facts["elements"] if one["name"].startswith("man"))
    assert (fan["tiles"], fan["intro"], man["tiles"], man["intro"]) == (5, INTRO, 3, 0)
    for tile in range(5):
        picture = read_picture(Path(fan["cards"].replace("<UDIM>", str(1001 + tile))))
        blue = next(plane for plane in picture.planes if plane.name == "B").pixels[CARD[0] // 2, CARD[1] // 2]
        assert abs(float(blue) - (0.1 + 0.05 * tile)) < 1e-3
