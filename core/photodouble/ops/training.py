"""Train a small network inside a job: stopped within a step, gone on with from where it was, always the same.

torch is imported here only by whoever trains, so only in a worker. Weights and optimiser are kept together in
one record of the analysis, as safetensors; a run that goes on from there ends with the weights of one that
was never stopped.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble.extras import install_line
from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble_client.errors import ArtistError

PREVIEW = "learn_preview"


class Records(Protocol):
    """Where the state of a training is kept."""

    def save(self, stage: str, index: int, **arrays: NDArray[Any]) -> None:
        """Keep named arrays, whole or not at all."""

    def load(self, stage: str, index: int) -> dict[str, NDArray[Any]]:
        """Return the arrays of a record."""

    def has(self, stage: str, index: int) -> bool:
        """Say whether a complete record is there."""


class Report(Protocol):
    """How far a training is; `check` raises where it should stop."""

    def progress(self, done: int, of: int, note: str) -> None:
        """Tell so many steps of all."""

    def check(self) -> None:
        """Raise where the work should end here."""


@dataclass(frozen=True)
class Course:
    """One training: its steps, its first learning rate, after how many steps its state is kept, and where.

    The rate falls to a twentieth along a half cosine. `before` and `of` count the steps of trainings that
    belong to the same work, for the progress that is told.
    """

    steps: int
    rate: float
    every: int
    stage: str
    index: int = 0
    before: int = 0
    of: int = 0


def go_through(
    course: Course,
    model: Any,
    optimiser: Any,
    loss_of: Callable[[int], Any],
    *,
    records: Records,
    report: Report,
    show: Callable[[Any, int], None],
) -> None:
    """Train a model to the last step of a course, from where the records left off.

    `loss_of(step)` must depend on the step alone. `show(model, step)` is called whenever the state is kept.
    """
    import torch

    for step in range(restored(records, course, model, optimiser), course.steps):
        report.check()
        for group in optimiser.param_groups:
            group["lr"] = course.rate * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * step / course.steps)))
        optimiser.zero_grad(set_to_none=True)
        loss_of(step).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if (step + 1) % course.every == 0 or step + 1 == course.steps:
            _keep(records, course, model, optimiser, step + 1)
            show(model, step + 1)
        report.progress(course.before + step + 1, course.of or course.steps, "learning")


def require_torch() -> None:
    """Refuse, in plain words, where the learning library is not installed (`model.support`)."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("safetensors") is None:
        raise ArtistError(
            "model.support",
            "Learning needs the models extra",
            "Learning from the shot was asked for, but torch is not installed beside the engine.",
            f"Turn Learning off, or install the models extra: {install_line('models')}",
        )


def preview_path(records: Records) -> Path | None:
    """Return the picture that shows how far the learning is; None where records are not on a disk."""
    return records.folder / PREVIEW / "learning.png" if isinstance(records, FolderScratch) else None


def weights_of(model: Any) -> int:
    """Count the weights of a network."""
    return sum(int(part.numel()) for part in model.parameters())


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, so that the number of cores changes no weight."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def packed(model: Any) -> bytes:
    """Give the weights of a network as safetensors."""
    from safetensors.torch import save

    return bytes(save({name: part.detach().cpu().contiguous() for name, part in model.state_dict().items()}))


def unpack(model: Any, content: bytes) -> None:
    """Put weights that `packed` gave into a network; raises ValueError where they are not of its kind."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        model.load_state_dict(load(content))
    except (SafetensorError, RuntimeError) as problem:
        raise ValueError(str(problem)) from problem


def restored(records: Records, course: Course, model: Any, optimiser: Any) -> int:
    """Load weights and optimiser from the records, if they are there; returns the next step."""
    if not records.has(course.stage, course.index):
        return 0
    from safetensors.torch import load

    record = records.load(course.stage, course.index)
    unpack(model, record["weights"].tobytes())
    state: dict[int, dict[str, Any]] = {}
    for key, value in load(record["optimiser"].tobytes()).items():
        number, name = key.split(".")
        state.setdefault(int(number), {})[name] = value.reshape(()) if name == "step" else value
    whole = optimiser.state_dict()
    whole["state"] = state
    optimiser.load_state_dict(whole)
    return int(record["step"])


def _keep(records: Records, course: Course, model: Any, optimiser: Any, step: int) -> None:
    from safetensors.torch import save

    moments = {
        f"{number}.{name}": value.detach().cpu().reshape(value.shape or (1,)).contiguous()
        for number, state in optimiser.state_dict()["state"].items()
        for name, value in state.items()
    }
    records.save(
        course.stage,
        course.index,
        step=np.array(step, np.int64),
        weights=np.frombuffer(packed(model), np.uint8),
        optimiser=np.frombuffer(save(moments), np.uint8),
    )
