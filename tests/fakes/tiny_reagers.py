"""Tiny re-ageing networks of FRAN's contract in every format, drawn at random or of a known effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

WIDTHS = (4, 6, 8)


def fran_weights(seed: int = 0, widths: tuple[int, ...] = WIDTHS, into: int = 5) -> dict[str, Any]:
    """Return random weights of the U-Net, named as open implementations name them."""
    import torch

    chance = torch.Generator().manual_seed(seed)
    found: dict[str, Any] = {}

    def layer(name: str, *shape: int, out: int) -> None:
        found[f"{name}.weight"] = torch.randn(*shape, generator=chance) / (3 * shape[1] ** 0.5)
        found[f"{name}.bias"] = torch.randn(out, generator=chance) / 40

    layer("init_conv.0", widths[0], into, 3, 3, out=widths[0])
    layer("init_conv.2", widths[0], widths[0], 3, 3, out=widths[0])
    for number in range(1, len(widths)):
        few, many = widths[number - 1], widths[number]
        layer(f"down{number}.layer.2", many, few, 3, 3, out=many)
        layer(f"down{number}.layer.4", many, many, 3, 3, out=many)
        many, few = widths[-number], widths[-number - 1]
        layer(f"up{number}.blur_upsample.0", many, few, 2, 2, out=few)
        layer(f"up{number}.layer.0", few, 2 * few, 3, 3, out=few)
        layer(f"up{number}.layer.2", few, few, 3, 3, out=few)
    layer("final_conv", 3, widths[0], 1, 1, out=3)
    return found


def fran_safetensors(path: Path, seed: int = 0, **changes: Any) -> Path:
    """Save random weights as safetensors."""
    from safetensors.torch import save_file

    save_file(fran_weights(seed, **changes), str(path))
    return path


def fran_module(seed: int = 0) -> Any:
    """Return the U-Net with random weights."""
    from photodouble.models.fillers.fran_unet import build

    weights = fran_weights(seed)
    module = build({name: tuple(one.shape) for name, one in weights.items()}).eval()
    module.load_state_dict(weights)
    return module


def fran_torchscript(path: Path, seed: int = 0) -> Path:
    """Save the U-Net as a TorchScript program."""
    import torch

    torch.jit.save(torch.jit.trace(fran_module(seed), torch.rand(1, 5, 32, 32)), str(path))
    return path


def fran_onnx(path: Path, seed: int = 0, *, side: int = 0, widths: tuple[int, int] = (5, 3)) -> Path:
    """Write an ONNX network: one random convolution from five planes to three. `side` fixes what it takes."""
    chance = np.random.default_rng(seed)
    into, out = widths
    kernel = numpy_helper.from_array(
        (chance.normal(size=(out, into, 3, 3)) / 30).astype(np.float32), "kernel"
    )
    node = helper.make_node("Conv", ["planes", "kernel"], ["delta"], pads=[1, 1, 1, 1])
    return _written(path, [node], [kernel], side, into, out)


def darker_onnx(path: Path, amount: float = 0.1, *, side: int = 0) -> Path:
    """Write a network that adds `amount` of the ages' difference, a century being 1: same on every pixel."""
    kernel = np.zeros((3, 5, 1, 1), np.float32)
    kernel[:, 3], kernel[:, 4] = -amount, amount
    node = helper.make_node("Conv", ["planes", "kernel"], ["delta"])
    return _written(path, [node], [numpy_helper.from_array(kernel, "kernel")], side, 5, 3)


def broken_onnx(path: Path) -> Path:
    """Write a network whose every value is no number."""
    nothing = numpy_helper.from_array(np.zeros((3, 5, 1, 1), np.float32), "kernel")
    nodes = [
        helper.make_node("Conv", ["planes", "kernel"], ["zero"]),
        helper.make_node("Div", ["zero", "zero"], ["delta"]),
    ]
    return _written(path, nodes, [nothing], 0, 5, 3)


def smaller_onnx(path: Path) -> Path:
    """Write a network that gives a smaller picture than it was given, as one without padding does."""
    kernel = numpy_helper.from_array(np.ones((3, 5, 3, 3), np.float32), "kernel")
    node = helper.make_node("Conv", ["planes", "kernel"], ["delta"])
    return _written(path, [node], [kernel], 0, 5, 3, given=("h", "w"))


def _written(
    path: Path,
    nodes: list[Any],
    weights: list[Any],
    side: int,
    into: int,
    out: int,
    given: tuple[str, str] = ("H", "W"),
) -> Path:
    taken = [1, into, side or "H", side or "W"]
    gives = [1, out, side or given[0], side or given[1]]
    graph = helper.make_graph(
        nodes,
        "reager",
        [helper.make_tensor_value_info("planes", TensorProto.FLOAT, taken)],
        [helper.make_tensor_value_info("delta", TensorProto.FLOAT, gives)],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path
