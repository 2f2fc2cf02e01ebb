"""Inputs beside plate and matte that hold nothing are refused, and every input is called by its own name."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import card_of, onnx_colour

from photodouble.engine.prepare import prepare
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.exr import write_planes
from photodouble.image.window import Box
from photodouble.models.estimate import estimate
from photodouble.ops.opening import DOCUMENTS
from photodouble.ops.shot import spoken
from photodouble.takes.check import check_take
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import INPAINT, REPLACE

FRAMES = (1001, 1002)
BOX = Box.of_size(48, 64)


@pytest.fixture
def ask(tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest]) -> Callable[..., JobRequest]:
    """Give a function that makes a request with further inputs: `ask(lighting="light.####.exr")`."""
    shot = tiny_shot(frames=FRAMES)

    def make(**ports: object) -> JobRequest:
        request = request_for(shot)
        more = {port: PortInput(str(path)) for port, path in ports.items()}
        return dataclasses.replace(request, inputs={**request.inputs, **more})

    return make


def layer(folder: Path, values: dict[int, np.ndarray], box: Box = BOX) -> str:
    for frame, plane in values.items():
        path = folder / f"layer.{frame}.exr"
        write_planes(path, dict.fromkeys("RGB", plane), data_window=box, display_window=box, type="float")
    return str(folder / "layer.####.exr")


def full(value: float) -> np.ndarray:
    return np.full(BOX.size, value, np.float32)


def slope() -> np.ndarray:
    return np.linspace(0, 1, BOX.width, dtype=np.float32)[None].repeat(BOX.height, axis=0)


def refusal(request: JobRequest) -> ArtistError:
    with pytest.raises(ArtistError) as told:
        prepare(request)
    return told.value


@pytest.mark.parametrize("name", ["sheet.json", "sheet.exr"])
def test_a_reference_that_is_no_picture_is_refused_though_no_model_looks_at_it(
    name: str, ask: Callable[..., JobRequest], tmp_path: Path
) -> None:
    (tmp_path / name).write_text(json.dumps({"schema": 1}))
    assert refusal(ask(reference=tmp_path / name)).family == "input"


@pytest.mark.parametrize("port", ["lighting", "motion_map"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_light_and_motion_without_a_number_are_refused(
    port: str, value: float, ask: Callable[..., JobRequest], tmp_path: Path
) -> None:
    pattern = layer(tmp_path, dict.fromkeys(FRAMES, full(value)))
    error = refusal(ask(**{port: pattern}))
    assert error.family == "input"
    assert "NaN or infinite" in error.message


def test_motion_that_takes_every_pixel_to_one_place_is_refused(
    ask: Callable[..., JobRequest], tmp_path: Path
) -> None:
    assert refusal(ask(motion_map=layer(tmp_path, dict.fromkeys(FRAMES, full(0.5))))).family == "input"


def test_frames_that_say_nothing_beside_others_that_do_are_taken(
    ask: Callable[..., JobRequest], tmp_path: Path
) -> None:
    given = layer(tmp_path, {1001: full(np.nan), 1002: slope()})
    assert prepare(ask(motion_map=given)).shots
    assert prepare(ask(lighting=given)).shots


def test_a_keep_matte_of_another_size_is_called_a_matte(
    ask: Callable[..., JobRequest], tmp_path: Path
) -> None:
    small = Box.of_size(8, 8)
    pattern = layer(tmp_path, dict.fromkeys(FRAMES, np.zeros((8, 8), np.float32)), small)
    assert refusal(ask(keep=pattern)).title == "The keep matte has another size"


def test_every_matte_and_document_is_called_what_it_is() -> None:
    ports = [port for spec in (INPAINT, REPLACE) for port in spec.ports if port.direction == "in"]
    mattes = [spoken(port.key) for port in ports if port.role == "matte"]
    files = [spoken(port.key) for port in ports if port.role in DOCUMENTS]
    assert mattes and all(said.endswith("matte") and "_" not in said for said in mattes)
    assert files and all(said.endswith("file") for said in files)


def test_a_guides_file_that_changed_is_told_without_a_frame(
    ask: Callable[..., JobRequest], tmp_path: Path, settings: Any
) -> None:
    guides = tmp_path / "guides.json"
    line = {"frame": 1001, "points": [[2, 2], [60, 40]]}
    guides.write_text(json.dumps({"schema": 1, "lines": [line]}))
    request = ask(guides=guides)
    take = run_job(request, JobOptions(settings=settings)).take
    guides.write_text(json.dumps({"schema": 1, "lines": []}))
    found = check_take(take)
    assert [change.message for change in found] == ["the guides file has other content"]


def test_an_onnx_model_of_three_inputs_is_not_said_to_fill_pictures(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    fits = card_of(onnx_colour(tmp_path / "two.onnx", 0.2), tmp_path, name="two")
    shapes = {"image": [1, 3, 7, 7], "mask": [1, 1, 7, 7], "more": [1, 1, 7, 7]}
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 3, 7, 7])
    node = helper.make_node("Identity", ["image"], ["output"])
    model = helper.make_model(helper.make_graph([node], "three", inputs, [output]), ir_version=9)
    (tmp_path / "three.onnx").write_bytes(model.SerializeToString())
    assert estimate(fits) is not None
    assert estimate(card_of(tmp_path / "three.onnx", tmp_path, name="three")) is None
