"""Staging of plates that are not the plain kind: overscan, alpha, stereo, movies; and long ones."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from finished_takes import Made, make_take
from staged_takes import half_steps, laid_over, staged_planes

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.image.colour import space_named
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.image.write import write_planes
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.node_text import StageWish
from photodouble.takes.staged import write_staged
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

LOG = "ACEScct"


def texture(window: Box, number: int) -> Any:
    rows, columns = np.mgrid[window.y0 : window.y1, window.x0 : window.x1].astype(np.float32)
    grain = np.random.default_rng(number).random((*window.size, 3), np.float32)
    return 0.2 + 0.1 * np.sin((columns + 3 * number) / 5)[..., None] + 0.001 * rows[..., None] + 0.05 * grain


def write(path: Path, planes: dict[str, Any], window: Box, display: Box, aspect: float = 1.0) -> None:
    write_planes(path, planes, data_window=window, display_window=display, pixel_aspect=aspect, type="float")


def run(folder: Path, settings: Settings, **values: Any) -> Any:
    request = JobRequest(
        operation="inpaint",
        inputs={
            "plate": PortInput(str(folder / "plate.####.exr")),
            "matte": PortInput(str(folder / "matte.####.exr")),
        },
        range=FrameRange(range(1001, 1003)),
        values={"matte_feather": 3.0, **values},
        output_root=str(folder / "takes"),
        shot="sh010",
    )
    return run_job(request, JobOptions(settings=settings)).take


def write_shot(
    folder: Path, window: Box, display: Box, hole: Box, *, alpha: bool = False, aspect: float = 1.0
) -> None:
    for frame in (1001, 1002):
        colours = texture(window, frame)
        planes = {name: colours[..., n] for n, name in enumerate("RGB")}
        if alpha:
            share = np.linspace(0.25, 1, window.width, dtype=np.float32)[None].repeat(window.height, 0)
            planes = {**{name: plane * share for name, plane in planes.items()}, "A": share}
        write(folder / f"plate.{frame}.exr", planes, window, display, aspect)
        matte = np.zeros(window.size, np.float32)
        matte[hole.slices_in(window)] = 1
        write(folder / f"matte.{frame}.exr", {"A": matte}, window, display, aspect)


def test_overscan_is_staged_where_the_format_is_the_takes_own(tmp_path: Path, settings: Settings) -> None:
    window, display = Box(-8, -6, 72, 54), Box(0, 0, 64, 48)
    write_shot(tmp_path, window, display, Box(-4, 20, 12, 34))
    take = run(tmp_path, settings)
    own = write_staged(take, StageWish(LOG), Reporter())
    plate = Sequence.find(tmp_path / "plate.####.exr").read(1001)
    result = Sequence.find(take.picture("result", 1001, "exr")).read(1001)
    planes = staged_planes(own.folder / "frame.1001.exr", window)
    below, wanted = (space_named(LOG).from_linear(one.linear(window)) for one in (plate, result))
    assert (planes["A"][:, :8] > 0).sum() > 20
    assert half_steps(laid_over(below, planes), wanted) <= 1
    assert own.words.words["display"] == "0 0 64 48"
    other = write_staged(take, StageWish(LOG, (64, 48)), Reporter())
    staged_planes(other.folder / "frame.1001.exr", display)


def test_a_display_window_that_does_not_begin_at_zero_keeps_its_place(
    tmp_path: Path, settings: Settings
) -> None:
    window = Box(100, 200, 164, 248)
    write_shot(tmp_path, window, window, Box(120, 215, 140, 230))
    take = run(tmp_path, settings)
    own = write_staged(take, StageWish(LOG), Reporter())
    moved = write_staged(take, StageWish(LOG, (64, 48)), Reporter())
    assert own.words.words["display"] == "100 200 164 248"
    assert moved.words.words["display"] == "0 0 64 48"
    first = staged_planes(own.folder / "frame.1002.exr", window)
    second = staged_planes(moved.folder / "frame.1002.exr", Box(0, 0, 64, 48))
    assert all(np.array_equal(first[name], second[name]) for name in "RGBAKN")


def test_a_plate_multiplied_by_its_alpha_is_staged_so(tmp_path: Path, settings: Settings) -> None:
    window = Box(0, 0, 64, 48)
    write_shot(tmp_path, window, window, Box(20, 15, 40, 30), alpha=True)
    take = run(tmp_path, settings)
    made = write_staged(take, StageWish(LOG), Reporter())
    plate = Sequence.find(tmp_path / "plate.####.exr").read(1001)
    result = Sequence.find(take.picture("result", 1001, "exr")).read(1001)
    assert plate.is_premultiplied
    below, wanted = (
        space_named(LOG).from_linear(one.linear(window)) * one.alpha(window)[..., None]
        for one in (plate, result)
    )
    planes = staged_planes(made.folder / "frame.1001.exr", window)
    assert half_steps(laid_over(below, planes), wanted) <= 1
    assert (planes["A"] > 0).any()


def test_an_anamorphic_plate_fills_a_square_format_as_it_is_seen(tmp_path: Path, settings: Settings) -> None:
    window = Box(0, 0, 64, 48)
    write_shot(tmp_path, window, window, Box(16, 12, 48, 36), aspect=2.0)
    take = run(tmp_path, settings, matte_feather=0.0)
    own = write_staged(take, StageWish(LOG), Reporter())
    assert own.words.words["pixel_aspect"] == "2"
    seen = write_staged(take, StageWish(LOG, (128, 96)), Reporter())
    assert seen.words.words["pixel_aspect"] == "1"
    planes = staged_planes(seen.folder / "frame.1001.exr", Box(0, 0, 128, 96))
    rows, columns = np.nonzero(planes["A"] > 0.999)
    found = (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1)
    assert np.abs(np.subtract(found, (32, 96, 36, 60))).max() <= 3


def test_a_movie_is_numbered_as_its_frames_are(tmp_path: Path, settings: Settings) -> None:
    av = pytest.importorskip("av")
    container = av.open(str(tmp_path / "plate.mkv"), "w")
    stream = container.add_stream("ffv1", rate=24)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "gbrp10le"
    for number in range(5):
        wide = np.clip(texture(Box(0, 0, 64, 48), number) * 60000, 0, 65535).astype(np.uint16)
        for packet in stream.encode(av.VideoFrame.from_ndarray(wide, "rgb48le").reformat(format="gbrp10le")):
            container.mux(packet)
    for packet in stream.encode():
        container.mux(packet)
    container.close()
    for frame in range(1, 6):
        matte = np.zeros((48, 64), np.float32)
        matte[15:30, 20:40] = 1
        write(tmp_path / f"matte.{frame:04d}.exr", {"A": matte}, Box(0, 0, 64, 48), Box(0, 0, 64, 48))
    request = JobRequest(
        operation="inpaint",
        inputs={
            "plate": PortInput(str(tmp_path / "plate.mkv"), colourspace=LOG),
            "matte": PortInput(str(tmp_path / "matte.####.exr")),
        },
        range=FrameRange(range(3, 6)),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
    )
    take = run_job(request, JobOptions(settings=settings)).take
    made = write_staged(take, StageWish(LOG), Reporter(), threads=3)
    words = made.words.words
    assert (words["first"], words["last"], words["source_first"]) == ("3", "5", "1")
    below = Sequence.find(tmp_path / "plate.mkv", colourspace=LOG).read(4).stored()
    result = Sequence.find(take.picture("result", 4, "exr")).read(4)
    wanted = space_named(LOG).from_linear(result.linear(result.display_window))
    planes = staged_planes(made.folder / "frame.0004.exr", Box(0, 0, 64, 48))
    inside = planes["A"] == 1
    assert inside.sum() > 100
    assert half_steps(laid_over(below, planes)[inside], wanted[inside]) <= 1


def test_each_eye_of_a_stereo_take_is_staged_for_itself(
    tmp_path: Path, settings: Settings, tiny_shot: Callable[..., Any]
) -> None:
    for seed, eye in enumerate(("left", "right"), 5):
        tiny_shot(range(1, 3), name=f"{eye}_eye", seed=seed)
    ports = {name: PortInput(str(tmp_path / "%V_eye" / f"{name}.####.exr")) for name in ("plate", "matte")}
    request = JobRequest(
        "inpaint",
        inputs=ports,
        range=FrameRange((1, 2)),
        output_root=str(tmp_path / "takes"),
        shot="sh010",
        view="left,right",
    )
    take = run_job(request, JobOptions(settings=settings)).take
    names, window = [], Box(0, 0, 64, 48)
    for eye in ("left", "right"):
        made = write_staged(take, StageWish("scene-linear", view=eye), Reporter())
        below = Sequence.find(tmp_path / f"{eye}_eye" / "plate.####.exr").read(2).linear(window)
        wanted = Sequence.find(take.picture("result", 2, "exr", eye)).read(2).linear(window)
        planes = staged_planes(made.folder / "frame.0002.exr", window)
        assert half_steps(laid_over(below, planes), wanted) <= 1
        names.append(made.folder.name)
    assert names == ["scene_linear_64x48_own_left", "scene_linear_64x48_own_right"]
    with pytest.raises(ArtistError, match="it has left and right"):
        write_staged(take, StageWish("scene-linear", view="middle"), Reporter())


@pytest.fixture(scope="module")
def long_take(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> Made:
    folder = tmp_path_factory.mktemp("long") / "site"
    folder.mkdir()
    return make_take(folder, shot_writer, range(1001, 1017))


def test_memory_does_not_grow_with_the_length_of_the_shot(long_take: Made) -> None:
    def most(count: int) -> int:
        wish = StageWish(LOG, (1024, 576), order=tuple(range(1001, 1001 + count)))
        tracemalloc.start()
        write_staged(long_take.take, wish, Reporter(), threads=2, again=True)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    short = most(4)
    assert short > 5_000_000
    assert most(16) < 1.25 * short
