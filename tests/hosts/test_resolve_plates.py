"""A take is made of the plate, also while an older take of it is shown in the clip's take selector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photodouble_resolve import actions, plates
from photodouble_resolve.edition import probe
from photodouble_resolve.session import Stage as Served
from resolve_stage import HOLE, START, Stage, own_engine

from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    with own_engine() as environment:
        yield environment


@pytest.fixture
def stage(
    engine: dict[str, str],
    resolve_host: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "config" / "client.json"))
    made = Stage(resolve_host(size=(64, 48)), tmp_path / "Reel", engine)
    yield made
    made.close()


@pytest.fixture
def item(stage: Stage) -> Any:
    """Lay the plate on the timeline, with the playhead on it."""
    made = stage.host.place(stage.plates(), 4, 12, START)
    stage.host.playhead(START + 2)
    return made


def test_the_second_take_is_made_of_the_plate_and_the_first_stays_shown_meanwhile(
    stage: Stage, item: Any
) -> None:
    matte = stage.matte(range(1005, 1013))
    first = stage.submit(stage.wanted(matte))
    stage.place(first)
    assert item.GetSelectedTakeIndex() == 2
    served = Served(stage.resolve, stage.engine, probe(stage.resolve))
    wish = {
        "operation": "inpaint",
        "inputs": {"matte": matte.to_json()},
        "takes_root": str(stage.folder / "takes"),
        "handles": 4,
        "space": "ARRI LogC3",
        "values": {"matte_grow": 1},
    }
    plate = str(stage.folder / "sh010.####.dpx")
    assert actions.ACTIONS["request"](served, wish)["inputs"]["plate"]["path"] == plate
    assert actions.ACTIONS["still"](served, {"space": "ARRI LogC3"})["path"] == plate
    second = actions.ACTIONS["submit"](served, wish)["job"]
    assert item.GetSelectedTakeIndex() == 2, "the first take is shown until the second is there"
    for _ in stage.engine.events(second):
        pass
    assert stage.engine.request(second).inputs["plate"].path == plate
    stage.place(second)
    assert (item.GetTakesCount(), item.GetSelectedTakeIndex()) == (3, 3)
    shown = stage.codes(item, START + 2)
    item.SelectTakeByIndex(1)
    before = stage.codes(item, START + 2)
    wider = np.zeros(before.shape, bool)
    wider[HOLE[0].start - 2 : HOLE[0].stop + 2, HOLE[1].start - 2 : HOLE[1].stop + 2] = True
    assert np.array_equal(shown[~wider], before[~wider]) and np.abs(shown - before).max() > 1


def test_a_plate_that_does_not_come_is_said_and_the_take_stays(stage: Stage, item: Any) -> None:
    assert plates.plate_of(item) == 0, "a plate is shown already"
    stage.place(stage.submit(stage.wanted(stage.matte(range(1005, 1013)))))
    assert plates.plate_of(item) == 1
    stage.host.refuse("TimelineItem.SelectTakeByIndex", 1)
    with pytest.raises(ArtistError) as caught, plates.worked_on(item):
        raise AssertionError("the take would have been worked on")
    assert caught.value.code == "input.host_refused" and "take selector" in str(caught.value)
    assert item.GetSelectedTakeIndex() == 2
