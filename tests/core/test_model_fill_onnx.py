"""A studio's model fills what no frame shows: card, request, key frame, change, motion and take."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models
from tiny_models import onnx_colour

from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence
from photodouble.provenance.ledger import Ledger
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Warned
from photodouble_client.request import JobRequest

FRAMES = (1001, 1002, 1003)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give settings with a cards' folder of their own."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    return Settings(
        cache_folder=str(tmp_path / "cache"),
        models_folder=str(tmp_path / "cards"),
        engine_folder=str(tmp_path / "state"),
        contact_sheet=False,
        threads=1,
    )


Make = Callable[..., tuple[Any, list[str]]]


@pytest.fixture
def make(own: Settings, tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest]) -> Make:
    """Give a function that makes a take of the tiny shot with values, and returns it and what was said."""
    shot = tiny_shot(FRAMES)

    def run(**values: Any) -> tuple[Any, list[str]]:
        said: list[str] = []

        def hear(event: Event) -> None:
            if isinstance(event, Warned):
                said.append(event.message)

        given = {"grain": 0.0, "analysis_size": 128, **values}
        request = request_for(shot, values=given)
        return run_job(request, JobOptions(settings=own), on_event=hear), said

    return run


def pictures(result: Any, output: str, channels: str = "") -> list[np.ndarray]:
    """Read an output of a take, frame by frame."""
    return [
        Sequence.find(result.take.picture(output, frame, "exr"), channels=channels).read(frame).linear()
        for frame in FRAMES
    ]


def test_the_model_fills_the_matte_and_its_own_shift_of_colour_is_taken_off(
    own: Settings, make: Make, tmp_path: Path
) -> None:
    tiny_models.file_model(onnx_colour(tmp_path / "grey.onnx", 0.2, shift=0.05), "grey", own)
    result, said = make(model="grey", model_fills="matte")
    for frame in FRAMES:
        plate = Sequence.find(str(tmp_path / "in" / "plate.####.exr")).read(frame)
        matte = Sequence.find(str(tmp_path / "in" / "matte.####.exr"), channels="A").read(frame)
        inside = matte.stored()[:, :, 0] > 0
        done = Sequence.find(result.take.picture("result", frame, "exr")).read(frame).linear()
        assert np.array_equal(done[~inside], plate.linear()[~inside])
        assert np.abs(np.median(encode(done)[inside]) - 0.2) < 0.02
    assert any("needs about" in message for message in said)
    assert result.take.manifest()["models"][0]["name"] == "grey"


def test_the_prompt_is_kept_in_the_request_and_the_history_and_in_no_picture(
    own: Settings, make: Make, tmp_path: Path
) -> None:
    tiny_models.file_model(onnx_colour(tmp_path / "grey.onnx", 0.2), "grey", own)
    words = "copper gutters in the rain " * 400
    result, said = make(model="grey", model_fills="matte", prompt=words)
    assert any("takes no prompt" in message for message in said)
    for path in [*result.take.folder.glob("result/*"), *result.take.folder.glob("fill/*")]:
        assert b"copper gutters" not in path.read_bytes()
    assert "copper gutters" not in (result.take.folder / "manifest.json").read_text(encoding="utf-8")
    with Ledger.open(own) as ledger:
        started = next(dict(row.payload) for row in ledger.rows("run.started"))
    assert started["prompts"]["prompt"] == words
    assert [one["name"] for one in started["models"]] == ["grey"] and len(
        started["models"][0]["sha256"]
    ) == 64


def test_weights_that_forbid_commercial_use_are_refused_for_a_deliverable(
    own: Settings, make: Make, tmp_path: Path
) -> None:
    card = tiny_models.file_model(onnx_colour(tmp_path / "grey.onnx", 0.2), "grey", own)
    stored = {**card.to_json(), "commercial": "no"}
    (Path(own.models_folder) / "grey.json").write_text(json.dumps(stored), encoding="utf-8")
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes" / "photodouble.toml").write_text('[policy]\nmode = "deliverable"\n', encoding="utf-8")
    with pytest.raises(ArtistError) as refused:
        make(model="grey")
    assert refused.value.code == "model.refused" and "commercial" in refused.value.message
    assert not list((tmp_path / "takes").rglob("request.json"))


def test_a_model_without_a_card_is_told_before_anything_is_written(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as refused:
        make(model="nobody-knows")
    assert refused.value.code == "model.unknown"
    assert not list(tmp_path.rglob("request.json"))
