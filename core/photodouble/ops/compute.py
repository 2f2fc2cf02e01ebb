"""Run a compiled kernel, or its twin on a graphics card, whichever the work of this moment uses.

A kernel that has a twin says so with `on_device`. The twin takes the same arrays and gives the same values
within a stated tolerance (docs/decisions/010-devices.md). It writes nothing before everything is computed,
so that the compiled kernel can take over where the card fails.
"""

from __future__ import annotations

import functools
import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from photodouble.models.devices import Device, open_device
from photodouble.ops.torch_arrays import Held

logger = logging.getLogger(__name__)

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
_FULL = "out of memory"
_LEAST_BATCH = 4096
_MOST_BATCH = 2**20
_BYTES_A_POINT = 2048
"""What a kernel holds for one point at most: taps, weights, and what is added up."""


@dataclass
class Use:
    """One device as this process uses it: its batch, and why it is used no longer, if it failed."""

    device: Device
    batch: int
    lost: str = ""
    smaller: bool = False
    held: Held = field(default_factory=Held)

    @property
    def is_lost(self) -> bool:
        """Whether the card failed, so that the processor does the rest."""
        return bool(self.lost)

    def batches(self, count: int, compute: Callable[[slice], Any]) -> list[Any]:
        """Return what `compute` makes of each run of `count` points; where memory runs out, of shorter runs.

        Raises MemoryError where even the shortest run finds no room.
        """
        made, start = [], 0
        while start < count:
            run = slice(start, min(start + self.batch, count))
            try:
                made.append(compute(run))
            except RuntimeError as cause:
                if not is_full(cause):
                    raise
                self._shorten(cause)
                continue
            start = run.stop
        return made

    def _shorten(self, cause: BaseException) -> None:
        self.held.clear()
        self.device.empty()
        if self.batch <= _LEAST_BATCH:
            raise MemoryError(str(cause)) from cause
        self.batch = max(self.batch // 2, _LEAST_BATCH)
        if not self.smaller:
            self.smaller = True
            _tell(f"{self.device.label} runs out of memory: it computes in smaller parts.")


_USED: ContextVar[Use | None] = ContextVar("used", default=None)
_TELL: ContextVar[Callable[[str], None]] = ContextVar("tell", default=logger.warning)


def on_device(twin: str) -> Callable[[Kernel], Kernel]:
    """Let a graphics card do a kernel's work where one is used; `twin` is its `module:function`.

    The twin is called with the Use in front of the kernel's own arguments.
    """

    def decorate(kernel: Kernel) -> Kernel:
        @functools.wraps(kernel)
        def either(*arguments: Any) -> Any:
            use = _USED.get()
            if use is None or use.is_lost:
                return kernel(*arguments)
            try:
                return _loaded(twin)(use, *arguments)
            except (RuntimeError, MemoryError) as error:
                _lose(use, error)
                return kernel(*arguments)

        either.compiled = kernel  # type: ignore[attr-defined]
        return either  # type: ignore[return-value]

    return decorate


@contextmanager
def computing_on(use: Use | None) -> Iterator[None]:
    """Compute with a device within; None is the processor's compiled kernels."""
    token = _USED.set(use)
    try:
        yield
    finally:
        _USED.reset(token)


@contextmanager
def telling(tell: Callable[[str], None]) -> Iterator[None]:
    """Tell somebody within, in plain sentences, when a device fails."""
    token = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(token)


@functools.cache
def use_of(name: str) -> Use:
    """Return a device as this process uses it; once lost, it stays so. Raises NoDeviceError."""
    device = open_device(name)
    return Use(device, int(np.clip(device.room // (4 * _BYTES_A_POINT), _LEAST_BATCH, _MOST_BATCH)))


def join(parts: list[tuple[NDArray[Any], ...]]) -> tuple[NDArray[Any], ...]:
    """Put the results of several batches one after the other."""
    return tuple(np.concatenate(pieces) for pieces in zip(*parts, strict=True))


@functools.cache
def _loaded(twin: str) -> Callable[..., Any]:
    module, _, name = twin.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _lose(use: Use, error: Exception) -> None:
    """Give a device up: the rest of this process' work is the processor's."""
    words = str(error).strip().splitlines() or [type(error).__name__]
    use.lost = "no memory" if is_full(error) else words[0][:200]
    use.held.clear()
    use.device.empty()
    logger.warning("the device %s is given up", use.device.label, exc_info=error)
    _tell(f"{use.device.label} failed ({use.lost}): the processor does the rest, with the same pixels.")


def is_full(error: BaseException) -> bool:
    """Whether an error says that memory ran out: torch has a class for it on some devices only."""
    return isinstance(error, MemoryError) or _FULL in str(error).lower()


def _tell(message: str) -> None:
    _TELL.get()(message)
