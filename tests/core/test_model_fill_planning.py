"""How a model is shown a picture: bounded, in tiles that fit; and what becomes of what it gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_models import card_of, fill_with, onnx_colour, still_plates

from photodouble.image.encoding import decode, encode
from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.fill import Holes, Pictures, Wish, open_fill_model
from photodouble.models.memory import limit_in
from photodouble.ops.inpaint.model_paint import Painter
from photodouble.ops.inpaint.model_tiles import Plan, paint, plan_for
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.pipeline import Silent
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError


@dataclasses.dataclass
class Echo:
    """A model that lays a grey into the hole and notes what it was shown."""

    grey: float = 0.3
    room: int = 10**9
    size: int = 32
    fixed: bool = False
    broken: bool = False
    hears: frozenset[str] = frozenset()
    kind: str = "image"
    multiple: int = 8
    window: int = 1
    seen: list[Pictures] = dataclasses.field(default_factory=list)

    def memory(self, height: int, width: int, frames: int) -> int:
        return height * width * frames * 1000

    def fill(self, pictures: Pictures, holes: Holes, wish: Wish, check: Callable[[], None]) -> Pictures:
        if pictures[..., 0].size * 1000 > self.room:
            raise MemoryError
        self.seen.append(pictures)
        made = np.where(holes[..., None] > 0, np.float32(self.grey), pictures).astype(np.float32)
        return made * np.float32(np.nan) if self.broken else made

    def remarks(self, wish: Wish) -> tuple[str, ...]:
        return ()


def window(height: int = 64, width: int = 96, seed: int = 0) -> tuple[Pictures, Holes]:
    """Return a working-encoded picture with a highlight and a negative value, and a hole in its middle."""
    picture = np.random.default_rng(seed).random((1, height, width, 3)).astype(np.float32) * 0.6
    picture[0, 2, 2], picture[0, 3, 3] = 3.5, -0.4
    hole = np.zeros((1, height, width), np.float32)
    hole[0, height // 4 : -height // 4, width // 4 : -width // 4] = 1
    return picture, hole


def test_the_model_sees_only_values_from_0_to_1_and_outside_the_hole_nothing_changes() -> None:
    picture, hole = window()
    model = Echo(size=128)
    made = paint(model, picture, hole, plan_for((64, 96), model, 0), Wish(), Silent().check)
    assert all(shown.min() >= 0 and shown.max() <= 1 for shown in model.seen)
    assert np.array_equal(made[hole == 0], picture[hole == 0])
    assert np.abs(made[hole > 0] - 0.3).max() < 1e-4


def test_highlights_under_the_hole_that_the_model_leaves_stay_what_they_are() -> None:
    picture, hole = window()
    picture[0, 30:34, 40:50] = encode(np.float32(40.0).reshape(1))[0]

    class Idle(Echo):
        def fill(self, pictures: Pictures, holes: Holes, wish: Wish, check: Callable[[], None]) -> Pictures:
            return pictures

    model = Idle(size=128)
    made = paint(model, picture, hole, plan_for((64, 96), model, 0), Wish(), Silent().check)
    assert np.allclose(decode(made), decode(picture), rtol=1e-5)


@pytest.mark.parametrize("fixed", [False, True])
def test_every_part_of_a_hole_is_filled_whatever_the_tiles(fixed: bool) -> None:
    picture, hole = window(90, 150)
    model = Echo(size=32, fixed=fixed)
    made = paint(model, picture, hole, Plan(1, 32), Wish(), Silent().check)
    assert np.abs(made[hole > 0] - 0.3).max() < 1e-4
    assert len(model.seen) > 4
    assert {shown.shape[1:3] for shown in model.seen} == {(32, 32)}


def test_a_window_that_is_too_large_is_first_filled_small_and_whole_then_refined_in_tiles() -> None:
    picture, hole = window(96, 128)
    model = Echo(size=64, hears=frozenset({"strength"}))
    plan = plan_for((96, 128), model, 0)
    made = paint(model, picture, hole, plan, Wish(), Silent().check)
    assert plan == Plan(2, 64)
    assert model.seen[0].shape[1:3] == (48, 64) and len(model.seen) > 2
    assert np.abs(made[hole > 0] - 0.3).max() < 0.02


def test_tiles_are_cut_to_what_fits_into_memory() -> None:
    model = Echo(size=512)
    assert plan_for((400, 500), model, 0).side == 504
    assert plan_for((400, 500), model, model.memory(130, 130, 1)).side == 128
    assert plan_for((400, 500), model, 1).side >= 64


def painted(model: Echo, plates: ArrayPlates, fills: str = "unseen") -> tuple[list[np.ndarray], list[str]]:
    """Fill still plates with a model that is there already; return the filled pixels and what was said."""
    said: list[str] = []
    card = ModelCard("echo", "echo.onnx", "0" * 64, 1, "onnx")
    painter = Painter(card, Wish(), fills, Reporter(on_warning=said.append), [model])
    rendered, _ = fill_with(painter, plates)
    return [one.fill[one.matte > 0] for one in rendered], said


def test_where_memory_runs_out_smaller_tiles_do_and_it_is_said() -> None:
    small = still_plates(1)
    plates = ArrayPlates(
        [np.kron(small.plates[0], np.ones((3, 3, 1), np.float32))],
        [np.kron(small.mattes[0], np.ones((3, 3), np.float32))],
    )
    filled, said = painted(Echo(size=512, room=120 * 120 * 1000), plates)
    assert abs(float(np.median(encode(filled[0]))) - 0.3) < 0.02
    assert any("not enough memory" in line and "tiles of 104 x 104" in line for line in said)
    with pytest.raises(ArtistError) as refused:
        painted(Echo(size=512, room=1000), plates)
    assert refused.value.code == "engine.memory"


def test_broken_pixels_leave_the_frame_to_the_weight_free_engine_and_that_is_said() -> None:
    plates = still_plates()
    broken, said = painted(Echo(broken=True), plates)
    plain = [one.fill[one.matte > 0] for one in fill_with(None, plates)[0]]
    assert all(np.array_equal(one, other) for one, other in zip(broken, plain, strict=True))
    assert any("broken pixels for frame" in line for line in said)
    whole, _ = painted(Echo(broken=True), plates, "matte")
    assert all(np.array_equal(one, other) for one, other in zip(whole, plain, strict=True))
    with pytest.raises(ArtistError, match="gave no picture"):
        painted(Echo(broken=True), plates, "change")


def test_a_change_starts_from_what_the_matte_shows_and_follows_its_own_motion() -> None:
    model = Echo(size=128)
    plates = still_plates(3)
    filled, _ = painted(model, plates, "change")
    assert np.abs(model.seen[0][0][28, 36] - encode(np.float32([0.9]))[0]).max() < 0.02
    assert all(abs(float(np.median(encode(one))) - 0.3) < 0.02 for one in filled)


def test_what_a_model_made_follows_the_light_of_each_frame() -> None:
    still = still_plates(3)
    plates = dataclasses.replace(
        still,
        plates=[plate * np.float32(gain) for plate, gain in zip(still.plates, (1.0, 0.8, 0.6), strict=True)],
    )
    filled, _ = painted(Echo(), plates)
    levels = [float(np.median(encode(one))) for one in filled]
    assert levels[0] > levels[1] + 0.02 > levels[2] + 0.04


@pytest.mark.parametrize("frames", [0, 3])
def test_a_video_model_fills_a_run_of_frames_by_windows(tmp_path: Path, frames: int) -> None:
    feeding = Feeding(kind="video", window=3)
    card = card_of(onnx_colour(tmp_path / "run.onnx", 0.2, frames=frames), tmp_path, feeding)
    model = open_fill_model(card)
    assert (model.kind, model.window) == ("video", 3)
    rendered, scratch = fill_with(card, still_plates(7))
    assert [scratch.has("invented", index) for index in range(7)] == [True] * 7
    assert scratch.has("film", 2)
    for one in rendered:
        assert abs(float(np.median(encode(one.fill[one.matte > 0]))) - 0.2) < 0.02
        assert set(np.unique(one.kind[one.matte > 0])) == {3.0}


def test_a_model_of_one_size_is_shown_just_that(tmp_path: Path) -> None:
    card = card_of(onnx_colour(tmp_path / "grey.onnx", 0.2, side=48), tmp_path)
    rendered, _ = fill_with(card, still_plates(1))
    assert abs(float(np.median(encode(rendered[0].fill[rendered[0].matte > 0]))) - 0.2) < 0.02


def test_a_model_that_takes_something_else_is_refused_with_what_it_wants(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in "ab"]
    node = helper.make_node("Identity", ["a"], ["b"])
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]), ir_version=9)
    path = tmp_path / "one.onnx"
    path.write_bytes(model.SerializeToString())
    assert onnx.load(str(path)).graph.name == "g"
    with pytest.raises(ArtistError) as refused:
        open_fill_model(card_of(path, tmp_path))
    assert refused.value.code == "model.refused" and "a (1,3,8,8)" in refused.value.message


def test_a_limit_of_memory_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTODOUBLE_GPU_MEMORY_GB", "much")
    with pytest.raises(ArtistError, match="cannot be read"):
        limit_in("PHOTODOUBLE_GPU_MEMORY_GB")
    monkeypatch.setenv("PHOTODOUBLE_GPU_MEMORY_GB", "1.5")
    assert limit_in("PHOTODOUBLE_GPU_MEMORY_GB") == 1_500_000_000
