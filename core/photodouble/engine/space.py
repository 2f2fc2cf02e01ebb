"""Room on the disk: a job that cannot fit is refused before it starts."""

from __future__ import annotations

import shutil
from pathlib import Path

from photodouble.ops.shot import Shot, held_frame
from photodouble_client.errors import ArtistError

_MARGIN = 8_000_000


def check_space(shot: Shot, frames: tuple[int, ...], root: Path) -> None:
    """Refuse a job whose results alone cannot fit on the disk; raises ArtistError `engine.disk_full`.

    The need is the size of the plate's own frames and a few megabytes: a lower bound, not a promise.
    """
    plate = shot.inputs.ports["plate"]
    if plate.is_movie:
        return
    need = _MARGIN + sum(Path(plate.path(held_frame(plate, frame))).stat().st_size for frame in frames)
    folder = root.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < need:
        raise ArtistError(
            "engine.disk_full",
            "The disk is full",
            f"The take needs at least {megabytes(need)}, but {folder} has {megabytes(free)} left.",
            "Make room on the disk, or choose another place for the takes (--root).",
        )


def megabytes(size: int) -> str:
    """Write a size as people say it: `12 MB`, `3.4 GB`."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{max(round(size / 1_000_000), 1)} MB" if size else "0 MB"
