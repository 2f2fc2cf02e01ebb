"""Crowds in Nuke: areas and camera of the script, people picked in the ID matte, passes, cards and USD."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from crowd_shot import COUNT, FIRST, TALL, WIDE, write_ground
from nuke_stage import Stage

from photodouble.ops.crowd.camera_files import read_camera

PATIENCE = 120.0
WHOLE = (0, 0, WIDE, TALL)


class Stand(Stage):
    """A script with the plate of a small crowd and a crowd node."""

    def __init__(self, host: Any, folder: Path) -> None:
        """Open it; crowd, library and camera are the files beside the plate."""
        self.ground = write_ground(folder / "ground ü")
        shot = SimpleNamespace(folder=self.ground / "plate", frames=tuple(range(FIRST, FIRST + COUNT)))
        super().__init__(host, folder / "script ü", shot, "crowd", names=("plate",))
        self.module("start").with_window()
        self.plate["raw"].setValue(True)
        for name, path in (
            ("crowd", "crowd.json"),
            ("library", "people/library.json"),
            ("camera", "camera.json"),
        ):
            self.node[name].setValue((self.ground / path).as_posix())
        host.set_frame(FIRST + 1)
        self.nuke.root().setModified(False)

    def until(self, wanted: Callable[[], bool]) -> None:
        """Let Nuke idle until something has happened."""
        end = time.monotonic() + PATIENCE
        while not wanted():
            assert time.monotonic() < end, f"nothing came of it: {self.status}"
            self.host.idle()
            time.sleep(0.02)

    def press(self, name: str) -> None:
        """Press a button and wait for what comes of it."""
        self.host.press(self.node, name)
        working = self.module("node").COLOURS["working"]
        self.until(lambda: self.node["tile_color"].value() != working)

    @property
    def crowd(self) -> Any:
        """Read the crowd file of the node."""
        return json.loads(Path(self.node["crowd"].value()).read_text(encoding="utf-8"))

    def made(self) -> Path:
        """Make a take and give its folder."""
        shown = self.run()
        assert shown.error is None, self.status
        return Path(self.pd.folder)

    def place_of(self, take: Path) -> tuple[str, int, int]:
        """Name somebody of the take, and a pixel from the lower edge that they are most of."""
        planes, names = ids(take)
        whole = np.argwhere(planes["CryptoPerson00.G"] == 1)
        y, x = (int(one) for one in whole[len(whole) // 2])
        number = planes["CryptoPerson00.R"][y, x].view(np.uint32)
        return names[f"{int(number):08x}"], x, TALL - 1 - y


@pytest.fixture
def stand(
    nuke_host: Any,
    tmp_path: Path,
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stand]:
    """Give the script, and an engine that is not started yet."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    made = Stand(nuke_host, tmp_path)
    yield made
    made.close()


def planes_of(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the channels and the header of an EXR."""
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True) as found:
        return {name: channel.pixels.copy() for name, channel in found.channels().items()}, dict(
            found.header()
        )


def ids(take: Path, frame: int = FIRST + 1) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the ID matte of a frame: its channels, and the names of people by their ids."""
    planes, header = planes_of(next((take / "ids").glob(f"*.{frame}.exr")))
    (key,) = [one for one, value in header.items() if one.endswith("/name") and value == "CryptoPerson"]
    names = json.loads(header[key[: -len("name")] + "manifest"])
    return planes, {ident: name for name, ident in names.items()}


def test_people_stand_on_a_shape_that_is_drawn_on_the_plate(stand: Stand) -> None:
    from nuke_host.shapes import draw_shape

    roto = stand.nuke.nodes.Roto(inputs=[stand.plate])
    roto.setName("floor_left")
    draw_shape(roto, "Bezier1", [(20, 6), (76, 6), (70, 20), (26, 20)])
    stand.host.select(roto)
    before = stand.node["crowd"].value()
    stand.press("pd_area")
    assert not stand.pd.has_failed, stand.status
    assert Path(stand.node["crowd"].value()).name == "crowd_v002.json", "no file is written over"
    areas = {area["id"]: area for area in stand.crowd["areas"]}
    assert set(areas) == {"field", "floor_left"}
    area = areas["floor_left"]
    assert area["plate_polygon"] == [[20, TALL - 6], [76, TALL - 6], [70, TALL - 20], [26, TALL - 20]]
    assert area["frame"] == FIRST + 1 and area["spacing"] == 0.8
    assert stand.status.startswith("1 area with ") and Path(stand.status.rpartition("See ")[2]).is_file()
    assert stand.host.undo() and stand.node["crowd"].value() == before, "one step of undo"
    assert stand.host.redo()
    stand.node["pd_spacing"].setValue(1.6)
    stand.host.press(stand.node, "pd_area")
    stand.host.press(stand.node, "pd_area")
    assert stand.pd.has_failed and "still at work on the crowd file" in stand.status, "one change at a time"
    stand.until(lambda: not stand.pd.has_failed)
    again = {area["id"]: area for area in stand.crowd["areas"]}
    assert set(again) == set(areas) and again["floor_left"]["spacing"] == 1.6, "one of its name is replaced"


def test_a_crowd_is_begun_by_a_card_on_the_ground(stand: Stand) -> None:
    card = stand.nuke.nodes.Card2()
    for knob, value in (("orientation", "ZX"), ("image_aspect", False), ("uniform_scale", 4)):
        card[knob].setValue(value)
    card["scaling"].setValue([2, 1, 1])
    card["rotate"].setValue([0, 90, 0])
    card["translate"].setValue([1, 0, -12])
    stand.node["crowd"].setValue("")
    stand.host.select(card)
    stand.press("pd_area")
    assert not stand.pd.has_failed, stand.status
    assert Path(stand.node["crowd"].value()) == stand.folder / "takes/sh010/scene/crowd_v001.json"
    (area,) = stand.crowd["areas"]
    corners = {tuple(round(one, 3) for one in corner) for corner in area["polygon"]}
    assert corners == {(-1, -16), (3, -16), (3, -8), (-1, -8)}, "8 metres along x, turned a quarter"
    card["rotate"].setValue([30, 0, 0])
    stand.press("pd_area")
    assert stand.pd.has_failed and "does not lie flat" in stand.status


def test_what_shows_no_area_is_refused_and_nothing_is_written(stand: Stand) -> None:
    from nuke_host.shapes import draw_shape

    stand.host.select(stand.plate)
    stand.press("pd_area")
    assert stand.pd.has_failed and "Nothing that is selected" in stand.status
    roto = stand.nuke.nodes.Roto()
    draw_shape(roto, "Bezier1", [(20, 6), (76, 6), (70, 20)], moved=True)
    stand.host.select(roto)
    stand.press("pd_area")
    assert stand.pd.has_failed and "moved by a transform" in stand.status
    assert not (stand.folder / "takes").exists() and not stand.host.messages


def test_the_camera_of_the_script_is_written_for_every_frame(stand: Stand) -> None:
    camera = stand.nuke.nodes.Camera2()
    camera["focal"].setValue(24)
    camera["haperture"].setValue(36)
    camera["win_translate"].setValue([0.1, 0])
    camera["translate"].setValue([0, 1.7, 0])
    camera["translate"].setExpression(f"0.1 * (frame - {FIRST})", 0)
    camera["rotate"].setValue([-4, 0, 0])
    stand.host.select(camera)
    stand.press("pd_camera")
    assert not stand.pd.has_failed, stand.status
    path = Path(stand.node["camera"].value())
    assert path.name == "camera_v001.json"
    ours, theirs = read_camera(path), read_camera(stand.ground / "camera.json")
    for frame in range(FIRST, FIRST + COUNT):
        one, other = ours.at(frame), theirs.at(frame)
        assert one.position == pytest.approx(other.position) and one.axes == pytest.approx(other.axes)
        assert (one.focal, one.aperture) == (other.focal, other.aperture)
        assert one.shift == pytest.approx([1.8, 0])
    stand.press("pd_camera")
    assert stand.node["camera"].value() == str(path), "written once"
    camera.setInput(0, stand.nuke.nodes.Axis2())
    stand.press("pd_camera")
    assert stand.pd.has_failed and "moved by what is connected" in stand.status


def test_passes_go_downstream_and_people_are_picked_and_changed(stand: Stand) -> None:
    stand.node["shot"].setValue("sh010")
    before = stand.host.picture(stand.node)
    take = stand.made()
    shown = stand.host.picture(stand.node)
    planes, _ = ids(take)
    for name, seen in (
        ("CryptoPerson00.R", "CryptoPerson00.red"),
        ("CryptoSection01.A", "CryptoSection01.alpha"),
    ):
        assert np.array_equal(shown.plane(seen, WHOLE), planes[name][::-1], equal_nan=True), seen
    depth, _ = planes_of(next((take / "depth").glob(f"*.{FIRST + 1}.exr")))
    assert np.array_equal(shown.plane("depth.Z", WHOLE), depth["Z"][::-1])
    motion, _ = planes_of(next((take / "motion").glob(f"*.{FIRST + 1}.exr")))
    assert np.array_equal(shown.plane("forward.u", WHOLE), motion["u"][::-1])
    assert any(value == "CryptoPerson" for value in shown.metadata.values()), "Cryptomatte finds its names"
    stand.node["pd_passes"].setValue(False)
    assert set(stand.host.picture(stand.node).planes) == set(before.planes)
    stand.node["pd_passes"].setValue(True)
    stand.node["take"].setValue("plate")
    plate = stand.host.picture(stand.node)
    assert set(plate.planes) == set(before.planes)
    assert all(np.array_equal(plate.planes[name], before.planes[name]) for name in before.planes)
    stand.pd.choose(str(take))

    name, x, y = stand.place_of(take)
    stand.node["pd_pick_at"].setValue([x + 0.4, y + 0.7])
    stand.press("pd_pick")
    assert stand.node["pd_people"].value() == name, stand.status
    assert stand.host.undo() and stand.node["pd_people"].value() == ""
    assert stand.host.redo()
    crowd = stand.node["crowd"].value()
    stand.press("pd_change")
    assert "1 edit" in stand.status, stand.status
    assert stand.crowd["edits"] == [{"do": "kill", "agents": [name]}]
    stand.module("stale").mark(stand.pd)
    assert stand.pd.stale == "Stale: the crowd is another file."
    assert json.loads(Path(crowd).read_text()).get("edits", []) == [], "the take's own file stays"
    assert stand.host.undo() and stand.node["crowd"].value() == crowd
    assert stand.host.redo()
    gone = stand.made()
    assert stand.pd.stale == ""
    assert gone != take and name not in ids(gone)[1].values(), "whoever was removed is not in the next take"
    stand.press("pd_back")
    assert stand.crowd.get("edits", []) == [] and "taken back" in stand.status
    stand.pd.choose(str(take))
    stand.press("pd_keep")
    assert [one["do"] for one in stand.crowd["edits"]] == ["lock"], stand.status
    assert stand.crowd["edits"][0]["agents"] == [name]


def test_nobody_picked_and_nothing_to_pick_in_are_said(stand: Stand) -> None:
    stand.press("pd_pick")
    assert stand.pd.has_failed and "no take with an ID matte" in stand.status
    stand.press("pd_change")
    assert "Nobody is picked" in stand.status
    stand.node["pd_people"].setValue("nobody/1")
    stand.press("pd_change")
    assert stand.pd.has_failed, "the engine knows no such person"
    assert not list((stand.ground).glob("crowd_v*.json")), "no version is left of what failed"
    stand.press("pd_usd")
    assert "no take to hand on" in stand.status
    take = stand.made()
    planes, _ = ids(take)
    y, x = (int(one) for one in np.argwhere(planes["CryptoPerson00.R"] == 0)[0])
    stand.node["pd_pick_at"].setValue([x, TALL - 1 - y])
    stand.press("pd_pick")
    assert stand.pd.has_failed and "there is nobody" in stand.status


def test_chosen_people_become_cards_with_the_pictures_that_the_take_shows(stand: Stand) -> None:
    take = stand.made()
    name, *_place = stand.place_of(take)
    stand.node["pd_people"].setValue(name)
    before = {node.name() for node in stand.nuke.allNodes()}
    stand.press("pd_cards")
    assert stand.status == "1 person in PD_Crowd1_cards1.", stand.status
    group = stand.nuke.toNode("PD_Crowd1_cards1")
    (card,) = [node for node in group.nodes() if node.Class() == "Card2"]
    assert card["label"].value() == name
    corners = stand.module("crowd_areas").card_corners(card)
    camera = read_camera(stand.ground / "camera.json").at(FIRST + 1)
    from photodouble.ops.crowd.camera import Screen

    seen, _depth = camera.see(np.array(corners), Screen(WIDE, TALL))
    low, high = seen.min(axis=0), seen.max(axis=0)
    where = np.argwhere(ids(take)[0]["CryptoPerson00.R"] == _number(take, name))
    top, left = where.min(axis=0)
    bottom, right = where.max(axis=0) + 1
    assert low[0] - 1 <= left and right <= high[0] + 1 and low[1] - 1 <= top and bottom <= high[1] + 1
    assert (bottom - top) / (high[1] - low[1]) == pytest.approx(20 / 24, abs=0.25), "20 of the card's 24 rows"
    assert stand.host.undo()
    assert {node.name() for node in stand.nuke.allNodes()} == before, "one step of undo"

    stand.node["pd_people"].setValue("")
    stand.node["pd_most"].setValue(3)
    stand.press("pd_cards")
    assert stand.pd.has_failed and "the node allows 3. Nothing was made" in stand.status
    assert {node.name() for node in stand.nuke.allNodes()} == before
    stand.press("pd_usd")
    assert Path(stand.status.partition("is in ")[2]).name == "v001.usda"
    from photodouble.ops.crowd.exchange.usd_check import check_usd

    assert list(check_usd(Path(stand.status.partition("is in ")[2]))) == []


def _number(take: Path, name: str) -> Any:
    (ident,) = [one for one, known in ids(take)[1].items() if known == name]
    return np.array([int(ident, 16)], np.uint32).view(np.float32)[0]


def test_a_card_plays_as_the_engine_stages_the_person(stand: Stand) -> None:
    from nuke_host.reading import file_frame

    from photodouble.engine.crowd_take import crowd_of
    from photodouble.ops.crowd.names import names_of
    from photodouble.ops.crowd.stage import stage
    from photodouble.ops.operation import Reporter
    from photodouble.takes.finding import found_take
    from photodouble.takes.store import TakeStore

    take = stand.made()
    stand.press("pd_cards")
    group = stand.nuke.toNode("PD_Crowd1_cards1")
    cards = {node["label"].value(): node for node in group.nodes() if node.Class() == "Card2"}
    crowd = crowd_of(found_take(str(take), TakeStore(take.parents[2])), Reporter())
    names, elements = names_of(crowd.agents), crowd.scene.library.elements
    offsets = set()
    for frame in (FIRST, FIRST + 1, FIRST + 2, FIRST + 40):
        shown = stage(
            crowd.agents, crowd.cast, elements, crowd.scene.document, frame, rate=24.0, first=float(FIRST)
        )
        assert {names[row] for row in shown.row} == set(cards)
        for row, element, picture in zip(shown.row, shown.element, shown.frame, strict=True):
            lit = cards[names[row]].input(0)
            later = lit.input(0)
            read = later.input(0)
            offsets.add(later["time_offset"].value())
            assert file_frame(read, frame - later["time_offset"].value()) == picture, names[row]
            assert f"/{elements[element].name}/card." in read["file"].value()
    assert len(offsets) > 1, "everybody has a moment of their own"


def test_a_script_that_is_closed_waits_for_no_change(stand: Stand) -> None:
    stand.node["pd_people"].setValue("field/x")
    stand.host.press(stand.node, "pd_change")
    assert stand.status.startswith("The crowd is being changed")
    script = str(stand.folder / "sh010_comp_v003.nk")
    stand.host.save(script)
    stand.nuke.scriptClear()
    stand.host.open(script)
    stand.node = stand.nuke.toNode("PD_Crowd1")
    stand.press("pd_change")
    assert "being changed" not in stand.status and stand.pd.has_failed, "field/x is nobody"
