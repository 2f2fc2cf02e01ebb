"""Networks for CatFileCreator, run as Nuke would run them: in a process that knows nothing of us."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import card_of, diffusers_folder, mask_unet, onnx_colour, torchscript_colour
from tiny_reagers import fran_safetensors

from photodouble.image.bounded import bound, bounds_of, unbound
from photodouble.image.encoding import decode, encode
from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.fill import Wish, open_fill_model
from photodouble.models.nuke_export import NukeModel, write_nuke_model
from photodouble.models.reage import open_reager
from photodouble.models.scripts import check_script
from photodouble_client.errors import ArtistError

torch = pytest.importorskip("torch")

INFERENCE = """
import sys
import numpy, torch
assert not [name for name in sys.modules if name.startswith("photodouble")]
script, planes, made = sys.argv[1:4]
network = torch.jit.load(script)
for given in sys.argv[4:]:
    name, _, value = given.partition("=")
    assert isinstance(getattr(network, name), float), name
    setattr(network, name, float(value))
x = torch.from_numpy(numpy.load(planes))
for kind in (torch.float32, torch.float16):
    network = network.to(kind)
    with torch.no_grad():
        y, again = network(x.to(kind)), network(x.to(kind))
    assert y.dtype == kind and y.numpy().tobytes() == again.numpy().tobytes(), kind
    numpy.save(made + ("/half" if kind == torch.float16 else "/float"), y.float().numpy())
"""
"""What Nuke's Inference does: loads a network without us, sets its controls, runs it as float or half."""


def inferred(
    made: NukeModel, planes: np.ndarray, folder: Path, python: str = sys.executable, **controls: float
) -> tuple[np.ndarray, np.ndarray]:
    """Run a network on (channels, H, W) in a process of its own; return what it gave as float and as half."""
    np.save(folder / "planes.npy", planes[None].astype(np.float32))
    given = [f"{name}={value}" for name, value in controls.items()]
    command = [
        python,
        "-I",
        "-c",
        INFERENCE,
        str(made.script),
        str(folder / "planes.npy"),
        str(folder),
        *given,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=folder)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return np.load(folder / "float.npy")[0], np.load(folder / "half.npy")[0]


def scene(height: int = 37, width: int = 53) -> np.ndarray:
    """Return rgb of scene pixels, (3, H, W): below 0, far above 1, and plain ones."""
    chance = np.random.default_rng(3)
    rgb = (chance.random((3, height, width)) * 0.8).astype(np.float32)
    rgb[:, :6, :6] = -0.25
    rgb[:, -7:, -7:] = 40.0
    rgb[:, 20, 10] = 6.5
    return rgb.astype(np.float16).astype(np.float32)


def soft_matte(height: int = 37, width: int = 53) -> np.ndarray:
    """Return a matte with a soft edge, (1, H, W)."""
    matte = np.zeros((1, height, width), np.float32)
    matte[0, 10:30, 12:40] = 0.5
    matte[0, 12:28, 14:38] = 1
    return matte


def filling(tmp_path: Path, **feeding: Any) -> tuple[ModelCard, NukeModel]:
    weights = mask_unet(tmp_path / "net.safetensors")
    card = card_of(weights, tmp_path, Feeding(architecture="mask-unet", **feeding))
    return card, write_nuke_model(card, tmp_path / "fill.pt")


def ageing(tmp_path: Path) -> tuple[ModelCard, NukeModel]:
    weights = fran_safetensors(tmp_path / "age.safetensors")
    card = card_of(weights, tmp_path, Feeding(architecture="fran-unet"), "age")
    return card, write_nuke_model(card, tmp_path / "age.pt")


@pytest.mark.parametrize(
    "feeding",
    [{}, {"encoding": "signed", "gives": "unit"}, {"hole": "black", "masked": True, "encoding": "bytes"}],
)
def test_a_fill_is_that_of_the_engine_and_outside_the_matte_is_the_plate(
    tmp_path: Path, feeding: dict[str, Any]
) -> None:
    card, made = filling(tmp_path, **feeding)
    rgb, matte = scene(40, 56), soft_matte(40, 56)
    as_float, as_half = inferred(made, np.concatenate([rgb, matte]), tmp_path)
    outside = np.broadcast_to(matte == 0, rgb.shape)
    assert np.array_equal(as_float[outside], rgb[outside])
    assert np.array_equal(as_half[outside], rgb[outside])
    encoded = encode(np.ascontiguousarray(rgb.transpose(1, 2, 0)))
    bounds = bounds_of(encoded)
    picture, hole = bound(encoded, bounds), (matte > 0).astype(np.float32)
    fill = open_fill_model(card).fill(picture[None], hole, Wish(), lambda: None)[0]
    fill = decode(unbound(fill, bounds)).transpose(2, 0, 1)
    wanted = rgb + (fill - rgb) * matte
    inside = ~outside
    assert np.abs(encode(as_float[inside]) - encode(wanted[inside])).max() < 1e-3
    assert np.median(np.abs(encode(as_half[inside]) - encode(wanted[inside]))) < 5e-3
    assert np.abs(wanted[inside] - rgb[inside]).max() > 0.05


@pytest.mark.parametrize("size", [(37, 53), (5, 7), (64, 48), (1, 1)])
def test_any_size_comes_out_as_it_went_in(tmp_path: Path, size: tuple[int, int]) -> None:
    _, made = filling(tmp_path)
    rgb = np.full((3, *size), 0.3, np.float32)
    as_float, as_half = inferred(made, np.concatenate([rgb, np.ones((1, *size), np.float32)]), tmp_path)
    assert as_float.shape == as_half.shape == (3, *size)
    assert np.isfinite(as_float).all() and np.isfinite(as_half).all()
    _, older = ageing(tmp_path)
    assert inferred(older, rgb, tmp_path)[0].shape == (3, *size)


def test_an_age_is_that_of_the_engine_and_values_beyond_the_range_stay(tmp_path: Path) -> None:
    card, made = ageing(tmp_path)
    rgb = scene(64, 64)
    as_float, as_half = inferred(made, rgb, tmp_path, age_now=61, age_wanted=24)
    encoded = encode(np.ascontiguousarray(rgb.transpose(1, 2, 0)))
    bounds = bounds_of(encoded)
    picture = bound(encoded, bounds)
    delta = open_reager(card).change(picture, (61, 24))
    change = decode(unbound(picture + delta, bounds)) - decode(unbound(picture, bounds))
    wanted = rgb + change.transpose(2, 0, 1)
    assert np.median(np.abs(as_float - wanted)) < 1e-4
    assert np.median(np.abs(as_half - wanted)) < 1e-2
    assert np.median(np.abs(wanted - rgb)) > 1e-3
    none, none_half = inferred(made, rgb, tmp_path, amount=0)
    assert np.array_equal(none, rgb) and np.array_equal(none_half, rgb)


def test_the_brightest_value_is_a_control_and_keeps_frames_alike(tmp_path: Path) -> None:
    """One firefly changes what the network sees of every pixel, unless the brightest value is said."""
    _, made = filling(tmp_path)
    calm = np.concatenate([np.full((3, 40, 56), 0.9, np.float32), soft_matte(40, 56)])
    lit = calm.copy()
    lit[:3, 0, 0] = 60000
    filled = np.broadcast_to(soft_matte(40, 56) > 0, (3, 40, 56))
    own = [inferred(made, one, tmp_path)[0][filled] for one in (calm, lit)]
    said = [inferred(made, one, tmp_path, brightest=8)[0][filled] for one in (calm, lit)]
    assert np.abs(own[0] - own[1]).max() > 1e-3
    assert np.abs(said[0] - said[1]).max() < 1e-6


def test_broken_pixels_stay_where_they_are(tmp_path: Path) -> None:
    _, made = filling(tmp_path)
    planes = np.concatenate([scene(), soft_matte()])
    planes[0, 2, 2], planes[1, 30, 50], planes[2, 15, 20] = np.nan, np.inf, np.nan
    as_float, _ = inferred(made, planes, tmp_path)
    assert np.isnan(as_float[0, 2, 2]) and np.isinf(as_float[1, 30, 50])
    assert np.isfinite(as_float).sum() == as_float.size - 2


def test_a_torchscript_program_is_taken_as_it_is(tmp_path: Path) -> None:
    card = card_of(torchscript_colour(tmp_path / "grey.pt"), tmp_path)
    made = write_nuke_model(card, tmp_path / "nuke.pt")
    rgb, matte = scene(), soft_matte()
    rgb[rgb > 1], rgb[rgb < 0] = 1, 0
    as_float, _ = inferred(made, np.concatenate([rgb, matte]), tmp_path)
    grey = float(decode(np.array([0.2], np.float32))[0])
    assert np.abs(as_float[:, 20, 20] - grey).max() < 1e-4


def test_a_program_that_gives_several_pictures_gives_its_first(tmp_path: Path) -> None:
    class Pair(torch.nn.Module):  # type: ignore[misc]
        def forward(self, picture: torch.Tensor, hole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return picture * (1 - hole) + 0.5 * hole, hole

    torch.jit.save(torch.jit.script(Pair()), str(tmp_path / "pair.pt"))
    made = write_nuke_model(card_of(tmp_path / "pair.pt", tmp_path), tmp_path / "nuke.pt")
    as_float, _ = inferred(made, np.concatenate([scene() * 0, soft_matte()]), tmp_path)
    assert abs(float(encode(as_float[0, 20, 20])) - 0.5) < 1e-4


def test_the_program_calculates_and_does_nothing_else(tmp_path: Path) -> None:
    _, made = filling(tmp_path)
    with made.script.open("rb") as file:
        check_script(file, made.script.name)


def test_the_text_beside_it_names_every_knob_and_every_control_is_an_attribute(tmp_path: Path) -> None:
    _, made = ageing(tmp_path)
    words = made.words.read_text(encoding="utf-8")
    knobs = ("torchScriptFile", "catFile", "channelsIn", "channelsOut", "modelId", "outputScale")
    assert all(f"  {knob} " in words for knob in knobs) and "createCatFile" in words
    assert "rgba.red,rgba.green,rgba.blue\n" in words and "Licence: Apache-2.0" in words
    network = torch.jit.load(str(made.script))
    for name, value in made.controls:
        assert getattr(network, name) == value and f"{name} " in words
    assert not network.training and len(list(network.parameters()))


def _video(tmp_path: Path) -> ModelCard:
    weights = mask_unet(tmp_path / "net.safetensors")
    return card_of(weights, tmp_path, Feeding(architecture="mask-unet", kind="video", window=5))


def _fixed(tmp_path: Path) -> ModelCard:
    class Fixed(torch.nn.Module):  # type: ignore[misc]
        def forward(self, picture: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
            return picture.reshape(1, 3, 48, 64) * hole

    example = torch.rand(1, 3, 48, 64), torch.rand(1, 1, 48, 64)
    torch.jit.save(torch.jit.trace(Fixed(), example), str(tmp_path / "fixed.pt"))
    return card_of(tmp_path / "fixed.pt", tmp_path)


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (lambda at: card_of(diffusers_folder(at / "paint"), at), "many steps"),
        (lambda at: card_of(onnx_colour(at / "grey.onnx", 0.2), at), "ONNX"),
        (_video, "several frames"),
        (_fixed, "of any size"),
    ],
)
def test_what_inference_cannot_run_is_refused_in_words(
    tmp_path: Path, card: Callable[[Path], ModelCard], why: str
) -> None:
    with pytest.raises(ArtistError) as refused:
        write_nuke_model(card(tmp_path), tmp_path / "nuke.pt")
    assert refused.value.code == "model.refused" and why in refused.value.message
    assert not (tmp_path / "nuke.pt").exists() and not (tmp_path / "nuke.txt").exists()


def test_the_command_asks_the_card_and_overwrites_nothing(
    photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    with (tmp_path / "user.toml").open("a", encoding="utf-8") as stream:
        stream.write(f'models_folder = "{(tmp_path / "cards").as_posix()}"\n')
    weights = mask_unet(tmp_path / "net.safetensors")
    photodouble("models", "add", weights, "--use", "temp", "--fill", "architecture=mask-unet")
    command = ("models", "nuke", "net", "--output", tmp_path / "fill.pt")
    told = json.loads(photodouble(*command, "--json").stdout)
    assert told["channels_in"][3] == "rgba.alpha" and Path(told["script"]).is_file()
    assert "Mind: no vendor attests" in Path(told["words"]).read_text(encoding="utf-8")
    again = photodouble(*command)
    assert again.returncode == 3 and "is there already" in again.stderr
    assert photodouble(*command, "--overwrite").returncode == 0
    final = photodouble(*command, "--overwrite", "--use", "final")
    assert final.returncode != 0 and "permits temp and not final" in final.stderr


@pytest.mark.skipif(not os.environ.get("PHOTODOUBLE_OLD_TORCH"), reason="names Pythons with torch 1.6, 1.12")
def test_it_gives_the_same_in_the_torch_of_old_nukes(tmp_path: Path) -> None:
    for write, planes in ((filling, np.concatenate([scene(), soft_matte()])), (ageing, scene())):
        _, made = write(tmp_path)
        new, _ = inferred(made, planes, tmp_path)
        for python in os.environ["PHOTODOUBLE_OLD_TORCH"].split(os.pathsep):
            text = INFERENCE.replace("(torch.float32, torch.float16)", "(torch.float32,)")
            text = text.replace("y.numpy().tobytes() == again.numpy().tobytes()", "True")
            np.save(tmp_path / "planes.npy", planes[None])
            command = [python, "-c", text, str(made.script), str(tmp_path / "planes.npy"), str(tmp_path)]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
            assert ran.returncode == 0, ran.stderr[-2000:]
            old = np.load(tmp_path / "float.npy")[0]
            assert np.median(np.abs(old - new)) < 1e-5
