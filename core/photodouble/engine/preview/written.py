"""Write a preview's two files, and clear away the oldest ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from photodouble.image.display import PLAIN, Look
from photodouble.image.pictures import write_png
from photodouble.image.write import write_planes
from photodouble.takes.files import telling_disk_errors
from photodouble_client.events import Previewed

from .compose import Picture

MOST_KEPT = 64
"""Previews that stay on disk; a host has read its own long before so many more are made."""

_NAME = re.compile(r"[0-9a-f]{32}\.(exr|png)\Z")


def write_preview(
    folder: Path,
    ident: str,
    frame: int,
    picture: Picture,
    scale: int,
    notes: Sequence[str],
    look: Look = PLAIN,
) -> Previewed:
    """Write ID.exr and, for the display and view of the settings, ID.png; whole or not at all."""
    exr, png = folder / f"{ident}.exr", folder / f"{ident}.png"
    with telling_disk_errors(exr):
        folder.mkdir(parents=True, exist_ok=True)
        write_planes(
            exr,
            picture.planes(),
            data_window=picture.window,
            display_window=picture.display,
            pixel_aspect=picture.pixel_aspect,
            metadata={"photodouble/preview": ident, "photodouble/scale": scale},
        )
        write_png(png, _over_display(picture), look)
        _clear_oldest(folder)
    return Previewed(frame, str(exr), str(png), scale, tuple(notes))


def _over_display(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the colours over the display window, black outside the data window."""
    shown = np.zeros((*picture.display.size, 3), np.float32)
    common = picture.window.intersect(picture.display)
    if not common.is_empty:
        shown[common.slices_in(picture.display)] = picture.colours[common.slices_in(picture.window)]
    return shown


def _clear_oldest(folder: Path) -> None:
    files = [path for path in folder.iterdir() if _NAME.match(path.name)]
    for path in sorted(files, key=_age)[: -2 * MOST_KEPT]:
        path.unlink(missing_ok=True)


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
