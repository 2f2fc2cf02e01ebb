"""Where heavy arithmetic is done: on the processor, or by torch on a graphics card that this process may use.

torch is imported here only when a card is asked for, so only in a worker that computes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .memory import GPU_MEMORY, limit_in

AUTO, PROCESSOR, CUDA, MPS = "auto", "cpu", "cuda", "mps"
REHEARSAL = "torch"
"""The kernels of a graphics card, run by torch on the processor: for tests and benches."""
_ASKED: ContextVar[str] = ContextVar("asked", default=AUTO)
_SHARE = 0.9
"""The part of a card's memory that is used where no limit is given; the driver and others need the rest."""
_REHEARSED_BYTES = 2 * 2**30


class NoDeviceError(Exception):
    """Say, in a sentence for the artist, why a device cannot compute here."""


@dataclass(frozen=True)
class Device:
    """A device that torch computes on: `where` torch puts tensors, how exact it counts, how much it holds.

    `label` names it in records, such as `cuda NVIDIA L40S`; `room` is in bytes.
    """

    name: str
    label: str
    where: str
    torch: Any
    real: Any
    room: int

    def empty(self) -> None:
        """Give back what torch keeps of the device's memory for later."""
        if self.name == CUDA:
            self.torch.cuda.empty_cache()


@functools.cache
def open_device(name: str) -> Device:
    """Return the device of a name (`cuda`, `mps`, `torch`), with its limit of memory set.

    Raises NoDeviceError where there is none, or no torch that can use it.
    """
    try:
        import torch
    except ImportError as cause:
        raise NoDeviceError("torch is not installed here (the extra 'models' brings it)") from cause
    if name == CUDA:
        return _cuda(torch)
    if name == MPS:
        if not torch.backends.mps.is_available():
            raise NoDeviceError("torch finds no Apple graphics here")
        room = limit_in(GPU_MEMORY) or int(torch.mps.recommended_max_memory() * _SHARE)
        return Device(MPS, "mps", MPS, torch, torch.float32, room)
    if name == REHEARSAL:
        room = limit_in(GPU_MEMORY) or _REHEARSED_BYTES
        return Device(REHEARSAL, "torch on the processor", "cpu", torch, torch.float64, room)
    raise NoDeviceError(f"no device is called {name!r}")


def asked_device() -> str:
    """Return which device the work of this moment asked for: `auto` where nothing was said."""
    return _ASKED.get()


@contextmanager
def asking(name: str) -> Iterator[None]:
    """Ask for a device within: `auto`, `cpu`, `cuda` or `mps`."""
    token = _ASKED.set(name)
    try:
        yield
    finally:
        _ASKED.reset(token)


def model_device(torch: Any) -> str:
    """Return where a studio's model computes: a graphics card unless there is none or `cpu` was asked for."""
    asked = asked_device()
    if asked != PROCESSOR and torch.cuda.is_available():
        return CUDA
    if asked == MPS and torch.backends.mps.is_available():
        return MPS
    return PROCESSOR


def _cuda(torch: Any) -> Device:
    if not torch.cuda.is_available():
        raise NoDeviceError("torch finds no NVIDIA graphics card here")
    card = torch.cuda.get_device_properties(0)
    room = min(limit_in(GPU_MEMORY) or int(card.total_memory * _SHARE), card.total_memory)
    torch.cuda.set_per_process_memory_fraction(room / card.total_memory, 0)
    return Device(CUDA, f"{CUDA} {card.name}", "cuda:0", torch, torch.float64, room)
