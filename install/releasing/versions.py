"""The version, wherever it is written; a release has one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

PLACES: Mapping[str, str] = {
    "pyproject.toml": r'^version = "([^"]+)"',
    "core/photodouble/__init__.py": r'^__version__ = "([^"]+)"',
    "core/photodouble_client/version.py": r'^VERSION = "([^"]+)"',
    "blender/photodouble_blender/blender_manifest.toml": r'^version = "([^"]+)"',
}
"""Each file that says it, and how."""


class ReleaseError(Exception):
    """Say in a sentence why there is no release."""


def versions(root: Path) -> dict[str, str]:
    """Return the version that each place says; raises ReleaseError where one says none."""
    return {place: _said(root / place, pattern) for place, pattern in PLACES.items()}


def one_version(root: Path) -> str:
    """Return the version; raises ReleaseError where places differ."""
    said = versions(root)
    if len(set(said.values())) != 1:
        told = ", ".join(f"{place} says {version}" for place, version in said.items())
        raise ReleaseError(f"The versions differ: {told}.")
    return said["pyproject.toml"]


def _said(path: Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise ReleaseError(f"{path} says no version.")
    return found[1]
