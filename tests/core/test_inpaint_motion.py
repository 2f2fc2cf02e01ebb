"""The motion fill: truth behind the matte comes back, holes never leak, stopped work goes on."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from photodouble.ops.inpaint import pipeline
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.motion import Motion, field
from photodouble.ops.inpaint.pipeline import Silent, analyse
from photodouble.ops.inpaint.scratch import FolderScratch, MemoryScratch
from photodouble.ops.inpaint.settings import Settings

SIZE = (96, 128)


def textured(height: int = 260, width: int = 400, seed: int = 5) -> np.ndarray:
    noise = np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2.0) + 0.5 * cv2.GaussianBlur(noise, (0, 0), 8.0)
    return np.clip((soft - soft.mean()) * 4 + 0.5, 0.02, 0.98).astype(np.float32)


def panned(count: int, step: float = 3.0) -> list[np.ndarray]:
    scene = textured()
    h, w = SIZE
    return [cv2.getRectSubPix(scene, (w, h), (80 + step * i, 120.0)) for i in range(count)]


def blob(x: int = 52, y: int = 36, size: int = 24) -> np.ndarray:
    hole = np.zeros(SIZE, np.uint8)
    hole[y : y + size, x : x + size] = 1
    return hole


def filled(footage: ArrayFootage, settings: Settings | None = None) -> MemoryScratch:
    scratch = MemoryScratch()
    analyse(footage, scratch, settings or Settings(), Silent())
    return scratch


def error(scratch: MemoryScratch, truth: np.ndarray, hole: np.ndarray, index: int) -> float:
    record = scratch.load("fill", index)
    x0, y0, x1, y1 = record["box"]
    inside = hole[y0:y1, x0:x1] > 0
    return float(np.sqrt(((record["base"] - truth[y0:y1, x0:x1])[inside] ** 2).mean()))


def test_what_a_pan_reveals_comes_back_behind_a_still_matte() -> None:
    truth = panned(14)
    hidden = [np.where(blob()[..., None] > 0, np.float32(0.5), t) for t in truth]
    scratch = filled(ArrayFootage(hidden, [blob()] * 14))
    assert max(error(scratch, truth[i], blob(), i) for i in range(14)) < 0.02


def test_what_lies_under_the_matte_never_reaches_the_fill() -> None:
    truth = panned(12)
    first = [np.where(blob()[..., None] > 0, np.float32(0.1), t) for t in truth]
    second = [np.where(blob()[..., None] > 0, np.float32(0.9), t) for t in truth]
    fills = [filled(ArrayFootage(shot, [blob()] * 12)).load("fill", 5)["base"] for shot in (first, second)]
    x0, y0, x1, y1 = filled(ArrayFootage(first, [blob()] * 12)).load("fill", 5)["box"]
    inside = blob()[y0:y1, x0:x1] > 0
    assert np.array_equal(fills[0][inside], fills[1][inside])


def test_a_locked_off_camera_gives_the_background_back() -> None:
    scene = panned(1)[0]
    grain = np.random.default_rng(2)
    frames, holes = [], []
    for i in range(12):
        holes.append(blob(x=10 + 8 * i, size=20))
        plate = scene + grain.normal(0, 0.004, scene.shape).astype(np.float32)
        frames.append(np.where(holes[-1][..., None] > 0, np.float32(0), plate).astype(np.float32))
    scratch = filled(ArrayFootage(frames, holes))
    assert max(error(scratch, scene, holes[i], i) for i in range(12)) < 0.006


def test_every_pixel_names_the_frame_and_place_it_comes_from() -> None:
    truth = panned(14)
    record = filled(ArrayFootage(truth, [blob()] * 14)).load("fill", 6)
    x0, y0, x1, y1 = record["box"]
    inside = (blob()[y0:y1, x0:x1] > 0) & (record["kind"] == 1)
    assert inside.sum() > 0.95 * blob().sum()
    _, xs = np.nonzero(inside)
    moved = record["map"][inside][:, 0] - (xs + x0) + 3.0 * (record["source"][inside] - 6.0)
    assert np.abs(moved).max() < 0.5
    assert (record["source"][inside] != 6).all()


def test_a_single_frame_is_filled_smoothly_and_called_unseen() -> None:
    record = filled(ArrayFootage([panned(1)[0]], [blob()])).load("fill", 0)
    x0, y0, x1, y1 = record["box"]
    inside = blob()[y0:y1, x0:x1] > 0
    assert (record["kind"][inside] == 3).all()
    assert np.isfinite(record["base"]).all()


def test_a_frame_without_matte_is_not_filled() -> None:
    holes = [blob(), np.zeros(SIZE, np.uint8), blob()]
    scratch = filled(ArrayFootage(panned(3), holes))
    assert [scratch.has("fill", i) for i in range(3)] == [True, False, True]


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (9, 7), (40, 16)])
def test_tiny_frames_are_filled(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).random((*size, 3)).astype(np.float32)
    hole = np.zeros(size, np.uint8)
    hole[: max(size[0] // 2, 1), : max(size[1] // 2, 1)] = 1
    record = filled(ArrayFootage([picture, picture], [hole, hole])).load("fill", 1)
    assert np.isfinite(record["base"]).all()


def test_a_matte_over_nearly_everything_is_filled() -> None:
    hole = np.ones(SIZE, np.uint8)
    hole[3:7, 3:7] = 0
    record = filled(ArrayFootage(panned(2), [hole, hole])).load("fill", 0)
    assert np.isfinite(record["base"]).all()


def test_the_painted_frame_rules_the_others() -> None:
    truth = panned(10)
    hole = blob(size=28)
    painted = np.where(hole[..., None] > 0, np.float32([0.9, 0.1, 0.1]), truth[4]).astype(np.float32)
    frames = [*truth[:4], painted, *truth[5:]]
    scratch = filled(ArrayFootage(frames, [hole] * 10, painted=frozenset({4})))
    assert not scratch.has("fill", 4)
    for index in (3, 5):
        record = scratch.load("fill", index)
        x0, y0, *_ = record["box"]
        middle = record["base"][50 - y0, 66 - x0]
        assert np.abs(middle - [0.9, 0.1, 0.1]).max() < 0.15
        assert record["kind"][50 - y0, 66 - x0] == 4
        assert record["source"][50 - y0, 66 - x0] == 4


def test_an_excluded_frame_gives_nothing_but_is_filled() -> None:
    truth = panned(12)
    truth[6] = np.full_like(truth[6], 0.97)
    bans = [np.full(SIZE, i == 6, np.uint8) for i in range(12)]
    scratch = filled(ArrayFootage(truth, [blob()] * 12, bans=bans))
    assert scratch.has("fill", 6)
    for index in (4, 5, 7):
        assert not (scratch.load("fill", index)["source"] == 6).any()


def test_exposure_drift_between_frames_does_not_show() -> None:
    truth = [(t * 0.8 + 0.01 * i).astype(np.float32) for i, t in enumerate(panned(14))]
    scratch = filled(ArrayFootage(truth, [blob()] * 14))
    assert max(error(scratch, truth[i], blob(), i) for i in range(3, 11)) < 0.02
    record = scratch.load("fill", 6)
    real = record["source"] >= 0
    expected = 0.01 * (6.0 - record["source"][real])
    assert real.any()
    assert np.abs(record["gain"][real].mean(1) - expected).max() < 0.012


def test_values_below_zero_and_far_above_one_come_back() -> None:
    truth = [np.where(t > 0.8, t * 5, t - 0.6).astype(np.float32) for t in panned(14)]
    scratch = filled(ArrayFootage(truth, [blob()] * 14))
    record = scratch.load("fill", 6)
    x0, y0, x1, y1 = record["box"]
    inside = blob()[y0:y1, x0:x1] > 0
    assert record["base"][inside].min() < -0.1
    assert record["base"].min() > min(t.min() for t in truth) - 0.05


def test_the_same_shot_gives_the_same_pixels_at_any_thread_count() -> None:
    footage = ArrayFootage(panned(8), [blob()] * 8)
    before = cv2.getNumThreads()
    fills = []
    for threads in (1, 4):
        cv2.setNumThreads(threads)
        fills.append(filled(footage).load("fill", 3)["base"])
    cv2.setNumThreads(before)
    assert np.array_equal(*fills)


class StopsAfter(Silent):
    def __init__(self, steps: int) -> None:
        self.left = steps

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise InterruptedError


@pytest.mark.parametrize("steps", [3, 12, 20])
def test_stopped_work_goes_on_to_the_same_result(tmp_path: Path, steps: int) -> None:
    footage = ArrayFootage(panned(8), [blob()] * 8)
    scratch = FolderScratch(tmp_path)
    with pytest.raises(InterruptedError):
        analyse(footage, scratch, Settings(), StopsAfter(steps))
    analyse(footage, FolderScratch(tmp_path), Settings(), Silent())
    expected = filled(footage).load("fill", 4)
    found = FolderScratch(tmp_path).load("fill", 4)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("motion", ["static", "plane", "flow"])
def test_one_kind_of_motion_alone_can_be_asked_for(motion: str) -> None:
    still = motion == "static"
    truth = panned(10, step=0.0 if still else 3.0)
    holes = [blob(x=8 + 9 * i if still else 52, size=20) for i in range(10)]
    scratch = filled(ArrayFootage(truth, holes), Settings(motion=motion))
    assert error(scratch, truth[5], holes[5], 5) < 0.03


def test_a_smooth_field_goes_on_through_a_hole() -> None:
    y, x = np.mgrid[:60, :80].astype(np.float32)
    ramp = np.stack([0.1 * x + 0.05 * y, 2 - 0.02 * x], 2)
    hole = np.zeros((60, 80), np.uint8)
    hole[15:45, 20:60] = 1
    assert np.abs(continue_inwards(np.where(hole[..., None] > 0, 0, ramp), hole) - ramp).max() < 0.03


def test_the_dense_step_follows_a_pan() -> None:
    scratch = filled(ArrayFootage(panned(4), [blob()] * 4))
    step = Motion(scratch, "motion").step(1, 1)
    flow = field(step, step.box)
    assert np.abs(flow[..., 0] + 3).mean() < 0.1
    assert np.abs(flow[..., 1]).mean() < 0.1


def test_a_half_written_record_counts_as_missing(tmp_path: Path) -> None:
    scratch = FolderScratch(tmp_path)
    scratch.save("fill", 3, base=np.ones(5))
    (tmp_path / "fill" / "000003.npz").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(KeyError):
        FolderScratch(tmp_path).load("fill", 3)


def test_old_records_leave_memory_and_come_back_from_disk(tmp_path: Path) -> None:
    scratch = FolderScratch(tmp_path, cache_bytes=2000)
    for index in range(20):
        scratch.save("base", index, value=np.full(100, index, np.float64))
    assert all(scratch.load("base", index)["value"][0] == index for index in range(20))
    assert scratch._held <= 2000


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []

    class Tells(Silent):
        def progress(self, done: int, of: int, note: str) -> None:
            told.append((done, of))

    analyse(ArrayFootage(panned(4), [blob()] * 4), MemoryScratch(), Settings(), Tells())
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_opencv_gets_its_threads_back() -> None:
    before = cv2.getNumThreads()
    with pipeline.one_thread():
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == before
