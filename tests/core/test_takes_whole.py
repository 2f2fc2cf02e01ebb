"""Fill and matte over the whole frame: keyed once over the plate they give the take's own result."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.ops.operation import Reporter
from photodouble.takes.naming import Naming
from photodouble.takes.store import REQUEST, Take, TakeStore
from photodouble.takes.whole import whole_folder, write_whole
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest


def planes(path: str | Path) -> dict[str, Any]:
    """Read the planes of an EXR."""
    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    return {name: channels[name].pixels for name in channels}


@pytest.fixture
def soft(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Any
) -> tuple[Any, Take]:
    """Make a take with a soft matte."""
    shot = tiny_shot(range(1001, 1004))
    request = request_for(shot, values={"matte_feather": 3.0, "matte_grow": 1})
    result = run_job(request, JobOptions(settings=settings))
    return shot, result.take


def test_keyed_once_over_the_plate_it_is_the_result_to_a_half_float_step(soft: tuple[Any, Take]) -> None:
    shot, take = soft
    whole = write_whole(take, whole_folder(take), Reporter())
    assert whole.frames == (1001, 1002, 1003)
    soft_pixels = 0
    for frame in whole.frames:
        plate, fill = planes(shot.file("plate", frame)), planes(whole.fill.replace("####", str(frame)))
        result = planes(take.picture("result", frame, "exr"))
        matte = fill["A"]
        assert matte.shape == plate["R"].shape
        soft_pixels += int(((matte > 0) & (matte < 1)).sum())
        for name in "RGB":
            keyed = plate[name] * (1 - matte) + fill[name] * matte
            step = np.spacing(np.abs(result[name]).astype(np.float16)).astype(np.float32)
            assert np.all(np.abs(keyed - result[name].astype(np.float32)) <= step)
            outside = matte == 0
            assert np.array_equal(keyed[outside], plate[name].astype(np.float32)[outside])
            twice = plate[name] * (1 - matte * matte) + fill[name] * matte * matte
            assert np.any(np.abs(twice - result[name].astype(np.float32)) > step), (
                "the test sees a double key"
            )
    assert soft_pixels > 50


def test_origin_and_confidence_stand_where_colours_do(soft: tuple[Any, Take]) -> None:
    _, take = soft
    told = planes(write_whole(take, whole_folder(take), Reporter()).told.replace("####", "1002"))
    fill = planes(write_whole(take, whole_folder(take), Reporter()).fill.replace("####", "1002"))
    outside = fill["A"] == 0
    assert np.all(told["R"][outside] == 0) and np.all(told["G"][outside] == -1)
    assert np.all(told["R"][fill["A"] == 1] > 0)
    assert told["B"].min() >= 0 and told["B"].max() <= 1


def test_what_is_there_stays_and_the_take_is_not_touched(soft: tuple[Any, Take]) -> None:
    _, take = soft
    before = {path: path.stat().st_mtime_ns for path in take.folder.rglob("*") if path.is_file()}
    first = write_whole(take, whole_folder(take), Reporter())
    times = {path: path.stat().st_mtime_ns for path in whole_folder(take).rglob("*.exr")}
    assert write_whole(take, whole_folder(take), Reporter()) == first
    assert {path: path.stat().st_mtime_ns for path in whole_folder(take).rglob("*.exr")} == times
    assert {path: path.stat().st_mtime_ns for path in take.folder.rglob("*") if path.is_file()} == before
    assert [one.take_id for one in TakeStore(take.folder.parents[2], Naming()).all()] == [take.take_id]


def test_a_take_without_a_fill_says_so(soft: tuple[Any, Take], tmp_path: Path) -> None:
    _, take = soft
    bare = tmp_path / "takes" / "sh010" / "inpaint" / "v009"
    bare.mkdir(parents=True)
    shutil.copy(take.folder / REQUEST, bare)
    take = dataclasses.replace(take, folder=bare)
    with pytest.raises(ArtistError) as caught:
        write_whole(take, tmp_path / "whole", Reporter())
    assert caught.value.code == "engine.no_take"
    assert not (tmp_path / "whole").exists()
