"""Score, lock and export read the crowd as the take shows it, whatever the crowd file has become."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from crowd_shot import FIRST, request, write_ground

from photodouble.engine.crowd_edit import edit
from photodouble.engine.crowd_lock import lock_people
from photodouble.engine.crowd_take import crowd_of, export, score
from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.ops.crowd.library import remove_element
from photodouble.ops.crowd.names import names_of
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    return write_ground(tmp_path / "ground")


@pytest.fixture
def take(ground: Path, tmp_path: Path) -> Take:
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    options = JobOptions(settings=settings, frames=FrameRange([FIRST]))
    return run_job(request(ground, tmp_path / "takes"), options).take


def present(take: Take) -> list[str]:
    crowd = crowd_of(take, Reporter())
    return [
        name for name, is_there in zip(names_of(crowd.agents), crowd.cast.present, strict=True) if is_there
    ]


def test_who_was_removed_after_the_take_is_still_in_it(take: Take, ground: Path, tmp_path: Path) -> None:
    before, scored, said = present(take), score(take, Reporter()), []
    report = Reporter(on_warning=said.append)
    edit(ground / "crowd.json", {"do": "kill", "agents": before[:8]})
    assert score(take, report) == scored
    assert any("crowd.json has changed since" in one for one in said)
    assert present(take) == before
    cards = json.loads(export(take, tmp_path / "cards.json", report)[0].read_text())
    assert set(before) <= set(json.dumps(cards).split('"'))
    lock_people(take, before[:1], report)
    locked = json.loads((ground / "crowd.json").read_text())["edits"]
    assert [one["do"] for one in locked] == ["kill", "lock"]


def test_nothing_is_said_of_a_crowd_file_that_is_as_it_was(take: Take) -> None:
    said: list[str] = []
    score(take, Reporter(on_warning=said.append))
    assert said == []


def test_ground_that_moved_in_the_crowd_file_moves_nobody_of_the_take(take: Take, ground: Path) -> None:
    was = crowd_of(take, Reporter())
    stored = json.loads((ground / "crowd.json").read_text())
    stored["areas"][0]["polygon"] = [[-3, -30], [3, -30], [3, -20], [-3, -20]]
    (ground / "crowd.json").write_text(json.dumps(stored))
    now = crowd_of(take, Reporter())
    assert now.cast.foot.tobytes() == was.cast.foot.tobytes()
    assert now.scene.document.to_json() == was.scene.document.to_json()


def test_elements_that_came_in_front_of_the_others_change_nobody(take: Take, ground: Path) -> None:
    was = crowd_of(take, Reporter())
    shown = [was.scene.library.elements[at].name for at in was.cast.element]
    first, *rest = json.loads((ground / "people/library.json").read_text())["elements"]
    stored = json.loads((ground / "people/library.json").read_text())
    stored["elements"] = [*rest, first]
    (ground / "people/library.json").write_text(json.dumps(stored))
    now = crowd_of(take, Reporter())
    assert [now.scene.library.elements[at].name for at in now.cast.element] == shown


def test_an_element_that_is_gone_is_named(take: Take, ground: Path) -> None:
    remove_element(ground / "people", "man_2")
    with pytest.raises(ArtistError, match="man_2"):
        crowd_of(take, Reporter())


def test_a_take_whose_analysis_is_gone_says_so(take: Take) -> None:
    said: list[str] = []
    for path in sorted((take.folder / "analysis").rglob("*.npz")):
        path.unlink()
    assert crowd_of(take, Reporter(on_warning=said.append)).cast.present.any()
    assert any("keeps no crowd of its own" in one for one in said)


def test_a_usd_crowd_is_read_as_the_take_shows_it(take: Take, ground: Path, tmp_path: Path) -> None:
    cards = export(take, tmp_path / "cards.json", Reporter())[0]
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    options = JobOptions(settings=settings, frames=FrameRange([FIRST]))
    again = run_job(request(ground, tmp_path / "takes", inputs={"crowd": cards}), options).take
    assert present(again) == present(take)
