"""A C source that is no node but is built like one: what tests of the build plant their faults in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from photodouble.ofx.bundle import write_bundle

NODE = """#include <stdio.h>
#include <stdlib.h>
#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
static const char *place = __FILE__;
void *opened(const char *path) { return fopen(path, "rb"); }
EXPORT int OfxGetNumberOfPlugins(void) { return 1; }
EXPORT void *OfxGetPlugin(int nth) { return nth ? opened(place) : malloc(3); }
"""

LINUX = {"Linux-x86-64": b"a node"}


def stub(folder: Path, content: str = NODE) -> Path:
    """Write the source into a folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node.c").write_text(content, encoding="utf-8")
    return folder


def bundle_of(folder: Path, files: Mapping[str, bytes] = LINUX) -> Path:
    """Write a bundle whose files are no nodes but lie as nodes do, and return its path."""
    return write_bundle(files, "0" * 64, folder)
