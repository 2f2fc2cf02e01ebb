"""Build and start tests/ofx/fuzz.c: damaged files through the node's own reader, under the sanitizers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from photodouble.ofx.compiler import own_compiler
from photodouble.ofx.made import write_made
from photodouble.ofx.source import source_folder

DRIVER = Path(__file__).parents[1] / "ofx" / "fuzz.c"
PARTS = ("exr.c", "take.c", "pixels.c")
_SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_ENVIRONMENT = {"ASAN_OPTIONS": "allocator_may_return_null=1:detect_leaks=1", "LC_ALL": "C"}
_COMPRESSIONS = (OpenEXR.NO_COMPRESSION, OpenEXR.ZIPS_COMPRESSION, OpenEXR.ZIP_COMPRESSION)


def can_build() -> bool:
    """Say whether this machine has a compiler with the sanitizers."""
    compiler = own_compiler()
    if compiler is None:
        return False
    asked = (*compiler.words, *_SANITIZERS, "-x", "c", "-", "-o", "/dev/null")
    done = subprocess.run(asked, input=b"int main(void) { return 0; }", capture_output=True, timeout=120)
    return done.returncode == 0


def build_fuzz(folder: Path, change: Callable[[str, str], str] = lambda _name, text: text) -> Path:
    """Build the driver with a copy of the node's parts, each passed through `change(name, text)`."""
    compiler = own_compiler()
    assert compiler is not None
    source = folder / "source"
    shutil.copytree(source_folder(), source)
    for name in PARTS:
        path = source / name
        path.write_text(change(name, path.read_text(encoding="utf-8")), encoding="utf-8")
    program = folder / "fuzz"
    flags = ("-std=gnu99", "-O1", "-g", "-fno-omit-frame-pointer", *_SANITIZERS, f"-I{source}")
    parts = [str(source / name) for name in PARTS]
    command = (*compiler.words, *flags, "-o", str(program), str(DRIVER), *parts, "-lm")
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return program


def write_seeds(folder: Path) -> Path:
    """Write the sound files that are damaged: every compression and type, cropped, with planes that lack."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for compression in _COMPRESSIONS:
        for depth in (np.float16, np.float32):
            for planes, corner in (("RGBAKN", (9, 5)), ("RGBA", (-4, -3)), ("A", (30, 20))):
                _write_exr(folder / f"{number}.exr", compression, depth, planes, corner)
                number += 1
    made = write_made(folder / "made", 61, 37)
    text = (made.folder / "node.txt").read_text(encoding="utf-8")
    more = "kind made\ninbox /nowhere/inbox\nstatus /nowhere/x.txt\nnote a note\nsource_first 0\n"
    for at, content in enumerate((text, text + more, text.replace("0 0 61 37", "-5 -7 56 30"))):
        (folder / f"{at}.txt").write_text(content, encoding="utf-8")
    return folder


def run_fuzz(program: Path, seeds: Path, count: int, first: int = 0) -> subprocess.CompletedProcess[str]:
    """Damage and read `count` files; the same numbers are the same files."""
    folder = program.parent / f"taken {first}"
    folder.mkdir(exist_ok=True)
    command = (str(program), str(seeds), str(folder), str(count), str(first))
    return subprocess.run(
        command, env=_ENVIRONMENT, capture_output=True, text=True, errors="replace", timeout=1800
    )


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return what a run that went well counted."""
    return dict(json.loads(done.stdout))


def _write_exr(path: Path, compression: Any, depth: Any, planes: str, corner: tuple[int, int]) -> None:
    width, height = 23, 19
    random = np.random.default_rng(len(planes))
    x, y = corner
    header = {
        "compression": compression,
        "type": OpenEXR.scanlineimage,
        "dataWindow": ((x, y), (x + width - 1, y + height - 1)),
        "displayWindow": ((0, 0), (60, 36)),
    }
    smooth = np.linspace(0, 1, width * height, dtype=np.float32).reshape(height, width)
    channels = {name: (smooth + random.integers(0, 4, smooth.shape) / 64).astype(depth) for name in planes}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
