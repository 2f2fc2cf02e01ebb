"""The demo of a crowd: its camera is the plate's own, and a small one runs to its pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from photodouble.demo.crowd import FIRST, camera_document, crowd_document, run_crowd_demo
from photodouble.demo.stadium import STANDS, Stadium
from photodouble.image.sequence import Sequence
from photodouble.ops.crowd.camera import Screen
from photodouble.ops.crowd.camera_files import camera_from_json
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.places import places


@pytest.mark.parametrize("place", [0, 3])
def test_the_camera_file_sees_every_seat_where_the_plate_shows_it(place: int) -> None:
    stadium = Stadium(width=640, height=360, frames=4)
    camera = camera_from_json(camera_document(stadium)).at(FIRST + place)
    seats = places(CrowdDocument.from_json(crowd_document()).areas).foot
    found, depth = camera.see(seats, Screen(640, 360))
    matrix, at = stadium.projection(place)
    shown = (seats - at) @ matrix.T
    ahead = depth > 1
    assert ahead.sum() > 20_000
    truth = shown[ahead, :2] / shown[ahead, 2:]
    assert np.abs(found[ahead] - truth).max() < 0.01


def test_the_seats_lie_on_the_painted_rows() -> None:
    agents = places(CrowdDocument.from_json(crowd_document()).areas)
    for index, stand in enumerate(STANDS):
        own = agents.area == index
        local = agents.foot[own] - np.array(stand.origin)
        along, up = local @ stand.across, local @ stand.up
        np.testing.assert_allclose(
            np.outer(along, stand.across) + np.outer(up, stand.up), local, atol=0.05, err_msg=stand.name
        )
        assert np.abs(along).max() < stand.width / 2 + 0.05


def test_a_small_demo_runs_to_its_pictures(tmp_path: Path) -> None:
    made = run_crowd_demo(tmp_path, frames=2, size=(320, 180), people=8)
    assert made.untouched and made.people > 20_000 and made.shown > 5_000
    for path in (made.sheet, made.picture, made.ids):
        assert Sequence.find(path).read(0).linear().std() > 0.05
    assert len(json.loads((tmp_path / "elements/library.json").read_text())["elements"]) == 8
    assert made.lines()[0].startswith("People: ")
