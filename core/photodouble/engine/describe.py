"""What this engine can do here: operations, versions and devices, as plain JSON.

`lasting` is what cannot change while a process lives, `models_now` and `memory_now` what does; `describe` is
all of it.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

import photodouble
from photodouble_client.specs import SPECS

from .devices import gpus

SCHEMA = 1
LIBRARIES = (
    "numpy",
    "scipy",
    "numba",
    "opencv-contrib-python-headless",
    "OpenEXR",
    "OpenImageIO",
    "opencolorio",
    "av",
)
_FACTS = Path("/proc/meminfo")


def describe() -> dict[str, Any]:
    """Return the operations with their declarations, versions, devices, models and memory."""
    return {**lasting(), "models": models_now(), "memory": memory_now()}


def lasting() -> dict[str, Any]:
    """Return all but models and memory: found once, at the cost of a few hundredths of a second."""
    from .code_version import code_version

    return {
        "schema": SCHEMA,
        "version": photodouble.__version__,
        "code_version": code_version(),
        "python": platform.python_version(),
        "libraries": dict(_versions()),
        "operations": dict(_operations()),
        "devices": [
            {"kind": "cpu", "name": platform.machine(), "cores": cores(), "memory_bytes": memory()},
            *(card.to_json() for card in gpus()),
        ],
    }


def models_now(near: Path | None = None) -> list[dict[str, Any]]:
    """Return the models that are filed, and what each may be used for; in a show's folder the show's, too."""
    from photodouble.models.filing import model_rows, registry_near

    return model_rows(registry_near(near or Path.home()))


def memory_now() -> dict[str, int]:
    """Return the machine's memory and how much of it work may take now, in bytes; 0 where it is not said."""
    return {"total_bytes": memory(), "available_bytes": _available()}


def cores() -> int:
    """Count the processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int:
    """Return the bytes of memory of this machine, 0 where the system does not say."""
    return _pages("SC_PHYS_PAGES")


def _available() -> int:
    """Return the bytes that can be had without swapping; what is merely free where that is not said."""
    try:
        lines = _FACTS.read_text(encoding="ascii").splitlines()
    except OSError:
        return _pages("SC_AVPHYS_PAGES")
    found = next((line.split() for line in lines if line.startswith("MemAvailable:")), None)
    return int(found[1]) * 1024 if found else _pages("SC_AVPHYS_PAGES")


def _pages(name: str) -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf(name)
    except (ValueError, OSError, AttributeError):
        return 0


@functools.cache
def _operations() -> dict[str, Any]:
    from photodouble.generate.schema import values_schema

    return {
        key: {"spec": spec.to_json(), "values_schema": values_schema(spec)} for key, spec in SPECS.items()
    }


@functools.cache
def _versions() -> dict[str, str]:
    return {name: found for name in LIBRARIES if (found := _version(name))}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
