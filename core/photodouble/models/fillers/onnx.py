"""ONNX models that take a picture and a mask (LaMa's kind), or a run of them (ProPainter's kind)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photodouble.models.card import ModelCard
from photodouble.models.feeding import Feeding
from photodouble.models.fill import Holes, Pictures, Wish
from photodouble.models.loading import no_library, open_onnx
from photodouble.models.misfit import misfit
from photodouble.models.onnx_ends import Ends, ends_of
from photodouble_client.errors import ArtistError

from .feeds import THREADS, hole_feed, picture_feed, pictures_back

_PER_PIXEL = 1600
"""Bytes a pixel of a tile that a model of this kind needs at most, where its card does not say it."""
_WINDOW = 8
_NO_ROOM = ("bad_alloc", "failed to allocate", "out of memory", "available memory")


def load(card: ModelCard) -> OnnxFill:
    """Open a session for a card's file.

    Raises ArtistError `model.refused`, `model.unsafe`, `model.support`.
    """
    ends = ends_of(card)
    return OnnxFill(open_session(card), ends, card.fill or Feeding(), card.bytes)


def open_session(card: ModelCard, refuse: Callable[[ModelCard, str], ArtistError] = misfit) -> Any:
    """Open a session that always computes the same; `refuse` makes the error for a file that cannot be run.

    Raises ArtistError, or MemoryError where it does not fit.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise no_library("onnxruntime") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.use_deterministic_compute = True
    try:
        return onnxruntime.InferenceSession(
            open_onnx(Path(card.path), card.sha256), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library raises classes of its own for whatever it cannot read
        if _is_memory(error):
            raise MemoryError(str(error)) from error
        raise refuse(card, f"it cannot be run ({str(error)[:200]})") from error


def run_session(session: Any, output: str, feeds: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Run a session; raises MemoryError where memory runs out, RuntimeError where it does not run."""
    try:
        return np.asarray(session.run([output], feeds)[0], np.float32)
    except Exception as error:  # the library raises classes of its own
        if _is_memory(error):
            raise MemoryError(str(error)) from error
        raise RuntimeError(str(error)) from error


class OnnxFill:
    """A session that fills a picture, or a run of frames. Heeds no words."""

    hears: frozenset[str] = frozenset()

    def __init__(self, session: Any, ends: Ends, feeding: Feeding, weights: int) -> None:
        self._session, self._ends, self._feeding, self._weights = session, ends, feeding, weights
        height = ends.sides()[0]
        self.kind = "video" if ends.is_video else "image"
        self.fixed = bool(height)
        self.size = height or feeding.size
        self.multiple = feeding.multiple or 8
        self.window = (ends.frames() or feeding.window or _WINDOW) if ends.is_video else 1
        self._half = ends.picture.kind == "float16"

    def memory(self, height: int, width: int, frames: int) -> int:
        """Estimate its bytes."""
        return self._weights + height * width * frames * (self._feeding.bytes_per_pixel or _PER_PIXEL)

    def fill(self, pictures: Pictures, holes: Holes, _wish: Wish, check: Callable[[], None]) -> Pictures:
        """Run the session once over all frames."""
        check()
        feeds = {
            self._ends.picture.name: picture_feed(pictures, holes, self._feeding),
            self._ends.hole.name: hole_feed(holes, self._feeding),
        }
        shaped = {name: self._shaped(values) for name, values in feeds.items()}
        made = run_session(self._session, self._ends.output, shaped)
        if self._ends.is_video:
            made = made[0]
        if made.shape != (len(pictures), 3, *pictures.shape[1:3]):
            raise ValueError(
                f"the model gave {made.shape} for {len(pictures)} pictures of {pictures.shape[1:3]}"
            )
        return pictures_back(made, self._feeding)

    def remarks(self, _wish: Wish) -> tuple[str, ...]:
        """Say nothing beyond what it does not hear."""
        return ()

    def _shaped(self, values: NDArray[np.float32]) -> NDArray[Any]:
        kept = values.astype(np.float16) if self._half else values
        return kept[None] if self._ends.is_video else kept


def _is_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in _NO_ROOM)
