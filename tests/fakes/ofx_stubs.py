"""A C source that is no node but is built like one: what tests of the build plant their faults in."""

from __future__ import annotations

from pathlib import Path

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


def stub(folder: Path, content: str = NODE) -> Path:
    """Write the source into a folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node.c").write_text(content, encoding="utf-8")
    return folder
