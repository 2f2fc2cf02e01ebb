"""Tiny generative models of the real formats, and the cards under which they are filed."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from photodouble import settings as user_settings
from photodouble.image.encoding import decode
from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.filing import card_from
from photodouble.models.fill import Wish
from photodouble.models.registry import ModelRegistry
from photodouble.ops.inpaint.model_paint import Painter
from photodouble.ops.inpaint.native import ArrayPlates
from photodouble.ops.inpaint.render import Look, render_frame
from photodouble.ops.inpaint.scratch import MemoryScratch
from photodouble.ops.inpaint.settings import Settings
from photodouble.ops.inpaint.study import study_plates
from photodouble.ops.inpaint.unseen import Invention
from photodouble.ops.operation import Rendered, Reporter

KNOWN = {
    "licence": "Apache-2.0",
    "commercial": "yes",
    "uses": ["ideation", "temp", "final"],
    "training": [{"category": "drawn at random", "rights": "own"}],
    "attestation": {"vendor": "Acme", "signatory": "B. Roth", "valid_to": "2099-12-31"},
}


def file_model(
    weights: Path, name: str, settings: user_settings.Settings, feeding: Feeding | None = None
) -> ModelCard:
    """Write the card of a model into the settings' own folder."""
    known = dataclasses.replace(card_from(name, KNOWN), fill=feeding)
    return ModelRegistry.of(settings).add(weights, known)


def card_of(weights: Path, folder: Path, feeding: Feeding | None = None, name: str = "tiny") -> ModelCard:
    """Write the card of a model into a folder's own registry."""
    places = user_settings.Settings(models_folder=str(folder / "cards"), cache_folder=str(folder / "cache"))
    return file_model(weights, name, places, feeding)


def onnx_colour(
    path: Path,
    colour: float,
    *,
    shift: float = 0.0,
    side: int | None = None,
    frames: int | None = None,
    named: tuple[str, str] = ("image", "mask"),
) -> Path:
    """Write an ONNX model that lays one grey into the hole and shifts the whole picture a little.

    `side` fixes the size it takes; with `frames` it is a video model for runs of so many (0: any number).
    """
    sides = [side or "H", side or "W"]
    run = [1] if frames is None else [1, frames or "T"]
    picture = helper.make_tensor_value_info(named[0], TensorProto.FLOAT, [*run, 3, *sides])
    mask = helper.make_tensor_value_info(named[1], TensorProto.FLOAT, [*run, 1, *sides])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [*run, 3, *sides])
    nodes = [
        helper.make_node("Sub", ["one", named[1]], ["keep"]),
        helper.make_node("Mul", [named[0], "keep"], ["around"]),
        helper.make_node("Mul", [named[1], "colour"], ["inside"]),
        helper.make_node("Add", ["around", "inside"], ["joined"]),
        helper.make_node("Add", ["joined", "shift"], ["output"]),
    ]
    numbers = {"one": 1.0, "colour": colour, "shift": shift}
    constants = [
        numpy_helper.from_array(np.array([value], np.float32), name) for name, value in numbers.items()
    ]
    graph = helper.make_graph(nodes, "colour", [picture, mask], [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    onnx.checker.check_model(str(path))
    return path


def diffusers_folder(folder: Path, seed: int = 0) -> Path:
    """Save a Stable Diffusion inpainting pipeline of the real classes, drawn at random and tiny."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionInpaintPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(seed)
    tokenizer = _tokenizer(folder.with_name(f"{folder.name}-words"))
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_attention_heads=2,
        num_hidden_layers=1,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    network = UNet2DConditionModel(
        sample_size=32,
        in_channels=9,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=8,
        norm_num_groups=4,
    )
    decoder = AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=4,
        sample_size=64,
    )
    StableDiffusionInpaintPipeline(
        vae=decoder,
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=network,
        scheduler=DDIMScheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(str(folder))
    return folder


def _tokenizer(folder: Path) -> Any:
    """Make a tokenizer that knows single letters."""
    import json

    from transformers import CLIPTokenizer

    folder.mkdir(parents=True)
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def torchscript_colour(path: Path, colour: float = 0.2) -> Path:
    """Save a TorchScript program that lays one grey into the hole, with a convolution that does nothing."""
    import torch

    class Colour(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.same = torch.nn.Conv2d(3, 3, 1, bias=False)
            self.same.weight.data = torch.eye(3)[:, :, None, None]

        def forward(self, picture: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return self.same(picture) * (1 - mask) + colour * mask

    example = torch.rand(1, 3, 16, 16), torch.rand(1, 1, 16, 16)
    torch.jit.save(torch.jit.trace(Colour().eval(), example), str(path))
    return path


def mask_unet(path: Path, seed: int = 0) -> Path:
    """Save random weights of our own small class as plain safetensors."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(seed)
    shapes = {"down.0": (8, 4, 3), "middle": (8, 4, 3), "up.0": (8, 8, 3), "last": (3, 4, 3)}
    tensors = {}
    for name, (out, into, side) in shapes.items():
        tensors[f"{name}.weight"] = torch.randn(out, into, side, side, generator=generator) / 4
        tensors[f"{name}.bias"] = torch.randn(out, generator=generator) / 4
    save_file(tensors, str(path))
    return path


def still_plates(count: int = 3, bright: float = 1.0) -> ArrayPlates:
    """Make a shot of a locked camera, in whose middle something hides the wall on every frame."""
    noise = np.random.default_rng(5).random((56, 72, 3)).astype(np.float32)
    wall = decode((0.2 + 0.4 * cv2.GaussianBlur(noise, (0, 0), 2)).astype(np.float32)) * np.float32(bright)
    matte = np.zeros((56, 72), np.float32)
    matte[18:38, 24:48] = 1
    plate = np.where(matte[:, :, None] > 0, np.float32(0.9), wall).astype(np.float32)
    return ArrayPlates([plate] * count, [matte] * count, first=1001)


def fill_with(
    model: ModelCard | Painter | None,
    plates: ArrayPlates,
    said: list[str] | None = None,
    fills: str = "unseen",
    **wish: Any,
) -> tuple[list[Rendered], MemoryScratch]:
    """Study plates with a model and render every frame without grain."""
    painter = model if isinstance(model, Painter) else None
    if isinstance(model, ModelCard):
        report = Reporter(on_warning=(said if said is not None else []).append)
        painter = Painter(model, Wish(**{"steps": 2, **wish}), fills, report)
    scratch = MemoryScratch()
    invention = Invention(seed=painter.wish.seed if painter else 0, painter=painter)
    study_plates(plates, scratch, Settings(motion="static"), invention, Reporter())
    return [render_frame(plates, scratch, index, Look(grain=0.0)) for index in plates.targets], scratch
