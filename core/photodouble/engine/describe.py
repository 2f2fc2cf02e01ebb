"""What this engine can do here: operations, versions and devices, as plain JSON."""

from __future__ import annotations

import importlib.metadata
import os
import platform
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


def describe() -> dict[str, Any]:
    """Return the operations with their declarations and schemas, versions and devices of this machine."""
    from photodouble.generate.schema import values_schema

    from .code_version import code_version

    return {
        "schema": SCHEMA,
        "version": photodouble.__version__,
        "code_version": code_version(),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "operations": {
            key: {"spec": spec.to_json(), "values_schema": values_schema(spec)} for key, spec in SPECS.items()
        },
        "devices": [
            {"kind": "cpu", "name": platform.machine(), "cores": cores(), "memory_bytes": memory()},
            *(card.to_json() for card in gpus()),
        ],
        "models": [],
    }


def cores() -> int:
    """Count the processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int:
    """Return the bytes of memory of this machine, 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 0


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
