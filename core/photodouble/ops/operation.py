"""What every operation is: two functions, a way to report, and the registry that finds them by key."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from photodouble.image.window import Box
from photodouble_client.errors import ArtistError
from photodouble_client.opspec import OpSpec
from photodouble_client.specs import SPECS

if TYPE_CHECKING:
    from .shot import Shot

Array = npt.NDArray[np.float32]

_OPERATIONS: Mapping[str, str] = {key: f"photodouble.ops.{key}.operation" for key in SPECS}
"""The module of every operation that is declared: its package has the operation's own name."""


class Stopped(Exception):  # noqa: N818, it is no error
    """Raised inside long work when the artist, or the engine, asked it to stop."""


class Reporter:
    """How an operation tells its progress and learns that it should stop.

    Work on more than a frame calls `check()` in its loops: it raises Stopped within a frame of being asked.
    """

    def __init__(
        self,
        on_progress: Callable[[int, int, str], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        """Report to the given callables; without any, report nothing and never stop."""
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._on_warning = on_warning

    def progress(self, done: int, of: int, note: str = "") -> None:
        """Tell that `done` of `of` steps of the work called `note` are finished, and check for a stop."""
        if self._on_progress is not None:
            self._on_progress(done, of, note)
        self.check()

    def check(self) -> None:
        """Raise Stopped when the work should end here."""
        if self._should_stop is not None and self._should_stop():
            raise Stopped

    def warn(self, message: str) -> None:
        """Tell the artist one plain sentence that does not stop the work."""
        if self._on_warning is not None:
            self._on_warning(message)


class Scratch(Protocol):
    """Where analysis keeps its records: named arrays per stage and index."""

    def save(self, stage: str, index: int, **arrays: npt.NDArray[Any]) -> None:
        """Keep the arrays of one step; an existing record is replaced."""
        ...

    def load(self, stage: str, index: int) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of one step."""
        ...

    def has(self, stage: str, index: int) -> bool:
        """Whether the step was already done."""
        ...


@dataclass(frozen=True)
class Extra:
    """One further output of a frame, beside those that every operation has.

    `planes`: (h, w) over `box` by channel name; `metadata` goes into the file's header; `type` is `half` or
    `float`.
    """

    box: Box
    planes: Mapping[str, Array]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    type: str = "half"


@dataclass(frozen=True)
class Rendered:
    """What an operation makes of one frame, in the plate's own pixels.

    `box`: where, in absolute picture coordinates; all arrays have its size (h, w).
    `fill`: (h, w, 3) float32 scene-linear in the plate's own primaries, unpremultiplied.
    `matte`: (h, w) float32, 0 to 1, the final matte; outside it nothing changes.
    `kind`, `source_frame`, `confidence`: (h, w) float32, the origin and confidence planes.
    `extras`: what else the operation brings, by the name of the output; `figures`: what it says of the frame.
    """

    box: Box
    fill: Array
    matte: Array
    kind: Array
    source_frame: Array
    confidence: Array
    extras: Mapping[str, Extra] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)


class Operation(Protocol):
    """One operation. `analyse` sees the whole range and writes records; `render` is a pure function.

    `render_only` are the parameters that the analysis does not read; `working_stages` the records that are
    of no use once the analysis is complete, so that takes and caches stay small.
    """

    key: str
    version: int
    spec: OpSpec
    render_only: frozenset[str]
    working_stages: frozenset[str]

    def analyse(self, shot: Shot, scratch: Scratch, report: Reporter) -> None:
        """Study the whole range and write the records that every frame's rendering reads."""
        ...

    def render(self, shot: Shot, scratch: Scratch, frame: int) -> Rendered:
        """Make one frame from the plate and the records; no state passes from frame to frame."""
        ...


@runtime_checkable
class ChecksShots(Protocol):
    """An operation that has more to say about a shot before any work is done."""

    def check(self, shot: Shot) -> tuple[str, ...]:
        """Return what the artist should know first; raise ArtistError for what cannot work."""
        ...


@runtime_checkable
class LooksNear(Protocol):
    """An operation that looks at no frames but those around the one it makes; so a preview is quick."""

    def near(self, values: Mapping[str, Any]) -> int:
        """Return how many frames on either side it looks at."""
        ...


@runtime_checkable
class ShowsElements(Protocol):
    """An operation that knows after its analysis which elements of its library are shown."""

    def elements(self, shot: Shot, scratch: Scratch) -> frozenset[str]:
        """Return the names of the elements that any frame may show."""
        ...


@runtime_checkable
class KeepsDocuments(Protocol):
    """An operation whose analysis leaves documents in the take, for other shots to begin with."""

    def documents(self, shot: Shot, scratch: Scratch) -> Mapping[str, Mapping[str, Any]]:
        """Return what to write as JSON, by the file's name without its ending."""
        ...


def operation_named(key: str) -> Operation:
    """Return the operation of a request; raises ArtistError `input.bad_request` for an unknown one."""
    if key not in _OPERATIONS:
        raise ArtistError(
            "input.bad_request",
            "The request names an unknown operation",
            f"There is no operation called {key!r}.",
            "Use one of: " + ", ".join(sorted(_OPERATIONS)) + ".",
        )
    module = importlib.import_module(_OPERATIONS[key])
    found: Operation = module.OPERATION
    return found
