"""Pictures for people to look at: scene-linear pixels through the show's OpenColorIO display and view."""

from __future__ import annotations

import difflib
import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photodouble.image.colour import Srgb, apply_processor, configuration
from photodouble_client.errors import ArtistError

Codes = NDArray[np.uint8]
Colours = NDArray[np.float32]

BUILT_IN = "sRGB"
"""What is looked at where no display and no view is set."""


class Look(Protocol):
    """The display and the view that pictures are made for, as the settings hold them; both may be empty."""

    @property
    def display(self) -> str:
        """Name the display."""
        ...

    @property
    def view(self) -> str:
        """Name the view."""
        ...


@dataclass(frozen=True)
class Plain:
    """Look without a configuration: the plain sRGB curve, everything beyond 0 and 1 clipped."""

    display: str = ""
    view: str = ""


PLAIN = Plain()


def shown(linear: Colours, look: Look = PLAIN) -> Codes:
    """Return scene-linear (h, w, 3) or (h, w) as 8-bit codes for the display and view of the settings."""
    return np.asarray(np.rint(displayed(linear, look) * 255), np.uint8)


def displayed(linear: Colours, look: Look = PLAIN) -> Colours:
    """Return scene-linear (h, w, 3) or (h, w) float32 as the display takes it, from 0 to 1.

    NaN is black. Raises ArtistError `input.unknown_colourspace` for a display or view that the
    configuration ($OCIO, or the built-in ACES studio configuration) does not have.
    """
    finite = np.nan_to_num(np.asarray(linear, np.float32), nan=0.0)
    if not (look.display or look.view):
        return Srgb().from_linear(np.clip(finite, 0, 1).astype(np.float32))
    processor = _processor(os.environ.get("OCIO", ""), look.display, look.view)
    colours = finite if finite.ndim == 3 else finite[..., None]
    seen = np.clip(apply_processor(processor, colours), 0, 1)
    return np.asarray(seen if finite.ndim == 3 else seen[..., 0], np.float32)


def look_named(look: Look) -> tuple[str, str]:
    """Return the names of the display and view in force; (`sRGB`, empty) where none is set."""
    if not (look.display or look.view):
        return BUILT_IN, ""
    return _names(os.environ.get("OCIO", ""), look.display, look.view)


@functools.lru_cache(maxsize=8)
def _processor(source: str, display: str, view: str) -> Any:
    import PyOpenColorIO

    names = _names(source, display, view)
    try:
        transform = PyOpenColorIO.DisplayViewTransform(PyOpenColorIO.ROLE_SCENE_LINEAR, *names)
        return configuration(source).getProcessor(transform).getDefaultCPUProcessor()
    except PyOpenColorIO.Exception as error:
        raise ArtistError(
            "input.unknown_colourspace",
            "The display and view cannot be used",
            f"{' / '.join(names)} cannot be made from scene-linear with {_called(source)}.",
            "Set another display or view, or give the configuration a scene_linear role.",
            detail=str(error),
        ) from error


@functools.lru_cache(maxsize=8)
def _names(source: str, display: str, view: str) -> tuple[str, str]:
    config = configuration(source)
    chosen = display or str(config.getDefaultDisplay())
    if chosen not in list(config.getDisplays()):
        raise _unknown("display", chosen, config.getDisplays(), source)
    seen = view or str(config.getDefaultView(chosen))
    if seen not in list(config.getViews(chosen)):
        raise _unknown("view", seen, config.getViews(chosen), source)
    return chosen, seen


def _unknown(what: str, name: str, known: Iterable[str], source: str) -> ArtistError:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.3)
    return ArtistError(
        "input.unknown_colourspace",
        f"The {what} is not known",
        f"The settings name the {what} {name!r}, which is not in {_called(source)}.",
        f"Set {what} to one of: {', '.join(close or names[:8])}.",
    )


def _called(source: str) -> str:
    return source or "the built-in ACES configuration"
