"""The preview of a crowd: it shows what the take will hold, smaller, and stays warm."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crowd_shot import FIRST, crowd_file, request, write_ground
from numpy.typing import NDArray

from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.engine.preview import crowd as preview
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Previewed
from photodouble_client.request import JobRequest
from photodouble_client.wire import PreviewWanted, new_id

SIZE = (216, 384)
SCALE = 2
STILL = {"grain": 0.0, "follow_light": 0.0}
Picture = NDArray[np.float32]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ground(tmp_path_factory.mktemp("ground"), SIZE)


@pytest.fixture
def desk(tmp_path: Path) -> Callable[[JobRequest], Previewed]:
    """Give a function that makes a preview, with one store for all of a test."""
    store, settings = PreviewStore(), Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)

    def make(asked: JobRequest) -> Previewed:
        wanted = PreviewWanted(asked, FIRST, preview=new_id(), scale=SCALE)
        return make_preview(wanted, tmp_path / "previews", settings, Reporter(), store)

    return make


def shown(made: Previewed) -> Picture:
    return picture(Path(made.path))


def picture(path: Path) -> Picture:
    read = Sequence.find(path).read(Sequence.find(path).frames[0])
    return read.linear(read.display_window)


@pytest.mark.parametrize("values", [STILL, {**STILL, "softness": 2.0, "contact_shadow": 1.0}])
def test_a_preview_is_the_take_made_smaller(
    ground: Path, tmp_path: Path, desk: Callable[[JobRequest], Previewed], values: dict[str, Any]
) -> None:
    asked = request(ground, tmp_path / "takes", values=values)
    small = shown(desk(asked))
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    take = run_job(asked, JobOptions(settings=settings)).take
    whole = reduce(picture(take.picture("result", FIRST, "exr")), SCALE)
    plate = reduce(picture(ground / f"plate/plate.{FIRST}.exr"), SCALE)
    crowded = np.abs(whole - plate).max(axis=2) > 0.02
    assert 0.05 < crowded.mean() < 0.9
    assert small.shape == whole.shape
    far = np.abs(small - whole).mean(axis=2)
    assert far[crowded].mean() < 0.03
    assert far[~crowded].mean() < 0.002
    moved = np.abs(np.roll(small, 2, axis=1) - whole).mean(axis=2)
    assert moved[crowded].mean() > 2 * far[crowded].mean()


def test_the_second_preview_lays_nobody_out(
    ground: Path, tmp_path: Path, desk: Callable[[JobRequest], Previewed], monkeypatch: pytest.MonkeyPatch
) -> None:
    laid = []
    real = preview.lay_out
    monkeypatch.setattr(preview, "lay_out", lambda *given: laid.append(1) or real(*given))
    first = shown(desk(request(ground, tmp_path, values=STILL)))
    brighter = shown(desk(request(ground, tmp_path, values={**STILL, "exposure": 1.0})))
    assert len(laid) == 1
    assert brighter.sum() > first.sum()
    shown(desk(request(ground, tmp_path, values={**STILL, "density": 0.5})))
    assert len(laid) == 2


def test_a_changed_crowd_file_is_seen_at_once(
    tmp_path: Path, desk: Callable[[JobRequest], Previewed]
) -> None:
    ground = write_ground(tmp_path / "own", SIZE)
    asked = request(ground, tmp_path, values=STILL)
    many = shown(desk(asked))
    crowd_file(ground / "crowd.json", density=0.0)
    made = desk(asked)
    assert any("Nobody is there" in one for one in made.notes)
    plate = reduce(picture(ground / f"plate/plate.{FIRST}.exr"), SCALE)
    assert np.abs(shown(made) - plate).max() < 1e-3
    assert np.abs(many - plate).max() > 0.1


def test_a_finished_frame_is_shown_as_it_is(
    ground: Path, tmp_path: Path, desk: Callable[[JobRequest], Previewed]
) -> None:
    asked = request(ground, tmp_path / "takes")
    settings = Settings(cache_folder=str(tmp_path / "cache"), contact_sheet=False)
    take = run_job(asked, JobOptions(settings=settings)).take
    made = desk(asked)
    assert any("finished frame" in one for one in made.notes)
    whole = reduce(picture(take.picture("result", FIRST, "exr")), SCALE)
    assert np.abs(shown(made) - whole).max() < 2e-3


def test_a_broken_crowd_file_is_refused_as_a_take_refuses_it(
    tmp_path: Path, desk: Callable[[JobRequest], Previewed]
) -> None:
    ground = write_ground(tmp_path / "own", SIZE)
    (ground / "crowd.json").write_text(json.dumps({"schema": 1, "areas": [{"id": "a", "kind": "sofa"}]}))
    with pytest.raises(ArtistError) as refused:
        desk(request(ground, tmp_path))
    assert refused.value.code == "input.bad_document"
