"""Variants: several seeds on one sheet, and the take with one of them shows the very same pixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tiny_models

from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.variants import make_variants, seeds_of
from photodouble.image.sequence import Sequence
from photodouble.models.fillers import onnx
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    return Settings(
        cache_folder=str(tmp_path / "cache"),
        models_folder=str(tmp_path / "cards"),
        engine_folder=str(tmp_path / "state"),
        contact_sheet=False,
        threads=1,
    )


@pytest.fixture
def request_of(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest]
) -> Callable[..., JobRequest]:
    """Give a function that makes a request of a shot whose middle no frame shows."""
    shot = tiny_shot((1001, 1002))
    for frame in shot.frames:
        matte = np.zeros((48, 64), np.float32)
        matte[12:36, 16:48] = 1
        _write(shot.file("matte", frame), matte)

    def make(**values: Any) -> JobRequest:
        return request_for(shot, values={"analysis_size": 128, **values})

    return make


def _write(path: Path, matte: np.ndarray) -> None:
    import OpenEXR

    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, {"A": matte.astype(np.float16)}).write(str(path))


def results(request: JobRequest, settings: Settings) -> list[np.ndarray]:
    """Run a request and return its frames."""
    take = run_job(request, JobOptions(settings=settings)).take
    return [
        Sequence.find(take.picture("result", frame, "exr")).read(frame).linear() for frame in request.range
    ]


def test_every_seed_is_a_column_and_the_take_of_a_seed_comes_from_the_cache(
    own: Settings, request_of: Callable[..., JobRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = results(request_of(seed=8), Settings(**{**own.__dict__, "cache_folder": str(tmp_path / "other")}))
    made = make_variants(request_of(), (0, 8, 9), tmp_path / "sheet.png", own, Reporter())
    sheet = cv2.imread(str(made.sheet))
    assert made.seeds == (0, 8, 9) and len(made.frames) >= 1
    columns = np.array_split(sheet[: sheet.shape[0] // len(made.frames)], 4, axis=1)
    assert all(np.abs(columns[one].astype(int) - columns[other]).max() > 8 for one, other in ((1, 2), (2, 3)))
    from photodouble.ops.inpaint import operation

    monkeypatch.setattr(operation, "study", _not_again)
    assert all(
        np.array_equal(one, other) for one, other in zip(results(request_of(seed=8), own), fresh, strict=True)
    )


def test_more_seeds_are_tried_after_the_take_of_the_first(
    own: Settings, request_of: Callable[..., JobRequest], tmp_path: Path
) -> None:
    results(request_of(), own)
    made = make_variants(request_of(), (0, 8, 9), tmp_path / "sheet.png", own, Reporter())
    assert made.seeds == (0, 8, 9)


def _not_again(*_given: object) -> None:
    raise AssertionError("the analysis is in the cache")


def test_a_model_is_asked_once_a_seed_and_its_variants_differ(
    own: Settings, request_of: Callable[..., JobRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_models.file_model(tiny_models.onnx_colour(tmp_path / "grey.onnx", 0.2), "grey", own)
    asked: list[int] = []
    fill = onnx.OnnxFill.fill

    def counted(self: Any, pictures: Any, holes: Any, wish: Any, check: Any) -> Any:
        asked.append(wish.seed)
        return fill(self, pictures, holes, wish, check)

    monkeypatch.setattr(onnx.OnnxFill, "fill", counted)
    make_variants(request_of(model="grey"), (1, 2), tmp_path / "sheet.png", own, Reporter())
    before = len(asked)
    results(request_of(model="grey", seed=2), own)
    assert before >= 2 and len(asked) == before and len(set(asked)) == len(asked)


def test_seeds_are_those_given_or_follow_the_request_s_own() -> None:
    assert seeds_of(5, 3) == (5, 6, 7)
    assert seeds_of(5, 3, "1,9-10") == (1, 9, 10)
    for first, count, given in ((0, 0, ""), (0, 65, ""), (2147483646, 4, ""), (0, 4, "3000000000")):
        with pytest.raises(ArtistError):
            seeds_of(first, count, given)


def test_a_sheet_that_is_there_is_not_replaced(
    own: Settings, request_of: Callable[..., JobRequest], tmp_path: Path
) -> None:
    (tmp_path / "sheet.png").write_bytes(b"mine")
    with pytest.raises(ArtistError, match="there already"):
        make_variants(request_of(), (0,), tmp_path / "sheet.png", own, Reporter())
    with pytest.raises(ArtistError, match="PNG"):
        make_variants(request_of(), (0,), tmp_path / "sheet.exr", own, Reporter())
    assert (tmp_path / "sheet.png").read_bytes() == b"mine"
