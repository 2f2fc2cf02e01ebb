"""Room in memory: work that cannot even begin is refused before a library fails in words of its own."""

from __future__ import annotations

import os
import sys

from photodouble_client.errors import ArtistError

LEAST = 1_200_000_000
"""Bytes of addresses that the libraries and the smallest shot need."""
A_PROCESSOR = 40_000_000
"""More for each processor: the stack and the buffers of its threads."""
_NO_MEMORY = (
    "insufficient memory",
    "std::bad_alloc",
    "cannot allocate memory",
    "can't start new thread",
    "failed to map segment",
    "unable to allocate",
)


def check_room() -> None:
    """Refuse work where this process may not have the addresses to load its libraries.

    Below that, they end the program without a word or hang. It is a lower bound, not a promise. Raises
    ArtistError `engine.memory`.
    """
    limit, need = _limit(), LEAST + A_PROCESSOR * (os.cpu_count() or 1)
    if limit < 0 or limit >= need:
        return
    raise ArtistError(
        "engine.memory",
        "There is not enough memory",
        f"This process may use {limit / 1e9:.1f} GB of addresses, and the work needs {need / 1e9:.1f} GB to "
        "begin with.",
        "Raise the limit (ulimit -v), or have it raised by whoever looks after the machine.",
    )


def is_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out; the libraries say it in words of their own."""
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _NO_MEMORY):
        return True
    cause = error.__cause__
    return cause is not None and cause is not error and is_memory(cause)


def out_of_memory(error: BaseException) -> ArtistError:
    """Return the plain error for a job that does not fit into memory."""
    return ArtistError(
        "engine.memory",
        "There is not enough memory",
        "The job needs more memory than there is. Finished frames are kept.",
        "Set fewer workers or a smaller analysis size, and resume the job (--resume).",
        detail=str(error),
    )


def _limit() -> int:
    """Return the bytes of addresses this process may have; -1 where there is no limit."""
    if sys.platform == "win32":
        return -1
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0]
