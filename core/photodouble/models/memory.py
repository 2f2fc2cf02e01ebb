"""How much memory a model may take: of this machine, of this process, or of the graphics card.

Only lasting facts count, never what happens to be free, so that the same request is cut into the same tiles.
"""

from __future__ import annotations

import os
import sys

from photodouble_client.errors import ArtistError

from .fill import FillModel

GPU_MEMORY = "PHOTODOUBLE_GPU_MEMORY_GB"
MODEL_MEMORY = "PHOTODOUBLE_MODEL_MEMORY_GB"
_SHARE = 0.5
"""The part of a machine's memory that a model may take; the shot and other workers need theirs."""
_GIGABYTE = 1_000_000_000


def room_for(model: FillModel) -> int:
    """Return the bytes that a model may take where it computes; 0 where nothing tells."""
    return gpu_room() if getattr(model, "device", "cpu") != "cpu" else processor_room()


def processor_room() -> int:
    """Return half of the machine's memory, or of the limit of this process, or what the variable says."""
    if given := limit_in(MODEL_MEMORY):
        return given
    limits = [limit for limit in (_machine(), _process()) if limit > 0]
    return int(min(limits) * _SHARE) if limits else 0


def gpu_room() -> int:
    """Return the bytes of the graphics card that may be used: what the variable says, or all but a tenth."""
    if given := limit_in(GPU_MEMORY):
        return given
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory * 0.9) if torch.cuda.is_available() else 0


def limit_in(variable: str) -> int:
    """Read a limit in gigabytes from the environment, in bytes; 0 where there is none.

    Raises ArtistError `usage.bad_value` for what is no number above 0.
    """
    text = os.environ.get(variable, "").strip()
    if not text:
        return 0
    try:
        given = float(text)
    except ValueError:
        given = 0.0
    if not 0 < given < 1e6:
        raise ArtistError(
            "usage.bad_value",
            "A limit of memory cannot be read",
            f"The variable {variable} is {text!r}.",
            "Give gigabytes, such as 8 or 0.5, or leave it out.",
        )
    return int(given * _GIGABYTE)


def _machine() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def _process() -> int:
    if sys.platform != "linux":
        return 0
    import resource

    limits = [resource.getrlimit(one)[0] for one in (resource.RLIMIT_DATA, resource.RLIMIT_AS)]
    return min((limit for limit in limits if limit > 0), default=0)
