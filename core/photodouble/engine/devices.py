"""The graphics cards of this machine, as the driver's own tool lists them.

Each batch worker is shown at most one card. What computes on it: a studio's models, and inpaint where its
control `device` names the card (photodouble.ops.compute). torch is never imported to list them.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photodouble_client.specs import SPECS

logger = logging.getLogger(__name__)

TOOL = "nvidia-smi"
USERS = tuple(key for key, spec in SPECS.items() if any(param.key == "model" for param in spec.params))
"""The operations that can give a model the card."""
QUERY = ("index", "uuid", "name", "memory.total", "driver_version")
VISIBLE = "CUDA_VISIBLE_DEVICES"
_PATIENCE = 5.0
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Gpu:
    """One graphics card: its number and lasting id, its name, its memory in bytes and its driver."""

    index: int
    ident: str
    name: str
    memory_bytes: int
    driver: str

    def to_json(self) -> dict[str, Any]:
        """Write the card as plain JSON values; `used_by` are the operations that compute on it."""
        return {
            "kind": "gpu",
            "name": self.name,
            "id": self.ident,
            "memory_bytes": self.memory_bytes,
            "driver": self.driver,
            "used_by": list(users()),
        }


def users() -> tuple[str, ...]:
    """Return the operations that can compute on a card here: none where torch is not installed."""
    return USERS if importlib.util.find_spec("torch") is not None else ()


@functools.cache
def gpus() -> tuple[Gpu, ...]:
    """List the graphics cards this process may use; none where there is no driver or it does not answer.

    The driver is asked once. CUDA_VISIBLE_DEVICES narrows the list as it does for any program.
    """
    return visible(read(_listing()), os.environ)


def gpu_environment(number: int, cards: Sequence[Gpu]) -> dict[str, str]:
    """Return the variable that shows batch worker `number` (from 0) its own card and no other.

    A worker beyond the last card sees none, so that no two share the memory of one.
    """
    return {VISIBLE: cards[number].ident if number < len(cards) else ""}


def read(listing: str) -> tuple[Gpu, ...]:
    """Read the tool's lines; a line that cannot be read is left out."""
    found = []
    for line in listing.splitlines():
        fields = [field.strip() for field in line.split(",")]
        try:
            index, ident, name, memory, driver = fields
            found.append(Gpu(int(index), ident, name, int(float(memory)) * _MEBIBYTE, driver))
        except ValueError:
            logger.warning("a line of %s was not understood: %s", TOOL, line)
    return tuple(found)


def visible(cards: tuple[Gpu, ...], environment: Mapping[str, str]) -> tuple[Gpu, ...]:
    """Keep the cards that CUDA_VISIBLE_DEVICES names, by number or by the beginning of their id."""
    if VISIBLE not in environment:
        return cards
    wanted = [word.strip() for word in environment[VISIBLE].split(",") if word.strip()]
    found = [
        card
        for word in wanted
        for card in cards
        if word == str(card.index) or (len(word) > 4 and card.ident.startswith(word))
    ]
    return tuple(dict.fromkeys(found))


def _listing() -> str:
    tool = shutil.which(TOOL)
    if tool is None:
        return ""
    command = [tool, f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("graphics cards cannot be listed: %s", error)
        return ""
    return done.stdout
