"""A take of the real engine, staged and shown by the node, is the engine's own composite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from finished_takes import Made
from ofx_host import PROFILES, Host, Layout, Pixels
from ofx_stage import half_steps, same_bits
from staged_takes import stage

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.image.colour import space_named
from photodouble.image.resample import placing, resampled
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.takes.finding import store_at
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

SPACES = ("ACEScct", "Gamma 2.4 Encoded Rec.709", "scene-linear", "DaVinci Intermediate WideGamut")
WINDOW = Box(0, 0, 64, 48)
FRAMES = (1001, 1002, 1003, 1004)


@pytest.fixture(scope="module")
def soft_take(shot_writer: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Run a tiny inpaint whose matte has a soft edge, and return where it is."""
    made = Made(tmp_path_factory.mktemp("soft"))
    shot = shot_writer(made.folder / "in", range(1001, 1005))
    request = JobRequest(
        operation="inpaint",
        inputs={"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
        values={"matte_grow": 1, "matte_feather": 4.0},
        range=FrameRange(FRAMES),
        output_root=str(made.show / "takes"),
        shot="sh010",
    )
    made.show.mkdir()
    run_job(request, JobOptions(settings=made.settings))
    return made


def taken(made: Made, number: int, space: str) -> tuple[Pixels, Pixels]:
    """Return the plate and the engine's result of a frame in a host's space, (H, W, 3)."""
    take = store_at(str(made.show / "takes")).all()[0]
    encode = space_named(space).from_linear
    plate = Sequence.find(str(made.folder / "in" / "plate.####.exr")).read(number)
    result = Sequence.find(take.picture("result", number, "exr")).read(number)
    return tuple(np.asarray(encode(one.linear(WINDOW)), np.float32) for one in (plate, result))  # type: ignore[return-value]


def with_alpha(picture: Pixels) -> Pixels:
    alpha = np.linspace(0, 1, picture.shape[0] * picture.shape[1], dtype=np.float32)
    return np.concatenate((picture, alpha.reshape(*picture.shape[:2], 1)), axis=-1)


def matte_of(node: Any, number: int, source: Pixels) -> Pixels:
    node.set("view", "Matte")
    matte = node.render(source, time=float(number))[..., 0]
    node.set("view", "Result")
    return np.asarray(matte)


@pytest.mark.parametrize("name", sorted(PROFILES))
@pytest.mark.parametrize("space", SPACES)
def test_the_node_shows_the_engines_composite(soft_take: Made, ofx_node: Path, space: str, name: str) -> None:
    folder = stage(soft_take, space)
    with Host(ofx_node, PROFILES[name]) as host, host.instance("filter", {"take": str(folder)}) as node:
        for number in FRAMES:
            plate, result = taken(soft_take, number, space)
            source = with_alpha(plate)
            shown = node.render(source, time=float(number), layout=Layout(padding=5, flipped=True))
            matte = matte_of(node, number, source)
            soft = (matte > 0) & (matte < 1)
            assert soft.sum() > 60
            assert np.abs(result - plate)[soft].max() > 0.005
            assert half_steps(shown[..., :3], result, plate) <= 1
            assert same_bits(shown[matte == 0], source[matte == 0])
            assert same_bits(shown[..., 3], source[..., 3])
    assert host.complaints == ()


@pytest.mark.parametrize("fit", ["none", "fit", "fill", "stretch"])
@pytest.mark.parametrize("size", [(96, 54), (64, 48), (31, 40)])
def test_it_is_the_composite_in_the_format_of_the_timeline_too(
    soft_take: Made, ofx_resolve: Host, size: tuple[int, int], fit: str
) -> None:
    folder = stage(soft_take, "ACEScct", format=f"{size[0]}x{size[1]}", fit=fit)
    target = Box(0, 0, *size)
    how = placing(WINDOW, 1.0, target, 1.0, fit)
    plate, result = (resampled(one, WINDOW, how, target) for one in taken(soft_take, 1002, "ACEScct"))
    source = with_alpha(np.asarray(plate, np.float32))
    with ofx_resolve.instance("general", {"take": str(folder)}) as node:
        shown = node.render(source, time=0.0, source_frame=1)
        matte = matte_of(node, 1002, source)
    inside = how.placed(WINDOW).intersect(target).slices_in(target)
    assert (matte > 0).sum() > 40
    assert half_steps(shown[..., :3][inside], np.asarray(result)[inside], np.asarray(plate)[inside]) <= 1
    assert same_bits(shown[matte == 0], source[matte == 0])


def test_a_retimed_stage_shows_the_frames_in_the_order_played(soft_take: Made, ofx_resolve: Host) -> None:
    folder = stage(soft_take, "ACEScct", order="1004,1003,1003,1001,1001,1001", begin="0")
    with ofx_resolve.instance("filter", {"take": str(folder)}) as node:
        for time, number in enumerate((1004, 1003, 1003, 1001, 1001, 1001)):
            plate, result = taken(soft_take, number, "ACEScct")
            shown = node.render(with_alpha(plate), time=float(time), source_frame=number - 1001)
            assert half_steps(shown[..., :3], result, plate) <= 1
        source = with_alpha(taken(soft_take, 1001, "ACEScct")[0])
        assert same_bits(node.render(source, time=6.0), source)


def test_zip_shows_the_same_bits_as_none(soft_take: Made, ofx_resolve: Host) -> None:
    source = with_alpha(taken(soft_take, 1003, "ACEScct")[0])
    shown = []
    for compression in ("none", "zip"):
        folder = stage(soft_take, "ACEScct", compression=compression)
        with ofx_resolve.instance("filter", {"take": str(folder)}) as node:
            shown.append(node.render(source, time=1003.0))
    assert same_bits(*shown)
    assert not same_bits(shown[0], source)
