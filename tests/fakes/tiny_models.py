"""Tiny generative models of the real formats, and the cards under which they are filed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.filing import card_from
from photodouble.models.registry import ModelRegistry
from photodouble.settings import Settings

KNOWN = {
    "licence": "Apache-2.0",
    "commercial": "yes",
    "uses": ["ideation", "temp", "final"],
    "training": [{"category": "drawn at random", "rights": "own"}],
    "attestation": {"vendor": "Acme", "signatory": "B. Roth", "valid_to": "2099-12-31"},
}


def file_model(weights: Path, name: str, settings: Settings, feeding: Feeding | None = None) -> ModelCard:
    """Write the card of a model into the settings' own folder."""
    known = card_from(name, KNOWN)
    if feeding is not None:
        import dataclasses

        known = dataclasses.replace(known, fill=feeding)
    return ModelRegistry.of(settings).add(weights, known)


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
