"""Inpainting pipelines of diffusers from a folder: Stable Diffusion's kind, SDXL's, Flux fill's and others.

Only what lies in the folder is read, only safetensors, only classes of the installed libraries.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.fill import Holes, Pictures, Wish
from photodouble.models.folders import read_index
from photodouble.models.loading import no_library
from photodouble.models.misfit import misfit

from .torch_run import device_name, steady, torch_library

_PER_PIXEL = 12_000
"""Bytes a pixel of a tile that decoding a picture needs, where the card does not say it."""
_LONGEST_TEXT = 100_000
"""A tokenizer that gives more than this as its longest text does not know it."""
_USUAL_TEXT = 512
_HEARD = {
    "prompt": "prompt",
    "negative_prompt": "negative_prompt",
    "strength": "strength",
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "generator": "seed",
    "example_image": "reference",
}
"""The names under which pipelines take the parts of a wish."""


def load(card: ModelCard) -> DiffusersFill:
    """Load the pipeline of a card's folder; raises ArtistError `model.refused`, `model.support`."""
    torch = torch_library()
    try:
        import diffusers
    except ImportError as error:
        raise no_library("diffusers") from error
    name = str(read_index(Path(card.path))["_class_name"])
    kind = getattr(diffusers, name, None)
    if kind is None:
        raise misfit(card, f"the installed diffusers {diffusers.__version__} knows no {name}")
    _quiet(diffusers)
    device = device_name(torch)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipeline = kind.from_pretrained(
                card.path,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                low_cpu_mem_usage=False,
                torch_dtype=torch.float16 if device == "cuda" else torch.float32,
            ).to(device)
    except MemoryError:
        raise
    except Exception as error:  # the library raises many classes for a folder that is not whole
        raise misfit(card, f"diffusers cannot load it ({str(error)[:300]})") from error
    _limit_texts(pipeline)
    pipeline.set_progress_bar_config(disable=True)
    return DiffusersFill(pipeline, torch, card.fill or Feeding(), card.bytes, device)


def _limit_texts(pipeline: Any) -> None:
    """Let a tokenizer that does not say its longest text go by the encoder of text that it feeds."""
    for number in ("", "_2", "_3"):
        tokenizer = getattr(pipeline, f"tokenizer{number}", None)
        config = getattr(getattr(pipeline, f"text_encoder{number}", None), "config", None)
        most = getattr(config, "max_position_embeddings", None)
        if tokenizer is not None and int(tokenizer.model_max_length) > _LONGEST_TEXT:
            tokenizer.model_max_length = int(most) if most else _USUAL_TEXT


def _quiet(diffusers: Any) -> None:
    """Let the libraries say nothing on the terminal: what matters is told in our words."""
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.disable_progress_bar()
        library.utils.logging.set_verbosity_error()


class DiffusersFill:
    """A pipeline that fills one picture after another."""

    kind = "image"
    fixed = False
    window = 1

    def __init__(self, pipeline: Any, torch: Any, feeding: Feeding, weights: int, device: str) -> None:
        self._pipeline, self._torch, self._feeding, self._weights = pipeline, torch, feeding, weights
        self.device = device
        self._takes = frozenset(inspect.signature(pipeline.__call__).parameters)
        self.hears = frozenset(wish for name, wish in _HEARD.items() if name in self._takes)
        self.multiple = feeding.multiple or _multiple(pipeline)
        self.size = -(-(feeding.size or _size(pipeline)) // self.multiple) * self.multiple

    def memory(self, height: int, width: int, _frames: int) -> int:
        """Estimate its bytes: weights in the precision they run in, and the decoder's planes."""
        halves = 1 if self.device == "cpu" else 2
        pixels = height * width * (self._feeding.bytes_per_pixel or _PER_PIXEL)
        return (self._weights + pixels) // halves

    def fill(self, pictures: Pictures, holes: Holes, wish: Wish, check: Callable[[], None]) -> Pictures:
        """Run the pipeline on each picture; asked to stop, it ends after the step it is in."""
        if "strength" in self.hears and wish.strength <= 0:
            return pictures
        return np.stack(
            [self._one(picture, hole, wish, check) for picture, hole in zip(pictures, holes, strict=True)]
        )

    def remarks(self, wish: Wish) -> tuple[str, ...]:
        """Say which words of a long prompt are not read."""
        said = []
        for name, text in (("prompt", wish.prompt), ("negative prompt", wish.negative_prompt)):
            read, of = self._words(text)
            if of > read:
                said.append(
                    f"The model reads only the beginning of the {name}: {read} of {of} parts of words. "
                    "What comes after has no effect."
                )
        return tuple(said)

    def _one(self, picture: Pictures, hole: Holes, wish: Wish, check: Callable[[], None]) -> Pictures:
        torch, (height, width) = self._torch, picture.shape[:2]

        def step(_pipeline: Any, _number: int, _time: Any, kept: dict[str, Any]) -> dict[str, Any]:
            check()
            return kept

        asked = {
            **self._said(wish),
            "image": torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None])),
            "mask_image": torch.from_numpy(np.ascontiguousarray(hole[None, None])),
            "height": height,
            "width": width,
            "output_type": "np",
            "callback_on_step_end": step,
        }
        with steady(torch):
            made = self._pipeline(**{name: value for name, value in asked.items() if name in self._takes})
        if any(getattr(made, "nsfw_content_detected", None) or ()):
            return np.full_like(picture, np.nan)
        return np.asarray(made.images[0], np.float32)

    def _said(self, wish: Wish) -> dict[str, Any]:
        """Return the parts of a wish under the pipeline's names."""
        steps = max(wish.steps, math.ceil(1 / wish.strength)) if wish.strength > 0 else wish.steps
        said = {
            "prompt": wish.prompt,
            "negative_prompt": wish.negative_prompt or None,
            "strength": wish.strength,
            "num_inference_steps": steps,
            "guidance_scale": wish.guidance,
            "generator": self._torch.Generator("cpu").manual_seed(wish.seed),
        }
        if "reference" in self.hears:
            shown = wish.reference if wish.reference is not None else np.zeros((64, 64, 3), np.float32)
            from PIL import Image

            said["example_image"] = Image.fromarray((shown * 255 + 0.5).astype(np.uint8))
        return said

    def _words(self, text: str) -> tuple[int, int]:
        """Count the parts of words that are read, and those there are."""
        tokenizer = getattr(self._pipeline, "tokenizer", None)
        if tokenizer is None or not text:
            return 0, 0
        most = int(tokenizer.model_max_length)
        count = len(tokenizer(text, truncation=False, verbose=False).input_ids)
        edges = len(tokenizer("", truncation=False, verbose=False).input_ids)
        return most - edges, count - edges


def _multiple(pipeline: Any) -> int:
    """Return what the sides of a picture must be a multiple of: the reductions of decoder and network."""
    factor = int(getattr(pipeline, "vae_scale_factor", 8))
    network = getattr(pipeline, "unet", None)
    if network is None:
        return factor * 2
    return factor * int(2 ** max(len(network.config.block_out_channels) - 1, 0))


def _size(pipeline: Any) -> int:
    """Return the side of the pictures on which a pipeline was trained."""
    factor = int(getattr(pipeline, "vae_scale_factor", 8))
    network = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    size = getattr(getattr(network, "config", None), "sample_size", None)
    if isinstance(size, (list, tuple)):
        size = min(size)
    return int(size) * factor if isinstance(size, int) and size > 0 else 1024
