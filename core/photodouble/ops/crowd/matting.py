"""Solve soft edges with a matting library: alpha from a trimap, and the colours of the foreground."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from photodouble_client.errors import ArtistError

Plane = npt.NDArray[np.float32]
Picture = npt.NDArray[np.float32]
_MARGIN = 8


def soft_alpha(linear: Picture, trimap: Plane, rough: Plane) -> Plane:
    """Return alpha (h, w) of a crop by closed-form matting (Levin 2008) where the trimap is in doubt.

    `linear`: (h, w, 3) scene-linear, because light mixes in linear. Without any certain foreground or
    background `rough` is returned.
    """
    doubtful = (trimap > 0) & (trimap < 1)
    if not doubtful.any() or not (trimap == 1).any() or not (trimap == 0).any():
        return rough
    rows, columns = _bounds(doubtful)
    part = linear[rows, columns].astype(np.float64)
    part = np.clip(part / max(float(np.percentile(part, 99.8)), 1e-3), 0, 1)
    known = trimap[rows, columns].astype(np.float64)
    if not (known == 1).any() or not (known == 0).any():
        return rough
    with quietly():
        solved = _pymatting().estimate_alpha_cf(
            part, known, preconditioner=_pymatting().ichol, cg_kwargs={"maxiter": 300, "rtol": 1e-5}
        )
    alpha = np.where(trimap == 1, np.float32(1), np.float32(0))
    alpha[rows, columns] = np.where(known == 0.5, np.clip(solved, 0, 1), known)
    return np.asarray(alpha, np.float32)


def foreground(linear: Picture, alpha: Plane) -> Picture:
    """Return the foreground's own colours (h, w, 3) where only alpha is known (Germer 2020, multi-level)."""
    if not ((alpha > 0) & (alpha < 1)).any():
        return linear
    with quietly():
        found = _pymatting().estimate_foreground_ml(linear.astype(np.float64), alpha.astype(np.float64))
    return np.asarray(found, np.float32)


def _pymatting() -> Any:
    try:
        with quietly():
            import pymatting
    except ImportError as error:
        raise ArtistError(
            "engine.not_installed",
            "Keying needs a library that is not installed",
            "People are keyed with the library pymatting, which is not installed.",
            "Install it: pip install 'photodouble[crowd]', or give a roto matte with hard edges.",
        ) from error
    return pymatting


@contextlib.contextmanager
def quietly() -> Any:
    """Keep what the library prints to itself."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _bounds(mask: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    rows = slice(max(y - _MARGIN, 0), min(y + height + _MARGIN, mask.shape[0]))
    return rows, slice(max(x - _MARGIN, 0), min(x + width + _MARGIN, mask.shape[1]))
