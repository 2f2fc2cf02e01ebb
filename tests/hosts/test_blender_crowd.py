"""Crowds in Blender: drawn there, dealt by the engine, shown as points, changed by people's names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blender_planes import planes_of
from crowd_shot import FIRST, crowd_file, write_ground

from photodouble.ops.crowd.camera import Screen
from photodouble.ops.crowd.camera_files import camera_from_json

pytestmark = pytest.mark.blender

InBlender = Callable[..., dict[str, Any]]
RENDERS = (
    {"resolution_x": 1920, "resolution_y": 1080},
    {"resolution_x": 720, "resolution_y": 1280},
    {"resolution_x": 960, "resolution_y": 540, "pixel_aspect_x": 2.0},
)
LENSES = (
    {"lens": 35.0, "sensor_fit": "AUTO", "shift_x": 0.1, "shift_y": -0.05},
    {"lens": 50.0, "sensor_fit": "HORIZONTAL", "sensor_width": 24.9, "shift_x": -0.2},
    {"lens": 28.0, "sensor_fit": "VERTICAL", "sensor_height": 18.7, "shift_y": 0.15},
)


def inputs_of(ground: Path, **more: str) -> dict[str, Any]:
    """Say what an artist fills in for the small crowd."""
    plate = {
        "plate": str(ground / f"plate/plate.{FIRST}.exr"),
        "library": str(ground / "people/library.json"),
    }
    return {
        "operation": "crowd",
        "inputs": {**plate, **more},
        "shot": {"takes_root": str(ground / "takes ü")},
    }


def test_a_point_has_the_same_pixel_in_both_cameras(in_blender: InBlender) -> None:
    settings = [
        {"lens": lens, "render": {"pixel_aspect_x": 1.0, **render}, "unit": unit}
        for lens in LENSES
        for render in RENDERS
        for unit in (1.0, 0.01)
    ]
    found = in_blender("crowd", about="cameras", cameras=settings)["found"]
    assert len(found) == 18
    for setting, one in zip(settings, found, strict=True):
        render = setting["render"]
        wide, tall = render["resolution_x"], render["resolution_y"]
        move, screen = camera_from_json(one["document"]), Screen(wide, tall, render["pixel_aspect_x"])
        assert move.moves
        for frame, seen in one["seen"].items():
            pixels, depth = move.at(1000 + int(frame)).see(np.array(one["points"]), screen)
            blender = np.array(seen)
            wanted = np.stack([blender[:, 0] * wide, (1 - blender[:, 1]) * tall], axis=1)
            assert np.abs(pixels - wanted).max() < 0.02, (setting, frame)
            assert depth / setting["unit"] == pytest.approx(blender[:, 2], rel=1e-4)
    mirrored = np.array(found[0]["points"]) * (1, 1, -1)
    wrong = camera_from_json(found[0]["document"]).at(1001).see(mirrored, Screen(1920, 1080))[0]
    assert np.abs(wrong - [[p[0] * 1920, (1 - p[1]) * 1080] for p in found[0]["seen"]["1"]]).max() > 50


def test_a_crowd_is_drawn_shown_changed_saved_and_read_again(in_blender: InBlender, tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    blend = str(tmp_path / "crowd ü.blend")
    found = in_blender("crowd", about="crowd", blend=blend, **inputs_of(ground))
    assert found["areas"].startswith("2 areas with "), found["areas"]
    stored = json.loads(Path(found["file"]).read_text(encoding="utf-8"))
    areas = {area["id"]: area for area in stored["areas"]}
    assert set(areas) == {"north_floor", "rows"}
    corners = {tuple(corner) for corner in areas["north_floor"]["polygon"]}
    assert corners == {(-6.0, -11.0), (6.0, -11.0), (6.0, -14.0), (-6.0, -14.0)}
    assert areas["rows"]["rows"][1] == [[-4, 1.4, -17], [0, 1.4, -17.5], [4, 1.4, -17]]
    assert areas["rows"]["look_at"] == [0, 1.7, 0]
    many = found["counts"][0]
    assert found["shown"] == f"{many} people." and many > 20
    assert found["instances"] == [many] * 3
    assert found["counts"] == [many, many - 3, many - 3, many - 3, many - 3, many - 3, many - 4, many - 3]
    assert found["said"][-1].startswith("Nobody is selected")
    was, now = found["placed"], found["replaced"]
    assert now == pytest.approx(was, abs=2e-4), "who was moved stays where they were put"
    edits = stored.get("edits", [])
    assert [one["do"] for one in edits] == ["kill", "swap", "redeal", "lock"]
    assert edits[0]["agents"] == found["first"] and edits[1]["agents"] == found["swapped"]
    assert edits[1]["element"] == "man_1" and len(edits[3]["held"]) == 1
    assert {"fill", "spacing", "element", "shift", "figures"} <= set(found["drawn"]["properties"])
    assert found["again"] == [many - 3, many - 3], "the crowd is in the file"


@pytest.mark.parametrize(("engine", "unit"), [("CYCLES", 0.01), ("EEVEE", 1.0)])
def test_everybody_is_at_their_own_moment_in_the_place_where_the_engine_has_them(
    in_blender: InBlender, tmp_path: Path, engine: str, unit: float
) -> None:
    import OpenEXR

    ground = write_ground(tmp_path / "ground")
    crowd_file(ground / "crowd.json", density=0.5, spacing=1.6)
    renders = tmp_path / "renders"
    renders.mkdir()
    size, frames = ([384, 216], [1, 2]) if engine == "CYCLES" else ([192, 108], [2])
    given = inputs_of(ground, crowd=str(ground / "crowd.json"))
    given |= {"engine": engine, "unit": unit, "renders": str(renders), "size": size, "frames": frames}
    found = in_blender("crowd", about="picture", **given)
    assert found["catcher"] is True and found["passes"] == ["person"]
    facts = json.loads(Path(found["people"]).read_text(encoding="utf-8"))
    columns = columns_of(Path(found["people"]), facts)
    move = camera_from_json(json.loads((ground / "takes ü/plate/scene/camera.json").read_text()))
    moments = set()
    for frame in frames:
        planes = planes_of(OpenEXR.File(str(renders / f"crowd_{frame}.exr"), separate_channels=True))
        person = planes["person"]
        seen = 0
        for row in range(found["count"]):
            there = (np.abs(person - (row + 1)) < 1e-3) & (planes["A"] > 0.999)
            height = there.nonzero()[0]
            if there.sum() < 12:
                continue
            seen += 1
            upper = there & (np.arange(size[1])[:, None] < height.min() + np.ptp(height) * 0.35)
            colour = [float(np.median(planes[name][upper])) for name in "RGB"]
            share = np.array(colour) / columns["gain"][row]
            card = (share[2] / share[1] * 0.4 - 0.1) / 0.05
            time = columns["offset"][row] + columns["pace"][row] * (frame - 1) + 1e-3
            assert card == pytest.approx(np.floor(time % 3), abs=0.1), (row, frame)
            moments.add((row, round(card)))
            element = facts["elements"][columns["element"][row]]["name"]
            assert share[0] / share[1] * 0.4 == pytest.approx(0.1 + 0.2 * int(element[-1]), abs=0.02)
            foot, _ = move.at(1000 + frame).see(columns["position"][row][None], Screen(*size))
            assert abs(np.median(there.nonzero()[1]) + 0.5 - foot[0, 0]) < there.any(0).sum() / 2 + 1
            assert height.max() < foot[0, 1] + 2
        assert seen > 8
    assert len({card for _, card in moments}) == 3, "not everybody shows the same card"
    assert any("CryptoObject00" in name for name in found_layers(planes)) or engine == "EEVEE"


def found_layers(planes: dict[str, Any]) -> list[str]:
    """List the names of the planes beside the picture."""
    return [name for name in planes if len(name) > 1]


def test_figures_stand_in_for_cards_and_undo_brings_the_cards_back(
    in_blender: InBlender, tmp_path: Path
) -> None:
    ground = write_ground(tmp_path / "ground")
    found = in_blender("crowd", about="figures", **inputs_of(ground, crowd=str(ground / "crowd.json")))
    cards, (first, second, third) = found["cards"], found["figures"]
    assert len(cards) == len(first) and {name[:4] for name in cards} == {"0000", "0001", "0002", "0003"}
    for card, *shown in zip(cards, first, second, third, strict=True):
        person = int(card[:4])
        assert {int(name[-2:]) // 2 for name in shown} == {person}, "a figure for each of two moments"
    assert len({tuple(shown) for shown in zip(first, second, third, strict=True)}) > 4
    assert found["undone"] == cards


def test_density_is_painted_and_holes_steps_and_streets_are_understood(
    in_blender: InBlender, tmp_path: Path
) -> None:
    ground = write_ground(tmp_path / "ground")
    found = in_blender("crowd", about="painted", **inputs_of(ground))
    sides = found["sides"]
    assert len(sides) > 10 and max(sides) < 0.3, found["said"]
    assert found["steps"].startswith("2 areas with "), found["steps"]
    assert found["street"].startswith("1 area with "), found["street"]
    stored = json.loads((ground / "takes ü/plate/scene/crowd.json").read_text(encoding="utf-8"))
    areas = {area["id"]: area for area in stored["areas"]}
    lower, upper = areas["steps.1"], areas["steps.2"]
    assert (lower["height"], upper["height"]) == (0.5, 1.0)
    assert {tuple(corner) for corner in lower["obstacles"][0]} == {(-1, -16), (1, -16), (1, -17), (-1, -17)}
    assert found["stroke"].startswith("1 area with "), found["stroke"]
    assert areas["stroke"]["polygon"] == [[-2, -20], [2, -20], [2, -23], [-2, -23]]
    assert areas["rows"]["kind"] == "street" and len(areas["rows"]["curves"]) == 2


def test_what_cannot_be_is_said_in_the_panel(in_blender: InBlender, tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    found = in_blender("crowd", about="refused", **inputs_of(ground))
    assert "Draw an area and press Make Areas of the Selected" in found.pop("drawn")
    assert found == {
        "no plate": "There is no plate",
        "no camera": "There is no camera to see the crowd through",
        "no faces": "Nobody can stand there",
        "no crowd": "Show the crowd first, and let the wish before be finished",
        "no take": "No take is chosen",
        "no file": "There is no crowd yet",
    }


def columns_of(file: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Read the columns beside the facts."""
    whole = file.with_name("people.bin").read_bytes()
    found = {}
    for one in facts["columns"]:
        column = np.frombuffer(whole[one["start"] : one["start"] + one["bytes"]], one["type"])
        found[one["name"]] = column.reshape(-1, one["wide"]) if one["wide"] > 1 else column
    return found
