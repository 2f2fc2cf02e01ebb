"""Filmed people become elements: found, cut apart, keyed, looped and filed, as true as they were drawn."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from green_screen import Filmed, Stage, backdrop, film

from photodouble.engine.crowd_ingest import IngestAsked, ingest_plate
from photodouble.engine.tasks import run_task
from photodouble.image.exr import write_planes
from photodouble.image.window import Box
from photodouble.ops.crowd.library import Library, read_library
from photodouble.ops.operation import Reporter, Stopped
from photodouble.settings import Settings

_CAST = ((2, "clap", 0.0), (10, "sit", 0.0), (16, "cheer", 0.0))


@pytest.fixture(scope="module", name="stage")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return film(tmp_path_factory.mktemp("stage"), _CAST, frames=66)


@pytest.fixture(scope="module", name="ingested")
def _ingested(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Library, dict[str, Any], list[str]]:
    folder = tmp_path_factory.mktemp("library") / "people"
    said: list[str] = []
    asked = IngestAsked(
        stage.plate,
        str(folder),
        "ada,ben,cy",
        states="clap,sit,cheer",
        persons="p1,p2,p3",
        consents="c1,c2,c3",
        heights="1.722,1.853,1.58",
    )
    answer = ingest_plate(asked, Reporter(on_warning=said.append))
    return read_library(folder), answer, said


def _one(stage: Stage, folder: Path, **asked: Any) -> Library:
    ingest_plate(IngestAsked(stage.plate, str(folder), "ada", **asked), Reporter())
    return read_library(folder)


def _aligned(library: Library, index: int, card: int, one: Filmed) -> tuple[Any, Any]:
    """Return a card and its truth, both on the plate; the source frame says which."""
    element = library.elements[index]
    frame = element.source_first - 1001 + card
    found, truth = library.card(index, card), one.card(frame)
    tall, wide = 400, 600
    x, y = one.places[frame]
    wanted = np.zeros((tall, wide, 5), np.float32)
    wanted[100 + y : 100 + y + truth.shape[0], 100 + x : 100 + x + truth.shape[1]] = truth
    best = cv2.matchTemplate(wanted[..., 3], np.ascontiguousarray(found[..., 3]), cv2.TM_CCORR_NORMED)
    _, _, _, place = cv2.minMaxLoc(best)
    return found, wanted[place[1] : place[1] + found.shape[0], place[0] : place[0] + found.shape[1]]


def test_every_person_is_an_element_with_its_facts(ingested: Any) -> None:
    library, answer, _ = ingested
    assert [one.name for one in library.elements] == ["ada", "ben", "cy"]
    assert [one.state for one in library.elements] == ["clap", "sit", "cheer"]
    assert [(one.person, one.consent) for one in library.elements] == [
        ("p1", "c1"),
        ("p2", "c2"),
        ("p3", "c3"),
    ]
    assert Path(answer["sheet"]).is_file()


def test_loops_are_as_long_as_what_was_played(ingested: Any, stage: Stage) -> None:
    library, answer, _ = ingested
    for made, one, element in zip(answer["elements"], stage.people, library.elements, strict=True):
        assert made["period"] == len(one.cards) or len(one.cards) % made["period"] == 0
        assert made["seam"] < 1
        assert element.frames == element.loop_last + 1


def test_cards_match_the_drawn_people(ingested: Any, stage: Stage) -> None:
    library, _, _ = ingested
    for index, one in enumerate(stage.people):
        found, wanted = _aligned(library, index, 3, one)
        assert np.abs(found[..., 3] - wanted[..., 3]).mean() < 0.008
        assert np.abs(found[..., :3] - wanted[..., :3]).mean() < 0.004


def test_the_neighbour_is_not_on_the_card(ingested: Any, stage: Stage) -> None:
    library, _, _ = ingested
    for index, one in enumerate(stage.people):
        alpha = library.card(index, 0)[..., 3]
        assert alpha.sum() == pytest.approx(
            one.card(library.elements[index].source_first - 1001)[..., 3].sum(), rel=0.04
        )


def test_foot_and_scale_are_found(ingested: Any, stage: Stage) -> None:
    library, _, _ = ingested
    for index, one in enumerate(stage.people):
        element = library.elements[index]
        assert element.pixels_per_metre == pytest.approx(stage.pixels_per_metre, rel=0.09)
        drawn = one.cards[0].shape[0] - one.foot[1]
        below = np.flatnonzero(library.card(index, 0)[..., 3].max(axis=1) > 0.5)[-1] + 1 - element.foot[1]
        assert abs(below) <= 3 and abs(drawn) <= 8


def test_a_known_scale_gives_the_height(stage: Stage, tmp_path: Path) -> None:
    library = _one(stage, tmp_path / "l", metre=70.0, frames="1001-1012", loop="whole", fast=True)
    heights = [element.height for element in library.elements]
    truth = [1.722, 1.853 * 0.77, 1.58]
    assert [one.name for one in library.elements] == ["ada", "ada_2", "ada_3"]
    np.testing.assert_allclose(heights, truth, rtol=0.09)


def test_guessed_wardrobe_is_said_and_lies_on_the_clothes(ingested: Any, stage: Stage) -> None:
    library, _, said = ingested
    assert any("guessed from colour" in one for one in said)
    index = [element.name for element in library.elements].index("ben")
    assert library.elements[index].has_wardrobe
    found, wanted = _aligned(library, index, 0, stage.people[1])
    clothes = wanted[..., 4] > 0.9
    assert (found[..., 4] > 0.5)[clothes].mean() > 0.7
    assert found[..., 4][~clothes & (wanted[..., 3] > 0.9)].mean() < 0.25


def test_boxes_choose_who_is_cut_out(stage: Stage, tmp_path: Path) -> None:
    middle = stage.size[0] / 2
    library = _one(
        stage,
        tmp_path / "l",
        boxes=f"{middle - 50},0,{middle + 50},170",
        frames="1001-1010",
        loop="whole",
        fast=True,
    )
    assert len(library.elements) == 1
    found, wanted = _aligned(library, 0, 2, stage.people[1])
    assert np.abs(found[..., 3] - wanted[..., 3]).mean() < 0.02


def test_people_who_touch_stay_apart(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", ((2, "idle", 0.0), (3, "cheer", 0.0)), frames=24, spacing=0.30)
    library = _one(stage, tmp_path / "l", loop="whole", fast=True, boxes="100,0,178,170 182,0,260,170")
    for index, one in enumerate(stage.people):
        truth = np.mean([card[..., 3].sum() for card in one.cards[:24]])
        found = np.mean([library.card(index, n)[..., 3].sum() for n in range(24)])
        assert found == pytest.approx(truth, rel=0.15)


def test_a_walk_stays_in_the_card(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", ((2, "walk", 90.0),), frames=54, size=(480, 170), walk=5.0)
    folder = tmp_path / "l"
    answer = ingest_plate(
        IngestAsked(stage.plate, str(folder), "ada", states="walk", facings="90"), Reporter()
    )
    element = read_library(folder).elements[0]
    assert answer["elements"][0]["walks"]
    assert answer["elements"][0]["period"] == 27
    assert element.facing == 90
    assert element.size[0] < 140
    assert element.pace == pytest.approx(5.0 * 25 / element.pixels_per_metre, rel=0.03)
    assert answer["elements"][0]["seam"] < 1


@pytest.mark.parametrize("how", ["alpha", "cut", "matte", "difference"])
def test_other_ways_to_cut_out(tmp_path: Path, how: str) -> None:
    stage = film(
        tmp_path / "s",
        ((10, "sit", 0.0),),
        frames=12,
        size=(160, 170),
        screen=None,
        with_alpha=how == "alpha",
        only_alpha=how == "cut",
    )
    asked: dict[str, Any] = {"key": "alpha"} if how in ("alpha", "cut") else {}
    if how == "matte":
        asked["matte"] = _mattes(stage, tmp_path)
    if how == "difference":
        asked["clean"] = _clean(stage, tmp_path)
    library = _one(stage, tmp_path / "l", loop="whole", states="sit", **asked)
    found, wanted = _aligned(library, 0, 4, stage.people[0])
    assert np.abs(found[..., 3] - wanted[..., 3]).mean() < (0.02 if how == "difference" else 0.002)
    assert np.abs(found[..., :3] - wanted[..., :3]).mean() < 0.01


def test_a_given_wardrobe_matte_is_taken_as_it_is(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", ((10, "sit", 0.0),), frames=6, size=(160, 170))
    mattes = _mattes(stage, tmp_path, channel=4)
    library = _one(stage, tmp_path / "l", loop="whole", wardrobe=mattes)
    found, wanted = _aligned(library, 0, 2, stage.people[0])
    assert library.elements[0].has_wardrobe
    assert np.abs(found[..., 4] - wanted[..., 4]).mean() < 0.01


def test_a_long_take_streams(tmp_path: Path) -> None:
    """Three times the frames need hardly more memory: what is kept of a frame is a few small numbers."""
    stage = film(tmp_path / "s", ((2, "clap", 0.0),), frames=30, size=(150, 170))
    for frame in range(30, 120):
        (stage.folder / f"plate.{1001 + frame}.exr").symlink_to(
            stage.folder / f"plate.{1001 + frame % 30}.exr"
        )
    peaks = []
    for count in (40, 120):
        tracemalloc.start()
        library = _one(stage, tmp_path / f"l{count}", frames=f"1001-{1000 + count}", fast=True)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert library.elements[0].frames == 30
    assert (peaks[1] - peaks[0]) / 80 < 80_000


@pytest.mark.parametrize("note", ["following people", "cutting people out"])
def test_stopping_leaves_nothing_half_written(stage: Stage, tmp_path: Path, note: str) -> None:
    seen: list[str] = []
    report = Reporter(
        on_progress=lambda _done, _of, what: seen.append(what), should_stop=lambda: seen.count(note) == 5
    )
    with pytest.raises(Stopped):
        ingest_plate(IngestAsked(stage.plate, str(tmp_path / "l"), "ada", fast=True), report)
    assert not (tmp_path / "l").exists() or not list((tmp_path / "l").iterdir())


def test_the_task_and_the_command_do_the_same(
    stage: Stage, tmp_path: Path, photodouble: Callable[..., Any]
) -> None:
    common = {"frames": "1001-1006", "loop": "whole", "fast": True}
    arguments = {"plate": stage.plate, "library": str(tmp_path / "task"), "names": "ada", **common}
    by_task = run_task("crowd.ingest", arguments, Settings(), Reporter())
    ran = photodouble(
        "crowd",
        "ingest",
        "--plate",
        stage.plate,
        "--library",
        str(tmp_path / "command"),
        "--name",
        "ada",
        "--frames",
        "1001-1006",
        "--loop",
        "whole",
        "--fast",
        "--json",
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["elements"] == by_task["elements"]
    by_command = read_library(tmp_path / "command")
    for index, one in enumerate(read_library(tmp_path / "task").listed):
        assert one.cards == by_command.listed[index].cards


def _mattes(stage: Stage, folder: Path, channel: int = 3) -> str:
    width, height = stage.size
    window = Box(0, 0, width, height)
    one = stage.people[0]
    for frame in range(len(stage.alphas)):
        matte = np.zeros((height, width), np.float32)
        card, (x, y) = one.card(frame), one.places[frame]
        y0 = max(-y, 0)
        tall = min(card.shape[0], height - y)
        wide = min(card.shape[1], width - x)
        share = card[..., channel] if channel == 3 else card[..., 4] / np.maximum(card[..., 3], 1e-6)
        matte[y + y0 : y + tall, x : x + wide] = share[y0:tall, :wide]
        write_planes(
            folder / f"matte.{1001 + frame}.exr", {"Y": matte}, data_window=window, display_window=window
        )
    return str(folder / "matte.####.exr")


def _clean(stage: Stage, folder: Path) -> str:
    picture = backdrop(stage.size, None)
    window = Box(0, 0, *stage.size)
    planes = {name: picture[..., index] for index, name in enumerate("RGB")}
    write_planes(folder / "clean.exr", planes, data_window=window, display_window=window)
    return str(folder / "clean.exr")
