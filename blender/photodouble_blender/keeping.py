# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames that stay as they are: the next take of an operation keeps them from an older one."""

from __future__ import annotations

import json
from typing import Any


def locks_of(state: Any) -> dict[int, str]:
    """Give the frames that are kept, by the plate's numbers, and the picture that each is kept from.

    Notes that were damaged in the file keep nothing; the panel would show nothing but a fault otherwise.
    """
    try:
        stored = json.loads(state.locks or "{}").items()
        return {int(frame): path for frame, path in stored if isinstance(path, str)}
    except (ValueError, AttributeError, RecursionError):
        return {}


def lock(state: Any, take: str, frame: int, picture: str) -> None:
    """Keep one frame of a take; frames that were kept from another take stay kept, too."""
    kept = {**locks_of(state), frame: picture}
    state.locks = json.dumps({str(key): path for key, path in kept.items()})
    state.parent = take


def release(state: Any) -> None:
    """Keep no frame any more."""
    state.locks = ""
    state.parent = ""
