"""What is staged, laid over the host's picture, is the engine's composite in the host's space and format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import OpenEXR
import pytest
from staged_takes import half_steps, laid_over, staged_planes

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.image.colour import space_named
from photodouble.image.frame import Frame
from photodouble.image.resample import placing, resampled
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.node_text import StageWish
from photodouble.takes.staged import write_staged
from photodouble.takes.staged_frame import unmixed
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.request import JobRequest

LOG, VIDEO, LINEAR = "ACEScct", "Gamma 2.4 Encoded Rec.709", "scene-linear"


def soft_take(shot: Any, request_for: Callable[..., JobRequest], settings: Settings) -> Take:
    request = request_for(shot, values={"matte_grow": 1, "matte_feather": 4.0})
    return run_job(request, JobOptions(settings=settings)).take


@pytest.fixture
def taken(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Settings
) -> tuple[Any, Take]:
    shot = tiny_shot(range(1001, 1003))
    return shot, soft_take(shot, request_for, settings)


def encoded(frame: Frame, space: str, window: Box) -> Any:
    return np.asarray(space_named(space).from_linear(frame.linear(window)), np.float32)


@pytest.mark.parametrize("space", [LOG, VIDEO, LINEAR])
def test_soft_edges_are_the_engines_in_the_takes_own_format(taken: tuple[Any, Take], space: str) -> None:
    shot, take = taken
    made = write_staged(take, StageWish(space), Reporter())
    for frame in (1001, 1002):
        plate = Sequence.find(shot.plate).read(frame)
        result = Sequence.find(take.picture("result", frame, "exr")).read(frame)
        window = plate.display_window
        planes = staged_planes(made.folder / f"frame.{frame}.exr", window)
        below, wanted = encoded(plate, space, window), encoded(result, space, window)
        found = laid_over(below, planes)
        soft = (planes["A"] > 0) & (planes["A"] < 1)
        assert soft.sum() > 100
        assert np.abs(wanted - below)[soft].max() > 0.01
        assert half_steps(found, wanted) <= 1
        assert np.array_equal(found[planes["A"] == 0], below[planes["A"] == 0])


@pytest.mark.parametrize(
    ("format", "fit"),
    [((96, 72), "fit"), ((96, 54), "fit"), ((96, 54), "fill"), ((96, 54), "stretch"), ((32, 24), "fit")],
)
def test_soft_edges_are_the_engines_in_a_hosts_format(
    taken: tuple[Any, Take], format: tuple[int, int], fit: str
) -> None:
    shot, take = taken
    made = write_staged(take, StageWish(LOG, format, fit=fit), Reporter())
    window, target = Box(0, 0, 64, 48), Box(0, 0, *format)
    how = placing(window, 1.0, target, 1.0, fit)
    plate = Sequence.find(shot.plate).read(1002)
    result = Sequence.find(take.picture("result", 1002, "exr")).read(1002)
    below = resampled(encoded(plate, LOG, window), window, how, target)
    wanted = resampled(encoded(result, LOG, window), window, how, target)
    planes = staged_planes(made.folder / "frame.1002.exr", target)
    inside = how.placed(window).intersect(target).slices_in(target)
    found = laid_over(below, planes)
    assert half_steps(found[inside], wanted[inside]) <= 1
    assert (planes["A"] > 0).sum() > 50
    assert np.array_equal(found[planes["A"] == 0], below[planes["A"] == 0])
    left_alone = np.ones(target.size, bool)
    left_alone[inside] = False
    assert not planes["A"][left_alone].any()


def test_without_scaling_the_picture_moves_by_whole_pixels(taken: tuple[Any, Take]) -> None:
    _, take = taken
    own = write_staged(take, StageWish(LOG), Reporter())
    moved = write_staged(take, StageWish(LOG, (80, 60), fit="none"), Reporter())
    small = staged_planes(own.folder / "frame.1001.exr", Box(0, 0, 64, 48))
    large = staged_planes(moved.folder / "frame.1001.exr", Box(0, 0, 80, 60))
    for name in "RGBAKN":
        assert np.array_equal(small[name], large[name][6:54, 8:72])
    cut = write_staged(take, StageWish(LOG, (21, 37), fit="none"), Reporter())
    part = staged_planes(cut.folder / "frame.1001.exr", Box(0, 0, 21, 37))
    assert (small["A"] > 0).sum() > (part["A"] > 0).sum() > 0
    for name in "RGBA":
        assert np.array_equal(part[name], small[name][6:43, 22:43])


def test_an_anamorphic_picture_is_laid_by_its_pixel_aspect() -> None:
    how = placing(Box(0, 0, 64, 48), 2.0, Box(0, 0, 128, 54), 1.0, "fit")
    assert (how.across, how.down) == pytest.approx((2.0, 1.0))
    how = placing(Box(0, 0, 64, 48), 2.0, Box(0, 0, 256, 108), 1.0, "fit")
    assert (how.across, how.down) == pytest.approx((4.0, 2.0))
    assert (how.right, how.below) == pytest.approx((0.0, 6.0))


def test_a_picture_keeps_its_place_when_it_is_resampled() -> None:
    """A ramp stays that ramp, at the centres of the new pixels, larger, smaller and squeezed."""
    window = Box(10, -5, 74, 43)
    rows, columns = np.mgrid[-5:43, 10:74].astype(np.float32) + 0.5
    ramp = np.stack([columns, rows], axis=-1)
    for format, fit in (((96, 54), "fit"), ((31, 17), "fill"), ((200, 30), "stretch")):
        target = Box(0, 0, *format)
        how = placing(window, 1.0, target, 1.0, fit)
        found = resampled(ramp, window, how, target)
        y, x = np.mgrid[: format[1], : format[0]] + 0.5
        wanted = np.stack([(x - how.right) / how.across, (y - how.below) / how.down], axis=-1)
        far = 3 * max(1.0, 1 / how.across, 1 / how.down)
        inner = (wanted > (10 + far, -5 + far)).all(axis=-1) & (wanted < (74 - far, 43 - far)).all(axis=-1)
        assert inner.sum() > 20
        assert np.abs(found - wanted)[inner].max() < 0.004


def test_a_part_is_resampled_as_the_whole_is() -> None:
    picture = np.random.default_rng(4).random((48, 64, 3), np.float32)
    window, target = Box(0, 0, 64, 48), Box(0, 0, 100, 56)
    how = placing(window, 1.0, target, 1.0, "fit")
    whole = resampled(picture, window, how, target)
    part = Box(40, 20, 70, 41)
    there = how.needed(part, window)
    assert window.contains(there) and there != window
    found = resampled(picture[there.slices_in(window)], there, how, part)
    assert np.array_equal(found, whole[part.slices_in(target)])


def test_a_matte_reaches_as_far_as_the_picture_under_it_may_have_changed() -> None:
    window, target = Box(0, 0, 64, 48), Box(0, 0, 100, 75)
    how = placing(window, 1.0, target, 1.0, "fit")
    touched = np.zeros((48, 64, 1), np.float32)
    touched[20:30, 30:41] = 1
    changed = resampled(touched, window, how, target)
    matte = resampled(touched, window, how, target, is_matte=True)
    assert matte.min() == 0 and matte.max() <= 1.000001
    assert (matte[changed != 0] > 0).all()
    assert (matte[36:42, 54:58] > 0.999).all()


def test_where_the_fill_cannot_be_told_from_a_wrong_mix_the_check_finds_it() -> None:
    """Planted: mixed with the plate's own share, as a host would that treats the fill as multiplied."""
    below, wanted = np.full((1, 1, 3), 0.2, np.float32), np.full((1, 1, 3), 0.6, np.float32)
    laid = unmixed(below, wanted, np.full((1, 1), 0.5, np.float32))
    planes = {name: laid[..., number] for number, name in enumerate("RGBA")}
    assert half_steps(laid_over(below, planes), wanted) <= 1
    assert half_steps(laid[..., :3] + 0.5 * below, wanted) > 1


def test_a_frame_without_a_matte_is_one_empty_pixel(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Settings
) -> None:
    shot = tiny_shot(range(1001, 1003))
    OpenEXR.File({}, {"A": np.zeros((48, 64), np.float16)}).write(str(shot.file("matte", 1002)))
    take = run_job(request_for(shot), JobOptions(settings=settings)).take
    made = write_staged(take, StageWish(LOG, (96, 54)), Reporter())
    file = OpenEXR.File(str(made.folder / "frame.1002.exr"), separate_channels=True)
    assert {name: channel.pixels.tolist() for name, channel in file.channels().items()} == {
        **{name: [[0.0]] for name in "RGBAK"},
        "N": [[-1.0]],
    }
    assert OpenEXR.File(str(made.folder / "frame.1001.exr")).header()["dataWindow"][1].tolist() != [0, 0]


def test_origin_says_what_it_said_in_the_take(taken: tuple[Any, Take]) -> None:
    _, take = taken
    made = write_staged(take, StageWish(LINEAR), Reporter())
    record = take.record(1001)
    assert record is not None
    file = OpenEXR.File(str(take.folder / record.files["origin"].path), separate_channels=True)
    told = {name: channel.pixels.astype(np.float32) for name, channel in file.channels().items()}
    planes = staged_planes(made.folder / "frame.1001.exr", Box(0, 0, 64, 48))
    inside = planes["A"] > 0
    (x0, y0), (x1, y1) = (corner.tolist() for corner in file.header()["dataWindow"])
    box = (slice(y0, y1 + 1), slice(x0, x1 + 1))
    assert np.array_equal(planes["K"][box][inside[box]], told["kind"][inside[box]])
    assert np.array_equal(planes["N"][box][inside[box]], told["frame"][inside[box]])
    assert planes["K"].max() > 0


def test_both_compressions_hold_the_same_pixels(taken: tuple[Any, Take]) -> None:
    _, take = taken
    made = [write_staged(take, StageWish(LOG, compression=word), Reporter()) for word in ("none", "zip")]
    files = [OpenEXR.File(str(one.folder / "frame.1001.exr"), separate_channels=True) for one in made]
    assert [file.header()["compression"] for file in files] == [
        OpenEXR.NO_COMPRESSION,
        OpenEXR.ZIP_COMPRESSION,
    ]
    first, second = (file.channels() for file in files)
    assert all(np.array_equal(first[name].pixels, second[name].pixels) for name in "RGBAKN")


def test_values_beyond_half_are_held_and_said_once(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Settings
) -> None:
    shot = tiny_shot(range(1001, 1003))
    for frame in (1001, 1002):
        bright = {name: np.full((48, 64), 1e6, np.float32) for name in "RGB"}
        OpenEXR.File({}, bright).write(str(shot.file("plate", frame)))
    take = run_job(request_for(shot), JobOptions(settings=settings)).take
    said: list[str] = []
    made = write_staged(take, StageWish(LINEAR), Reporter(on_warning=said.append))
    assert len(said) == 1 and "65504" in said[0]
    assert staged_planes(made.folder / "frame.1002.exr", Box(0, 0, 64, 48))["G"].max() == 65504


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (StageWish(""), "input.unknown_colourspace"),
        (StageWish("ACESzzz"), "input.unknown_colourspace"),
        (StageWish(LOG, (0, 54)), "usage.bad_value"),
        (StageWish(LOG, fit="squeeze"), "usage.bad_value"),
        (StageWish(LOG, pixel_aspect=float("nan")), "usage.bad_value"),
        (StageWish(LOG, compression="dwaa"), "usage.bad_value"),
        (StageWish(LOG, order=(1001, 900)), "usage.frames"),
    ],
)
def test_what_cannot_be_staged_is_refused_and_leaves_nothing(
    taken: tuple[Any, Take], wish: StageWish, code: str
) -> None:
    _, take = taken
    with pytest.raises(ArtistError) as refused:
        write_staged(take, wish, Reporter())
    assert refused.value.code == code
    assert not (take.folder.parent / "ofx").exists()
