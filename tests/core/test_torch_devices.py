"""A device is chosen, kept for the take and noted; where it fails the processor goes on, and that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import OpenEXR
import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.models import devices
from photodouble.models.devices import NoDeviceError, asked_device, model_device, open_device
from photodouble.ops import compute
from photodouble.ops.compute import Use, computing_on, on_device, telling
from photodouble.ops.inpaint import device, pipeline, torch_membrane
from photodouble.ops.inpaint.complete import continue_inwards
from photodouble.ops.inpaint.footage import ArrayFootage
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Warned


@pytest.fixture
def rehearsal() -> Use:
    """Give the kernels of a card on the processor, with nothing lost yet."""
    pytest.importorskip("torch")
    return Use(open_device("torch"), 1 << 16)


@pytest.fixture
def fresh() -> Iterator[None]:
    """Let a test's devices and memory limits be its own."""
    for cached in (open_device, compute.use_of, device._fault):
        cached.cache_clear()
    yield
    for cached in (open_device, compute.use_of, device._fault):
        cached.cache_clear()


def plates(size: tuple[int, int] = (40, 64)) -> ArrayFootage:
    """Make three frames of a panned wall with a hole that walks."""
    wall = np.random.default_rng(1).random((size[0], size[1] + 40, 3)).astype(np.float32)
    wall = np.repeat(np.repeat(wall[::3, ::3], 3, 0), 3, 1)[: size[0]]
    pictures = [np.ascontiguousarray(wall[:, 4 * i : 4 * i + size[1]]) for i in range(3)]
    holes = [np.zeros(size, np.uint8) for _ in pictures]
    for i, hole in enumerate(holes):
        hole[14:26, 18 + 8 * i : 29 + 8 * i] = 1
    return ArrayFootage(pictures, holes)


def fills(footage: ArrayFootage) -> list[np.ndarray]:
    scratch = MemoryScratch()
    pipeline.analyse(footage, scratch, Settings(), pipeline.Silent())
    return [scratch.load("fill", index)["base"] for index in footage.targets]


@pytest.mark.parametrize("name", ["torch", "cuda", "mps"])
def test_a_shot_is_filled_alike_on_every_device(name):
    try:
        use = compute.use_of(name)
    except NoDeviceError as error:
        pytest.skip(f"not run on {name}: {error}")
    on_processor = fills(plates())
    with computing_on(use):
        on_device = fills(plates())
    assert not use.is_lost, use.lost
    assert np.std(on_processor[0]) > 0.05
    apart = max(float(np.abs(a - b).max()) for a, b in zip(on_processor, on_device, strict=True))
    assert apart <= device.TOLERANCE


def test_a_shot_is_filled_the_same_in_small_parts(rehearsal):
    with computing_on(rehearsal):
        whole = fills(plates())
    with computing_on(replace(rehearsal, batch=90)):
        parts = fills(plates())
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def doubled_twin(use: Use, values: np.ndarray) -> np.ndarray:
    return values * 2


def full_twin(use: Use, values: np.ndarray) -> np.ndarray:
    """Stand for a card on which only short runs find room."""

    def run(part: slice) -> tuple[np.ndarray]:
        if part.stop - part.start > 5000:
            raise use.device.torch.OutOfMemoryError("out of memory")
        return (values[part] + 1,)

    return compute.join(use.batches(len(values), run))[0]


def hopeless_twin(use: Use, values: np.ndarray) -> np.ndarray:
    def run(part: slice) -> tuple[np.ndarray]:
        raise use.device.torch.OutOfMemoryError("out of memory")

    return compute.join(use.batches(len(values), run))[0]


def broken_twin(use: Use, values: np.ndarray) -> np.ndarray:
    raise RuntimeError("CUDA error: an illegal memory access was encountered")


def kernel_with(
    twin: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., np.ndarray]:
    """Give a kernel that adds one, with a twin of ours."""
    monkeypatch.setattr(compute, "_loaded", lambda name: twin)

    @on_device("tests:twin")
    def add_one(values: np.ndarray) -> np.ndarray:
        return values + 1

    return add_one


def test_a_kernel_runs_on_the_device_only_where_one_is_used(rehearsal, monkeypatch):
    kernel = kernel_with(doubled_twin, monkeypatch)
    assert kernel(np.array([3.0])) == 4
    with computing_on(rehearsal):
        assert kernel(np.array([3.0])) == 6
        with computing_on(None):
            assert kernel(np.array([3.0])) == 4


def test_where_memory_runs_out_the_device_computes_in_smaller_parts_and_says_so_once(rehearsal, monkeypatch):
    said: list[str] = []
    kernel = kernel_with(full_twin, monkeypatch)
    values = np.arange(40_000.0)
    with computing_on(rehearsal), telling(said.append):
        assert np.array_equal(kernel(values), values + 1)
        assert np.array_equal(kernel(values), values + 1)
    assert not rehearsal.is_lost and rehearsal.batch <= 5000
    assert len(said) == 1 and "smaller parts" in said[0]


@pytest.mark.parametrize(("twin", "why"), [(hopeless_twin, "no memory"), (broken_twin, "illegal memory")])
def test_a_device_that_fails_leaves_the_work_to_the_processor_and_says_so(rehearsal, monkeypatch, twin, why):
    said: list[str] = []
    kernel = kernel_with(twin, monkeypatch)
    values = np.arange(9000.0)
    with computing_on(rehearsal), telling(said.append):
        assert np.array_equal(kernel(values), values + 1)
        monkeypatch.setattr(compute, "_loaded", lambda name: doubled_twin)
        assert np.array_equal(kernel(values), values + 1), "a lost device is not tried again"
    assert why in rehearsal.lost
    assert "the processor does the rest" in said[-1]


def test_a_missing_device_is_told_and_noted_and_the_processor_works():
    try:
        open_device("mps")
    except NoDeviceError:
        said: list[str] = []
        scratch = MemoryScratch()
        with device.studying_on("mps", scratch, said.append):
            assert compute._USED.get() is None
        record = scratch.load(device.STAGE, 0)
        assert (str(record["asked"]), str(record["label"])) == ("mps", "cpu")
        assert "mps is not used" in said[0]
        return
    pytest.skip("this machine has Apple graphics")


@pytest.mark.parametrize("asked", ["auto", "cpu"])
def test_motion_and_fill_stay_with_the_processor_unless_a_card_is_named(asked):
    said: list[str] = []
    scratch = MemoryScratch()
    with device.studying_on(asked, scratch, said.append):
        assert compute._USED.get() is None
        assert asked_device() == asked
    assert str(scratch.load(device.STAGE, 0)["name"]) == "cpu"
    assert said == []


def test_a_take_stays_on_the_device_it_was_begun_with(fresh):
    pytest.importorskip("torch")
    scratch = MemoryScratch()
    with device.studying_on("torch", scratch, lambda _: None):
        first = compute._USED.get()
    with device.studying_on("cpu", scratch, lambda _: None):
        assert compute._USED.get() is first
    with device.rendering_on(scratch):
        assert compute._USED.get() is first
    assert str(scratch.load(device.STAGE, 0)["label"]) == "torch on the processor"


def test_a_device_lost_on_the_way_is_noted_and_not_used_again(fresh, monkeypatch):
    pytest.importorskip("torch")
    said: list[str] = []
    scratch = MemoryScratch()
    with device.studying_on("torch", scratch, said.append):
        kernel_with(hopeless_twin, monkeypatch)(np.arange(9000.0))
    record = scratch.load(device.STAGE, 0)
    assert (str(record["label"]), str(record["lost"])) == ("torch on the processor, then cpu", "no memory")
    with device.rendering_on(scratch):
        assert compute._USED.get() is None


def test_a_take_that_goes_on_without_its_card_says_on_what_it_was_begun(fresh, monkeypatch):
    scratch = MemoryScratch()
    scratch.save(device.STAGE, 0, asked="cuda", name="cuda", label="cuda NVIDIA L40S", lost="")
    said: list[str] = []

    def nothing(name: str) -> Use:
        raise NoDeviceError("torch finds no NVIDIA graphics card here")

    monkeypatch.setattr(device, "use_of", nothing)
    with device.rendering_on(scratch):
        assert compute._USED.get() is None
    with device.studying_on("cuda", scratch, said.append):
        assert compute._USED.get() is None
    record = scratch.load(device.STAGE, 0)
    assert (str(record["label"]), str(record["name"])) == ("cuda NVIDIA L40S, then cpu", "cpu")
    assert len(said) == 1


def test_a_card_that_ran_short_is_noted_with_its_smaller_parts(fresh, monkeypatch):
    pytest.importorskip("torch")
    scratch = MemoryScratch()
    with device.studying_on("torch", scratch, lambda _: None):
        kernel_with(full_twin, monkeypatch)(np.arange(300_000.0))
    assert str(scratch.load(device.STAGE, 0)["label"]) == "torch on the processor, in smaller parts"
    assert str(scratch.load(device.STAGE, 0)["name"]) == "torch"


def test_a_device_with_other_pixels_is_refused(fresh, monkeypatch):
    """Plant a twin that is a little too bright: the check before a take begins must find it."""
    pytest.importorskip("torch")
    loaded = compute._loaded

    def planted(name: str) -> Callable[..., object]:
        if not name.endswith(":solve"):
            return loaded(name)
        return lambda use, *given: loaded(name)(use, *given) + np.float32(0.01)

    monkeypatch.setattr(compute, "_loaded", planted)
    said: list[str] = []
    with device.studying_on("torch", MemoryScratch(), said.append):
        assert compute._USED.get() is None
    assert "its pixels differ by 0.01" in said[0]
    assert len(said) == 1


def test_the_limit_of_a_cards_memory_is_heeded(fresh, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setenv("PHOTODOUBLE_GPU_MEMORY_GB", "0.1")
    assert compute.use_of("torch").device.room == 100_000_000
    assert compute.use_of("torch").batch == 100_000_000 // 8192
    for cached in (open_device, compute.use_of):
        cached.cache_clear()
    monkeypatch.setenv("PHOTODOUBLE_GPU_MEMORY_GB", "lots")
    with pytest.raises(ArtistError, match="limit of memory"):
        compute.use_of("torch")


@pytest.mark.parametrize(
    ("asked", "cuda", "mps", "used"),
    [
        ("auto", True, False, "cuda"),
        ("auto", False, True, "cpu"),
        ("cpu", True, True, "cpu"),
        ("cuda", False, False, "cpu"),
        ("mps", False, True, "mps"),
    ],
)
def test_a_model_computes_where_the_artist_says(asked, cuda, mps, used):
    torch = SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: cuda),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )
    with devices.asking(asked):
        assert model_device(torch) == used


def test_a_picture_is_brought_to_the_device_once_and_let_go_with_the_array(rehearsal):
    picture = np.zeros((4, 4, 3), np.int16)
    first = rehearsal.held.tensor(rehearsal.device, picture)
    assert rehearsal.held.tensor(rehearsal.device, picture) is first
    assert len(rehearsal.held._tensors) == 1
    del picture, first
    assert len(rehearsal.held._tensors) == 0


def test_the_membrane_of_a_closed_picture_is_zero_on_every_device(rehearsal):
    with computing_on(rehearsal):
        assert not continue_inwards(np.ones((4, 4, 1)), np.ones((4, 4), np.uint8)).any()


def picture(take: Take, frame: int) -> np.ndarray:
    return np.asarray(OpenEXR.File(str(take.picture("result", frame, "exr"))).channels()["RGB"].pixels)


def take_on(asked: str, request_for, shot, settings) -> tuple[Take, list[str]]:
    """Make a whole take on a device; give it and the warnings."""
    said: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, Warned):
            said.append(event.message)

    request = request_for(shot, values={"device": asked})
    return run_job(request, JobOptions(settings=settings), on_event=note).take, said


def test_a_take_made_by_the_kernels_of_a_card_has_the_same_pixels_and_names_the_card(
    fresh, tiny_shot, request_for, settings, monkeypatch
):
    """The kernels run by torch on the processor, in the place of a card that is not here."""
    pytest.importorskip("torch")
    shot = tiny_shot(frames=range(1001, 1003))
    plain, _ = take_on("cpu", request_for, shot, settings)
    assert list(Path(settings.cache_folder).rglob("*.npz"))
    rehearsed = compute.use_of
    monkeypatch.setattr(device, "use_of", lambda name: rehearsed("torch"))
    monkeypatch.setattr(torch_membrane, "FEWEST", 500)
    take, said = take_on("cuda", request_for, shot, settings)
    assert said == []
    assert plain.manifest()["devices"] == ["cpu"]
    assert take.manifest()["devices"] == ["torch on the processor"]
    assert take.manifest()["analysis_key"] != plain.manifest()["analysis_key"]
    for frame in shot.frames:
        ours, theirs = (picture(each, frame) for each in (plain, take))
        assert np.abs(ours.astype(np.float64) - theirs).max() <= device.TOLERANCE


def test_a_take_for_a_card_that_is_not_here_is_made_by_the_processor_and_says_so(
    fresh, tiny_shot, request_for, settings, monkeypatch
):
    def nothing(name: str) -> Use:
        raise NoDeviceError("torch finds no NVIDIA graphics card here")

    monkeypatch.setattr(device, "use_of", nothing)
    take, said = take_on("cuda", request_for, tiny_shot(frames=range(1001, 1003)), settings)
    assert any("cuda is not used: torch finds no NVIDIA" in line for line in said)
    assert take.manifest()["devices"] == ["cpu"]
    assert not list(Path(settings.cache_folder).rglob("*.npz")), "the card may be there the next time"


def test_a_card_that_fails_while_a_frame_is_made_is_told_and_the_frame_is_whole(
    fresh, tiny_shot, request_for, settings, monkeypatch
):
    """The card dies at its first resample of a plate, after it has passed its check."""
    pytest.importorskip("torch")
    shot = tiny_shot(frames=range(1001, 1003))
    plain, _ = take_on("cpu", request_for, shot, settings)
    loaded, rehearsed = compute._loaded, compute.use_of

    def dies(use: Use, picture_read: np.ndarray, *given: np.ndarray) -> None:
        if picture_read.shape[:2] != device.CHECKED:
            raise RuntimeError("CUDA error: unspecified launch failure")
        loaded("photodouble.ops.inpaint.torch_resample:sample")(use, picture_read, *given)

    monkeypatch.setattr(compute, "_loaded", lambda name: dies if name.endswith(":sample") else loaded(name))
    monkeypatch.setattr(device, "use_of", lambda name: rehearsed("torch"))
    take, said = take_on("cuda", request_for, shot, settings)
    assert [
        line for line in said if "unspecified launch failure" in line and "processor does the rest" in line
    ]
    for frame in shot.frames:
        assert np.array_equal(picture(plain, frame), picture(take, frame))
