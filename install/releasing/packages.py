"""The wheel and the source distribution, built by hatchling alone, with no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .moment import VARIABLE
from .versions import ReleaseError

_BUILD = "import sys; from hatchling import build; print(getattr(build, 'build_' + sys.argv[1])(sys.argv[2]))"


BUNDLE_VARIABLE = "PHOTODOUBLE_OFX_BUNDLE"
"""Tells `install/carried_node.py` which OpenFX bundle goes into the wheel."""


def write_wheel(root: Path, folder: Path, seconds: int, bundle: Path | None = None) -> Path:
    """Build the wheel, with the OpenFX node where one was built, and return its path."""
    return _built("wheel", root, folder, seconds, "" if bundle is None else str(bundle.absolute()))


def write_sdist(root: Path, folder: Path, seconds: int) -> Path:
    """Build the source distribution and return its path."""
    return _built("sdist", root, folder, seconds)


def _built(kind: str, root: Path, folder: Path, seconds: int, bundle: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, kind, str(folder.absolute())],
        cwd=root,
        env={**os.environ, VARIABLE: str(seconds), BUNDLE_VARIABLE: bundle, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise ReleaseError(f"The {kind} was not built: {said}")
    return folder / done.stdout.strip().splitlines()[-1]
