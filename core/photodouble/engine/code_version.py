"""The version of the code that decides pixels, known without loading any of it."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import photodouble


@functools.cache
def code_version() -> str:
    """Return the version of the code that decides pixels: a hash over its source files."""
    found = hashlib.sha256(photodouble.__version__.encode())
    root = Path(photodouble.__file__).parent
    for folder in ("image", "ops"):
        for path in sorted((root / folder).rglob("*.py")):
            found.update(str(path.relative_to(root).as_posix()).encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
