"""The node and the control effect as files that our host can load, built by the machine's own compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "resolve" / "ofx"
CONTROL = ROOT / "tests" / "ofx" / "control.c"


def compiler() -> str:
    """Return a C compiler of this machine, "" where there is none."""
    named = os.environ.get("CC", "")
    return next(
        (
            found
            for found in map(shutil.which, (named, "cc", "gcc", "clang") if named else ("cc", "gcc", "clang"))
            if found
        ),
        "",
    )


def built(files: list[Path], to: Path, *flags: str) -> Path:
    """Build C files into one library; raises RuntimeError with what the compiler said."""
    command = [compiler(), "-std=c99", "-O0", "-fPIC", "-fvisibility=hidden", "-shared", *flags]
    done = subprocess.run(
        [*command, "-o", str(to), *map(str, files)], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return to


def built_node(to: Path, source: Path = SOURCE, *flags: str) -> Path:
    """Build the node from a folder of its source."""
    return built(sorted(source.glob("*.c")), to, *flags)
