"""What to type so that an extra of Photo Double comes into the very Python that runs it."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

_MARK = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def install_line(extra: str) -> str:
    """Return what to type: the installer's line, where it can do it, else that of this Python's own pip.

    The libraries are named one by one, because no package index is sure to have Photo Double itself.
    """
    if extra == "models" and Path(sys.prefix, "installed.json").is_file():
        return "install.py --extra models"
    libraries = _libraries(extra) or [f"photodouble[{extra}]"]
    wanted = " ".join(f'"{library}"' for library in libraries)
    return f'"{sys.executable}" -m pip install {wanted}'


def _libraries(extra: str) -> list[str]:
    try:
        lines = importlib.metadata.requires("photodouble") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [line.split(";")[0].strip() for line in lines if extra in _MARK.findall(line)]
