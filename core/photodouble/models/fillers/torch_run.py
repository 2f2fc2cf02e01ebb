"""Run a torch model the same way each time: one number of threads, no network, memory errors in one word."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.models.devices import model_device
from photodouble.models.feeding import Feeding
from photodouble.models.fill import Holes, Pictures, Wish
from photodouble.models.loading import no_library

from .feeds import THREADS, hole_feed, picture_feed, pictures_back

_NO_ROOM = ("out of memory", "can't allocate memory", "not enough memory", "bad_alloc")
_PER_PIXEL = 2000
"""Bytes a pixel of a tile that a convolutional model needs at most, where its card does not say it."""
_WINDOW = 8


def torch_library() -> Any:
    """Return torch, imported now, with every way to a network shut; raises ArtistError `model.support`."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "DIFFUSERS_OFFLINE"):
        os.environ[name] = "1"
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
    try:
        import torch
    except ImportError as error:
        raise no_library("torch") from error
    return torch


def device_name(torch: Any) -> str:
    """Return `cuda` where this worker was given a graphics card and may use it, else `mps` or `cpu`."""
    return model_device(torch)


@contextmanager
def steady(torch: Any) -> Iterator[None]:
    """Compute without gradients, with always the same number of threads, by methods that always agree.

    Raises MemoryError in place of whatever torch says where memory runs out.
    """
    threads = torch.get_num_threads()
    was_strict = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with torch.inference_mode():
            yield
    except RuntimeError as error:
        if any(words in str(error).lower() for words in _NO_ROOM):
            raise MemoryError(str(error)) from error
        raise
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(was_strict)


class ModuleFill:
    """A torch module that takes pictures and masks, (1, 3, H, W) and (1, 1, H, W), or runs of them.

    A run is (1, T, 3, H, W) and (1, T, 1, H, W). Heeds no words.
    """

    hears: frozenset[str] = frozenset()
    fixed = False

    def __init__(self, module: Callable[[Any, Any], Any], torch: Any, feeding: Feeding, weights: int) -> None:
        self._module, self._torch, self._feeding, self._weights = module, torch, feeding, weights
        self.device = device_name(torch)
        self.kind = feeding.kind or "image"
        self.size = feeding.size
        self.multiple = feeding.multiple or 8
        self.window = (feeding.window or _WINDOW) if self.kind == "video" else 1

    def memory(self, height: int, width: int, frames: int) -> int:
        """Estimate its bytes."""
        return self._weights + height * width * frames * (self._feeding.bytes_per_pixel or _PER_PIXEL)

    def fill(self, pictures: Pictures, holes: Holes, _wish: Wish, check: Callable[[], None]) -> Pictures:
        """Run the module once over all frames."""
        check()
        with steady(self._torch):
            shown = self._given(picture_feed(pictures, holes, self._feeding))
            made = self._module(shown, self._given(hole_feed(holes, self._feeding)))
            made = made[0] if isinstance(made, (tuple, list)) else made
            back = np.asarray(made.to("cpu", self._torch.float32).numpy())
        back = back[0] if self.kind == "video" and back.ndim == 5 else back
        if back.shape != (len(pictures), 3, *pictures.shape[1:3]):
            raise ValueError(f"it gave {back.shape}")
        return pictures_back(back, self._feeding)

    def remarks(self, _wish: Wish) -> tuple[str, ...]:
        """Say nothing beyond what it does not hear."""
        return ()

    def _given(self, values: NDArray[np.float32]) -> Any:
        tensor = self._torch.from_numpy(values).to(self.device)
        return tensor[None] if self.kind == "video" else tensor
