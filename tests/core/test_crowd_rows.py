"""Rows that are drawn one by one, areas that go, and a crowd handed on as points and tiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crowd_shot import crowd_file, request, write_ground

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.engine.tasks import run_task
from photodouble.image.files import read_picture
from photodouble.ops.crowd.areas_json import area_from_json
from photodouble.ops.crowd.library_cards import read_card
from photodouble.ops.crowd.names import names_of
from photodouble.ops.crowd.places import count_of, places
from photodouble.ops.crowd.stage import stage
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


def rows_of(**more: Any) -> Any:
    lines = [[[0, 1, -10], [5, 1, -10]], [[0, 1.5, -11], [5, 1.5, -11], [5, 1.5, -13.2]]]
    return area_from_json({"id": "steps", "kind": "rows", "rows": lines, "looseness": 0, **more})


def test_a_row_has_a_place_every_seat_width_and_people_look_square_to_it() -> None:
    area = rows_of(seat_width=0.5)
    agents = places([area])
    assert len(agents) == count_of(area) == 10 + 14
    by_name = dict(zip(names_of(agents), range(len(agents)), strict=True))
    first = agents.foot[[by_name[f"steps/0/0/{seat}"] for seat in range(10)]]
    assert first[:, 0] == pytest.approx(np.arange(10) * 0.5 + 0.25)
    assert np.all(first[:, 1:] == (1, -10))
    assert agents.facing[by_name["steps/0/0/0"]] == pytest.approx(-180), "a row to the right looks away"
    last = by_name["steps/0/1/13"]
    assert agents.foot[last] == pytest.approx((5, 1.5, -12.85))
    assert agents.facing[last] == pytest.approx(-90), "a row away from the viewer looks to its left"


@pytest.mark.parametrize(
    ("rows", "said"),
    [([], "at least one row"), ([[[0, 0, 0]]], "two points"), ([[[0, 0, 0], [0, 0, 0]]], "two points"),
     ([[[0, 0, 0], [200000, 0, 0]]], "longer"), ([3], "no list"), ([[[0, 0], [1, 0]]], "")],
)  # fmt: skip
def test_rows_that_cannot_be_are_refused(rows: Any, said: str) -> None:
    with pytest.raises(ArtistError) as refused:
        rows_of(rows=rows)
    assert refused.value.code == "input.bad_document" and said in refused.value.message


def test_a_layout_takes_several_areas_and_lets_others_go(tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    given = {
        "crowd": str(ground / "crowd.json"),
        "plate": str(ground / "plate/plate.####.exr"),
        "camera": str(ground / "camera.json"),
        "areas": {name: {**rows_of().to_json(), "id": name} for name in ("a.1", "a.2", "b")},
    }
    made = run_task("crowd.layout", given, Settings(), Reporter())["places"]
    assert set(made) == {"field", "a.1", "a.2", "b"}
    left = run_task("crowd.layout", {**given, "areas": {}, "without": "a.*, field"}, Settings(), Reporter())
    assert left["places"] == {"b": 24}


def test_points_hold_whom_the_take_would_show_with_their_cards_as_tiles(tmp_path: Path) -> None:
    from photodouble.engine.prepare import prepare
    from photodouble.ops.crowd.scene import scene_of
    from photodouble.ops.crowd.study import lay_out

    ground = write_ground(tmp_path / "ground")
    crowd_file(ground / "crowd.json", density=0.6)
    asked = request(ground, tmp_path / "takes")
    folder = tmp_path / "points ü"
    given = {"folder": str(folder), "request": asked.to_json()}
    written = run_task("crowd.points", given, Settings(), Reporter())
    stored = json.loads(Path(written["file"]).read_text(encoding="utf-8"))
    shot = prepare(asked, Reporter()).shot
    scene = scene_of(shot)
    agents, cast = lay_out(scene, shot)
    there = np.flatnonzero(cast.present)
    assert 0 < written["people"] == stored["count"] == len(there) < len(agents)
    assert stored["names"] == [names_of(agents)[row] for row in there]
    whole = (folder / "people.bin").read_bytes()
    columns = {
        one["name"]: np.frombuffer(whole[one["start"] : one["start"] + one["bytes"]], one["type"])
        for one in stored["columns"]
    }
    assert columns["position"].reshape(-1, 3) == pytest.approx(cast.foot[there], abs=1e-5)
    elements = scene.library.elements
    for frame in (1001, 1002, 1040):
        shown = stage(agents, cast, elements, scene.document, frame, rate=24, first=scene.first)
        tile = np.floor(np.mod(columns["offset"] + columns["pace"] * (frame - 1001) + 1e-3, 3))
        assert np.array_equal(tile, shown.frame), frame
    for one in stored["elements"]:
        number = [known.name for known in elements].index(one["name"])
        card = read_card(scene.library.folder, elements[number], 1)
        planes = read_picture(Path(one["cards"].replace("<UDIM>", "1002"))).planes
        assert {plane.name for plane in planes} == set("RGBA") and one["tiles"] == 3
        red = next(plane.pixels for plane in planes if plane.name == "R")
        assert np.array_equal(np.asarray(red, np.float16), card[..., 0].astype(np.float16))


def test_points_of_a_take_have_the_light_of_its_plate(tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    asked = request(ground, tmp_path / "takes", values={"exposure": 1.0, "follow_light": 0.0})
    take = run_job(asked, JobOptions(settings=settings, frames=FrameRange([1001]))).take
    gains = []
    for given in ({"take": str(take.folder)}, {"request": asked.to_json()}):
        written = run_task("crowd.points", {"folder": str(tmp_path / "p"), **given}, settings, Reporter())
        stored = json.loads(Path(written["file"]).read_text(encoding="utf-8"))
        one = next(one for one in stored["columns"] if one["name"] == "gain")
        whole = (tmp_path / "p/people.bin").read_bytes()
        gains.append(np.frombuffer(whole[one["start"] : one["start"] + one["bytes"]], one["type"]))
    assert gains[0] == pytest.approx(2 * gains[1], rel=1e-5)


def test_points_of_nobody_are_a_file_of_nobody(tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    crowd_file(ground / "crowd.json", density=0.0)
    asked = request(ground, tmp_path / "takes").to_json()
    given = {"folder": str(tmp_path / "p"), "request": asked}
    written = run_task("crowd.points", given, Settings(), Reporter())
    assert written["people"] == 0


def test_people_are_locked_before_any_take_is_made(tmp_path: Path) -> None:
    ground = write_ground(tmp_path / "ground")
    asked = request(ground, tmp_path / "takes").to_json()
    given = {"folder": str(tmp_path / "p"), "request": asked}
    written = run_task("crowd.points", given, Settings(), Reporter())
    name = json.loads(Path(written["file"]).read_text(encoding="utf-8"))["names"][0]
    locked = run_task("crowd.lock", {"agents": name, "request": asked}, Settings(), Reporter())
    assert (locked["locked"], locked["edits"]) == (1, 1)
    with pytest.raises(ArtistError) as refused:
        run_task("crowd.lock", {"agents": "nobody/1", "request": asked}, Settings(), Reporter())
    assert "nobody/1 is of nobody in the crowd" in refused.value.message
