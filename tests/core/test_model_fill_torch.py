"""Tiny random models of the real classes: a diffusers folder, a TorchScript program, weights of a class."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from tiny_models import card_of, diffusers_folder, fill_with, mask_unet, still_plates, torchscript_colour

from photodouble.image.encoding import encode
from photodouble.models.card import ModelCard
from photodouble.models.estimate import estimate
from photodouble.models.feeding import Feeding
from photodouble.models.fill import Wish, open_fill_model
from photodouble.models.inspect import inspected_format
from photodouble.models.registry import ModelRegistry
from photodouble.ops.operation import Stopped
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return diffusers_folder(tmp_path_factory.mktemp("pipeline") / "paint")


@pytest.fixture
def card(folder: Path, tmp_path: Path) -> ModelCard:
    return card_of(folder, tmp_path)


def filled(card: ModelCard, **wish: object) -> np.ndarray:
    """Return the pixels (n, 3) that the first frame of the still shot is filled with."""
    rendered, _ = fill_with(card, still_plates(), **wish)  # type: ignore[arg-type]
    return rendered[0].fill[rendered[0].matte > 0]


def test_a_folder_is_one_card_with_one_hash_over_all_its_files(
    card: ModelCard, folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    twin = card_of(copy, tmp_path / "other")
    assert card.format == "diffusers"
    assert (twin.sha256, twin.bytes) == (card.sha256, card.bytes)
    settings = Settings(cache_folder=str(tmp_path / "cache"))
    (copy / "unet" / "config.json").write_text((copy / "unet" / "config.json").read_text() + " ")
    assert "changed" in ModelRegistry.of(settings).fault(twin)


def test_a_diffusers_folder_fills_what_no_frame_shows_and_the_same_seed_gives_the_same_pixels(
    card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    plates = still_plates()
    first, scratch = fill_with(card, plates, prompt="a wall", seed=3)
    again = filled(card, prompt="a wall", seed=3)
    other = filled(card, prompt="a wall", seed=4)
    assert np.array_equal(first[0].fill[first[0].matte > 0], again)
    assert np.abs(again - other).max() > 0.005
    assert scratch.has("invented", int(scratch.load("key", 0)["at"]))
    inside = first[0].matte > 0
    assert set(np.unique(first[0].kind[inside])) == {3.0}
    flickers = np.abs(encode(first[0].fill) - encode(first[2].fill))[inside]
    assert np.median(flickers) < 0.002
    assert "HF_HUB_OFFLINE" in os.environ


def _no_network(*_given: object) -> None:
    raise AssertionError("nothing may reach for the network")


def test_a_prompt_that_is_longer_than_the_model_reads_is_told(card: ModelCard) -> None:
    said: list[str] = []
    fill_with(card, still_plates(1), said, prompt="wall " * 2000)
    assert any("reads only the beginning of the prompt: 75 of 8000" in line for line in said)


def test_a_stop_ends_a_pipeline_after_the_step_it_is_in(card: ModelCard) -> None:
    model, asked = open_fill_model(card), []

    def check() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Stopped

    picture, hole = np.full((1, 32, 32, 3), 0.5, np.float32), np.ones((1, 32, 32), np.float32)
    with pytest.raises(Stopped):
        model.fill(picture, hole, Wish(steps=20), check)


def test_a_torchscript_program_fills_the_hole_with_its_grey(tmp_path: Path) -> None:
    card = card_of(torchscript_colour(tmp_path / "grey.pt"), tmp_path)
    assert card.format == "torchscript"
    assert abs(float(np.median(encode(filled(card)))) - 0.2) < 0.02


def test_weights_of_a_registered_class_fill_the_hole(tmp_path: Path) -> None:
    weights = mask_unet(tmp_path / "net.safetensors")
    card = card_of(weights, tmp_path, Feeding(architecture="mask-unet"))
    fill = filled(card)
    assert np.isfinite(fill).all()
    assert np.array_equal(fill, filled(card))


def test_weights_of_another_class_are_refused_with_the_reason(tmp_path: Path) -> None:
    card = card_of(mask_unet(tmp_path / "net.safetensors"), tmp_path, Feeding(architecture="big-net"))
    with pytest.raises(ArtistError) as refused:
        open_fill_model(card)
    assert refused.value.code == "model.refused" and "mask-unet" in refused.value.message
    with pytest.raises(ArtistError, match="no class"):
        open_fill_model(dataclasses.replace(card, fill=None))


@pytest.mark.parametrize(
    "spoil, code",
    [
        (lambda at: (at / "model_index.json").unlink(), "input.unsupported_format"),
        (lambda at: (at / "model_index.json").write_text("[" * 100_000), "input.unsupported_format"),
        (lambda at: _reclass(at, "StableDiffusionPipeline"), "input.unsupported_format"),
        (lambda at: (at / "unet" / "extra.py").write_text("import os"), "model.unsafe"),
        (lambda at: (at / "unet" / "weights.bin").write_bytes(b"\x80\x04."), "model.unsafe"),
        (lambda at: _cut(at / "unet" / "diffusion_pytorch_model.safetensors"), "input.corrupt_file"),
        (lambda at: _repart(at, "unet", ["my_module", "Net"]), "model.unsafe"),
    ],
)
def test_a_folder_of_the_wrong_kind_a_damaged_or_a_dangerous_one_is_refused(
    folder: Path, tmp_path: Path, spoil: object, code: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    spoil(copy)  # type: ignore[operator]
    with pytest.raises(ArtistError) as refused:
        inspected_format(copy)
    assert refused.value.code == code


def test_a_tokenizer_that_does_not_say_its_longest_text_goes_by_its_encoder(
    folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    told = json.loads((copy / "tokenizer" / "tokenizer_config.json").read_text())
    del told["model_max_length"]
    (copy / "tokenizer" / "tokenizer_config.json").write_text(json.dumps(told))
    card = card_of(copy, tmp_path)
    assert np.isfinite(filled(card, prompt="a wall")).all()
    (remark,) = open_fill_model(card).remarks(Wish(prompt="wall " * 100))
    assert "75 of" in remark


def _reclass(folder: Path, name: str) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**index, "_class_name": name}))


def _repart(folder: Path, part: str, made_by: list[str]) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**index, part: made_by}))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def test_what_a_model_needs_is_estimated_without_loading_it(card: ModelCard, tmp_path: Path) -> None:
    needs = estimate(card)
    assert needs is not None and (needs.side, needs.frames) == (64, 1)
    assert needs.bytes > card.bytes + 64 * 64
    model = open_fill_model(card)
    assert model.size == needs.side and model.memory(64, 64, 1) == needs.bytes
    weights = mask_unet(tmp_path / "net.safetensors")
    assert estimate(card_of(weights, tmp_path, name="plain")) is None
    video = card_of(
        weights, tmp_path, Feeding(architecture="mask-unet", kind="video", window=5), name="video"
    )
    assert (estimate(video) or needs).frames == 5
