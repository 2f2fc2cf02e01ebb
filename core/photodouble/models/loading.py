"""Loading weights so that nothing in the file can run: safetensors, ONNX, or torch's weights alone.

torch and safetensors are imported only here, inside the function that needs them.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from photodouble.extras import install_line
from photodouble_client.errors import ArtistError

from .card import ModelCard
from .contract import Contract, check_contract
from .inspect import check_torch, inspected_format
from .pickles import unsafe
from .registry import ModelRegistry

_OLDEST_TORCH = (2, 6)
"""Before it, `weights_only` could be got around (CVE-2025-32434)."""


def open_weights(card: ModelCard, registry: ModelRegistry, needs: Contract | None = None) -> Any:
    """Open the weights of a card by their format: see `open_safetensors`, `open_onnx` and `open_torch`.

    `needs` are the tensors that the caller relies on. Raises ArtistError `model.refused` where the file is
    not what the card says or not what is needed, `model.unsafe`.
    """
    fault = registry.fault(card)
    if fault:
        raise changed(card, fault)
    if needs is not None:
        check_contract(card, needs)
    path = Path(card.path)
    if card.format == "onnx":
        return open_onnx(path, card.sha256)
    return open_torch(path) if card.format == "torch" else open_safetensors(path)


def open_safetensors(path: Path, framework: str = "numpy") -> AbstractContextManager[Any]:
    """Open a safetensors file: a context that gives `keys()` and `get_tensor(key)`."""
    if inspected_format(path) != "safetensors":
        raise unsafe(path.name, "it is no safetensors file")
    try:
        import safetensors
    except ImportError as error:
        raise no_library("safetensors") from error
    opened: AbstractContextManager[Any] = safetensors.safe_open(str(path), framework=framework)
    return opened


def open_onnx(path: Path, sha256: str = "") -> bytes:
    """Return the bytes of an ONNX file that holds all its weights, for a runtime to make a session of.

    With `sha256` the very bytes that are handed over are compared with it.
    """
    if inspected_format(path) != "onnx":
        raise unsafe(path.name, "it is no ONNX file")
    return checked_bytes(path, sha256)


def checked_bytes(path: Path, sha256: str = "") -> bytes:
    """Return the bytes of a file, compared with the hash of its card; raises ArtistError `model.unsafe`."""
    content = path.read_bytes()
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise unsafe(path.name, "it changed while it was opened")
    return content


def open_torch(path: Path) -> Mapping[str, Any]:
    """Return the tensors of a file of torch weights, on the processor.

    Every pickle in it is read for what it names before torch sees the file at all. Raises ArtistError
    `model.unsafe`, `model.support`, and `input.corrupt_file` for what torch cannot read.
    """
    with path.open("rb") as file:
        check_torch(file, path.name)
        try:
            import torch
        except ImportError as error:
            raise no_library("torch") from error
        if tuple(int(part) for part in torch.__version__.split(".")[:2]) < _OLDEST_TORCH:
            raise no_library("torch 2.6 or newer")
        try:
            loaded: Mapping[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
        except (
            pickle.UnpicklingError,
            AttributeError,
            EOFError,
            KeyError,
            RuntimeError,
            ValueError,
        ) as error:
            raise _damaged(path, str(error)) from error
    return loaded


def changed(card: ModelCard, fault: str) -> ArtistError:
    """Make the error for weights that are not those of their card."""
    return ArtistError(
        "model.refused",
        "The model's file is not that of its card",
        f"{card.name}: {fault}.",
        "Put the file back, or remove the card and add the file with a card of its own.",
        detail=card.path,
    )


def _damaged(path: Path, detail: str) -> ArtistError:
    return ArtistError(
        "input.corrupt_file",
        "The model's file cannot be read",
        f"torch cannot read the weights in {path.name}.",
        "Fetch the file again, or ask the vendor for the weights as safetensors.",
        detail=detail,
    )


def no_library(name: str) -> ArtistError:
    """Make the error for a model that needs a library which is not installed."""
    return ArtistError(
        "model.support",
        "Models of this kind cannot be loaded here",
        f"The library {name} is not installed.",
        f"Choose another model, or install the models extra: {install_line('models')}",
    )
