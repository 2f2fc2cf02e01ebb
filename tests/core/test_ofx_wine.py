"""The file for Windows loads under wine and shows a staged take as the one for Linux does."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from photodouble.ofx.building import build
from photodouble.ofx.compiler import zig_compiler
from photodouble.ofx.made import FIRST, write_made
from photodouble.ofx.source import source_folder

WINE = shutil.which("wine64") or next((str(p) for p in [Path("/usr/lib/wine/wine64")] if p.exists()), "")
LOADER = Path(__file__).parents[1] / "ofx" / "loader.c"

pytestmark = [
    pytest.mark.zig,
    pytest.mark.skipif(zig_compiler() is None, reason="the package ziglang is not installed (extra ofx)"),
    pytest.mark.skipif(not WINE, reason="wine64 is not on this machine"),
]


def test_the_windows_file_shows_a_staged_take_right(tmp_path: Path) -> None:
    zig = zig_compiler()
    assert zig is not None
    node = build(tmp_path, ["windows-x64"]).bundle / "Contents" / "Win64" / "PhotoDouble.ofx"
    loader = tmp_path / "loader.exe"
    flags = ("-target", "x86_64-windows-gnu", "-O1", f"-I{source_folder()}", "-o", str(loader))
    subprocess.run((*zig.words, *flags, str(LOADER)), check=True, capture_output=True, timeout=600)
    stage = write_made(tmp_path / "staged", 160, 90)
    stage.plate()[::-1].tofile(tmp_path / "source.raw")
    told = run_wine(tmp_path, loader, node, stage.folder, 160, 90, FIRST, tmp_path / "source.raw")
    assert told.split()[0] == "org.photodouble.Take" and int(told.split()[1]) >= 9
    shown = np.fromfile(tmp_path / "out.raw", np.float32).reshape(90, 160, 4)[::-1]
    assert np.abs(shown - stage.truth()).max() < 1e-5
    assert (shown != stage.plate()).any()


def run_wine(tmp_path: Path, loader: Path, *words: object) -> str:
    """Run the loader in a wine of its own; paths are those of Linux, on drive Z."""
    named = [f"Z:{word}".replace("/", "\\") if isinstance(word, Path) else str(word) for word in words]
    given = [WINE, str(loader), *named, f"Z:{tmp_path / 'out.raw'}".replace("/", "\\")]
    environment = {
        **os.environ,
        "WINEPREFIX": str(tmp_path / "wine"),
        "WINEDEBUG": "-all",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(given, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
