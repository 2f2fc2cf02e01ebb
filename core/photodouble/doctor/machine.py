"""The machine: system, processor, memory and graphics cards."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator

from photodouble.extras import install_line

from .libraries import ask_python
from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

AREA = "machine"
LITTLE = 4_000_000_000
"""Bytes of free memory with which a shot of 2K just about works."""


def look(_place: Place) -> Iterator[Row]:
    """Say which system and how many processors this is."""
    from photodouble.engine.describe import cores

    yield Row(AREA, "System", GOOD, f"{platform.platform(terse=True)} {platform.machine()}, {cores()} cores")


def memory(place: Place) -> Iterator[Row]:
    """Say how much memory there is, and whether this process may take enough of it."""
    from photodouble.engine.describe import memory_now
    from photodouble.engine.room import check_room
    from photodouble.engine.space import megabytes

    check_room()
    now = memory_now()
    total, left = now["total_bytes"], now["available_bytes"]
    if not total:
        yield Row(AREA, "Memory", NOTE, "the system does not say how much there is")
        return
    said = f"{megabytes(total)}, {megabytes(left)} of it free"
    limit = place.settings.memory_gb
    said += f", {limit:g} GB allowed to work" if limit else ""
    if left < LITTLE:
        fix = "Close other programs, or set memory_gb and workers lower in the settings."
        yield Row(AREA, "Memory", LOOK, said, fix)
    else:
        yield Row(AREA, "Memory", GOOD, said)


def cards(place: Place) -> Iterator[Row]:
    """Say which graphics cards work could use; torch is only asked when somebody wants it thorough."""
    from photodouble.engine.devices import TOOL, VISIBLE, gpus, users
    from photodouble.engine.space import megabytes

    found = gpus()
    if not found:
        yield _no_card(shutil.which(TOOL) is not None, place.variables.get(VISIBLE))
    for card in found:
        said = f"{card.name}, {megabytes(card.memory_bytes)}, driver {card.driver}"
        if users():
            yield Row(AREA, "Graphics card", GOOD, said)
        else:
            fix = f"To compute on it: {install_line('models')}"
            yield Row(AREA, "Graphics card", NOTE, f"{said}; torch is not installed, so it is not used", fix)
    if place.is_thorough and users():
        yield _asked(bool(found))


def _no_card(has_tool: bool, shown: str | None) -> Row:
    if shown is not None and not shown.strip():
        said = "hidden by CUDA_VISIBLE_DEVICES; everything runs on the processor"
        return Row(AREA, "Graphics card", NOTE, said, "Unset CUDA_VISIBLE_DEVICES to use the card.")
    if has_tool:
        fix = "Start nvidia-smi in a terminal: it says what is wrong with the driver."
        return Row(AREA, "Graphics card", LOOK, "nvidia-smi is there and lists no card", fix)
    return Row(AREA, "Graphics card", NOTE, "no NVIDIA card is seen; everything runs on the processor")


_ASKED = """
import json, torch
name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
square = torch.ones(64, 64, device=name)
print(json.dumps({"torch": torch.__version__, "device": name, "sum": float((square @ square).sum())}))
"""


def _asked(has_card: bool) -> Row:
    done = ask_python(_ASKED)
    try:
        told = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        said = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        fix = "Install torch again, in the build that fits the driver."
        return Row(AREA, "torch", BAD, f"it does not compute: {said[:300]}", fix, done.stderr[-2000:])
    said = f"{told['torch']} computes on {told['device']}"
    if told["sum"] != 64.0**3:
        return Row(AREA, "torch", BAD, f"{said}, and wrongly", "Have the card and its driver checked.")
    if has_card and told["device"] == "cpu":
        fix = "Install the build of torch that fits the driver; this one uses the processor only."
        return Row(AREA, "torch", LOOK, said, fix, os.environ.get("CUDA_VISIBLE_DEVICES", ""))
    return Row(AREA, "torch", GOOD, said)
