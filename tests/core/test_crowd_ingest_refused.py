"""Wrong input to an ingest is refused in one plain error, and what was there before stays as it was."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from green_screen import Stage, backdrop, film

from photodouble.engine.crowd_ingest import IngestAsked, ingest_plate
from photodouble.engine.room import is_memory
from photodouble.image.exr import write_planes
from photodouble.image.window import Box
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.library import read_library, write_element
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module", name="stage")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    cast = ((2, "clap", 0.0), (10, "sit", 0.0))
    return film(tmp_path_factory.mktemp("stage"), cast, frames=6, size=(240, 170))


def test_a_plate_without_people_is_refused(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", (), frames=3)
    error = _refused(stage, tmp_path / "l")
    assert error.code == "input.bad_request" and "person" in error.title
    assert not (tmp_path / "l").exists()


def test_a_plate_without_its_key_colour_is_refused(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", ((2, "idle", 0.0),), frames=2, screen=None)
    assert "key colour" in _refused(stage, tmp_path / "l", key="green").title


def test_a_plate_without_alpha_is_refused(stage: Stage, tmp_path: Path) -> None:
    error = _refused(stage, tmp_path / "l", key="alpha")
    assert error.code == "input.unknown_channel"


@pytest.mark.parametrize(
    "wrong",
    [
        {"boxes": "nan,0,50,50"},
        {"facings": "nan"},
        {"facings": "1e9"},
        {"metre": float("inf")},
        {"rate": 1e9},
        {"persons": "\x1b[31manna"},
        {"states": "a\tb"},
    ],
)
def test_a_number_that_is_none_is_refused_before_anything_is_cut_out(
    stage: Stage, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    assert _refused(stage, tmp_path / "l", **wrong).code == "usage.bad_value"
    assert not (tmp_path / "l").exists()


def test_a_list_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    whole = Element("ada", "p1", "clap", 25.0, 1, (9, 14), (4.5, 13.0), 1.7, 8.0)
    card = np.full((14, 9, 5), 0.5, np.float32)
    write_element(tmp_path, whole, [card])
    with pytest.raises(ArtistError):
        write_element(tmp_path, dataclasses.replace(whole, name="ben", facing=float("nan")), [card])
    assert [one.name for one in read_library(tmp_path).elements] == ["ada"]


def test_missing_frames_are_named(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", ((2, "idle", 0.0),), frames=4, size=(140, 170))
    (stage.folder / "plate.1003.exr").unlink()
    error = _refused(stage, tmp_path / "l", frames="1001-1004")
    assert error.code == "input.missing_frames" and "1003" in error.message


def test_an_empty_box_is_told(stage: Stage, tmp_path: Path) -> None:
    assert "box 1" in _refused(stage, tmp_path / "l", boxes="0,0,12,12").message


def test_a_clean_plate_from_elsewhere_is_refused(tmp_path: Path) -> None:
    stage = film(tmp_path / "s", ((2, "idle", 0.0),), frames=2, screen=None, size=(160, 170))
    picture = np.roll(backdrop(stage.size, None), 7, axis=1)
    window = Box(0, 0, *stage.size)
    planes = {name: picture[..., index] for index, name in enumerate("RGB")}
    write_planes(tmp_path / "clean.exr", planes, data_window=window, display_window=window)
    error = _refused(stage, tmp_path / "l", clean=str(tmp_path / "clean.exr"))
    assert error.code == "input.bad_request"
    assert "clean plate" in error.title


def test_a_matte_of_another_size_is_refused(stage: Stage, tmp_path: Path) -> None:
    window = Box(0, 0, 20, 20)
    write_planes(
        tmp_path / "m.exr", {"Y": np.ones((20, 20), np.float32)}, data_window=window, display_window=window
    )
    assert _refused(stage, tmp_path / "l", matte=str(tmp_path / "m.exr")).code == "input.size_mismatch"


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": ""},
        {"names": "a/b"},
        {"names": "a,a"},
        {"heights": "tall"},
        {"heights": "30"},
        {"boxes": "1,2,3"},
        {"states": "sit,clap"},
        {"key": "matte"},
        {"rate": 0.0},
    ],
)
def test_what_cannot_be_meant_is_refused(stage: Stage, tmp_path: Path, wrong: dict[str, Any]) -> None:
    asked = dataclasses.replace(IngestAsked(stage.plate, str(tmp_path / "l"), "ada"), **wrong)
    with pytest.raises(ArtistError) as caught:
        ingest_plate(asked, Reporter())
    assert caught.value.code == "usage.bad_value"
    assert not (tmp_path / "l").exists()


def test_an_element_that_exists_is_kept(stage: Stage, tmp_path: Path) -> None:
    short: dict[str, Any] = {"frames": "1001-1006", "loop": "whole", "fast": True}
    asked = IngestAsked(stage.plate, str(tmp_path / "l"), "ada", **short)
    ingest_plate(asked, Reporter())
    library = read_library(tmp_path / "l")
    before = [path.read_bytes() for path in library.files()]
    error = _refused(stage, tmp_path / "l", **short)
    assert error.code == "input.output_exists"
    assert [path.read_bytes() for path in library.files()] == before
    ingest_plate(dataclasses.replace(asked, overwrite=True), Reporter())


def _refused(stage: Stage, folder: Path, **asked: Any) -> ArtistError:
    with pytest.raises(ArtistError) as caught:
        ingest_plate(IngestAsked(stage.plate, str(folder), "ada", **asked), Reporter())
    return caught.value


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that holds no files")
def test_a_folder_that_holds_no_files_is_no_library(stage: Stage) -> None:
    assert _refused(stage, Path("/proc/people")).code == "input.unwritable_output"


def test_an_error_that_is_its_own_cause_is_looked_at_once() -> None:
    error = OSError(2, "gone")
    error.__cause__ = error
    assert not is_memory(error)
